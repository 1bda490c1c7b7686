"""An official image of Docker Hub is named in the cache without `library/`.

Docker adds `library/` to names without an owner, but for Docker Hub alone: in the cache the name has to be
written out. ECR answers a pull without it with "authentication to the upstream registry failed", which is
misleading.

    before:  image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/nginx:1.25
    after:   image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx:1.25
"""

from __future__ import annotations

from rewrite_refs.engine.rewrite import Judged
from rewrite_refs.lint.base import Said, named, use
from rewrite_refs.results import Severity

NAME = "missing-library"
SEVERITY: Severity = "error"
ON = True
FIXABLE = True


def says(judged: Judged) -> Said:
    """What is to be said of a reference that breaks it."""
    return Said(f"{named(judged)} names an official image of Docker Hub without library/", use(judged))
