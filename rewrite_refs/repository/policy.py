"""Policies: the rules, registry and style of each file, after overrides."""

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
    """Settings for the files that match; None where the general setting applies.

    ``rules`` are all the rules for these files, ``style`` is by the name of the format.
    """

    files: Patterns
    registry: str | None = None
    rules: tuple[CacheRule, ...] | None = None
    style: Mapping[str, str] | None = None


class Policy(NamedTuple):
    """The settings of one file; ``styles`` are by the name of the format."""

    rules: RuleSet
    styles: Mapping[str, Style] = {}

    def style(self, format: Format) -> Style:
        """Return the style in which a format writes references; literal by default."""
        return self.styles.get(format.name, Style())


class Policies:
    """The policies of all files.

    Of several overrides for one file, the last one counts, for each of its settings.

    Args:
        rules: The cache rules where no override sets others.
        overrides: The settings for some files.
        style: The style by the name of the format, where no override sets another.
        parameter: The meaning of the style ``parameter``.
        lint: The settings of the lint rules.
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
        """The policy of a file without overrides."""
        return self._policy(())

    def of(self, path: Path) -> Policy:
        """Return the policy of a file (absolute)."""
        return self._policy(tuple(at for at, each in enumerate(self._overrides) if each.files.match(path)))

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The placeholders for registries, in any files."""
        return tuple({each.registry: None for each in self.caches() if is_placeholder(each.registry)})

    def caches(self) -> Iterator[Cache]:
        """Yield the general cache, then those of the overrides, each once."""
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
        """Yield the styles that are more than literal, by the name of the format.

        Some formats must declare the variables of a placeholder.
        """
        held = tuple((each.name, each.default) for each in variables(registry))
        for name in {*style, *_DECLARING} if held else set(style):
            base = self._parameter if style.get(name) == "parameter" else Style()
            yield name, base._replace(variables=held if name in _DECLARING else ())


def _usable_rules(registry: str | None, rules: tuple[CacheRule, ...]) -> tuple[CacheRule, ...]:
    """Return the rules without those for *registry* itself.

    A registry can have one where it shares its rules with another registry.
    """
    return tuple(each for each in rules if not Cache(registry or "", ()).is_at(each.upstream))
