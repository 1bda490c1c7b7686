"""``.rewrite-refs.yaml``: read, checked and turned into a Config.

Every mistake is reported with its file and line and with what to write
instead; nothing runs on a configuration that has one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from rewrite_refs.discover import check_pattern
from rewrite_refs.errors import ConfigError
from rewrite_refs.formats import BY_NAME
from rewrite_refs.reference import DOCKER_HUB, LIBRARY, InvalidReference, Reference
from rewrite_refs.registries import SAME_REGISTRY
from rewrite_refs.rules import Rule, check_registry, check_rules, rule_for

FILE_NAME = ".rewrite-refs.yaml"

Node: TypeAlias = Any  # of ruamel.yaml: a tag, a value and marks


class Config(NamedTuple):
    """What the user has configured.  Patterns count from ``folder``, the folder of the file."""

    folder: Path | None = None
    registry: str | None = None
    rules: tuple[Rule, ...] = ()
    aliases: Mapping[str, str] = {}
    own: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    formats: Mapping[str, tuple[str, ...]] = {}
    embedded: bool = False


def locate(start: Path, stop: Path) -> Path | None:
    """The configuration nearest to *start*, looked for upward as far as *stop*; both absolute folders."""
    for folder in (start, *start.parents):
        if os.path.lexists(folder / FILE_NAME):
            return folder / FILE_NAME
        if folder == stop:
            break
    return None


def load(path: Path, shown: str) -> Config:
    """Read the configuration at *path*, which messages call *shown*.

    Raises ConfigError with an argument for each mistake.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{shown}: the configuration cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{shown}:{line}: the configuration is not UTF-8: convert it") from None
    return _Reader(shown).config(_parse(text, shown), path.parent)


def parse_rule(text: str) -> Rule:
    """A rule from ``UPSTREAM=PREFIX``.  Raises ValueError with what to write instead."""
    upstream, equals, prefix = text.partition("=")
    if not equals:
        raise ValueError(f"{text!r} is no rule: write UPSTREAM=PREFIX, such as docker.io=docker-hub")
    return rule_for(upstream, prefix)


def combined(
    config: Config, registry: str | None, rules: Iterable[Rule]
) -> tuple[str | None, tuple[Rule, ...]]:
    """Registry and rules of the command line over those of the configuration.

    A rule of the command line replaces the configured one for its upstream.
    Raises ConfigError where what comes out contradicts itself.
    """
    extra = tuple(rules)
    given = {rule.name for rule in extra}
    registry = registry or config.registry
    merged = (*(rule for rule in config.rules if rule.name not in given), *extra)
    try:
        check_rules(registry, merged)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    return registry, merged


def _parse(text: str, shown: str) -> Node | None:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, problem = (mark.line + 1 if mark else 1), error.problem or ""
    except RecursionError:
        line, problem = 1, "it is nested too deeply"
    except (YAMLError, ValueError) as error:
        line, problem = 1, str(error).partition("\n")[0]
    raise ConfigError(f"{shown}:{line}: this is no YAML: {problem}") from None


