from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given

from rewrite_refs.reports import Location, Report, github, in_repository, visible
from tests.published import MANUAL
from tests.reports.some import (
    DIRECT,
    EMPTY,
    FULL,
    KNOWN,
    LISTED,
    NASTY,
    NO_RULE,
    NOTE,
    PLAIN,
    TARGET,
    reports,
)

ADVICE = f"nginx:1 is pulled directly from docker.io: use {TARGET}"


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    data: str


def decoded(text: str, *signs: tuple[str, str]) -> str:
    for code, sign in (("%0D", "\r"), ("%0A", "\n"), *signs, ("%25", "%")):
        text = text.replace(code, sign)
    return text


def command(line: str) -> Command | None:
    """The command that the runner of GitHub finds in a line, of either of its two syntaxes."""
    trimmed = line.lstrip()
    if trimmed.startswith("::") and "::" in trimmed[2:]:
        head, _, data = trimmed[2:].partition("::")
        name, _, rest = head.partition(" ")
        pairs = (pair.partition("=") for pair in rest.strip().split(",") if pair)
        properties = {key: decoded(value, ("%3A", ":"), ("%2C", ",")) for key, _, value in pairs}
        return Command(name, properties, decoded(data))
    if "##[" in line and "]" in line.partition("##[")[2]:
        return Command(line.partition("##[")[2].partition("]")[0], {}, "")
    return None


def test_an_annotation() -> None:
    assert next(github.lines(PLAIN)) == (
        "::error file=deploy/web.yaml,line=4,endLine=4,col=12,endColumn=19,"
        f"title=rewrite-refs%3A direct-upstream::{ADVICE}"
    )
    assert list(github.lines(PLAIN))[2] == (
        "::notice file=deploy/web.yaml,line=12,endLine=14,"
        "title=rewrite-refs%3A unresolved-reference::$X cannot be told"
    )


def test_the_baseline_is_in_a_fold_and_failures_come_first() -> None:
    told = [command(line) for line in github.lines(FULL)]
    assert [each and each.name for each in told] == [
        *("error", "error", "error", "warning", "notice"),
        *("group", None, "endgroup"),
    ]
    assert told[0] is not None
    assert told[0].properties["file"] == "apps/shop/secret.yaml"
    assert list(github.lines(FULL))[-3:] == [
        "::group::Findings of the baseline: 1",
        f"old/web.yaml:2:1: direct-upstream {ADVICE}",
        "::endgroup::",
    ]


def test_ten_are_annotated_the_worst_first() -> None:
    many = [NOTE, NO_RULE] + [
        DIRECT._replace(location=Location("a", line, 1, line, 2)) for line in range(1, 10)
    ]
    told = list(github.lines(Report([], [], many)))
    assert [line.partition(" ")[0] for line in told[:10]] == ["::error"] * 9 + ["::warning"]
    assert told[10:] == [
        "GitHub shows 10 annotations of a step. The other findings:",
        "deploy/web.yaml:12:12: unresolved-reference $X cannot be told",
    ]


def test_of_a_listing_only_what_could_not_be_read_is_annotated() -> None:
    told = list(github.lines(LISTED))
    assert [line.startswith("::error ") for line in told] == [True, True, False, False]
    assert told[2] == f"deploy/web.yaml:4:12: reference nginx:1 is direct: it becomes {TARGET}"


def test_nothing_found() -> None:
    assert list(github.lines(EMPTY)) == []
    assert list(github.summary(EMPTY)) == ["## rewrite-refs: no findings"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("::error::x", "./::error::x:1:1: x y"),
        (" ::error::x", "./ ::error::x:1:1: x y"),
        ("##[group]a", "##\\x5bgroup]a:1:1: x y"),
        ("##vso[task]a", "##vso\\x5btask]a:1:1: x y"),
        ("a\r\n::error::b", "a\\r\\n::error::b:1:1: x y"),
    ],
)
def test_a_name_is_no_command(path: str, expected: str) -> None:
    known = KNOWN._replace(rule="x", problem="y", help=None, location=Location(path, 1, 1, 1, 1))
    assert list(github.lines(Report([], [], [known])))[1] == expected


def named(report: Report, path: str) -> str:
    """A path as a command has it: nothing but the ends of lines is raw in the log, for they are escaped."""
    return "".join(char if char in "\r\n" else visible(char) for char in in_repository(report, path))


@given(reports)
def test_no_report_has_a_command_of_somebody_else(report: Report) -> None:
    told = list(github.lines(report))
    assert all(line.isprintable() or line.startswith("::") for line in told)
    assert not any("\n" in line or "\r" in line for line in told)
    assert not any("##vso[" in line for line in told if not line.startswith("::"))
    commands = [each for each in map(command, told) if each]
    marked = [each for each in commands if each.name in ("error", "warning", "notice")]
    assert len(marked) <= 10
    folds = [each.name for each in commands if each not in marked]
    assert folds == (["group", "endgroup"] if any(each.known for each in report.diagnostics) else [])
    if not report.listed:
        expected = {
            (named(report, each.location.path), str(each.location.line), visible(each.message))
            for each in report.diagnostics
        } | {(named(report, each.path), "1", visible(each.message)) for each in report.file_failures}
        shown = {(each.properties["file"], each.properties["line"], each.data) for each in marked}
        assert shown <= expected
        quiet = sum(not each.known for each in report.diagnostics) + len(report.file_failures) - len(marked)
        assert quiet >= 0


def test_summary() -> None:
    assert list(github.summary(FULL))[:7] == [
        "## rewrite-refs: 1 file not read or written, 2 errors, 1 warning, 1 note",
        "",
        "| rule | severity | findings | of the baseline |",
        "| --- | --- | --- | --- |",
        f"| [direct-upstream]({MANUAL}#direct-upstream) | error | 2 | 1 |",
        f"| [no-rule]({MANUAL}#no-rule) | warning | 1 | 0 |",
        f"| [unresolved-reference]({MANUAL}#unresolved-reference) | note | 1 | 0 |",
    ]
    assert (
        list(github.summary(FULL))[10]
        == "| **error** |  | `apps/shop/secret.yaml` | `cannot be read: Permission denied` |"
    )


@pytest.mark.parametrize("listed", [False, True])
def test_a_summary_stays_below_what_github_takes(listed: bool) -> None:
    nasty = DIRECT._replace(problem="".join(NASTY) * 10)
    long = [LISTED.records[0]._replace(text=nasty.problem)] * 600
    report = Report(long, [], (), (), "", True) if listed else Report([], [], [nasty] * 600)
    told = "\n".join(github.summary(report))
    assert len(told.encode("utf-8")) < 1024 * 1024
    assert "more are not shown" in told
