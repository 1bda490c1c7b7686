"""The one place that calls git, safe in a repository that a stranger made.

The configuration of a repository can name programs that git runs (``core.fsmonitor`` when files are
listed), other folders as its work tree, and remotes from which missing objects are fetched.  git also
takes any folder with ``HEAD``, ``objects`` and ``refs`` for a bare repository with such a configuration,
and a pull request can contain that folder.  Therefore:

- git starts in the folder that holds ``.git``, never below it, and that folder is the work tree;
- options on the command line, which win over all configuration, take the programs away;
- of the variables for git only those of the user's own configuration are kept.

git still finds the repository itself, because ``--git-dir`` would skip its check of who owns the files
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
    "core.virtualFilesystem": "",  # of Microsoft's git: runs a hook
    "core.hooksPath": os.devnull,
    "core.askPass": "",
    "credential.helper": "",
    "gc.auto": "0",
    "maintenance.auto": "false",
    # Other repositories.
    "safe.bareRepository": "explicit",
    "submodule.recurse": "false",
    # Files that no answer needs.
    "core.attributesFile": os.devnull,
    "core.untrackedCache": "false",
}
_FLAGS = ("--no-pager", "--no-optional-locks", "--literal-pathspecs", "--work-tree=.")
_VARIABLES = {
    "LC_ALL": "C",  # messages are read
    "GIT_ALLOW_PROTOCOL": "",  # wins over protocol.*.allow
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
}
# The user's configuration, with safe.directory; and how tests make git refuse a repository.  What git exports
# to a hook is left out: it names the hook's repository, whichever folder is asked about.
_KEPT = re.compile(r"GIT_CONFIG_.*|GIT_TEST_ASSUME_DIFFERENT_OWNER")
_GITFILE = b"gitdir: "
_WORK_TREE = re.compile(rb"^[ \t]*worktree[ \t]*=[ \t]*\"?([^\"\r\n]+)", re.MULTILINE)
_MOST = 1 << 16  # bytes of a small file of git's


def command(arguments: tuple[str, ...]) -> list[str]:
    """The command line of git with *arguments*: a subcommand and what belongs to it."""
    settings = [part for key, value in _SETTINGS.items() for part in ("-c", f"{key}={value}")]
    return ["git", *_FLAGS, *settings, *arguments]


def environment(variables: Mapping[str, str], top: Path) -> dict[str, str]:
    """The environment of git in the folder *top*, from the *variables* of this process.

    Relative folders are taken out of PATH: they would be looked up in *top*.
    """
    kept = {name: value for name, value in variables.items() if _is_kept(name)}
    programs = [each for each in kept.get("PATH", os.defpath).split(os.pathsep) if Path(each).is_absolute()]
    # An empty PATH is the current folder.
    own = {"PATH": os.pathsep.join(programs) or os.devnull, "GIT_CEILING_DIRECTORIES": str(top.parent)}
    return kept | _VARIABLES | own


def run(folder: Path, *arguments: str) -> CompletedProcess[bytes] | None:
    """Run git at the top of the checkout that holds *folder* (absolute).

    Only for subcommands that read no content of files (no diff, no status): filters and text conversions
    are programs, too.  Gives None where there is no checkout, or git cannot be started.  Raises TimeoutError
    where git does not end, as when a file of the repository is a pipe.
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
    """The real path of the top folder of the checkout that holds *folder*, as git would find it.

    Folders that look like a bare repository are passed over, and so is a ``.git`` without a repository.
    Gives None where there is no checkout, and where a ``.git`` file or link leads to the repository of
    another checkout: its index and its ``info/exclude`` are not about the files here.
    """
    real = Path(os.path.realpath(folder))
    for each in (real, *real.parents):
        repository = _repository(each / ".git")
        if repository is not None:
            return None if _is_of_another(repository, each) else each
    return None


def _is_of_another(repository: Path, top: Path) -> bool:
    """Whether a repository belongs to a checkout that is there, and is not *top*."""
    owner = top if repository == top / ".git" else _owner(repository)
    return owner is not None and owner != top and os.path.lexists(owner / ".git")


def _owner(repository: Path) -> Path | None:
    """The folder whose files a repository has, as far as the repository names it.

    A linked worktree's is in the file ``gitdir`` (gitrepository-layout(5)), a submodule's in
    ``core.worktree`` as git writes it; a folder ``.git`` belongs to the folder that it is in.
    """
    if linked := _small(repository / "gitdir"):
        return _path(repository, linked).parent
    if set_in := _WORK_TREE.search(_small(repository / "config")):
        return _path(repository, set_in[1])
    return repository.parent if repository.name == ".git" else None


def is_inside(name: bytes) -> bool:
    """Whether a path from an index stays in the checkout, and out of ``.git``; git never adds others."""
    parts = name.split(b"/")
    return not name.startswith(b"/") and b".." not in parts and b".git" not in map(bytes.lower, parts)


def _is_kept(name: str) -> bool:
    return not name.startswith("GIT_") or bool(_KEPT.fullmatch(name))


def _repository(path: Path) -> Path | None:
    """The real path of the repository that a ``.git`` is, or names (gitrepository-layout(5))."""
    if os.path.lexists(path / "HEAD"):
        return Path(os.path.realpath(path))
    text = _small(path)
    return _path(path.parent, text.removeprefix(_GITFILE)) if text.startswith(_GITFILE) else None


def _path(folder: Path, name: bytes) -> Path:
    """The real path that a file of git's names, relative to *folder*; for git a NUL ends it."""
    return Path(os.path.realpath(folder / os.fsdecode(name.partition(b"\0")[0].rstrip(b"\r\n"))))


def _small(path: Path) -> bytes:
    """The beginning of a regular file; nothing where there is none, or it cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return b""
        with path.open("rb") as file:
            return file.read(_MOST)
    except OSError:
        return b""
