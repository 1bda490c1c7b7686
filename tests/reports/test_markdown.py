from __future__ import annotations

import re
from xml.etree import ElementTree

import cmarkgfm  # type: ignore[import-untyped]
import pytest
from hypothesis import given

from rewrite_refs.reports import Report, github, inert, markdown, visible
from rewrite_refs.reports.common import FAILURE, shown, worst
from tests.published import MANUAL
from tests.reports.some import DIRECT, EMPTY, FULL, KNOWN, LISTED, NASTY, PLAIN, TARGET, reports


def test_findings() -> None:
    assert list(markdown.lines(PLAIN)) == [
        "## rewrite-refs: 1 error, 1 warning, 1 note",
        "",
        "| severity | rule | place | what, and what to do |",
        "| --- | --- | --- | --- |",
        f"| **error** | [direct-upstream]({MANUAL}#direct-upstream) | `deploy/web.yaml:4:12` |"
        f" `nginx:1 is pulled directly from docker.io: use {TARGET}` |",
        f"| warning | [no-rule]({MANUAL}#no-rule) | `deploy/web.yaml:9:12` | `quay.io has no rule` |",
        f"| note | [unresolved-reference]({MANUAL}#unresolved-reference) | `deploy/web.yaml:12:12` |"
        " `$X cannot be told` |",
    ]


def test_the_baseline_and_failures() -> None:
    told = list(markdown.lines(FULL))
    assert told[0] == "## rewrite-refs: 1 file not read or written, 2 errors, 1 warning, 1 note"
    assert told[4] == "| **error** |  | `apps/shop/secret.yaml` | `cannot be read: Permission denied` |"
    assert told[-2:] == ["", "1 finding of the baseline not shown."]
    assert list(markdown.lines(Report([], [], [KNOWN, KNOWN]))) == [
        "## rewrite-refs: no findings",
        "",
        "2 findings of the baseline not shown.",
    ]
    assert list(markdown.lines(EMPTY)) == ["## rewrite-refs: no findings"]


def test_a_listing() -> None:
    told = list(markdown.lines(LISTED))
    assert told[0] == "## rewrite-refs: 3 references"
    assert told[-5:] == [
        "| place | reference | status | becomes | because |",
        "| --- | --- | --- | --- | --- |",
        f"| `apps/deploy/web.yaml:4:12` | `nginx:1` | direct | `{TARGET}` |  |",
        f"|  | `nginx:1` | direct | `{TARGET}` |  |",
        "| `apps/deploy/web.yaml:4:12` | `nginx:1` | own |  | `yours` |",
    ]
    assert "| `docker.io` | 3 | 2 direct, 1 own |" in told
    assert any("`apps/broken.yaml:3:1` | `found no key`" in line for line in told)


def test_a_comment_has_room_for_it() -> None:
    told = "\n".join(markdown.lines(Report([], [], [DIRECT] * 5_000)))
    assert len(told) < 65_536
    shown = told.count("| **error** |")
    assert told.endswith(f"\n\n{5_000 - shown} more are not shown: there is no room for them here.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a", "`a`"), ("", ""), ("a`b|c\\", "`a\\x60b\\x7cc\\`"), ("\x1b\n\udcff", "`\\x1b\\n\\udcff`")],
)
def test_code(text: str, expected: str) -> None:
    assert markdown.code(text) == expected


def rendered(lines: list[str]) -> ElementTree.Element:
    """What GitHub's own renderer makes of it, with raw HTML let through."""
    html = cmarkgfm.github_flavored_markdown_to_html("\n".join(lines), cmarkgfm.Options.CMARK_OPT_UNSAFE)
    return ElementTree.fromstring(f"<body>{html}</body>")


@given(reports)
def test_nothing_of_a_file_leaves_its_code_span(report: Report) -> None:
    for lines in (list(markdown.lines(report)), list(github.summary(report))):
        root = rendered(lines)
        tags = {each.tag for each in root.iter()}
        assert tags <= {"body", "h2", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "a", "strong"}
        assert all(each.attrib["href"].startswith(MANUAL) for each in root.iter("a"))
        widths = {len(row) for table in root.iter("table") for row in table.iter("tr")}
        assert widths <= {3, 4, 5}
        for part in root.iter():
            outside = (part.text or "") if part.tag != "code" else ""
            assert re.fullmatch(r"[\w\s:,.*-]*", outside + (part.tail or ""))
    if not report.listed:
        cells = [
            [cell.text for cell in row.iter("code")]
            for row in rendered(list(markdown.lines(report))).iter("tr")
        ]
        told = worst([each for each, _ in shown(report) if not each.known])
        assert len(cells) == (len(told) + 1 if told else 0)
        for each, codes in zip(told, cells[1:], strict=True):
            message = inert.bracketed(visible(each.message), r"\x5b")
            assert codes[-1] == message.replace("`", "\\x60").replace("|", "\\x7c")
            assert each.rule == FAILURE or codes[0] is not None


@pytest.mark.parametrize("text", NASTY)
def test_hostile_text(text: str) -> None:
    root = rendered(list(markdown.lines(Report([], [], [DIRECT._replace(problem=text, help=None)]))))
    assert len(root.findall(".//td")) == 4
    assert [each.attrib["href"] for each in root.iter("a")] == [f"{MANUAL}#direct-upstream"]


def test_the_worst_come_first() -> None:
    told = list(markdown.lines(Report([], [], [*PLAIN.diagnostics[::-1]])))
    assert [line.split(" | ")[0] for line in told[4:]] == ["| **error**", "| warning", "| note"]
