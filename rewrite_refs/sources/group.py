"""The rules of an Import, grouped by registry and checked against ECR's grammar."""

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
    """The rules of one account and region, each None if unknown.

    ``rules`` contains the prefixes by the names of their upstreams; ``location`` is that of the first rule.
    """

    account: str | None
    region: str | None
    location: SourceLocation
    rules: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def host(self) -> str | None:
        """The host of the registry, or None if its account or its region is unknown."""
        return host_of(self.account, self.region) if self.account and self.region else None


class SortedRules(NamedTuple):
    """The registries in the order of the source, those without a rule last.

    ``unresolved`` contains the rules that are not valid.
    """

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
    """Group the rules of an Import by account and region.

    Args:
        imported: The rules.
        source: The path that is shown for a rule without a location.
        account: The account of rules whose source does not state one.
        region: The region of rules whose source does not state one.
        home: The registry that is known already; used if neither the source nor the arguments state one.
        aliases: Names that no rule may have, with the name that each is an alias of.
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
    """Return an account and region, completed from *home* if the account matches."""
    if home and account in (None, home.account):
        return home.account, region or home.region
    return account, region


def _check(rule: CacheRule, cache: Cache, aliases: Mapping[str, str]) -> None:
    """Check a rule against the other rules of its registry.

    Raises:
        ValueError: The rule conflicts with them.
    """
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
    """Return the prefix in the example of the AWS documentation, if there is one."""
    upstream = upstream_of(rule.upstream)
    return upstream.prefix if upstream else None
