"""YAML as a tree with source spans, for the formats that are based on it.

Nothing is ever loaded or dumped: a document is read into a light tree in which
each scalar has its span in the text (see ``scalars``), and edits splice these
characters.  The proof of an edit uses the same tree (see ``tokens``).

A file is split at its ``---`` lines first, so that an invalid document does not
affect the others.  JSON is read as YAML, of which it is almost a subset.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from rewrite_refs.errors import ParseError, Problem
from rewrite_refs.text.outline import Token
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Span
from rewrite_refs.yaml.nodes import (
    Mapping,
    Node,
    Root,
    Sequence,
    descendants,
    fields,
    is_null,
    is_text,
    items,
    mappings,
)
from rewrite_refs.yaml.parsing import Events, read
from rewrite_refs.yaml.tokens import Use, tokens

__all__ = [
    "Document",
    "Mapping",
    "Node",
    "Sequence",
    "descendants",
    "documents",
    "fields",
    "is_null",
    "is_text",
    "items",
    "mappings",
    "outline",
    "parse",
    "roots",
    "split",
]


class Document:
    """A document of a text, parsed on first use and only once.

    Attributes:
        whole: The text that contains it; the spans of its nodes refer to this text.
        span: Its span in that text.
    """

    __slots__ = ("_problems", "_roots", "span", "whole")

    def __init__(self, whole: str, span: Span) -> None:
        self.whole = whole
        self.span = span
        self._roots: list[Root] | None = None
        self._problems: tuple[Problem, ...] = ()

    @property
    def text(self) -> str:
        """Its own characters; cut out each time, because a copy of a large file costs more to keep."""
        return self.whole[self.span.start : self.span.end]

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
        """Return the root nodes, usually one, with spans of the whole text.

        Raises ParseError on every call if the document cannot be parsed.
        """
        return [root.node for root in self._read()]

    @property
    def is_readable(self) -> bool:
        """Whether the document can be parsed."""
        try:
            return self._read() is not None
        except ParseError:
            return False

    def tokens(self, use: Use = lambda top, key: None) -> list[Token]:
        """Return the tokens (see ``tokens.tokens``), or one token if it is not valid."""
        try:
            return tokens(self.whole, self._read(), use)
        except ParseError:
            return [Token("unreadable", self.text, self.span)]


def split(text: str) -> list[Span]:
    """Return the spans of the documents of a text.

    One span may still contain several documents, after ``...`` or directives.
    """
    if text.startswith(("%", "\ufeff%")) or "\n%" in text:
        return [Span(0, len(text))]
    starts, at = [0], text.find("\n---")
    while at >= 0:
        if text[at + 4 : at + 5] in " \t\r\n":  # also true at the end of the text
            starts.append(at + 1)
        at = text.find("\n---", at + 4)
    return [Span(*pair) for pair in pairwise([*starts, len(text)])]


def documents(text: str) -> list[Document]:
    """Return the unparsed documents of a text; ``Source.once`` keeps them."""
    return [Document(text, span) for span in split(text)]


def parse(text: str, span: Span, events: Events | None = None) -> list[Node]:
    """Return the root nodes of the document at *span* of a text.

    Raises:
        ParseError: The parser rejects the document, for whatever reason.
    """
    return [root.node for root in read(text, span, events)]


def roots(
    source: Source,
    wanted: Callable[[str], bool],
    expected: Callable[[str], bool],
    problems: list[Problem],
) -> Iterator[Node]:
    """Yield the root nodes of the documents of a text that are *wanted*.

    The errors of a document that cannot be parsed are added to *problems* if it
    is *expected* to be valid; otherwise it is skipped.
    """
    for document in source.once(documents):
        if not wanted(document.text):
            continue
        try:
            yield from document.roots()
        except ParseError as error:
            text = document.text
            if expected(text):
                template = "{{" in text or "{%" in text
                problems += [each._replace(template=template) for each in error.problems]


def outline(
    source: Source | Iterable[Document],
    wanted: Callable[[str], bool] = lambda document: True,
    use: Use = lambda top, key: None,
) -> list[Token]:
    """Return the tokens of a text, or of documents: all that an edit of scalars must not change.

    A document that is not *wanted* is one token.  *use* returns how a text is used,
    given the top-level and the nearest key above it; a scalar that aliases give
    different uses has a token that forbids every edit.
    """
    result: list[Token] = []
    for document in source.once(documents) if isinstance(source, Source) else source:
        text = document.text
        if wanted(text):
            result += document.tokens(use)
        else:
            result.append(Token("passed over", text, document.span))
    return result
