"""What was found in a YAML text in the order of the text, and what an edit of it must leave alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from rewrite_refs.formats import yamltree
from rewrite_refs.formats.split import text_of
from rewrite_refs.formats.yamlchars import Scalar
from rewrite_refs.formats.yamltree import Node, Sequence
from rewrite_refs.source import Occurrence, Span, Token

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


def outlined(text: str, wanted: Callable[[str], bool]) -> list[Token]:
    """A token for each parse event, and one for each scalar that aliases put below different keys.

    Such a scalar is not edited, unless all of these keys are called some image: the edit would follow it.
    """
    tokens = yamltree.outline(text, wanted, _is_image)
    if "*" in text:
        for root in yamltree.roots(text, wanted, lambda document: False, []):
            tokens += _shared(root)
    return tokens


def _is_image(top: str, key: str) -> bool:
    return _IMAGE_KEY.search(key) is not None or _KEPT.fullmatch(top) is not None


def _shared(root: Node) -> Iterator[Token]:
    """A token for each scalar that stands below keys of different names."""
    keys: dict[int, set[str]] = {}
    scalars: dict[int, Scalar] = {}
    pending: list[tuple[Node, str, str]] = [(root, "", "")]
    seen: set[tuple[int, str, str]] = set()
    while pending:
        node, top, key = pending.pop()
        if isinstance(node, Scalar):
            scalars[id(node)] = node
            keys.setdefault(id(node), set()).add("image" if _is_image(top, key) else key)
        elif (id(node), top, key) not in seen:
            seen.add((id(node), top, key))
            if isinstance(node, Sequence):
                pending += [(each, top, key) for each in node.children]
            else:
                for name, value in node.pairs():
                    pending += [(name, "", ""), (value, top or text_of(name), text_of(name))]
    for identity, names in keys.items():
        if len(names) > 1:
            yield Token("shared", scalars[identity].value, Span(-1, -1))
