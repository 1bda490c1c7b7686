"""What a repository pulls, per upstream: which rule serves it, and which upstreams have no rule.

Every reference counts with the upstream registry that it comes from, a cached
one too.  Names of your own, ignored references and those that nobody can tell
are summed apart.  Pure: the entries of a run in, one Survey out; ``emit`` prints it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import NamedTuple

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.rule import MAX_PREFIX, CacheRule
from rewrite_refs.images.placeholders import begins
from rewrite_refs.images.reference import InvalidReference, Reference, name_of
from rewrite_refs.images.upstreams import Upstream, advice, upstream_of
from rewrite_refs.results import ReferenceRecord

_AT_THE_CACHE = ("cached", "wrong")
_WITHOUT_UPSTREAM = ("own", "ignored", "unresolved")
_AZURE = "azure-container-registry"
# Stands for a placeholder while a reference is parsed; the name is reserved (RFC 6761).
_SOME_HOST = "registry.invalid"


class RuleUsage(NamedTuple):
    """How many references a rule serves.

    ``prefix`` is empty for ROOT, and None where the rule is none of the survey's
    (another part of the repository has rules of its own).
    """

    rule: str
    prefix: str | None
    references: int


class MissingRule(NamedTuple):
    """A rule that ECR could have and nobody made: AWS's own prefix, or a free one where that is taken.

    ``references`` wait for it, ``pinned`` of them by digest.
    """

    upstream: Upstream
    prefix: str
    references: int
    pinned: int


class UpstreamSummary(NamedTuple):
    """How one upstream registry stands.

    Of its ``references``, to ``images`` distinct names, ``cached`` go through the
    cache already and ``wrong`` name the cache wrongly.  ``unserved`` have no rule:
    ``missing`` says which could serve them, and is None where ECR cannot cache
    the registry; ``advice`` then says what to do, where something particular is known.
    """

    host: str
    references: int
    images: int
    cached: int
    wrong: int
    usage: tuple[RuleUsage, ...]
    unserved: int
    missing: MissingRule | None
    advice: str | None


class Pull(NamedTuple):
    """An image to pull by its tag; ``digests`` are those to which references pin it."""

    registry: str
    repository: str
    tag: str
    digests: tuple[str, ...]


class UnwarmedDigest(NamedTuple):
    """A reference to the cache that cannot be pulled by a tag, as it stands, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Survey:
    """All that ``rewrite-refs rules`` knows.

    ``upstreams`` begins with the most referenced; ``without_upstream`` counts by status what
    belongs to no upstream.  ``registry`` and ``rules`` are the given ones.
    """

    registry: str | None
    rules: tuple[CacheRule, ...]
    upstreams: tuple[UpstreamSummary, ...]
    without_upstream: Mapping[str, int]
    pulls: tuple[Pull, ...]
    unwarmed: tuple[UnwarmedDigest, ...]

    @property
    def missing(self) -> tuple[MissingRule, ...]:
        """The missing rules, by prefix."""
        found = (each.missing for each in self.upstreams if each.missing)
        return tuple(sorted(found, key=lambda each: each.prefix))

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The prefixes of all rules, those that are missing included; empty for ROOT."""
        return tuple(sorted({*(rule.prefix for rule in self.rules), *(each.prefix for each in self.missing)}))


class _Counted(NamedTuple):
    """An entry that has an upstream, with its reference, its repository in the cache and its rule."""

    record: ReferenceRecord
    reference: Reference
    repository: str | None
    rule: CacheRule | None


def of(records: Iterable[ReferenceRecord], rules: RuleSet) -> Survey:
    """Count the entries of a run, of which the references are canonical."""
    records = tuple(records)
    apart: Counter[str] = Counter()
    groups: dict[str, list[_Counted]] = {}
    for record in records:
        host = _upstream(record)
        if host is None or record.reference is None:
            apart[record.status] += 1
        else:
            place = _place(record, record.reference, rules.registry)
            seen = _Counted(record, record.reference, place, _rule(record, place, rules.rules))
            groups.setdefault(host, []).append(seen)
    missing = _missing(groups, [rule.prefix for rule in rules.rules])
    summaries = [_summarise(host, group, missing.get(host)) for host, group in groups.items()]
    pulls, cold = _pulls(records, rules.registry)
    return Survey(
        rules.registry,
        rules.rules,
        tuple(sorted(summaries, key=lambda each: (-each.references, each.host))),
        dict(sorted(apart.items())),
        pulls,
        cold,
    )


def _upstream(record: ReferenceRecord) -> str | None:
    """The upstream registry of an entry; None where it has none."""
    if record.reference is None or record.status in _WITHOUT_UPSTREAM:
        return None
    return None if record.status in _AT_THE_CACHE and not record.rule else record.upstream


def _place(record: ReferenceRecord, reference: Reference, registry: str | None) -> str | None:
    """The repository of the cache that an entry names or will name; None where that is not known."""
    if record.status == "cached":
        return reference.repository
    if record.target is None or registry is None:
        return None
    return name_of(record.target).removeprefix(f"{registry}/")


def _rule(record: ReferenceRecord, place: str | None, rules: Iterable[CacheRule]) -> CacheRule | None:
    """The rule of an entry: it has its name, and the prefix of its place in the cache."""
    named = (rule for rule in rules if rule.name == record.rule)
    fitting = (rule for rule in named if place is None or place.startswith(_under(rule.prefix)))
    return max(fitting, key=lambda rule: len(rule.prefix) if place else 0, default=None)


def _under(prefix: str) -> str:
    return f"{prefix}/" if prefix else ""


def _summarise(host: str, group: Sequence[_Counted], missing: MissingRule | None) -> UpstreamSummary:
    served = Counter(
        (seen.record.rule, seen.rule.prefix if seen.rule else None) for seen in group if seen.record.rule
    )
    statuses = Counter[str](seen.record.status for seen in group)
    unserved = len(_unserved(group))
    return UpstreamSummary(
        host,
        len(group),
        len({_image(seen) for seen in group}),
        statuses["cached"],
        statuses["wrong"],
        tuple(RuleUsage(name, prefix, number) for (name, prefix), number in sorted(served.items(), key=repr)),
        unserved,
        missing,
        advice(host) if unserved and missing is None else None,
    )


def _unserved(group: Iterable[_Counted]) -> list[_Counted]:
    return [seen for seen in group if not seen.record.rule]


def _image(seen: _Counted) -> str:
    """The upstream repository that is meant, so that an image counts once, cached or not."""
    if seen.rule is None or seen.repository is None or seen.record.status not in _AT_THE_CACHE:
        return seen.reference.repository
    return _under(seen.rule.path) + seen.repository.removeprefix(_under(seen.rule.prefix))


def _missing(groups: Mapping[str, Sequence[_Counted]], taken: Collection[str]) -> dict[str, MissingRule]:
    """The rules that could be made, by upstream host."""
    missing: dict[str, MissingRule] = {}
    for host, group in sorted(groups.items()):
        waiting = _unserved(group)
        upstream = upstream_of(host)
        if waiting and upstream:
            prefix = _free_prefix(upstream, taken, [each.prefix for each in missing.values()])
            pinned = sum(seen.reference.digest is not None for seen in waiting)
            missing[host] = MissingRule(upstream, prefix, len(waiting), pinned)
    return missing


def _free_prefix(upstream: Upstream, taken: Collection[str], chosen: Collection[str]) -> str:
    """AWS's prefix for an upstream, or one like it that is neither in, over nor like another.

    Prefixes that differ in punctuation alone would give two resources one name in
    a template, so none of those that are *chosen* is like another in that way.
    """
    candidates = [upstream.prefix]
    if upstream.kind == _AZURE:
        label = re.sub(r"[^a-z0-9]+", "-", upstream.host.lower().removesuffix(".azurecr.io"))
        candidates.append(f"{upstream.prefix}-{label}"[:MAX_PREFIX].rstrip("-"))
    numbered = (f"{upstream.prefix}-{number}" for number in count(2))
    names = {each.replace("-", "") for each in chosen}
    return next(
        each
        for each in chain(candidates, numbered)
        if each.replace("-", "") not in names and not any(_overlap(each, other) for other in taken)
    )


def _overlap(one: str, other: str) -> bool:
    """Whether one of two prefixes is the other, or lies in it; ROOT lies in none and none in it."""
    return bool(other) and (f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/"))


def _pulls(
    records: Iterable[ReferenceRecord], registry: str | None
) -> tuple[tuple[Pull, ...], tuple[UnwarmedDigest, ...]]:
    """What can be pulled by a tag, each once, and what cannot."""
    digests: dict[tuple[str, str, str], set[str]] = {}
    cold: set[UnwarmedDigest] = set()
    for record in records:
        text = record.text if record.status == "cached" else record.target
        if text is None:
            continue
        head = begins(text, registry) if registry else 0
        try:
            reference = Reference.parse(_SOME_HOST + text[head:] if head else text)
        except InvalidReference:
            cold.add(UnwarmedDigest(text, "a part of it is unknown here"))
            continue
        if reference.digest and not reference.tag:
            cold.add(
                UnwarmedDigest(text, "a digest alone: ECR imports by tag, so pull the tag that it belongs to")
            )
            continue
        host = registry if head and registry else reference.registry
        key = (host, reference.repository, reference.tag or "latest")
        digests.setdefault(key, set()).update({reference.digest} if reference.digest else ())
    pulls = (Pull(*key, tuple(sorted(found))) for key, found in digests.items())
    return tuple(sorted(pulls)), tuple(sorted(cold))
