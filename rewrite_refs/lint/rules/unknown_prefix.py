"""A reference to the registry of the cache has a prefix that no rule has.

Such a repository is not filled from anywhere, so that the pull fails. Only names that cannot be meant
otherwise count: those that begin with the host of an upstream (`quay.io/`), with `docker-hub/`,
`dockerhub/`, `ecr-public/` or `ghcr/`, or that hold `library/` and an official image. Other repositories of
the registry, such as `quay/` or `github/`, may be your own. If one that is found is yours, too, put it into
`own`.

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
    """What is to be said of a reference that breaks it."""
    return Message(f"{shortened(resolution)} uses a prefix that no rule defines", suggestion(resolution))
