"""The rule engine: what a reference becomes, or why it is left unchanged.

References that already use a cache are checked as well: for a missing or
needless ``library/`` of Docker Hub, a prefix that no rule has, and a registry
that is configured for other files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from rewrite_refs.cache.drift import LIBRARY_REASONS, changes_to_rule, likely_prefix
from rewrite_refs.cache.rule import Cache, CachedRepository, CacheRule
from rewrite_refs.cache.verdict import LintCode, Status, Verdict, apply_changes
from rewrite_refs.images.hosts import ECR_HOST, SAME_REGISTRY, home_of
from rewrite_refs.images.placeholders import begins, is_placeholder, resolved
from rewrite_refs.images.reference import (
    DOCKER_HUB,
    LIBRARY,
    InvalidReference,
    ParsedReference,
    Reference,
    parse_partial,
)
from rewrite_refs.images.upstreams import advice, upstream_of
from rewrite_refs.text.edits import Change
from rewrite_refs.text.spans import Blocked, Occurrence

_OTHER_REGION = (
    "the cache of another region than {}: name that one, or give these files their registry in overrides"
)
_LOCAL_SUFFIXES = (".local", ".localhost", ".internal", ".lan", ".test", ".cluster.local")


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one account and region, which judge references.

    Attributes:
        registry: The ECR host or a placeholder for it, or None if it is not
            configured; verdicts then have a status but no target.
        rules: The pull-through-cache rules.
        aliases: The canonical registry of each host that is another name for it.
        own: Hosts, ``host/path`` prefixes, or patterns for them, that are never changed.
        others: The caches that other files use.
        strict: Whether the registry was given for these files in particular, so
            that a registry in another region is an error.
        logged_in: Whether CI runners have access to the registry before a job
            logs in, so that images pulled at that time are rewritten, too.
    """

    registry: str | None = None
    rules: tuple[CacheRule, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    others: tuple[Cache, ...] = ()
    strict: bool = False
    logged_in: bool = False

    def judge(self, occurrence: Occurrence) -> Verdict:
        """Return the verdict on one occurrence."""
        try:
            parsed = self.parse(occurrence.text, occurrence.holes)
        except InvalidReference as error:
            status: Status = "own" if occurrence.own else "unresolved"
            return Verdict(status, reason=occurrence.own or occurrence.reason or str(error))
        if occurrence.own:
            return Verdict("own", parsed.reference, reason=occurrence.own)
        if occurrence.reason and not is_placeholder(parsed.host):
            return Verdict("unresolved", parsed.reference, reason=occurrence.reason)
        verdict = _joined_changes(self.judge_reference(parsed), occurrence)
        if occurrence.blocked and not (self.logged_in and occurrence.blocked.rule == "pull-before-login"):
            verdict = _blocked_verdict(verdict, occurrence.blocked)
        noted = occurrence.note and verdict.target and not verdict.reason
        return replace(verdict, reason=occurrence.note) if noted else verdict

    def parse(self, text: str, holes: Sequence[tuple[int, int]] = ()) -> ParsedReference:
        """Parse a reference with unknown *holes*; its host may be a cache's placeholder.

        Raises InvalidReference as ``reference.parse_partial`` does.
        """
        for cache in self.caches:
            # A format may have replaced a variable with its default.
            spelled = [each for each in (cache.registry, resolved(cache.registry)) if is_placeholder(each)]
            length = max((begins(text, each) for each in spelled), default=0)
            if length:  # parse_partial reads a host of the same length instead
                rest = [(start, end) for start, end in holes if start >= length]
                parsed = parse_partial("X" * length + text[length:], rest)
                reference = replace(parsed.reference, registry=cache.registry)
                return replace(parsed, text=text, reference=reference, host=text[:length])
        return parse_partial(text, holes)

    @property
    def caches(self) -> Iterator[Cache]:
        """The cache of these files, then those of other files."""
        if self.registry is not None:
            yield Cache(self.registry, self.rules)
        yield from self.others

    def judge_reference(self, parsed: ParsedReference) -> Verdict:
        """Return the verdict on a reference, without regard to where it is used."""
        host = self.canonical(parsed.reference.registry)
        reference = parsed.reference
        if host != reference.registry:
            repository = reference.repository
            if host == DOCKER_HUB and "/" not in repository:
                repository = LIBRARY + repository
            reference = Reference(host, repository, reference.tag, reference.digest)
        name = reference.name
        for own in self.own:
            if name == own or name.startswith(own + "/") or _matches(name, own):
                return Verdict("own", reference, reason=f"{own} is your own")
        found = self.lookup(parsed)
        if found and self._is_own_cache(found[0]):
            return self._cached_verdict(parsed, reference, *found)
        implied = reference.repository.removesuffix(parsed.path)
        certain = len(implied) + parsed.known_length
        rule, sure = self._rule_for(host, reference.repository, certain)
        if rule and sure:
            return self._direct_verdict(parsed, reference, rule, implied)
        if rule:
            reason = f"whether the rule for {rule.name} takes it depends on a variable"
            return Verdict("unresolved", reference, reason=reason)
        return (
            self._cached_verdict(parsed, reference, *found)
            if found
            else self._unmapped_verdict(parsed, reference)
        )

    def canonical(self, host: str) -> str:
        """Return the host that rules use for a registry."""
        host = self.aliases.get(host, host)
        return SAME_REGISTRY.get(host, host)

    def lookup(self, parsed: ParsedReference) -> tuple[Cache, CachedRepository] | None:
        """Return the cache and the cached repository that a reference names, or None.

        If the rules are ``strict``, the registry of the same account in another region counts as a cache.
        """
        host, path = parsed.reference.registry, parsed.path
        home, here = home_of(host), home_of(resolved(self.registry or ""))
        caches = [cache for cache in self.caches if cache.is_at(host)]
        if not caches and self.strict and home and here and home.account == here.account:
            caches = [Cache(host, self.rules)]
        found = [(cache, cached) for cache in caches if (cached := cache.lookup(path, parsed.known_length))]
        # In the registry of other files, a repository without a prefix may also be a private one.
        sure = [
            each
            for each in found
            if self._is_own_cache(each[0]) or (each[1].rule.prefix and not each[1].ambiguous)
        ]
        return max(sure, key=lambda each: len(each[1].rule.prefix), default=None)

    def _is_own_cache(self, cache: Cache) -> bool:
        """Whether a cache is the one of these files."""
        return (cache.registry, cache.rules) == (self.registry, self.rules)

    def _rule_for(self, upstream: str, repository: str, certain: int) -> tuple[CacheRule | None, bool]:
        """Return the rule for a *repository* of an upstream, and whether that is certain.

        After its first *certain* characters, a part of the name is unknown.
        """
        known, holed = repository[:certain], certain < len(repository)
        rules = [each for each in self.rules if each.upstream == upstream]
        for rule in sorted(rules, key=lambda rule: -len(rule.path)):
            under = rule.path and rule.path + "/"
            if known.startswith(under) or (holed and under.startswith(known)):
                return rule, known.startswith(under)
        return None, True

    def _cached_verdict(
        self, parsed: ParsedReference, reference: Reference, cache: Cache, cached: CachedRepository
    ) -> Verdict:
        """Return the verdict on a reference that uses a cache."""
        rule, reason = cached.rule, LIBRARY_REASONS[cached.code] if cached.code else None
        code: LintCode | None = cached.code
        if not self._is_own_cache(cache):
            code = "unknown-prefix" if cache.is_at(self.registry or "") else "wrong-region"
            chosen, sure = self._rule_for(rule.upstream, cached.repository, cached.known_length)
            if chosen is None or not sure:
                reason = f"these files use the registry {self.registry}, where no rule maps {rule.name}"
                if chosen:
                    reason = f"whether the rule for {chosen.name} takes it depends on a variable"
                return Verdict("wrong", reference, rule.name, reason=reason, own_code=code)
            reason = f"these files use the registry {self.registry}"
            if code == "unknown-prefix":
                reason = (
                    f"the rule for {chosen.name} has the prefix {chosen.prefix or 'ROOT'} for these files"
                )
            rule = chosen
        if reason is None:
            return Verdict("cached", reference, rule.name)
        trouble = self._wrong_rule_reason(rule, cached.repository, cached.known_length)
        if trouble:
            return Verdict("wrong", reference, rule.name, reason=trouble, own_code=code)
        host = parsed.reference.registry if self._is_at_own_registry(parsed) else self.registry or ""
        changes = changes_to_rule(parsed, cached, host, rule)
        target = apply_changes(parsed.text, changes)
        return Verdict("wrong", reference, rule.name, target, changes, reason, own_code=code)

    def _is_at_own_registry(self, parsed: ParsedReference) -> bool:
        """Whether a reference names the registry of these files, by any endpoint."""
        return Cache(self.registry or "", ()).is_at(parsed.reference.registry)

    def _wrong_rule_reason(self, rule: CacheRule, repository: str, certain: int) -> str | None:
        """Return why the prefix of *rule* does not lead to *repository*, or None."""
        dropped = len(rule.path) + 1 if rule.path else 0
        added = len(rule.prefix) + 1 if rule.prefix else 0
        name = f"{rule.prefix}/{repository[dropped:]}" if rule.prefix else repository[dropped:]
        cached = Cache("", self.rules).lookup(name, certain - dropped + added)
        if cached and cached.rule != rule:
            return f"the prefix {rule.prefix or 'ROOT'} leads to the rule for {cached.rule.name}"
        if cached and cached.ambiguous:
            return "which rule the cache would apply depends on a variable"
        return LIBRARY_REASONS[cached.code] if cached and cached.code else None

    def _direct_verdict(
        self, parsed: ParsedReference, reference: Reference, rule: CacheRule, implied: str
    ) -> Verdict:
        """Return the verdict for *rule*; *implied* is a ``library/`` that is not written."""
        reason = self._wrong_rule_reason(rule, reference.repository, len(implied) + parsed.known_length)
        if reason:
            return Verdict("direct", reference, rule=rule.name, reason=reason)
        if self.registry is None:
            return Verdict("direct", reference, rule=rule.name)
        head = f"{self.registry}/{rule.prefix}" if rule.prefix else self.registry
        changes: list[Change] = []
        if parsed.host:
            changes.append(Change(0, len(parsed.host), head))
        else:
            changes.append(Change(0, 0, head + "/"))
        dropped = rule.path + "/" if rule.path else ""
        at = parsed.path_start
        if implied and not dropped:
            changes.append(Change(at, at, implied))
        elif dropped and not implied:
            changes.append(Change(at, at + len(dropped), ""))
        target = apply_changes(parsed.text, changes)
        return Verdict("direct", reference, rule.name, target, tuple(changes))

    def _unmapped_verdict(self, parsed: ParsedReference, reference: Reference) -> Verdict:
        host = reference.registry
        if host == DOCKER_HUB:
            return Verdict("direct", reference, reason=f"no rule maps {DOCKER_HUB}")
        if any(cache.is_at(host) for cache in self.caches):
            return _unknown_prefix_verdict(reference, parsed)
        private = _private_reason(host)
        if private:
            return self._private_verdict(parsed, reference, private)
        if upstream_of(host):
            return Verdict(
                "unmapped", reference, reason=f"ECR could cache {host}: no rule maps it", own_code="no-rule"
            )
        if not host:
            return Verdict(
                "unmapped", reference, reason="ECR cannot cache it", own_code="uncacheable-registry"
            )
        known = advice(host, reference.repository)
        more = known or "add it to own if it is yours, or copy the image to one of your repositories"
        reason = f"ECR cannot cache {host}; {more}"
        return Verdict("unmapped", reference, reason=reason, own_code="uncacheable-registry")

    def _private_verdict(self, parsed: ParsedReference, reference: Reference, reason: str) -> Verdict:
        """Return the verdict on a private registry, perhaps the cache's in another region."""
        home, here = home_of(reference.registry), home_of(resolved(self.registry or ""))
        if home and here and home.account == here.account and home.region != here.region:
            cached = Cache(reference.registry, self.rules).lookup(parsed.path, parsed.known_length)
            if cached and cached.rule.prefix and not cached.ambiguous:
                reason = _OTHER_REGION.format(self.registry)
                return Verdict("wrong", reference, reason=reason, own_code="wrong-region")
        return Verdict("own", reference, reason=reason)


def _matches(name: str, pattern: str) -> bool:
    """Whether a pattern matches a name or its start; ``*`` matches any characters."""
    return fnmatchcase(name, pattern) or fnmatchcase(name, f"{pattern}/*")


def _joined_changes(verdict: Verdict, occurrence: Occurrence) -> Verdict:
    """Join the changes of registry and path if these two form one separate piece."""
    match verdict.changes:
        case (Change(0, host, head), Change(at, end, "")) if at == host + 1:
            indexed = occurrence.indexed_pieces()
            if any(start <= 0 and stop == end - 1 for start, stop, piece in indexed if piece.text):
                return replace(verdict, changes=(Change(0, end - 1, head),))
    return verdict


def _blocked_verdict(verdict: Verdict, blocked: Blocked) -> Verdict:
    """Return the verdict on a reference that is used where the cache does not work."""
    if verdict.status in ("own", "unresolved") or (verdict.status == "unmapped" and not blocked.all_images):
        return verdict
    if verdict.is_in_other_region:  # this is reported first; it would not be rewritten elsewhere either
        return verdict
    status = "own" if blocked.all_images else verdict.status
    return replace(
        verdict, status=status, target=None, changes=(), reason=blocked.reason, own_code=blocked.rule
    )


def _unknown_prefix_verdict(reference: Reference, parsed: ParsedReference) -> Verdict:
    """Return the verdict on a repository of a cache without the prefix of a rule."""
    prefix = likely_prefix(parsed.path[: parsed.known_length], parsed.known_length == len(parsed.path))
    if prefix is None:
        return Verdict("own", reference, reason="a private ECR registry")
    reason = (
        f"no rule has the prefix {prefix}, so nothing is pulled into it: use the prefix of a rule, "
        f"or add {reference.registry}/{prefix} to own"
    )
    return Verdict("wrong", reference, reason=reason, own_code="unknown-prefix")


def _private_reason(host: str) -> str | None:
    """Return why *host* is a private registry, or None if it is not known to be one."""
    if ECR_HOST.fullmatch(host):
        return "a private ECR registry"
    bare = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    has_port = bare != host
    if bare == "localhost" or bare.endswith(_LOCAL_SUFFIXES) or bare.startswith("["):
        return "a local registry"
    if "." not in bare:
        return "a local registry" if has_port else None
    if not bare.replace(".", "").isdecimal():
        return None
    import ipaddress

    try:
        return "a local registry" if ipaddress.ip_address(bare).is_private else None
    except ValueError:
        return None
