"""The literals in a template action, and the values that the action can have.

    {{ .Values.image | default "quay.io/acme/web:v1" }}     the literal, unless a value is set
    {{ printf "%s:%s" "quay.io/acme/web" .Values.tag }}     the literal, then a hole
    {{ ternary "acme/one" "acme/two" .Values.one }}         either of them
    {{ image | default('acme/web') }}                       the same in Jinja

The functions are those of Go, Sprig and Jinja that pass on their arguments; the result of any other
function is unknown.  A hole is a part of unknown value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from rewrite_refs.text.spans import Span

_TOKEN = re.compile(
    r"(?P<string>\"(?:[^\"\\\n]|\\.)*\"|`[^`]*`|'(?:[^'\\\n]|\\.)*')"
    r"|(?P<sign>:=|[=!<>]=|[()\[\]{}|,=~+])|(?P<word>[^\s()\[\]{}|,\"'`=~+]+)"
)
_OPENING = re.compile(r"(?:\{\{\{?|\{%|%\{)[-~+]?")
_CLOSING = re.compile(r"[-~+]?(?:\}\}\}?|%\}|\})\Z")
_PREFIXES = frozenset({"if", "elif", "else", "range", "return", "set", "with"})
_VERB = re.compile(r"%(?P<verb>.)", re.DOTALL)

_DEFAULTS = frozenset({"coalesce", "d", "default", "or"})
_SAME = frozenset({"html", "print", "quote", "safe", "squote", "string", "toString", "tpl", "trim"})
_FUNCTIONS = (
    _PREFIXES | _DEFAULTS | _SAME | {"and", "get", "include", "index", "lookup", "printf", "template"}
)
_FUNCTIONS |= {"required", "ternary", "not", "eq", "ne", "end", "join", "list", "replace", "hasKey", "lower"}
# The functions that pass a literal on, so that it may become an image.
_HANDING = (
    _DEFAULTS
    | _SAME
    | {"and", "dict", "list", "merge", "printf", "set", "ternary", "tuple", "if", "required"}
)


class Literal(NamedTuple):
    """A string in an action: its text, as it is written, and its span.

    If it is not ``known``, it is the ``%s`` of a format, whose value is unknown.
    """

    text: str
    span: Span
    known: bool = True


class Used(NamedTuple):
    """A literal and the function whose argument it is; empty if there is none."""

    literal: Literal
    function: str

    @property
    def is_handed_on(self) -> bool:
        """Whether the function passes the literal on."""
        return not self.function or self.function in _HANDING


class _Word(NamedTuple):
    text: str


class _Group(NamedTuple):
    """The content of parentheses: commands, each of which is piped into the next."""

    commands: list[list[_Item]]


_Item: TypeAlias = Literal | _Word | _Group
# One value that an action can have.
Parts: TypeAlias = tuple[Literal, ...]


def alternatives(text: str, span: Span) -> list[Parts]:
    """Return the values that an action can have, as far as it contains literals."""
    return _of_group(_parsed(text, span))


def literals(text: str, span: Span) -> Iterator[Used]:
    """Yield every literal of an action."""
    yield from _used(_parsed(text, span), "")


def source(text: str, span: Span) -> str | None:
    """Return a message that names the source of an action's value, or None."""
    words = [each for command in _parsed(text, span).commands for each in _flat(command)]
    for at, word in enumerate(words):
        if not isinstance(word, _Word):
            continue
        following = words[at + 1] if at + 1 < len(words) else None
        if word.text in ("include", "template") and isinstance(following, Literal):
            return f'the template "{following.text}" makes it'
        if values := re.match(r"(?:\$\w*)?(\.Values\.\w.*)", word.text):
            return f"the template reads it from {values[1]}: rewrite it in the chart's values"
        if re.match(r"\$?\.?[^\W\d]", word.text) and word.text not in _FUNCTIONS:
            return f"the template reads it from {word.text}: rewrite it where that is set"
    return None


def _flat(command: Sequence[_Item]) -> Iterator[_Item]:
    for item in command:
        if isinstance(item, _Group):
            for inner in item.commands:
                yield from _flat(inner)
        else:
            yield item


# --- reading ---------------------------------------------------------------------------------


