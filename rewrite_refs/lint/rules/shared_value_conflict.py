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

from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.lint.base import Message, shortened, suggestion
from rewrite_refs.results import Severity

NAME = "shared-value-conflict"
SEVERITY: Severity = "error"
ON = True
FIXABLE = False


def message(resolution: Resolution) -> Message:
    """What is to be said of a reference that breaks it."""
    verdict = resolution.verdict
    host = verdict.reference.registry if verdict.reference else "its upstream"
    return Message(f"{shortened(resolution)} is pulled directly from {host}", suggestion(resolution))
