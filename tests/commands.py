"""What the tests of the command line need: one call to run it, and a repository to run it in."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from click.testing import CliRunner

from rewrite_refs.cli import cli
from tests.common import HOST

GIVEN = ("--registry", HOST, "--rule", "docker.io=docker-hub")
POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: {}\n"


class Ran(NamedTuple):
    """What came of one run of the command line."""

    code: int
    out: str
    err: str


def run(
    *arguments: str, cwd: Path, stdin: bytes | None = None, env: Mapping[str, str | None] | None = None
) -> Ran:
    """Run the command line in *cwd*, in this process; what it does not catch fails the test."""
    with contextlib.chdir(cwd):
        result = CliRunner().invoke(cli, arguments, input=stdin, env=env, catch_exceptions=False)
    return Ran(result.exit_code, result.stdout, result.stderr)


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    """Run git in *folder*; what it says."""
    done = subprocess.run(["git", *arguments], cwd=folder, input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def fill(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write some files below *folder*."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def repository(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A git repository in *folder* with some files, all of them in the index."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q")
    fill(folder, files)
    git(folder, "add", "-A", "-f")
    return folder
