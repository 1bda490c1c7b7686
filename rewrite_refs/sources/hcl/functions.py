"""The functions of Terraform that are common in definitions of rules.

Source: the Terraform language documentation ("Built-in functions").  The result of
any other function is Unknown.  So is that of a call with arguments of a type that
is not supported here: Terraform might still convert them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain, product
from math import prod
from typing import NamedTuple

from rewrite_refs.sources.hcl.values import (
    Set,
    Unknown,
    Value,
    Wrong,
    equal,
    members,
    number,
    pairs,
    text,
    truth,
    unknown_in,
)

Argument = Callable[[], Value]

# The most combinations of setproduct; a registry has at most 50 rules.
_MOST = 10_000


def call(name: str, arguments: Sequence[Argument], spread: bool, written: str) -> Value:
    """Return the value of a call.

    Args:
        name: The name of the function.
        arguments: Functions that evaluate the arguments.
        spread: Whether the last argument is a list of arguments (``...``).
        written: The source of the call.

    Raises:
        Wrong: Terraform would reject the call.
    """
    name = name.removeprefix("core::")
    strange = Unknown(written, "which is not evaluated here")
    if name in ("try", "can"):
        return _tried(name, arguments) if not spread else strange
    values = [each() for each in arguments]
    if spread:
        last = values.pop()
        if not isinstance(last, list | Set):
            return last if isinstance(last, Unknown) else strange
        values += members(last)
    function = FUNCTIONS.get(name)
    if function is None:
        return strange
    checked = values[: function.plain] if function.plain else values
    unknown = (
        unknown_in(checked) if function.deep else next((v for v in checked if isinstance(v, Unknown)), None)
    )
    if unknown:
        return unknown
    try:
        return function.compute(*values)
    except (TypeError, ValueError, AttributeError, LookupError):
        return strange


def _tried(name: str, arguments: Sequence[Argument]) -> Value:
    """Evaluate ``try`` (the first argument that is valid) or ``can`` (whether one is)."""
    for argument in arguments:
        try:
            value = argument()
        except Wrong:
            continue
        return value if name == "try" or isinstance(value, Unknown) else True
    if name == "can":
        return False
    raise Wrong("try() has nothing that works")


class Function(NamedTuple):
    """A function of known arguments.

    Attributes:
        compute: Returns the value.
        deep: Whether all values inside an argument must be known as well.
        plain: The number of arguments, from the first, that must be known; 0 for all.
    """

    compute: Callable[..., Value]
    deep: bool = True
    plain: int = 0


def _string(value: Value) -> str:
    known = text(value)
    assert isinstance(known, str)
    return known


def _replace(value: str, old: str, new: str) -> str:
    if len(old) > 1 and old[0] == old[-1] == "/":
        raise ValueError("a regular expression")
    return value.replace(old, new)


def _format(pattern: str, *values: Value) -> str:
    parts = pattern.replace("%%", "\0").split("%s")
    if len(parts) != len(values) + 1 or any("%" in part for part in parts):
        raise ValueError("another verb than %s")
    texts = [_string(value) for value in values]
    return "".join(chain.from_iterable(zip(parts, [*texts, ""], strict=True))).replace("\0", "%")


def _substr(value: str, offset: int, length: int) -> str:
    start = offset if offset >= 0 else max(len(value) + offset, 0)
    return value[start:] if length < 0 else value[start : start + length]


def _coalesce(*values: Value) -> Value:
    for value in values:
        if value is not None and value != "":
            return value
    raise Wrong("coalesce() has nothing but null")


def _coalescelist(*values: Value) -> Value:
    for value in values:
        if value is not None and members(value):
            return value
    raise Wrong("coalescelist() has nothing but empty lists")


def _lookup(mapping: dict[str, Value], key: str, *default: Value) -> Value:
    if key in mapping:
        return mapping[key]
    if default:
        return default[0]
    raise Wrong(f"lookup() finds no {key!r}")


def _element(values: Value, index: Value) -> Value:
    if not members(values) or number(index) < 0:
        raise Wrong("element() needs a member, and an index that is not negative")
    return members(values)[number(index) % len(members(values))]


def _slice(values: Value, start: Value, end: Value) -> Value:
    if not 0 <= number(start) <= number(end) <= len(members(values)):
        raise Wrong(f"slice() from {start} to {end} of {len(members(values))}")
    return list(members(values))[number(start) : number(end)]


def _merge(*mappings: dict[str, Value] | None) -> Value:
    return dict(chain.from_iterable(mapping.items() for mapping in mappings if mapping is not None))


def _flatten(values: Value) -> Value:
    result: list[Value] = []
    for value in members(values):
        if isinstance(value, Unknown):
            return value
        inner = _flatten(value) if isinstance(value, list | Set) else [value]
        if isinstance(inner, Unknown):
            return inner
        result += inner
    return result


def _setproduct(*lists: Value) -> Value:
    if prod(len(members(each)) for each in lists) > _MOST:
        raise ValueError("too many values")
    combined: list[Value] = [list(each) for each in product(*map(members, lists))]
    return Set(tuple(combined)) if any(isinstance(each, Set) for each in lists) else combined


def _one(values: Value) -> Value:
    if len(members(values)) > 1:
        raise Wrong("one() of more than one")
    return next(iter(members(values)), None)


def _compact(values: Value) -> Value:
    return [value for value in members(values) if value is not None and value != ""]


def _distinct(values: Value) -> Value:
    found: list[Value] = []
    for value in members(values):
        if not any(equal(value, each) for each in found):
            found.append(value)
    return found


def _contains(values: Value, wanted: Value) -> bool:
    return any(equal(value, wanted) for value in members(values))


def _list(values: Value) -> Value:
    return list(members(values))


def _mapping(value: Value) -> Value:
    if not isinstance(value, dict):
        raise TypeError(value)
    return value


def _set(values: Value) -> Value:
    return Set.of(members(values))


def _length(value: Value) -> int:
    return len(members(value)) if isinstance(value, list | Set) else len(value)


def _strings(function: Callable[..., Value]) -> Function:
    """Return a function of texts; numbers and booleans are converted to texts."""
    return Function(lambda *values: function(*(_string(value) for value in values)))


def _converted(convert: Callable[[Value], Value]) -> Function:
    """Return a conversion that leaves null unchanged."""
    return Function(lambda value: None if value is None else convert(value))


def _same(value: Value) -> Value:
    return value


FUNCTIONS: Mapping[str, Function] = {
    "lower": _strings(str.lower),
    "upper": _strings(str.upper),
    "trimspace": _strings(str.strip),
    "trim": _strings(str.strip),
    "trimprefix": _strings(str.removeprefix),
    "trimsuffix": _strings(str.removesuffix),
    "startswith": _strings(str.startswith),
    "endswith": _strings(str.endswith),
    "strcontains": _strings(str.__contains__),
    "replace": _strings(_replace),
    "split": _strings(lambda separator, value: value.split(separator)),
    "tostring": _converted(text),
    "join": Function(
        lambda separator, *lists: separator.join(_string(v) for each in lists for v in members(each))
    ),
    "format": Function(_format),
    "substr": Function(_substr),
    "tonumber": _converted(number),
    "tobool": _converted(truth),
    "coalesce": Function(_coalesce, deep=False),
    "coalescelist": Function(_coalescelist, deep=False),
    "lookup": Function(_lookup, deep=False, plain=2),
    "element": Function(_element, deep=False),
    "merge": Function(_merge, deep=False),
    "concat": Function(lambda *lists: [value for each in lists for value in members(each)], deep=False),
    "keys": Function(lambda value: sorted(_mapping(value)), deep=False),
    "values": Function(lambda value: [each for _, each in pairs(_mapping(value))], deep=False),
    "zipmap": Function(lambda keys, values: dict(zip(keys, values, strict=True)), deep=False),
    "flatten": Function(_flatten, deep=False),
    "setproduct": Function(_setproduct, deep=False),
    "one": Function(_one, deep=False),
    "reverse": Function(lambda values: list(members(values))[::-1], deep=False),
    "slice": Function(_slice, deep=False),
    "tolist": Function(_list, deep=False),
    "tomap": Function(_mapping, deep=False),
    "length": Function(_length, deep=False),
    "toset": Function(_set),
    "setunion": Function(lambda *sets: Set.of(value for each in sets for value in members(each))),
    "setsubtract": Function(lambda one, other: Set.of(v for v in members(one) if not _contains(other, v))),
    "compact": Function(_compact),
    "distinct": Function(_distinct),
    "contains": Function(_contains),
    "sort": Function(lambda values: sorted(_string(value) for value in members(values))),
    "alltrue": Function(lambda values: all(truth(value) for value in members(values))),
    "anytrue": Function(lambda values: any(truth(value) for value in members(values))),
    "sensitive": Function(_same, deep=False),
    "nonsensitive": Function(_same, deep=False),
}
