"""The rules of an Import, sorted by the registry that has them and held against ECR's grammar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from rewrite_refs.cache.rule import ROOT, CacheRule, make_rule
from rewrite_refs.images.hosts import Home, home_of, host_of
from rewrite_refs.images.upstreams import upstream_of
from rewrite_refs.sources import Import, SourceLocation, Unresolved


@dataclass(slots=True)
class Cache:
    """The rules of one account and region, None where nobody tells which.

    ``rules`` holds the prefixes by the names of their upstreams; ``location`` is that of the first.
    """

    account: str | None
    region: str | None
    location: SourceLocation
    rules: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def host(self) -> str | None:
        """The registry, where both its account and its region are known."""
        return host_of(self.account, self.region) if self.account and self.region else None


class SortedRules(NamedTuple):
    """The registries in the order of the source, those without a rule last; what cannot be a rule of one."""

    caches: tuple[Cache, ...]
    unresolved: tuple[Unresolved, ...]


def by_registry(
    imported: Import,
    source: str,
    account: str | None = None,
    region: str | None = None,
    home: Home | None = None,
    aliases: Mapping[str, str] = {},
) -> SortedRules:
    """Sort the rules of an Import by account and region.

    Where the source does not tell the *account* or the *region*, these hold, or else
    those of *home*, the registry that is known already.  *source* stands for the
    place of a rule that has none; *aliases* are names that no rule may have.
    """
    caches: dict[tuple[str | None, str | None], Cache] = {}
    unresolved = list(imported.unresolved)
    for each in imported.rules:
        location = each.location or SourceLocation(source)
        whose = _whose(each.account or account, each.region or region, home)
        cache = caches.get(whose) or Cache(*whose, location)
        try:
            rule = make_rule(each.upstream, each.prefix, "" if each.path == ROOT else each.path)
            _check(rule, cache, aliases)
        except ValueError as error:
            unresolved.append(Unresolved(location, str(error)))
            continue
        caches[whose] = cache
        prefixes = dict.fromkeys((*cache.rules.get(rule.name, ()), rule.prefix or ROOT))
        cache.rules[rule.name] = tuple(sorted(prefixes, key=lambda prefix: prefix != _documented(rule)))
    for account, region in imported.registries:
        caches.setdefault((account, region), Cache(account, region, SourceLocation(source)))
    return SortedRules(tuple(caches.values()), tuple(unresolved))


def _whose(account: str | None, region: str | None, home: Home | None) -> tuple[str | None, str | None]:
    """An account and a region, completed by those of *home* where they do not speak against it."""
    if home and account in (None, home.account):
        return home.account, region or home.region
    return account, region


def _check(rule: CacheRule, cache: Cache, aliases: Mapping[str, str]) -> None:
    """Raise ValueError where a rule cannot stand beside those of a registry."""
    if rule.upstream in aliases:
        raise ValueError(f"{rule.upstream} is an alias of {aliases[rule.upstream]} in the configuration")
    if cache.host and home_of(rule.upstream) == home_of(cache.host):
        raise ValueError(f"the rule for {rule.name} maps the registry onto itself")
    prefix = rule.prefix or ROOT
    others: Iterable[str] = (name for name, has in cache.rules.items() if prefix in has and name != rule.name)
    for name in others:
        raise ValueError(
            f"{rule.name} has the prefix {prefix} of {name}: in ECR a prefix belongs to one rule"
        )


def _documented(rule: CacheRule) -> str | None:
    """The prefix of AWS's own example."""
    upstream = upstream_of(rule.upstream)
    return upstream.prefix if upstream else None
