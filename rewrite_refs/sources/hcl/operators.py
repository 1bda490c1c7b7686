"""The operators of HCL between two values.

Terraform's numbers are decimal and exact, so arithmetic is evaluated only if its result is a whole
number.  Whether two collections are equal depends on types that Terraform determines before it has
values (``var.rules == []`` is false for any ``list(string)``), so the result is Unknown.

Source: the HCL native syntax specification (``hclsyntax/spec.md``, "Operations").
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

from rewrite_refs.sources.hcl.values import Set, Unknown, Value, equal, number, truth, unknown_in

Operator = Callable[[Value, Value], Value]

_STRANGE = Unknown("a calculation", "which is not evaluated here")
# Larger numbers have been converted from a float, which is not exact.
_EXACT = 1 << 53
_COLLECTIONS = (list, dict, Set)


def _arithmetic(compute: Operator) -> Operator:
    def computed(one: Value, other: Value) -> Value:
        unknown = unknown_in([one, other])
        if unknown:
            return unknown
        result = compute(number(one), number(other))
        return result if isinstance(result, int) and abs(result) < _EXACT else _STRANGE

    return computed


def _compared(compute: Operator) -> Operator:
    def computed(one: Value, other: Value) -> Value:
        return unknown_in([one, other]) or compute(number(one), number(other))

    return computed


def _same(one: Value, other: Value) -> Value:
    if isinstance(one, _COLLECTIONS) and isinstance(other, _COLLECTIONS):
        return Unknown("whether two collections are equal", "which depends on their types")
    return unknown_in([one, other]) or equal(one, other)


def _differs(one: Value, other: Value) -> Value:
    same = _same(one, other)
    return same if isinstance(same, Unknown) else not same


def _logic(decisive: bool) -> Operator:
    """Return ``||`` if a true operand is *decisive*, or ``&&`` if a false operand is."""

    def computed(one: Value, other: Value) -> Value:
        one, other = truth(one), truth(other)
        if one is decisive or other is decisive:
            return decisive
        return next((each for each in (one, other) if isinstance(each, Unknown)), not decisive)

    return computed


BINARY: Mapping[str, Operator] = {
    "==": _same,
    "!=": _differs,
    "&&": _logic(decisive=False),
    "||": _logic(decisive=True),
    "+": _arithmetic(operator.add),
    "-": _arithmetic(operator.sub),
    "*": _arithmetic(operator.mul),
    "/": lambda one, other: unknown_in([one, other]) or _STRANGE,
    "%": lambda one, other: unknown_in([one, other]) or _STRANGE,
    "<": _compared(operator.lt),
    "<=": _compared(operator.le),
    ">": _compared(operator.gt),
    ">=": _compared(operator.ge),
}
