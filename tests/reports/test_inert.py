"""Whatever a report holds, no CI system and no terminal obeys it, in any format."""

from __future__ import annotations

import csv as reader
import json as parser
from importlib import import_module
from xml.etree import ElementTree

import pytest

from rewrite_refs.cli.reporting import FORMATS
from rewrite_refs.images.reference import Reference
from rewrite_refs.reports import (
    Diagnostic,
    FileFailure,
    Group,
    Location,
    ParseFailure,
    ReferenceRecord,
    Replacement,
    Report,
    inert,
    visible,
)
from tests.hostile import NAMES, TEXTS, obeyed, raw

ALL = (*NAMES, *TEXTS)
OURS = ("error", "warning", "notice", "group", "endgroup")


def report(text: str, listed: bool) -> Report:
    """A report with *text* wherever a report has a text."""
    location = Location(text, 1, 1, 1, 3)
    record = ReferenceRecord(
        location, "kubernetes", text, Reference(text, text, text, text), "direct", text, text, text
    )
    fix = (Replacement(location, text),)
    diagnostics = [
        Diagnostic("no-rule", "error", location, text, text, text, text, True, fix, known)
        for known in (False, True)
    ] * 12
    groups = [Group(text, 1, {"direct": 1})] if listed else []
    shown = () if listed else diagnostics
    return Report(
        [record, record],
        [ParseFailure(text, 1, 1, text)],
        shown,
        [FileFailure(text, text)],
        "",
        listed,
        groups,
    )


def printed(format: str, text: str, listed: bool = False) -> str:
    lines = import_module(f"rewrite_refs.reports.{format}").lines(report(text, listed))
    if format in ("text", "concise"):  # the one place through which they go out
        lines = map(inert.line, lines)
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize("format", FORMATS)
def test_no_format_prints_what_is_obeyed(format: str) -> None:
    ours = OURS if format == "github" else ()
    wrong = [
        (text, line)
        for text in ALL
        for listed in (False, True)
        for log in [printed(format, text, listed)]
        for line in (*obeyed(log, ours), *raw(log))
    ]
    assert wrong == []


@pytest.mark.parametrize("text", ALL)
def test_the_values_of_data_stay(text: str) -> None:
    shown = text.encode("utf-8", "backslashreplace").decode()
    assert parser.loads(printed("json", text))["findings"][0]["path"] == shown
    assert parser.loads(printed("jsonl", text, listed=True).split("\n")[0])["text"] == shown
    found = parser.loads(printed("sarif", text))["runs"][0]["results"][0]
    assert found["message"]["text"] == visible(f"{text}: {text}").replace("](", "] (")
    assert ElementTree.fromstring(printed("junit", text))[0][0][0].attrib["message"] == visible(text)
    if not text.startswith("="):
        rows = list(reader.DictReader(printed("csv", text, listed=True).splitlines(), strict=True))
        assert rows[0]["path"] == inert.bracketed(visible(text), r"\x5b")


def test_values_that_nobody_obeys_are_printed_as_ever() -> None:
    for text in ("a::b", "# [x]", "#[derive]", "## x [y]", "a #1 [b", ": x", "C:\\x", "\u2764\ufe0f"):
        assert inert.line(text) == text
        assert not inert.is_obeyed(f" {text}\n+{text}\r\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("::x::y", "./::x::y"),
        ("\t ::x", "./\t ::x"),
        ("\u034f:\ufe0f:x", "./\u034f:\ufe0f:x"),
        ("a ##[x]##vso[y]", r"a ##\x5bx]##vso\x5by]"),
        ("####teamcity[x", r"####teamcity\x5bx"),
        ("#\u034f#v\ufe0f[x", "#\u034f#v\ufe0f\\x5bx"),
    ],
)
def test_a_line(text: str, expected: str) -> None:
    assert inert.line(text) == expected
    assert inert.line(expected) == expected
    assert inert.is_obeyed(f"harmless\n{text}\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" a\r\n+\tb\r\n", " a\r\n+\tb\r\n"),
        ("+a\rb\x1b[2J\n", "+a\\rb\\x1b[2J\n"),
        ("-\x9b\u202e\u2028\x00\n", "-\\x9b\\u202e\\u2028\\x00\n"),
        ("-\ufeff\u00a0\u3000\n", "-\ufeff\u00a0\u3000\n"),
        (" ##vso[a]\n", " ##vso\\x5ba]\n"),
        (" a: b\r\n \t::c::d\r\n", " a: b\r\n \t\\x3a:c::d\r\n"),
        (" section_start:0:x\r\n", " section_start\\x3a0:x\r\n"),
    ],
)
def test_a_diff(text: str, expected: str) -> None:
    assert inert.tamed(text) == expected
    assert inert.is_obeyed(text) == (text != expected)


def test_a_long_text_takes_no_long_time() -> None:
    for part in ("#", "##x", " ", "\n", "#\u034f", "section_"):
        assert not inert.is_obeyed(part * 200_000)
