"""Comments that leave a reference as it is.

``# rewrite-refs: ignore[rule, rule] reason`` on the line of a reference, or
alone on the line above it, and ``# rewrite-refs: ignore-file[rule] reason`` in
the first ten lines of a file.  Without rules it is for all of them.  ``//``, the
comments of templates (``{{/* */}}``, ``{{! }}``, ``{# #}``) and ``<!-- -->`` do as well.  In a
Dockerfile only a line above works, because there ``FROM x # text`` is no comment.
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

# Of YAML and Dockerfiles, JSON with comments, Go's templates, Mustache, Jinja, and HTML in templates.
_MARK = r"(?:(?<![^\s\ufeff])\#|//|\{\{-?\s*/\*|\{\{!|\{\#-?|<!--)"
_COMMENT = re.compile(
    _MARK
    + r"\s*rewrite-refs:[ \t]*(?P<word>[\w-]+)(?:[ \t]*\[(?P<rules>[^\]\n]*)(?:\]|$))?(?P<reason>[^\n]*)",
    re.MULTILINE,
)
_NAME = re.compile(r"[^\s,]+")
_ANY_COMMENT = re.compile(r"[\s\ufeff]*(?:#|//|\{\{-?\s*/\*|\{\{!|\{#|<!--)")
# A key without a value on its line, but perhaps with an anchor, a tag or the header of a block.
_KEY = re.compile(r":(?:[ \t]+[&!]\S*)*(?:[ \t]+[>|][-+0-9]*)?[ \t]*(?:[ \t]#.*)?\Z")
_END = re.compile(r"\s*(?:\*/\s*-?\}\}|\}\}|-?#\}|-->)?\s*\Z")
_ALIAS = re.compile(r"(?:^|[\s:,\[{-])\*[\w.-]+[ \t]*[,}\]]*[ \t]*(?:[ \t]#.*)?\Z")
_CONTINUED = re.compile(r"[\\`][ \t]*\Z")
_NEAR_THE_TOP = 10


class Named(NamedTuple):
    """The name of a rule in a comment, and where it stands."""

    rule: str
    span: Span


class Comment(NamedTuple):
    """A comment for this tool.

    ``rules`` is None where it names none.  ``lines`` are the numbers of those that
    it is for, and None stands for all.  ``lost`` says why it is for none.
    """

    word: str
    span: Span
    rules: tuple[Named, ...] | None
    lines: range | None
    reason: str = ""
    lost: str | None = None

    def names(self, rules: Collection[str]) -> bool:
        """Whether it is for what breaks one of some *rules*."""
        return self.rules is None or any(named.rule in rules for named in self.rules)


class Comments(NamedTuple):
    """The comments of a text, in order, and those that have an effect by the lines that they are for."""

    all: tuple[Comment, ...] = ()
    whole: tuple[Comment, ...] = ()
    by_line: Mapping[int, Sequence[Comment]] = {}

    def covering(self, lines: Iterable[int], rules: Collection[str]) -> Comment | None:
        """The first that leaves what breaks one of some *rules* in some *lines*; a blanket one needs none."""
        found = (each for line in lines for each in self.by_line.get(line, ()))
        return next((each for each in (*self.whole, *found) if each.names(rules)), None)


def comments(source: Source, own_line: bool = False) -> Comments:
    """Return the comments of a text; *own_line* is set where none can end a line."""
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
    """The numbers of the lines in which a reference stands, with those of its key and of its variables."""
    spans = (occurrence.span, occurrence.site, *(piece.span for piece in occurrence.pieces))
    numbers = {lines.position(span.start)[0] for span in spans if span}
    key = _key_above(lines, *lines.position(occurrence.span.start))
    return frozenset({*numbers, key} if key else numbers)


def _key_above(lines: Lines, number: int, column: int) -> int | None:
    """The line of the key whose value begins on a line below it, at a *column* of line *number*."""
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
    """Where the word and the rules of a comment end."""
    return found.end("rules") + 1 if found["rules"] is not None else found.end("word")


def _below(lines: Lines, number: int, own_line: bool) -> range:
    """The lines that a comment in line *number* is for: the next that is none, and its continuation."""
    first = number + 1
    while _ANY_COMMENT.match(lines.line(first)):
        first += 1
    last = first
    while own_line and (_CONTINUED.search(lines.line(last)) or _ANY_COMMENT.match(lines.line(last))):
        last += 1
    return range(first, last + 1)
