"""Line and column numbers of offsets, for reports."""

from __future__ import annotations

from array import array
from bisect import bisect_right


class Lines:
    """The lines of a text, for reports; only a newline ends a line."""

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        starts = array("Q", [1 if text.startswith("\ufeff") else 0])
        at = text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = text.find("\n", at + 1)
        self._starts = starts

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and column of an offset, both from 1; a BOM is not counted."""
        line = max(bisect_right(self._starts, offset), 1)
        return line, max(offset - self._starts[line - 1], 0) + 1

    def line(self, number: int) -> str:
        """Return line *number* (from 1) without its line break, empty if there is none."""
        if not 1 <= number <= len(self._starts):
            return ""
        start = self._starts[number - 1]
        stop = self._text.find("\n", start)
        return self._text[start : stop if stop >= 0 else len(self._text)].rstrip("\r")
