"""An image has the tag `latest`, or no tag at all, which means `latest`.

The image changes without a change of the file. The cache asks its upstream at most once in 24 hours, so the
image changes at a different time for each cluster. Off by default.

    before:  image: nginx
    after:   image: nginx:1.25
"""

from __future__ import annotations

from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.lint.base import Message, shortened
from rewrite_refs.results import Severity

NAME = "moving-tag"
SEVERITY: Severity = "warning"
ON = False
FIXABLE = False

_PULLED = ("direct", "wrong", "cached", "unmapped")


def message(resolution: Resolution) -> Message | None:
    """Return the message for a reference, or None."""
    verdict = resolution.verdict
    reference = verdict.reference
    if verdict.status not in _PULLED or reference is None or reference.digest:
        return None
    if reference.tag not in (None, "latest"):
        return None
    what = "the tag latest" if reference.tag else "no tag, which means latest"
    return Message(f"{shortened(resolution)} has {what}", "name a version, or pin a digest")
