"""YAML as a tree with places, for the formats that are written in it.

Nothing is ever loaded or dumped: a document is read into a light tree in which
each scalar knows its characters in the text (see ``scalars``), and whoever edits
splices those.  The proof of an edit is made from the same tree (see ``tokens``).

A file is split at its ``---`` lines first, so that one bad document costs no
other.  JSON is read as the YAML that it nearly is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from rewrite_refs.errors import ParseError, Problem
from rewrite_refs.text.outline import Token
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Span
from rewrite_refs.yaml.nodes import Mapping, Node, Root, Sequence, fields, is_null, is_text, items
from rewrite_refs.yaml.parsing import Events, read
from rewrite_refs.yaml.tokens import Use, tokens

__all__ = [
    "Document",
    "Mapping",
    "Node",
    "Sequence",
    "documents",
    "fields",
    "is_null",
    "is_text",
    "items",
    "outline",
    "parse",
    "roots",
    "split",
]


class Document:
    """A document of a text, which is parsed when somebody asks, and only once.

    Attributes:
        whole: The text that it is a part of; places of its nodes are offsets there.
        span: Its place in that text.
        text: Its own characters.
    """

    __slots__ = ("_problems", "_roots", "span", "text", "whole")

    def __init__(self, whole: str, span: Span) -> None:
        self.whole = whole
        self.span = span
        self.text = whole[span.start : span.end]
        self._roots: list[Root] | None = None
        self._problems: tuple[Problem, ...] = ()

    def _read(self) -> list[Root]:
        if self._roots is None and not self._problems:
            try:
                self._roots = read(self.whole, self.span)
            except ParseError as error:
                self._problems = error.problems
        if self._roots is None:
            raise ParseError(self._problems)
        return self._roots

    def roots(self) -> list[Node]:
        """Its root nodes, with places of the whole text; mostly one.  Raises ParseError each time."""
        return [root.node for root in self._read()]

    @property
    def is_readable(self) -> bool:
        """Whether it can be parsed."""
        try:
            return self._read() is not None
        except ParseError:
            return False

    def tokens(self, use: Use = lambda top, key: None) -> list[Token]:
        """Its tokens (see ``tokens.tokens``); one for the whole where it cannot be read."""
        try:
            return tokens(self.whole, self._read(), use)
        except ParseError:
            return [Token("unreadable", self.text, self.span)]


def split(text: str) -> list[Span]:
    """The documents of a text.  A part may still hold several, after ``...`` or directives."""
    if text.startswith(("%", "\ufeff%")) or "\n%" in text:
        return [Span(0, len(text))]
    starts, at = [0], text.find("\n---")
    while at >= 0:
        if text[at + 4 : at + 5] in " \t\r\n":  # the empty string, at the end of the text, too
            starts.append(at + 1)
        at = text.find("\n---", at + 4)
    return [Span(*pair) for pair in pairwise([*starts, len(text)])]


def documents(text: str) -> list[Document]:
    """The documents of a text, none of them parsed yet; for ``Source.once``, which keeps them."""
    return [Document(text, span) for span in split(text)]


def parse(text: str, span: Span, events: Events | None = None) -> list[Node]:
    """The root nodes of the document at *span* of a text.

    Raises ParseError for whatever a parser has against it.
    """
    return [root.node for root in read(text, span, events)]


def roots(
    source: Source,
    wanted: Callable[[str], bool],
    expected: Callable[[str], bool],
    problems: list[Problem],
) -> Iterator[Node]:
    """The root nodes of the documents of a text that are *wanted*.

    A document that cannot be read is put on *problems* if it is *expected* to
    be readable, and passed over otherwise.
    """
    for document in source.once(documents):
        if not wanted(document.text):
            continue
        try:
            yield from document.roots()
        except ParseError as error:
            if expected(document.text):
                template = "{{" in document.text or "{%" in document.text
                problems += [each._replace(template=template) for each in error.problems]


def outline(
    source: Source,
    wanted: Callable[[str], bool] = lambda document: True,
    use: Use = lambda top, key: None,
) -> list[Token]:
    """The tokens of a text: everything that an edit of scalars must leave alone.

    A document that is not *wanted* is one token.  *use* tells from the top and the
    nearest key of a place what is made of a text there; a scalar that aliases put
    into places with different uses has a token that forbids every edit.
    """
    result: list[Token] = []
    for document in source.once(documents):
        if wanted(document.text):
            result += document.tokens(use)
        else:
            result.append(Token("passed over", document.text, document.span))
    return result
