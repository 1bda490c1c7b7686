"""The rule engine: what a reference becomes, and why it stays.

A rule ties an upstream registry, perhaps with a path, to a repository prefix
of a private Amazon ECR registry.  Sources: the Amazon ECR user guide ("Sync an
upstream registry with an Amazon ECR private registry") and the botocore model
of ``CreatePullThroughCacheRule`` for the grammar of prefixes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from rewrite_refs.reference import DOCKER_HUB, LIBRARY, InvalidReference, Reference, Written, read
from rewrite_refs.registries import ECR_HOST, SAME_REGISTRY
from rewrite_refs.source import Change, Occurrence

Status = Literal["direct", "cached", "unmapped", "own", "unresolved", "ignored"]

ROOT = "ROOT"
MAX_PREFIX = 30
PREFIX = re.compile(
    r"(?:[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*/?|ROOT)"
)

_CACHEABLE = frozenset(
    {DOCKER_HUB, "public.ecr.aws", "quay.io", "registry.k8s.io", "ghcr.io", "cgr.dev"}
    | {"registry.gitlab.com"}
)
_ELSEWHERE: Mapping[str, str] = {
    "lscr.io": "the same images are at ghcr.io/linuxserver, which ECR can cache",
    "gcr.io": "some of its images are at registry.k8s.io, which ECR can cache",
}
_LOCAL_SUFFIXES = (".local", ".localhost", ".internal", ".lan", ".test", ".cluster.local")


@dataclass(frozen=True, slots=True)
class Rule:
    """One pull-through-cache rule.

    ``upstream`` is a registry host, ``path`` the upstream repository prefix
    that is replaced (empty for all), ``prefix`` the ECR repository prefix
    (empty for ROOT).
    """

    upstream: str
    path: str
    prefix: str

    @property
    def name(self) -> str:
        """The upstream as the configuration writes it."""
        return f"{self.upstream}/{self.path}" if self.path else self.upstream


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done about one reference.

    ``changes`` turn the resolved text into ``target``; both are empty where
    nothing is to be done.  ``reason`` says why a reference stays.  ``apart``
    leaves the name as it is and puts the new one beside it.  ``then`` is what is
    to be said of it after the changes.
    """

    status: Status
    reference: Reference | None = None
    rule: str | None = None
    target: str | None = None
    changes: tuple[Change, ...] = ()
    reason: str | None = None
    apart: bool = False
    then: Status = "cached"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one account and region, ready to judge references.

    ``registry`` is the ECR host, or None where nobody gave one: statuses can
    be told without it, targets cannot.  ``own`` holds hosts or
    ``host/path`` prefixes that are never touched.
    """

    registry: str | None = None
    rules: tuple[Rule, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    own: tuple[str, ...] = ()

    def judge(self, occurrence: Occurrence) -> Verdict:
        """Say of one occurrence what it is and what it becomes."""
        try:
            written = read(occurrence.text, occurrence.holes)
        except InvalidReference as error:
            status: Status = "own" if occurrence.own else "unresolved"
            return Verdict(status, reason=occurrence.own or occurrence.reason or str(error))
        if occurrence.own:
            return Verdict("own", written.reference, reason=occurrence.own)
        if occurrence.reason:
            return Verdict("unresolved", written.reference, reason=occurrence.reason)
        verdict = self.judge_written(written)
        return replace(verdict, reason=occurrence.note) if occurrence.note and verdict.target else verdict

    def judge_written(self, written: Written) -> Verdict:
        """Say of a reference what it is and what it becomes."""
        host = self.canonical(written.reference.registry)
        reference = written.reference
        if host != reference.registry:
            repository = reference.repository
            if host == DOCKER_HUB and "/" not in repository:
                repository = LIBRARY + repository
            reference = Reference(host, repository, reference.tag, reference.digest)
        name = reference.name
        for own in self.own:
            if name == own or name.startswith(own + "/"):
                return Verdict("own", reference, reason=f"{own} is your own")
        if self.registry is not None and host == self.registry and self._prefix_of(reference):
            return Verdict("cached", reference, rule=self._prefix_of(reference))
        implied = reference.repository.removesuffix(written.path)
        certain = len(implied) + written.certain
        holed = written.certain < len(written.path)
        for rule in sorted(self.rules, key=lambda rule: -len(rule.path)):
            if rule.upstream != host:
                continue
            under = rule.path + "/" if rule.path else ""
            if reference.repository[:certain].startswith(under):
                return self._direct(written, reference, rule, implied)
            if holed and under.startswith(reference.repository[:certain]):
                return Verdict(
                    "unresolved",
                    reference,
                    reason=f"whether the rule for {rule.name} takes it depends on a variable",
                )
        return self._unmapped(reference)

    def canonical(self, host: str) -> str:
        """The one name by which rules know a registry."""
        host = self.aliases.get(host, host)
        return SAME_REGISTRY.get(host, host)

    def _prefix_of(self, reference: Reference) -> str | None:
        """The rule whose prefix a reference on our own registry carries, if any."""
        matches = [
            rule
            for rule in self.rules
            if not rule.prefix or reference.repository.startswith(rule.prefix + "/")
        ]
        return max(matches, key=lambda rule: len(rule.prefix)).name if matches else None

    def _direct(self, written: Written, reference: Reference, rule: Rule, implied: str) -> Verdict:
        """The changes that put a reference behind *rule*; *implied* is a ``library/`` not written."""
        if self.registry is None:
            return Verdict("direct", reference, rule=rule.name)
        head = f"{self.registry}/{rule.prefix}" if rule.prefix else self.registry
        changes: list[Change] = []
        if written.host:
            changes.append(Change(0, len(written.host), head))
        else:
            changes.append(Change(0, 0, head + "/"))
        dropped = rule.path + "/" if rule.path else ""
        at = written.path_start
        if implied and not dropped:
            changes.append(Change(at, at, implied))
        elif dropped and not implied:
            changes.append(Change(at, at + len(dropped), ""))
        target = written.text
        for change in reversed(changes):
            target = target[: change.start] + change.text + target[change.end :]
        return Verdict("direct", reference, rule.name, target, tuple(changes))

    def _unmapped(self, reference: Reference) -> Verdict:
        host = reference.registry
        if host == DOCKER_HUB:
            return Verdict("direct", reference, reason=f"no rule maps {DOCKER_HUB}")
        private = _private(host)
        if private:
            return Verdict("own", reference, reason=private)
        if host in _CACHEABLE or host.endswith(".azurecr.io"):
            return Verdict("unmapped", reference, reason=f"ECR could cache {host}: no rule maps it")
        more = f"; {_ELSEWHERE[host]}" if host in _ELSEWHERE else ""
        return Verdict("unmapped", reference, reason=f"ECR cannot cache {host or 'it'}{more}")


def rule_for(upstream: str, prefix: str, path: str = "") -> Rule:
    """A rule from *upstream* (a host, perhaps with a path) and *prefix* as people write them.

    Raises ValueError, with what to write instead, where either breaks ECR's grammar.
    """
    host, _, inline = upstream.strip().rstrip("/").removeprefix("https://").partition("/")
    path = path.strip("/") or inline
    host = SAME_REGISTRY.get(host, host)
    try:
        probe = Reference.parse(f"{host}/{path + '/' if path else ''}name/name")
    except InvalidReference:
        probe = None
    if probe is None or not host or probe.registry != host or not set(host) & set(".:"):
        raise ValueError(
            f"{upstream!r} is no registry: write a host such as docker.io or quay.io, "
            "with a path if the rule has an upstream repository prefix"
        )
    if not PREFIX.fullmatch(prefix) or not 2 <= len(prefix) <= MAX_PREFIX:
        raise ValueError(
            f"{prefix!r} is no ECR repository prefix: write 2 to {MAX_PREFIX} characters of a-z, 0-9 "
            "and single . _ - / between them, such as docker-hub, or ROOT"
        )
    if prefix == ROOT and path:
        raise ValueError(f"ROOT cannot be combined with the upstream path {path!r}: give the rule a prefix")
    return Rule(host, path, "" if prefix == ROOT else prefix.rstrip("/"))


def check_registry(host: str) -> str:
    """*host* if it is a private ECR registry's; ValueError with what to write otherwise."""
    if not ECR_HOST.fullmatch(host):
        raise ValueError(
            f"{host!r} is no private ECR registry: write a host such as "
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com, without https:// and without a path"
        )
    return host


def check_rules(registry: str | None, rules: Sequence[Rule]) -> None:
    """Raise ValueError where rules contradict one another."""
    seen: dict[str, Rule] = {}
    prefixes: dict[str, Rule] = {}
    for rule in rules:
        if rule.upstream == registry:
            raise ValueError(f"the rule for {rule.name} maps the registry onto itself: remove it")
        if rule.name in seen:
            raise ValueError(
                f"two rules for {rule.name} ({seen[rule.name].prefix or ROOT} and "
                f"{rule.prefix or ROOT}): keep one, or give one of them an upstream path"
            )
        if rule.prefix in prefixes:
            raise ValueError(
                f"{prefixes[rule.prefix].name} and {rule.name} have the same prefix "
                f"{rule.prefix or ROOT}: in ECR a prefix belongs to one rule"
            )
        seen[rule.name] = prefixes[rule.prefix] = rule


def _private(host: str) -> str | None:
    """Why *host* is a private registry, or None where it is not known to be one."""
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
