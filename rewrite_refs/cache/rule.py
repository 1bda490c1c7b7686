"""Pull-through-cache rules, and the upstream images of cached repositories.

A rule maps an upstream registry, perhaps with a path, to a repository prefix
of a private Amazon ECR registry.  Sources: the Amazon ECR user guide ("Sync an
upstream registry with an Amazon ECR private registry") and the botocore model
of ``CreatePullThroughCacheRule`` for the grammar of prefixes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rewrite_refs.images.hosts import ECR_HOST, SAME_REGISTRY, is_same
from rewrite_refs.images.placeholders import is_placeholder, resolved
from rewrite_refs.images.reference import DOCKER_HUB, LIBRARY, InvalidReference, Reference

LibraryCode = Literal["missing-library", "needless-library"]

ROOT = "ROOT"
MAX_PREFIX = 30
PREFIX = re.compile(
    r"(?:[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*/?|ROOT)"
)


@dataclass(frozen=True, slots=True)
class CacheRule:
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
        """The upstream as written in the configuration."""
        return f"{self.upstream}/{self.path}" if self.path else self.upstream


class CachedRepository(NamedTuple):
    """An upstream image in a repository of a cache.

    Attributes:
        rule: The rule whose prefix the repository has.
        rest: The repository's name after the rule's prefix.
        repository: The upstream repository that is intended.
        known_length: How many characters at the start of ``repository`` are known.
        code: What is wrong with the ``library/`` of Docker Hub in ``rest``.
        ambiguous: Whether a variable in the name may complete another rule's prefix.
    """

    rule: CacheRule
    rest: str
    repository: str
    known_length: int
    code: LibraryCode | None = None
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Cache:
    """The rules of one registry: the ECR host, or a placeholder for it."""

    registry: str
    rules: tuple[CacheRule, ...]

    def is_at(self, host: str) -> bool:
        """Whether *host* is any endpoint of this registry."""
        return host == self.registry or is_same(host, resolved(self.registry))

    def lookup(self, repository: str, certain: int) -> CachedRepository | None:
        """Return the image that a repository caches, or None if no rule has its prefix.

        After its first *certain* characters, a part of the name is unknown.
        """
        rules = [each for each in self.rules if repository.startswith(each.prefix and each.prefix + "/")]
        rule = max(rules, key=lambda rule: len(rule.prefix), default=None)
        if rule is None:
            return None
        start = len(rule.prefix) + 1 if rule.prefix else 0
        rest, known = repository[start:], repository[start:certain]
        upstream = f"{rule.path}/{rest}" if rule.path else rest
        fault: LibraryCode | None = None
        # Without a prefix it may also be a repository that no rule created.
        if rule.upstream == DOCKER_HUB and rule.prefix and not rule.path:
            if "/" not in rest and len(known) == len(rest):
                fault, upstream = "missing-library", LIBRARY + rest
            elif known.startswith(LIBRARY) and "/" in known[len(LIBRARY) :]:
                fault, upstream = "needless-library", rest[len(LIBRARY) :]
        unsure = certain < len(repository) and any(
            each not in rules and f"{each.prefix}/".startswith(repository[:certain]) for each in self.rules
        )
        certain = max(0, len(upstream) - len(rest) + len(known))
        return CachedRepository(rule, rest, upstream, certain, fault, unsure)


def make_rule(upstream: str, prefix: str, path: str = "") -> CacheRule:
    """Return the rule for *upstream* (a host or ``host/path``) and *prefix*.

    Raises:
        ValueError: One of them is not valid in ECR; the message states what to write.
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
            f"{upstream!r} is not a valid registry: use a host such as docker.io or quay.io, "
            "with a path if the rule has an upstream repository prefix"
        )
    if not PREFIX.fullmatch(prefix) or not 2 <= len(prefix) <= MAX_PREFIX:
        raise ValueError(
            f"{prefix!r} is not a valid ECR repository prefix: use 2 to {MAX_PREFIX} characters of a-z, 0-9 "
            "and single . _ - / between them, such as docker-hub, or ROOT"
        )
    if prefix == ROOT and path:
        raise ValueError(f"ROOT cannot be combined with the upstream path {path!r}: give the rule a prefix")
    return CacheRule(host, path, "" if prefix == ROOT else prefix.rstrip("/"))


def check_registry(host: str) -> str:
    """Return *host* if it is a private ECR registry or a placeholder.

    Raises:
        ValueError: It is neither; the message states what to write.
    """
    if not ECR_HOST.fullmatch(host) and not is_placeholder(host):
        raise ValueError(
            f"{host!r} is not a valid private ECR registry: use a host such as "
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com, without https:// and without a path, "
            "or the placeholder that your files use, such as ${ECR_REGISTRY}"
        )
    return host


def check_rules(registry: str | None, rules: Sequence[CacheRule]) -> None:
    """Raise ValueError if rules contradict each other or the registry."""
    prefixes: dict[str, CacheRule] = {}
    for rule in rules:
        if registry is not None and Cache(registry, ()).is_at(rule.upstream):
            raise ValueError(f"the rule for {rule.name} maps the registry onto itself: remove it")
        if rule.prefix in prefixes:
            raise ValueError(
                f"{prefixes[rule.prefix].name} and {rule.name} have the same prefix "
                f"{rule.prefix or ROOT}: in ECR a prefix belongs to one rule"
            )
        prefixes[rule.prefix] = rule
