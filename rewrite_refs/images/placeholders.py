"""Placeholders for a registry: ``${ECR_REGISTRY}``, ``{{ .Values.registry }}``.

A placeholder is a text with at least one shell variable (``$NAME``,
``${NAME}``, ``${NAME:-default}``) or template action (``{{ ... }}``); its other
characters are those of a host.  It is written exactly as configured, and
recognised in files whatever its spaces and braces.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

_VARIABLE = re.compile(r"\$(?:(?P<plain>\w+)|\{(?P<braced>\w+)(?::?-(?P<default>[^{}$]*))?\})", re.ASCII)
_ACTION = re.compile(r"\{\{-?\s*(?P<inner>[^{}]*?)\s*-?\}\}")
# A placeholder may begin with literal characters: ``registry-${REGION}``.
_STARTS = re.compile(r"(?<![A-Za-z0-9.-])[A-Za-z0-9]|[${]")
_FURTHEST = 400
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?")


class Variable(NamedTuple):
    """A shell variable in a placeholder, and its default if it has one."""

    name: str
    default: str | None


def is_placeholder(text: str) -> bool:
    """Whether a text is a placeholder for a host."""
    filled = _ACTION.sub("x", _VARIABLE.sub("x", text))
    return filled != text and _HOST.fullmatch(filled) is not None


def variables(text: str) -> tuple[Variable, ...]:
    """Return the shell variables of a placeholder, in order."""
    return tuple(
        Variable(found["plain"] or found["braced"], found["default"]) for found in _VARIABLE.finditer(text)
    )


def resolved(text: str) -> str:
    """Return a placeholder with its variables replaced by the defaults it contains."""
    return _VARIABLE.sub(lambda found: found["default"] or found[0], text)


def without_actions(text: str) -> str:
    """Return *text* with template actions replaced by letters of the same length."""
    return _ACTION.sub(lambda found: "x" * len(found[0]), text)


def begins(text: str, placeholder: str) -> int:
    """Return the length of the *placeholder* at the start of *text*, or 0.

    It must be followed by ``/`` or the end of the text.
    """
    found = pattern(placeholder).match(text)
    return found.end() if found else 0


def head_of(text: str) -> str:
    """Return the placeholder at the start of a path, empty if there is none."""
    ends = [at for at, char in enumerate(text) if char == "/"]
    return next((text[:at] for at in (*ends, len(text)) if is_placeholder(text[:at])), "")


def start_of(text: str, end: int, placeholder: str) -> int | None:
    """Return the offset of the *placeholder* that ends at *end* in *text*, or None."""
    found = [each.start() for each in _STARTS.finditer(text, max(end - _FURTHEST, 0), end)]
    return next((at for at in found if begins(text[at:end], placeholder) == end - at), None)


@cache
def pattern(placeholder: str) -> re.Pattern[str]:
    """Return a pattern for all spellings of a *placeholder* before ``/`` or the end."""
    parts, at = [], 0
    for found in re.finditer(f"{_VARIABLE.pattern}|{_ACTION.pattern}", placeholder, re.ASCII):
        parts.append(re.escape(placeholder[at : found.start()]))
        name = found["plain"] or found["braced"]
        if name:
            parts.append(rf"\$(?:{name}|\{{{name}(?::?-[^{{}}$]*)?\}})")
        else:
            inner = re.sub(r"(?:\\\s)+", r"\\s+", re.escape(found["inner"]))
            # "$." is the root of the values at any position of an action.
            inner = re.sub(r"^(?:\\\$)?\\\.", r"\\$?\\.", inner)
            parts.append(rf"\{{\{{-?\s*{inner}\s*-?\}}\}}")
        at = found.end()
    parts.append(re.escape(placeholder[at:]))
    return re.compile("".join(parts) + r"(?=/|\Z)")
