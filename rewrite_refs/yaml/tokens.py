"""The tokens of a parsed YAML text, which an edit of scalars must not change."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import partial
from typing import TypeAlias

from rewrite_refs.text.outline import Token
from rewrite_refs.text.spans import Span
from rewrite_refs.yaml.nodes import Node, Root, Sequence
from rewrite_refs.yaml.scalars import Scalar, chars

Use: TypeAlias = Callable[[str, str], Hashable]

# The span of a token that no edit can change.
_NOWHERE = Span(-1, -1)
_STREAM = Token("stream", "", _NOWHERE)
_END = Token("end", "", _NOWHERE)


def tokens(text: str, roots: Iterable[Root], use: Use) -> list[Token]:
    """Return the tokens of the roots of one part of *text*, in order.

    Args:
        text: The text that the spans of the nodes refer to.
        roots: The roots that were read from it.
        use: Returns how a text is used, given the top-level and the nearest key above it.

    Returns:
        A token for each document, node, alias, and end of a mapping or a sequence.  A scalar
        that aliases give different uses has one more token, which forbids every edit.
    """
    result = [_STREAM]
    for root in roots:
        node, *marks = root
        result.append(Token(("document", *marks), "", _NOWHERE))
        if _walk(text, node, result):
            result += _shared(node, use)
    return result


def _walk(text: str, root: Node, result: list[Token]) -> bool:
    """Append the tokens of a node and all below; return whether there are aliases."""
    anchored: set[int] = set()
    has_alias = False
    pending: list[Node | None] = [root]
    while pending:
        node = pending.pop()
        if node is None:
            result.append(_END)
            continue
        if node.anchor is not None:
            if id(node) in anchored:
                has_alias = True
                result.append(Token(("alias", node.anchor), "", _NOWHERE))
                continue
            anchored.add(id(node))
        if isinstance(node, Scalar):
            kind = ("scalar", node.style, node.tag, node.anchor)
            result.append(Token(kind, node.value, node.span, partial(_origins, text, node)))
        else:
            name = "sequence" if isinstance(node, Sequence) else "mapping"
            result.append(Token((name, node.flow, node.tag, node.anchor), "", Span(node.start, node.start)))
            pending.append(None)
            pending += reversed(node.children)
    return has_alias


def _origins(text: str, scalar: Scalar) -> list[int]:
    """Return the source offset of each character of a value.

    The list is empty if the value cannot be mapped to its source: every edit then fails the proof.
    """
    at, result = scalar.span.start, []
    found = chars(text, scalar)
    for place in found.places if found else ():
        at = place.start if place else at
        result.append(at)
    return result


def _shared(root: Node, use: Use) -> Iterator[Token]:
    """Yield a token for each scalar that aliases give different uses."""
    uses: dict[int, set[Hashable]] = {}
    scalars: dict[int, Scalar] = {}
    pending: list[tuple[Node, str, str]] = [(root, "", "")]
    seen: set[tuple[int, str, str]] = set()
    while pending:
        node, top, key = pending.pop()
        if isinstance(node, Scalar):
            scalars[id(node)] = node
            uses.setdefault(id(node), set()).add(use(top, key))
        elif (id(node), top, key) not in seen:
            seen.add((id(node), top, key))
            if isinstance(node, Sequence):
                pending += [(each, top, key) for each in node.children]
                continue
            for name, value in node.pairs():
                named = name.value if isinstance(name, Scalar) else ""
                pending += [(name, "", ""), (value, top or named, named)]
    for identity, found in uses.items():
        if len(found) > 1:
            yield Token("shared", scalars[identity].value, _NOWHERE)
