"""The HTML page: what it holds, and in a real Chromium what it does."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.cache.verdict import Status
from rewrite_refs.images.reference import Reference
from rewrite_refs.reports import (
    Diagnostic,
    FileFailure,
    Location,
    ParseFailure,
    ReferenceRecord,
    Report,
    Severity,
    html,
    visible,
)
from tests.common import HOST
from tests.reports.browser import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

FORGE = "https://github.com/parcels/shop/blob/0123456"


def link(path: str, line: int) -> str | None:
    return f"{FORGE}/{path}#L{line}"


def entry(
    status: Status, host: str = "docker.io", line: int = 1, path: str = "a.yaml", **more: Any
) -> ReferenceRecord:
    reference = Reference(host, "team/app", "1")
    location = Location(path, line, 2, line, 9)
    return ReferenceRecord(
        location, "kubernetes", f"{host}/team/app:1", reference, status, None, None, None
    )._replace(**more)


def finding(of: ReferenceRecord, rule: str, severity: Severity, **more: Any) -> Diagnostic:
    assert of.location
    return Diagnostic(rule, severity, of.location, f"{of.text} breaks {rule}", "do this")._replace(**more)


TARGET = f"{HOST}/docker-hub/team/app:1"
DIRECT = entry(
    "direct", line=10, path="deploy/a.yaml", rule="docker.io", target=TARGET, code="direct-upstream"
)
WRONG = entry(
    "wrong",
    HOST,
    2,
    "deploy/a.yaml",
    rule="docker.io",
    reason="library/ is missing",
    code="missing-library",
)
CACHED = entry("cached", HOST, 3, "deploy/a.yaml", rule="docker.io/team")
NO_RULE = entry("unmapped", "quay.io", 4, reason="no rule", code="no-rule", format="compose")
UNCACHEABLE = entry("unmapped", "gcr.io", 5, reason="ECR cannot cache gcr.io", code="uncacheable-registry")
UNRESOLVED = entry("unresolved", line=6, reference=None, text="$IMAGE", reason="$IMAGE", format="dockerfile")
OWN = entry("own", "registry.example.com", 7, reason="ours")
IGNORED = entry("ignored", line=8, reason="ignored by a comment", code="direct-upstream")
GIVEN = entry("direct", "docker.io", rule="docker.io", location=None, format=None)
ENTRIES = (DIRECT, WRONG, CACHED, NO_RULE, UNCACHEABLE, UNRESOLVED, OWN, IGNORED)
FINDINGS = (
    finding(UNRESOLVED, "unresolved-reference", "note"),
    finding(NO_RULE, "no-rule", "warning", known=True),
    finding(DIRECT, "direct-upstream", "error", fixable=True),
    finding(DIRECT, "moving-tag", "note"),
    finding(WRONG, "missing-library", "error", fixable=True),
    Diagnostic("unparsable-file", "error", Location("b.yaml", 3, 1, 3, 1), "cannot be read"),
)
CHECKED = Report(ENTRIES, [], FINDINGS, [FileFailure("closed", "cannot be read: Permission denied")])
LISTED = Report((*ENTRIES, GIVEN), [ParseFailure("b.yaml", 3, 1, "no YAML")], listed=True)
HOSTILE = (
    "</script><script>window.hit=1</script>",
    "<!--<script>",
    "]]><img src=x onerror=window.hit=1>",
    "\"'><svg/onload=window.hit=1>",
    "' onmouseover='window.hit=1",
    "javascript:window.hit=1",
    "data:text/html,<script>window.hit=1</script>",
    "a\u2028b\u2029c",
    "\ud800 \udcff",
    "\u202egnp.\u2066exe\u200b",
    "\x00\x1b[31m\r\n\x85",
    "{{constructor.constructor('window.hit=1')()}} ${window.hit=1} \\u003c &lt;b&gt; &#60;",
)


def page(report: Report, *more: Any) -> str:
    return "".join(f"{line}\n" for line in html.lines(report, *more))


def data(text: str) -> dict[str, list[dict[str, Any]]]:
    block = text.partition('<script type="application/json" id="data">')[2].partition("</script>")[0]
    assert not set(block) & set("<>&\u2028\u2029")
    assert block.isascii()
    return {
        name: [dict(zip(part["columns"], row, strict=True)) for row in part["rows"]]
        for name, part in json.loads(block).items()
    }


class Reader(HTMLParser):
    """The elements of a page with their attributes, and its text outside of styles and scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.hrefs: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.hrefs += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] not in ("style", "script"):
            self.words.append(data)


