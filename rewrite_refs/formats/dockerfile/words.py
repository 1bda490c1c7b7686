"""Words of a Dockerfile: flags, words of ARG, and the expansion of variables.

This follows BuildKit: ``extractBuilderFlags`` and ``parseWords`` of
``frontend/dockerfile/parser`` and the ``Lex`` of ``frontend/dockerfile/shell``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rewrite_refs.text.chars import Chars
from rewrite_refs.text.spans import Piece, Span


class BadSubstitution(ValueError):
    """BuildKit cannot expand the word; the message gives the reason."""


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a variable.

    ``pieces`` is None if only a build argument, or the platform of the build,
    sets it.
    """

    pieces: tuple[Piece, ...] | None

    @property
    def text(self) -> str:
        """The value as text."""
        return "".join(piece.text for piece in self.pieces or ())


Scope = Mapping[str, Value]


def split_flags(text: str, escape: str) -> tuple[list[list[int]], int]:
    """Return the leading ``--flags`` of *text*, and the index where the rest starts.

    Each flag is a list of the indices of its characters, without quotes and
    escape characters, because BuildKit removes them.
    """
    flags: list[list[int]] = []
    at = 0
    while True:
        while at < len(text) and text[at] in SPACES:
            at += 1
        if not text.startswith("--", at):
            return flags, at
        word: list[int] = []
        quote = ""
        while at < len(text):
            char = text[at]
            if not quote and _ends_flag(char):
                word += [at] if char > "\x7f" else []
                break
            if char == quote:
                quote = ""
            elif not quote and char in "'\"":
                quote = char
            elif char == escape:
                at += 1
                if at < len(text):
                    word.append(at)
            else:
                word.append(at)
            at += 1
        if "".join(text[index] for index in word) == "--":
            return flags, at
        flags.append(word)


def _ends_flag(char: str) -> bool:
    """Whether BuildKit, which reads flags byte by byte, finds a blank in a character."""
    return char in SPACES or (char > "\x7f" and not {0x85, 0xA0}.isdisjoint(char.encode("utf-8", "replace")))


def split_words(text: str, escape: str) -> list[list[int]]:
    """Return the words of *text* as indices of characters, with quotes and escapes."""
    words: list[list[int]] = []
    word: list[int] = []
    quote = ""
    at = 0
    while at < len(text):
        char = text[at]
        if not quote and char in SPACES:
            if word:
                words.append(word)
                word = []
            at += 1
            continue
        if char == escape and quote != "'":
            if at + 1 < len(text):
                word += [at, at + 1]
            at += 2
            continue
        if not quote and char in "'\"":
            quote = char
        elif char == quote:
            quote = ""
        word.append(at)
        at += 1
    return [*words, word] if word else words


def expand(word: Chars, scope: Scope, escape: str) -> tuple[Piece, ...]:
    """Return *word* as pieces, with quotes removed and variables replaced.

    A variable that only a build argument sets becomes a piece of unknown value.

    Raises:
        BadSubstitution: BuildKit cannot expand the word.
    """
    return _joined(_Expansion(word, scope, escape).run())


