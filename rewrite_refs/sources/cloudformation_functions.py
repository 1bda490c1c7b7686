"""Evaluation of CloudFormation functions and conditions within a template.

A parameter has the value of its default; pseudo parameters have the values of the given
account and region.  For a value that is known at deployment only (attributes, imports,
parameters of the SSM store), Unknown is raised with the reason.  Source: the
CloudFormation template reference, "Intrinsic functions", "Pseudo parameters" and,
for ``Fn::ForEach``, "AWS::LanguageExtensions transform".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import NamedTuple, TypeAlias

from rewrite_refs.images.hosts import partition_of
from rewrite_refs.yaml import tree as yamltree
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Node, fields, is_null, items

# None is a property that is absent: AWS::NoValue, or null.
Value: TypeAlias = "str | tuple[Value, ...] | None"

_TAG = re.compile(r"(?:&\S+\s+)?!([A-Za-z]+)")
_VARIABLE = re.compile(r"\$\{(!?)\s*([^{}]*?)\s*\}")


class Unknown(Exception):
    """The template does not contain a value; the message states why, and a remedy."""


class Scope(NamedTuple):
    """The values of names in a part of a template.

    Attributes:
        text: The file.
        sections: The sections of the template by name.
        account: The value of ``AWS::AccountId``, if known.
        region: The value of ``AWS::Region``, if known.
        loop: The values of the variables of the enclosing ``Fn::ForEach``.
        steps: One item for each value that may still be evaluated before Unknown is raised.  Without a
            limit, parts that repeat one another would grow without end.
    """

    text: str
    sections: Mapping[str, Node]
    account: str | None = None
    region: str | None = None
    loop: Mapping[str, str] = {}
    steps: Iterator[None] = repeat(None)

    def section(self, name: str) -> dict[str, Node]:
        """Return the entries of a section such as ``Parameters``."""
        return fields(self.sections.get(name))

    def step(self) -> None:
        """Count one more value.

        Raises:
            Unknown: Too many values have been evaluated.
        """
        try:
            next(self.steps)
        except StopIteration:
            raise Unknown("the template is too large to be evaluated") from None


def call(node: Node, scope: Scope) -> tuple[str, Node] | None:
    """Return the long name and argument of the function that a node calls, or None."""
    # The nodes of collections do not have a tag, but start at it.
    found = _TAG.match(node.tag or "") if isinstance(node, Scalar) else _TAG.match(scope.text, node.start)
    if found:
        tag = found[1]
        return (tag if tag in ("Ref", "Condition") else f"Fn::{tag}"), node
    entries = fields(node)
    name = next(iter(entries), "")
    if len(entries) == 1 and (name in ("Ref", "Condition") or name.startswith("Fn::")):
        return name, entries[name]
    return None


def resolve(node: Node, scope: Scope) -> Value:
    """Return the value of a node.

    Raises:
        Unknown: The template does not contain it.
    """
    scope.step()
    called = call(node, scope)
    if called:
        name, argument = called
        if name not in _FUNCTIONS:
            raise Unknown(f"{name} is known at deployment only")
        return _FUNCTIONS[name](argument, scope)
    if isinstance(node, Scalar):
        return None if is_null(node) else _looped(node.value, scope)
    if isinstance(node, yamltree.Sequence):
        return tuple(resolve(child, scope) for child in node.children)
    raise Unknown("a mapping is given where text is expected")


def resolve_text(node: Node, scope: Scope) -> str:
    """Return the value of a node that must be a text.

    Raises:
        Unknown: The template does not contain it, or it is not a text.
    """
    value = resolve(node, scope)
    if isinstance(value, str):
        return value
    raise Unknown("AWS::NoValue is given where text is expected" if value is None else "a list is not text")


def holds(name: str, scope: Scope) -> bool:
    """Whether the condition *name* of the template is true.

    Raises:
        Unknown: The condition does not exist, or its value is not known.
    """
    conditions = scope.section("Conditions")
    if name not in conditions:
        raise Unknown(f"the template has no condition {name}")
    return _true(conditions[name], scope)


def expand(node: Node, scope: Scope) -> list[Scope]:
    """Return a scope for each iteration of an ``Fn::ForEach`` with this argument.

    Raises:
        Unknown: The values of the loop are not known.
    """
    identifier, collection, _ = _arguments(node, "Fn::ForEach", 3)
    values = _list(collection, scope)
    name = resolve_text(identifier, scope)
    return [scope._replace(loop={**scope.loop, name: _element(value)}) for value in values]


def _true(node: Node, scope: Scope) -> bool:
    scope.step()
    name, argument = call(node, scope) or ("", node)
    if name == "Condition" and isinstance(argument, Scalar):
        return holds(argument.value, scope)
    if name == "Fn::Equals":
        left, right = _arguments(argument, name, 2)
        return resolve(left, scope) == resolve(right, scope)
    if name == "Fn::Not":
        return not _true(_arguments(argument, name, 1)[0], scope)
    if name in ("Fn::And", "Fn::Or"):
        return (all if name == "Fn::And" else any)(_true(each, scope) for each in items(argument))
    raise Unknown(f"a condition with {name or 'neither of the functions for them'} is not evaluated")


def _ref(argument: Node, scope: Scope) -> Value:
    if not isinstance(argument, Scalar):
        raise Unknown("Ref takes the name of a parameter")
    return _named(_looped(argument.value, scope), scope)


def _named(name: str, scope: Scope) -> Value:
    """Return the value of a parameter, a pseudo parameter or a variable of a loop."""
    if name in scope.loop:
        return scope.loop[name]
    if name == "AWS::NoValue":
        return None
    if name == "AWS::AccountId":
        return _given(name, scope.account, "--account-id")
    if name in ("AWS::Region", "AWS::Partition", "AWS::URLSuffix"):
        region = _given(name, scope.region, "--region")
        partition = partition_of(region)
        return {"AWS::Region": region, "AWS::Partition": partition.name}.get(name, partition.domain)
    parameters = scope.section("Parameters")
    if name not in parameters:
        raise Unknown(f"{name} is known at deployment only")
    return _default(name, fields(parameters[name]))


def _default(name: str, parameter: Mapping[str, Node]) -> Value:
    kind, default = parameter.get("Type"), parameter.get("Default")
    kind_name = kind.value if isinstance(kind, Scalar) else ""
    if not isinstance(default, Scalar):
        raise Unknown(f"the parameter {name} has no default: import from the account (--from-aws) instead")
    if kind_name.startswith("AWS::SSM::Parameter::Value"):
        raise Unknown(f"the parameter {name} is looked up in SSM ({default.value})")
    if kind_name == "CommaDelimitedList" or kind_name.startswith("List<"):
        return tuple(each.strip() for each in default.value.split(","))
    return default.value


def _given(name: str, value: str | None, option: str) -> str:
    if value is None:
        raise Unknown(f"{name} is not known: use {option}")
    return value


def _sub(argument: Node, scope: Scope) -> str:
    given: Mapping[str, Node] = {}
    if isinstance(argument, yamltree.Sequence):
        argument, values = _arguments(argument, "Fn::Sub", 2)
        given = fields(values)
    if not isinstance(argument, Scalar):
        raise Unknown("Fn::Sub takes a text")

    def value(found: re.Match[str]) -> str:
        literal, name = found.groups()
        if literal:
            return f"${{{name}}}"
        if name in given:
            return resolve_text(given[name], scope)
        return _element(_named(name, scope))

    return _VARIABLE.sub(value, argument.value)


def _join(argument: Node, scope: Scope) -> str:
    between, values = _arguments(argument, "Fn::Join", 2)
    return resolve_text(between, scope).join(_element(each) for each in _list(values, scope))


def _split(argument: Node, scope: Scope) -> Value:
    between, text = (resolve_text(each, scope) for each in _arguments(argument, "Fn::Split", 2))
    return tuple(text.split(between)) if between else (text,)


def _select(argument: Node, scope: Scope) -> Value:
    index, values = _arguments(argument, "Fn::Select", 2)
    number, choice = resolve_text(index, scope), _list(values, scope)
    if not number.isdecimal() or int(number) >= len(choice):
        raise Unknown(f"Fn::Select asks for {number} of {len(choice)} values")
    return choice[int(number)]


def _find_in_map(argument: Node, scope: Scope) -> Value:
    found: Node | None = scope.sections.get("Mappings")
    names = []
    for each in _arguments(argument, "Fn::FindInMap", 3):
        names.append(resolve_text(each, scope))
        found = fields(found).get(names[-1])
    if found is None:
        # The language extensions have a fourth argument, {DefaultValue: ...}.
        found = fields(items(argument)[-1]).get("DefaultValue")
    if found is None:
        raise Unknown(f"the mapping {names[0]} has no {names[1]}.{names[2]}")
    return resolve(found, scope)


def _if(argument: Node, scope: Scope) -> Value:
    condition, then, otherwise = _arguments(argument, "Fn::If", 3)
    return resolve(then if holds(resolve_text(condition, scope), scope) else otherwise, scope)


_FUNCTIONS: Mapping[str, Callable[[Node, Scope], Value]] = {
    "Ref": _ref,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Split": _split,
    "Fn::Select": _select,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
}


def _arguments(node: Node, name: str, count: int) -> Sequence[Node]:
    """Return the first *count* arguments of a function."""
    arguments = items(node)
    if len(arguments) < count:
        raise Unknown(f"{name} takes {count} values")
    return arguments[:count]


def _list(node: Node, scope: Scope) -> tuple[Value, ...]:
    value = resolve(node, scope)
    if not isinstance(value, tuple):
        raise Unknown("a text is given where a list is expected")
    return value


def _element(value: Value) -> str:
    if not isinstance(value, str):
        raise Unknown("a list or AWS::NoValue is given where text is expected")
    return value


def _looped(text: str, scope: Scope) -> str:
    """Return a text with the variables of the enclosing loops filled in.

    ``&{name}`` is the value without all characters other than letters and digits.
    """
    for name, value in scope.loop.items():
        text = text.replace(f"${{{name}}}", value)
        text = text.replace(f"&{{{name}}}", re.sub(r"[^A-Za-z0-9]", "", value))
    return text
