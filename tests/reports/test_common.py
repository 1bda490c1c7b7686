from __future__ import annotations

import json

import pytest
from hypothesis import given

from rewrite_refs.reports import Report, fingerprints
from rewrite_refs.reports.common import dumps, findings, manual, shown, spelled
from tests.published import ADDRESS, MANUAL
from tests.reports.some import DIRECT, FULL, LISTED, PLAIN, TARGET, reports


def test_failures_come_first_and_the_baseline_stays() -> None:
    assert [(each.rule, each.known) for each, _ in shown(FULL)] == [
        ("failure", False),
        *((each.rule, each.known) for each in FULL.diagnostics),
    ]
    assert shown(FULL)[0][0].message == "cannot be read: Permission denied"


def test_a_failure_leaves_the_fingerprints_of_findings() -> None:
    assert [fingerprint for _, fingerprint in shown(FULL)][1:] == fingerprints(FULL)


def test_the_references_of_a_listing_are_notes() -> None:
    assert [(each.rule, each.severity, each.location.line, each.subject) for each in findings(LISTED)] == [
        ("unparsable-file", "error", 3, ""),
        ("reference", "note", 4, "docker.io/library/nginx"),
        ("reference", "note", 4, "nginx:1"),
    ]
    assert findings(LISTED)[1].message == f"nginx:1 is direct: it becomes {TARGET}"
    bare = LISTED.records[2]._replace(location=DIRECT.location)
    assert [each.message for each in findings(Report([bare], [], listed=True))] == ["nginx:1 is own: yours"]
    silent = bare._replace(reason=None)
    assert [(each.message, each.subject) for each in findings(Report([silent], [], listed=True))] == [
        ("nginx:1 is own", "nginx:1")
    ]
    assert findings(PLAIN) == PLAIN.diagnostics


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("no-rule", f"{MANUAL}#no-rule"), ("reference", ADDRESS), ("failure", ADDRESS)],
)
def test_manual(rule: str, expected: str) -> None:
    assert manual(rule) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": ["\udcff", "\u00e9", 1, None, True]}, r'{"a":["\\udcff","\u00e9",1,null,true]}'),
        ("\U0001f600\x1b", r'"\ud83d\ude00\u001b"'),
    ],
)
def test_dumps(value: object, expected: str) -> None:
    assert dumps(value) == expected


def test_spelled() -> None:
    assert spelled("\u00e9\x1b\udcff") == "\u00e9\x1b\\udcff"


@given(reports)
def test_no_two_have_the_same_fingerprint(report: Report) -> None:
    told = [fingerprint for _, fingerprint in shown(report)]
    assert len({*told}) == len(told)
    assert json.loads(dumps(told)) == told
