from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.text.chars import Chars
from rewrite_refs.text.edits import Change, Edit, Overlap, Unplaceable, combined, edits_for, splice
from rewrite_refs.text.lines import Lines
from rewrite_refs.text.outline import Token, same_but
from rewrite_refs.text.spans import Occurrence, Piece, Span

EVERYWHERE = Span(0, 99)
SOURCE = "x" * 8 + "\\\n" + "x" * 89


def occurrence(*pieces: Piece, site: Span = EVERYWHERE) -> Occurrence:
    return Occurrence(pieces, site, site)


REGISTRY = Change(0, 0, "host/hub/")
LIBRARY = Change(0, 0, "library/")


@pytest.mark.parametrize(
    ("pieces", "changes", "edits"),
    [
        pytest.param([Piece("nginx", Span(7, 12))], [REGISTRY], [Edit(7, 7, "host/hub/")], id="before"),
        pytest.param(
            [Piece("nginx", Span(7, 12))],
            [REGISTRY, LIBRARY],
            [Edit(7, 7, "host/hub/library/")],
            id="two at one place",
        ),
        pytest.param(
            [Piece("", Span(4, 4)), Piece("nginx", Span(9, 14))],
            [REGISTRY, LIBRARY],
            [Edit(4, 4, "host/hub/"), Edit(9, 9, "library/")],
            id="an empty default takes the registry only",
        ),
        pytest.param(
            [Piece("docker.io", Span(4, 13)), Piece("/", None), Piece("nginx", Span(20, 25))],
            [Change(0, 9, "host/hub"), Change(10, 10, "library/")],
            [Edit(4, 13, "host/hub"), Edit(20, 20, "library/")],
            id="two keys",
        ),
        pytest.param(
            [Piece("dock", Span(4, 8)), Piece("er.io/a/b", Span(10, 19))],
            [Change(0, 9, "host/hub")],
            [Edit(4, 8, "host/hub"), Edit(10, 15, "")],
            id="over a continuation",
        ),
        pytest.param(
            [Piece("docker", Span(4, 10)), Piece(".", Span(10, 14)), Piece("io/a/b", Span(14, 20))],
            [Change(0, 9, "host/hub")],
            [Edit(4, 10, "host/hub"), Edit(10, 14, ""), Edit(14, 16, "")],
            id="an escape is replaced whole",
        ),
        pytest.param(
            [Piece("n", Span(4, 8)), Piece("ginx", Span(8, 12))],
            [REGISTRY],
            [Edit(4, 4, "host/hub/")],
            id="before an escape",
        ),
    ],
)
def test_edits(pieces: list[Piece], changes: list[Change], edits: list[Edit]) -> None:
    assert list(edits_for(SOURCE, occurrence(*pieces), changes)) == edits


def test_a_border_belongs_to_the_word_in_which_the_reference_is_used() -> None:
    pieces = Piece("docker.io/", Span(50, 60)), Piece("nginx", Span(5, 10))
    assert edits_for(SOURCE, occurrence(*pieces, site=Span(50, 70)), [Change(10, 10, "library/")]) == (
        Edit(60, 60, "library/"),
    )
    pieces = Piece("docker.io/", Span(5, 15)), Piece("nginx", Span(50, 55))
    assert edits_for(SOURCE, occurrence(*pieces, site=Span(45, 55)), [Change(10, 10, "library/")]) == (
        Edit(50, 50, "library/"),
    )


@pytest.mark.parametrize(
    ("pieces", "change"),
    [
        ([Piece("docker.io", None), Piece("/a/b", Span(0, 4))], Change(0, 9, "x")),
        ([Piece("${X}", Span(0, 4), known=False), Piece("/a/b", Span(4, 8))], Change(0, 3, "x")),
        ([Piece("docker.io/a", Span(0, 20))], Change(0, 9, "x")),
        ([Piece("nginx", None)], Change(0, 0, "x")),
        ([Piece("docker.", Span(20, 27)), Piece("io", Span(32, 34)), Piece("/a", None)], Change(0, 9, "x")),
        ([Piece("docker.", Span(32, 39)), Piece("io/a", Span(20, 24))], Change(0, 9, "x")),
    ],
)
def test_no_place(pieces: list[Piece], change: Change) -> None:
    with pytest.raises(Unplaceable):
        edits_for(SOURCE, occurrence(*pieces), [change])


