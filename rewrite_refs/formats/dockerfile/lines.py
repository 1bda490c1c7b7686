"""The logical lines of a Dockerfile, with the source offset of each character.

This follows BuildKit's ``frontend/dockerfile/parser`` (``Parse``,
``DirectiveParser``, ``heredocsFromLine``): parser directives, the escape
character, continuations over comments and blank lines, and heredocs.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rewrite_refs.errors import ParseError, Problem
from rewrite_refs.formats.dockerfile.words import BLANKS, SPACES
from rewrite_refs.text.chars import Chars
from rewrite_refs.text.spans import Span

SPACES += "\u2028\u2029\u202f\u205f\u3000"
BOM = "\ufeff"
TOO_DEEP = "its variables are nested too deeply"
MAX_LINE = 65536  # bytes: bufio.MaxScanTokenSize, the newline included

_DIRECTIVE = re.compile(r"([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.+?)[\t\n\f\r ]*\Z")
_HEREDOC = re.compile(r"(\d*)<<(-?)[\t\n\f\r ]*([^<]*)\Z", re.ASCII)
_PARAMETER = re.compile(r"\d+|[@*#?\-$!]|\w+")
_CONTINUED = {
    "\\": re.compile(r"(?:(?<=[^\\])|\A)\\[ \t]*\Z"),
    "`": re.compile(r"(?:(?<=[^`])|\A)`[ \t]*\Z"),
}


class Line(NamedTuple):
    """A line without its end; ``start`` is the offset of its first character."""

    start: int
    text: str
    end: str


class Directive(NamedTuple):
    """A parser directive; ``start`` is the offset of its value."""

    name: str
    value: str
    start: int


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its logical line, continuations joined.

    ``segments`` are pairs of an index in ``text`` and its source offset.  Line
    numbers count from 0: ``first`` to ``last`` contain the instruction,
    ``heredocs`` the bodies with their end marks.
    """

    text: str
    segments: tuple[tuple[int, int], ...]
    first: int
    last: int
    heredocs: tuple[range, ...]

    @property
    def keyword(self) -> str:
        """The instruction's name in lower case."""
        return BLANKS.split(self.text.strip(SPACES), maxsplit=1)[0].lower()

    def offset(self, index: int) -> int:
        """Return the source offset of character *index* of ``text``."""
        at, start = self.segments[bisect_right(self.segments, (index, 1 << 62)) - 1]
        return start + index - at

    def origins(self) -> list[int]:
        """Return the source offset of every character."""
        return [self.offset(index) for index in range(len(self.text))]

    def chars(self, indices: Sequence[int]) -> Chars:
        """Return the characters at *indices*, with their places."""
        places = [Span(start, start + 1) for start in map(self.offset, indices)]
        return Chars("".join(self.text[index] for index in indices), places)


@dataclass(frozen=True, slots=True)
class Script:
    """A Dockerfile as a list of instructions."""

    lines: tuple[Line, ...]
    directives: tuple[Directive, ...]
    escape: str
    instructions: tuple[Instruction, ...]
    skipped: frozenset[int]  # numbers of blank lines inside continuations


def refuse(offset: int, message: str) -> ParseError:
    """Return the error for a file that BuildKit's parser would reject too."""
    return ParseError([Problem(offset, f"not a valid Dockerfile: {message}")])


def scan(text: str) -> Script:
    """Split *text* into instructions.

    Raises:
        ParseError: BuildKit's parser would reject the text.
    """
    lines = tuple(_lines(text))
    directives, escape = _directives(lines)
    continued = _CONTINUED[escape]
    instructions: list[Instruction] = []
    skipped: set[int] = set()
    number = 0
    while number < len(lines):
        first, start = number, lines[number].start
        text_, lead = _stripped(lines[number].text)
        number += 1
        if not text_ or text_.startswith("#"):
            continue
        joined, segments, length = [], [], 0
        part, start = text_, start + lead
        while True:
            match = continued.search(part)
            part = part[: match.start()] if match else part
            joined.append(part)
            segments.append((length, start))
            length += len(part)
            if not match:
                break
            while number < len(lines) and _idle(lines[number].text):
                if not lines[number].text.strip(SPACES):
                    skipped.add(number)
                number += 1
            if number == len(lines):
                break
            start, part = lines[number].start, lines[number].text
            number += 1
        logical = "".join(joined)
        last = number - 1
        bodies: list[range] = []
        for name, chomp in _heredocs(logical, escape):
            body = number
            while number < len(lines):
                mark = lines[number].text
                number += 1
                if (mark.lstrip("\t") if chomp else mark) == name:
                    break
            else:
                raise refuse(lines[first].start, f"the heredoc {name!r} has no end mark")
            bodies.append(range(body, number))
        instructions.append(Instruction(logical, tuple(segments), first, last, tuple(bodies)))
    if not instructions:
        raise refuse(0, "it has no instructions")
    return Script(lines, directives, escape, tuple(instructions), frozenset(skipped))


