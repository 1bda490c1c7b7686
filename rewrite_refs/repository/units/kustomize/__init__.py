"""Decisions about the names in manifests that kustomizations match.

``images[].name`` of a kustomization is compared with the names in the manifests that it
includes.  If such a name were rewritten, the entry would lose its match, and its
``newTag`` its effect: silently.  So names and entries are decided
together (``graph``), from all kustomizations on disk (``reading``).
"""
