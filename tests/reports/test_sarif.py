from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given, settings

from rewrite_refs import __version__
from rewrite_refs.lint.registry import RULES
from rewrite_refs.reports import Location, Report, fingerprints, sarif
from tests.reports.some import (
    DIRECT,
    EMPTY,
    FULL,
    KNOWN,
    LISTED,
    NOTE,
    PATHS,
    PLAIN,
    TARGET,
    oasis,
    reports,
)

OASIS = oasis()


def run(report: Report) -> Any:
    """The one run of the log, after the schema of OASIS took it."""
    (text,) = sarif.lines(report)
    assert text.isascii()
    log = json.loads(text)
    OASIS.validate(log)
    assert (log["version"], log["$schema"]) == ("2.1.0", sarif.SCHEMA)
    (run,) = log["runs"]
    return run


def test_the_schema_is_that_of_the_standard() -> None:
    assert isinstance(OASIS.schema, Mapping)
    assert OASIS.schema["id"] == sarif.SCHEMA
    assert not OASIS.is_valid({"version": "2.1.0", "runs": [{}]})


def test_a_result() -> None:
    region = {"startLine": 4, "startColumn": 12, "endLine": 4, "endColumn": 19}
    artifact = {"uri": "apps/shop/deploy/web.yaml", "uriBaseId": "%SRCROOT%"}
    told = run(FULL)
    assert told["columnKind"] == "unicodeCodePoints"
    assert told["results"][0] == {
        "ruleId": "direct-upstream",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": f"nginx:1 is pulled directly from docker.io: use {TARGET}"},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
        "partialFingerprints": {"rewriteRefs/v1": fingerprints(FULL)[0]},
        "baselineState": "new",
        "fixes": [
            {
                "description": {"text": f"use {TARGET}"},
                "artifactChanges": [
                    {
                        "artifactLocation": artifact,
                        "replacements": [{"deletedRegion": region, "insertedContent": {"text": TARGET}}],
                    }
                ],
            }
        ],
    }
    assert [each["baselineState"] for each in told["results"]] == ["new"] * 4 + ["unchanged"]
    assert not any("baselineState" in each for each in run(PLAIN)["results"])


def test_the_tool() -> None:
    driver = run(EMPTY)["tool"]["driver"]
    assert driver["name"] == "rewrite-refs"
    assert driver["version"] == __version__
    assert [each["id"] for each in driver["rules"]] == [each.NAME for each in RULES]
    first = driver["rules"][0]
    assert first["name"] == "DirectUpstream"
    assert first["shortDescription"]["text"].startswith("An image is pulled from its upstream")
    assert "before:" not in first["fullDescription"]["text"]
    assert "\n    before:  image: nginx:1.25\n" in first["help"]["markdown"]
    assert first["helpUri"].endswith("/docs/rules.md#direct-upstream")
    assert first["defaultConfiguration"] == {"level": "error", "enabled": True}
    assert first["properties"] == {
        "tags": ["container-images", "ecr", "fixable"],
        "problem.severity": "error",
    }


@pytest.mark.parametrize("report", [EMPTY, LISTED])
def test_the_rules_meet_the_limits_of_github(report: Report) -> None:
    for each in run(report)["tool"]["driver"]["rules"]:
        texts = [each[name]["text"] for name in ("shortDescription", "fullDescription", "help")]
        assert all(texts)
        assert max(map(len, texts[:2])) <= 1024
        assert len(each["name"]) <= 255
        assert len(each["properties"]["tags"]) <= 10


def test_a_long_manual_is_cut_at_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RULES[0], "__doc__", "One. " + "word " * 300)
    told = run(EMPTY)["tool"]["driver"]["rules"][0]["fullDescription"]["text"]
    assert 1000 < len(told) <= 1024
    assert told.endswith(" word ...")


def test_failures() -> None:
    told = run(FULL)["invocations"]
    where = {"artifactLocation": {"uri": "apps/shop/secret.yaml", "uriBaseId": "%SRCROOT%"}}
    assert told == [
        {
            "executionSuccessful": False,
            "toolExecutionNotifications": [
                {
                    "level": "error",
                    "message": {"text": "cannot be read: Permission denied"},
                    "locations": [{"physicalLocation": where}],
                }
            ],
        }
    ]
    assert run(PLAIN)["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_a_listing() -> None:
    told = run(LISTED)
    names = [each["id"] for each in told["tool"]["driver"]["rules"]]
    assert names[0] == "reference"
    assert [(each["ruleId"], each["level"]) for each in told["results"]] == [
        ("unparsable-file", "error"),
        ("reference", "note"),
        ("reference", "note"),
    ]
    assert all(names[each["ruleIndex"]] == each["ruleId"] for each in told["results"])


@pytest.mark.parametrize("path", PATHS)
def test_a_uri_is_the_bytes_of_the_name(path: str) -> None:
    (told,) = run(Report([], [], [DIRECT._replace(location=Location(path, 1, 1, 1, 2))], base="a b"))[
        "results"
    ]
    uri = told["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote_to_bytes(uri) == os.fsencode(f"a b/{path}")
    assert not {*" #?:[]\"'"} & {*uri}


def test_a_message_has_no_link() -> None:
    (told,) = run(Report([], [], [NOTE._replace(problem="[a](https://evil.example) \x1b\u202e")]))["results"]
    assert told["message"]["text"] == "[a] (https://evil.example) \\x1b\\u202e"


def test_of_too_many_the_worst_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "_MOST", 3)
    told = run(Report([], [], [NOTE, KNOWN, NOTE, DIRECT, NOTE]))
    assert [each["level"] for each in told["results"]] == ["error", "error", "note"]
    assert told["invocations"][0]["toolExecutionNotifications"] == [
        {
            "level": "warning",
            "message": {"text": "2 results are left out, the least severe: GitHub accepts 3."},
        }
    ]


@settings(deadline=None)
@given(reports)
def test_any_report_is_sarif(report: Report) -> None:
    told = run(report)
    if not report.listed:
        assert len(told["results"]) == len(report.diagnostics)
        assert [bool(each.get("fixes")) for each in told["results"]] == [
            bool(each.fix) for each in report.diagnostics
        ]
