"""The nodes of a YAML document, and functions to query them.

A node contains what an edit of a value must not change: the anchor, the tag, the
style.  Whether a tag is implicit is not kept: it follows from the tag and the
style, and the parsers differ about it for ``!``.

An alias is the same object as the node that it names, so a node may contain
itself.  In text order, a node that occurs again is an alias of its own anchor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias, TypeGuard

from rewrite_refs.yaml.scalars import Scalar

_NOT_TEXT = re.compile(r"~?|null|true|false|yes|no|on|off|[-+]?[.\d][\d_.]*(?:e[-+]?\d+)?", re.IGNORECASE)


class Mapping(NamedTuple):
    """A mapping; ``children`` alternates keys and values, and ``start`` is its offset.

    ``flow`` is True for a mapping in braces.
    """

    children: list[Node]
    start: int
    tag: str | None = None
    anchor: str | None = None
    flow: bool = False

    def pairs(self) -> Iterator[tuple[Node, Node]]:
        """Return the keys with their values, in text order."""
        return zip(self.children[::2], self.children[1::2], strict=True)


class Sequence(NamedTuple):
    """A sequence; ``start`` is its offset, and ``flow`` is True if it is in brackets."""

    children: list[Node]
    start: int
    tag: str | None = None
    anchor: str | None = None
    flow: bool = False


Node: TypeAlias = Scalar | Mapping | Sequence


class Root(NamedTuple):
    """A root node with the markers and directives of its document.

    ``has_start`` and ``has_end`` state whether the lines ``---`` and ``...`` are
    present; ``version`` and ``tags`` come from the directives ``%YAML`` and ``%TAG``.
    """

    node: Node
    has_start: bool
    has_end: bool
    version: tuple[int, int] | None
    tags: tuple[tuple[str, str], ...]


def is_null(node: Node | None) -> bool:
    """Whether a node is absent or null."""
    if isinstance(node, Scalar):
        return not node.style and node.value.lower() in ("", "~", "null")
    return node is None


def is_text(node: Node | None) -> TypeGuard[Scalar]:
    """Whether a node is a non-empty scalar that is not a null, boolean or number."""
    if not isinstance(node, Scalar) or not node.value.strip():
        return False
    return bool(node.style) or not _NOT_TEXT.fullmatch(node.value)


def items(node: Node | None) -> list[Node]:
    """Return the items of a sequence, or an empty list for any other node."""
    return node.children if isinstance(node, Sequence) else []


def descendants(node: Node) -> Iterator[Node]:
    """Yield a node and all nodes in it, each once and in no certain order."""
    pending, seen = [node], set()
    while pending:
        current = pending.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if not isinstance(current, Scalar):
            pending += current.children


def mappings(node: Node) -> Iterator[Mapping]:
    """Yield all mappings in a node, itself included, each once and in no certain order."""
    return (each for each in descendants(node) if isinstance(each, Mapping))


def fields(node: Node | None) -> dict[str, Node]:
    """Return the values of a mapping by key, including those merged by ``<<``.

    Returns an empty dictionary for any other node.
    """
    result: dict[str, Node] = {}
    pending, seen = [node] if isinstance(node, Mapping) else [], set()
    while pending:
        current = pending.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        own = {key.value: value for key, value in current.pairs() if isinstance(key, Scalar)}
        merged = own.pop("<<", None)
        result = {**own, **result}
        if merged is not None:
            sources = merged.children if isinstance(merged, Sequence) else [merged]
            pending += [each for each in reversed(sources) if isinstance(each, Mapping)]
    return result
