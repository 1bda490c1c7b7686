"""The golden folders: fixtures/<format>/<case>/before becomes after, byte for byte.

A case may have a ``.rewrite-refs.yaml`` in ``before``; else the options below
hold.  Its ``report.txt``, if it has one, is what ``list`` prints.
"""

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rewrite_refs.cli import cli
from rewrite_refs.config.load import FILE_NAME
from rewrite_refs.formats import FORMATS

FIXTURES = Path(__file__).parent.parent / "fixtures"
CASES = sorted(before.parent for before in FIXTURES.glob("*/*/before"))

RULES = {
    "docker.io": "docker-hub",
    "quay.io": "quay",
    "ghcr.io": "github",
    "registry.k8s.io": "kubernetes",
    "public.ecr.aws": "ecr-public",
}
OPTIONS = [
    "--no-config",
    "--registry=123456789012.dkr.ecr.eu-west-1.amazonaws.com",
    *(f"--rule={upstream}={prefix}" for upstream, prefix in RULES.items()),
]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, but for git's own."""
    files = (path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder): path for path in files}
    return {name.as_posix(): path.read_bytes() for name, path in names.items() if name.parts[0] != ".git"}


def copy(case: Path, folder: Path) -> None:
    """A checkout of its own, so that nothing around the case says which images it builds."""
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    for name, data in contents(case / "before").items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def run(command: str, case: Path) -> Result:
    configured = (case / "before" / FILE_NAME).exists()
    return CliRunner().invoke(cli, [command, *([] if configured else OPTIONS), "."], catch_exceptions=False)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_before_becomes_after(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    report = case / "report.txt"
    if report.exists():
        assert run("list", case).stdout == report.read_text(encoding="utf-8")
    first = run("rewrite", case)
    after = contents(case / "after")
    assert contents(tmp_path) == after
    second = run("rewrite", case)
    assert contents(tmp_path) == after
    assert (first.exit_code, second.exit_code) in ((0, 0), (1, 1))
    assert "rewrote" not in second.stderr


@pytest.mark.parametrize("name", [each.name for each in FORMATS])
def test_each_format_has_cases(name: str) -> None:
    assert [case for case in CASES if case.parent.name == name]


def test_each_case_shows_something() -> None:
    silent = [
        str(case)
        for case in CASES
        if contents(case / "before") == contents(case / "after") and "stay" not in case.name
    ]
    assert not silent
