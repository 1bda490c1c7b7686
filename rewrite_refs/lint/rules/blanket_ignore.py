"""An ignore comment names no rule.

It has an effect, but it also hides violations that are added there later. Name the rules, and the reason.

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
    """Return the message for a comment that names no rule.

    *word* is ``ignore`` or ``ignore-file``; *used* are the rules whose violations the comment hides.
    """
    names = ", ".join(sorted(used)) or "direct-upstream"
    return Message("this comment names no rule, and ignores all", f"write {word}[{names}]")
