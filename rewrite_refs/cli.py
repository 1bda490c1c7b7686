"""The command line: options become calls, and results become text and exit codes.

Exit codes: 0 nothing to say, 1 findings are left, 2 wrong usage or a file that
could not be read or written.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeVar

import click

from rewrite_refs import __version__, files
from rewrite_refs.config import FILE_NAME, Config, combined, load, locate, parse_rule
from rewrite_refs.discover import Assigned, Patterns, check_pattern, root_of
from rewrite_refs.errors import ConfigError
from rewrite_refs.project import Project
from rewrite_refs.reports import Entry, Report, Trouble, visible
from rewrite_refs.rules import Rule, Rules, check_registry
from rewrite_refs.session import Outcome, Session

OK, FINDINGS, FAILED, INTERRUPTED = 0, 1, 2, 130
_HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_DOMAINS = {"cn": "amazonaws.com.cn", "eusc": "amazonaws.eu"}
_Command = TypeVar("_Command", bound=Callable[..., Any])

NO_RULES = f"""\
there {{}}: write registry and rules into {FILE_NAME}, for example

    registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
    rules:
      docker.io: docker-hub

or give --registry (or --account-id and --region) and --rule docker.io=docker-hub.
`aws ecr describe-pull-through-cache-rules` lists the rules of your account."""


class Options(NamedTuple):
    """The common options, as they were given."""

    config: str | None
    no_config: bool
    registry: str | None
    account_id: str | None
    region: str | None
    rule: tuple[str, ...]
    exclude: tuple[str, ...]
    embedded: bool
    output_format: str
    color: str
    quiet: bool
    verbose: bool

    @property
    def json(self) -> bool:
        """Whether results are printed as JSON."""
        return self.output_format == "json"


class _Commands(click.Group):
    """The commands; whatever goes wrong in one ends in a message and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            _fail(*error.args)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        except OSError as error:
            if error.errno == errno.EPIPE:  # click ends quietly
                raise
            _fail(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error))
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:  # never a traceback
            _fail(f"internal error, please report it: {type(error).__name__}: {error}")


def _common(command: _Command) -> _Command:
    """The options that every command has."""
    for option in reversed(
        (
            click.option(
                "--config", metavar="FILE", help=f"Read this file instead of looking for {FILE_NAME}."
            ),
            click.option("--no-config", is_flag=True, help="Read no configuration."),
            click.option("--registry", metavar="HOST", help="The private ECR registry's host."),
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
                help="Leave these files (.gitignore pattern, from the repository's root). Repeatable.",
            ),
            click.option(
                "--embedded",
                is_flag=True,
                help="Also take what may be a reference inside another text (an argument, a value).",
            ),
            click.option(
                "--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True
            ),
            click.option(
                "--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True
            ),
            click.option("-q", "--quiet", is_flag=True, help="No summary and no notes."),
            click.option("-v", "--verbose", is_flag=True, help="Say more."),
            click.version_option(__version__, prog_name="rewrite-refs"),
        )
    ):
        command = option(command)
    return command


_paths = click.argument("paths", nargs=-1, metavar="[PATHS]...")
_stdin = click.option(
    "--stdin-filename", metavar="NAME", help="Read standard input (with the path -) as the file NAME."
)


@click.group(cls=_Commands, context_settings=_HELP)
@click.version_option(__version__, prog_name="rewrite-refs")
def cli() -> None:
    """Rewrite container image references to an Amazon ECR pull-through cache."""


@cli.command()
@_paths
@click.option(
    "--diff",
    is_flag=True,
    help="Print a diff (with JSON: the findings), write nothing; exit 1 if there is one.",
)
@_stdin
@_common
def rewrite(paths: tuple[str, ...], diff: bool, stdin_filename: str | None, **given: Any) -> None:
    """Rewrite references in place (PATHS default to the working folder)."""
    options = Options(**given)
    if options.json and stdin_filename is not None and not diff:
        raise click.UsageError("- prints the new text and --output-format json prints JSON: choose one.")
    session = _session(options, paths, stdin_filename)
    rules = session.project.rules
    if not rules.registry or not rules.rules:
        raise ConfigError(NO_RULES.format("are no rules" if rules.registry else "is no registry"))
    run = _Run(options)
    would_change = False
    for outcome in _outcomes(session, paths, stdin_filename, edit=True):
        if diff:
            would_change |= outcome.changed
            if not options.json:
                run.diff(outcome)
        elif stdin_filename is not None:
            _write(outcome.new)
        elif outcome.changed:
            outcome = outcome.written()
        run.take(outcome)
    run.finish_rewrite(would_change, to_stderr=not options.json and (diff or stdin_filename is not None))


