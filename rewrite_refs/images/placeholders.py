"""What files have in the place of a registry's host: ``${ECR_REGISTRY}``, ``{{ .Values.registry }}``.

A placeholder is a text with at least one variable of a shell (``$NAME``,
``${NAME}``, ``${NAME:-default}``) or action of a template (``{{ ... }}``), and
otherwise with the characters of a host.  It is written as it stands, and known
again whatever its blanks and braces.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

_VARIABLE = re.compile(r"\$(?:(?P<plain>\w+)|\{(?P<braced>\w+)(?::?-(?P<default>[^{}$]*))?\})", re.ASCII)
_ACTION = re.compile(r"\{\{-?\s*(?P<inner>[^{}]*?)\s*-?\}\}")
# A placeholder may begin with letters of its own: ``registry-${REGION}``.
_STARTS = re.compile(r"(?<![A-Za-z0-9.-])[A-Za-z0-9]|[${]")
_FURTHEST = 400
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?")


class Variable(NamedTuple):
    """A variable in a placeholder, and its default if it has one."""

    name: str
    default: str | None


def is_placeholder(text: str) -> bool:
    """Whether a text stands for a host that somebody fills in later."""
    filled = _ACTION.sub("x", _VARIABLE.sub("x", text))
    return filled != text and _HOST.fullmatch(filled) is not None


def variables(text: str) -> tuple[Variable, ...]:
    """The shell variables of a placeholder, in order."""
    return tuple(
        Variable(found["plain"] or found["braced"], found["default"]) for found in _VARIABLE.finditer(text)
    )


def resolved(text: str) -> str:
    """A placeholder with the defaults that it gives itself."""
    return _VARIABLE.sub(lambda found: found["default"] or found[0], text)


def without_actions(text: str) -> str:
    """*text* with the actions of templates replaced by as many letters."""
    return _ACTION.sub(lambda found: "x" * len(found[0]), text)


def begins(text: str, placeholder: str) -> int:
    """How many characters of *text* are the *placeholder* with which it begins; 0 where it does not.

    A ``/`` or the end of the text follows them.
    """
    found = pattern(placeholder).match(text)
    return found.end() if found else 0


def head_of(text: str) -> str:
    """The placeholder with which a path begins, empty where it begins with none."""
    ends = [at for at, char in enumerate(text) if char == "/"]
    return next((text[:at] for at in (*ends, len(text)) if is_placeholder(text[:at])), "")


def start_of(text: str, end: int, placeholder: str) -> int | None:
    """Where in *text* the *placeholder* begins that ends before *end*; None where there is none."""
    found = [each.start() for each in _STARTS.finditer(text, max(end - _FURTHEST, 0), end)]
    return next((at for at in found if begins(text[at:end], placeholder) == end - at), None)


@cache
def pattern(placeholder: str) -> re.Pattern[str]:
    """What finds a *placeholder* however it is spelled; a ``/`` or the end of the text follows it."""
    parts, at = [], 0
    for found in re.finditer(f"{_VARIABLE.pattern}|{_ACTION.pattern}", placeholder, re.ASCII):
        parts.append(re.escape(placeholder[at : found.start()]))
        name = found["plain"] or found["braced"]
        if name:
            parts.append(rf"\$(?:{name}|\{{{name}(?::?-[^{{}}$]*)?\}})")
        else:
            inner = re.sub(r"(?:\\\s)+", r"\\s+", re.escape(found["inner"]))
            # "$." is the root of the values, wherever an action stands.
            inner = re.sub(r"^(?:\\\$)?\\\.", r"\\$?\\.", inner)
            parts.append(rf"\{{\{{-?\s*{inner}\s*-?\}}\}}")
        at = found.end()
    parts.append(re.escape(placeholder[at:]))
    return re.compile("".join(parts) + r"(?=/|\Z)")
