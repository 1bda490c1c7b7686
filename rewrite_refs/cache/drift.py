"""What can be wrong with a reference that goes through a cache, and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping

from rewrite_refs.cache.rule import CachedRepository, CacheRule, LibraryCode
from rewrite_refs.images.reference import ParsedReference
from rewrite_refs.images.upstreams import OFFICIAL, UPSTREAMS
from rewrite_refs.text.edits import Change

LIBRARY_REASONS: Mapping[LibraryCode, str] = {
    "missing-library": "official images of Docker Hub need library/ in the cache",
    "needless-library": "library/ applies only to names without an owner",
}
# What repositories of a cache begin with in most accounts, and few others.
_HOSTS = frozenset(each.host for each in UPSTREAMS)
_PREFIXES = _HOSTS | {"docker-hub", "dockerhub", "ecr-public", "ghcr"}


def likely_prefix(known: str, is_all: bool) -> str | None:
    """The prefix of a repository that is plainly meant to be a cached image; None where it may be any.

    *known* is its name, or, where that is not *all*, as much as is known of it.
    """
    first, *more = known.split("/")
    if more and first in _PREFIXES:
        return first
    if len(more) > 1 and more[0] in _HOSTS:
        return f"{first}/{more[0]}"
    if is_all and more[-2:-1] == ["library"] and more[-1] in OFFICIAL:
        return "/".join([first, *more[:-2]])
    return None


def changes_to_rule(
    parsed: ParsedReference, cached: CachedRepository, registry: str, rule: CacheRule
) -> tuple[Change, ...]:
    """The changes of a cached reference that name *registry*, the prefix of *rule* and what is meant."""
    start, old, new = len(parsed.host), cached.rule.prefix, rule.prefix
    changes = [] if parsed.reference.registry == registry else [Change(0, start, registry)]
    rest = start + 1 + (len(old) + 1 if old else 0)
    if old and new and old != new:
        changes.append(Change(start + 1, rest - 1, new))
    elif old != new:
        changes.append(Change(start + 1, rest, new and new + "/"))
    change = path_change(rest, cached.rest, cached.repository[len(rule.path) + 1 if rule.path else 0 :])
    return (*changes, change) if change.text or change.start < change.end else tuple(changes)


def path_change(at: int, old: str, new: str) -> Change:
    """The smallest change that makes *new* of the path *old* at index *at*, by whole components."""
    before, after = old.split("/"), new.split("/")
    while before and after and before[-1] == after[-1]:
        del before[-1], after[-1]
    lead = "".join(part + "/" for part in before)
    return Change(at, at + len(lead), "".join(part + "/" for part in after))
