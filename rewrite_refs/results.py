"""What a run found: plain data, for the commands and the reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from rewrite_refs.cache.verdict import LintCode, Status
from rewrite_refs.images.reference import Reference

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")  # the worst first


class Location(NamedTuple):
    """Where something stands.

    ``path`` counts from the working folder.  Lines and columns count characters
    from 1; the end is exclusive.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


class ReferenceRecord(NamedTuple):
    """One reference of a run.  ``location`` and ``format`` are None for one from the command line."""

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
        """The registry that it comes from, through the cache or not; None where that is not known."""
        if self.status in ("cached", "wrong") and self.rule:
            return self.rule.partition("/")[0]
        return self.reference.registry if self.reference else None

    @property
    def left(self) -> bool:
        """Whether it should be another and was not rewritten."""
        if self.done or self.status not in ("direct", "wrong", "cached"):
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
    """Put *text* in the place of what stands there."""

    location: Location
    text: str


class Diagnostic(NamedTuple):
    """What a rule of the lint says about one place.

    ``problem`` says what is wrong and ``help`` what to do about it.  ``subject``
    is what it is about, wherever that stands: the name of the image, without its
    tag.  ``line`` is the text of the line where the place begins.  ``fixable``
    tells that ``rewrite-refs rewrite`` mends it, and ``fix`` how, where that
    takes nothing but these replacements.  ``known`` marks one of the baseline.
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
        """What findings are sorted by: the place, and there the worst first."""
        return self.location, SEVERITIES.index(self.severity), self.rule

    @property
    def message(self) -> str:
        """The problem, and what to do about it."""
        return f"{self.problem}: {self.help}" if self.help else self.problem


class Group(NamedTuple):
    """References that are listed together, by what they have in common."""

    name: str
    references: int
    statuses: Mapping[str, int]


class Report(NamedTuple):
    """All that a run found, ordered by path and position.

    ``base`` is the working folder as its repository names it, empty for the top
    folder.  ``listed`` tells that the references are what was asked for, and no
    findings; ``groups`` are theirs, in the order of the entries.
    """

    records: Sequence[ReferenceRecord]
    parse_failures: Sequence[ParseFailure]
    diagnostics: Sequence[Diagnostic] = ()
    file_failures: Sequence[FileFailure] = ()
    base: str = ""
    listed: bool = False
    groups: Sequence[Group] = ()
