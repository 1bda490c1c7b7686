"""Summary of the pulled images by upstream, with used and missing cache rules.

Every reference counts for the upstream registry that it comes from, also a cached
one.  Own, ignored and unresolved references are counted separately.  The module is
pure: it turns the records of a run into one Survey, which ``emit`` prints.
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
# Replaces a placeholder while a reference is parsed; the name is reserved (RFC 6761).
_SOME_HOST = "registry.invalid"


class RuleUsage(NamedTuple):
    """The number of references that a rule serves.

    ``prefix`` is empty for ROOT, and None if the rule is not a rule of the survey
    (another part of the repository has its own rules).
    """

    rule: str
    prefix: str | None
    references: int


class MissingRule(NamedTuple):
    """A rule that could be created in ECR and does not exist yet.

    ``prefix`` is AWS's own, or a free one if that is taken.  The rule would serve ``references``
    references; ``pinned`` of them have a digest.
    """

    upstream: Upstream
    prefix: str
    references: int
    pinned: int


class UpstreamSummary(NamedTuple):
    """The counts and rules of one upstream registry.

    Of its ``references``, which name ``images`` distinct images, ``cached`` go through the
    cache already and ``wrong`` name the cache incorrectly.  ``unserved`` have no rule:
    ``missing`` is the rule that could serve them, or None if ECR cannot cache the
    registry; in that case, ``advice`` is the advice for this registry, if there is any.
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
    """An image to pull by its tag; ``digests`` are those that references pin it to."""

    registry: str
    repository: str
    tag: str
    digests: tuple[str, ...]


class UnwarmedDigest(NamedTuple):
    """A reference to the cache that cannot be pulled by a tag, and the reason."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Survey:
    """The data of ``rewrite-refs rules``.

    ``upstreams`` begins with the most referenced one; ``without_upstream`` counts, by status, the
    references without an upstream.  ``registry`` and ``rules`` are those of the configuration.
    """

    registry: str | None
    rules: tuple[CacheRule, ...]
    upstreams: tuple[UpstreamSummary, ...]
    without_upstream: Mapping[str, int]
    pulls: tuple[Pull, ...]
    unwarmed: tuple[UnwarmedDigest, ...]

    @property
    def missing(self) -> tuple[MissingRule, ...]:
        """The missing rules, sorted by prefix."""
        found = (each.missing for each in self.upstreams if each.missing)
        return tuple(sorted(found, key=lambda each: each.prefix))

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The prefixes of all rules, including missing ones; ROOT is the empty string."""
        return tuple(sorted({*(rule.prefix for rule in self.rules), *(each.prefix for each in self.missing)}))


class _Counted(NamedTuple):
    """A record with an upstream: its reference, its repository in the cache, its rule."""

    record: ReferenceRecord
    reference: Reference
    repository: str | None
    rule: CacheRule | None


def of(records: Iterable[ReferenceRecord], rules: RuleSet) -> Survey:
    """Return the Survey of the records of a run, whose references are canonical."""
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
    """Return the upstream registry of a record; None if it has none."""
    if record.reference is None or record.status in _WITHOUT_UPSTREAM:
        return None
    return None if record.status in _AT_THE_CACHE and not record.rule else record.upstream


def _place(record: ReferenceRecord, reference: Reference, registry: str | None) -> str | None:
    """Return the cache repository that a record names or will name; None if unknown."""
    if record.status == "cached":
        return reference.repository
    if record.target is None or registry is None:
        return None
    return name_of(record.target).removeprefix(f"{registry}/")


def _rule(record: ReferenceRecord, place: str | None, rules: Iterable[CacheRule]) -> CacheRule | None:
    """Return the rule of a record: the rule's name and prefix match it."""
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
    """Return the upstream repository, so that an image counts once, cached or not."""
    if seen.rule is None or seen.repository is None or seen.record.status not in _AT_THE_CACHE:
        return seen.reference.repository
    return _under(seen.rule.path) + seen.repository.removeprefix(_under(seen.rule.prefix))


def _missing(groups: Mapping[str, Sequence[_Counted]], taken: Collection[str]) -> dict[str, MissingRule]:
    """Return the rules that could be created, by upstream host."""
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
    """Return AWS's prefix for an upstream, or a similar one that is free.

    A free prefix does not contain a *taken* one and is not contained in one.  Prefixes that differ
    only in punctuation would give two resources of a template the same name, so it also does not
    differ only in that from a *chosen* one.
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
    """Whether prefixes are equal, or one contains the other; ROOT overlaps with none."""
    return bool(other) and (f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/"))


def _pulls(
    records: Iterable[ReferenceRecord], registry: str | None
) -> tuple[tuple[Pull, ...], tuple[UnwarmedDigest, ...]]:
    """Return the images that can be pulled by a tag, each once, and those that cannot."""
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