@cli.command()
@_paths
@_stdin
@_common
def check(paths: tuple[str, ...], stdin_filename: str | None, **given: Any) -> None:
    """Say which references are pulled directly; change nothing; exit 1 if there are any."""
    from rewrite_refs.reports import text

    run = _inspect(Options(**given), paths, stdin_filename)
    report = run.report()
    run.print(report, text.check(report, run.paint, notes=not run.options.quiet))
    run.summary(text.counts(report))
    direct = any(entry.status == "direct" for entry in report.entries)
    run.exit(FINDINGS if direct or report.troubles else OK)


@cli.command("list")
@_paths
@_stdin
@_common
def list_(paths: tuple[str, ...], stdin_filename: str | None, **given: Any) -> None:
    """List every reference: where, what, status, target."""
    from rewrite_refs.reports import text

    run = _inspect(Options(**given), paths, stdin_filename)
    report = run.report()
    run.print(report, text.listing(report, run.paint))
    run.summary(text.counts(report))
    run.exit(OK)


@cli.command()
@click.argument("reference")
@_common
def explain(reference: str, **given: Any) -> None:
    """Tell how REFERENCE is read, which rule takes it and what it becomes."""
    from rewrite_refs.reference import InvalidReference, read
    from rewrite_refs.reports import text

    options = Options(**given)
    session = _session(options, (), None)
    try:
        verdict = session.project.rules.judge_written(read(reference))
    except InvalidReference as error:
        raise click.UsageError(f"'{visible(reference)}' is no image reference: {error}.") from None
    entry = Entry(
        None, None, reference, verdict.reference, verdict.status, verdict.target, verdict.rule, verdict.reason
    )
    run = _Run(options)
    run.print(Report((entry,), ()), text.explanation(entry))
    run.exit(OK)


def _inspect(options: Options, paths: tuple[str, ...], stdin_filename: str | None) -> _Run:
    session = _session(options, paths, stdin_filename)
    run = _Run(options)
    for outcome in _outcomes(session, paths, stdin_filename, edit=False):
        run.take(outcome)
    return run


def _outcomes(
    session: Session, paths: tuple[str, ...], stdin_filename: str | None, edit: bool
) -> Iterator[Outcome]:
    if stdin_filename is not None:
        data = sys.stdin.buffer.read() if sys.stdin else b""
        return iter([session.stdin(stdin_filename, data, edit)])
    return session.outcomes(paths or (".",), edit)


