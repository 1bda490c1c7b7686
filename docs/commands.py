"""Makes the parts of ``README.md`` and ``command-line.md`` that follow from the help of the commands.

    python docs/commands.py

Run it after a help text has changed; a test compares the pages with its result.  A generated part is
between the comments ``<!-- generated: NAME -->`` and ``<!-- end of NAME -->``; all other text of a page is
written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click

from rewrite_refs.cli import cli
from rewrite_refs.cli.command import Documented

ROOT = Path(__file__).parent.parent
# In the order of their use, not of the alphabet.
_ORDER = ("init", "list", "rewrite", "check", "rules", "explain", "rule", "restore")


def pages() -> dict[str, str]:
    """The pages with their parts as they have to be: text by path from the top of the repository."""
    return {
        "README.md": filled("README.md", {"commands": lambda: _table("docs/")}),
        "docs/command-line.md": filled(
            "docs/command-line.md", {"commands": lambda: _table(""), "examples": _examples}
        ),
    }


def filled(path: str, parts: Mapping[str, Callable[[], Iterator[str]]]) -> str:
    """The text of a page with its *parts* made anew; ValueError if the page has a part not exactly once."""
    text = (ROOT / path).read_text(encoding="utf-8")
    for name, lines in parts.items():
        start, end = f"<!-- generated: {name} -->\n", f"<!-- end of {name} -->\n"
        if text.count(start) != 1 or text.count(end) != 1:
            raise ValueError(
                f"{path}: write {start.strip()} and {end.strip()} once, each on a line of its own"
            )
        head, _, rest = text.partition(start)
        made = "".join(f"{line}\n" for line in lines())
        text = f"{head}{start}\n{made}\n{end}{rest.partition(end)[2]}"
    return text


def _commands() -> Iterator[tuple[str, Documented]]:
    for name in _ORDER:
        command = cli.commands[name]
        assert isinstance(command, Documented)
        yield name, command


def _table(folder: str) -> Iterator[str]:
    """A row for each command: how it is called, what it does, and its page in *folder*."""
    yield from ("| command | what it does | more |", "|---|---|---|")
    for name, command in _commands():
        arguments = [each for each in command.params if isinstance(each, click.Argument)]
        metavars = [str(each.make_metavar(click.Context(command))) for each in arguments]
        usage = " ".join(("rewrite-refs", name, *metavars))
        title = _title(command.page)
        yield f"| `{usage}` | {_summary(command)} | [{title}]({folder}{command.page}) |"


def _examples() -> Iterator[str]:
    """The examples of each command, as one block of shell."""
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
    """The heading of a page of the documentation."""
    heading = re.search(r"^# (.+)$", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert heading, page
    return heading[1]


if __name__ == "__main__":
    for path, text in pages().items():
        (ROOT / path).write_text(text, encoding="utf-8", newline="\n")
