"""A file shows the marks of a format, and cannot be read as it.

Its references cannot be seen, so none of them is rewritten. Mend the file, or leave it out with `exclude`.

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
    """What is to be said of a part that cannot be read, and why."""
    is_told = "exclude it" in problem
    return Message(f"cannot be read: {problem}", None if is_told else "fix the file, or exclude it")
