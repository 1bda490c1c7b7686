"""Variables as the Compose specification defines them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.formats.compose.interpolation import MAX_DEPTH, InvalidInterpolation, as_chars, expand
from rewrite_refs.text.chars import Chars
from rewrite_refs.text.spans import Piece, Span


def resolved(text: str) -> list[str]:
    """The known pieces of a text as they are, the holes in angle brackets."""
    return [piece.text if piece.known else f"<{piece.text}>" for piece in expand(Chars.at(text, 0))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("nginx:1", ["nginx:1"]),
        ("$TAG", ["<$TAG>"]),
        ("a$TAG.b", ["a", "<$TAG>", ".b"]),
        ("a:${TAG}-b", ["a:", "<${TAG}>", "-b"]),
        ("${R:-docker.io}/a", ["docker.io", "/a"]),
        ("${R-docker.io}/a", ["docker.io", "/a"]),
        ("${R:-}a", ["", "a"]),
        ("${R-}a", ["", "a"]),
        ("${R:?no registry}a", ["<${R:?no registry}>", "a"]),
        ("${R?}a", ["<${R?}>", "a"]),
        ("${R:+x/}a", ["<${R:+x/}>", "a"]),
        ("${R+x}a", ["<${R+x}>", "a"]),
        ("${A:-${B:-nginx}}", ["nginx"]),
        ("${A:-${B}/x}:${C-1}", ["<${B}>", "/x", ":", "1"]),
        ("${A:-{x}}b", ["{x}", "b"]),
        ("a$$b", ["a", "$", "b"]),
        ("$${A}", ["$", "{A}"]),
        ("$$$A", ["$", "<$A>"]),
        ("{{ .r }}/a", ["<{{ .r }}>", "/a"]),
        ("a{{ .r", ["a", "<{{ .r>"]),
    ],
)
def test_expand(text: str, expected: list[str]) -> None:
    assert resolved(text) == expected


@pytest.mark.parametrize(
    "text", ["$", "a$/b", "${", "${}", "${1}", "${A", "${A:-${B}", "${A!x}", "${A:x}", "${A b}"]
)
def test_what_compose_refuses(text: str) -> None:
    with pytest.raises(InvalidInterpolation):
        expand(Chars.at(text, 0))


def test_defaults_that_are_too_deep_are_not_read() -> None:
    depth = MAX_DEPTH + 1
    text = "${A:-" * depth + "x" + "}" * depth
    (piece,) = expand(Chars.at(text, 0))
    assert not piece.known
    with pytest.raises(InvalidInterpolation):
        expand(Chars.at("${A:-" * 50_000, 0))


def test_places() -> None:
    text = "..${R:-}a$$${T}"
    assert expand(Chars.at(text, 0).slice(2, len(text))) == (
        Piece("", Span(7, 7)),
        Piece("a", Span(8, 9)),
        Piece("$", Span(9, 11)),
        Piece("${T}", Span(11, 15), known=False),
    )


def test_without_places() -> None:
    chars = Chars("${R:-}$$a$T", [None] * 11)
    assert expand(chars) == (Piece("$", None), Piece("a", None), Piece("$T", None, known=False))


def test_as_chars() -> None:
    text = "a${R:-}${B:-bc}$$$T"
    chars = as_chars(expand(Chars.at(text, 10)))
    assert chars.text == "abc$$T"
    assert list(chars.places) == [Span(10, 11), Span(22, 23), Span(23, 24), Span(25, 27), None, None]


@given(st.one_of(st.text(max_size=40), st.text("${}:-?+aB{} .", max_size=40)))
def test_any_text_is_expanded_or_refused(text: str) -> None:
    try:
        pieces = expand(Chars.at(text, 3))
    except InvalidInterpolation:
        return
    for piece in pieces:
        assert piece.span is not None
        source = text[piece.span.start - 3 : piece.span.end - 3]
        assert source == piece.text or (source, piece.text) == ("$$", "$")
    assert as_chars(pieces).text == "".join(piece.text for piece in pieces)
