from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NoReturn

import pytest

from rewrite_refs.init.update import header
from rewrite_refs.reports import Report, address, github, html, markdown, rdjson, sarif
from tests.checkout import PROJECT
from tests.commands import POD, repository
from tests.common import HOST
from tests.published import ADDRESS, MANUAL, PUBLISHED, UNPUBLISHED, installed, site
from tests.reports.some import FULL, LISTED, oasis, written


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (PUBLISHED, ADDRESS),
        (UNPUBLISHED, None),
        ((), None),
        ((*UNPUBLISHED, "Project-URL: source,  https://git.example.com/x/"), "https://git.example.com/x"),
    ],
)
def test_source(headers: tuple[str, ...], expected: str | None) -> None:
    with installed(*headers):
        assert address.source() == expected
        assert address.page("docs/x.md#y") == (f"{expected}/blob/main/docs/x.md#y" if expected else None)
        assert address.raw("x.json") == (f"{expected}/raw/main/x.json" if expected else None)


def test_a_package_that_is_not_installed_has_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> NoReturn:
        raise importlib.metadata.PackageNotFoundError(name)

    with installed(*PUBLISHED):
        monkeypatch.setattr(importlib.metadata, "metadata", missing)
        assert address.source() is None


def test_a_configuration_names_its_schema() -> None:
    line = f"# yaml-language-server: $schema={ADDRESS}/raw/main/rewrite_refs/schemas/config.schema.json\n"
    assert header("x").startswith(line)
    assert (PROJECT / "rewrite_refs/schemas/config.schema.json").is_file()


@pytest.mark.usefixtures("unpublished")
def test_a_configuration_without_an_address_has_no_schema_line() -> None:
    assert header("From it.") == (
        "# What rewrite-refs writes before image references: the private registry, and the prefix of the\n"
        "# pull-through-cache rule for each upstream. From it.\n"
    )


@pytest.mark.usefixtures("unpublished")
@pytest.mark.parametrize("report", [FULL, LISTED])
def test_reports_without_an_address_are_valid_and_have_no_link(
    report: Report,
) -> None:
    (log,) = sarif.lines(report)
    oasis().validate(json.loads(log))
    driver = json.loads(log)["runs"][0]["tool"]["driver"]
    assert "informationUri" not in driver
    assert not any("helpUri" in each for each in driver["rules"])
    assert "The manual of the rule" not in log
    (found,) = rdjson.lines(report)
    written("rdjson").validate(json.loads(found))
    assert '"url"' not in found
    page = "\n".join(html.lines(report))
    assert "<footer>Made by rewrite-refs. Paths" in page
    for text in (page, *markdown.lines(report), *github.summary(report)):
        assert ADDRESS not in text
        assert "](" not in text


def test_reports_link_to_the_address() -> None:
    assert f'<footer>Made by <a href="{ADDRESS}">rewrite-refs</a>. Paths' in "\n".join(html.lines(FULL))
    driver = json.loads("".join(sarif.lines(LISTED)))["runs"][0]["tool"]["driver"]
    assert driver["informationUri"] == ADDRESS
    assert driver["rules"][0]["helpUri"] == ADDRESS  # that of the reference itself
    assert driver["rules"][1]["help"]["markdown"].endswith(f"]({MANUAL}#direct-upstream)")


@pytest.mark.parametrize(("headers", "count"), [(PUBLISHED, 1), (UNPUBLISHED, 0)])
def test_a_process_reads_the_metadata_of_what_is_installed(
    tmp_path: Path, headers: tuple[str, ...], count: int
) -> None:
    folder = repository(tmp_path / "work", {"pod.yaml": POD.format("nginx:1")})
    command = [sys.executable, "-m", "rewrite_refs", "init", "--registry", HOST]
    path = os.pathsep.join((str(site(tmp_path / "site", *headers)), str(PROJECT)))
    env = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    text = (folder / ".rewrite-refs.yaml").read_text()
    assert text.count("yaml-language-server") == text.count(ADDRESS) == count


def test_no_address_is_made_up() -> None:
    """Where a document needs an address, it has a placeholder; pyproject.toml has the one that is true."""
    urls = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"].get("urls", {})
    assert not any("example" in each for each in urls.values())
    files = [PROJECT / "README.md", PROJECT / "action.yml", *(PROJECT / "docs").glob("*.md")]
    files += (PROJECT / "ci").glob("*")
    files += [path for path in (PROJECT / "rewrite_refs").rglob("*") if path.suffix in (".py", ".json")]
    assert len(files) > 100
    made_up = re.compile(r"\bexample/rewrite-refs|rewrite-refs\.example")
    assert [path.name for path in files if made_up.search(path.read_text())] == []
