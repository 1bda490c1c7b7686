"""What a run found, and the functions that print it: results in, lines out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rewrite_refs.reference import Reference
from rewrite_refs.rules import Status


class Place(NamedTuple):
    """Where something stands.  Lines and columns count characters from 1; the end is exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


class Entry(NamedTuple):
    """One reference of a run.  ``place`` and ``format`` are None for one from the command line."""

    place: Place | None
    format: str | None
    text: str
    reference: Reference | None
    status: Status
    target: str | None
    rule: str | None
    reason: str | None
    done: bool = False

    @property
    def left(self) -> bool:
        """Whether it should be another and was not rewritten."""
        if self.done or self.status not in ("direct", "wrong", "cached"):
            return False
        return self.status == "wrong" or self.target is not None


class Trouble(NamedTuple):
    """A part of a file that could not be read as its format."""

    path: str
    line: int
    column: int
    message: str


class Report(NamedTuple):
    """All that a run found, ordered by path and position."""

    entries: Sequence[Entry]
    troubles: Sequence[Trouble]


def visible(text: str) -> str:
    """*text* with control characters and undecodable bytes made visible, for a terminal."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in text
    )
