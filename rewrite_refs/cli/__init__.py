"""The command line: options become calls, and results become text and exit codes.

Exit codes: 0 nothing to say, 1 findings are left, 2 wrong usage or a file that
could not be read or written.
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

_HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _Commands(Documented, click.Group):
    """The commands; whatever goes wrong in one ends in a message and an exit code."""

    def make_context(self, *given: Any, **more: Any) -> click.Context:
        with _clear():
            return super().make_context(*given, **more)

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
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:  # never a traceback
            fail(f"internal error, please report it: {type(error).__name__}: {error}")


@contextmanager
def _clear() -> Iterator[None]:
    """What click says of a wrong usage goes out in one line: names of files are among the arguments."""
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
