"""Variables in Compose files, as the Compose specification defines them.

    ${REGISTRY:-docker.io}/library/postgres:16     a default can be rewritten
    ${REGISTRY:-}postgres:16                       an empty default can be set to a registry
    acme/web:${TAG}                                a variable without a default is a hole

A hole is a part of unknown value.  ``$VAR`` and ``${VAR}``, ``${VAR:?error}`` and ``${VAR?error}``
are holes, and so is ``${VAR:+other}``, which depends on whether the variable is set.  Of
``${VAR:-default}`` and ``${VAR-default}`` the default is read, with the variables in it.  ``$$`` is
a dollar sign.  An ``.env`` file is not part of the text, so it is not read.  A ``{{ placeholder }}``
of a template engine is a hole as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rewrite_refs.text.chars import Chars
from rewrite_refs.text.spans import Piece, Span

# Defaults in defaults; real files nest only a few.
MAX_DEPTH = 16

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_START = re.compile(
    rf"(?P<dollar>\$\$)|\$(?P<plain>{_NAME})|\$\{{(?P<braced>{_NAME})|(?P<template>\{{\{{)|(?P<bad>\$)"
)
_BRACE = re.compile(r"[{}]")
_OPENED = re.compile(rf"\$\{{({_NAME}):?-\Z")
_MAX_NAME = 200


class InvalidInterpolation(ValueError):
    """Compose rejects the text; the message gives the reason."""


def expand(chars: Chars) -> tuple[Piece, ...]:
    """Return the pieces of a text with its variables expanded.

    Raises:
        InvalidInterpolation: Compose would reject the text.
    """
    return tuple(_expand(chars, 0))


def variable_of(text: str, place: Span) -> str | None:
    """Return the variable whose whole default (``${NAME:-default}``) is at a span."""
    found = _OPENED.search(text, max(place.start - _MAX_NAME, 0), place.start)
    return found[1] if found and text.startswith("}", place.end) else None


def as_chars(pieces: Iterable[Piece]) -> Chars:
    """Return the characters of some pieces, with places except for holes."""
    text = ""
    places: list[Span | None] = []
    for piece in pieces:
        text += piece.text
        if piece.span is not None and piece.known and piece.verbatim:
            places += [Span(at, at + 1) for at in range(*piece.span)]
        else:
            places += [piece.span if piece.known else None] * len(piece.text)
    return Chars(text, places)


def _expand(chars: Chars, depth: int) -> Iterator[Piece]:
    text, at = chars.text, 0
    while found := _START.search(text, at):
        yield from chars.slice(at, found.start()).pieces()
        at = found.end()
        if found["dollar"]:
            place = _covering(chars, found.start(), at)
            yield Piece("$", place)
        elif found["plain"]:
            yield _hole(chars, found.start(), at)
        elif found["template"]:
            end = text.find("}}", at)
            at = end + 2 if end >= 0 else len(text)
            yield _hole(chars, found.start(), at)
        elif found["braced"]:
            end = _closing(text, at)
            yield from _variable(chars, found.start(), at, end, depth)
            at = end + 1
        else:
            raise InvalidInterpolation(
                f"{text[found.start() :]!r} is not a valid variable; write a dollar as $$"
            )
    yield from chars.slice(at, len(text)).pieces()


def _variable(chars: Chars, start: int, name_end: int, end: int, depth: int) -> Iterator[Piece]:
    """Yield the pieces of ``${NAME...}`` from *start* to its brace at *end*."""
    rest = chars.text[name_end:end]
    operator = rest[:2] if rest.startswith(":") else rest[:1]
    if operator in ("-", ":-") and depth < MAX_DEPTH:
        default = name_end + len(operator)
        if default < end:
            yield from _expand(chars.slice(default, end), depth + 1)
        elif place := chars.places[end]:
            yield Piece("", Span(place.start, place.start))
    elif operator in ("", "-", ":-", "+", ":+", "?", ":?"):
        yield _hole(chars, start, end + 1)
    else:
        raise InvalidInterpolation(f"Compose does not support {chars.text[start : end + 1]}")


def _closing(text: str, at: int) -> int:
    """Return the index of the brace that closes the one opened before *at*."""
    depth = 1
    for brace in _BRACE.finditer(text, at):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return brace.start()
    raise InvalidInterpolation("a ${ is not closed")


def _hole(chars: Chars, start: int, end: int) -> Piece:
    """Return a piece of unknown value, as it is written."""
    return Piece(chars.text[start:end], _covering(chars, start, end), known=False)


def _covering(chars: Chars, start: int, end: int) -> Span | None:
    """Return the source span of some characters, or None if they have none."""
    first, last = chars.places[start], chars.places[end - 1]
    return Span(first.start, last.end) if first and last else None
