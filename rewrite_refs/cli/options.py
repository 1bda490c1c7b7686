"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from rewrite_refs import __version__
from rewrite_refs.config.load import FILE_NAME
from rewrite_refs.files.io import is_folder
from rewrite_refs.images.hosts import ACCOUNT, REGION
from rewrite_refs.reports import visible

REGISTRY_VARIABLE = "REWRITE_REFS_REGISTRY"
_Command = TypeVar("_Command", bound=Callable[..., Any])


class Options(NamedTuple):
    """The common options, as they were given."""

    config: str | None = None
    no_config: bool = False
    allow_extends: tuple[str, ...] = ()
    registry: str | None = None
    account_id: str | None = None
    region: str | None = None
    rule: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    embedded: bool = False
    output_format: str | None = "text"
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False
    strict: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    @property
    def json(self) -> bool:
        """Whether results are printed as JSON."""
        return self.output_format == "json"


def completed_rules(context: click.Context, option: click.Parameter, given: str) -> list[str]:
    """Return the names of rules for shell completion, also after a comma."""
    from rewrite_refs.lint.registry import BY_NAME

    before, comma, name = given.rpartition(",")
    return [f"{before}{comma}{each}" for each in BY_NAME if each.startswith(name)]


def option_errors(account: str | None, regions: Iterable[str]) -> Iterator[str]:
    """Yield a message for each wrong value of ``--account-id`` and ``--region``."""
    if account is not None and not ACCOUNT.fullmatch(account):
        yield f"--account-id {account!r} is not a valid account ID: use its 12 digits."
    for region in regions:
        if not REGION.fullmatch(region):
            yield f"--region {region!r} is not a valid region: use one such as eu-west-1."


allow_extends = click.option(
    "--allow-extends",
    metavar="DIR",
    multiple=True,
    help="Let a configuration extend files of this folder, outside of the repository, too. Repeatable.",
)


def allowed(options: Iterable[str]) -> tuple[Path, ...]:
    """Return the folders of ``--allow-extends``; raise UsageError for other values."""
    for each in options:
        if not each or not is_folder(Path(each)):
            raise click.UsageError(f"--allow-extends: there is no folder {visible(each)!r}.")
    return tuple(Path(os.path.abspath(each)) for each in options)


def common(command: _Command) -> _Command:
    """Add the options of all commands that read references."""
    for option in reversed(
        (
            click.option(
                "--config", metavar="FILE", help=f"Read this file instead of looking for {FILE_NAME}."
            ),
            click.option("--no-config", is_flag=True, help="Do not read any configuration."),
            allow_extends,
            click.option(
                "--registry",
                metavar="HOST",
                help=f"The private ECR registry's host (or in {REGISTRY_VARIABLE}).",
            ),
            click.option("--account-id", metavar="ID", help="With --region: the account of the registry."),
            click.option("--region", metavar="REGION", help="With --account-id: the region of the registry."),
            click.option(
                "--rule",
                metavar="UPSTREAM=PREFIX",
                multiple=True,
                help="A pull-through-cache rule, such as docker.io=docker-hub. Repeatable.",
            ),
            click.option(
                "--exclude",
                metavar="PATTERN",
                multiple=True,
                help="Exclude these files (.gitignore pattern, from the repository's root). Repeatable.",
            ),
            click.option(
                "--embedded",
                is_flag=True,
                help="Also include possible references inside other text (an argument, a value).",
            ),
            click.option(
                "--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True
            ),
            click.option("-q", "--quiet", is_flag=True, help="Print no summary and no notes."),
            click.option("-v", "--verbose", is_flag=True, help="Also print what was rewritten or not read."),
            click.version_option(__version__, prog_name="rewrite-refs"),
        )
    ):
        command = option(command)
    return command


printed = click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print the results.",
)
paths = click.argument("paths", nargs=-1, metavar="[PATHS]...")
stdin = click.option(
    "--stdin-filename", metavar="NAME", help="Read standard input (with the path -) as the file NAME."
)
