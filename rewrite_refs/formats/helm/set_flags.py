"""Helm values set one by one, as by ``--set image.repository=quay.io/acme/web``.

    parameters:                            image:
    - {name: image.registry, value: a}       registry: a
    - {name: image.tag, value: b}     are    tag: b

They are combined into one mapping of values.
"""

from __future__ import annotations

import re

from rewrite_refs.text.spans import Span
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Mapping, Node, fields, items

_STEP = re.compile(r"((?:[^.\\]|\\.)+)")


def as_values(parameters: Node | None) -> Mapping:
    """Return the values that a list of ``{name, value}`` sets."""
    top = Mapping([], 0)
    for each in items(parameters):
        entry = fields(each)
        name, value = entry.get("name"), entry.get("value")
        if isinstance(name, Scalar) and isinstance(value, Scalar):
            _put(top, [step.replace("\\", "") for step in _STEP.findall(name.value)], name, value)
    return top


def _put(top: Mapping, steps: list[str], name: Scalar, value: Scalar) -> None:
    """Set the value at a path of keys; each new key has the span of the whole name."""
    here = top
    *above, last = steps or [""]
    for step in above:
        below = fields(here).get(step)
        if not isinstance(below, Mapping):
            below = Mapping([], 0)
            here.children.extend((_key(step, name), below))
        here = below
    here.children.extend((_key(last, name), value))


def _key(step: str, name: Scalar) -> Scalar:
    return Scalar(step, Span(*name.span), name.style, None)