def syntax(text: str) -> Directive | None:
    """Return the ``# syntax=`` directive that chooses a frontend image, or None.

    The directive must start in column 1 of the block at the top of the file;
    a line ``#!`` before it is skipped, and only its first word counts.

    Source: ``DetectSyntax`` of BuildKit.
    """
    lines = list(_lines(text))
    if lines and lines[0].text.startswith("#!"):
        del lines[0]
    seen: set[str] = set()
    for line in lines:
        found = _directive(line)
        if found is None or line.text.startswith(tuple(SPACES)) or found.name in seen:
            return None
        if found.name == "syntax":
            word = found.value.split(" ", 1)[0]
            return found._replace(value=word)
        seen.add(found.name)
    return None


def is_json(rest: str) -> list[object] | None:
    """Return the list if *rest* is the JSON form of arguments, else None."""
    if not rest.lstrip(SPACES).startswith("["):
        return None
    import json

    try:
        value = json.loads(rest.strip(SPACES), parse_constant=_no_number, parse_float=_no_number)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None


def _no_number(text: str) -> float:
    """Return a number; raise ValueError for one that Go rejects in JSON."""
    if abs(value := float(text)) < float("inf"):
        return value
    raise ValueError(text)


def _lines(text: str) -> Iterator[Line]:
    at = 0
    if text.startswith(BOM):
        at = 1
    while at < len(text):
        newline = text.find("\n", at)
        stop = len(text) if newline < 0 else newline + 1
        whole = text[at:stop]
        if len(whole) > MAX_LINE // 4 and len(whole.encode("utf-8", "replace")) >= MAX_LINE + (newline >= 0):
            raise refuse(at, f"a line is longer than {MAX_LINE - 1} bytes")
        bare = whole.rstrip("\r\n")
        yield Line(at, bare, whole[len(bare) :])
        at = stop


def _stripped(text: str) -> tuple[str, int]:
    bare = text.lstrip(SPACES)
    return bare, len(text) - len(bare)


def _idle(text: str) -> bool:
    """Whether a line inside a continuation is a comment or blank."""
    bare = text.lstrip(SPACES)
    return not bare or bare.startswith("#")


def _directive(line: Line) -> Directive | None:
    bare, lead = _stripped(line.text)
    if not bare.startswith("#"):
        return None
    inner, more = _stripped(bare[1:])
    match = _DIRECTIVE.match(inner)
    if not match or match[1].lower() not in ("syntax", "escape", "check"):
        return None
    return Directive(match[1].lower(), match[2], line.start + lead + 1 + more + match.start(2))


def _directives(lines: Sequence[Line]) -> tuple[tuple[Directive, ...], str]:
    found: list[Directive] = []
    escape = "\\"
    for line in lines:
        directive = _directive(line)
        if directive is None:
            break
        if any(directive.name == other.name for other in found):
            raise refuse(line.start, f"the directive {directive.name} is duplicated")
        if directive.name == "escape":
            if directive.value not in _CONTINUED:
                raise refuse(line.start, f"{directive.value!r} is not a valid escape character: use \\ or `")
            escape = directive.value
        found.append(directive)
    return tuple(found), escape


def _heredocs(text: str, escape: str) -> Iterator[tuple[str, bool]]:
    """Yield the name of each heredoc of an instruction, and whether it has a ``-``."""
    if "<<" not in text or not _takes_heredocs(text, escape):
        return
    for word in _raw_words(text):
        match = _HEREDOC.match(word)
        if match and match[3]:
            name = _single_word(match[3])
            if name is not None:
                yield name, match[2] == "-"


