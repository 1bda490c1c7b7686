# ruff: noqa: E501 - a row of a table is a line
"""What people read: findings with their line and the mark under the reference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.reports import Diagnostic, Location, Report, concise, text
from rewrite_refs.reports.snippet import snippet


def place(line: int = 1, column: int = 1, end_line: int = 1, end_column: int = 1) -> Location:
    return Location("a.yaml", line, column, end_line, end_column)


FINDING = Diagnostic(
    "direct-upstream",
    "error",
    place(12, 8, 12, 13),
    "nginx is pulled directly from docker.io",
    "use ecr/nginx",
    line="image: nginx",
    fixable=True,
)


def test_a_finding() -> None:
    assert list(text.lines(Report([], [], [FINDING]))) == [
        "error[direct-upstream]: nginx is pulled directly from docker.io",
        "  --> a.yaml:12:8",
        "   |",
        "12 | image: nginx",
        "   |        ^^^^^",
        "   = fix: use ecr/nginx",
        "",
    ]


def test_what_else_there_is_to_say_of_a_place_stands_below() -> None:
    note = FINDING._replace(rule="moving-tag", severity="note", problem="nginx has no tag", help="name one")
    shown = list(text.lines(Report([], [], [FINDING, note, note._replace(location=place(13, 1, 13, 2))])))
    assert shown[5:9] == [
        "   = fix: use ecr/nginx",
        "   = note[moving-tag]: nginx has no tag: name one",
        "",
        "note[moving-tag]: nginx has no tag",
    ]


def test_a_finding_about_nothing_that_can_be_shown() -> None:
    bare = FINDING._replace(line="", help=None, severity="note", location=place(3, 1, 3, 1))
    assert list(text.lines(Report([], [], [bare]))) == [
        "note[direct-upstream]: nginx is pulled directly from docker.io",
        " --> a.yaml:3:1",
        "",
    ]


def test_colours() -> None:
    shown = list(text.lines(Report([], [], [FINDING]), lambda word, colour: f"<{colour} {word}>"))
    assert shown[0].startswith("<red error[direct-upstream]>: ")
    assert shown[4].endswith("<red ^^^^^>")


def test_concise() -> None:
    known = FINDING._replace(known=True)
    assert list(concise.lines(Report([], [], [FINDING, known]))) == [
        "a.yaml:12:8: direct-upstream nginx is pulled directly from docker.io: use ecr/nginx"
    ]
    assert list(text.lines(Report([], [], [known]))) == []


@pytest.mark.parametrize(
    ("line", "where", "expected"),
    [
        ("image: nginx", place(1, 8, 1, 13), ("image: nginx", 7, 5)),
        ("image: nginx", place(1, 8, 2, 3), ("image: nginx", 7, 5)),
        ("image: nginx", place(1, 8, 1, 8), ("image: nginx", 7, 1)),
        ("\timage: x", place(1, 9, 1, 10), ("    image: x", 11, 1)),
        ("\u4e16\u754c: x", place(1, 5, 1, 6), ("\u4e16\u754c: x", 6, 1)),
        ("e\u0301: x", place(1, 5, 1, 6), ("e\u0301: x", 3, 1)),
        ("\x1b[2J: x", place(1, 7, 1, 8), ("\\x1b[2J: x", 9, 1)),
        ("a" * 300 + "HERE" + "b" * 300, place(1, 301, 1, 305), ("..." + "a" * 60 + "HERE" + "b" * 60 + "...", 63, 4)),
        ("HERE" + "b" * 300, place(1, 1, 1, 5), ("HERE" + "b" * 60 + "...", 0, 4)),
        ("a" * 300 + "HERE", place(1, 301, 1, 305), ("..." + "a" * 60 + "HERE", 63, 4)),
        ("x" * 400, place(1, 1, 1, 401), ("x" * 400, 0, 400)),
    ],
)  # fmt: skip
def test_snippets(line: str, where: Location, expected: tuple[str, int, int]) -> None:
    assert snippet(line, where) == expected


@given(st.text(min_size=1, max_size=400), st.integers(1, 400), st.integers(1, 400))
def test_a_snippet_is_one_line_for_any_text(line: str, column: int, length: int) -> None:
    shown = snippet(line, place(1, column, 1, column + length))
    if shown is not None:
        assert shown.text.isprintable()
        assert shown.width >= 1


@pytest.mark.parametrize(
    ("diagnostics", "expected"),
    [
        ([], "nothing found"),
        ([FINDING], "1 error; rewrite-refs rewrite fixes 1"),
        ([FINDING, FINDING._replace(severity="note", fixable=False)], "1 error, 1 note; rewrite-refs rewrite fixes 1"),
        ([FINDING._replace(severity="warning", fixable=False)] * 2, "2 warnings"),
        ([FINDING._replace(known=True)], "nothing new found; 1 known from the baseline"),
        ([FINDING, FINDING._replace(known=True)], "1 error; rewrite-refs rewrite fixes 1; 1 known from the baseline"),
    ],
)  # fmt: skip
def test_found(diagnostics: list[Diagnostic], expected: str) -> None:
    assert text.found(Report([], [], diagnostics)) == expected
