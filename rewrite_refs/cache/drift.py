"""Errors in references that use a cache, and the changes that fix them."""

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
# The first components of cached repositories in most accounts; other repositories rarely have them.
_HOSTS = frozenset(each.host for each in UPSTREAMS)
_PREFIXES = _HOSTS | {"docker-hub", "dockerhub", "ecr-public", "ghcr"}


def likely_prefix(known: str, is_all: bool) -> str | None:
    """Return the prefix of a repository that looks like a cached image, or None.

    *known* is the known start of its name; *is_all* is True if that is the whole name.
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
    """Return the changes that move a cached reference to *registry* and *rule*.

    They also correct the ``library/`` of the path.
    """
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
    """Return the smallest change of whole components from the path *old* to *new*.

    *at* is the index of *old* in the text.
    """
    before, after = old.split("/"), new.split("/")
    while before and after and before[-1] == after[-1]:
        del before[-1], after[-1]
    lead = "".join(part + "/" for part in before)
    return Change(at, at + len(lead), "".join(part + "/" for part in after))
