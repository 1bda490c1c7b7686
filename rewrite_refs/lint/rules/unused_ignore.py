"""An ignore comment ignores nothing.

The violation that it was written for is gone, or the comment is where it has no effect: it must be on the
line of the reference or alone on the line above it, in a Dockerfile only above. Remove it, because it may
hide a later violation.

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
    """Return the message for a comment that ignores nothing (of *rule*, if given).

    *lost* is the reason why the comment has no effect, if there is one.
    """
    what = f"{rule}, which nothing here breaks" if rule else "nothing"
    return Message(f"this comment ignores {what}", lost or "remove it")
