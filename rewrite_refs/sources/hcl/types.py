"""Conversion of values to the type constraint of a variable.

Attributes that the type has and the value lacks become null or the default of
``optional()``; a list for a set becomes a set.  Source: the Terraform language
documentation ("Type constraints").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rewrite_refs.sources.hcl.blocks import children, elements, written
from rewrite_refs.sources.hcl.expressions import evaluate
from rewrite_refs.sources.hcl.values import (
    Set,
    Unknown,
    Value,
    Wrong,
    members,
    number,
    pairs,
    text,
    truth,
    unknown_in,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_PRIMITIVES = {"string": text, "number": number, "bool": truth}


def convert(value: Value, type: Node) -> Value:
    """Return a value converted to a type.

    Args:
        value: The value.
        type: The ``expression`` after ``type =``.

    Raises:
        Wrong: The value does not fit the type.
    """
    if value is None or isinstance(value, Unknown):
        return value
    node = children(type)[0]
    if node.type != "function_call":
        convert_primitive = _PRIMITIVES.get(written(node).strip('"'))
        return convert_primitive(value) if convert_primitive else value
    name, arguments = _parts(node)
    try:
        return _collected(name, value, arguments)
    except TypeError as error:
        raise Wrong(str(error)) from None


def _parts(node: Node) -> tuple[str, list[Node]]:
    """Return the name and the arguments of a call."""
    parts = children(node)
    inside = next((children(each) for each in parts if each.type == "function_arguments"), [])
    return written(parts[0]), [each for each in inside if each.type == "expression"]


def _collected(name: str, value: Value, arguments: list[Node]) -> Value:
    if not arguments:
        return value
    inner = arguments[0]
    if name == "list":
        return [convert(each, inner) for each in members(value)]
    if name == "set":
        converted = [convert(each, inner) for each in members(value)]
        return unknown_in(converted) or Set.of(converted)
    if name == "map":
        return {text(key): convert(each, inner) for key, each in pairs(value)}
    return _object(value, inner) if name == "object" else value


def _object(value: Value, type: Node) -> Value:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is not an object")
    result = {}
    for key, inner in elements(children(type)[0].children[0]):
        name, node = written(key).strip('"'), children(inner)[0]
        default = None
        optional = node.type == "function_call" and written(node.children[0]) == "optional"
        if optional:
            arguments = _parts(node)[1]
            inner = arguments[0]
            default = evaluate(arguments[1], {}) if arguments[1:] else None
        elif name not in value:
            raise Wrong(f"it needs {name!r}")
        given = value.get(name)
        result[name] = convert(default if given is None else given, inner)
    return result
