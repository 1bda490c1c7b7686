"""The results of a run as plain data, for the commands and the reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from rewrite_refs.cache.verdict import LintCode, Status
from rewrite_refs.images.reference import Reference

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")  # the worst first


class Location(NamedTuple):
    """A range of characters in a file.

    ``path`` is relative to the working folder.  Lines and columns are counted
    from 1, columns in characters; the end is exclusive.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


class ReferenceRecord(NamedTuple):
    """One reference of a run.

    ``location`` and ``format`` are None for a reference from the command line.
    """

    location: Location | None
    format: str | None
    text: str
    reference: Reference | None
    status: Status
    target: str | None
    rule: str | None
    reason: str | None
    done: bool = False
    code: LintCode | None = None

    @property
    def upstream(self) -> str | None:
        """The registry the image comes from, through the cache or not; None if unknown."""
        if self.status in ("cached", "wrong") and self.rule:
            return self.rule.partition("/")[0]
        return self.reference.registry if self.reference else None

    @property
    def left(self) -> bool:
        """Whether the reference should be changed but was not rewritten.

        The cache of another region, whose rule is unknown, does not count: the file may belong to it.
        """
        if self.done or self.status not in ("direct", "wrong", "cached"):
            return False
        if self.code == "wrong-region" and self.rule is None:
            return False
        return self.status == "wrong" or self.target is not None


class ParseFailure(NamedTuple):
    """A part of a file that could not be read as its format."""

    path: str
    line: int
    column: int
    message: str


class FileFailure(NamedTuple):
    """A file that could not be read or written at all."""

    path: str
    message: str


class Replacement(NamedTuple):
    """A replacement of the text at a location."""

    location: Location
    text: str


class Diagnostic(NamedTuple):
    """The message of a lint rule about one location.

    Attributes:
        problem: What is wrong.
        help: What to do about it.
        subject: The name of the image, without its tag, independent of the location.
        line: The text of the line where the location begins.
        fixable: Whether ``rewrite-refs rewrite`` fixes it.
        fix: The replacements, if they are all that the fix needs.
        known: Whether the baseline contains it.
    """

    rule: str
    severity: Severity
    location: Location
    problem: str
    help: str | None = None
    subject: str = ""
    line: str = ""
    fixable: bool = False
    fix: tuple[Replacement, ...] = ()
    known: bool = False

    @property
    def order(self) -> tuple[Location, int, str]:
        """The sort key: the location, then the severity with the worst first."""
        return self.location, SEVERITIES.index(self.severity), self.rule

    @property
    def message(self) -> str:
        """The problem, and what to do about it if that is known."""
        return f"{self.problem}: {self.help}" if self.help else self.problem


class Group(NamedTuple):
    """References that are listed together because they share a property."""

    name: str
    references: int
    statuses: Mapping[str, int]


class Report(NamedTuple):
    """All results of a run, ordered by path and position.

    ``base`` is the path of the working folder from the top of its repository,
    empty for the top folder.  ``listed`` is True if the references were asked
    for and not the diagnostics; ``groups`` then follow the order of ``records``.
    """

    records: Sequence[ReferenceRecord]
    parse_failures: Sequence[ParseFailure]
    diagnostics: Sequence[Diagnostic] = ()
    file_failures: Sequence[FileFailure] = ()
    base: str = ""
    listed: bool = False
    groups: Sequence[Group] = ()
