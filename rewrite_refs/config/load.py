"""Load, check and merge ``.rewrite-refs.yaml`` files into a Config.

Every mistake is reported with its file and line and with what to write
instead.  A configuration with mistakes is never used.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from rewrite_refs.cache.rule import CacheRule, check_registry, check_rules, make_rule
from rewrite_refs.config.access import Access
from rewrite_refs.config.lint import Lint, lint_of
from rewrite_refs.config.nodes import ConfigErrors, Node, kind, parse
from rewrite_refs.config.rules import aliases_of, own_of, rules_of, variables_of
from rewrite_refs.config.version import KEY as REQUIRED_VERSION
from rewrite_refs.config.version import check_version
from rewrite_refs.errors import ConfigError
from rewrite_refs.files.io import Unreadable
from rewrite_refs.files.patterns import check_pattern
from rewrite_refs.formats import BY_NAME, FORMATS
from rewrite_refs.text.suggestions import nearest

FILE_NAME = ".rewrite-refs.yaml"
FILE_NAMES = (FILE_NAME, ".rewrite-refs.yml")
MAX_EXTENDED = 30  # files in a chain
STYLED = tuple(each.name for each in FORMATS if each.variables)  # those that support variables


class Parameters(NamedTuple):
    """The options of the style ``parameter``.

    ``default`` is what a variable holds by default (``cache`` or ``upstream``), and ``names`` are the
    variables by the names of the rules.
    """

    default: str = "cache"
    names: Mapping[str, str] = {}


class Override(NamedTuple):
    """Settings for some files; None where the general setting applies."""

    files: tuple[str, ...]
    registry: str | None = None
    rules: tuple[CacheRule, ...] | None = None
    style: Mapping[str, str] | None = None


class Config(NamedTuple):
    """The user's configuration.

    Patterns are relative to ``folder``, the folder of the file.
    """

    folder: Path | None = None
    registry: str | None = None
    rules: tuple[CacheRule, ...] = ()
    aliases: Mapping[str, str] = {}
    own: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    formats: Mapping[str, tuple[str, ...]] = {}
    embedded: bool = False
    style: Mapping[str, str] = {}
    parameters: Parameters = Parameters()
    overrides: tuple[Override, ...] = ()
    runners_logged_in: bool = False
    lint: Lint = Lint()


def locate(start: Path, stop: Path, show: Callable[[Path], str] = str) -> Path | None:
    """Return the configuration nearest to *start*, searching upward as far as *stop*.

    Both are absolute folders.

    Raises:
        ConfigError: A folder has two configurations; the message names them with *show*.
    """
    for folder in (start, *start.parents):
        found = [folder / name for name in FILE_NAMES if os.path.lexists(folder / name)]
        if len(found) > 1:
            names = " and ".join(map(show, found))
            raise ConfigError(f"{names} are both in one folder: keep one of them")
        if found:
            return found[0]
        if folder == stop:
            break
    return None


class _File(NamedTuple):
    """A configuration to read.

    Attributes:
        path: Its path.
        shown: The path as messages write it.
        access: The files that may be read.
        is_free: Whether it may extend any file.
        above: The files that extend it, in order.
    """

    path: Path
    shown: str
    access: Access
    is_free: bool = False
    above: tuple[Path, ...] = ()

    @property
    def is_ours(self) -> bool:
        """Whether the file is itself a configuration: not an extended file and not a link."""
        return not self.above and not self.path.is_symlink()


def load(path: Path, shown: str, access: Access | None = None, named: bool = False) -> Config:
    """Return the configuration at *path*, merged over the files that it extends.

    Args:
        path: The path of the file.
        shown: The path as messages write it.
        access: The files that may be read; by default those of the file's folder.
        named: Whether the user named the file.  It may then be anywhere and extend any file, unless it is a
            link of the repository that leads out of it.

    Raises:
        ConfigError: The configuration has mistakes; there is an argument for each.
    """
    access = access or Access(path.parent)
    return _loaded(_File(path, shown, access, named), content(path, shown, access, named))


def content(path: Path, shown: str, access: Access, named: bool = False) -> bytes:
    """Return the bytes of a configuration file; see ``load`` for the arguments.

    Raises:
        ConfigError: The file may not or cannot be read.
    """
    try:
        return access.read(path, named and not access.is_link_outside(path))
    except Unreadable as error:
        raise ConfigError(f"{shown}: the configuration cannot be read: {error}") from None


def _loaded(file: _File, data: bytes) -> Config:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{file.shown}:{line}: the configuration is not UTF-8: convert it") from None
    return _Reader(file).config(parse(text, file.shown))


def parse_rule(text: str) -> CacheRule:
    """Return the rule for ``UPSTREAM=PREFIX``.

    Raises:
        ValueError: The text is not a valid rule; the message states what to write instead.
    """
    upstream, equals, prefix = text.partition("=")
    if not equals:
        raise ValueError(f"{text!r} is not a valid rule: use UPSTREAM=PREFIX, such as docker.io=docker-hub")
    if "://" in upstream:
        raise ValueError(
            f"{upstream!r} is not a valid registry: use a host such as docker.io, without https://"
        )
    return make_rule(upstream, prefix)


def combined(
    config: Config, registry: str | None, rules: Iterable[CacheRule]
) -> tuple[str | None, tuple[CacheRule, ...]]:
    """Return registry and rules: those of the command line over those of *config*.

    A rule of the command line replaces the configured one for its upstream.

    Raises:
        ConfigError: The result contradicts itself.
    """
    extra = tuple(rules)
    given: dict[str, CacheRule] = {}
    for rule in extra:
        if rule.name in given:
            raise ConfigError(
                f"two rules for {rule.name} ({given[rule.name].prefix} and {rule.prefix}): keep one"
            )
        given[rule.name] = rule
    registry = registry or config.registry
    merged = (*(rule for rule in config.rules if rule.name not in given), *extra)
    try:
        check_rules(registry, merged)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    return registry, merged


class _Reader:
    """Reads the parts of a configuration and merges them over the extended one."""

    def __init__(self, file: _File) -> None:
        self.errors = ConfigErrors(file.shown)
        self.file = file
        self.base = Config()
        self.registry: str | None = None
        self.aliases: dict[str, str] = {}
        # In order of dependency: a reader may use the results of the ones before it.
        self.readers: Mapping[str, Callable[[Node, int], Any]] = {
            "registry": self._registry,
            "aliases": self._aliases,
            "rules": self._rules,
            "own": self._own,
            "exclude": self._exclude,
            "formats": self._formats,
            "embedded": partial(self._switch, "embedded"),
            "style": self._style,
            "parameters": self._parameters,
            "overrides": self._overrides,
            "runners-logged-in": partial(self._switch, "runners-logged-in"),
            "lint": self._lint,
        }

    def config(self, root: Node | None) -> Config:
        """Return the configuration at a root node.

        Raises:
            ConfigError: The configuration has mistakes.
        """
        check_version(self.errors, root)
        parts = {}
        if root is not None and kind(root) != "nothing":
            known = (REQUIRED_VERSION, "extends", *self.readers)
            self.errors.check_keys(root, known, quote=self.file.is_ours)
            parts = self.errors.parts(root, "the configuration", 1, known)
        if "extends" in parts:
            self.base = self._extended(*parts.pop("extends"))
        self.registry, self.aliases = self.base.registry, dict(self.base.aliases)
        values = {
            key.replace("-", "_"): read(*parts[key]) for key, read in self.readers.items() if key in parts
        }
        self.errors.check()
        config = self.base._replace(folder=self.file.path.parent, **values)
        try:
            check_rules(config.registry, config.rules)
        except ValueError as error:  # of the two files together
            raise ConfigError(f"{self.errors.shown}:1: {error}") from None
        return config

    def _extended(self, node: Node, line: int) -> Config:
        """Return the configuration of an extended file.

        Its patterns count as if they were written in this file.
        """
        name = self.errors.text(node, "extends", line)
        if name is None:
            return Config()
        file, access = self.file, self.file.access
        shown = Path(os.path.normpath(Path(file.shown).parent / name)).as_posix()
        path = file.path.parent / name
        above = (*file.above, Path(os.path.realpath(file.path)))
        try:
            data = access.read(path, file.is_free)
        except Unreadable as error:
            self.errors.add(line, f"{shown} cannot be extended: {error}")
            return Config()
        if Path(os.path.realpath(path)) in above:
            self.errors.add(line, f"{name} extends this file or is this file: remove one extends")
            return Config()
        if len(above) > MAX_EXTENDED:
            self.errors.add(line, f"more than {MAX_EXTENDED} files extend one another: extend fewer")
            return Config()
        # A file of the repository may come from anybody, so it cannot allow anything itself.
        is_free = file.is_free and not access.is_in_repository(path)
        return _loaded(_File(path, shown, access, is_free, above), data)

    def _registry(self, node: Node, line: int) -> str | None:
        self.registry = self._host_of(node, line) or self.registry
        return self.registry

    def _host_of(self, node: Node, line: int) -> str | None:
        text = self.errors.text(node, "registry", line)
        try:
            return text if text is None else check_registry(text)
        except ValueError as error:
            self.errors.add(line, str(error))
        return None

    def _rules(self, node: Node, line: int) -> tuple[CacheRule, ...]:
        rules = rules_of(self.errors, node, line, self.registry, self.aliases)
        names = {rule.name for rule in rules}
        return (*(rule for rule in self.base.rules if rule.name not in names), *rules)

    def _aliases(self, node: Node, line: int) -> dict[str, str]:
        self.aliases = aliases_of(self.errors, node, line, self.aliases)
        return self.aliases

    def _own(self, node: Node, line: int) -> tuple[str, ...]:
        return (*self.base.own, *own_of(self.errors, node, line, self.aliases))

    def _exclude(self, node: Node, line: int) -> tuple[str, ...]:
        return (*self.base.exclude, *self._patterns(node, line))

    def _patterns(self, node: Node, line: int) -> tuple[str, ...]:
        patterns = []
        for text, at in self.errors.texts(node, "the patterns", line):
            try:
                patterns.append(check_pattern(text))
            except ValueError as error:
                self.errors.add(at, str(error))
        return tuple(patterns)

    def _switch(self, name: str, node: Node, line: int) -> bool:
        if kind(node) != "true or false" or node.value.lower() not in ("true", "false"):
            self.errors.add(line, f"{name} must be true or false, not {kind(node)}")
        return str(node.value).lower() == "true"

    def _lint(self, node: Node, line: int) -> Lint:
        return lint_of(self.errors, node, line, self.base.lint, check_pattern)

    def _formats(self, node: Node, line: int) -> dict[str, tuple[str, ...]]:
        formats = dict(self.base.formats)
        for name, value, at in self.errors.items(node, "formats", line):
            if name in BY_NAME:
                formats[name] = self._patterns(value, at)
            else:
                self.errors.add(at, f"unknown format {name!r}: {nearest(name, BY_NAME)}")
        return formats

    def _style(self, node: Node, line: int) -> dict[str, str]:
        return {**self.base.style, **self._style_of(node, line)}

    def _style_of(self, node: Node, line: int) -> dict[str, str]:
        """Return the style for each format that supports variables."""
        if kind(node) != "a mapping":
            style = self.errors.choice(node, "style", line, ("literal", "parameter"))
            return dict.fromkeys(STYLED, style) if style else {}
        styles = {}
        for name, (value, at) in self.errors.parts(node, "style", line, STYLED).items():
            style = self.errors.choice(value, f"the style of {name}", at, ("literal", "parameter"))
            if style:
                styles[name] = style
        return styles

    def _parameters(self, node: Node, line: int) -> Parameters:
        parameters = self.base.parameters
        parts = self.errors.parts(node, "parameters", line, Parameters._fields)
        if "default" in parts:
            default = self.errors.choice(
                parts["default"][0], "default", parts["default"][1], ("cache", "upstream")
            )
            parameters = parameters._replace(default=default or "cache")
        if "names" in parts:
            parameters = parameters._replace(
                names={**parameters.names, **variables_of(self.errors, *parts["names"])}
            )
        return parameters

    def _overrides(self, node: Node, line: int) -> tuple[Override, ...]:
        if kind(node) != "a list":
            self.errors.add(
                line, f"overrides must be a list, not {kind(node)}: write - files: [deploy/eu/**]"
            )
            return ()
        found = (self._override(each, each.start_mark.line + 1) for each in node.value)
        return (*self.base.overrides, *found)

    def _override(self, node: Node, line: int) -> Override:
        parts = self.errors.parts(node, "each of overrides", line, Override._fields)
        files = self._patterns(*parts["files"]) if "files" in parts else ()
        if kind(node) == "a mapping" and "files" not in parts:
            self.errors.add(line, "an override has no files: write files: [deploy/eu/**]")
        registry = self._host_of(*parts["registry"]) if "registry" in parts else None
        rules = None
        if "rules" in parts:
            rules = rules_of(self.errors, *parts["rules"], registry or self.registry, self.aliases)
        style = self._style_of(*parts["style"]) if "style" in parts else None
        return Override(files, registry, rules, style)