def test_combined() -> None:
    one, other = Edit(0, 2, "x"), Edit(5, 5, "y")
    assert combined([[other], [one], [other]]) == [one, other]
    for clash in (Edit(1, 3, "z"), Edit(0, 2, "z")):
        with pytest.raises(Overlap):
            combined([[one], [clash]])
    with pytest.raises(Overlap):
        combined([[other], [Edit(5, 5, "z")]])


@given(st.text(max_size=30), st.data())
def test_splice_changes_what_it_is_told(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    edits = [Edit(a, b, data.draw(st.text(max_size=3))) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    new = splice(text, edits)
    at = shift = 0
    for edit in edits:
        assert new[at + shift : edit.start + shift] == text[at : edit.start]
        assert new[edit.start + shift :].startswith(edit.text)
        shift += len(edit.text) - (edit.end - edit.start)
        at = edit.end
    assert new[at + shift :] == text[at:]
    assert splice(text, [Edit(edit.start, edit.end, text[edit.start : edit.end]) for edit in edits]) == text


def tokens(*texts: str, kind: str = "scalar") -> list[Token]:
    result, at = [], 0
    for text in texts:
        result.append(Token(kind, text, Span(at, at + len(text))))
        at += len(text) + 1
    return result


def test_same_but() -> None:
    edits = [Edit(4, 4, "hub/")]
    before = tokens("one", "two", "six")
    assert same_but(before, tokens("one", "hub/two", "six"), edits)
    assert same_but(before, before, [])
    assert not same_but(before, tokens("one", "hub/two"), edits)
    assert not same_but(before, tokens("one", "hub/two", "ten"), edits)
    assert not same_but(before, tokens("one", "two", "six"), edits)
    assert not same_but(before, tokens("one", "hub/two", "six", kind="other"), edits)
    assert not same_but(before, before, [Edit(99, 99, "lost")])
    assert not same_but([Token("x", "", Span(4, 4))], [Token("x", "hub/", Span(4, 8))], edits)


def test_a_token_knows_where_its_characters_come_from() -> None:
    token = Token("x", "a:b", Span(0, 8), lambda: [1, 2, 6])
    assert token.edited([Edit(2, 6, "/"), Edit(7, 7, "c")]) == "a/bc"


def test_chars_and_pieces() -> None:
    chars = Chars.at("docker.io", 5)
    assert len(chars) == 9
    assert chars.slice(0, 6).pieces() == (Piece("docker", Span(5, 11)),)
    mixed = Chars(
        "ab//c:d",
        [Span(1, 2), Span(2, 3), None, None, Span(3, 4), Span(4, 8), Span(8, 9)],
    )
    assert mixed.pieces() == (
        Piece("ab", Span(1, 3)),
        Piece("//", None),
        Piece("c", Span(3, 4)),
        Piece(":", Span(4, 8)),
        Piece("d", Span(8, 9)),
    )


def test_lines() -> None:
    lines = Lines("\ufeffone\r\ntwo\u2028x\n\nend")
    assert lines.position(1) == (1, 1)
    assert lines.position(0) == (1, 1)
    assert lines.position(6) == (2, 1)
    assert lines.position(12) == (3, 1)
    assert [lines.line(number) for number in range(6)] == ["", "one", "two\u2028x", "", "end", ""]


def test_occurrence() -> None:
    each = occurrence(Piece("nginx:", Span(0, 6)), Piece("${T}", Span(6, 10), known=False))
    assert (each.text, each.holes) == ("nginx:${T}", ((6, 10),))
