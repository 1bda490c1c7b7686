"""The configuration file ``.rewrite-refs.yaml``: reading and checking it."""
