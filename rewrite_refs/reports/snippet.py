"""A line of a file with a mark under a location, for a terminal."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from rewrite_refs.reports import Location, visible

_WIDEST = 160  # of a line; longer ones are cut around the mark
_AROUND = 60
_TAB = "    "


class Snippet(NamedTuple):
    """The text to print of a line, and the columns of the mark under it.

    The mark is ``width`` columns wide, after ``before`` columns.
    """

    text: str
    before: int
    width: int


def snippet(line: str, location: Location) -> Snippet | None:
    """Return the part of *line* around a location in it; None if the line is blank."""
    start = location.column - 1
    stop = location.end_column - 1 if location.end_line == location.line else len(line)
    stop = max(min(stop, len(line)), start)
    if not line.strip():
        return None
    head, tail = "", ""
    first, last = 0, len(line)
    if len(line) > _WIDEST:
        first = max(start - _AROUND, 0)
        last = min(stop + _AROUND, len(line))
        head, tail = "..." if first else "", "..." if last < len(line) else ""
    before = head + _shown(line[first:start])
    marked = _shown(line[start:stop])
    text = before + marked + _shown(line[stop:last]) + tail
    return Snippet(text.rstrip(), _width(before), max(_width(marked), 1))


def _shown(text: str) -> str:
    return "".join(_TAB if char == "\t" else visible(char) for char in text)


def _width(text: str) -> int:
    """Return the number of terminal columns that a text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
