"""Comments that leave a reference as it is.

``# rewrite-refs: ignore[rule, rule] reason`` on the line of a reference, or
alone on the line above it, and ``# rewrite-refs: ignore-file[rule] reason`` in
the first ten lines of a file.  Without rules it is for all of them.  ``//``, the
comments of templates (``{{/* */}}``, ``{{! }}``, ``{# #}``) and ``<!-- -->`` do as well.  In a
Dockerfile only a line above works, because there ``FROM x # text`` is no comment.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from rewrite_refs.source import Lines, Occurrence, Span

WORD = "rewrite-refs:"
WORDS = ("ignore", "ignore-file")
NOT_NEAR = "it counts only in the first ten lines of a file: move it there"
NOT_ABOVE = "in a Dockerfile a comment stands on a line of its own: write it above the instruction"

# Of YAML and Dockerfiles, JSON with comments, Go's templates, Mustache, Jinja, and HTML in templates.
_MARK = r"(?:(?<!\S)\#|//|\{\{-?\s*/\*|\{\{!|\{\#-?|<!--)"
_COMMENT = re.compile(
    _MARK
    + r"\s*rewrite-refs:[ \t]*(?P<word>[\w-]+)(?:[ \t]*\[(?P<rules>[^\]\n]*)(?:\]|$))?(?P<reason>[^\n]*)",
    re.MULTILINE,
)
_NAME = re.compile(r"[^\s,]+")
_ANY_COMMENT = re.compile(r"\s*(?:#|//|\{\{-?\s*/\*|\{\{!|\{#|<!--)")
_END = re.compile(r"\s*(?:\*/\s*-?\}\}|\}\}|-?#\}|-->)?\s*\Z")
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

    def covers(self, lines: Iterable[int], rule: str | None) -> bool:
        """Whether what breaks *rule* in one of some lines is to be left; None is for what breaks none."""
        if self.word not in WORDS or self.lost:
            return False
        if self.lines is not None and not any(line in self.lines for line in lines):
            return False
        return self.rules is None or any(named.rule == rule for named in self.rules)


def comments(text: str, lines: Lines, in_dockerfile: bool = False) -> tuple[Comment, ...]:
    """The comments of a *text* with such *lines*, in order."""
    if WORD not in text:
        return ()
    return tuple(_read(lines, found, in_dockerfile) for found in _COMMENT.finditer(text))


def lines_of(occurrence: Occurrence, lines: Lines) -> frozenset[int]:
    """The numbers of the lines in which a reference stands, those of its variables among them."""
    spans = (occurrence.span, *(piece.span for piece in occurrence.pieces))
    return frozenset(lines.position(span.start)[0] for span in spans if span)


def covering(found: Collection[Comment], numbers: Iterable[int], rule: str | None) -> Comment | None:
    """The first of the comments that leaves what breaks *rule* in some lines."""
    return next((each for each in found if each.covers(numbers, rule)), None) if found else None


def _read(lines: Lines, found: re.Match[str], in_dockerfile: bool) -> Comment:
    number, column = lines.position(found.start())
    alone = not lines.line(number)[: column - 1].strip()
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
    if not alone:
        return comment._replace(lines=range(number, number + 1), lost=NOT_ABOVE if in_dockerfile else None)
    return comment._replace(lines=_below(lines, number, in_dockerfile))


def _stop(found: re.Match[str]) -> int:
    """Where the word and the rules of a comment end."""
    return found.end("rules") + 1 if found["rules"] is not None else found.end("word")


def _below(lines: Lines, number: int, in_dockerfile: bool) -> range:
    """The lines that a comment in line *number* is for: the next that is none, and its continuation."""
    first = number + 1
    while _ANY_COMMENT.match(lines.line(first)):
        first += 1
    last = first
    while in_dockerfile and (_CONTINUED.search(lines.line(last)) or _ANY_COMMENT.match(lines.line(last))):
        last += 1
    return range(first, last + 1)
