"""A comment for rewrite-refs has an unknown rule or word.

The comment is skipped, so the violation that it should ignore is reported.

    before:  # rewrite-refs: ignore[direct-upstraem]
    after:   # rewrite-refs: ignore[direct-upstream]
"""

from __future__ import annotations

from collections.abc import Iterable

from rewrite_refs.lint.base import Message
from rewrite_refs.results import Severity

NAME = "unknown-ignore"
SEVERITY: Severity = "warning"
ON = True
FIXABLE = False


def message(word: str, known: Iterable[str], what: str) -> Message:
    """Return the message for an unknown *word*; *what* is ``rule`` or ``word``."""
    from difflib import get_close_matches

    names = sorted(known)
    close = get_close_matches(word.lower(), names, 1)
    return Message(
        f"there is no {what} {word!r}",
        f"did you mean {close[0]}?" if close else f"write one of {', '.join(names)}",
    )
