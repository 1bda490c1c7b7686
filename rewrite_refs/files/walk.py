"""Which files there are, and of which format each is."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rewrite_refs.files import git as gitcalls
from rewrite_refs.formats import BY_NAME, FORMATS, Format

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

OnError: TypeAlias = Callable[[OSError], None]

_CLOSED_FOLDER = re.compile(rb"could not open directory '(.*)/?': (.*)")


def root_of(path: Path) -> Path | None:
    """The top folder of the git checkout that holds *path* (absolute), or None."""
    return next((folder for folder in (path, *path.parents) if os.path.lexists(folder / ".git")), None)


class Patterns:
    """Patterns in .gitignore's language, counted from a folder."""

    def __init__(self, folder: Path, lines: Sequence[str]) -> None:
        self._folder = folder
        self._lines = lines
        self._spec: GitIgnoreSpec | None = None

    def match(self, path: Path) -> bool:
        """Whether a file (absolute) is meant."""
        if not self._lines:
            return False
        if self._spec is None:
            self._spec = _spec(self._lines)
        try:
            name = path.relative_to(self._folder).as_posix()
        except ValueError:
            return False
        return self._spec.match_file(name)


def check_pattern(pattern: str) -> str:
    """*pattern* if it is one of .gitignore's; ValueError with what to write otherwise."""
    try:
        _spec([pattern])
    except ValueError:
        raise ValueError(
            f"{pattern!r} is no .gitignore pattern: write one such as vendor/ or **/*.tmpl"
        ) from None
    return pattern


class Assigned(NamedTuple):
    """The formats that the configuration gives to files by pattern."""

    patterns: tuple[tuple[Format, Patterns], ...] = ()

    @classmethod
    def of(cls, formats: Mapping[str, Sequence[str]], folder: Path) -> Assigned:
        """From the names of formats, each with its patterns."""
        return cls(tuple((BY_NAME[name], Patterns(folder, lines)) for name, lines in formats.items()))

    def format(self, path: Path) -> Format | None:
        """The format assigned to a file, if any."""
        return next((each for each, patterns in self.patterns if patterns.match(path)), None)

    def candidate(self, path: Path, within: PurePath) -> bool:
        """Whether a file can be of any format, from its path, and the one *within* its repository."""
        return any(each.candidate(within) for each in FORMATS) or self.format(path) is not None


def walk(folder: Path, on_error: OnError = lambda error: None) -> Iterator[Path]:
    """The files below *folder* as git sees them: tracked, and untracked but not ignored.

    Where git cannot say, the .gitignore files are obeyed.  Symbolic links are
    among the files, and so may be what is in the index only, or a submodule;
    folders behind links are not entered.  *on_error* is told of folders that
    cannot be listed.
    """
    names = _git_files(folder, on_error)
    if names is None:
        yield from _unignored(folder, on_error)
    else:
        yield from (folder / name for name in sorted(set(names)))


def _git_files(folder: Path, on_error: OnError) -> list[str] | None:
    """The files below *folder*, by their path from there, that git lists; None where it does not."""
    top = gitcalls.checkout_of(folder)
    if top is None:
        return None
    within = PurePath(os.path.realpath(folder)).relative_to(top)
    prefix = b"" if within == PurePath() else os.fsencode(within) + b"/"
    only = ["--", os.fsdecode(prefix)] if prefix else []
    try:
        run = gitcalls.run(top, "ls-files", "-zco", "--exclude-standard", *only)
    except TimeoutError as error:
        on_error(OSError(0, error.strerror, str(folder)))
        return None
    if run is None or run.returncode:
        return None
    for name, reason in _CLOSED_FOLDER.findall(run.stderr):
        on_error(OSError(0, reason.decode(), str(folder / os.fsdecode(name.removeprefix(prefix)))))
    names = (name for name in run.stdout.split(b"\0") if name and gitcalls.is_inside(name))
    return [os.fsdecode(name.removeprefix(prefix)) for name in names]


def _unignored(folder: Path, on_error: OnError) -> Iterator[Path]:
    """The files below *folder* that no .gitignore names, be it above or below."""
    root = root_of(folder) or folder
    above = tuple(each for each in reversed(folder.parents) if each.is_relative_to(root))
    pending = [(folder, tuple(rules for each in above for rules in _rules(each)))]
    while pending:
        here, specs = pending.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            on_error(error)
            continue
        specs = (*specs, *_rules(here))
        for entry in entries:
            path = here / entry.name
            is_folder = entry.is_dir(follow_symlinks=False)
            if entry.name == ".git" or _ignored(path, is_folder, specs):
                continue
            if is_folder:
                pending.append((path, specs))
            else:
                yield path


def _rules(folder: Path) -> list[tuple[Path, GitIgnoreSpec]]:
    """The rules of a folder's own .gitignore, if it has one."""
    from rewrite_refs.files.io import read

    try:
        data = read(folder / ".gitignore")
    except OSError:
        data = None
    if not data:
        return []
    lines = os.fsdecode(data.removeprefix(b"\xef\xbb\xbf")).split("\n")
    return [(folder, _spec([line for line in (each.rstrip("\r") for each in lines) if _is_pattern(line)]))]


def _is_pattern(line: str) -> bool:
    try:
        return bool(check_pattern(line))
    except ValueError:  # git passes over it, too
        return False


def _spec(lines: Iterable[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)


def _ignored(path: Path, is_folder: bool, specs: Sequence[tuple[Path, GitIgnoreSpec]]) -> bool:
    for folder, spec in reversed(specs):
        name = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
        verdict = spec.check_file(name).include
        if verdict is not None:
            return verdict
    return False
