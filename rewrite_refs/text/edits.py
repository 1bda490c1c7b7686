"""From a change of a resolved reference to edits of the source, and the only code that changes a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from rewrite_refs.text.spans import Occurrence, Piece, Span

_CONTINUED = re.compile(r"[\\`][ \t]*\r?\n")


class Change(NamedTuple):
    """Replace the characters ``start`` to ``end`` of a *resolved* text."""

    start: int
    end: int
    text: str


class Edit(NamedTuple):
    """Replace the characters ``start`` to ``end`` of a *source* text."""

    start: int
    end: int
    text: str


class Unplaceable(Exception):
    """A change falls on characters that cannot be edited; the message says why."""


class Overlap(Exception):
    """Two edits want different things of the same characters."""


def edits_for(text: str, occurrence: Occurrence, changes: Iterable[Change]) -> tuple[Edit, ...]:
    """The edits of the source *text* that change the resolved text by *changes*.

    Raises Unplaceable where a change touches something that has no place.
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
    """Where in the source to insert before character *index* of the resolved text.

    An empty default takes the first insertion; then it is the piece that
    follows, unless only the one before stands where the reference is used.
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
    """Whether one place follows another, perhaps over a continued line, and not through a variable.

    Another value of the variable would bring back a part of what was replaced.
    """
    if one.end == other.start:
        return True
    return other.start > one.end and _CONTINUED.match(source, one.end, other.start) is not None


def merged(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Sort edits of *one* occurrence; insertions at one place become one, in their order."""
    result: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if result and result[-1][:2] == edit[:2] and edit.start == edit.end:
            result[-1] = Edit(edit.start, edit.end, result[-1].text + edit.text)
        else:
            result.append(edit)
    return tuple(result)


def combined(groups: Iterable[Iterable[Edit]]) -> list[Edit]:
    """The edits of several occurrences in order, equal ones counted once.

    Raises Overlap where two of them differ about the same characters.
    """
    ordered = sorted({edit for group in groups for edit in group})
    for one, other in pairwise(ordered):
        if other.start < one.end or one[:2] == other[:2]:
            raise Overlap
    return ordered


def splice(text: str, edits: Iterable[Edit]) -> str:
    """*text* with *edits* applied; they are in order and do not overlap."""
    parts, at = [], 0
    for edit in edits:
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])