def _takes_heredocs(text: str, escape: str) -> bool:
    from rewrite_refs.formats.dockerfile.words import split_flags

    keyword, rest = split_keyword(text)
    if keyword == "onbuild":
        keyword, rest = split_keyword(rest[split_flags(rest, escape)[1] :])
    if keyword not in ("run", "copy", "add"):
        return False
    return is_json(rest[split_flags(rest, escape)[1] :]) is None


def split_keyword(text: str) -> tuple[str, str]:
    """Return the instruction's name in lower case, and the rest of its line."""
    keyword, *rest = BLANKS.split(text.strip(SPACES), maxsplit=1)
    return keyword.lower(), rest[0] if rest else ""


def _raw_words(text: str) -> list[str]:
    """Return the words of a line for heredoc detection, quotes and escapes kept.

    BuildKit uses the backslash here whatever the escape directive is, and ignores the
    whole line if a quote, a brace or a modifier is wrong.
    """
    words: list[str] = []
    word = ""
    at = 0
    while at < len(text):
        char = text[at]
        stop = at + 1
        if char in "'\"":
            stop = _closing_quote(text, at)
        elif text.startswith("<<", at):
            stop = at + 2
            while text[stop : stop + 1] in ("\t", "\r", " "):
                stop += 1
        elif char == "\\":
            stop = at + 2
        elif text.startswith("${", at):
            stop = _closing_brace(text, at)
            if not re.fullmatch(r"\$\{\w*\}", text[at:stop]):
                word = ""  # with a modifier, BuildKit drops the part of the word before it
        if stop < 0:
            return []
        if char in SPACES:
            words += [word] if word else []
            word = ""
        else:
            word += text[at:stop]
        at = stop
    return [*words, word] if word else words


def _closing_quote(text: str, at: int) -> int:
    """Return the index after the quote that closes the one at *at*, or -1."""
    quote, at = text[at], at + 1
    while at < len(text):
        if text[at] == quote:
            return at + 1
        if quote == '"' and text.startswith("${", at):
            at = _closing_brace(text, at)
            if at < 0:
                return -1
        else:
            at += 2 if text[at] == "\\" and quote == '"' else 1
    return -1


def _closing_brace(text: str, at: int) -> int:
    """Return the index after the brace that closes the ``${`` at *at*, or -1."""
    at += 2
    if text[at : at + 1] in ("", "{", "}", ":"):
        return -1
    match = _PARAMETER.match(text, at)
    at = match.end() if match else at
    operator = text[at : at + 1]
    at += 1
    if operator == "}":
        return at
    if operator == ":":
        if text[at : at + 1] in ("", "#", "%"):
            return -1
        return _past(text, at + 1, "}")
    if operator in ("+", "-", "?", "#", "%") and operator:
        return _past(text, at, "}")
    if operator == "/":
        at = _past(text, at + text.startswith("/", at), "/")
        return _past(text, at, "}") if at > 0 else -1
    return -1


def _past(text: str, at: int, stop: str) -> int:
    """Return the index after the first *stop* outside quotes and variables, or -1."""
    while 0 <= at < len(text):
        char = text[at]
        if char == stop:
            return at + 1
        if char in "'\"":
            at = _closing_quote(text, at)
        elif text.startswith("${", at):
            at = _closing_brace(text, at)
        else:
            at += 2 if char == "\\" else 1
    return -1


def _single_word(mark: str) -> str | None:
    """Return a heredoc's name without quotes and escapes; None if it is empty.

    *mark* comes from ``_raw_words``: its quotes are closed, and blanks are quoted.
    """
    name: list[str] = []
    at = 0
    while at < len(mark):
        char = mark[at]
        stop = at + 1
        if char in "'\"":
            stop = _closing_quote(mark, at)
            name.append(mark[at + 1 : stop - 1])
        elif char == "\\":
            stop = at + 2
            name.append(mark[at + 1 : stop])
        else:
            name.append(char)
        at = stop
    return "".join(name) or None
