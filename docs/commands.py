"""Parts of ``README.md`` and ``command-line.md``, from the help of the commands.

``generate.py`` writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from rewrite_refs.cli import cli
from rewrite_refs.cli.command import Documented

ROOT = Path(__file__).parent.parent
# In the order of their use, not in alphabetical order.
_ORDER = ("init", "list", "rewrite", "check", "rules", "explain", "rule", "restore")


def _commands() -> Iterator[tuple[str, Documented]]:
    for name in _ORDER:
        command = cli.commands[name]
        assert isinstance(command, Documented)
        yield name, command


def table(folder: str) -> Iterator[str]:
    """Yield a row per command: its usage, its summary, and its page in *folder*."""
    yield from ("| command | what it does | more |", "|---|---|---|")
    for name, command in _commands():
        arguments = [each for each in command.params if isinstance(each, click.Argument)]
        metavars = [str(each.make_metavar(click.Context(command))) for each in arguments]
        usage = " ".join(("rewrite-refs", name, *metavars))
        title = _title(command.page)
        yield f"| `{usage}` | {_summary(command)} | [{title}]({folder}{command.page}) |"


def examples() -> Iterator[str]:
    """Yield the examples of all commands, as one shell block."""
    yield "```sh"
    for at, (_, command) in enumerate(_commands()):
        if at:
            yield ""
        for purpose, line in command.examples:
            yield f"# {purpose}"
            yield line
    yield "```"


def _summary(command: click.Command) -> str:
    return (command.help or "").partition("\n")[0]


def _title(page: str) -> str:
    """Return the heading of a page of the documentation."""
    heading = re.search(r"^# (.+)$", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert heading, page
    return heading[1]
