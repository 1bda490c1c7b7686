"""A reference to the registry of the cache has a prefix that no rule has.

Such a repository is not filled from an upstream, so the pull fails. Only names that clearly refer to an
upstream are reported: those that begin with the host of an upstream (`quay.io/`), with `docker-hub/`,
`dockerhub/`, `ecr-public/` or `ghcr/`, or that contain `library/` and an official image. Other repositories
of the registry, such as `quay/` or `github/`, may be your own. If a reported repository is also your own,
add it to `own`.

    before:  image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/dockerhub/library/nginx:1.25
    after:   image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx:1.25
"""

from __future__ import annotations

from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.lint.base import Message, shortened, suggestion
from rewrite_refs.results import Severity

NAME = "unknown-prefix"
SEVERITY: Severity = "error"
ON = True
FIXABLE = True


def message(resolution: Resolution) -> Message:
    """Return the message for a reference that violates the rule."""
    return Message(f"{shortened(resolution)} uses a prefix that no rule defines", suggestion(resolution))
