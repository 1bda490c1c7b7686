"""One run: from paths to results, file by file.

Each file goes by the configuration nearest to it, and so by a session of its
own where it has another one than its neighbours.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

from rewrite_refs.engine import parameters
from rewrite_refs.engine.context import FileContext
from rewrite_refs.engine.ignores import Comments, comments
from rewrite_refs.files import io as files
from rewrite_refs.files.patterns import Patterns
from rewrite_refs.files.walk import root_of, walk
from rewrite_refs.formats.base import File, Format
from rewrite_refs.formats.detect import Assigned, detect
from rewrite_refs.formats.placeholders import with_hosts, with_placeholders
from rewrite_refs.repository import charts
from rewrite_refs.repository.outcome import Outcome, entry_of, trouble_of
from rewrite_refs.repository.project import Project
from rewrite_refs.results import Finding, Place, Trouble
from rewrite_refs.text.lines import Lines
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence

Nearest: TypeAlias = Callable[[Path], "Session"]
Progress: TypeAlias = Callable[[int, int], None]

_NOT_UTF8 = "this is not UTF-8: convert the file, or exclude it"


class Session(NamedTuple):
    """All that holds for the files of one configuration.

    ``lint`` asks for findings.  ``nearest`` gives the session of a folder, and
    ``progress`` is told how many files of how many have been looked at.
    """

    project: Project
    assigned: Assigned = Assigned()
    exclude: tuple[Patterns, ...] = ()
    cwd: Path = Path()
    lint: bool = False
    nearest: Nearest | None = None
    progress: Progress | None = None

    def at(self, path: Path) -> Session:
        """The session of a file (absolute)."""
        return self.nearest(path.parent) if self.nearest else self

    def outcomes(self, paths: Sequence[str], edit: bool) -> Iterator[Outcome]:
        """Each file below or at *paths* that has something to say; *edit* asks for its new content."""
        seen: set[str] = set()
        chains: dict[Path, tuple[Session, ...]] = {}
        for at, name in enumerate(paths):
            path = self._absolute(name)
            is_folder = files.is_folder(path)
            root = os.path.realpath(self._root(path if is_folder else path.parent))
            if not name:  # a variable that somebody forgot to set; it would be the working folder
                yield Outcome(path, "''", error="there is no file with an empty name")
            elif not _below(os.path.realpath(path), root):
                yield self._failed(path, "it is behind a link that leaves the repository")
            else:
                closed: list[OSError] = []
                found = self._candidates(path, closed) if is_folder else [path]
                for number, each in enumerate(found):
                    if self.progress:
                        self.progress(*((number, len(found)) if is_folder else (at, len(paths))))
                    real = os.path.realpath(each)
                    if each.parent not in chains:
                        chains[each.parent] = self._chain(each.parent)
                    chain = chains[each.parent]
                    if real not in seen and _below(real, root) and not _leaves(chain, each, Path(real)):
                        seen.add(real)
                        yield from chain[0]._file(each, edit, named=not is_folder)
                for error in closed:
                    folder = Path(error.filename)
                    if not self._excluded(folder / "any"):
                        yield self._failed(folder, f"cannot be read: {error.strerror}")

    def stdin(self, name: str, data: bytes, edit: bool) -> Outcome:
        """The outcome of *data*, read as the file *name* would be."""
        path = self._absolute(name)
        chain = self._chain(path.parent)
        outcome = None if _leaves(chain, path, path) else chain[0]._read(path, data, edit, named=True)
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
            if not self._excluded(path) and self.at(path).assigned.candidate(path, path.relative_to(root))
        )
        return sorted(paths, key=os.path.islink)

    def _chain(self, folder: Path) -> tuple[Session, ...]:
        """The sessions that can leave the files of a folder: its own, those above it, and this one."""
        if self.nearest is None:
            return (self,)
        root = self._root(folder)
        above = (each for each in (folder, *folder.parents) if each.is_relative_to(root))
        found = {id(each): each for each in (*map(self.nearest, above), self)}
        return tuple(found.values())

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
            outcome = self._read(path, data, edit, named)
            if outcome:
                yield outcome
        elif named:
            there = os.path.lexists(path)
            yield self._failed(path, "it is no regular file" if there else "there is no such file or folder")

    def _read(self, path: Path, data: bytes, edit: bool, named: bool) -> Outcome | None:
        """What is to be said of one file's content; None where it shows the marks of no format.

        A binary file has no marks, which matters where it was *named*: somebody expects it to be read.
        """
        try:
            narrow = files.narrowed(data)
            format = self._format(path, data if narrow is None else narrow)
            if format:
                if narrow is not None:
                    return self._undecodable(path, data, "")
                return self._outcome(path, data, format, edit)
            if named and not files.is_utf8(data):
                return Outcome(path, self.shown(path), data, data, error=f"cannot be read: {_NOT_UTF8}")
            return None
        except Exception as error:  # one file must not stop the others, nor show a traceback
            message = f"internal error, please report it with this file: {type(error).__name__}: {error}"
            return Outcome(path, self.shown(path), data, data, error=message)

    def _format(self, path: Path, data: bytes) -> Format | None:
        """The format of a file, told as if it named registries instead of placeholders."""
        placeholders = self.project.policies.placeholders
        root = self._root(path.parent)
        in_chart = charts.chart_of(path, root) is not None
        file = File(path.relative_to(root), with_hosts(data, placeholders), in_chart)
        return detect(file, self.assigned.format(path), any("{{" in each for each in placeholders))

    def _outcome(self, path: Path, data: bytes, format: Format, edit: bool) -> Outcome | None:
        shown = self.shown(path)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            return self._undecodable(path, data, data[: error.start].decode("utf-8"))
        format = with_placeholders(format, self.project.policies.placeholders)
        judge = partial(self.project.judge, format=format.name, path=path)
        policy = self.project.policies.of(path)
        style = policy.style(format.name)
        if style.parameter and format.variables and format.variables.beside:
            style = style._replace(taken=_set_beside(path, format.variables.beside))
        source = Source(text)
        root = self._root(path.parent)
        context = FileContext(path, path.relative_to(root).as_posix(), root, format, policy.rules, style)
        if edit:
            result = parameters.rewrite(source, context, judge)
            new, judged, problems = result.text, result.findings, result.problems
        else:
            inspected, problems = parameters.inspect(source, context, judge)
            new, judged = text, tuple(inspected)
        lines = source.once(Lines)
        taken = [each for each in judged if self._takes(each.occurrence)]
        entries = {entry_of(each, shown, format.name, lines): None for each in taken}
        templates = sum(each.template for each in problems)
        known = comments(source, format.comments == "own-line")
        settings = self.project.policies.lint
        found: Sequence[Finding] = ()
        if self.lint:
            from rewrite_refs.lint import engine

            others = [each for each in judged if not self._takes(each.occurrence)]
            found = engine.findings(engine.Text(path, shown, lines, taken, others, problems, known), settings)
        if problems and settings.hides(known, path, "unparsable-file"):
            problems = ()
        return Outcome(
            path,
            shown,
            data,
            data if new == text else new.encode("utf-8"),
            tuple(entries),
            tuple(trouble_of(each, shown, lines) for each in problems if not each.template),
            templates,
            sum(not each.occurrence.key for each in judged) - len(taken),
            findings=tuple(found),
        )

    def _takes(self, occurrence: Occurrence) -> bool:
        """Whether a reference is one to report."""
        return not occurrence.key and (self.project.embedded or not occurrence.embedded)

    def _undecodable(self, path: Path, data: bytes, before: str) -> Outcome:
        """The outcome of a file that is not UTF-8 behind the text *before*."""
        shown, settings = self.shown(path), self.project.policies.lint
        position = Lines(before).position(len(before))
        if settings.hides(Comments(), path, "unparsable-file"):
            return Outcome(path, shown, data, data)
        found: list[Finding] = []
        if self.lint:
            from rewrite_refs.lint import engine

            found = engine.unread(Place(shown, *position, *position), _NOT_UTF8, settings)
        troubles = (Trouble(shown, *position, _NOT_UTF8),)
        return Outcome(path, shown, data, data, troubles=troubles, findings=tuple(found))


def _leaves(sessions: Sequence[Session], path: Path, real: Path) -> bool:
    """Whether a configuration excludes a file; none takes back what another leaves."""
    return any(each._excluded(path) or each._excluded(real) for each in sessions)


def _below(real: str, root: str) -> bool:
    return real == root or real.startswith(root.rstrip(os.sep) + os.sep)


def _set_beside(path: Path, name: str) -> frozenset[str]:
    """The variables that the file *name* in the folder of another one sets, which is read with that."""
    text = files.text(path.parent / name) or ""
    return frozenset(re.findall(r"^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=", text, re.MULTILINE))