# --- what it holds -----------------------------------------------------------------------------


def test_what_is_left_to_do_in_a_check() -> None:
    rows = data(page(CHECKED, link))["todo"]
    assert [(each["level"], each["rule"], each["fix"], each["known"]) for each in rows] == [
        ("error", "direct-upstream", "by rewrite", False),
        ("error", "missing-library", "by rewrite", False),
        ("error", "unparsable-file", "by hand", False),
        ("warning", "no-rule", "by hand", True),
        ("note", "unresolved-reference", "by hand", False),
        ("note", "moving-tag", "by hand", False),
    ]
    assert rows[0] == {
        "level": "error",
        "rule": "direct-upstream",
        "path": "deploy/a.yaml",
        "line": 10,
        "url": f"{FORGE}/deploy/a.yaml#L10",
        "what": "docker.io/team/app:1 breaks direct-upstream: do this",
        "fix": "by rewrite",
        "known": False,
        "status": "direct",
        "upstream": "docker.io",
        "format": "kubernetes",
    }
    assert (rows[2]["status"], rows[2]["upstream"], rows[2]["format"]) == ("", "", "")


def test_what_is_left_to_do_in_a_list() -> None:
    rows = data(page(LISTED))["todo"]
    assert [(each["level"], each["rule"], each["what"], each["url"]) for each in rows] == [
        ("direct", "direct-upstream", f"docker.io/team/app:1: use {TARGET}", None),
        ("direct", "", "docker.io/team/app:1: the rule for docker.io takes it", None),
        ("wrong", "missing-library", f"{HOST}/team/app:1: library/ is missing", None),
        ("unmapped", "no-rule", "quay.io/team/app:1: no rule", None),
        ("unmapped", "uncacheable-registry", "gcr.io/team/app:1: ECR cannot cache gcr.io", None),
        ("unresolved", "", "$IMAGE: $IMAGE", None),
    ]


def test_all_references() -> None:
    rows = data(page(CHECKED, link))["all"]
    assert rows[0] == {
        "path": "deploy/a.yaml",
        "line": 10,
        "url": f"{FORGE}/deploy/a.yaml#L10",
        "status": "direct",
        "image": "docker.io/team/app:1",
        "target": TARGET,
        "upstream": "docker.io",
        "format": "kubernetes",
        "reason": "",
        "rule": ["direct-upstream", "moving-tag"],
    }
    assert [each["upstream"] for each in rows] == [
        *("docker.io", "docker.io", "docker.io", "quay.io", "gcr.io", "(not known)"),
        *("registry.example.com", "docker.io"),
    ]
    listed = data(page(LISTED))["all"]
    assert [each["rule"] for each in listed[-2:]] == [[], []]
    assert listed[0]["rule"] == ["direct-upstream"]
    assert (listed[-1]["path"], listed[-1]["line"], listed[-1]["format"]) == ("", 0, "")
    assert data(page(CHECKED._replace(records=[GIVEN]), link))["all"][0]["rule"] == []


def test_paths_count_from_the_top_of_the_repository() -> None:
    text = page(CHECKED._replace(base="sub/folder"), link)
    assert data(text)["todo"][0]["path"] == "sub/folder/deploy/a.yaml"
    assert data(text)["todo"][0]["url"] == f"{FORGE}/sub/folder/deploy/a.yaml#L10"
    assert "sub/folder/closed" in text


def test_words() -> None:
    words = " ".join("".join(Reader(page(CHECKED, link, "shop")).words).split())
    for part in (
        "Image references of shop",
        "8 References in 3 files".replace("3", "2"),
        "1 Direct",
        "ECR could cache 1 of them",
        "closed cannot be read: Permission denied",
        "6 findings: 3 errors, 1 warning, 2 notes. rewrite-refs rewrite fixes 2 of them. 1 are known",
        "quay.io",
        "none yet",
        "ECR cannot cache it",
    ):
        assert part.replace(" ", "") in words.replace(" ", ""), part
    listed = "".join(Reader(page(LISTED)).words)
    assert "6 references of 9." in listed
    assert "b.yaml:3" in listed


