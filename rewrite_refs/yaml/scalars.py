"""The source position of each character in the value of a YAML scalar.

A value is its source without quotes, escapes, folded line breaks, indentation
and chomped line breaks.  This module decodes it a second time, character by
character, and uses the result only if it equals the value from the parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from rewrite_refs.text.chars import Chars
from rewrite_refs.text.spans import Piece, Span

_BREAK = "(?:\r\n|[\r\n\x85])"


class Scalar(NamedTuple):
    """A scalar; ``span`` includes quotes or block header, but neither anchor nor tag.

    ``style`` is its first character (``'``, ``"``, ``|`` or ``>``), or empty for
    a plain scalar.  ``tag`` is None if no tag is written.
    """

    value: str
    span: Span
    style: str
    tag: str | None = None
    anchor: str | None = None


def inside(text: str, scalar: Scalar) -> Span:
    """Return the span between the quotes, or below the header of a block scalar."""
    start, end = scalar.span
    if scalar.style in ("'", '"'):
        return Span(start + 1, end - 1)
    if scalar.style:
        header = _HEADER.match(text, start, end)
        content = text[header.end() : end] if header else ""
        left = len(content) - len(content.lstrip())
        return Span(end - len(content) + left, end - len(content) + len(content.rstrip()))
    return scalar.span


def pieces(text: str, scalar: Scalar, start: int = 0, end: int | None = None) -> tuple[Piece, ...]:
    """Return the pieces of the characters *start* to *end* of a scalar's value.

    They have no span if the value cannot be mapped to its source characters.
    """
    end = len(scalar.value) if end is None else end
    part = scalar.value[start:end]
    place = inside(text, scalar)
    if text[place.start : place.end] == scalar.value:
        return (Piece(part, Span(place.start + start, place.start + end)),)
    found = chars(text, scalar)
    return (Piece(part, None),) if found is None else found.slice(start, end).pieces()


def chars(text: str, scalar: Scalar) -> Chars | None:
    """Return a scalar's value, each character with its span in the text.

    Returns None if decoding the characters here does not give the parser's
    value; they must not be edited then.
    """
    place = inside(text, scalar)
    if text[place.start : place.end] == scalar.value:
        return Chars.at(scalar.value, place.start)
    read = _block(text, scalar) if scalar.style in ("|", ">") else _flow(text, place, scalar.style)
    return next((each for each in read if each.text == scalar.value), None)


_ESCAPES = dict(zip('0abet\tnvfr"/\\N_LP ', '\0\a\b\x1b\t\t\n\v\f\r"/\\\x85\xa0\u2028\u2029 ', strict=True))
_HEADER = re.compile(
    rf"[|>](?P<chomp>[-+]?)(?P<indent>[1-9]?)(?P<last>[-+]?)[ \t]*(?:#[^\r\n]*)?(?:{_BREAK}|\Z)"
)
_LINE = re.compile(rf"(?P<content>[^\r\n\x85]*)(?P<end>{_BREAK}|\Z)")


@cache
def _flow_parts(style: str) -> re.Pattern[str]:
    """Return a pattern for the parts of a plain or quoted scalar.

    The parts are folded line breaks, escapes and runs of characters.
    """
    fold = rf"[ \t]*(?P<fold>{_BREAK}[ \t]*(?:{_BREAK}[ \t]*)*)"
    escape = {
        "'": r"(?P<escape>'')|",
        '"': rf"\\(?P<cut>{_BREAK}[ \t]*(?:{_BREAK}[ \t]*)*)|"
        r"(?P<escape>\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U00[01][0-9a-fA-F]{5}|.))|",
    }
    return re.compile(rf"{escape.get(style, '')}{fold}|[ \t]+|(?s:.)[^\s'\\]*")


def _flow(text: str, place: Span, style: str) -> Iterator[Chars]:
    """Yield the decoded characters of a plain or quoted scalar."""
    out = _Out(text)
    for part in _flow_parts(style).finditer(text, *place):
        kind = part.lastgroup
        if kind == "escape":
            out.put(_unescape(part["escape"]), Span(*part.span()))
        elif kind is None:
            out.copy(*part.span())
        else:
            # One break is a space, of several all but the first are kept; an escaped one is removed.
            breaks = [Span(*each.span()) for each in re.compile(_BREAK).finditer(text, *part.span(kind))]
            if kind == "fold" and len(breaks) == 1:
                out.put(" ", Span(*part.span()))
            out.newlines(breaks[1:])
    yield out.chars()


def _unescape(escape: str) -> str:
    if escape == "''":
        return "'"
    code = escape[2:]
    return chr(int(code, 16)) if code else _ESCAPES.get(escape[1], escape)


def _block(text: str, scalar: Scalar) -> Iterator[Chars]:
    """Yield the decoded characters of a block scalar for each possible indentation."""
    header = _HEADER.match(text, *scalar.span)
    if header is None:
        return
    lines = [each for each in _LINE.finditer(text, header.end(), scalar.span.end) if each.group()]
    contents = [line["content"] for line in lines if line["content"].strip(" ")]
    indents = [len(content) - len(content.lstrip(" ")) for content in contents]
    if header["indent"]:  # relative to the parent's indentation, which is not known here
        candidates: Iterable[int] = range(int(header["indent"]), min(indents, default=0) + 1)
    else:
        candidates = indents[:1] or [0]
    for indent in candidates:
        yield _block_at(text, lines, indent, scalar.style == ">", header["chomp"] or header["last"])


def _block_at(text: str, lines: Iterable[re.Match[str]], indent: int, folded: bool, chomp: str) -> Chars:
    """Return a block scalar's characters if its content is indented by *indent*."""
    out = _Out(text)
    last: list[Span] = []  # the break after the last line of content
    empty: list[Span] = []  # and those of the empty lines since
    was_more = False
    for line in lines:
        start, end = line.span("content")
        breaks = [Span(*line.span("end"))] if line["end"] else []
        if end - start <= indent and not line["content"].strip(" "):
            empty += breaks
            continue
        is_more = text[start + indent] in " \t"
        if folded and last and not (was_more or is_more):
            if not empty:
                out.put(" ", Span(last[0].start, start + indent))
            last = []
        out.newlines([*last, *empty])
        out.copy(start + indent, end)
        last, empty, was_more = breaks, [], is_more
    if chomp != "-":
        out.newlines([*last, *empty] if chomp == "+" else last)
    return out.chars()


class _Out:
    """A collector of characters with their source spans."""

    __slots__ = ("_parts", "_places", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts: list[str] = []
        self._places: list[Span | None] = []

    def copy(self, start: int, end: int) -> None:
        """Add source characters that are part of the value unchanged."""
        self._parts.append(self._text[start:end])
        self._places += [Span(at, at + 1) for at in range(start, end)]

    def put(self, char: str, place: Span) -> None:
        """Add a character that is written as *place*.

        If the source is one different character (a folded break), the place is dropped, because it
        must not be edited.
        """
        source = self._text[place.start : place.end]
        self._parts.append(char)
        self._places.append(None if len(source) == 1 and source != char else place)

    def newlines(self, places: Iterable[Span]) -> None:
        """Add a newline for each of the line breaks *places*."""
        for place in places:
            self.put("\n", place)

    def chars(self) -> Chars:
        return Chars("".join(self._parts), self._places)