class _Reader:
    """Reads the parts of a configuration and collects what is wrong with them.

    The nodes of YAML are read, and no values that a loader makes of them: they
    know their lines, and keys that are there twice are still two.
    """

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.mistakes: list[tuple[int, str]] = []
        self.registry: str | None = None
        self.aliases: dict[str, str] = {}
        # In the order in which they need one another.
        self.readers: Mapping[str, Callable[[Node, int], Any]] = {
            "registry": self._registry,
            "aliases": self._aliases,
            "rules": self._rules,
            "own": self._own,
            "exclude": self._patterns,
            "formats": self._formats,
            "embedded": self._switch,
        }

    def config(self, root: Node | None, folder: Path) -> Config:
        """The configuration at a root node; ConfigError where it has mistakes."""
        parts = {}
        empty = root is None or _kind(root) == "nothing"
        for key, value, line in () if empty else self._items(root, "the configuration", 1):
            if key in self.readers:
                parts[key] = value, line
            else:
                self._wrong(line, f"unknown key {key!r}: {_nearest(key, self.readers)}")
        values = {key: read(*parts[key]) for key, read in self.readers.items() if key in parts}
        if self.mistakes:
            raise ConfigError(*(f"{self.shown}:{line}: {text}" for line, text in sorted(self.mistakes)))
        return Config(folder, **values)

    def _wrong(self, line: int, text: str) -> None:
        self.mistakes.append((line, text))

    def _items(self, node: Node, what: str, line: int) -> Iterator[tuple[str, Node, int]]:
        """The keys of a mapping, each with its value and its line."""
        if _kind(node) != "a mapping":
            self._wrong(line, f"{what} must be a mapping of keys to values, not {_kind(node)}")
            return
        seen = set()
        for key, value in node.value:
            at = key.start_mark.line + 1
            if not isinstance(key.value, str):
                self._wrong(at, f"a key must be a text, not {_kind(key)}")
            elif key.value in seen:
                self._wrong(at, f"{key.value!r} is there twice: keep one")
            else:
                seen.add(key.value)
                yield key.value, value, at

    def _text(self, node: Node, what: str, line: int) -> str | None:
        if _kind(node) == "a text":
            return str(node.value)
        quote = f': quote it, "{node.value}"' if isinstance(node.value, str) and node.value else ""
        self._wrong(line, f"{what} must be a text, not {_kind(node)}{quote}")
        return None

    def _texts(self, node: Node, what: str, line: int) -> Iterator[tuple[str, int]]:
        """The texts of a list, or the one that stands in its place, with their lines."""
        if _kind(node) not in ("a list", "a text"):
            self._wrong(line, f"{what} must be a list of texts, not {_kind(node)}: write [one, two]")
            return
        for each in node.value if _kind(node) == "a list" else [node]:
            at = max(line, each.start_mark.line + 1)
            text = self._text(each, f"each of {what}", at)
            if text is not None:
                yield text, at

    def _registry(self, node: Node, line: int) -> str | None:
        text = self._text(node, "registry", line)
        if text is not None:
            try:
                self.registry = check_registry(text)
            except ValueError as error:
                self._wrong(line, str(error))
        return self.registry

    def _rules(self, node: Node, line: int) -> tuple[Rule, ...]:
        rules: list[Rule] = []
        for upstream, value, at in self._items(node, "rules", line):
            prefix = self._prefix(upstream, value, at)
            if prefix is None:
                continue
            try:
                rule = rule_for(upstream, prefix)
                if rule.upstream in self.aliases:
                    name = self.aliases[rule.upstream]
                    raise ValueError(f"{rule.upstream} is an alias of {name}: write the rule for {name}")
                check_rules(self.registry, [*rules, rule])
                rules.append(rule)
            except ValueError as error:
                self._wrong(at, str(error))
        return tuple(rules)

    def _prefix(self, upstream: str, node: Node, line: int) -> str | None:
        what = f"the prefix for {upstream}"
        if _kind(node) != "a mapping":
            return self._text(node, what, line)
        prefix, known = None, True
        for key, value, at in self._items(node, what, line):
            if key == "prefix":
                prefix = self._text(value, what, at)
            else:
                known = False
                self._wrong(at, f"unknown key {key!r}: write prefix")
        if known and not node.value:
            self._wrong(line, f"the rule for {upstream} has no prefix: write {{prefix: docker-hub}}")
        return prefix

    def _aliases(self, node: Node, line: int) -> dict[str, str]:
        places = {}
        for name, value, at in self._items(node, "aliases", line):
            upstream = self._text(value, f"the registry that {name} is", at)
            if upstream is None:
                continue
            alias, host = _host(name), _host(upstream)
            if not alias or not host:
                self._wrong(at, "an alias maps a registry's host to another: write mirror.gcr.io: docker.io")
            elif alias == host:
                self._wrong(at, f"{name} and {upstream} are the same registry anyway: remove the alias")
            else:
                self.aliases[alias] = host
                places[host] = at
        for upstream, at in places.items():
            if upstream in self.aliases:
                self._wrong(at, f"{upstream} is an alias itself: write {self.aliases[upstream]}")
        return self.aliases

    def _own(self, node: Node, line: int) -> tuple[str, ...]:
        names: list[str] = []
        for text, at in self._texts(node, "own", line):
            first, _, rest = text.strip().rstrip("/").partition("/")
            if not set(first) & set(".:") and first != "localhost":
                first, rest = DOCKER_HUB, f"{first}/{rest}" if rest else first
            try:
                probe = Reference.parse(f"{first}/{rest or 'any/any'}")
            except InvalidReference:
                probe = None
            if probe is None or probe.tag or probe.digest or probe.registry != first:
                example = "registry.example.com or ghcr.io/acme"
                self._wrong(at, f"{text!r} is no registry, nor a path in one: write {example}")
                continue
            first = self.aliases.get(first, SAME_REGISTRY.get(first, first))
            names.append(f"{first}/{rest}" if rest else first)
            if first == DOCKER_HUB and rest and "/" not in rest:
                names.append(f"{first}/{LIBRARY}{rest}")
        return tuple(names)

    def _patterns(self, node: Node, line: int) -> tuple[str, ...]:
        patterns = []
        for text, at in self._texts(node, "the patterns", line):
            try:
                patterns.append(check_pattern(text))
            except ValueError as error:
                self._wrong(at, str(error))
        return tuple(patterns)

    def _switch(self, node: Node, line: int) -> bool:
        if _kind(node) != "true or false" or node.value.lower() not in ("true", "false"):
            self._wrong(line, f"embedded must be true or false, not {_kind(node)}")
        return str(node.value).lower() == "true"

    def _formats(self, node: Node, line: int) -> dict[str, tuple[str, ...]]:
        formats = {}
        for name, value, at in self._items(node, "formats", line):
            if name in BY_NAME:
                formats[name] = self._patterns(value, at)
            else:
                self._wrong(at, f"unknown format {name!r}: {_nearest(name, BY_NAME)}")
        return formats


def _host(name: str) -> str | None:
    """The one name of a registry, or None where the name is not that of one."""
    try:
        rule = rule_for(name, "any")
    except ValueError:
        return None
    return None if rule.path else rule.upstream


def _nearest(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    names = sorted(known)
    close = get_close_matches(word, names, 1)
    return f"did you mean {close[0]}?" if close else f"write one of {', '.join(names)}"


def _kind(node: Node) -> str:
    """What a node is, for a message."""
    kinds = {
        "map": "a mapping",
        "seq": "a list",
        "str": "a text",
        "null": "nothing",
        "bool": "true or false",
        "int": "a number",
        "float": "a number",
    }
    return kinds.get(
        str(node.tag).rpartition(":")[2], f"{node.value!r}" if isinstance(node.value, str) else "that"
    )
