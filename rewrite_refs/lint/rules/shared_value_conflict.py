"""Several references share one text, and no single value fits all of them.

Examples are a registry that several images share, an `ARG` before images of two upstreams, or a name that a
kustomization matches: a change for one reference would break another. Give each reference its own registry
or entry; then `rewrite-refs rewrite` does the rest.

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
    """Return the message for a reference that violates the rule."""
    verdict = resolution.verdict
    host = verdict.reference.registry if verdict.reference else "its upstream"
    return Message(f"{shortened(resolution)} is pulled directly from {host}", suggestion(resolution))
