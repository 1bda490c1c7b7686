"""Evaluation of HCL expressions from their syntax trees.

Source: the HCL native syntax specification (``hclsyntax/spec.md``).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from textwrap import dedent
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rewrite_refs.sources.hcl.blocks import children, elements, written
from rewrite_refs.sources.hcl.functions import call
from rewrite_refs.sources.hcl.operators import BINARY
from rewrite_refs.sources.hcl.values import (
    Set,
    Unknown,
    Value,
    Wrong,
    check_size,
    equal,
    item,
    members,
    number,
    pairs,
    text,
    truth,
    unknown_in,
)

if TYPE_CHECKING:
    from tree_sitter import Node

# The values of names; a callable returns the value of an attribute on demand.
Scope: TypeAlias = Mapping[str, Value]


def evaluate(node: Node, scope: Scope) -> Value:
    """Return the value of an ``expression``, with the values of names from *scope*.

    Raises:
        Wrong: Terraform would reject it.
        Large: The value is too large.
    """
    value = _operand(children(node), scope)
    check_size(value)
    return value


def _operand(nodes: Sequence[Node], scope: Scope) -> Value:
    """Return the value of a term with its attributes, indices and splats."""
    first, rest = nodes[0], nodes[1:]
    if first.type == "(":
        value, rest = evaluate(nodes[1], scope), nodes[3:]
    elif first.type == "variable_expr":
        value, rest = _named(nodes, scope)
    else:
        value = _TERMS[first.type](first, scope)
    return _stepped(value, rest, scope)


def _named(nodes: Sequence[Node], scope: Scope) -> tuple[Value, Sequence[Node]]:
    """Return the value of a name (or its first attribute) and the remaining nodes."""
    name = written(nodes[0])
    value = scope.get(name, Unknown(written(nodes[0], nodes[-1])))
    if not callable(value):
        return value, nodes[1:]
    if len(nodes) > 1 and nodes[1].type == "get_attr":
        return value(written(nodes[1])[1:].strip()), nodes[2:]
    return Unknown(written(nodes[0], nodes[-1])), ()


def _stepped(value: Value, steps: Sequence[Node], scope: Scope) -> Value:
    for step in steps:
        if step.type == "splat":
            inner = [node for node in children(step.children[0]) if node.type in ("get_attr", "index")]
            return _splat(value, inner, scope)
        key: Value
        if step.type == "get_attr":
            key = written(step)[1:].strip()
        elif step.children[0].type == "legacy_index":
            key = int(written(step)[1:])
        else:
            key = evaluate(children(step.children[0])[1], scope)
        value = item(value, key)
    return value


def _splat(value: Value, steps: Sequence[Node], scope: Scope) -> Value:
    if isinstance(value, Unknown):
        return value
    values = () if value is None else members(value) if isinstance(value, list | Set) else (value,)
    return [_stepped(each, steps, scope) for each in values]


def _literal(node: Node, scope: Scope) -> Value:
    inner = node.children[0]
    if inner.type == "string_lit":
        return _template(inner, scope)
    if inner.type == "numeric_lit":
        number = float(written(inner))
        return int(number) if number.is_integer() else number
    return {"true": True, "false": False}.get(written(inner))


def _collection(node: Node, scope: Scope) -> Value:
    inner = node.children[0]
    if inner.type == "tuple":
        return [evaluate(each, scope) for each in inner.children if each.type == "expression"]
    result: dict[str, Value] = {}
    for key, value in elements(inner):
        name = text(_key(key, scope))
        if isinstance(name, Unknown):
            return name
        result[name] = evaluate(value, scope)
    return result


def _key(node: Node, scope: Scope) -> Value:
    """Return the value of an object's key; a bare word is a text."""
    parts = children(node)
    bare = len(parts) == 1 and parts[0].type == "variable_expr"
    return written(node) if bare else evaluate(node, scope)


def _conditional(node: Node, scope: Scope) -> Value:
    condition, yes, no = (each for each in children(node) if each.type == "expression")
    decided = truth(evaluate(condition, scope))
    if not isinstance(decided, Unknown):
        return evaluate(yes if decided else no, scope)
    try:
        one, other = evaluate(yes, scope), evaluate(no, scope)
    except Wrong:  # whether Terraform would evaluate the wrong one is not known
        return decided
    same = not unknown_in(one) and not unknown_in(other) and equal(one, other)
    return one if same else decided


def _operation(node: Node, scope: Scope) -> Value:
    inner = node.children[0]
    parts = children(inner)
    if inner.type == "unary_operation":
        value = _operand(parts[1:], scope)
        if isinstance(value, Unknown):
            return value
        return not truth(value) if parts[0].type == "!" else -number(value)
    at = next(i for i, part in enumerate(parts) if part.type in BINARY)
    one, other = _operand(parts[:at], scope), _operand(parts[at + 1 :], scope)
    return BINARY[parts[at].type](one, other)