def empty_at(word: Chars, offset: int) -> Piece:
    """Return an empty piece at *offset*, or inside the quotes of *word*."""
    place = word.places[0] if word.text[:1] in ("'", '"') else None
    at = place.end if place else offset
    return Piece("", Span(at, at))


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Return the pieces, with those that are adjacent in the source joined."""
    result: list[Piece] = []
    for piece in pieces:
        last = result[-1] if result else None
        if (
            last is not None
            and last.known
            and piece.known
            and last.text
            and piece.text
            and last.span is not None
            and piece.span is not None
            and last.span.end == piece.span.start
        ):
            result[-1] = Piece(last.text + piece.text, Span(last.span.start, piece.span.end))
        else:
            result.append(piece)
    return tuple(result)


class _Expansion:
    """One pass over a word; the methods return pieces and advance ``at``."""

    def __init__(self, word: Chars, scope: Scope, escape: str) -> None:
        self.word, self.scope, self.escape = word, scope, escape
        self.at = 0

    def run(self, stop: str = "", raw: bool = False) -> list[Piece]:
        """Expand up to *stop*, or to the end; *raw* keeps the escapes of a pattern."""
        pieces: list[Piece] = []
        text = self.word.text
        while self.at < len(text):
            char = text[self.at]
            if char == stop:
                self.at += 1
                return pieces
            if char == "'":
                pieces += self._single()
            elif char == '"':
                pieces += self._double()
            elif char == "$":
                pieces += self._dollar()
            elif char == self.escape:
                if raw:
                    pieces.append(self._take())
                else:
                    self.at += 1
                if self.at < len(text):
                    pieces.append(self._take())
            else:
                pieces.append(self._take())
        if stop:
            raise BadSubstitution(f"a {stop} is missing")
        return pieces

    def _take(self) -> Piece:
        self.at += 1
        return Piece(self.word.text[self.at - 1], self.word.places[self.at - 1])

    def _single(self) -> list[Piece]:
        close = self.word.text.find("'", self.at + 1)
        if close < 0:
            raise BadSubstitution("a single quote is not closed")
        self.at += 1
        pieces = [self._take() for _ in range(self.at, close)]
        self.at += 1
        return pieces

    def _double(self) -> list[Piece]:
        text = self.word.text
        pieces: list[Piece] = []
        self.at += 1
        while self.at < len(text):
            char = text[self.at]
            if char == '"':
                self.at += 1
                return pieces
            if char == "$":
                pieces += self._dollar()
                continue
            if char == self.escape and text[self.at + 1 : self.at + 2] in ('"', "$", self.escape):
                self.at += 1
            pieces.append(self._take())
        raise BadSubstitution("a double quote is not closed")

    def _dollar(self) -> list[Piece]:
        start = self.at
        text = self.word.text
        dollar = self._take()
        if text[self.at : self.at + 1] != "{":
            name = self._name()
            return self._value(name, start) if name else [dollar]
        self.at += 1
        if text[self.at : self.at + 1] in ("", "{", "}", ":"):
            raise BadSubstitution("bad substitution")
        name = self._name()
        operator = text[self.at : self.at + 1]
        self.at += 1
        if operator == "}":
            return self._value(name, start)
        colon = operator == ":"
        if colon:
            operator = text[self.at : self.at + 1]
            self.at += 1
        if operator in ("-", "+", "?"):
            word = self.run("}")
            return self._chosen(name, operator, colon, word, start)
        if operator in ("#", "%") and not colon:
            pattern = "".join(piece.text for piece in self.run("}", raw=True))
            return self._changed(name, start, lambda value: _trimmed(value, operator, pattern))
        if operator == "/" and not colon:
            every = text[self.at : self.at + 1] == "/"
            self.at += every
            pattern = "".join(piece.text for piece in self.run("/", raw=True))
            new = "".join(piece.text for piece in self.run("}", raw=True))
            return self._changed(name, start, lambda value: _replaced(value, pattern, new, every))
        raise BadSubstitution(f"unsupported modifier {operator or 'at the end'}")

    def _name(self) -> str:
        text, start = self.word.text, self.at
        first = text[start : start + 1]
        if first.isdecimal():
            while text[self.at : self.at + 1].isdecimal():
                self.at += 1
        elif first and first in "@*#?-$!":
            self.at += 1
        else:
            while (char := text[self.at : self.at + 1]) and (
                char.isalpha() or char.isdecimal() or char == "_"
            ):
                self.at += 1
        return text[start : self.at]

    def _hole(self, start: int) -> list[Piece]:
        """Return the variable as it is written, as a piece of unknown value."""
        first, last = self.word.places[start], self.word.places[self.at - 1]
        span = Span(first.start, last.end) if first and last else None
        return [Piece(self.word.text[start : self.at], span, known=False)]

    def _value(self, name: str, start: int) -> list[Piece]:
        value = self.scope.get(name)
        if value is None:
            return []
        return self._hole(start) if value.pieces is None else list(value.pieces)

    def _chosen(self, name: str, operator: str, colon: bool, word: list[Piece], start: int) -> list[Piece]:
        value = self.scope.get(name)
        given = value is not None and value.pieces is None
        is_set = value is not None and not given and bool(value.text or not colon)
        if operator == "-":
            if is_set and value is not None:
                return list(value.pieces or ())
            # An empty default of the ARG can be filled in as well; it comes before the one in the braces.
            empty = [piece for piece in (value.pieces if value else None) or () if piece.span]
            close = self.word.places[self.at - 1]
            inner = [Piece("", Span(close.start, close.start))] if close else []
            return word or empty or inner
        if operator == "+":
            # Set by a build argument or empty by default, it may add text that the file does not show.
            return word if is_set else self._hole(start) if value is not None else []
        return list(value.pieces or ()) if is_set and value is not None else self._hole(start)

    def _changed(self, name: str, start: int, change: Callable[[list[Piece]], list[Piece]]) -> list[Piece]:
        value = self.scope.get(name)
        if value is None:
            return []
        if value.pieces is None or not all(piece.known for piece in value.pieces):
            return self._hole(start)
        return change(_single_characters(value.pieces))


def _single_characters(pieces: tuple[Piece, ...]) -> list[Piece]:
    result: list[Piece] = []
    for piece in pieces:
        for index, char in enumerate(piece.text):
            start = piece.span.start + index if piece.span else 0
            result.append(Piece(char, Span(start, start + 1) if piece.span else None))
    return result


def _regex(pattern: str, greedy: bool) -> str:
    """Return a shell pattern as a regular expression (convertShellPatternToRegex)."""
    result: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            result.append(".*" if greedy else ".*?")
        elif char == "?":
            result.append(".")
        elif char == "\\":
            escaped = pattern[at : at + 1]
            if escaped not in ("}", "/"):
                if escaped not in ("*", "?", "\\"):
                    raise BadSubstitution(f"invalid escape \\{escaped} in a pattern")
                at += 1
                result.append(re.escape(escaped))
        else:
            result.append(re.escape(char))
    return "".join(result)


def _trimmed(value: list[Piece], operator: str, pattern: str) -> list[Piece]:
    """Expand ``${name#pattern}`` and ``${name%pattern}``; ``##``: longest match."""
    greedy = pattern.startswith(operator)
    text = "".join(piece.text for piece in value)
    if operator == "#":
        match = re.match(_regex(pattern[greedy:], greedy), text)
        return value[match.end() :] if match else value
    whole = re.compile(_regex(pattern[greedy:], True))
    starts = range(len(text) + 1) if greedy else range(len(text), -1, -1)
    return next((value[:at] for at in starts if whole.fullmatch(text, at)), value)


def _replaced(value: list[Piece], pattern: str, new: str, every: bool) -> list[Piece]:
    """Expand ``${name/pattern/new}`` and ``${name//pattern/new}``."""
    text = "".join(piece.text for piece in value)
    result: list[Piece] = []
    at = 0
    for match in re.finditer(_regex(pattern, True), text):
        result += [*value[at : match.start()], Piece(new, None)]
        at = match.end()
        if not every:
            break
    return result + value[at:]


# Go's unicode.IsSpace; Python's str.strip() removes more.
SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"


BLANKS = re.compile(r"[\t\v\f\r ]+")
