"""A file looks like a known format, but cannot be parsed as it.

Its references cannot be found, so none of them is rewritten. Fix the file, or leave it out with `exclude`.

    before:  FROM busybox:1.36  # only for wget
    after:   # only for wget
             FROM busybox:1.36
"""

from __future__ import annotations

from rewrite_refs.lint.base import Message
from rewrite_refs.results import Severity

NAME = "unparsable-file"
SEVERITY: Severity = "error"
ON = True
FIXABLE = False


def message(problem: str) -> Message:
    """Return the message for a file, or a part of it, that cannot be parsed."""
    is_told = "exclude it" in problem
    return Message(f"cannot be read: {problem}", None if is_told else "fix the file, or exclude it")
