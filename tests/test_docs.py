"""The pages of docs: made pages are what their scripts make, links lead somewhere, the site builds."""

import os
import re
import runpy
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner

import tasks
from rewrite_refs.formats import FORMATS
from rewrite_refs.lint.registry import RULES
from tests.checkout import PROJECT
from tests.pages import GENERATED, PAGES, anchors, blocks, code, everywhere, links, prose, table
from tests.test_architecture import LINE, MODULES, room

DOCS = PROJECT / "docs"
SVG = "{http://www.w3.org/2000/svg}"


# --- what scripts make -----------------------------------------------------------------------


@pytest.mark.usefixtures("unmeasured")
def test_what_is_generated_is_up_to_date() -> None:
    """Pages and tables, the pattern of the hooks, the schema of the configuration."""
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=PROJECT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


TWICE = "<!-- generated: x -->\n<!-- end of x -->\n" * 2


@pytest.mark.parametrize("text", ["", "<!-- generated: x -->\n", TWICE])
def test_a_page_without_its_generated_part_is_an_error(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(DOCS)
    filled = runpy.run_path(str(DOCS / "generate.py"))["filled"]
    (tmp_path / "page.md").write_text(text)
    monkeypatch.setitem(filled.__globals__, "ROOT", tmp_path)
    with pytest.raises(ValueError, match=r"^page\.md: write <!-- generated: x --> and "):
        filled("page.md", {"x": lambda: iter(())})


def test_the_line_of_imports_is_that_of_the_test() -> None:
    there = [name for name in LINE if name in {room(module) for module in MODULES}]
    (line,) = blocks("docs/ARCHITECTURE.md", "text")
    assert line.split() == there
    assert [code(row[0])[0] for row in table("docs/ARCHITECTURE.md", "package")] == there[:-1]


def test_each_rule_and_format_has_a_section() -> None:
    assert {rule.NAME for rule in RULES} <= anchors("docs/rules.md")
    assert {each.name for each in FORMATS} <= anchors("docs/formats.md")


@pytest.mark.parametrize("page", GENERATED)
def test_nothing_of_a_docstring_is_left_in_its_own_markup(page: str) -> None:
    assert "``" not in prose(page)
    assert not any(line.startswith("    ") for line in prose(page).splitlines())
    for language in ("yaml", "dockerfile", "text"):
        assert not any("``" in block for block in blocks(page, language))


@pytest.mark.parametrize("page", GENERATED)
def test_examples_in_yaml_are_yaml(page: str) -> None:
    for block in blocks(page, "yaml"):
        yaml.safe_load(block)


@pytest.mark.usefixtures("unmeasured")
def test_the_picture_is_that_of_a_real_run() -> None:
    made: dict[str, Any] = runpy.run_path(str(DOCS / "pictures.py"))
    picture = (DOCS / "demo.svg").read_text(encoding="utf-8")
    assert made["svg"](made["session"]()) == picture, "run python docs/pictures.py"
    lines = ["".join(text.itertext()) for text in ElementTree.fromstring(picture).iter(f"{SVG}text")]
    assert [line[2:] for line in lines if line.startswith("$ ")] == list(made["COMMANDS"])
    assert any("direct-upstream" in line for line in lines)


def test_the_picture_asks_nobody_for_anything() -> None:
    picture = (DOCS / "demo.svg").read_text(encoding="utf-8")
    assert picture.count("http") == 1  # the namespace
    assert not any(word in picture for word in ("href", "url(", "@import", "@font-face", "<script"))


def test_a_picture_shows_what_a_terminal_does() -> None:
    svg = runpy.run_path(str(DOCS / "pictures.py"))["svg"]
    picture = svg("\x1b[31mred\x1b[0m & <plain>\n\n\x1b[1m日\x1b[m\n")
    assert '<tspan class="c31">red</tspan> &amp; &lt;plain&gt;</text>' in picture
    ElementTree.fromstring(picture)


# --- links -----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere_on_github(page: str) -> None:
    for link in links(page):
        address = urlsplit(link)
        if address.scheme:
            continue
        target = os.path.normpath(PurePosixPath(page).parent / address.path) if address.path else page
        assert (PROJECT / target).is_file(), link
        if address.fragment:
            assert address.fragment in anchors(target), link


def test_every_page_is_linked_from_the_first() -> None:
    pages = {page for page in PAGES if page.startswith("docs/")} - {"docs/index.md"}
    assert {f"docs/{link}" for link in links("docs/index.md")} == pages
    named = {link.partition("#")[0] for link in links("README.md")}
    assert {*pages, "CONTRIBUTING.md"} <= named


class _Page(HTMLParser):
    """The anchors of a page of HTML, what it links to, and what it makes a browser fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.linked: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            elif name in ("href", "src") and value is not None:
                (self.linked if tag == "a" else self.fetched).append(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-n",
        "-q",
        "-d",
        str(folder / "doctrees"),
    ]
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    run = subprocess.run(
        [*command, str(DOCS), str(folder / "html")],
        env=unmeasured,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout + run.stderr == ""
    return folder / "html"


def test_every_link_of_the_site_leads_somewhere(site: Path) -> None:
    pages = {path: _Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    assert {path.stem for path in pages} >= {Path(page).stem for page in PAGES} - {"README", "CONTRIBUTING"}
    dangling = [
        f"{path.name}: {link}"
        for path, page in pages.items()
        for link in (*page.linked, *page.fetched)
        if not _leads_somewhere(path, link, pages)
    ]
    assert dangling == []


def _leads_somewhere(path: Path, link: str, pages: dict[Path, _Page]) -> bool:
    address = urlsplit(link)
    if address.scheme or address.netloc:
        return True
    target = Path(os.path.normpath(path.parent / unquote(address.path))) if address.path else path
    if not target.is_file():
        return False
    return not address.fragment or target not in pages or unquote(address.fragment) in pages[target].ids


def test_the_site_asks_no_other_server_for_anything(site: Path) -> None:
    fetched = {
        link for path in site.rglob("*.html") for link in _Page(path.read_text(encoding="utf-8")).fetched
    }
    assert fetched
    assert [
        link for link in fetched if urlsplit(link).scheme not in ("", "data") or link.startswith("//")
    ] == []


# --- snippets for other tools ----------------------------------------------------------------


def snippets(key: str) -> list[Any]:
    return [
        pytest.param(block, id=f"{page}: {block.splitlines()[0]}")
        for page, block in everywhere("yaml")
        if isinstance(data := yaml.safe_load(block), dict) and key in data
    ]


def test_there_are_snippets() -> None:
    assert len(snippets("jobs")) == 3
    assert len(snippets("include")) == 1


def check_schema(schema: str, path: Path) -> None:
    run = CliRunner().invoke(check_jsonschema, ["--builtin-schema", schema, str(path)])
    assert run.exit_code == 0, run.output


@pytest.mark.parametrize("block", snippets("jobs"))
def test_workflows_are_as_github_wants_them(block: str, tmp_path: Path) -> None:
    path = tmp_path / ".github" / "workflows" / "images.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(block)
    check_schema("vendor.github-workflows", path)


@pytest.mark.parametrize("block", snippets("jobs"))
def test_workflows_are_as_actionlint_wants_them(block: str, tmp_path: Path) -> None:
    actionlint = os.environ.get("ACTIONLINT") or shutil.which("actionlint")
    if not actionlint:
        pytest.skip("needs actionlint: go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12")
    path = tmp_path / "images.yaml"
    path.write_text(block)
    run = subprocess.run([actionlint, str(path)], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "")


@pytest.mark.parametrize("block", snippets("include"))
def test_gitlab_pipelines_are_as_gitlab_wants_them(block: str, tmp_path: Path) -> None:
    path = tmp_path / ".gitlab-ci.yml"
    path.write_text(block)
    check_schema("vendor.gitlab-ci", path)


def test_the_inputs_of_the_action() -> None:
    action = yaml.safe_load((PROJECT / "action.yml").read_text(encoding="utf-8"))
    assert [row[0].strip("`") for row in table("docs/ci.md", "input")] == list(action["inputs"])


def test_the_templates_that_are_named_exist() -> None:
    named = {
        name
        for name in ("gitlab.yml", "Jenkinsfile", "bitbucket-pipelines.yml")
        if name in PAGES["docs/ci.md"]
    }
    assert len(named) == 3
    for name in named:
        assert (PROJECT / "ci" / name).is_file()


# --- CONTRIBUTING.md -------------------------------------------------------------------------

COMMANDS = [line for block in blocks("CONTRIBUTING.md", "sh") for line in block.splitlines()]


def test_the_commands_for_contributors_are_those_of_ci() -> None:
    """What sets up and runs everything is not run here: CI runs the same lines."""
    ci = (PROJECT / ".ci" / "run").read_text(encoding="utf-8")
    setup, *_ = COMMANDS
    run_all = blocks("CONTRIBUTING.md", "sh")[2].splitlines()
    assert f"{setup} && {run_all[0]}\n" in ci
    assert [f"step {each}" for each in run_all[1:]] == re.findall(r"^step \.venv.*$", ci, re.MULTILINE)


def test_the_command_for_one_test_works() -> None:
    (one, of_format) = blocks("CONTRIBUTING.md", "sh")[1].splitlines()
    program, *arguments = one.split()
    assert program == ".venv/bin/pytest"
    command = [sys.executable, "-m", "pytest", *arguments]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    assert list(tasks.format(called(of_format, "format")))


def test_the_command_for_derived_files_is_a_task() -> None:
    (generate,) = blocks("CONTRIBUTING.md", "sh")[3].splitlines()
    assert called(generate, "generate") == []
    assert COMMANDS[-1] == generate


def called(command: str, task: str) -> list[str]:
    """The arguments of a task in a command."""
    program, *words = command.split()
    assert (program, words[:3]) == (".venv/bin/python", ["-m", "tasks", task])
    assert task in tasks.TASKS
    return words[3:]


def test_every_task_that_is_named_exists() -> None:
    named = {name for text in PAGES.values() for name in re.findall(r"python -m tasks ([a-z]+)", text)}
    assert {"format", "generate", "release"} <= named <= set(tasks.TASKS)
