"""Places in a source text, and the only code that changes one.

Every offset counts characters of the decoded text from 0; a span is half open.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal, NamedTuple

_CONTINUED = re.compile(r"[\\`][ \t]*\r?\n")


class Span(NamedTuple):
    """The characters ``start`` to ``end`` of a text, ``end`` not among them."""

    start: int
    end: int


class Piece(NamedTuple):
    """A part of a resolved reference, and where in the source it stands.

    ``span`` is None for what stands nowhere (the ``/`` between two keys) and
    for what must not be edited.  Where the span is as long as the text, the
    text stands there as it is; otherwise (an escape) it is replaced whole or
    not at all.  ``known`` is False for a variable without a value; its text is
    then the variable as it is written.  An empty text with an empty span is an
    empty default: the place where a registry is meant to go.
    """

    text: str
    span: Span | None
    known: bool = True

    @property
    def verbatim(self) -> bool:
        """Whether the text stands in the source as it is."""
        return self.span is not None and self.span.end - self.span.start == len(self.text)


class Apart(NamedTuple):
    """A place where a new name can stand beside the one that is written, and count instead of it.

    That is ``newName`` of a kustomization: between ``before`` and ``after`` the
    name is put at the offset ``at``, or nowhere if that is None.
    """

    at: int | None
    before: str
    after: str = ""


class Barred(NamedTuple):
    """Why what stands in a place cannot be pulled through a cache.

    ``rule`` is the rule of the lint that says so.  ``is_all`` tells that nothing of
    any upstream can be pulled there, so that no image there is one of an upstream.
    """

    rule: Literal["lambda-image", "pull-before-login"]
    reason: str
    is_all: bool = False


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One image reference where it stands.

    ``span`` is the place to show, ``site`` the word in which the reference is
    used (pieces outside it come from a variable's default elsewhere), and
    ``front`` an offset at which a literal head can be put before a leading
    variable.  ``own`` says why the image is one that the repository builds;
    ``reason`` why nothing can be said of it.  ``embedded`` marks one inside a
    longer text, of which it is not sure that it is an image at all.  ``key``
    marks a name that other references are compared with, and that nobody pulls;
    ``apart`` is where a name can be put that counts instead of this one.
    ``keys`` leads to the mapping that names the image, where a registry for it
    may stand below the same keys in a file that this one is laid over.  ``note``
    says how sure the format is of it, where it is less so; ``by_host`` marks one
    that nothing but its registry shows to be an image; ``barred`` says why the
    cache does not work in this place.
    """

    pieces: tuple[Piece, ...]
    span: Span
    site: Span
    front: int | None = None
    own: str | None = None
    reason: str | None = None
    embedded: bool = False
    key: bool = False
    apart: Apart | None = None
    keys: tuple[str, ...] | None = None
    note: str | None = None
    by_host: bool = False
    barred: Barred | None = None

    @property
    def text(self) -> str:
        """The reference as resolved."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def holes(self) -> tuple[tuple[int, int], ...]:
        """Index ranges of ``text`` that have no known value."""
        return tuple((start, end) for start, end, piece in self.laid_out() if not piece.known)

    def laid_out(self) -> list[tuple[int, int, Piece]]:
        """Each piece with the index range that it has in ``text``."""
        result, at = [], 0
        for piece in self.pieces:
            result.append((at, at + len(piece.text), piece))
            at += len(piece.text)
        return result


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
    laid = occurrence.laid_out()
    edits: list[Edit] = []
    filled: set[int] = set()
    for change in changes:
        if change.start == change.end:
            at = _insertion_point(occurrence.site, laid, change.start, filled)
            edits.append(Edit(at, at, change.text))
        else:
            edits.extend(_replacement(text, laid, change))
    return merged(edits)


def _insertion_point(site: Span, laid: list[tuple[int, int, Piece]], index: int, filled: set[int]) -> int:
    """Where in the source to insert before character *index* of the resolved text.

    An empty default takes the first insertion; then it is the piece that
    follows, unless only the one before stands where the reference is used.
    """
    before = after = None
    for start, end, piece in laid:
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
        raise Unplaceable("the place where the registry belongs is not in this file")
    return after


def _replacement(source: str, laid: list[tuple[int, int, Piece]], change: Change) -> Iterable[Edit]:
    text = change.text
    last: Span | None = None
    for start, end, piece in laid:
        low, high = max(start, change.start), min(end, change.end)
        if low >= high:
            continue
        if piece.span is None or not (piece.known or (low, high) == (start, end)):
            raise Unplaceable("a part of the registry does not stand in this file")
        if last is not None and not _is_beside(source, last, piece.span):
            raise Unplaceable("the registry is put together from a variable and other text")
        last = piece.span
        if piece.verbatim:
            yield Edit(piece.span.start + low - start, piece.span.start + high - start, text)
        elif (low, high) == (start, end):
            yield Edit(*piece.span, text)
        else:
            raise Unplaceable("the registry ends inside an escape sequence")
        text = ""


def _is_beside(source: str, one: Span, other: Span) -> bool:
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


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a parsed document, to prove that an edit changed nothing else.

    ``kind`` is compared as it is.  ``text`` is the parsed value of the source
    characters in ``span``; ``origins`` gives the source offset of each of its
    characters, and is asked for only where an edit fell into the span.
    """

    kind: str
    text: str
    span: Span
    origins: Callable[[], Sequence[int]] | None = field(default=None, compare=False)

    def edited(self, edits: Sequence[Edit]) -> str:
        """What the text should be after *edits*, all inside the span."""
        text = self.text
        origins = self.origins() if self.origins else range(self.span.start, self.span.end)
        for edit in reversed(edits):
            low = bisect_left(origins, edit.start)
            high = bisect_left(origins, edit.end)
            text = text[:low] + edit.text + text[high:]
        return text


