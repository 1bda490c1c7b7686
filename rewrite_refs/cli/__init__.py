"""The command line: options become calls, and results become text and exit codes.

Exit codes: 0 without findings, 1 if findings are left, 2 for wrong usage or a file
that could not be read or written.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from rewrite_refs import __version__
from rewrite_refs.cli import check, explain, init, rewrite, rule, rules
from rewrite_refs.cli.command import Documented, Example
from rewrite_refs.cli.output import INTERRUPTED, fail
from rewrite_refs.errors import ConfigError
from rewrite_refs.reports import inert, visible
from rewrite_refs.text.suggestions import near

_HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


# Names that other tools use, and what has the same effect here.
_COMMANDS = {"lint": "check", "fix": "rewrite"}
_OPTIONS = {"--dry-run": "rewrite --diff", "--fix": "rewrite"}


class _Commands(Documented, click.Group):
    """The group of commands, in which every error ends in a message and an exit code."""

    def make_context(self, *given: Any, **more: Any) -> click.Context:
        with _clear():
            return super().make_context(*given, **more)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            raise _advised(error) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not ctx.resilient_parsing:
            meant = _COMMANDS.get(name) or near(name, self.commands)
            raise click.UsageError(f"No such command {name!r}.{_hint(meant)}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with _clear():
                return super().invoke(ctx)
        except ConfigError as error:
            fail(*error.args)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        except OSError as error:
            if error.errno == errno.EPIPE:  # click ends quietly
                raise
            fail(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error))
        except click.NoSuchOption as error:
            raise _advised(error) from None
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:  # never a traceback
            fail(f"internal error, please report it: {type(error).__name__}: {error}")


@contextmanager
def _clear() -> Iterator[None]:
    """Make click's usage errors one harmless line: they may contain names of files."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:  # its message is the help
        raise
    except click.UsageError as error:
        message = error.format_message()
        clear = inert.line(visible(message))
        if clear == message:
            raise
        raise click.UsageError(clear, error.ctx) from None


def _advised(error: click.NoSuchOption) -> click.UsageError:
    """Return the error with a suggestion, if there is a similar option."""
    name, context = error.option_name, error.ctx
    known = (
        [option for each in context.command.get_params(context) for option in each.opts] if context else []
    )
    if name in _OPTIONS:
        return click.UsageError(f"No such option {name!r}: rewrite-refs {_OPTIONS[name]} does that.", context)
    return click.UsageError(f"No such option {name!r}.{_hint(near(name, known))}", context)


def _hint(meant: str | None) -> str:
    return f" Did you mean {meant!r}?" if meant else ""


@click.group(
    cls=_Commands,
    context_settings=_HELP,
    page="index.md",
    examples=(
        Example("Write the configuration from the rules of the AWS account", "rewrite-refs init --from-aws"),
        Example("Show what would be rewritten", "rewrite-refs rewrite --diff"),
        Example("Show the options of a command", "rewrite-refs check --help"),
    ),
)
@click.version_option(__version__, prog_name="rewrite-refs")
def cli() -> None:
    """Rewrite container image references to an Amazon ECR pull-through cache."""


for _command in (
    rewrite.rewrite,
    rewrite.restore,
    check.check,
    check.list_,
    explain.explain,
    init.init,
    rules.rules,
    rule.rule,
):
    cli.add_command(_command)


def main() -> None:
    """Run the command line."""
    cli()
