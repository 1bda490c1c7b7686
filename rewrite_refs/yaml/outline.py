"""What was found in a YAML text in the order of the text, and what an edit of it must leave alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rewrite_refs.text.spans import Occurrence, Span

# What a key is called whose value is an image, or the head of one.
_IMAGE_KEY = re.compile(r"(?i:images?|image[-_]?name|reference|repository|repo|registry|hub)\Z")
# Below these at the top of a file stand anchors for use elsewhere, and nothing reads them where they are.
_KEPT = re.compile(r"(?i:x-.*|[._]?(?:aliases|anchors|definitions))")


def in_order(found: Iterable[Occurrence]) -> list[Occurrence]:
    """What was found in order, each once, and as what it is for the place that is most sure of it."""
    best: dict[tuple[str, tuple[Span, ...]], Occurrence] = {}
    for each in found:
        # The same name behind two registries is two references: both places are to be edited.
        identity = each.text, tuple(piece.span for piece in each.pieces if piece.span is not None)
        known = best.get(identity)
        if known is None or (known.embedded and not each.embedded):
            best[identity] = each
    return sorted(best.values(), key=lambda each: each.span)


def use(top: str, key: str) -> str:
    """What is made of a text below the keys *top* and *key*: an image, or something that only *key* tells."""
    return "image" if _IMAGE_KEY.search(key) or _KEPT.fullmatch(top) else key
