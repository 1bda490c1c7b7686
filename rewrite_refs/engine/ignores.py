"""Ignore comments: comments that leave references unchanged.

``# rewrite-refs: ignore[rule, rule] reason`` on the line of a reference, or
alone on the line above it, and ``# rewrite-refs: ignore-file[rule] reason`` in
the first ten lines of a file.  A comment without rules applies to all of them.  ``//``, the
comments of templates (``{{/* */}}``, ``{{! }}``, ``{# #}``) and ``<!-- -->`` are also accepted.  In a
Dockerfile only a line above works, because there ``FROM x # text`` is not a comment.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from rewrite_refs.text.lines import Lines
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence, Span

WORD = "rewrite-refs:"
WORDS = ("ignore", "ignore-file")
NOT_NEAR = "it has an effect only in the first ten lines of a file: move it there"
AT_ANCHOR = "the text of an alias is at its anchor: write the comment there"
NOT_ABOVE = "in a Dockerfile a comment needs its own line: write it above the instruction"

# Comments of YAML and Dockerfiles, JSON with comments, Go templates, Mustache, Jinja, and HTML in templates.
_MARK = r"(?:(?<![^\s\ufeff])\#|//|\{\{-?\s*/\*|\{\{!|\{\#-?|<!--)"
_COMMENT = re.compile(
    _MARK
    + r"\s*rewrite-refs:[ \t]*(?P<word>[\w-]+)(?:[ \t]*\[(?P<rules>[^\]\n]*)(?:\]|$))?(?P<reason>[^\n]*)",
    re.MULTILINE,
)
_NAME = re.compile(r"[^\s,]+")
_ANY_COMMENT = re.compile(r"[\s\ufeff]*(?:#|//|\{\{-?\s*/\*|\{\{!|\{#|<!--)")
# A key without a value on its line; an anchor, a tag or the header of a block may follow it.
_KEY = re.compile(r":(?:[ \t]+[&!]\S*)*(?:[ \t]+[>|][-+0-9]*)?[ \t]*(?:[ \t]#.*)?\Z")
_END = re.compile(r"\s*(?:\*/\s*-?\}\}|\}\}|-?#\}|-->)?\s*\Z")
_ALIAS = re.compile(r"(?:^|[\s:,\[{-])\*[\w.-]+[ \t]*[,}\]]*[ \t]*(?:[ \t]#.*)?\Z")
_CONTINUED = re.compile(r"[\\`][ \t]*\Z")
_NEAR_THE_TOP = 10


class Named(NamedTuple):
    """The name of a rule in a comment, and its span."""

    rule: str
    span: Span


class Comment(NamedTuple):
    """An ignore comment.

    Attributes:
        word: The word after ``rewrite-refs:``; only those in ``WORDS`` are known.
        span: The comment as far as its word and its rules.
        rules: The rules that it names; None where it names none.
        lines: The numbers (from 1) of the lines that it applies to; None for the whole file.
        reason: The reason that is given in the comment.
        lost: Why the comment has no effect; None where it has one.
    """

    word: str
    span: Span
    rules: tuple[Named, ...] | None
    lines: range | None
    reason: str = ""
    lost: str | None = None

    def names(self, rules: Collection[str]) -> bool:
        """Whether the comment applies to at least one of the *rules*."""
        return self.rules is None or any(named.rule in rules for named in self.rules)


class Comments(NamedTuple):
    """The ignore comments of a text.

    Attributes:
        all: All of them, in order.
        whole: Those that have an effect on the whole file.
        by_line: Those that have an effect on single lines, by the number of the line.
    """

    all: tuple[Comment, ...] = ()
    whole: tuple[Comment, ...] = ()
    by_line: Mapping[int, Sequence[Comment]] = {}

    def covering(self, lines: Iterable[int], rules: Collection[str]) -> Comment | None:
        """Return the first comment that applies to some of the *lines* and *rules*.

        A comment without rules matches even where *rules* is empty.  None if no comment matches.
        """
        found = (each for line in lines for each in self.by_line.get(line, ()))
        return next((each for each in (*self.whole, *found) if each.names(rules)), None)


def comments(source: Source, own_line: bool = False) -> Comments:
    """Return the comments of a text; set *own_line* where a comment cannot end a line."""
    if WORD not in source.text:
        return Comments()
    return source.once(_on_own_lines if own_line else _anywhere)


def _on_own_lines(text: str) -> Comments:
    return _comments(text, own_line=True)


def _anywhere(text: str) -> Comments:
    return _comments(text, own_line=False)


def _comments(text: str, own_line: bool) -> Comments:
    lines = Lines(text)
    found = tuple(_read(lines, each, own_line) for each in _COMMENT.finditer(text))
    whole: list[Comment] = []
    by_line: dict[int, list[Comment]] = {}
    for each in found:
        if each.word in WORDS and not each.lost:
            if each.lines is None:
                whole.append(each)
            for line in each.lines or ():
                by_line.setdefault(line, []).append(each)
    return Comments(found, tuple(whole), by_line)


def lines_of(occurrence: Occurrence, lines: Lines) -> frozenset[int]:
    """Return the numbers of the lines of a reference, of its key and of its variables."""
    spans = (occurrence.span, occurrence.site, *(piece.span for piece in occurrence.pieces))
    numbers = {lines.position(span.start)[0] for span in spans if span}
    key = _key_above(lines, *lines.position(occurrence.span.start))
    return frozenset({*numbers, key} if key else numbers)


def _key_above(lines: Lines, number: int, column: int) -> int | None:
    """Return the line of the key whose value begins on a line below it, or None.

    Args:
        lines: The lines of the text.
        number: The line of the value, from 1.
        column: The column of the value in its line, from 1.
    """
    if lines.line(number)[: column - 1].strip(" \t'\""):
        return None
    above = number - 1
    while above > 0 and (_ANY_COMMENT.match(lines.line(above)) or not lines.line(above).strip()):
        above -= 1
    return above if _KEY.search(lines.line(above)) else None


def _read(lines: Lines, found: re.Match[str], own_line: bool) -> Comment:
    number, column = lines.position(found.start())
    before = lines.line(number)[: column - 1].strip(" \t\ufeff")
    alone = not before
    rules = None
    if found["rules"] is not None and found["rules"].strip():
        start = found.start("rules")
        rules = tuple(
            Named(each[0], Span(start + each.start(), start + each.end()))
            for each in _NAME.finditer(found["rules"])
        )
    reason = _END.sub("", found["reason"]).strip(" \t:-")
    comment = Comment(found["word"], Span(found.start(), _stop(found)), rules, range(0), reason)
    if comment.word == "ignore-file":
        if alone and number <= _NEAR_THE_TOP:
            return comment._replace(lines=None)
        return comment._replace(lost=NOT_NEAR)
    covered = _below(lines, number, own_line) if alone else range(number, number + 1)
    if own_line:
        return comment._replace(lines=covered, lost=None if alone else NOT_ABOVE)
    is_alias = _ALIAS.search(lines.line(covered.start) if alone else before)
    return comment._replace(lines=covered, lost=AT_ANCHOR if is_alias else None)


def _stop(found: re.Match[str]) -> int:
    """Return the offset at which the word and the rules of a comment end."""
    return found.end("rules") + 1 if found["rules"] is not None else found.end("word")


def _below(lines: Lines, number: int, own_line: bool) -> range:
    """Return the lines that a comment alone in line *number* applies to.

    These are the next line that is not a comment, and with *own_line* its continuation.
    """
    first = number + 1
    while _ANY_COMMENT.match(lines.line(first)):
        first += 1
    last = first
    while own_line and (_CONTINUED.search(lines.line(last)) or _ANY_COMMENT.match(lines.line(last))):
        last += 1
    return range(first, last + 1)