def same_but(before: Iterable[Token], after: Iterable[Token], edits: Sequence[Edit]) -> bool:
    """Whether the two outlines differ by *edits* of the first one's source, and by nothing else."""
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


class Chars:
    """A text whose characters each know where they come from.

    ``places`` holds for each character the source span that it stands for, or
    None.  Layers that read one another (a Dockerfile inside a YAML scalar)
    hand these on, so that the innermost place is always one of the source.
    """

    __slots__ = ("places", "text")

    def __init__(self, text: str, places: Sequence[Span | None]) -> None:
        self.text = text
        self.places = places

    @classmethod
    def at(cls, text: str, start: int) -> Chars:
        """*text* as it stands at offset *start* of the source."""
        return cls(text, [Span(start + i, start + i + 1) for i in range(len(text))])

    def __len__(self) -> int:
        return len(self.text)

    def slice(self, start: int, end: int) -> Chars:
        """The characters *start* to *end*."""
        return Chars(self.text[start:end], self.places[start:end])

    def span(self, start: int, end: int) -> Span | None:
        """The source characters of those from *start* to *end*; None where they have no place."""
        places = [place for place in self.places[start:end] if place is not None]
        return Span(places[0].start, places[-1].end) if places else None

    def lifted(self, occurrence: Occurrence) -> Occurrence | None:
        """An occurrence found in these characters, with places of the source; None where it has none."""
        span, site = self.span(*occurrence.span), self.span(*occurrence.site)
        if span is None or site is None:
            return None
        pieces = tuple(part for piece in occurrence.pieces for part in self._lifted(piece))
        return replace(occurrence, pieces=pieces, span=span, site=site, front=None)

    def _lifted(self, piece: Piece) -> Iterable[Piece]:
        if piece.span is None:
            return (piece,)
        if piece.verbatim and piece.known:
            return self.slice(*piece.span).pieces()
        return (piece._replace(span=self.span(*piece.span)),)

    def pieces(self) -> tuple[Piece, ...]:
        """The fewest pieces that hold these characters."""
        result: list[Piece] = []
        for char, place in zip(self.text, self.places, strict=True):
            last = result[-1] if result else None
            if last is not None and place is None and last.span is None:
                result[-1] = Piece(last.text + char, None)
            elif (
                last is not None
                and place is not None
                and last.span is not None
                and last.verbatim
                and place == (last.span.end, last.span.end + 1)
            ):
                result[-1] = Piece(last.text + char, Span(last.span.start, place.end))
            else:
                result.append(Piece(char, place))
        return tuple(result)


class Lines:
    """The lines of a text, for reports.  Only a newline ends one."""

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        starts = [1 if text.startswith("\ufeff") else 0]
        at = text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = text.find("\n", at + 1)
        self._starts = starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both counted from 1; a BOM has no column."""
        line = max(bisect_right(self._starts, offset), 1)
        return line, max(offset - self._starts[line - 1], 0) + 1

    def line(self, number: int) -> str:
        """The text of line *number*, from 1, without its end; empty where there is none."""
        if not 1 <= number <= len(self._starts):
            return ""
        start = self._starts[number - 1]
        stop = self._text.find("\n", start)
        return self._text[start : stop if stop >= 0 else len(self._text)].rstrip("\r")
