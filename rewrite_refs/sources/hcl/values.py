"""The values of HCL expressions, known and unknown.

A value is one of JSON's types (str, int, float, bool, None, list, dict), a Set, or
Unknown.  Unknown is never replaced by a guess: a value that depends on it is Unknown
too, and names the part that is not known.  For an expression that Terraform would
reject, Wrong is raised, which ``try`` and ``can`` need.  If it is not certain how
Terraform would evaluate something, the value is Unknown.

Source: the HCL native syntax specification (``hclsyntax/spec.md``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

Value: TypeAlias = Any

# The most parts of a value; those from which rules are created have a few hundred.
_MOST = 100_000
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


class Unknown(NamedTuple):
    """A value that is not in the files.

    ``what`` is the expression, and ``why`` a clause about it for messages.
    """

    what: str
    why: str = "which only Terraform knows"

    def __str__(self) -> str:
        return f"{self.what}, {self.why}"


class Set(NamedTuple):
    """A set; its members are in the order of their texts, as ``for_each`` uses them."""

    members: tuple[Value, ...]

    @classmethod
    def of(cls, values: Iterable[Value]) -> Set:
        """Return the set of some values, without duplicates."""
        distinct: list[Value] = []
        for value in values:
            if not any(equal(value, other) for other in distinct):
                distinct.append(value)
        return cls(tuple(sorted(distinct, key=str)))


class Wrong(Exception):
    """Terraform rejects an expression; the message states why."""


def unknown_in(value: Value) -> Unknown | None:
    """Return the first unknown part of a value, if any."""
    if isinstance(value, Unknown):
        return value
    parts: Iterable[Value] = ()
    if isinstance(value, dict):
        parts = value.values()
    elif isinstance(value, list | Set):
        parts = members(value)
    return next((found for part in parts if (found := unknown_in(part))), None)


class Large(Exception):
    """A value has more parts than a real file, because its parts repeat one another."""


def check_size(value: Value, parts: int = 0) -> int:
    """Return the sum of *parts* and the number of parts of a value.

    A text has one part, and one more for each 64 characters.

    Raises:
        Large: The sum is too large.
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
    """Return the members of a list or a set.

    Raises:
        TypeError: The value is neither.
    """
    if isinstance(value, Set):
        return value.members
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return value


def equal(one: Value, other: Value) -> bool:
    """Whether known values are equal in Terraform; ``1``, ``"1"`` and ``true`` differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list | Set) and isinstance(other, list | Set):
        pairs = zip(members(one), members(other), strict=False)
        return len(members(one)) == len(members(other)) and all(equal(*pair) for pair in pairs)
    return bool(kind(one) == kind(other) and one == other)


def text(value: Value) -> Value:
    """Return a value as Terraform converts it to a text: a str or Unknown.

    Raises:
        Wrong: The value cannot be converted.
    """
    if isinstance(value, str | Unknown):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    raise Wrong(f"{kind(value)} is not text")


def truth(value: Value) -> Value:
    """Return a value as a condition: a bool or Unknown.

    Raises:
        Wrong: The value is not a condition.
    """
    if isinstance(value, bool | Unknown):
        return value
    if isinstance(value, str) and value in _TRUTHS:
        return _TRUTHS[value]
    raise Wrong(f"{kind(value)} is neither true nor false")


def item(value: Value, key: Value) -> Value:
    """Return the member *key* of a value; Unknown if one of the two is.

    Raises:
        Wrong: There is no such member.
    """
    for each in (value, key):
        if isinstance(each, Unknown):
            return each
    if isinstance(value, dict) and text(key) in value:
        return value[text(key)]
    if isinstance(value, list) and number(key) in range(len(value)):
        return value[number(key)]
    raise Wrong(f"{kind(value)} has no {key!r}")


def kind(value: Value) -> str:
    """Return the type of a known value for a message."""
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
    """Return a value as a number.

    Raises:
        Wrong: The value is not a number.
    """
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            raise Wrong(f"{value!r} is not a number")
        value = float(value)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Wrong(f"{kind(value)} is not a number")
    return int(value) if float(value).is_integer() else value


def pairs(value: Value) -> Iterator[tuple[Value, Value]]:
    """Yield the key and the value of each member, in Terraform's order.

    Raises:
        Wrong: The value has no members.
    """
    if isinstance(value, dict):
        yield from sorted(value.items())
    elif isinstance(value, Set):
        yield from ((each, each) for each in value.members)
    elif isinstance(value, list):
        yield from enumerate(value)
    else:
        raise Wrong(f"{kind(value)} has no members")
