from __future__ import annotations

import json as parser
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from rewrite_refs.cache.verdict import Status
from rewrite_refs.reports import Report, Severity, fingerprints, json, jsonl
from tests.reports.some import (
    DIRECT,
    EMPTY,
    FULL,
    KNOWN,
    LISTED,
    PLAIN,
    TARGET,
    checked,
    listed,
    ours,
    reports,
)

SCHEMA = ours()


def part(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})


def document(report: Report) -> Any:
    return parser.loads("\n".join(json.lines(report)))


def test_the_schema_is_one_and_has_the_words_of_the_code() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$defs"]["status"]["enum"] == [*get_args(Status)]
    assert SCHEMA["$defs"]["finding"]["properties"]["severity"]["enum"] == [*get_args(Severity)]


def test_everything_in_the_schema_is_described_or_plain() -> None:
    objects = [SCHEMA, *(each for each in SCHEMA["$defs"].values() if each.get("type") == "object")]
    assert all(each["additionalProperties"] is False and each["description"] for each in objects)


@pytest.mark.parametrize("report", [EMPTY, PLAIN, FULL, LISTED])
def test_a_report_is_as_the_schema_says(report: Report) -> None:
    Draft202012Validator(SCHEMA).validate(document(report))


@given(reports)
def test_any_report_is_as_the_schema_says(report: Report) -> None:
    text = "\n".join(json.lines(report))
    assert text.isascii()
    Draft202012Validator(SCHEMA).validate(parser.loads(text))
    parser.dumps(parser.loads(text), ensure_ascii=False).encode("utf-8")  # no lone surrogate is left


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2),
        (("references", 0, "status"), "odd"),
        (("findings", 0, "severity"), "info"),
        (("findings", 0, "line"), 0),
        (("findings", 0, "more"), 1),
        (("findings", 0, "fix", 0, "path"), "x"),
        (("failures", 0, "line"), 1),
        (("groups",), [{"name": "a", "references": 1, "statuses": {"odd": 1}}]),
    ],
)
def test_the_schema_is_strict(path: tuple[str | int, ...], value: object) -> None:
    told = document(FULL)
    inner = told
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    assert not Draft202012Validator(SCHEMA).is_valid(told)


def test_a_finding() -> None:
    told = document(FULL)
    assert list(told) == ["version", "references", "problems", "findings", "failures"]
    place = {"line": 4, "column": 12, "end_line": 4, "end_column": 19}
    assert told["findings"][0] == {
        "rule": "direct-upstream",
        "severity": "error",
        "path": "deploy/web.yaml",
        **place,
        "message": f"nginx:1 is pulled directly from docker.io: use {TARGET}",
        "problem": "nginx:1 is pulled directly from docker.io",
        "help": f"use {TARGET}",
        "subject": "docker.io/library/nginx",
        "fixable": True,
        "fix": [{**place, "text": TARGET}],
        "known": False,
        "fingerprint": fingerprints(FULL)[0],
    }
    assert [each["known"] for each in told["findings"]] == [False, False, False, False, True]
    assert told["failures"] == [{"path": "secret.yaml", "message": "cannot be read: Permission denied"}]


def test_a_listing() -> None:
    told = document(LISTED)
    assert told["findings"] == []
    assert told["groups"] == [{"name": "docker.io", "references": 3, "statuses": {"direct": 2, "own": 1}}]
    assert [each["path"] for each in told["references"]] == ["deploy/web.yaml", None, "deploy/web.yaml"]


# --- one object a line ------------------------------------------------------------------------


def objects(lines: Iterator[str]) -> list[Any]:
    return [parser.loads(line) for line in lines]


def test_jsonl_has_the_objects_of_json() -> None:
    assert objects(jsonl.lines(FULL)) == document(FULL)["findings"]
    assert objects(jsonl.lines(LISTED)) == document(LISTED)["references"]
    assert objects(jsonl.lines(EMPTY)) == []
    assert objects(jsonl.lines(Report([], [], [KNOWN, DIRECT])))[0]["known"]


@given(checked)
def test_lines_of_findings_are_as_the_schema_says(report: Report) -> None:
    told = list(jsonl.lines(report))
    assert len(told) == len(report.diagnostics)
    for line in told:
        assert line.isascii()
        assert line.isprintable()
        part("finding").validate(parser.loads(line))


@given(listed)
def test_lines_of_references_are_as_the_schema_says(report: Report) -> None:
    told = list(jsonl.lines(report))
    assert len(told) == len(report.records)
    for line in told:
        part("reference").validate(parser.loads(line))
