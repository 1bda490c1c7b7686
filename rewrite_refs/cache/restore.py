"""Restoring of references to a cache to references to its upstream.

What was ``nginx`` becomes ``nginx`` again, without ``docker.io`` and ``library/``.
A registry that is written separately (in a key of its own, as the default of a
variable) becomes the upstream's host; if only its host shows that a text is an
image, the host is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rewrite_refs.cache.drift import path_change
from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.rule import CachedRepository
from rewrite_refs.cache.verdict import Verdict, apply_changes
from rewrite_refs.images.placeholders import is_placeholder
from rewrite_refs.images.reference import DOCKER_HUB, LIBRARY, InvalidReference, ParsedReference
from rewrite_refs.text.edits import Change
from rewrite_refs.text.spans import Occurrence, Piece

_VARIABLE_NAME = "its name depends on a variable"
_NO_NAME = "its upstream has no image of that name"


@dataclass(frozen=True, slots=True)
class RestoringRuleSet(RuleSet):
    """The same rules, applied in reverse."""

    def judge(self, occurrence: Occurrence) -> Verdict:
        """Return the verdict whose target is the reference before it named the cache."""
        verdict = RuleSet.judge(self, occurrence)
        if verdict.status not in ("cached", "wrong"):
            return replace(verdict, target=None, changes=())
        parsed = self.parse(occurrence.text, occurrence.holes)
        found = self.lookup(parsed)
        if found is None:
            return replace(verdict, target=None, changes=())
        if found[1].ambiguous:
            return replace(verdict, target=None, changes=(), reason=_VARIABLE_NAME)
        best: Verdict | None = None
        host = found[0].registry
        placeholder = host if is_placeholder(host) else None
        for changes in reversed(_restorations(occurrence, parsed, found[1], placeholder)):
            target = apply_changes(parsed.text, changes)
            shift = len(target) - len(parsed.text)
            holes = [
                (start + shift, end + shift) for start, end in occurrence.holes if start >= len(parsed.host)
            ]
            then = self._restored(target, holes, found[1])
            if then is not None:
                best = replace(
                    verdict,
                    target=target,
                    changes=tuple(changes),
                    reason=None,
                    status_after=then.status,
                    fallback=best,
                    placeholder=placeholder,
                )
        known = len(parsed.path) == parsed.known_length
        reason = _NO_NAME if known else _VARIABLE_NAME
        return best or replace(verdict, target=None, changes=(), reason=reason)

    def _restored(
        self, target: str, holes: Sequence[tuple[int, int]], cached: CachedRepository
    ) -> Verdict | None:
        """Return the verdict on *target*, or None if it is not the image that was cached."""
        try:
            verdict = self.judge_reference(self.parse(target, holes))
        except InvalidReference:
            return None
        reference = verdict.reference
        same = reference and (reference.registry, reference.repository) == (
            cached.rule.upstream,
            cached.repository,
        )
        return verdict if same else None


def _restorations(
    occurrence: Occurrence, parsed: ParsedReference, cached: CachedRepository, placeholder: str | None
) -> list[list[Change]]:
    """Return the possible changes that restore a reference, the best first.

    *placeholder* is the placeholder for the registry, if it is one.
    """
    host, rest, rule = len(parsed.host), cached.rest, cached.rule
    head = host + 1 + len(rule.prefix) if rule.prefix else host
    short = cached.repository
    if rule.upstream == DOCKER_HUB and "/" not in short.removeprefix(LIBRARY):
        short = short.removeprefix(LIBRARY)
    fixed = [path_change(head + 1, rest, cached.repository)] if cached.code else []
    long = [Change(0, head, rule.upstream), path_change(head + 1, rest, cached.repository)]
    if _piece_at(occurrence, host).span is None:
        return [[Change(0, host, rule.upstream), path_change(host + 1, parsed.path, short)], long]
    brief = [Change(0, head + 1, ""), path_change(head + 1, rest, short)]
    is_brief = rule.upstream == DOCKER_HUB and not occurrence.by_host
    if not _is_contiguous(occurrence, head):
        # A placeholder whose default was used is still one span.
        first = [brief] if is_brief and placeholder else []
        return [*first, [Change(0, host, rule.name), Change(host, head, ""), *fixed], long]
    if _piece_at(occurrence, head).span is None:
        return [[Change(0, head, rule.upstream), path_change(head + 1, rest, short)], long]
    if not _is_contiguous(occurrence, head + 1):
        return [[Change(0, head, rule.name), *fixed], long]
    return [brief, long] if is_brief else [long]


def _is_contiguous(occurrence: Occurrence, length: int) -> bool:
    """Whether the first *length* characters are contiguous in the source."""
    pieces = [piece for start, end, piece in occurrence.indexed_pieces() if start < length and start < end]
    return all(
        one.span is not None and other.span is not None and one.span.end == other.span.start
        for one, other in pairwise(pieces)
    )


def _piece_at(occurrence: Occurrence, index: int) -> Piece:
    """Return the piece that contains the character at *index* of the text."""
    return next(piece for start, end, piece in occurrence.indexed_pieces() if start <= index < end)
