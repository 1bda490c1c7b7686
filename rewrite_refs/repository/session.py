"""One run: from paths to results, file by file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from rewrite_refs.cache.verdict import Verdict
from rewrite_refs.engine import parameters
from rewrite_refs.engine.context import FileContext
from rewrite_refs.engine.ignores import Comments, comments
from rewrite_refs.errors import ConfigError
from rewrite_refs.files import io
from rewrite_refs.files.walk import walk
from rewrite_refs.formats.base import File
from rewrite_refs.repository.outcome import Outcome, parse_failure_of, record_of
from rewrite_refs.repository.project import Project
from rewrite_refs.repository.workspace import Area, Workspace
from rewrite_refs.results import Diagnostic, Location, ParseFailure
from rewrite_refs.text.lines import Lines
from rewrite_refs.text.spans import Occurrence

Progress: TypeAlias = Callable[[int, int], None]

_NOT_UTF8 = "this is not UTF-8: convert the file, or exclude it"


class Session:
    """A run over files.

    Args:
        workspace: The files and their configurations.
        lint: Whether diagnostics are wanted.
        progress: Called with the number of files that have been read and the number of all files.
    """

    def __init__(self, workspace: Workspace, lint: bool = False, progress: Progress | None = None) -> None:
        self.workspace = workspace
        self.project = Project(workspace)
        self._lint = lint
        self._progress = progress

    def outcomes(self, paths: Sequence[str], edit: bool) -> Iterator[Outcome]:
        """Yield the outcome of each file at or below *paths* that has one.

        *edit* requests the new content of the files.
        """
        seen: set[str] = set()
        for at, name in enumerate(paths):
            path = self._absolute(name)
            is_folder = io.is_folder(path)
            root = os.path.realpath(self.workspace.boundary(path if is_folder else path.parent))
            if not name:  # probably an unset variable; it would mean the working folder
                yield Outcome(path, "''", error="there is no file with an empty name")
            elif not _below(os.path.realpath(path), root):
                yield self._failed(path, "it is reached through a link that leaves the repository")
            else:
                closed: list[OSError] = []
                found = self._candidates(path, closed) if is_folder else [path]
                for number, each in enumerate(found):
                    if self._progress:
                        self._progress(*((number, len(found)) if is_folder else (at, len(paths))))
                    real = os.path.realpath(each)
                    if real not in seen and _below(real, root) and not self._excluded(each, Path(real)):
                        seen.add(real)
                        outcome = self._file(each, edit, named=not is_folder)
                        if outcome:
                            yield outcome
                for error in closed:
                    folder = Path(error.filename)
                    if not self.workspace.area(self.workspace.start).excludes(folder / "any"):
                        yield self._failed(folder, f"cannot be read: {error.strerror}")

    def stdin(self, name: str, data: bytes, edit: bool) -> Outcome:
        """Return the outcome of *data*, read as if it were the file *name*."""
        path = self._absolute(name)
        read = None if self.workspace.excludes(path) else self.workspace.keep(path, data)
        outcome = self._of_file(path, read, edit, named=True) if read else None
        return outcome or Outcome(path, self.workspace.shown(path), data, data)

    def _absolute(self, name: str) -> Path:
        return Path(os.path.abspath(self.workspace.cwd / name))

    def _candidates(self, folder: Path, closed: list[OSError]) -> list[Path]:
        """Return the files of a folder that may have a format.

        Links come last, so that a file is reported by its own name.
        """
        workspace = self.workspace
        root = workspace.boundary(folder)
        first = workspace.area(workspace.start)
        paths = (
            path
            for path in walk(folder, closed.append)
            if not first.excludes(path)
            and workspace.area(path.parent).assigned.candidate(path, path.relative_to(root))
        )
        return sorted(paths, key=os.path.islink)

    def _excluded(self, path: Path, real: Path) -> bool:
        """Whether a configuration excludes a file, by its name or that of its link target."""
        workspace = self.workspace
        return workspace.excludes(path) or (real != path and workspace.excludes(path, real))

    def _failed(self, path: Path, error: str) -> Outcome:
        return Outcome(path, self.workspace.shown(path), error=error)

    def _file(self, path: Path, edit: bool, named: bool) -> Outcome | None:
        """Return the outcome of a file, if there is one.

        That there is no regular file (it is gone, or a FIFO) is an error only where it was *named*.
        """
        try:
            file = self.workspace.file(path)
        except OSError as error:
            return self._failed(path, f"cannot be read: {error.strerror}")
        if file is not None:
            return self._of_file(path, file, edit, named)
        if not named:
            return None
        there = os.path.lexists(path)
        return self._failed(path, "it is not a regular file" if there else "there is no such file or folder")

    def _of_file(self, path: Path, file: File, edit: bool, named: bool) -> Outcome | None:
        """Return the outcome of a file; None where it has no format.

        A binary file has no format, which is an error only where it was *named* by the user.
        """
        try:
            narrow = io.narrowed(file.data)
            seen = file if narrow is None else File(file.path, narrow, file.chart)
            context = self.workspace.context(path, seen)
            if context is not None:
                if narrow is not None:
                    return self._undecodable(context, file.data, "")
                outcome = self._outcome(context, file, edit)
                self.workspace.settle(path, context.format)
                return outcome
            if named and not io.is_utf8(file.data):
                return self._failed(path, f"cannot be read: {_NOT_UTF8}")._replace(
                    old=file.data, new=file.data
                )
            return None
        except ConfigError:
            raise
        except Exception as error:  # one file must not stop the others, nor show a traceback
            message = f"internal error, please report it with this file: {type(error).__name__}: {error}"
            return Outcome(path, self.workspace.shown(path), file.data, file.data, error=message)

    def _outcome(self, context: FileContext, file: File, edit: bool) -> Outcome | None:
        path, data = context.path, file.data
        shown = self.workspace.shown(path)
        try:
            source = file.source
        except UnicodeDecodeError as error:
            return self._undecodable(context, data, data[: error.start].decode("utf-8"))

        def judge(occurrence: Occurrence) -> Verdict:
            return self.project.judge(occurrence, context)

        if edit:
            result = parameters.rewrite(source, context, judge)
            new, resolutions, problems = result.text, result.resolutions, result.problems
        else:
            inspected, problems = parameters.inspect(source, context, judge)
            new, resolutions = source.text, tuple(inspected)
        area = self.workspace.area(path.parent)
        lines = source.once(Lines)
        taken = [each for each in resolutions if _is_taken(each.occurrence, area)]
        records = {record_of(each, shown, context.format.name, lines): None for each in taken}
        templates = sum(each.template for each in problems)
        known = comments(source, context.format.comments == "own-line")
        settings = area.policies.lint
        found: Sequence[Diagnostic] = ()
        if self._lint:
            from rewrite_refs.lint import engine

            others = [each for each in resolutions if not _is_taken(each.occurrence, area)]
            found = engine.diagnose(engine.Text(path, shown, lines, taken, others, problems, known), settings)
        if problems and settings.is_ignored(known, path, "unparsable-file"):
            problems = ()
        return Outcome(
            path,
            shown,
            data,
            data if new == source.text else new.encode("utf-8"),
            tuple(records),
            tuple(parse_failure_of(each, shown, lines) for each in problems if not each.template),
            templates,
            sum(not each.occurrence.key for each in resolutions) - len(taken),
            diagnostics=tuple(found),
        )

    def _undecodable(self, context: FileContext, data: bytes, before: str) -> Outcome:
        """Return the outcome of a file that is not UTF-8 after the text *before*."""
        path = context.path
        shown, settings = self.workspace.shown(path), self.workspace.area(path.parent).policies.lint
        position = Lines(before).position(len(before))
        if settings.is_ignored(Comments(), path, "unparsable-file"):
            return Outcome(path, shown, data, data)
        found: list[Diagnostic] = []
        if self._lint:
            from rewrite_refs.lint import engine

            found = engine.diagnose_unreadable(Location(shown, *position, *position), _NOT_UTF8, settings)
        parse_failures = (ParseFailure(shown, *position, _NOT_UTF8),)
        return Outcome(path, shown, data, data, parse_failures=parse_failures, diagnostics=tuple(found))


def _is_taken(occurrence: Occurrence, area: Area) -> bool:
    """Whether a reference is to be reported."""
    return not occurrence.key and (area.embedded or not occurrence.embedded)


def _below(real: str, root: str) -> bool:
    return real == root or real.startswith(root.rstrip(os.sep) + os.sep)
