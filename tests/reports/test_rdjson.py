from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.reports import Diagnostic, Location, Replacement, Report, rdjson
from tests.published import ADDRESS, MANUAL
from tests.reports.some import DIRECT, EMPTY, FULL, LISTED, NASTY, PLAIN, TARGET, reports, written

SCHEMA = written("rdjson")


def diagnostics(report: Report) -> Any:
    (text,) = rdjson.lines(report)
    assert text.isascii()
    told = json.loads(text)
    SCHEMA.validate(told)
    assert told["source"] == {"name": "rewrite-refs", "url": ADDRESS}
    return told["diagnostics"]


def test_a_diagnostic() -> None:
    where = {"start": {"line": 4, "column": 12}, "end": {"line": 4, "column": 19}}
    assert diagnostics(PLAIN._replace(base="apps"))[0] == {
        "message": f"nginx:1 is pulled directly from docker.io: use {TARGET}",
        "location": {"path": "apps/deploy/web.yaml", "range": where},
        "severity": "ERROR",
        "code": {"value": "direct-upstream", "url": f"{MANUAL}#direct-upstream"},
        "suggestions": [{"range": where, "text": TARGET}],
    }


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (EMPTY, []),
        (FULL, ["failure", "direct-upstream", "no-rule", "unresolved-reference", "direct-upstream"]),
        (LISTED, ["failure", "unparsable-file", "reference", "reference"]),
    ],
)
def test_what_is_there(report: Report, expected: list[str]) -> None:
    assert [each["code"]["value"] for each in diagnostics(report)] == expected


def one(line: str, place: tuple[int, int, int, int], *fix: tuple[tuple[int, int, int, int], str]) -> Any:
    replacements = tuple(Replacement(Location("a", *at), text) for at, text in fix)
    (told,) = diagnostics(
        Report([], [], [Diagnostic("x", "error", Location("a", *place), "y", line=line, fix=replacements)])
    )
    return told


@pytest.mark.parametrize(
    ("line", "place", "expected"),
    [
        ("a\U00010400b", (1, 3, 1, 4), ((1, 6), (1, 7))),
        ("\u00e9: nginx", (3, 4, 3, 9), ((3, 5), (3, 10))),
        ("abc", (3, 4, 3, 4), ((3, 4), (3, 4))),
        ("abc", (3, 4, 3, 5), ((3, None), (3, None))),
        ("", (3, 4, 3, 5), ((3, None), (3, None))),
        ("abc", (3, 1, 4, 2), ((3, None), (4, None))),
    ],
)
def test_columns_count_bytes(line: str, place: tuple[int, int, int, int], expected: Any) -> None:
    told = one(line, place)["location"]["range"]
    assert tuple((told[end]["line"], told[end].get("column")) for end in ("start", "end")) == expected


def test_a_fix_of_several_places_is_one_suggestion() -> None:
    line = "\u00e9 FROM nginx:1 AS b # c"
    told = one(line, (1, 8, 1, 15), ((1, 8, 1, 8), "host/"), ((1, 16, 1, 18), "as"))
    assert told["suggestions"] == [
        {
            "range": {"start": {"line": 1, "column": 9}, "end": {"line": 1, "column": 19}},
            "text": "host/nginx:1 as",
        }
    ]


@pytest.mark.parametrize(
    "fix",
    [
        (),
        (((2, 1, 2, 2), "x"),),
        (((1, 1, 2, 2), "x"),),
        (((1, 1, 1, 6), "x"),),
        (((1, 1, 1, 2), "x"), ((2, 1, 2, 2), "x")),
    ],
)
def test_a_fix_that_leaves_the_line_is_no_suggestion(fix: Any) -> None:
    assert "suggestions" not in one("abcd", (1, 1, 1, 2), *fix)


@given(st.text(min_size=1, max_size=9), st.data())
def test_a_suggestion_makes_of_the_bytes_what_the_fix_makes_of_the_text(
    line: str, data: st.DataObject
) -> None:
    ends = sorted(data.draw(st.lists(st.integers(1, len(line) + 1), min_size=2, max_size=2)))
    new = data.draw(st.sampled_from(NASTY[:8]))
    told = one(line, (1, ends[0], 1, ends[1]), ((1, ends[0], 1, ends[1]), new))["suggestions"][0]
    raw = line.encode("utf-8")
    start, end = (told["range"][at]["column"] - 1 for at in ("start", "end"))
    fixed = raw[:start] + told["text"].encode("utf-8") + raw[end:]
    assert fixed.decode("utf-8") == line[: ends[0] - 1] + new + line[ends[1] - 1 :]


def test_the_baseline_is_left_out() -> None:
    assert diagnostics(Report([], [], [DIRECT._replace(known=True)])) == []


@given(reports)
def test_any_report_is_one_of_reviewdog(report: Report) -> None:
    diagnostics(report)
