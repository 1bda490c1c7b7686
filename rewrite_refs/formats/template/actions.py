"""Actions of a template engine, and the masked text without them.

    {{- if .Values.web }}                                      (blank)
    image: "docker.io/acme/web:{{ .Values.tag }}"    image: "docker.io/acme/web:..................."
    labels: {{- include "labels" . | nindent 4 }}    labels:
    {{- end }}                                                 (blank)

Known are the actions of Go (Helm), Jinja, Mustache and Handlebars, and Terraform's ``%{ if }``.
Their output is unknown, but the text around them is nearly always YAML once they are masked.  A
mask has as many characters as the action, so every offset in the masked text is also one of the
source:

- lines with nothing but actions, comments, and actions that output nested YAML become blanks;
- every other action becomes a run of one character, which is read as a hole: a part of unknown value;
- an ``if`` up to its ``end`` within a value becomes one hole, together with its branches.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from rewrite_refs.text.spans import Span
from rewrite_refs.yaml.references import MASK

_STRINGS = r'"(?:[^"\\\n]|\\.)*+"|`[^`]*+`|' + r"'(?:[^'\\\n]|\\.)*+'"
# Possessive, so that no text causes backtracking; longer actions are not recognized.
_ACTION = re.compile(
    r"\{\{(?:-?\s*/\*.*?\*/\s*-?\}\}|\{[^{}]*\}\}\}"
    rf"|(?:{_STRINGS}|(?!\}}\}}).){{0,5000}}+\}}\}}|[^{{}}]{{0,5000}}+\}}\}})"
    rf"|\{{%(?:{_STRINGS}|(?!%\}}).){{0,5000}}+%\}}"
    r"|(?<!\$)\{#.{0,5000}?#\}"
    r"|%\{~?\s*(?:if|else|endif|for|endfor)\b[^}\n]*\}",
    re.DOTALL,
)
_HEAD = re.compile(r"(?:\{\{\{?|\{%|%\{)[-~+]?\s*(?P<word>[#^/]|\w*)(?P<rest>[^\n]*)")
_OPENING = {
    "{{": frozenset({"#", "^", "if", "with", "range", "define", "block"}),
    "{%": frozenset({"if", "for", "block", "raw", "macro", "call", "filter", "autoescape"}),
    "%{": frozenset({"if", "for"}),
}
_MIDDLE = frozenset({"else", "elif"})
_CLOSING = re.compile(r"/|end(?:if|for|block|raw|macro|call|filter|autoescape|set|with)?\Z")
_COMMENT = re.compile(r"\{\{(?:-?\s*/\*|!)")
_STATEMENT = re.compile(r"\{\{-?\s*\$[\w.]*(?:\s*,\s*\$\w+)?\s*:?=(?!=)")
# A limit for very long lines, such as a whole file of JSON; the rest gives no more information.
_MAX_BEFORE = 1000
# The signs that a branch contains more than a part of one value.
_STRUCTURE = re.compile(r":\s|(?:\A|\n)[ \t]*-[ \t]|\n[ \t]*\n")
_NESTED = re.compile(r"\b(?:n?indent|toYaml|toYamlPretty|to_yaml|to_nice_yaml|toJson)\b")
_TAIL = re.compile(r"[ \t]*(?:-[ \t]+)*(?:\"[^\"\n]*\"[ \t]*:|'[^'\n]*'[ \t]*:|[^\s#'\"][^#\n]*:|-)[ \t]+\Z")
_INDENT = re.compile(r"[ \t]*(?:-[ \t]+)*")
_CONTENT = re.compile(r"^(?P<indent>[ \t]*)(?P<first>[^\s#])(?P<second>.?)", re.MULTILINE)


# The mask of an action without output, until it becomes a blank.
_VOID = "\ue001"
_LAYOUT = re.compile(
    rf"^(?:[ \t]*[{MASK}{_VOID}][ \t{MASK}{_VOID}]*(?=\r?$)"
    rf"|(?P<indent>[ \t]*){_VOID}[ \t{_VOID}]*(?P<rest>(?=\S)))",
    re.MULTILINE,
)


class Action(NamedTuple):
    """An action with its braces.

    ``role`` is ``open``, ``middle`` or ``close`` for actions that enclose other text, ``silent``
    for those without output (comments, assignments), else ``output``.
    """

    span: Span
    role: str


class Hole(NamedTuple):
    """A part of unknown value: an action, or all from an ``if`` to its ``end``."""

    span: Span
    actions: tuple[Action, ...]


class Masked(NamedTuple):
    """A text with masked actions, which has the same length, and its holes."""

    text: str
    holes: list[Hole]

    def within(self, span: Span) -> list[Hole]:
        """Return the holes that have a character in a span."""
        low = bisect_right(self.holes, span.start, key=lambda hole: hole.span.end)
        high = bisect_left(self.holes, span.end, key=lambda hole: hole.span.start)
        return self.holes[low:high]


def masked(text: str) -> Masked:
    """Return a text with its actions masked."""
    holes = _holes(text, actions(text))
    if not holes:
        return Masked(text, [])
    parts = [(hole.span, _VOID if _is_layout(text, hole) else MASK) for hole in holes]
    blanked = _LAYOUT.sub(_blanked, _spliced(text, parts)).replace(_VOID, " ")
    tails = [(hole.span, " ") for hole in holes if _is_tail(text, blanked, hole)]
    return Masked(_spliced(blanked, tails) if tails else blanked, holes)


def actions(text: str) -> list[Action]:
    """Return the actions of a text, in order."""
    if all(mark not in text for mark in ("{{", "{%", "{#", "%{")):
        return []
    end = text.rfind("}") + 1
    return [Action(Span(*found.span()), _role(found[0])) for found in _ACTION.finditer(text, 0, end)]


def branches(found: Sequence[Action]) -> list[Span]:
    """Return the spans of the branches of a hole that begins with an ``if``."""
    depth, result, start = 0, [], found[0].span.end
    for action in found:
        if action.role == "close":
            depth -= 1
        if (action.role == "middle" and depth == 1) or (action.role == "close" and not depth):
            result.append(Span(start, action.span.start))
            start = action.span.end
        if action.role == "open":
            depth += 1
    return result


def _role(action: str) -> str:
    if action.startswith("{#") or _COMMENT.match(action) or _STATEMENT.match(action):
        return "silent"
    head = _HEAD.match(action)
    word, rest = (head["word"], head["rest"].strip(" \t-~}%")) if head else ("", "")
    if word in _OPENING[action[:2]] and (action.startswith("{%") or rest.strip("|") == rest != ""):
        return "open"
    if word in _MIDDLE:
        return "middle"
    if _CLOSING.match(word) and (word == "/" or not rest):
        return "close"
    if action.startswith("{{"):
        return "output"
    return "open" if word == "set" and "=" not in rest else "silent"


def _holes(text: str, found: list[Action]) -> list[Hole]:
    """Return the holes that some actions make, alone or together."""
    closing = _pairs(found)
    result: list[Hole] = []
    at = 0
    while at < len(found):
        end = closing.get(at, at)
        if end > at and not _is_within_value(text, found[at : end + 1]):
            end = at
        result.append(
            Hole(_widened(text, found[at].span.start, found[end].span.end), tuple(found[at : end + 1]))
        )
        at = end + 1
    return result


def _pairs(found: Sequence[Action]) -> dict[int, int]:
    """Return, by index, the closing action for each opening action that has one."""
    result: dict[int, int] = {}
    opened: list[int] = []
    for index, action in enumerate(found):
        if action.role == "open":
            opened.append(index)
        elif action.role == "close" and opened:
            result[opened.pop()] = index
    return result


def _is_within_value(text: str, group: Sequence[Action]) -> bool:
    """Whether an ``if`` is in one value: it follows text and contains no keys."""
    start = group[0].span.start
    before = _ACTION.sub("", text[max(text.rfind("\n", 0, start) + 1, start - _MAX_BEFORE) : start])
    if not before.strip():
        return False
    parts = [text[one.span.end : two.span.start] for one, two in pairwise(group)]
    return not any(_STRUCTURE.search(part) for part in parts)


def _widened(text: str, start: int, end: int) -> Span:
    """Return the span of an action with the blanks in a value that it trims."""
    if text.startswith("{{-", start):
        at = start
        while text[at - 1 : at] in (" ", "\t"):
            at -= 1
        if at and (text[at - 1].isalnum() or text[at - 1] == "}"):
            start = at
    if text.endswith("-}}", start, end):
        at = end
        while text[at : at + 1] in (" ", "\t"):
            at += 1
        if text[at : at + 1] in (":", "@", "/") or text[at : at + 1].isalnum():
            end = at
    return Span(start, end)


def _is_layout(text: str, hole: Hole) -> bool:
    """Whether a hole is a comment, or an ``if`` whose ``end`` is on another line."""
    if len(hole.actions) > 1 or hole.actions[0].role == "output":
        return False
    if hole.actions[0].role != "silent":
        return True
    before, after = text[: hole.span.start][-1:], text[hole.span.end : hole.span.end + 1]
    return not before.strip() or not after.strip()


def _spliced(text: str, parts: Sequence[tuple[Span, str]]) -> str:
    """Return a text with the characters of some spans replaced, newlines included."""
    result, at = [], 0
    for span, char in parts:
        span = Span(max(span.start, at), span.end)  # two that trim the same blanks
        result += [text[at : span.start], char * (span.end - span.start)]
        at = span.end
    return "".join([*result, text[at:]])


def _blanked(found: re.Match[str]) -> str:
    """Return the blanks for the actions that a line begins with or consists of.

    They are newlines: these do no harm in a block scalar, and the text after them keeps its indentation.
    """
    if found["rest"] is None:
        return "\n" * len(found[0])
    indent = len(found["indent"])
    return "\n" * (len(found[0]) - indent) + found["indent"]


def _is_tail(text: str, blanked: str, hole: Hole) -> bool:
    start, end = hole.span
    if blanked[start] != MASK:
        return False
    stop = blanked.find("\n", end)
    after = blanked[end : stop if stop >= 0 else len(blanked)].strip()
    if after and not after.startswith("#"):
        return False
    line = blanked.rfind("\n", 0, start) + 1
    if not _TAIL.match(blanked, line, start):
        return False
    if _NESTED.search(text, start, end):
        return True
    following = _CONTENT.search(blanked, stop + 1) if stop >= 0 else None
    if following is None:
        return False
    before = blanked[line:start].rstrip()
    indent = _INDENT.match(before)
    # After a dash the item begins at the column of the dash, after a key at that of the key.
    key = len(before) - 1 if before.endswith("-") else indent.end() if indent else 0
    dashed = following["first"] == "-" and not following["second"].strip()
    below = len(following["indent"])
    return below > key or (dashed and below == key and before.endswith(":"))
