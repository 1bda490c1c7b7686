"""Conversion of changes of a reference to edits of its source text.

This is the only code that changes a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from rewrite_refs.text.spans import Occurrence, Piece, Span

_CONTINUED = re.compile(r"[\\`][ \t]*\r?\n")


class Change(NamedTuple):
    """A replacement of the characters ``start`` to ``end`` of a *resolved* text."""

    start: int
    end: int
    text: str


class Edit(NamedTuple):
    """A replacement of the characters ``start`` to ``end`` of a *source* text."""

    start: int
    end: int
    text: str


class Unplaceable(Exception):
    """A change affects characters that cannot be edited; the message states why."""


class Overlap(Exception):
    """Two edits replace the same characters differently."""


def edits_for(text: str, occurrence: Occurrence, changes: Iterable[Change]) -> tuple[Edit, ...]:
    """Return the edits of the source *text* that apply *changes* to the resolved text.

    Raises:
        Unplaceable: A change affects characters that have no editable source.
    """
    indexed = occurrence.indexed_pieces()
    edits: list[Edit] = []
    filled: set[int] = set()
    for change in changes:
        if change.start == change.end:
            at = _insertion_point(occurrence.site, indexed, change.start, filled)
            edits.append(Edit(at, at, change.text))
        else:
            edits.extend(_replacement(text, indexed, change))
    return merged(edits)


def _insertion_point(site: Span, indexed: list[tuple[int, int, Piece]], index: int, filled: set[int]) -> int:
    """Return the source offset for an insertion at *index* of the resolved text.

    The first insertion goes into an empty default, if there is one.  All others
    go to the start of the next piece, unless only the previous piece is in the
    word where the reference is used (*site*).
    """
    before = after = None
    for start, end, piece in indexed:
        if piece.span is None or not piece.known:
            continue
        if start == end == index and piece.span.start == piece.span.end:
            if piece.span.start not in filled:
                filled.add(piece.span.start)
                return piece.span.start
        elif start <= index < end and (start == index or piece.verbatim):
            after = piece.span.start + index - start
        elif end == index and piece.text:
            before = piece.span.end
    if before is not None and not (after is not None and site.start <= after <= site.end):
        return before
    if after is None:
        raise Unplaceable("the registry is not set in this file")
    return after


def _replacement(source: str, indexed: list[tuple[int, int, Piece]], change: Change) -> Iterable[Edit]:
    text = change.text
    last: Span | None = None
    for start, end, piece in indexed:
        low, high = max(start, change.start), min(end, change.end)
        if low >= high:
            continue
        if piece.span is None or not (piece.known or (low, high) == (start, end)):
            raise Unplaceable("a part of the registry is not set in this file")
        if last is not None and not _is_adjacent(source, last, piece.span):
            raise Unplaceable("the registry is composed of a variable and other text")
        last = piece.span
        if piece.verbatim:
            yield Edit(piece.span.start + low - start, piece.span.start + high - start, text)
        elif (low, high) == (start, end):
            yield Edit(*piece.span, text)
        else:
            raise Unplaceable("the registry ends inside an escape sequence")
        text = ""


def _is_adjacent(source: str, one: Span, other: Span) -> bool:
    """Whether one span directly follows another, perhaps after a line continuation.

    Spans with a variable between them are not adjacent: another value of the
    variable would restore a part of the replaced text.
    """
    if one.end == other.start:
        return True
    return other.start > one.end and _CONTINUED.match(source, one.end, other.start) is not None


def merged(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Sort the edits of *one* occurrence and join insertions at one offset, in order."""
    result: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if result and result[-1][:2] == edit[:2] and edit.start == edit.end:
            result[-1] = Edit(edit.start, edit.end, result[-1].text + edit.text)
        else:
            result.append(edit)
    return tuple(result)


def combined(groups: Iterable[Iterable[Edit]]) -> list[Edit]:
    """Return the edits of several occurrences in order, without duplicates.

    Raises:
        Overlap: Two edits replace the same characters differently.
    """
    ordered = sorted({edit for group in groups for edit in group})
    for one, other in pairwise(ordered):
        if other.start < one.end or one[:2] == other[:2]:
            raise Overlap
    return ordered


def splice(text: str, edits: Iterable[Edit]) -> str:
    """Return *text* with *edits* applied; these must be sorted and not overlap."""
    parts, at = [], 0
    for edit in edits:
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])