def _parsed(text: str, span: Span) -> _Group:
    """Return the commands of an action; unclosed parentheses end with the action."""
    opening = _OPENING.match(text, *span)
    closing = _CLOSING.search(text, opening.end() if opening else span.start, span.end)
    start, end = opening.end() if opening else span.start, closing.start() if closing else span.end
    result = _Group([[]])
    above = [result]
    for found in _TOKEN.finditer(text, start, end):
        command = above[-1].commands[-1]
        if found["string"]:
            inside = Span(found.start() + 1, found.end() - 1)
            value = text[inside.start : inside.end]
            escaped = "\\" in value and found[0][0] != "`"
            command.append(_Word(found[0]) if escaped else Literal(value, inside))
        elif found["word"]:
            command.append(_Word(found["word"]))
        elif found[0] in "([{":
            group = _Group([[]])
            command.append(group)
            above.append(group)
        elif found[0] in ")]}":
            if len(above) > 1:
                above.pop()
        elif found[0] == "|":
            above[-1].commands.append([])
        elif found[0] != ",":
            command.append(_Word(found[0]))
    _without_prefix(result.commands[0])
    return result


def _without_prefix(command: list[_Item]) -> None:
    """Remove the keywords and the assigned variable at the start of an action."""
    while len(command) > 1 and isinstance(command[0], _Word) and command[0].text in _PREFIXES:
        del command[0]
    for at, item in enumerate(command[:4]):
        if isinstance(item, _Word) and item.text in (":=", "="):
            del command[: at + 1]
            break


# --- values of an action ---------------------------------------------------------------------


def _of_group(group: _Group) -> list[Parts]:
    result: list[Parts] = []
    for index, command in enumerate(group.commands):
        result = _of_command(command, result if index else None)
    return result


def _of_command(command: Sequence[_Item], piped: list[Parts] | None) -> list[Parts]:
    """Return the values that a command can have, given those that are piped into it."""
    words = [item.text if isinstance(item, _Word) else "" for item in command]
    if not command:
        return []
    if not words[0] and len(command) == 1:
        return _of_item(command[0])
    if "or" in words[1:]:
        return [each for item in command for each in _of_item(item)]
    if len(command) > 2 and words[1] == "if":
        return _of_item(command[0]) + (_of_item(command[-1]) if words[-2] == "else" else [])
    function, arguments = words[0], command[1:]
    if function in _DEFAULTS:
        return [each for item in arguments for each in _of_item(item)] + (piped or [])
    if function == "ternary":
        return [each for item in arguments[:2] for each in _of_item(item)]
    if function == "required":
        return _of_item(arguments[1]) if len(arguments) > 1 else piped or []
    if function == "printf":
        return _formatted(arguments, piped)
    if function in _SAME:
        return _of_item(arguments[0]) if arguments else piped or []
    # In Jinja the value is piped into "default('x')" with a further argument: that is the group's first one.
    return []


def _of_item(item: _Item) -> list[Parts]:
    if isinstance(item, Literal):
        return [(item,)]
    if not isinstance(item, _Group):
        return []
    first = item.commands[0]
    if len(item.commands) == 1 and len(first) > 1 and isinstance(first[0], Literal):
        words = [each.text if isinstance(each, _Word) else "" for each in first]
        if words[1] not in ("if", "or", "~", "+", "%"):  # the arguments of a call in Jinja
            return [(first[0],)]
    return _of_group(item)


def _formatted(arguments: Sequence[_Item], piped: list[Parts] | None) -> list[Parts]:
    """Return the output of ``printf``, with literal arguments filled in."""
    if not arguments or not isinstance(arguments[0], Literal):
        return []
    text, span = arguments[0][:2]
    given = [_of_item(item) for item in arguments[1:]] + ([piped] if piped is not None else [])
    parts: list[Literal] = []
    at = 0
    for found in _VERB.finditer(text):
        if found["verb"] not in "sdv":
            return []
        if at < found.start():
            parts.append(Literal(text[at : found.start()], Span(span.start + at, span.start + found.start())))
        known = given.pop(0) if given else []
        verb = Literal(found[0], Span(span.start + found.start(), span.start + found.end()), known=False)
        parts += known[0] if len(known) == 1 else (verb,)
        at = found.end()
    if at < len(text):
        parts.append(Literal(text[at:], Span(span.start + at, span.end)))
    return [tuple(parts)]


# --- uses of literals ------------------------------------------------------------------------


def _used(group: _Group, function: str) -> Iterator[Used]:
    """Yield the literals of a group in the arguments of a *function*."""
    for index, command in enumerate(group.commands):
        words = [item.text for item in command if isinstance(item, _Word)]
        infix = next((word for word in words if word in ("==", "!=", "in", "is", "~", "+")), None)
        if infix:
            own = infix
        elif isinstance(command[0] if command else None, _Word):
            own = words[0]
        else:
            following = group.commands[index + 1 : index + 2]
            first = following[0][0] if following and following[0] else None
            own = first.text if isinstance(first, _Word) else function
        own = next(
            (each.text for each in command[1:] if isinstance(each, _Word) and each.text in ("or", "if")), own
        )
        for item in command:
            if isinstance(item, Literal):
                yield Used(item, own)
            elif isinstance(item, _Group):
                yield from _used(item, own)
