"""Tokens of a parsed document, to prove that an edit changed nothing else."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from rewrite_refs.text.edits import Edit
from rewrite_refs.text.spans import Span


@dataclass(slots=True)  # to freeze it would make each take four times as long to create
class Token:
    """A part of a parsed document, to prove that an edit changed nothing else.

    ``kind`` must be the same before and after the edit.  ``text`` is the parsed
    value of the source characters in ``span``; ``origins`` returns the source
    offset of each of its characters and is called only for an edit in the span.
    """

    kind: Hashable
    text: str
    span: Span
    origins: Callable[[], Sequence[int]] | None = field(default=None, compare=False)

    def edited(self, edits: Sequence[Edit]) -> str:
        """Return the expected text after *edits*, which are all inside the span."""
        text = self.text
        origins = self.origins() if self.origins else range(self.span.start, self.span.end)
        for edit in reversed(edits):
            low = bisect_left(origins, edit.start)
            high = bisect_left(origins, edit.end)
            text = text[:low] + edit.text + text[high:]
        return text


def same_but(before: Iterable[Token], after: Iterable[Token], edits: Sequence[Edit]) -> bool:
    """Whether two outlines differ only by *edits* of the first one's source."""
    old, new = list(before), list(after)
    if len(old) != len(new):
        return False
    starts = [edit.start for edit in edits]
    placed = 0
    for one, other in zip(old, new, strict=True):
        inside: Sequence[Edit] = ()
        if one.text or one.span.start < one.span.end:
            low = bisect_left(starts, one.span.start)
            high = bisect_right(starts, one.span.end)
            inside = [edit for edit in edits[low:high] if edit.end <= one.span.end]
        placed += len(inside)
        if one.kind != other.kind:
            return False
        if (one.edited(inside) if inside else one.text) != other.text:
            return False
    return placed == len(edits)
