"""An ignore comment ignores nothing.

What it was for is gone, or it stands where it has no effect: it belongs on the line of the reference or
alone on the line above it, in a Dockerfile only above. Remove it, or it may hide what comes there later.

    before:  # rewrite-refs: ignore[direct-upstream]
             image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx:1.25
    after:   image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx:1.25
"""

from __future__ import annotations

from rewrite_refs.lint.base import Message
from rewrite_refs.results import Severity

NAME = "unused-ignore"
SEVERITY: Severity = "warning"
ON = True
FIXABLE = False


def message(rule: str | None, lost: str | None) -> Message:
    """What is to be said of a comment that ignores nothing of *rule*, or nothing at all.

    *lost* says why it has no effect.
    """
    what = f"{rule}, which nothing here breaks" if rule else "nothing"
    return Message(f"this comment ignores {what}", lost or "remove it")
