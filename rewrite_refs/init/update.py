"""Update of a configuration from the rules of a source.

The source decides about the upstreams that it has rules for.  Everything else in the
file stays: rules that the source does not have, the patterns of overrides, every other
key, and all other lines.  The module is pure: it turns the old text into the new one
and remarks about it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from rewrite_refs.cache.rule import ROOT, check_rules
from rewrite_refs.config.load import Config, Override
from rewrite_refs.errors import ConfigError
from rewrite_refs.images.hosts import Home, caveat, home_of, host_of, is_same
from rewrite_refs.init import rule_values as rulevalues
from rewrite_refs.init.yaml_edit import Data, KeyPath, Unchangeable, changed, data
from rewrite_refs.reports import address
from rewrite_refs.sources import Import, Unresolved
from rewrite_refs.sources.group import Cache, by_registry

NO_REGISTRY = (
    "no registry{}: use --registry, or --account-id and --region, "
    "or set REWRITE_REFS_REGISTRY where rewrite-refs runs"
)
PROPOSED = "a proposal: AWS's own example; write the prefix of your rule"
# Editors check a configuration against this schema while it is written.
_SCHEMA = "rewrite_refs/schemas/config.schema.json"
_FILES = "A proposal by the {}: write the patterns of the files that pull from this registry."


class Old(NamedTuple):
    """A configuration: its text, its name in messages, and its parsed content."""

    text: str
    shown: str
    config: Config

    @property
    def data(self) -> dict[str, Data]:
        """The data of the file itself, without the files that it extends."""
        return data(self.text) or {}

    @property
    def inherited(self) -> dict[str, set[str]]:
        """The prefixes in extended files of upstreams for which the file itself has none."""
        here = rulevalues.meaning(self.data.get("rules", {}))
        inherited: dict[str, set[str]] = {}
        for rule in self.config.rules:
            if rule.name not in here:
                inherited.setdefault(rule.name, set()).add(rule.prefix or ROOT)
        return inherited

    @property
    def extended(self) -> Sequence[Override]:
        """The overrides of the extended files."""
        overrides = self.config.overrides
        return overrides[: len(overrides) - len(self.data.get("overrides", []))]


class Overrides(NamedTuple):
    """Values from the user: registry (a host or a placeholder), account and region.

    Account and region are used for rules for which the source does not have them.
    """

    registry: str | None = None
    account: str | None = None
    region: str | None = None


class Result(NamedTuple):
    """The new text, remarks for the user, rules that were left out, and counts.

    ``registries`` is 0 if the registry of the rules is not known.
    """

    text: str
    remarks: tuple[str, ...]
    unresolved: tuple[Unresolved, ...] = ()
    rules: int = 0
    registries: int = 0


def header(origin: str) -> str:
    """Return the first comment of a new file; *origin* is a sentence on its source."""
    schema = address.raw(_SCHEMA)
    return (
        (f"# yaml-language-server: $schema={schema}\n" if schema else "")
        + "# What rewrite-refs writes before image references: the private registry, and the prefix of the\n"
        f"# pull-through-cache rule for each upstream. {origin}\n"
    )


def updated(old: Old, imported: Import, source: str, given: Overrides) -> Result:
    """Return a configuration with the rules of a source.

    *source* is its name in messages.  Several registries become ``overrides``, except the main one: the
    registry that is *given*, else the one in the file, else the first.

    Raises ConfigError if the rules contradict those that the file keeps, or if the text cannot be
    changed safely.
    """
    registry = given.registry or old.config.registry
    overridden = [each.registry for each in old.config.overrides]
    sort = partial(by_registry, imported, source, given.account, given.region, aliases=old.config.aliases)
    home = home_of(registry) if registry else _first(sort().caches, overridden)
    caches, unresolved = sort(home=home)
    top = next((each for each in caches if (each.account, each.region) == home), None)
    if not top and (given.registry or not home):
        top = next((each for each in caches if each.rules and not _is_in(each.host, overridden)), None)
    others = [each for each in caches if each is not top and each.rules]
    placed = [each for each in others if each.host]
    registry = registry or (top.host if top else None)
    wanted = old.data
    remarks = []
    if registry is None:
        remarks.append(NO_REGISTRY.format(f" in {source}"))
    elif given.registry or not old.config.registry:
        wanted = with_key(wanted, "registry", registry)
    if top:
        values, said = rulevalues.merged(wanted.get("rules", {}), top.rules, source, old.inherited)
        wanted = with_key(wanted, "rules", values) if values else wanted
        remarks += said
        if home and top.host and home_of(top.host) != home:
            remarks.append(f"the rules are those of {top.host}, the registry is {registry}, as given")
    notes: dict[KeyPath, str] = {}
    if placed:
        same = {**old.inherited, **rulevalues.meaning(wanted.get("rules", {}))}
        regions = Counter(each.region for each in caches if each.rules)
        if home and not top:
            regions[home.region] += 1
        overrides, said = _overridden(old, placed, same, regions, source, notes)
        wanted = with_key(wanted, "overrides", overrides) if overrides else wanted
        remarks += said
    remarks += _assumed_remarks(imported, given, home, source)
    remarks += _contradiction_remarks(imported, given, source)
    hosts = dict.fromkeys(each for each in (registry, *(each.host for each in placed)) if each)
    remarks += [f"{host}: {why}" for host in hosts if (why := caveat(host))]
    taken = [each for each in (top, *placed) if each and each.rules]
    text = text_of(old, wanted, registry, notes)
    return Result(
        _confirmed(text, top.rules) if top else text,
        tuple(remarks),
        (*unresolved, *(_without_registry(each) for each in others if not each.host)),
        sum(map(_count, taken)),
        len(taken) if registry else 0,
    )


def with_key(data: Mapping[str, Data], key: str, value: Data) -> dict[str, Data]:
    """Return a mapping with a key set; a new key is put at its usual position."""
    if key in data or key == "overrides":
        return {**data, key: value}
    items = list(data.items())
    before = ("extends", "registry") if key == "rules" else ("extends",)
    at = max((1 + at for at, (each, _) in enumerate(items) if each in before), default=0)
    return dict([*items[:at], (key, value), *items[at:]])


def text_of(old: Old, wanted: Mapping[str, Data], registry: str | None, notes: Mapping[KeyPath, str]) -> str:
    """Return the text of a configuration with *wanted* data and *notes* as comments.

    Raises ConfigError if the rules contradict each other, or if the text cannot be changed safely.
    """
    inherited = [each for each in old.config.rules if each.name in old.inherited]
    try:
        check_rules(registry, [*inherited, *rulevalues.rules(wanted.get("rules", {}))])
        for entry in wanted.get("overrides", []):
            rules = list(rulevalues.rules(entry.get("rules", {})))
            check_rules(entry.get("registry", registry), rules)
    except ValueError as error:
        raise ConfigError(f"{old.shown}: {error}: see which of them is gone, remove it, run again") from None
    if wanted == old.data:
        return old.text
    try:
        return changed(old.text, wanted, notes)
    except Unchangeable:
        new = {key: wanted[key] for key in ("registry", "rules", "overrides") if key in wanted}
        raise ConfigError(
            f"{old.shown}: it is written in a way that cannot be changed safely; write this yourself:\n"
            + changed("", new, notes)
        ) from None


def _confirmed(text: str, upstreams: Iterable[str]) -> str:
    """Return a configuration without the "proposal" comments of some *upstreams*."""
    names = "|".join(map(re.escape, upstreams))
    line = rf"^([ \t]*[\"']?(?:{names})[\"']?:.*?)[ \t]+# {re.escape(PROPOSED)}(?=\r?$)"
    return re.sub(line, r"\1", text, flags=re.MULTILINE)


def _overridden(
    old: Old,
    caches: Iterable[Cache],
    same: Mapping[str, set[str]],
    regions: Mapping[str | None, int],
    source: str,
    notes: dict[KeyPath, str],
) -> tuple[list[Data], list[str]]:
    """Return the overrides of a file with one per cache, and remarks about them.

    *same* are the rules at the top, which need no repetition; *regions* has the number of
    registries in each region; comments for new overrides are added to *notes*.
    """
    entries = [dict(each) for each in old.data.get("overrides", [])]
    remarks: list[str] = []
    for cache in caches:
        differs = {name: set(prefixes) for name, prefixes in cache.rules.items()} != same
        mine = [each for each in entries if _is_in(cache.host, [each.get("registry")])]
        if not mine and _is_in(cache.host, [each.registry for each in old.extended]):
            remarks.append(f"{cache.host}: its override is in an extended file: update that with --config")
            continue
        if not mine:
            alone = regions[cache.region] == 1
            notes["overrides", len(entries)] = _FILES.format("name of the region" if alone else "account")
            files = f"**/{cache.region if alone else cache.account}/**"
            mine = [{"files": [files], "registry": cache.host}]
            entries += mine
        for entry in mine:
            if differs or "rules" in entry:
                entry["rules"], said = rulevalues.merged(entry.get("rules", {}), cache.rules, source)
                remarks += [f"{cache.host}: {each}" for each in said]
    return entries, remarks


def _first(caches: Iterable[Cache], overridden: Sequence[str | None]) -> Home | None:
    """Return the first registry with account and region that has no override yet."""
    hosts = (each.host for each in caches if each.rules and not _is_in(each.host, overridden))
    return next((home_of(host) for host in hosts if host), None)


def _assumed_remarks(imported: Import, overrides: Overrides, home: Home | None, source: str) -> Iterator[str]:
    """Yield a remark if some rules of several registries are assumed to be of *home*."""
    homes = [(each.account or overrides.account, each.region or overrides.region) for each in imported.rules]
    count = sum(
        not (account and region) and account in (None, home and home.account) for account, region in homes
    )
    if home and count and len(set(homes)) > 1:
        rules = f"{count} rule{'s' if count > 1 else ''}"
        yield f"{source} does not name the registry of {rules}: {host_of(*home)} is assumed"


def _contradiction_remarks(imported: Import, overrides: Overrides, source: str) -> Iterator[str]:
    """Yield a remark for a given account or region that the source contradicts."""
    for option, name, told in (
        ("--account-id", overrides.account, {each.account for each in imported.rules}),
        ("--region", overrides.region, {each.region for each in imported.rules}),
    ):
        others = sorted(each for each in told if each)
        if name and others and name not in told and None not in told:
            yield f"{source} names {', '.join(others)}: {option} {name} is ignored"


def _without_registry(cache: Cache) -> Unresolved:
    """Return the rules that cannot be written because their registry is not known."""
    missing = " and ".join(
        name for name, known in (("account", cache.account), ("region", cache.region)) if not known
    )
    count = _count(cache)
    rules = f"{count} rule{'s' if count > 1 else ''} of another registry, the {missing} of which is unknown"
    return Unresolved(cache.location, f"{rules}: use --account-id and --region")


def _count(cache: Cache) -> int:
    return sum(len(prefixes) for prefixes in cache.rules.values())


def _is_in(host: str | None, others: Iterable[str | None]) -> bool:
    return host is not None and any(other is not None and is_same(host, other) for other in others)
