"""An image is on a registry that ECR cannot cache.

Amazon defines which registries a pull-through cache can have as upstreams. Copy an image of another registry
to a repository of your account, or use a registry that has the same images; the message names one, where one
is known. Add a registry of your own to `own`.

    before:  image: lscr.io/linuxserver/sonarr:4.0.9
    after:   image: ghcr.io/linuxserver/sonarr:4.0.9
"""

from __future__ import annotations

from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.images.upstreams import advice
from rewrite_refs.lint.base import Message, shortened
from rewrite_refs.results import Severity

NAME = "uncacheable-registry"
SEVERITY: Severity = "note"
ON = True
FIXABLE = False

# Registries in which anyone can have a namespace, so that an image may be the user's own.
_OF_MANY = ("gcr.io", ".pkg.dev")
_COPY = "add it to own if it is yours, or copy the image to a repository of your account"


def message(resolution: Resolution) -> Message:
    """Return the message for a reference that violates the rule."""
    verdict = resolution.verdict
    reference = verdict.reference
    host, repository = (reference.registry, reference.repository) if reference else ("", "")
    problem = f"{shortened(resolution)} is on {host or 'a registry'}, which ECR cannot cache"
    known = advice(host, repository)
    if known and host.endswith(_OF_MANY):
        known += f"; if {host}/{repository.partition('/')[0]} is yours, add it to own"
    return Message(problem, known or _COPY)