class _Run:
    """Collects results, prints them and ends with the exit code that they earn."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.entries: list[Entry] = []
        self.troubles: list[Trouble] = []
        self.templates = 0
        self.embedded = 0
        self.failed = False

    def take(self, outcome: Outcome) -> None:
        """Keep the results of a file; say at once what went wrong with it."""
        self.entries += outcome.entries
        self.troubles += outcome.troubles
        self.templates += outcome.templates
        self.embedded += outcome.embedded
        if outcome.error is not None:
            self.failed = True
            _say(f"{visible(outcome.shown)}: error: {visible(outcome.error)}")
        elif self.options.verbose and outcome.templates:
            _say(f"{visible(outcome.shown)}: a template, not read")

    def diff(self, outcome: Outcome) -> None:
        """Print what would change in a file, named as its repository names it."""
        if outcome.changed:
            from rewrite_refs.reports import diff

            # A diff of a link would change what it points to into a file of that name.
            path = Path(os.path.realpath(outcome.path))
            root = root_of(path.parent)
            name = path.relative_to(root).as_posix() if root else outcome.shown
            old, new = outcome.old.decode("utf-8"), outcome.new.decode("utf-8")
            _write("".join(diff.lines(name, old, new)).encode("utf-8", "surrogateescape"))

    def report(self) -> Report:
        """All results in order."""
        return Report(sorted(self.entries, key=lambda each: each.place or ()), sorted(self.troubles))

    def paint(self, text: str, colour: str) -> str:
        """*text* in a colour, where colours are wanted."""
        return click.style(text, fg=colour) if self._coloured else text

    @property
    def _coloured(self) -> bool:
        choice = self.options.color
        if choice != "auto":
            return choice == "always"
        if os.environ.get("NO_COLOR"):
            return False
        return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout is not None and sys.stdout.isatty())

    def print(self, report: Report, lines: Iterable[str], to_stderr: bool = False) -> None:
        """The results, in the format that was asked for."""
        if self.options.json:
            from rewrite_refs.reports import json

            lines = json.lines(report)
        _write("".join(f"{line}\n" for line in lines).encode("utf-8"), to_stderr)

    def summary(self, text: str) -> None:
        """One line about the run, on standard error."""
        if self.templates:
            text += f"; {self.templates} template{'s' if self.templates > 1 else ''} not read"
        if self.embedded and self.options.verbose:
            text += f"; {self.embedded} more with --embedded"
        if not self.options.quiet:
            _say(text)

    def finish_rewrite(self, would_change: bool, to_stderr: bool) -> None:
        """Say what a rewriting left and did, and end."""
        from rewrite_refs.reports import text

        report = self.report()
        done_too = self.options.verbose and not would_change
        lines = text.rewrite(report, self.paint, notes=not self.options.quiet, done=done_too)
        self.print(report, lines, to_stderr)
        done = [entry for entry in report.entries if entry.done]
        count = len({entry.place.path for entry in done if entry.place})
        summary = text.counts(report)
        if done:
            verb = "would rewrite" if would_change else "rewrote"
            summary = f"{verb} {len(done)} of {summary} ({count} file{'s' if count > 1 else ''} changed)"
        self.summary(summary)
        left = would_change or any(entry.left for entry in report.entries)
        self.exit(FINDINGS if left or report.troubles else OK)

    def exit(self, code: int) -> NoReturn:
        """End with *code*, or with 2 where a file could not be read or written."""
        sys.exit(FAILED if self.failed else code)


def _session(options: Options, paths: tuple[str, ...], stdin_filename: str | None) -> Session:
    if "-" in paths and stdin_filename is None:
        raise click.UsageError("- reads standard input: name it with --stdin-filename NAME.")
    if stdin_filename is not None and (paths != ("-",) or not stdin_filename):
        raise click.UsageError("--stdin-filename NAME goes with the path - and no other.")
    try:
        cwd = Path.cwd()
    except OSError as error:
        raise ConfigError(f"the working folder cannot be read: {error.strerror}") from None
    first = Path(os.path.abspath(stdin_filename or (paths[0] if paths else ".")))
    is_folder = files.is_folder(first)
    start = first if is_folder else first.parent
    root = root_of(start)
    config = _config(options, start, root, cwd)
    registry, rules = combined(config, _registry(options), _rules(options.rule))
    folder = config.folder or root or cwd
    exclude = (Patterns(folder, config.exclude), Patterns(root or cwd, _patterns(options.exclude)))
    # Outside of a checkout a file says nothing about which other files belong to it.
    project = Project(
        Rules(registry, rules, config.aliases, config.own),
        root or (start if is_folder else None),
        options.embedded or config.embedded,
        exclude,
    )
    return Session(project, Assigned.of(config.formats, folder), exclude, cwd)


def _config(options: Options, start: Path, root: Path | None, cwd: Path) -> Config:
    if options.no_config:
        if options.config is not None:
            raise click.UsageError("--config and --no-config exclude one another.")
        return Config()
    if options.config is not None:
        return load(Path(os.path.abspath(options.config)), visible(options.config))
    path = locate(start, root or (cwd if start.is_relative_to(cwd) else start))
    return load(path, visible(os.path.relpath(path, cwd))) if path else Config()


def _registry(options: Options) -> str | None:
    registry, account, region = options.registry, options.account_id, options.region
    if (account is None) != (region is None):
        raise click.UsageError("--account-id and --region go together.")
    if account is not None and region is not None:
        if registry is not None:
            raise click.UsageError("--registry says the same as --account-id and --region: give one.")
        if not re.fullmatch("[0-9]{12}", account):
            raise click.UsageError(f"--account-id {account!r} is no account: write its 12 digits.")
        if not re.fullmatch("[a-z]+(-[a-z]+)+-[0-9]+", region):
            raise click.UsageError(f"--region {region!r} is no region: write one such as eu-west-1.")
        domain = _DOMAINS.get(region.partition("-")[0], "amazonaws.com")
        registry = f"{account}.dkr.ecr.{region}.{domain}"
    try:
        return check_registry(registry) if registry is not None else None
    except ValueError as error:
        raise ConfigError(f"--registry: {error}") from None


def _rules(texts: Iterable[str]) -> list[Rule]:
    try:
        return [parse_rule(text) for text in texts]
    except ValueError as error:
        raise ConfigError(f"--rule: {error}") from None


def _patterns(texts: Iterable[str]) -> list[str]:
    try:
        return [check_pattern(text) for text in texts]
    except ValueError as error:
        raise ConfigError(f"--exclude: {error}") from None


def _say(text: str) -> None:
    with suppress(OSError):  # there is nobody left to tell
        click.echo(text.encode("utf-8"), err=True)


def _write(data: bytes, to_stderr: bool = False) -> None:
    if data:
        click.echo(data, nl=False, err=to_stderr)


def _fail(*messages: str) -> NoReturn:
    for message in messages:
        _say("\n".join(visible(line) for line in f"error: {message}".split("\n")))
    sys.exit(FAILED)


def main() -> None:
    """Run the command line."""
    cli()
