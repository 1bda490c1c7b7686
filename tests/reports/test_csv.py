from __future__ import annotations

import csv as reader

import pytest
from hypothesis import given

from rewrite_refs.reports import Report, csv, fingerprints, inert, visible
from tests.reports.some import DIRECT, EMPTY, FULL, LISTED, PLAIN, TARGET, reports


def rows(report: Report) -> list[dict[str, str]]:
    told = list(csv.lines(report))
    assert all(line.isprintable() for line in told)
    return list(reader.DictReader(told, strict=True))


def test_findings() -> None:
    assert next(csv.lines(EMPTY)) == (
        "severity,rule,path,line,column,end_line,end_column,message,subject,fixable,known,fingerprint"
    )
    assert list(csv.lines(PLAIN))[1] == (
        "error,direct-upstream,deploy/web.yaml,4,12,4,19,"
        f"nginx:1 is pulled directly from docker.io: use {TARGET},docker.io/library/nginx,true,false,"
        f"{fingerprints(PLAIN)[0]}"
    )
    assert [each["known"] for each in rows(FULL)] == ["false"] * 4 + ["true"]


def test_references() -> None:
    told = list(csv.lines(LISTED))
    assert told[0] == (
        "path,line,column,end_line,end_column,format,text,registry,repository,tag,digest,status,target,rule,reason"
    )
    assert told[1] == (
        f"deploy/web.yaml,4,12,4,19,kubernetes,nginx:1,docker.io,library/nginx,1,,direct,{TARGET},docker.io,"
    )
    assert len(told) == 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\uff1d1", "'\uff1d1"),
        ("a=1", "a=1"),
        ("\t=1", "\\t=1"),
        ("\r=1", "\\r=1"),
        ('a,"b"', 'a,"b"'),
        ("\x1b\udcff", "\\x1b\\udcff"),
        ("##vso[a]b", "##vso\\x5ba]b"),
    ],
)
def test_a_cell_is_no_formula(text: str, expected: str) -> None:
    assert rows(Report([], [], [DIRECT._replace(problem=text, help=None)]))[0]["message"] == expected


@given(reports)
def test_any_report_is_a_table(report: Report) -> None:
    told = rows(report)
    assert len(told) == len(report.records if report.listed else report.diagnostics)
    for row in told:
        assert None not in row  # no cell too many
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())
    if not report.listed:
        for row, each in zip(told, report.diagnostics, strict=True):
            subject = inert.bracketed(visible(each.subject), r"\x5b")
            assert row["subject"].removeprefix("'") == subject.removeprefix("'")
