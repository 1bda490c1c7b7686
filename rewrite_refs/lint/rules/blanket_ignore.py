"""An ignore comment names no rule.

It works, and hides whatever is found there later as well. Name the rules, and the reason.

    before:  # rewrite-refs: ignore
    after:   # rewrite-refs: ignore[direct-upstream] the mirror of the build farm
"""

from __future__ import annotations

from collections.abc import Collection

from rewrite_refs.lint.base import Message
from rewrite_refs.results import Severity

NAME = "blanket-ignore"
SEVERITY: Severity = "warning"
ON = True
FIXABLE = False


def message(word: str, used: Collection[str]) -> Message:
    """What is to be said of a comment (``ignore`` or ``ignore-file``) that hides the rules *used*."""
    names = ", ".join(sorted(used)) or "direct-upstream"
    return Message("this comment names no rule, and ignores all", f"write {word}[{names}]")
