from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given

from rewrite_refs.reports import Report, in_repository, junit
from rewrite_refs.reports.common import shown
from tests.reports.some import DIRECT, EMPTY, FULL, LISTED, NOTE, TARGET, reports


def suites(report: Report) -> ElementTree.Element:
    return ElementTree.fromstring("\n".join(junit.lines(report)).encode("utf-8"))


def cases(report: Report) -> list[tuple[str, str, str]]:
    return [
        (each.attrib["classname"], each.attrib["name"], each[0].tag if len(each) else "passed")
        for each in suites(report).iter("testcase")
    ]


def test_a_case() -> None:
    assert list(junit.lines(Report([], [], [DIRECT]))) == [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuites name="rewrite-refs" tests="1" failures="1" errors="0">',
        '  <testsuite name="deploy/web.yaml" tests="1" failures="1" errors="0" skipped="0">',
        '    <testcase classname="deploy/web.yaml" name="direct-upstream: docker.io/library/nginx"'
        ' file="deploy/web.yaml" line="4">',
        f'      <failure message="nginx:1 is pulled directly from docker.io: use {TARGET}" type="error">'
        f"deploy/web.yaml:4:12: nginx:1 is pulled directly from docker.io: use {TARGET}</failure>",
        "    </testcase>",
        "  </testsuite>",
        "</testsuites>",
    ]


def test_what_fails_and_what_is_skipped() -> None:
    web = "apps/shop/deploy/web.yaml"
    assert cases(FULL) == [
        ("apps/shop/secret.yaml", "failure", "error"),
        (web, "direct-upstream: docker.io/library/nginx", "failure"),
        (web, "no-rule: quay.io/a/b", "failure"),
        (web, "unresolved-reference", "skipped"),
        (web, "direct-upstream: docker.io/library/nginx (2)", "failure"),
        ("apps/shop/old/web.yaml", "direct-upstream: docker.io/library/nginx", "skipped"),
    ]
    known = list(suites(FULL).iter("skipped"))[-1]
    assert known.attrib["message"].startswith("in the baseline: nginx:1 is")
    assert suites(FULL).attrib == {"name": "rewrite-refs", "tests": "6", "failures": "3", "errors": "1"}


def test_nothing_found_is_a_case_that_passes() -> None:
    assert cases(EMPTY) == [("rewrite-refs", "no findings", "passed")]
    assert suites(EMPTY).attrib["tests"] == "1"


def test_a_listing() -> None:
    assert [kind for *_, kind in cases(LISTED)] == ["error", "failure", "skipped", "skipped"]


def test_what_xml_cannot_hold_is_spelled_out() -> None:
    nasty = NOTE._replace(problem="\x00\x1b\ufffe\udcff]]>&<\"'\n", subject="\x00")
    (skipped,) = suites(Report([], [], [nasty])).iter("skipped")
    assert skipped.attrib["message"] == "\\x00\\x1b\\ufffe\\udcff]]>&<\"'\\n"
    assert skipped.text == "deploy/web.yaml:12:12: " + skipped.attrib["message"]


@given(reports)
def test_any_report_is_well_formed_and_counted(report: Report) -> None:
    root = suites(report)
    found = shown(report)
    assert len(list(root.iter("testcase"))) == max(len(found), 1) == int(root.attrib["tests"])
    for suite in root:
        names = [each.attrib["name"] for each in suite]
        assert len({*names}) == len(names) == int(suite.attrib["tests"])
        for kind, count in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert len(list(suite.iter(kind))) == int(suite.attrib[count])
    if found:
        assert len(root) == len({in_repository(report, each.location.path) for each, _ in found})
