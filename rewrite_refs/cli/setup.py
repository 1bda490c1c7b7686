"""From options and configuration to a Session."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from rewrite_refs import files
from rewrite_refs.cli.options import REGISTRY_VARIABLE, Options, mistaken
from rewrite_refs.cli.output import Run, say
from rewrite_refs.config import Config, combined, load, locate, parse_rule
from rewrite_refs.discover import Assigned, Patterns, check_pattern, root_of
from rewrite_refs.errors import ConfigError
from rewrite_refs.mapping import Rule, check_registry
from rewrite_refs.parameters import Style
from rewrite_refs.policy import Override, Policies
from rewrite_refs.project import Project
from rewrite_refs.registries import caveat, host_of
from rewrite_refs.reports import visible
from rewrite_refs.rules import Rules
from rewrite_refs.session import Outcome, Session


def outcomes(
    session: Session, paths: tuple[str, ...], stdin_filename: str | None, edit: bool
) -> Iterator[Outcome]:
    """The outcome of each file at *paths*, or of standard input."""
    if stdin_filename is not None:
        data = sys.stdin.buffer.read() if sys.stdin else b""
        return iter([session.stdin(stdin_filename, data, edit)])
    return session.outcomes(paths or (".",), edit)


def inspected(options: Options, paths: tuple[str, ...], stdin_filename: str | None) -> Run:
    """All references at *paths*, with nothing changed."""
    session = open_session(options, paths, stdin_filename)
    run = Run(options)
    for outcome in outcomes(session, paths, stdin_filename, edit=False):
        run.take(outcome)
    return run


def open_session(
    options: Options, paths: tuple[str, ...], stdin_filename: str | None, rules_type: type[Rules] = Rules
) -> Session:
    """What the options and the configuration nearest to the first path say.

    ``rules_type`` says which way references are to be rewritten.

    Raises ConfigError and UsageError for what they have wrong.
    """
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
    base = rules_type(registry, rules, config.aliases, config.own)
    policies = Policies(base, _overrides(config, folder), config.style, _parameter(config))
    for host in {cache.registry for cache in policies.caches()} if not options.quiet else ():
        if trouble := caveat(host):
            say(f"warning: {host}: {trouble}")
    exclude = (Patterns(folder, config.exclude), Patterns(root or cwd, _patterns(options.exclude)))
    # Outside of a checkout a file says nothing about which other files belong to it.
    project = Project(
        policies,
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
        for mistake in mistaken(account, [region]):
            raise click.UsageError(mistake)
        registry = host_of(account, region)
    source = "--registry"
    if registry is None and os.environ.get(REGISTRY_VARIABLE):
        source, registry = REGISTRY_VARIABLE, os.environ[REGISTRY_VARIABLE]
    try:
        return check_registry(registry) if registry is not None else None
    except ValueError as error:
        raise ConfigError(f"{source}: {error}") from None


def _overrides(config: Config, folder: Path) -> list[Override]:
    return [
        Override(Patterns(folder, each.files), each.registry, each.rules, each.style)
        for each in config.overrides
    ]


def _parameter(config: Config) -> Style:
    """What the style ``parameter`` means here."""
    return Style(True, config.parameters.default == "upstream", config.parameters.names)


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
