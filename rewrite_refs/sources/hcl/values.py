"""The values of HCL expressions, as far as the files tell them.

A value is what JSON has (str, int, float, bool, None, list, dict), a Set, or
Unknown.  Unknown is never guessed away: what depends on it is Unknown too, and
names the part that nobody knows here.  What Terraform would refuse raises Wrong,
which is what ``try`` and ``can`` ask for.  Where this module is not sure how
Terraform would take something, the value is Unknown.

Source: the HCL native syntax specification (``hclsyntax/spec.md``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

Value: TypeAlias = Any

# How many parts a value may have: those that rules come of have a few hundred.
_MOST = 100_000
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


class Unknown(NamedTuple):
    """A value that the files do not tell: ``what`` is the expression, ``why`` says it of that."""

    what: str
    why: str = "which only Terraform knows"

    def __str__(self) -> str:
        return f"{self.what}, {self.why}"


class Set(NamedTuple):
    """A set; its members are texts in order, as ``for_each`` takes them."""

    members: tuple[Value, ...]

    @classmethod
    def of(cls, values: Iterable[Value]) -> Set:
        """The set of some values, each once."""
        distinct: list[Value] = []
        for value in values:
            if not any(equal(value, other) for other in distinct):
                distinct.append(value)
        return cls(tuple(sorted(distinct, key=str)))


class Wrong(Exception):
    """Terraform refuses an expression; the message says why."""


def unknown_in(value: Value) -> Unknown | None:
    """The first part of a value that is not known."""
    if isinstance(value, Unknown):
        return value
    parts: Iterable[Value] = ()
    if isinstance(value, dict):
        parts = value.values()
    elif isinstance(value, list | Set):
        parts = members(value)
    return next((found for part in parts if (found := unknown_in(part))), None)


class Large(Exception):
    """A value has more parts than anybody wrote, because parts repeat one another."""


def check_size(value: Value, parts: int = 0) -> int:
    """How many *parts* there are with those of a value, a text having one for each 64 characters.

    Raises Large where they are too many.
    """
    pending = [value]
    while pending:
        each = pending.pop()
        parts += 1 + len(each) // 64 if isinstance(each, str) else 1
        if parts > _MOST:
            raise Large
        if isinstance(each, dict):
            pending += each.values()
        elif isinstance(each, list | Set):
            pending += members(each)
    return parts


def members(value: Value) -> Sequence[Value]:
    """What a list or a set holds.  Raises TypeError for anything else."""
    if isinstance(value, Set):
        return value.members
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return value


def equal(one: Value, other: Value) -> bool:
    """Whether two known values are the same for Terraform, for which ``1``, ``"1"`` and ``true`` differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list | Set) and isinstance(other, list | Set):
        pairs = zip(members(one), members(other), strict=False)
        return len(members(one)) == len(members(other)) and all(equal(*pair) for pair in pairs)
    return bool(kind(one) == kind(other) and one == other)


def text(value: Value) -> Value:
    """A value as Terraform writes it into a text: a str or Unknown.  Raises Wrong for what has none."""
    if isinstance(value, str | Unknown):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    raise Wrong(f"{kind(value)} is not text")


def truth(value: Value) -> Value:
    """A value as a condition: a bool or Unknown.  Raises Wrong for what is none."""
    if isinstance(value, bool | Unknown):
        return value
    if isinstance(value, str) and value in _TRUTHS:
        return _TRUTHS[value]
    raise Wrong(f"{kind(value)} is neither true nor false")


def item(value: Value, key: Value) -> Value:
    """The member *key* of a value.  Raises Wrong where it has none."""
    for each in (value, key):
        if isinstance(each, Unknown):
            return each
    if isinstance(value, dict) and text(key) in value:
        return value[text(key)]
    if isinstance(value, list) and number(key) in range(len(value)):
        return value[number(key)]
    raise Wrong(f"{kind(value)} has no {key!r}")


def kind(value: Value) -> str:
    """What a known value is, for a message."""
    names = {
        bool: "a bool",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "a list",
        dict: "a map",
    }
    return "a set" if isinstance(value, Set) else names.get(type(value), "null")


def number(value: Value) -> Value:
    """A value as a number.  Raises Wrong for what is none."""
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            raise Wrong(f"{value!r} is not a number")
        value = float(value)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Wrong(f"{kind(value)} is not a number")
    return int(value) if float(value).is_integer() else value


def pairs(value: Value) -> Iterator[tuple[Value, Value]]:
    """Key and value of each member, in Terraform's order.  Raises Wrong for what has none."""
    if isinstance(value, dict):
        yield from sorted(value.items())
    elif isinstance(value, Set):
        yield from ((each, each) for each in value.members)
    elif isinstance(value, list):
        yield from enumerate(value)
    else:
        raise Wrong(f"{kind(value)} has no members")