def test_nothing_found() -> None:
    empty = Report([], [])
    assert data(page(empty)) == {"todo": [], "all": []}
    assert "0 findings." in page(empty)
    assert "Not read" not in page(empty)
    assert "ECR can cache none of them" in page(Report([UNCACHEABLE], []))
    assert page(empty) == page(empty)


def test_without_a_script_the_first_rows_are_there() -> None:
    many = [entry("direct", line=line) for line in range(1, 250)]
    rows = [finding(each, "direct-upstream", "error") for each in many]
    text = page(Report(many, [], rows))
    assert "49 more are shown with JavaScript" in text
    assert text.count("<td class=rule>") == 200


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://git.example.com/a?b=1&c='\"<>", True),
        ("http://git.example.com/a", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        (" https://git.example.com", False),
        ("https://git.example.com/\n", False),
        ("https://git.example.com/\u202e", False),
        ("//git.example.com", False),
        ("data:text/html,x", False),
        ("", False),
        (None, False),
    ],
)
def test_only_addresses_of_the_web_become_links(url: str | None, is_link: bool) -> None:
    text = page(CHECKED, lambda path, line: url)
    assert {each["url"] for rows in data(text).values() for each in rows} == {url if is_link else None}
    assert (url in Reader(text).hrefs) == is_link


def hostile(text: str) -> Report:
    """A report with *text* wherever it may hold something from a repository."""
    location = Location(text, 1, 2, 1, 9)
    each = ReferenceRecord(location, text, text, Reference(text, text, text), "direct", text, None, text)
    wrong = each._replace(status="wrong", rule=text, location=location._replace(line=2))
    found = Diagnostic(text, "error", location, text, text, text, text)
    return Report([each, wrong], [], [found], [FileFailure(text, text)])


@given(st.text() | st.sampled_from(HOSTILE), st.booleans())
def test_nothing_becomes_markup(text: str, listed: bool) -> None:
    def made(text: str) -> str:
        report = hostile(text)
        if listed:
            report = report._replace(
                listed=True, diagnostics=[], parse_failures=[ParseFailure(text, 1, 1, text)]
            )
        return page(report, lambda path, line: FORGE, text)

    tags = Reader(made(text)).tags
    assert data(made(text))["all"][0]["image"] == visible(text)
    assert set(tags) <= set(Reader(made("x")).tags)
    assert Counter(tag for tag, _ in tags)["script"] == 2
    assert made(text).replace("\n", "").isprintable()


# --- in a browser ------------------------------------------------------------------------------


class Opened:
    """A page in the browser, and what it did besides."""

    def __init__(self, made: Page) -> None:
        self.page = made
        self.noise: list[str] = []
        self.requests: list[str] = []
        made.on("console", lambda message: self.noise.append(message.text))
        made.on("pageerror", lambda error: self.noise.append(str(error)))
        made.on("dialog", self.dialog)
        made.on("request", lambda request: self.requests.append(request.url))

    def dialog(self, dialog: Dialog) -> None:
        self.noise.append(dialog.message)
        dialog.dismiss()

    def rows(self, name: str, column: str) -> list[str]:
        return self.page.locator(f"#{name} tbody td.{column}").all_inner_texts()

    def said(self) -> str:
        return self.page.locator("#said").inner_text()

    def address(self) -> str:
        return self.page.evaluate("decodeURIComponent(location.hash)")  # type: ignore[no-any-return]


