"""An official image of Docker Hub is named in the cache without `library/`.

Docker adds `library/` to names without an owner, but only for Docker Hub: in the cache, the name must be
written in full. ECR answers a pull without it with "authentication to the upstream registry failed", which
is misleading.

    before:  image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/nginx:1.25
    after:   image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx:1.25
"""

from __future__ import annotations

from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.lint.base import Message, shortened, suggestion
from rewrite_refs.results import Severity

NAME = "missing-library"
SEVERITY: Severity = "error"
ON = True
FIXABLE = True


def message(resolution: Resolution) -> Message:
    """Return the message for a reference that violates the rule."""
    return Message(
        f"{shortened(resolution)} names an official image of Docker Hub without library/",
        suggestion(resolution),
    )
