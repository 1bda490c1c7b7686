"""One run: from paths to results, file by file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from rewrite_refs import charts, files, parameters
from rewrite_refs.discover import Assigned, Patterns, root_of, walk
from rewrite_refs.errors import Problem
from rewrite_refs.formats import Format, compose, detect, kubernetes, template
from rewrite_refs.formats.file import File
from rewrite_refs.formats.withplaceholder import with_hosts, with_placeholders
from rewrite_refs.project import Project
from rewrite_refs.reports import Entry, Place, Trouble
from rewrite_refs.rewrite import Finding
from rewrite_refs.source import Lines


class Outcome(NamedTuple):
    """What became of one file.

    ``old`` and ``new`` are its content before and after (the same where
    nothing is to change); ``error`` says why it could not be read or written;
    ``templates`` counts parts that another tool fills in first, ``embedded``
    the references that only ``--embedded`` takes for such.
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


class Session(NamedTuple):
    """All that holds for one run."""

    project: Project
    assigned: Assigned = Assigned()
    exclude: tuple[Patterns, ...] = ()
    cwd: Path = Path()

    def outcomes(self, paths: Sequence[str], edit: bool) -> Iterator[Outcome]:
        """Each file below or at *paths* that has something to say; *edit* asks for its new content."""
        seen: set[str] = set()
        for name in paths:
            path = self._absolute(name)
            is_folder = files.is_folder(path)
            root = os.path.realpath(self._root(path if is_folder else path.parent))
            if not name:  # a variable that somebody forgot to set; it would be the working folder
                yield Outcome(path, "''", error="there is no file with an empty name")
            elif not _below(os.path.realpath(path), root):
                yield self._failed(path, "it is behind a link that leaves the repository")
            else:
                closed: list[OSError] = []
                for each in self._candidates(path, closed) if is_folder else (path,):
                    real = os.path.realpath(each)
                    excluded = self._excluded(each) or self._excluded(Path(real))
                    if real not in seen and _below(real, root) and not excluded:
                        seen.add(real)
                        yield from self._file(each, edit, named=not is_folder)
                for error in closed:
                    folder = Path(error.filename)
                    if not self._excluded(folder / "any"):
                        yield self._failed(folder, f"cannot be read: {error.strerror}")

    def stdin(self, name: str, data: bytes, edit: bool) -> Outcome:
        """The outcome of *data*, read as the file *name* would be."""
        path = self._absolute(name)
        outcome = None if self._excluded(path) else self._read(path, data, edit)
        return outcome or Outcome(path, self.shown(path), data, data)

    def shown(self, path: Path) -> str:
        """A path as reports write it: relative to the working folder, with ``/``."""
        return Path(os.path.relpath(path, self.cwd)).as_posix()

    def _absolute(self, name: str) -> Path:
        return Path(os.path.abspath(self.cwd / name))

    def _root(self, folder: Path) -> Path:
        """The folder that links may not leave."""
        return root_of(folder) or (self.cwd if folder.is_relative_to(self.cwd) else folder)

    def _candidates(self, folder: Path, closed: list[OSError]) -> list[Path]:
        """The files of a folder that can be of a format; links last, so that a file goes by its own name."""
        root = self._root(folder)
        paths = (
            path
            for path in walk(folder, closed.append)
            if self.assigned.candidate(path, path.relative_to(root))
        )
        return sorted(paths, key=os.path.islink)

    def _excluded(self, path: Path) -> bool:
        return any(patterns.match(path) for patterns in self.exclude)

    def _failed(self, path: Path, error: str) -> Outcome:
        return Outcome(path, self.shown(path), error=error)

    def _file(self, path: Path, edit: bool, named: bool) -> Iterator[Outcome]:
        """The outcome of a file; that there is none (it is gone, or a FIFO) matters where it was *named*."""
        try:
            data = files.read(path)
        except OSError as error:
            yield self._failed(path, f"cannot be read: {error.strerror}")
            return
        if data is not None:
            outcome = self._read(path, data, edit)
            if outcome:
                yield outcome
        elif named:
            there = os.path.lexists(path)
            yield self._failed(path, "it is no regular file" if there else "there is no such file or folder")

    def _read(self, path: Path, data: bytes, edit: bool) -> Outcome | None:
        """What is to be said of one file's content; None where it shows the marks of no format."""
        try:
            format = self._format(path, data)
            return self._outcome(path, data, format, edit) if format else None
        except Exception as error:  # one file must not stop the others, nor show a traceback
            message = f"internal error, please report it with this file: {type(error).__name__}: {error}"
            return Outcome(path, self.shown(path), data, data, error=message)

    def _format(self, path: Path, data: bytes) -> Format | None:
        """The format of a file; a chart's manifest is a template where it gets an action for its registry."""
        placeholders = self.project.policies.placeholders
        placed = self._placed(path)
        format = self.assigned.format(path) or detect(placed, with_hosts(data, placeholders))
        actions = any("{{" in each for each in placeholders)
        return template if format == kubernetes and actions and template.is_in_chart(placed) else format

    def _placed(self, path: Path) -> File:
        """A file as the formats are asked about it."""
        root = self._root(path.parent)
        return File(path.relative_to(root), charts.chart_of(path, root) is not None)

    def _outcome(self, path: Path, data: bytes, format: Format, edit: bool) -> Outcome | None:
        shown = self.shown(path)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            before = data[: error.start].decode("utf-8")
            trouble = Trouble(
                shown,
                *Lines(before).position(len(before)),
                "this is not UTF-8: convert the file, or exclude it",
            )
            return Outcome(path, shown, data, data, troubles=(trouble,))
        format = with_placeholders(format, self.project.policies.placeholders)
        judge = partial(self.project.judge, format=format.NAME, path=path)
        style = self.project.policies.of(path).style(format.NAME)
        if style.parameter and format.NAME == compose.NAME:
            style = style._replace(taken=_set_beside(path))
        if edit:
            result = parameters.rewrite(text, format, judge, style)
            new, findings, problems = result.text, result.findings, result.problems
        else:
            found, problems = parameters.inspect(text, format, judge, style)
            new, findings = text, tuple(found)
        lines = Lines(text)
        findings = tuple(each for each in findings if not each.occurrence.key)
        taken = [each for each in findings if self.project.embedded or not each.occurrence.embedded]
        entries = {_entry(each, shown, format.NAME, lines): None for each in taken}
        return Outcome(
            path,
            shown,
            data,
            data if new == text else new.encode("utf-8"),
            tuple(entries),
            tuple(_trouble(each, shown, lines) for each in problems if not each.template),
            sum(each.template for each in problems),
            len(findings) - len(taken),
        )


def _below(real: str, root: str) -> bool:
    return real == root or real.startswith(root.rstrip(os.sep) + os.sep)


def _entry(finding: Finding, shown: str, format: str, lines: Lines) -> Entry:
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
    )


def _set_beside(path: Path) -> frozenset[str]:
    """The variables that the ``.env`` file beside a Compose file sets; Compose reads it by itself."""
    text = files.text(path.parent / ".env") or ""
    return frozenset(re.findall(r"^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=", text, re.MULTILINE))


def _trouble(problem: Problem, shown: str, lines: Lines) -> Trouble:
    return Trouble(shown, *lines.position(problem.offset), problem.message)
