"""Sessions and runs, made from the options and the configuration."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.rule import CacheRule, check_registry
from rewrite_refs.cli.options import REGISTRY_VARIABLE, Options, allowed, option_errors
from rewrite_refs.cli.output import Run, say
from rewrite_refs.config.load import parse_rule
from rewrite_refs.errors import ConfigError
from rewrite_refs.files import io as files
from rewrite_refs.files.patterns import check_pattern
from rewrite_refs.files.walk import root_of
from rewrite_refs.images.hosts import host_of
from rewrite_refs.lint.settings import Settings
from rewrite_refs.reports import visible
from rewrite_refs.repository.options import RunOptions
from rewrite_refs.repository.outcome import Outcome
from rewrite_refs.repository.session import Progress, Session
from rewrite_refs.repository.workspace import Workspace
from rewrite_refs.text.suggestions import nearest


def outcomes(
    session: Session, options: Options, paths: tuple[str, ...], stdin_filename: str | None, edit: bool
) -> Iterator[Outcome]:
    """Yield the outcome of each file at *paths*, or of standard input."""
    if stdin_filename is not None:
        data = sys.stdin.buffer.read() if sys.stdin else b""
        found = iter([session.stdin(stdin_filename, data, edit)])
    else:
        found = session.outcomes(paths or (".",), edit)
    for outcome in found:
        warn(session.workspace, options)
        yield outcome


def inspect(options: Options, paths: tuple[str, ...], stdin_filename: str | None, lint: bool = False) -> Run:
    """Return a run with all references at *paths*, with *lint* also its findings.

    No file is changed.
    """
    run = Run(options)
    if stdin_filename is None:
        run.announce_missing(paths)
    session = open_session(options, paths, stdin_filename, lint=lint, progress=run.progress)
    if lint:
        run.rules = _active_rules(session.workspace.policies().lint)
    # Which findings can be fixed is known only from a rewriting, which is not written.
    for outcome in outcomes(session, options, paths, stdin_filename, edit=lint):
        run.take(outcome)
    return run


def open_session(
    options: Options,
    paths: tuple[str, ...],
    stdin_filename: str | None,
    direction: type[RuleSet] = RuleSet,
    lint: bool = False,
    progress: Progress | None = None,
) -> Session:
    """Return a session by the options and the configuration nearest to the first path.

    *direction* selects whether references are rewritten or restored, *lint* whether there are
    findings, and *progress* is called with the progress of the run.

    Raises ConfigError and UsageError for errors in them.
    """
    if "-" in paths and stdin_filename is None:
        raise click.UsageError("- reads standard input: name it with --stdin-filename NAME.")
    if stdin_filename is not None and (paths != ("-",) or not stdin_filename):
        raise click.UsageError("--stdin-filename NAME requires the path - and no other path.")
    try:
        cwd = Path.cwd()
    except OSError as error:
        raise ConfigError(f"the working folder cannot be read: {error.strerror}") from None
    if options.no_config and options.config is not None:
        raise click.UsageError("--config and --no-config cannot be combined.")
    first = Path(os.path.abspath(stdin_filename or (paths[0] if paths else ".")))
    is_folder = files.is_folder(first)
    start = first if is_folder else first.parent
    # Outside of a checkout, nothing shows which other files belong to the file.
    top = root_of(start) or (start if is_folder else None)
    workspace = Workspace(cwd, start, top, _run_options(options, direction))
    workspace.area(start)
    warn(workspace, options)
    return Session(workspace, lint, progress)


def warn(workspace: Workspace, options: Options) -> None:
    """Print the warnings about the opened configurations, each once."""
    if not options.quiet:
        for each in workspace.warnings:
            say(f"warning: {each}")
    workspace.warnings.clear()


def _run_options(options: Options, direction: type[RuleSet]) -> RunOptions:
    """Return the checked options; raise ConfigError and UsageError for errors."""
    given = options.config
    return RunOptions(
        _registry(options),
        tuple(_rules(options.rule)),
        tuple(_patterns(options.exclude)),
        options.embedded,
        None if given is None else Path(os.path.abspath(given)),
        visible(given or ""),
        options.no_config,
        frozenset(_names(options.select, "--select")) if options.select else None,
        frozenset(_names(options.ignore, "--ignore")),
        options.strict,
        direction,
        allowed(options.allow_extends),
    )


def _active_rules(settings: Settings) -> frozenset[str]:
    """Return the names of the lint rules of a run."""
    from rewrite_refs.lint.registry import RULES

    names = frozenset(each.NAME for each in RULES if settings.severity(each) is not None)
    # If only some rules are checked, it is not known whether an ignore comment is used.
    return names - {"unused-ignore"} if settings.select or settings.ignore else names


def _names(texts: Iterable[str], option: str) -> Iterator[str]:
    """Yield the names of rules in the values of an option."""
    from rewrite_refs.lint.registry import BY_NAME

    for text in texts:
        names = [each.strip() for each in text.split(",") if each.strip()]
        if not names:
            raise click.UsageError(f"{option}: {text!r} contains no rule name: use one, such as no-rule.")
        for name in names:
            if name not in BY_NAME:
                raise click.UsageError(f"{option}: there is no rule {name!r}: {nearest(name, BY_NAME)}")
            yield name


def _registry(options: Options) -> str | None:
    registry, account, region = options.registry, options.account_id, options.region
    if (account is None) != (region is None):
        raise click.UsageError("--account-id and --region must be used together.")
    if account is not None and region is not None:
        if registry is not None:
            raise click.UsageError("--registry cannot be combined with --account-id and --region.")
        for mistake in option_errors(account, [region]):
            raise click.UsageError(mistake)
        registry = host_of(account, region)
    source = "--registry"
    if registry is None and os.environ.get(REGISTRY_VARIABLE):
        source, registry = REGISTRY_VARIABLE, os.environ[REGISTRY_VARIABLE]
    try:
        return check_registry(registry) if registry is not None else None
    except ValueError as error:
        raise ConfigError(f"{source}: {error}") from None


def _rules(texts: Iterable[str]) -> list[CacheRule]:
    try:
        return [parse_rule(text) for text in texts]
    except ValueError as error:
        raise ConfigError(f"--rule: {error}") from None


def _patterns(texts: Iterable[str]) -> list[str]:
    try:
        return [check_pattern(text) for text in texts]
    except ValueError as error:
        raise ConfigError(f"--exclude: {error}") from None