Open = Callable[..., Opened]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def open_(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens the page of a report; in the end it must have said nothing and asked for nothing but itself."""
    opened: list[Opened] = []
    path = tmp_path / "report.html"

    def opens(report: Report, view: str = "", script: str = "", **context: Any) -> Opened:
        path.write_text(page(report, link, "shop"), "utf-8")
        made = browser.new_context(**context).new_page()
        made.route("**/*", lambda route: route.continue_() if route.request.is_navigation_request() else None)
        if script:
            made.add_init_script(script)
        opened.append(Opened(made))
        made.goto(path.as_uri() + view)
        return opened[-1]

    yield opens
    for each in opened:
        assert each.noise == []
        assert {url.partition("#")[0] for url in each.requests} == {path.as_uri()}
        each.page.context.close()


def test_a_page_shows_all(open_: Open) -> None:
    shown = open_(CHECKED)
    assert shown.page.title() == "Image references of shop"
    assert shown.said() == "Shown: 6 of 6 left to do, 8 of 8 references."
    assert shown.rows("todo", "level") == [
        *("error", "error", "error", "warning, known"),
        *("note", "note"),
    ]
    assert shown.rows("all", "image")[0] == f"docker.io/team/app:1\n\u2192 {TARGET}"
    first = shown.page.locator("#todo tbody a").first
    assert first.get_attribute("href") == f"{FORGE}/deploy/a.yaml#L10"
    listed = open_(LISTED)
    assert listed.rows("todo", "level")[0] == "direct"
    assert listed.rows("all", "place")[-1] == ""
    assert open_(Report([], [])).page.locator("#todo tbody").inner_text() == "Nothing is left to do."


@pytest.mark.parametrize(
    ("name", "value", "todo", "every"),
    [
        ("status", "direct", 2, 1),
        ("upstream", "docker.io", 3, 4),
        ("upstream", "(not known)", 1, 1),
        ("format", "compose", 1, 1),
        ("rule", "moving-tag", 1, 1),
        ("rule", "unparsable-file", 1, 0),
        ("q", "DEPLOY team", 3, 3),
        ("q", "a.yaml:10", 2, 1),
        ("q", "nothing like it", 0, 0),
    ],
)
def test_filters(open_: Open, name: str, value: str, todo: int, every: int) -> None:
    shown = open_(CHECKED)
    field = shown.page.locator(f"[name={name}]")
    if name == "q":
        field.fill(value)
    else:
        field.select_option(value)
    said = f"Shown: {todo} of 6 left to do, {every} of 8 references."
    shown.page.get_by_text(said).wait_for()
    assert len(shown.rows("todo", "rule")) == todo
    assert len(shown.rows("all", "image")) == every
    if not every and not todo:
        assert shown.page.get_by_text("Nothing matches the filters.").count() == 2
    view = shown.page.evaluate("location.hash")
    again = open_(CHECKED, view)
    assert again.said() == said
    again.page.get_by_role("button", name="Clear").click()
    assert again.said() == "Shown: 6 of 6 left to do, 8 of 8 references."
    assert again.address() in ("", "#")
    assert again.page.get_by_role("button", name="Clear").is_disabled()


def test_filters_go_together_and_strange_ones_are_left_out(open_: Open) -> None:
    shown = open_(CHECKED, "#status=direct&upstream=docker.io&rule=moving-tag&format=kubernetes&q=app")
    assert shown.said() == "Shown: 1 of 6 left to do, 1 of 8 references."
    shown = open_(CHECKED, "#status=nonsense&upstream=<img src=x>&todo=nonsense&all=-nonsense&x=y&%")
    assert shown.said() == "Shown: 6 of 6 left to do, 8 of 8 references."
    assert shown.page.locator("[aria-sort]").count() == 0


def test_numbers_lead_to_their_references(open_: Open) -> None:
    shown = open_(CHECKED)
    shown.page.get_by_role("link", name="1 Direct").focus()
    shown.page.keyboard.press("Enter")
    shown.page.get_by_text("Shown: 2 of 6 left to do, 1 of 8 references.").wait_for()
    assert shown.page.evaluate("document.activeElement.id") == "lists"
    shown.page.get_by_role("row", name="quay.io").get_by_role("link", name="1").click()
    shown.page.get_by_text("Shown: 1 of 6 left to do, 1 of 8 references.").wait_for()
    assert shown.address() == "#upstream=quay.io&status=unmapped"
    shown.page.go_back()
    shown.page.get_by_text("Shown: 2 of 6 left to do, 1 of 8 references.").wait_for()


@pytest.mark.parametrize(
    ("name", "column", "up"),
    [
        ("todo", "level", ["error", "error", "error", "warning, known", "note", "note"]),
        ("todo", "rule", sorted(each.rule for each in FINDINGS)),
        (
            "todo",
            "place",
            ["a.yaml:4", "a.yaml:6", "b.yaml:3", *("deploy/a.yaml:" + each for each in ("2", "10", "10"))],
        ),
        ("todo", "fix", ["by hand"] * 4 + ["by rewrite"] * 2),
        (
            "all",
            "status",
            ["direct", "wrong", "unmapped", "unmapped", "unresolved", "cached", "own", "ignored"],
        ),
        (
            "all",
            "upstream",
            ["(not known)", *["docker.io"] * 4, "gcr.io", "quay.io", "registry.example.com"],
        ),
        ("all", "format", ["compose", "dockerfile", *["kubernetes"] * 6]),
    ],
)
def test_sorting(open_: Open, name: str, column: str, up: list[str]) -> None:
    def texts(shown: Opened) -> list[str]:
        return [each.removesuffix("copy") for each in shown.rows(name, column)]

    shown = open_(CHECKED)
    head = shown.page.locator(f"#{name} th[data-key={column}]")
    head.get_by_role("button").focus()
    shown.page.keyboard.press("Enter")
    assert texts(shown) == up
    assert head.get_attribute("aria-sort") == "ascending"
    head.get_by_role("button").click()
    assert texts(shown) == up[::-1]
    assert head.get_attribute("aria-sort") == "descending"
    assert shown.page.locator(f"#{name} [aria-sort]").count() == 1
    assert shown.address() == f"#{name}=-{column}"
    assert texts(open_(CHECKED, f"#{name}=-{column}")) == up[::-1]


def test_many_references_come_in_slices(open_: Open) -> None:
    many = [
        entry("direct" if line % 2 else "cached", line=line, rule="docker.io") for line in range(1, 20_001)
    ]
    found = [finding(each, "direct-upstream", "error") for each in many if each.status == "direct"]
    shown = open_(Report(many, [], found))
    assert shown.said() == "Shown: 10,000 of 10,000 left to do, 20,000 of 20,000 references."
    assert shown.page.locator("tbody tr").count() < 500
    more = shown.page.locator("#references .more")
    assert more.inner_text() == "Show 200 more of 19,800"
    more.click()
    assert len(shown.rows("all", "image")) == 400
    assert shown.rows("all", "place")[-1].startswith("a.yaml:400")
    shown.page.locator("#q").fill(":4321")
    shown.page.get_by_text("Shown: 1 of 10,000 left to do, 1 of 20,000 references.").wait_for()
    assert more.is_hidden()


@pytest.mark.parametrize(("number", "printed"), [(300, 300), (2100, 2000)])
def test_what_matches_is_printed(open_: Open, number: int, printed: int) -> None:
    shown = open_(Report([entry("direct", line=line) for line in range(1, number + 1)], []))
    rows, more = shown.page.locator("#all tbody tr"), shown.page.locator("#references .more")
    assert rows.count() == 200
    shown.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    shown.page.emulate_media(media="print")
    assert rows.count() == printed
    assert shown.page.locator("#q").is_hidden()
    if printed < number:
        assert more.inner_text() == "100 more are not printed: set filters first."
    else:
        assert more.is_hidden()
    shown.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert rows.count() == 200


@pytest.mark.parametrize("script", ["", "Object.defineProperty(navigator, 'clipboard', {value: undefined})"])
def test_a_place_is_copied(open_: Open, script: str) -> None:
    shown = open_(CHECKED, script=script, permissions=["clipboard-read", "clipboard-write"])
    shown.page.get_by_role("button", name="Copy deploy/a.yaml:10").first.click()
    shown.page.get_by_text("Copied deploy/a.yaml:10.").wait_for()
    shown.page.locator("#q").focus()
    shown.page.keyboard.press("Control+v")
    assert shown.page.locator("#q").input_value() == "deploy/a.yaml:10"


def test_a_clipboard_that_is_closed(open_: Open) -> None:
    shown = open_(CHECKED, script="navigator.clipboard.writeText = () => Promise.reject(new Error('closed'))")
    shown.page.get_by_role("button", name="Copy deploy/a.yaml:10").first.click()
    shown.page.get_by_text("Copied deploy/a.yaml:10.").wait_for()


def test_without_javascript(open_: Open) -> None:
    shown = open_(CHECKED, java_script_enabled=False)
    text = shown.page.locator("body").inner_text()
    assert "The list of all references is shown with JavaScript." in text
    assert "docker.io/team/app:1 breaks direct-upstream: do this" in text
    assert shown.page.locator("#filters").is_hidden()
    assert shown.page.locator("#references").is_hidden()
    assert shown.page.locator("#todo tbody a").first.get_attribute("href") == f"{FORGE}/deploy/a.yaml#L10"


@pytest.mark.parametrize("listed", [False, True])
def test_what_a_repository_holds_is_never_run(open_: Open, listed: bool) -> None:
    reports = [hostile(text) for text in HOSTILE]
    report = Report(
        [each for report in reports for each in report.records],
        [ParseFailure(text, 1, 1, text) for text in HOSTILE],
        [] if listed else [each for report in reports for each in report.diagnostics],
        [each for report in reports for each in report.file_failures],
        listed=listed,
    )
    shown = open_(report)
    assert shown.page.evaluate("window.hit") is None
    tags = Counter(shown.page.evaluate("[...document.querySelectorAll('*')].map((each) => each.localName)"))
    assert tags["script"] == 2
    assert not {"img", "iframe", "object", "embed", "base", "math"} & set(tags)
    assert shown.page.evaluate(
        "[...document.querySelectorAll('*')].every((each) => "
        "[...each.attributes].every(({name}) => !/^on|^style$|^src$/.test(name)))"
    )
    assert set(shown.page.evaluate("[...document.links].map((each) => each.protocol)")) <= {"https:", "file:"}
    images = "[...document.querySelectorAll('#all .image code:first-child')].map((each) => each.textContent)"
    assert shown.page.evaluate(images) == [visible(text) for text in HOSTILE for _ in range(2)]
    for text in HOSTILE:
        shown.page.locator("#format").select_option(visible(text))
        shown.page.get_by_text("2 of 24 references.").wait_for()
        view = shown.page.evaluate("location.hash")
        shown.page.get_by_role("button", name="Clear").click()
        shown.page.get_by_text("24 of 24 references.").wait_for()
        shown.page.evaluate("(view) => { location.hash = view }", view)
        shown.page.get_by_text("2 of 24 references.").wait_for()


_CONTRAST = """
(() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b]
    .map((each) => each / 255)
    .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, at) => sum + each * [0.2126, 0.7152, 0.0722][at], 0);
  const paper = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = parse(getComputedStyle(each).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    if (![...element.childNodes].some((each) => each.nodeType === 3 && each.textContent.trim())) continue;
    if (!element.checkVisibility() || element.localName === "option" || element.disabled) continue;
    const [one, other] = [parse(getComputedStyle(element).color), paper(element)].map(light);
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    found.push([ratio, element.outerHTML.slice(0, 80)]);
  }
  return found;
})()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_that_of_wcag_aa(open_: Open, scheme: str) -> None:
    """WCAG 2.2, success criterion 1.4.3: at least 4.5 to 1 for text of this size."""
    shown = open_(CHECKED, color_scheme=scheme)
    shown.page.locator("#todo tbody tr").first.hover()
    found = shown.page.evaluate(_CONTRAST)
    assert len(found) > 50
    assert [each for each in found if each[0] < 4.5] == []
    paper = shown.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") == (scheme == "light")


def test_every_field_has_a_name(open_: Open) -> None:
    shown = open_(CHECKED)
    tree = shown.page.locator("body").aria_snapshot()
    for part in (
        'search "Filters"',
        'searchbox "Search"',
        *(f'combobox "{name}"' for name in ("Status", "Upstream", "Format", "Rule")),
        'table "Left to do"',
        'table "All references"',
        "- status: ",
    ):
        assert part in tree, part
