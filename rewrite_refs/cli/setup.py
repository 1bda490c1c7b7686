"""From options and configuration to a Session."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click

from rewrite_refs.cache.judge import Rules
from rewrite_refs.cache.rule import Rule, check_registry
from rewrite_refs.cli.options import REGISTRY_VARIABLE, Options, mistaken
from rewrite_refs.cli.output import Run, say
from rewrite_refs.config.load import Config, combined, load, locate, parse_rule
from rewrite_refs.config.nodes import nearest
from rewrite_refs.engine.style import Style
from rewrite_refs.errors import ConfigError
from rewrite_refs.files import io as files
from rewrite_refs.files.patterns import Patterns, check_pattern
from rewrite_refs.files.walk import root_of
from rewrite_refs.formats.detect import Assigned
from rewrite_refs.images.hosts import caveat, host_of
from rewrite_refs.lint.settings import Settings
from rewrite_refs.reports import visible
from rewrite_refs.repository.outcome import Outcome
from rewrite_refs.repository.policy import Override, Policies
from rewrite_refs.repository.project import Project
from rewrite_refs.repository.session import Progress, Session


def outcomes(
    session: Session, paths: tuple[str, ...], stdin_filename: str | None, edit: bool
) -> Iterator[Outcome]:
    """The outcome of each file at *paths*, or of standard input."""
    if stdin_filename is not None:
        data = sys.stdin.buffer.read() if sys.stdin else b""
        return iter([session.stdin(stdin_filename, data, edit)])
    return session.outcomes(paths or (".",), edit)


def inspected(
    options: Options, paths: tuple[str, ...], stdin_filename: str | None, lint: bool = False
) -> Run:
    """All references at *paths*, and what the *lint* finds if it is wanted, with nothing written."""
    run = Run(options)
    session = open_session(options, paths, stdin_filename, lint=lint, progress=run.progress)
    if lint:
        run.rules = _looked_for(session.project.policies.lint)
    # Only a rewriting, though nobody writes it, tells what can be mended.
    for outcome in outcomes(session, paths, stdin_filename, edit=lint):
        run.take(outcome)
    return run


def open_session(
    options: Options,
    paths: tuple[str, ...],
    stdin_filename: str | None,
    rules_type: type[Rules] = Rules,
    lint: bool = False,
    progress: Progress | None = None,
) -> Session:
    """What the options and the configuration nearest to the first path say.

    ``rules_type`` says which way references are to be rewritten, *lint* whether
    findings are wanted, and *progress* is told how far the run is.

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
    if options.no_config and options.config is not None:
        raise click.UsageError("--config and --no-config exclude one another.")
    first = Path(os.path.abspath(stdin_filename or (paths[0] if paths else ".")))
    is_folder = files.is_folder(first)
    start = first if is_folder else first.parent
    # Outside of a checkout a file says nothing about which other files belong to it.
    top = root_of(start) or (start if is_folder else None)
    opener = _Opener(options, cwd, top, rules_type, lint, progress)
    return opener.session(start)


@dataclass(frozen=True)
class _Opener:
    """Opens a session for each configuration that the files of a run have."""

    options: Options
    cwd: Path
    top: Path | None
    rules_type: type[Rules]
    lint: bool
    progress: Progress | None
    places: dict[Path, Path | None] = field(default_factory=dict)
    sessions: dict[Path | None, Session] = field(default_factory=dict)

    def session(self, folder: Path) -> Session:
        """The session of the files in a folder (absolute)."""
        if folder not in self.places:
            self.places[folder] = self._place(folder)
        place = self.places[folder]
        if place not in self.sessions:
            self.sessions[place] = self._opened(place)
        return self.sessions[place]

    def _place(self, folder: Path) -> Path | None:
        """Where the configuration for a folder is."""
        if self.options.no_config:
            return None
        if self.options.config is not None:
            return Path(os.path.abspath(self.options.config))
        stop = root_of(folder) or (self.cwd if folder.is_relative_to(self.cwd) else self.top or folder)
        return locate(folder, stop)

    def _opened(self, place: Path | None) -> Session:
        options, cwd = self.options, self.cwd
        config = Config()
        if place is not None:
            config = load(
                place, visible(os.path.relpath(place, cwd) if options.config is None else options.config)
            )
        registry, rules = combined(config, _registry(options), _rules(options.rule))
        root = root_of(config.folder) if config.folder and options.config is None else None
        root = root or self.top
        folder = config.folder or root or cwd
        base = self.rules_type(
            registry, rules, config.aliases, config.own, logged_in=config.runners_logged_in
        )
        settings = _settings(config, folder, options)
        policies = Policies(base, _overrides(config, folder), config.style, _parameter(config), settings)
        for host in {cache.registry for cache in policies.caches()} if not options.quiet else ():
            if trouble := caveat(host):
                say(f"warning: {host}: {trouble}")
        exclude = (Patterns(folder, config.exclude), Patterns(root or cwd, _patterns(options.exclude)))
        embedded = options.embedded or config.embedded
        project = Project(policies, root, embedded, exclude, lambda path: self.session(path.parent).project)
        assigned = Assigned.of(config.formats, folder)
        return Session(project, assigned, exclude, cwd, self.lint, self.session, self.progress)


def _settings(config: Config, folder: Path, options: Options) -> Settings:
    """What configuration and options say about the rules of the lint."""
    lint = config.lint
    per_file = tuple(
        (Patterns(folder, [pattern]), frozenset(rules)) for pattern, rules in lint.per_file_ignores.items()
    )
    select = frozenset(_names(options.select, "--select")) if options.select else None
    ignore = frozenset(_names(options.ignore, "--ignore")) if options.ignore else frozenset[str]()
    return Settings(lint.severity, per_file, lint.ignore_images, select, ignore, options.strict)


def _looked_for(settings: Settings) -> frozenset[str]:
    """The names of the rules that a run looks for."""
    from rewrite_refs.lint.registry import RULES

    names = frozenset(each.NAME for each in RULES if settings.severity(each) is not None)
    # With some rules alone nobody knows whether a comment is of use.
    return names - {"unused-ignore"} if settings.select or settings.ignore else names


def _names(texts: Iterable[str], option: str) -> Iterator[str]:
    """The names of rules in the values of an option."""
    from rewrite_refs.lint.registry import BY_NAME

    for text in texts:
        names = [each.strip() for each in text.split(",") if each.strip()]
        if not names:
            raise click.UsageError(f"{option}: {text!r} names no rule: write one, such as no-rule.")
        for name in names:
            if name not in BY_NAME:
                raise click.UsageError(f"{option}: there is no rule {name!r}: {nearest(name, BY_NAME)}")
            yield name


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
