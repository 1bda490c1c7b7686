"""One text serves several references, and they cannot all become what they should.

A registry that several images share, an `ARG` that stands before images of two upstreams, a name that a
kustomization matches: to change it for one reference would break another. Give each a registry or an entry
of its own; then `rewrite-refs rewrite` does the rest.

    before:  global: {imageRegistry: docker.io}
             web: {image: {repository: nginx}}
             metrics: {image: {registry: quay.io, repository: prometheus/prometheus}}
    after:   web: {image: {registry: docker.io, repository: nginx}}
             metrics: {image: {registry: quay.io, repository: prometheus/prometheus}}
"""

from __future__ import annotations

from rewrite_refs.engine.rewrite import Judged
from rewrite_refs.lint.base import Said, named, use
from rewrite_refs.results import Severity

NAME = "shared-value-conflict"
SEVERITY: Severity = "error"
ON = True
FIXABLE = False


def says(judged: Judged) -> Said:
    """What is to be said of a reference that breaks it."""
    verdict = judged.verdict
    host = verdict.reference.registry if verdict.reference else "its upstream"
    return Said(f"{named(judged)} is pulled directly from {host}", use(judged))
