"""A name in the cache has `library/` although it has an owner.

`library/` is the owner of Docker Hub's official images. With `library/` before it, a name that has an owner
does not exist, and ECR answers with "authentication to the upstream registry failed".

    before:  image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/grafana/grafana:11.0.0
    after:   image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/grafana/grafana:11.0.0
"""

from __future__ import annotations

from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.lint.base import Message, shortened, suggestion
from rewrite_refs.results import Severity

NAME = "needless-library"
SEVERITY: Severity = "error"
ON = True
FIXABLE = True


def message(resolution: Resolution) -> Message:
    """Return the message for a reference that violates the rule."""
    return Message(
        f"{shortened(resolution)} has library/ before a name that has an owner", suggestion(resolution)
    )
