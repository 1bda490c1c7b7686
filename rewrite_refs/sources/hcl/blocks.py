"""A parser of HCL, the language of Terraform files, into blocks with line numbers.

The grammar is that of tree-sitter-hcl, which needs the extra ``[terraform]``.  The
values of attributes are syntax trees here; ``expressions`` evaluates them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from rewrite_refs.errors import ConfigError

if TYPE_CHECKING:
    from tree_sitter import Node, Parser


class Block(NamedTuple):
    """A block: ``resource "TYPE" "NAME" {...}`` has type ``resource`` and two labels.

    A whole file is a block without a type.  ``line`` counts from 1.
    """

    type: str
    labels: tuple[str, ...]
    line: int
    attributes: Mapping[str, Node]
    blocks: tuple[Block, ...]

    @property
    def label(self) -> str:
        """The first label, or an empty text if there is none."""
        return next(iter(self.labels), "")


class Broken(Exception):
    """A text is not valid HCL; ``line`` is the line of the error, from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} is not valid HCL")
        self.line = line


def parse(text: str) -> Block:
    """Parse a ``.tf`` or ``.tfvars`` file.

    Raises:
        Broken: The text is not valid HCL, or it is nested too deeply.
        ConfigError: The parser is not installed.
    """
    root = _parser().parse(text.encode()).root_node
    if root.has_error:
        raise Broken(_broken(root).start_point[0] + 1)
    try:
        return _block("", (), 1, root)
    except RecursionError:
        raise Broken(1) from None


def children(node: Node) -> list[Node]:
    """Return the children of a node, without comments."""
    return [child for child in node.children if child.type != "comment"]


def elements(node: Node) -> Iterator[tuple[Node, Node]]:
    """Yield key and value of each element of an ``object``, both as expressions."""
    for element in (each for each in node.children if each.type == "object_elem"):
        key, value = (each for each in children(element) if each.type == "expression")
        yield key, value


def written(first: Node, last: Node | None = None) -> str:
    """Return the source of a node, or of a range of sibling nodes, on one line."""
    parent = first.parent or first
    source = parent.text or b""
    start, end = first.start_byte, (last or first).end_byte
    return " ".join(source[start - parent.start_byte : end - parent.start_byte].decode().split())


@cache
def _parser() -> Parser:
    try:
        import tree_sitter
        import tree_sitter_hcl
    except ImportError:
        raise ConfigError(
            "reading Terraform needs two more packages: pip install 'rewrite-refs[terraform]'"
        ) from None
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


def _broken(node: Node) -> Node:
    """Return the first node of a broken tree that is itself an error or is incomplete."""
    while not (node.is_error or node.is_missing):
        node = next(child for child in node.children if child.has_error)
    end = node.start_byte
    while node.is_missing or node.start_byte == node.end_byte == end:
        node = node.parent or node
    return node


def _block(type: str, labels: tuple[str, ...], line: int, node: Node) -> Block:
    attributes: dict[str, Node] = {}
    blocks: list[Block] = []
    for item in _items(node):
        parts = children(item)
        if item.type == "attribute":
            attributes[written(parts[0])] = parts[2]
        else:
            names = [written(part).strip('"') for part in parts if part.type in ("identifier", "string_lit")]
            blocks.append(_block(names[0], tuple(names[1:]), item.start_point[0] + 1, item))
    return Block(type, labels, line, attributes, tuple(blocks))


def _items(node: Node) -> Iterator[Node]:
    for body in node.children:
        if body.type == "body":
            yield from (item for item in body.children if item.type in ("attribute", "block"))
