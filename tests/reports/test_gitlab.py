from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from rewrite_refs.reports import Report, fingerprints, gitlab
from tests.reports.some import EMPTY, FULL, LISTED, PLAIN, TARGET, reports, written

SCHEMA = written("gitlab")


def issues(report: Report) -> Any:
    (text,) = gitlab.lines(report)
    return json.loads(text)


def test_an_issue() -> None:
    assert issues(FULL)[1] == {
        "description": f"nginx:1 is pulled directly from docker.io: use {TARGET}",
        "check_name": "direct-upstream",
        "fingerprint": fingerprints(FULL)[0],
        "severity": "major",
        "location": {"path": "apps/shop/deploy/web.yaml", "lines": {"begin": 4, "end": 4}},
    }


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (EMPTY, []),
        (PLAIN, ["major", "minor", "info"]),
        (FULL, ["critical", "major", "minor", "info", "major"]),
        (LISTED, ["critical", "major", "info", "info"]),
    ],
)
def test_severities(report: Report, expected: list[str]) -> None:
    SCHEMA.validate(issues(report))
    assert [each["severity"] for each in issues(report)] == expected


def test_what_is_accepted_leaves_the_fingerprints_of_the_rest() -> None:
    accepted = Report([], [], [PLAIN.diagnostics[0]._replace(known=True), PLAIN.diagnostics[0]])
    assert [each["fingerprint"] for each in issues(accepted)] == fingerprints(accepted)[1:]


@given(reports)
def test_any_report_is_one_of_gitlab(report: Report) -> None:
    (text,) = gitlab.lines(report)
    assert text.isascii()
    told = json.loads(text)
    SCHEMA.validate(told)
    assert len({each["fingerprint"] for each in told}) == len(told)
