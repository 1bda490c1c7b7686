"""The order of the references in a YAML text, and the uses of its scalars."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rewrite_refs.text.spans import Occurrence, Span

# Keys whose value is an image, or the head of one.
_IMAGE_KEY = re.compile(r"(?i:images?|image[-_]?name|reference|repository|repo|registry|hub)\Z")
# Top-level keys that only hold anchors for use elsewhere; their content has no use of its own.
_KEPT = re.compile(r"(?i:x-.*|[._]?(?:aliases|anchors|definitions))")


def in_order(found: Iterable[Occurrence]) -> list[Occurrence]:
    """Return the occurrences in text order without duplicates.

    Of two occurrences with the same text and spans, one that is not ``embedded`` is kept.
    """
    best: dict[tuple[str, tuple[Span, ...]], Occurrence] = {}
    for each in found:
        # The same name with two registries is two references: both registries must be edited.
        identity = each.text, tuple(piece.span for piece in each.pieces if piece.span is not None)
        known = best.get(identity)
        if known is None or (known.embedded and not each.embedded):
            best[identity] = each
    return sorted(best.values(), key=lambda each: each.span)


def use(top: str, key: str) -> str:
    """Return the use of a text below the keys *top* and *key*: ``image`` or *key*."""
    return "image" if _IMAGE_KEY.search(key) or _KEPT.fullmatch(top) else key
