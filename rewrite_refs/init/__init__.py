"""The configuration that ``rewrite-refs init`` proposes or updates."""
