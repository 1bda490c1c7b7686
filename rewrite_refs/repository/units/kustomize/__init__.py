"""What the kustomizations of a repository say together about the names in its manifests.

``images[].name`` of a kustomization is compared with the names that it draws
in.  Rewriting such a name would leave the entry without a match, and its
``newTag`` without effect: silently.  So names and entries are decided upon
together (``graph``), from all kustomizations on disk (``reading``).
"""