def _for(node: Node, scope: Scope) -> Value:
    """Evaluate ``[for ...]`` or ``{for ...}``; unknown if a key or condition is."""
    inner = node.children[0]
    parts = children(inner)
    intro = children(parts[1])
    names = [written(each) for each in intro if each.type == "identifier"]
    results = [each for each in parts if each.type == "expression"]
    condition = next((children(each)[1] for each in parts if each.type == "for_cond"), None)
    grouped = any(each.type == "ellipsis" for each in parts)
    source = evaluate(next(each for each in intro if each.type == "expression"), scope)
    if isinstance(source, Unknown):
        return source
    listed: list[Value] = []
    mapped: dict[str, Value] = {}
    parts_made = 0
    for pair in pairs(source):
        inside = {**scope, **dict(zip(names, pair[-len(names) :], strict=True))}
        wanted = truth(evaluate(condition, inside)) if condition else True
        if isinstance(wanted, Unknown):
            return wanted
        if not wanted:
            continue
        values = [evaluate(each, inside) for each in results]
        parts_made = check_size(values, parts_made)
        if len(values) == 1:
            listed += values
            continue
        key = text(values[0])
        if isinstance(key, Unknown):
            return key
        if grouped:
            mapped.setdefault(key, []).append(values[1])
        elif key in mapped:
            raise Wrong(f"two values for the key {key!r}")
        else:
            mapped[key] = values[1]
    return listed if len(results) == 1 else mapped


def _call(node: Node, scope: Scope) -> Value:
    parts = children(node)
    inside = next((children(each) for each in parts if each.type == "function_arguments"), [])
    spread = any(each.type == "ellipsis" for each in inside)
    arguments = [each for each in inside if each.type == "expression"]
    return call(
        written(parts[0]), [partial(evaluate, each, scope) for each in arguments], spread, written(node)
    )


def _template(node: Node, scope: Scope) -> Value:
    """Return the value of a template or heredoc; a sole interpolation keeps its type."""
    inner = node.children[0] if node.type == "template_expr" else node
    heredoc = inner.type == "heredoc_template"
    parts = list(_template_parts(inner, heredoc, scope))
    if len(parts) == 1 and not isinstance(parts[0], _Literal):
        return parts[0]
    values = [part.text if isinstance(part, _Literal) else text(part) for part in parts]
    unknown = unknown_in(values)
    if unknown:
        return unknown
    if heredoc and written(inner).startswith("<<-"):
        # Each interpolation is replaced by one character while the indentation is removed.
        whole = "".join(part.text if isinstance(part, _Literal) else "\0" for part in parts)
        fills = iter(
            [value for value, part in zip(values, parts, strict=True) if not isinstance(part, _Literal)]
        )
        return re.sub("\0", lambda _: next(fills), dedent(whole))
    return "".join(values)


class _Literal(NamedTuple):
    """A literal text in a template."""

    text: str


def _template_parts(node: Node, heredoc: bool, scope: Scope) -> Iterator[Value]:
    """Yield the literal texts and the values of a template in order.

    The parser skips spaces, so the text between the other nodes is taken as the literal.
    """
    source = (node.text or b"").decode()
    offsets = _offsets(source)
    inner = [each for each in node.children if each.type in ("template_interpolation", "template_directive")]
    start, end = (
        offsets[node.children[0].end_byte - node.start_byte],
        offsets[node.children[-1].start_byte - node.start_byte],
    )
    if heredoc:
        start = source.index("\n") + 1
        end = source.rindex("\n", 0, end) + 1
    strip = False
    for each in inner:
        at = offsets[each.start_byte - node.start_byte]
        markers = [child.type for child in each.children]
        literal = source[start:at].lstrip() if strip else source[start:at]
        literal = literal.rstrip() if markers[1:2] == ["strip_marker"] else literal
        if literal:
            yield _Literal(_unescaped(literal, heredoc))
        strip = markers[-2:-1] == ["strip_marker"]
        start = offsets[each.end_byte - node.start_byte]
        if each.type == "template_directive":
            yield Unknown(written(each), "which is not evaluated here")
        else:
            expression = next((child for child in each.children if child.type == "expression"), None)
            yield evaluate(expression, scope) if expression else ""
    literal = source[start:end].lstrip() if strip else source[start:end]
    if literal or not inner:
        yield _Literal(_unescaped(literal, heredoc))


def _offsets(source: str) -> Mapping[int, int]:
    """Return the index of the character at each byte offset of a text in UTF-8."""
    result, at = {0: 0}, 0
    for index, char in enumerate(source):
        at += len(char.encode())
        result[at] = index + 1
    return result


_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|\\(.)|([$%])\4\{")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def _unescaped(literal: str, heredoc: bool) -> str:
    def plain(match: re.Match[str]) -> str:
        short, long, char, sign = match.groups()
        if sign:
            return f"{sign}{{"
        if heredoc:
            return match[0]
        if not short and not long:
            return _ESCAPES.get(char, char)
        code = int(short or long, 16)
        if code > sys.maxunicode:
            raise Wrong(f"{match[0]} is not a character")
        return chr(code)

    return _ESCAPE.sub(plain, literal)


_TERMS: Mapping[str, Callable[[Node, Scope], Value]] = {
    "literal_value": _literal,
    "template_expr": _template,
    "collection_value": _collection,
    "function_call": _call,
    "for_expr": _for,
    "operation": _operation,
    "conditional": _conditional,
}
