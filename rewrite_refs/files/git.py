"""The only code that calls git, in a way that is safe in untrusted repositories.

The configuration of a repository can name programs that git runs (``core.fsmonitor`` when files are
listed), other folders as its work tree, and remotes from which missing objects are fetched.  git also
treats any folder with ``HEAD``, ``objects`` and ``refs`` as a bare repository with such a configuration,
and a pull request can contain such a folder.  Therefore:

- git starts in the folder that contains ``.git``, never below it, and that folder is the work tree;
- options on the command line, which override all configuration, disable the programs;
- of the environment variables for git, only those of the user's own configuration are kept.

git still finds the repository itself, because ``--git-dir`` would skip its check of the files' owner
(``safe.directory`` in git-config(1)).  Written for git 2.30 and later; older versions ignore the keys and
variables that they do not know.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from subprocess import CompletedProcess

SECONDS = 120

_SETTINGS = {
    # Programs.  An empty core.fsmonitor is off in every version; "false" is a program before git 2.36.
    "core.fsmonitor": "",
    "core.virtualFilesystem": "",  # in Microsoft's git: runs a hook
    "core.hooksPath": os.devnull,
    "core.askPass": "",
    "credential.helper": "",
    "gc.auto": "0",
    "maintenance.auto": "false",
    # Other repositories.
    "safe.bareRepository": "explicit",
    "submodule.recurse": "false",
    # Files that are not needed here.
    "core.attributesFile": os.devnull,
    "core.untrackedCache": "false",
}
_FLAGS = ("--no-pager", "--no-optional-locks", "--literal-pathspecs", "--work-tree=.")
_VARIABLES = {
    "LC_ALL": "C",  # messages are parsed
    "GIT_ALLOW_PROTOCOL": "",  # overrides protocol.*.allow
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
}
# The user's configuration, with safe.directory; and the variable by which tests make git refuse a repository.
# The variables that git exports to a hook are dropped: they name the hook's repository for every folder.
_KEPT = re.compile(r"GIT_CONFIG_.*|GIT_TEST_ASSUME_DIFFERENT_OWNER")
_GITFILE = b"gitdir: "
_WORK_TREE = re.compile(rb"^[ \t]*worktree[ \t]*=[ \t]*\"?([^\"\r\n]+)", re.MULTILINE)
_MOST = 1 << 16  # bytes that are read of a small file in a git repository


def command(arguments: tuple[str, ...]) -> list[str]:
    """Return the command line of git for *arguments*: a subcommand and its options."""
    settings = [part for key, value in _SETTINGS.items() for part in ("-c", f"{key}={value}")]
    return ["git", *_FLAGS, *settings, *arguments]


def environment(variables: Mapping[str, str], top: Path) -> dict[str, str]:
    """Return the environment for git in *top*, from the *variables* of this process.

    Relative folders are removed from PATH: they would be resolved in *top*.
    """
    kept = {name: value for name, value in variables.items() if _is_kept(name)}
    programs = [each for each in kept.get("PATH", os.defpath).split(os.pathsep) if Path(each).is_absolute()]
    # An empty PATH means the current folder.
    own = {"PATH": os.pathsep.join(programs) or os.devnull, "GIT_CEILING_DIRECTORIES": str(top.parent)}
    return kept | _VARIABLES | own


def run(folder: Path, *arguments: str) -> CompletedProcess[bytes] | None:
    """Run git at the top of the checkout that contains *folder* (absolute).

    Only for subcommands that do not read the content of files (no diff, no status): filters and text
    conversions are programs, too.

    Returns:
        The finished process, or None if there is no checkout or git cannot be started.

    Raises:
        TimeoutError: git does not finish, for example because a file of the repository is a pipe.
    """
    import subprocess

    top = checkout_of(folder)
    if top is None:
        return None
    try:
        return subprocess.run(
            command(arguments),
            cwd=top,
            env=environment(os.environ, top),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError(0, f"git did not finish within {SECONDS} seconds", str(folder)) from None
    except OSError:
        return None


def checkout_of(folder: Path) -> Path | None:
    """Return the real path of the top folder of the checkout that contains *folder*.

    Folders that look like a bare repository are skipped, and so is a ``.git`` without a repository.
    Returns None if there is no checkout, or if a ``.git`` file or link leads to the repository of another
    checkout: its index and its ``info/exclude`` do not describe the files here.
    """
    real = Path(os.path.realpath(folder))
    for each in (real, *real.parents):
        repository = _repository(each / ".git")
        if repository is not None:
            return None if _is_of_another(repository, each) else each
    return None


def _is_of_another(repository: Path, top: Path) -> bool:
    """Whether a repository belongs to an existing checkout other than *top*."""
    owner = top if repository == top / ".git" else _owner(repository)
    return owner is not None and owner != top and os.path.lexists(owner / ".git")


def _owner(repository: Path) -> Path | None:
    """Return the work tree of a repository, or None if it does not name one.

    A linked worktree's is in the file ``gitdir`` (gitrepository-layout(5)), a submodule's in
    ``core.worktree`` as git writes it; that of a folder ``.git`` is its parent folder.
    """
    if linked := _small(repository / "gitdir"):
        return _path(repository, linked).parent
    if set_in := _WORK_TREE.search(_small(repository / "config")):
        return _path(repository, set_in[1])
    return repository.parent if repository.name == ".git" else None


def is_inside(name: bytes) -> bool:
    """Whether a path from an index is in the checkout and outside ``.git``.

    git itself never adds other paths.
    """
    parts = name.split(b"/")
    return not name.startswith(b"/") and b".." not in parts and b".git" not in map(bytes.lower, parts)


def _is_kept(name: str) -> bool:
    return not name.startswith("GIT_") or bool(_KEPT.fullmatch(name))


def _repository(path: Path) -> Path | None:
    """Return the real path of the repository that a ``.git`` is or names, or None.

    Source: gitrepository-layout(5).
    """
    if os.path.lexists(path / "HEAD"):
        return Path(os.path.realpath(path))
    text = _small(path)
    return _path(path.parent, text.removeprefix(_GITFILE)) if text.startswith(_GITFILE) else None


def _path(folder: Path, name: bytes) -> Path:
    """Return the real path in one of git's files, relative to *folder*; a NUL ends it."""
    return Path(os.path.realpath(folder / os.fsdecode(name.partition(b"\0")[0].rstrip(b"\r\n"))))


def _small(path: Path) -> bytes:
    """Return the first bytes of a regular file, empty if it is missing or unreadable."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return b""
        with path.open("rb") as file:
            return file.read(_MOST)
    except OSError:
        return b""
