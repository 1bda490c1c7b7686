"""What became of one file."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from rewrite_refs.engine.rewrite import Judged
from rewrite_refs.errors import Problem
from rewrite_refs.files import io as files
from rewrite_refs.results import Entry, Finding, Place, Trouble
from rewrite_refs.text.lines import Lines


class Outcome(NamedTuple):
    """What became of one file.

    ``old`` and ``new`` are its content before and after (the same where
    nothing is to change); ``error`` says why it could not be read or written;
    ``templates`` counts parts that another tool fills in first, ``embedded``
    the references that only ``--embedded`` takes for such.  ``findings`` are those
    of the lint, where it was asked for.
    """

    path: Path
    shown: str
    old: bytes = b""
    new: bytes = b""
    entries: tuple[Entry, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    templates: int = 0
    embedded: int = 0
    error: str | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether there is something to write."""
        return self.new != self.old

    def written(self) -> Outcome:
        """The outcome of writing the new content to the file."""
        try:
            files.write(self.path, self.old, self.new)
        except files.Unwritable as error:
            kept = tuple(
                each._replace(done=False, reason="the file was not written") if each.done else each
                for each in self.entries
            )
            return self._replace(new=self.old, entries=kept, error=f"not written: {error}")
        return self


def entry_of(finding: Judged, shown: str, format: str, lines: Lines) -> Entry:
    """The entry of a reference in a file that reports call *shown*."""
    verdict, span = finding.verdict, finding.occurrence.span
    place = Place(shown, *lines.position(span.start), *lines.position(span.end))
    return Entry(
        place,
        format,
        finding.occurrence.text,
        verdict.reference,
        verdict.status,
        verdict.target,
        verdict.rule,
        verdict.reason,
        finding.done,
        verdict.breaks,
    )


def trouble_of(problem: Problem, shown: str, lines: Lines) -> Trouble:
    """A problem with its line, in a file that reports call *shown*."""
    return Trouble(shown, *lines.position(problem.offset), problem.message)
