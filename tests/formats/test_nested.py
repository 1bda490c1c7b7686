"""Texts inside scalars: what is found in them stands where the scalar's characters stand."""

from __future__ import annotations

from collections.abc import Iterator

from rewrite_refs.errors import ParseError, Problem
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence, Piece, Span
from rewrite_refs.yaml import tree as yamltree
from rewrite_refs.yaml.nested import nested
from rewrite_refs.yaml.scalars import Scalar


def words(source: Source) -> Iterator[Occurrence]:
    """Every character is a reference, and the text ends badly."""
    for at, char in enumerate(source.text):
        yield Occurrence(
            (Piece("/", None), Piece(char, Span(at, at + 1))), Span(at, at + 1), Span(at, at + 1)
        )
    raise ParseError([Problem(0, "the end")])


def found(text: str) -> list[tuple[str, Span]]:
    (node,) = yamltree.parse(text, Span(0, len(text)))
    assert isinstance(node, Scalar)
    return [(each.text, each.span) for each in nested(text, node, words)]


def test_places() -> None:
    assert found("|\n  ab\n") == [("/a", Span(4, 5)), ("/b", Span(5, 6)), ("/\n", Span(6, 7))]
    assert found('"a\\x62"') == [("/a", Span(1, 2)), ("/b", Span(2, 6))]


def test_an_escape_in_the_text_is_replaced_whole() -> None:
    def escaped(source: Source) -> Iterator[Occurrence]:
        place = Span(1, len(source.text) - 1)
        yield Occurrence((Piece("b", place), Piece("c", None, known=False)), place, place)

    text = "|\n  '\\x62'\n"
    (node,) = yamltree.parse(text, Span(0, len(text)))
    assert isinstance(node, Scalar)
    (only,) = nested(text, node, escaped)
    assert only.pieces == (Piece("b", Span(5, 10)), Piece("c", None, known=False))


def test_a_folded_break_is_no_place_to_edit() -> None:
    assert [text for text, _ in found(">-\n  a\n  b\n")] == ["/a", "/ ", "/b"]
    assert [text for text, _ in found('"a\nb"')] == ["/a", "/b"]


def test_what_cannot_be_followed_is_passed_over() -> None:
    assert found('"a\\ud83d\\ude00"') == []
