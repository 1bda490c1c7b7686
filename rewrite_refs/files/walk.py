"""The files of a folder, as git lists them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, TypeAlias

from rewrite_refs.files import git as gitcalls
from rewrite_refs.files.patterns import check_pattern, gitignore_spec

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

OnError: TypeAlias = Callable[[OSError], None]

_CLOSED_FOLDER = re.compile(rb"could not open directory '(.*)/?': (.*)")


def root_of(path: Path) -> Path | None:
    """Return the top of the git checkout that contains *path* (absolute), or None."""
    return next((folder for folder in (path, *path.parents) if os.path.lexists(folder / ".git")), None)


def walk(folder: Path, on_error: OnError = lambda error: None) -> Iterator[Path]:
    """Yield the files below *folder* that are tracked, or untracked but not ignored.

    If git cannot list them, the .gitignore files are applied instead.  Symbolic
    links are included, and so may be submodules and files that are only in the
    index; linked folders are not entered.  *on_error* is called with the error
    for each folder that cannot be listed.
    """
    names = _git_files(folder, on_error)
    if names is None:
        yield from _unignored(folder, on_error)
    else:
        yield from (folder / name for name in sorted(set(names)))


def _git_files(folder: Path, on_error: OnError) -> list[str] | None:
    """Return the relative paths of the files that git lists, or None if it fails."""
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
    """Yield the files below *folder* that no .gitignore, above or below, ignores."""
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
    """Return the compiled .gitignore of a folder with the folder, if it has one."""
    from rewrite_refs.files.io import read

    try:
        data = read(folder / ".gitignore")
    except OSError:
        data = None
    if not data:
        return []
    lines = os.fsdecode(data.removeprefix(b"\xef\xbb\xbf")).split("\n")
    return [
        (
            folder,
            gitignore_spec([line for line in (each.rstrip("\r") for each in lines) if _is_pattern(line)]),
        )
    ]


def _is_pattern(line: str) -> bool:
    try:
        return bool(check_pattern(line))
    except ValueError:  # git ignores such a line, too
        return False


def _ignored(path: Path, is_folder: bool, specs: Sequence[tuple[Path, GitIgnoreSpec]]) -> bool:
    for folder, spec in reversed(specs):
        name = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
        verdict = spec.check_file(name).include
        if verdict is not None:
            return verdict
    return False
