"""The help of each command: a summary that is not cut, examples that parse, and a page that exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from rewrite_refs.cli import cli
from rewrite_refs.cli.command import Documented
from tests.checkout import PROJECT
from tests.commands import run
from tests.published import ADDRESS, PUBLISHED, UNPUBLISHED, installed

COMMANDS: dict[tuple[str, ...], click.Command] = {
    (): cli,
    **{(name,): command for name, command in cli.commands.items()},
}
NARROW = {"COLUMNS": "80"}


def test_no_summary_is_cut(tmp_path: Path) -> None:
    listed = run("--help", cwd=tmp_path, env=NARROW).out.partition("\nCommands:\n")[2].partition("\n\n")[0]
    summaries = dict(re.findall(r"^  (\w+) +(.+)$", listed, re.MULTILINE))
    assert set(summaries) == set(cli.commands)
    for name, summary in summaries.items():
        assert summary.endswith("."), name
        assert not summary.endswith("..."), name
        assert summary == (cli.commands[name].help or "").partition("\n")[0]


@pytest.mark.parametrize("names", COMMANDS)
def test_each_has_examples_and_a_page(tmp_path: Path, names: tuple[str, ...]) -> None:
    command = COMMANDS[names]
    assert isinstance(command, Documented)
    with installed(*UNPUBLISHED):
        out = run(*names, "--help", cwd=tmp_path, env=NARROW).out
    assert "".join(f"  # {each.purpose}\n  {each.line}\n" for each in command.examples) in out
    assert "\nExamples:\n" in out
    assert out.endswith(f"\n\nDocumentation: docs/{command.page} in the repository of rewrite-refs\n")
    assert (PROJECT / "docs" / command.page).is_file()
    assert max(map(len, out.partition("\nExamples:\n")[2].splitlines())) <= 80
    with installed(*PUBLISHED):
        assert run(*names, "-h", cwd=tmp_path).out.endswith(
            f"\nDocumentation: {ADDRESS}/blob/main/docs/{command.page}\n"
        )


@pytest.mark.parametrize(
    ("names", "line"),
    [
        (names, example.line)
        for names, command in COMMANDS.items()
        if isinstance(command, Documented)
        for example in command.examples
    ],
)
def test_examples_are_command_lines(names: tuple[str, ...], line: str) -> None:
    program, name, *arguments = shlex.split(line.rpartition("| ")[2])
    assert program == "rewrite-refs"
    assert name in names or not names
    if arguments != ["--help"]:
        cli.commands[name].make_context(name, arguments)  # raises click.UsageError for what it does not know
    with pytest.raises(click.UsageError):
        cli.commands[name].make_context(name, [*arguments, "--no-such-option"])
