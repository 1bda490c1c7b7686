"""The outcome of one file."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.errors import Problem
from rewrite_refs.files import io as files
from rewrite_refs.results import Diagnostic, Location, ParseFailure, ReferenceRecord
from rewrite_refs.text.lines import Lines


class Outcome(NamedTuple):
    """The outcome of one file.

    Attributes:
        path: The absolute path of the file.
        shown: The path as reports write it.
        old: The content before the run.
        new: The content after it; the same where nothing is to change.
        records: The references.
        parse_failures: The parts that could not be parsed.
        templates: The number of parts that another tool fills in first.
        embedded: The number of references that count only with ``--embedded``.
        error: Why the file could not be read or written.
        diagnostics: The diagnostics of the lint, if it was requested.
    """

    path: Path
    shown: str
    old: bytes = b""
    new: bytes = b""
    records: tuple[ReferenceRecord, ...] = ()
    parse_failures: tuple[ParseFailure, ...] = ()
    templates: int = 0
    embedded: int = 0
    error: str | None = None
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether there is something to write."""
        return self.new != self.old

    def written(self) -> Outcome:
        """Write the new content to the file and return the outcome of that."""
        try:
            files.write(self.path, self.old, self.new)
        except files.Unwritable as error:
            kept = tuple(
                each._replace(done=False, reason="the file was not written") if each.done else each
                for each in self.records
            )
            return self._replace(new=self.old, records=kept, error=f"not written: {error}")
        return self


def record_of(resolution: Resolution, shown: str, format: str, lines: Lines) -> ReferenceRecord:
    """Return the record of a reference in a file that reports call *shown*."""
    verdict, span = resolution.verdict, resolution.occurrence.span
    location = Location(shown, *lines.position(span.start), *lines.position(span.end))
    return ReferenceRecord(
        location,
        format,
        resolution.occurrence.text,
        verdict.reference,
        verdict.status,
        verdict.target,
        verdict.rule,
        verdict.reason,
        resolution.done,
        verdict.code,
    )


def parse_failure_of(problem: Problem, shown: str, lines: Lines) -> ParseFailure:
    """Return a problem with its line, in a file that reports call *shown*."""
    return ParseFailure(shown, *lines.position(problem.offset), problem.message)
