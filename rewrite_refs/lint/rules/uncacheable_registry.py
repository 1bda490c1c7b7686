"""An image is on a registry that ECR cannot cache.

The list of registries that a pull-through cache can have is Amazon's. An image of another registry can be
copied into a repository of your account, or taken from a registry that has the same images; the message
says which, where one is known. A registry that is your own belongs into `own`.

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

# Registries in which whoever wants has a place of their own, so that an image may be the user's.
_OF_MANY = ("gcr.io", ".pkg.dev")
_COPY = "add it to own if it is yours, or copy the image to a repository of your account"


def message(resolution: Resolution) -> Message:
    """What is to be said of a reference that breaks it."""
    verdict = resolution.verdict
    reference = verdict.reference
    host, repository = (reference.registry, reference.repository) if reference else ("", "")
    problem = f"{shortened(resolution)} is on {host or 'a registry'}, which ECR cannot cache"
    known = advice(host, repository)
    if known and host.endswith(_OF_MANY):
        known += f"; if {host}/{repository.partition('/')[0]} is yours, add it to own"
    return Message(problem, known or _COPY)
