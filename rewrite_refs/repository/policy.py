"""What holds for each file: the rules, the registry and the style, for all files or for some instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.rule import Cache, CacheRule
from rewrite_refs.engine.style import Style
from rewrite_refs.files.patterns import Patterns
from rewrite_refs.formats import FORMATS
from rewrite_refs.formats.base import Format
from rewrite_refs.images.placeholders import is_placeholder, variables
from rewrite_refs.lint.settings import Settings

# Formats in which a variable has to be declared before it is used.
_DECLARING = frozenset(each.name for each in FORMATS if each.variables and each.variables.declared)


class Override(NamedTuple):
    """What holds for the files that match; None where nothing else does.

    ``rules`` are all the rules for these files, ``style`` is by the name of the format.
    """

    files: Patterns
    registry: str | None = None
    rules: tuple[CacheRule, ...] | None = None
    style: Mapping[str, str] | None = None


class Policy(NamedTuple):
    """What holds for one file; ``styles`` by the name of the format."""

    rules: RuleSet
    styles: Mapping[str, Style] = {}

    def style(self, format: Format) -> Style:
        """How the format writes references to the cache; literally where nothing else was asked for."""
        return self.styles.get(format.name, Style())


class Policies:
    """The policy of every file.

    ``rules`` hold where no override says otherwise, and ``style`` (by the name of
    the format); of several overrides for one file the last counts, for each of
    its parts.  ``parameter`` is what the style ``parameter`` means, and ``lint`` what
    is said about the rules of the lint.
    """

    def __init__(
        self,
        rules: RuleSet,
        overrides: Sequence[Override] = (),
        style: Mapping[str, str] | None = None,
        parameter: Style | None = None,
        lint: Settings | None = None,
    ) -> None:
        self._rules = rules
        self._overrides = overrides
        self._style = style or {}
        self._parameter = parameter or Style(parameter=True)
        self.lint = lint or Settings()
        self._known: dict[tuple[int, ...], Policy] = {}

    @property
    def general(self) -> Policy:
        """What holds for a file that no override is for."""
        return self._policy(())

    def of(self, path: Path) -> Policy:
        """What holds for a file (absolute)."""
        return self._policy(tuple(at for at, each in enumerate(self._overrides) if each.files.match(path)))

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The placeholders that stand for registries, in whatever files."""
        return tuple({each.registry: None for each in self.caches() if is_placeholder(each.registry)})

    def caches(self) -> Iterator[Cache]:
        """The cache of all files, then those of the overrides, each once."""
        seen: list[Cache] = []
        for registry, rules in ((None, None), *((each.registry, each.rules) for each in self._overrides)):
            host = registry or self._rules.registry
            cache = (
                Cache(host, _usable_rules(host, self._rules.rules if rules is None else rules))
                if host
                else None
            )
            if cache and cache not in seen:
                seen.append(cache)
        yield from seen

    def _policy(self, matching: tuple[int, ...]) -> Policy:
        if matching not in self._known:
            self._known[matching] = self._merged([self._overrides[at] for at in matching])
        return self._known[matching]

    def _merged(self, overrides: Sequence[Override]) -> Policy:
        registry, rules, style, strict = self._rules.registry, self._rules.rules, dict(self._style), False
        for each in overrides:
            strict |= each.registry is not None
            registry = each.registry or registry
            rules = rules if each.rules is None else each.rules
            style |= each.style or {}
        rules = _usable_rules(registry, rules)
        others = tuple(each for each in self.caches() if each != Cache(registry or "", rules))
        merged = replace(self._rules, registry=registry, rules=rules, others=others, strict=strict)
        return Policy(merged, dict(self._styles(registry or "", style)))

    def _styles(self, registry: str, style: Mapping[str, str]) -> Iterator[tuple[str, Style]]:
        """The styles that are more than literal; some formats must declare the variables of a placeholder."""
        held = tuple((each.name, each.default) for each in variables(registry))
        for name in {*style, *_DECLARING} if held else set(style):
            base = self._parameter if style.get(name) == "parameter" else Style()
            yield name, base._replace(variables=held if name in _DECLARING else ())


def _usable_rules(registry: str | None, rules: tuple[CacheRule, ...]) -> tuple[CacheRule, ...]:
    """The rules that *registry* can have: none for itself, where it shares those of another registry."""
    return tuple(each for each in rules if not Cache(registry or "", ()).is_at(each.upstream))
