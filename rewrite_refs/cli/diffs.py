"""Diffs on standard output: a file, a terminal, or the log of a CI system."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from rewrite_refs.cli.output import say, write
from rewrite_refs.files.walk import root_of
from rewrite_refs.reports import diff, inert

# CI systems that read commands from their logs, without a way to switch that off, by their variable.
_OTHERS = {"TF_BUILD": "Azure Pipelines", "TEAMCITY_VERSION": "TeamCity", "GITLAB_CI": "GitLab CI"}


def show(path: Path, shown: str, old: bytes, new: bytes) -> None:
    """Print the diff of a file, named by its path in its repository, else by *shown*."""
    # A diff with the name of a link would replace the link by a file.
    path = Path(os.path.realpath(path))
    root = root_of(path.parent)
    name = path.relative_to(root).as_posix() if root else shown
    text = "".join(diff.lines(name, old.decode("utf-8"), new.decode("utf-8")))
    write(_harmless(name, text).encode("utf-8", "surrogateescape"))


def _harmless(name: str, text: str) -> str:
    """Return the diff of a file without commands of a terminal or a CI system.

    In GitHub Actions the diff still applies: git and patch skip the two lines that are added.
    """
    if not inert.is_obeyed(text):
        return text
    if os.environ.get("GITHUB_ACTIONS"):
        return _unread(text)
    system = next((name for variable, name in _OTHERS.items() if os.environ.get(variable)), None)
    if system is not None:
        say(
            f"warning: {name}: its diff has escapes in place of what {system} would obey, "
            "and does not apply: take `git diff` after `rewrite-refs rewrite`"
        )
    if system is not None or (sys.stdout is not None and sys.stdout.isatty()):
        return inert.tamed(text)
    return text


def _unread(text: str) -> str:
    """Return a text in which GitHub's runner reads no commands, up to a secret token.

    Source: GitHub Docs, "Workflow commands for GitHub Actions", section "Stopping and starting workflow
    commands".
    """
    import secrets

    token = secrets.token_hex(16)
    return f"::stop-commands::{token}\n{text}::{token}::\n"
