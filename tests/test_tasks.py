"""The tasks: each names files that exist, and a release is refused where something is missing."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

import tasks
from rewrite_refs import __version__
from rewrite_refs.formats import FORMATS
from tests.checkout import PROJECT
from tests.commands import git, repository

# Those that are run for their commands here; a release checks the state of the repository first.
ARGUMENTS = {"format": ("dockerfile",), "tests": ("-q", "tests/test_tasks.py")}
WHO = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
PLAIN = sorted(set(tasks.TASKS) - {"release"})


def task(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tasks", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def missing(commands: Sequence[tuple[str, ...]]) -> list[str]:
    """The files, folders and modules of some commands that do not exist."""
    found = []
    for command in commands:
        arguments = list(command)
        if arguments[0] == sys.executable and arguments[1] == "-m":
            found += [each for each in arguments[2:3] if find_spec(each) is None]
            arguments = arguments[3:]
        found += [each for each in arguments if "/" in each and not (PROJECT / each).exists()]
    return found


def test_they_are_listed() -> None:
    done = task()
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(tasks.TASKS)
    assert all(line.endswith(".") and 20 < len(line) <= 90 for line in lines)


def test_an_unknown_task_is_an_error_with_the_list() -> None:
    done = task("tset")
    assert done.returncode == 2
    assert "there is no task 'tset'" in done.stderr
    assert done.stdout == task().stdout


@pytest.mark.parametrize("name", PLAIN)
def test_each_names_what_exists(name: str) -> None:
    commands = list(tasks.TASKS[name](ARGUMENTS.get(name, ())))
    assert commands
    assert missing(commands) == []


def test_a_file_that_is_missing_is_found() -> None:
    assert missing(
        [(sys.executable, "docs/none.py"), (sys.executable, "-m", "no_module", "tests/none.py")]
    ) == [
        "docs/none.py",
        "no_module",
        "tests/none.py",
    ]


@pytest.mark.parametrize("name", [each.name for each in FORMATS])
def test_each_format_has_tests(name: str) -> None:
    modules, golden = tasks.format([name])
    assert any(each.startswith("tests/") for each in modules)
    assert golden[-2:] == ("-k", name)


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["no-format"]])
def test_a_format_without_tests_is_an_error(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="format: "):
        list(tasks.format(arguments))


def test_every_script_of_the_documentation_has_a_task() -> None:
    assert [each[1] for each in tasks.generate(())] == ["docs/generate.py", "-m"]
    imported = re.findall(r"^import (\w+)$", (PROJECT / "docs/generate.py").read_text(), re.MULTILINE)
    scripts = {path.stem for path in (PROJECT / "docs").glob("*.py")} - {"conf"}
    assert scripts <= {"generate", *imported, *(Path(each[-1]).stem for each in tasks.pictures(()))}


def test_the_first_failure_ends_it(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    commands = [(sys.executable, "-c", f"print({at}); raise SystemExit({at})") for at in (0, 3, 4)]
    monkeypatch.setitem(tasks.TASKS, "docs", lambda arguments: iter(commands))
    assert tasks.main(["docs"]) == 3
    assert [line for line in capfd.readouterr().out.splitlines() if line.isdigit()] == ["0", "3"]
    monkeypatch.setitem(tasks.TASKS, "docs", lambda arguments: iter(commands[:1]))
    assert tasks.main(["docs"]) == 0


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with what a release looks at."""
    (tmp_path / "rewrite_refs").mkdir()
    shutil.copy(PROJECT / "rewrite_refs/__init__.py", tmp_path / "rewrite_refs")
    repository(tmp_path, {"CHANGELOG.md": f"## [Unreleased]\n\n## [{__version__}] - 2024-01-01\n"})
    git(
        tmp_path,
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.com",
        "commit",
        "-q",
        "--no-verify",
        "-m",
        "x",
    )
    monkeypatch.setattr(tasks, "ROOT", tmp_path)
    return tmp_path


def test_a_release(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ci, build = tasks.release(())
    assert ci == (".ci/run",)
    assert (PROJECT / ci[0]).is_file()
    assert build[1:] == ("-m", "build", "--sdist", "--wheel", "--outdir", "dist")
    assert f"git tag -a v{__version__}" in capsys.readouterr().out


def test_a_release_has_a_section_in_the_changelog(checkout: Path) -> None:
    (checkout / "CHANGELOG.md").write_text("## [Unreleased]\n")
    git(checkout, *WHO, "commit", "-qam", "x", "--no-verify")
    with pytest.raises(SystemExit, match="has no section"):
        next(tasks.release(()))


def test_a_release_is_of_a_commit(checkout: Path) -> None:
    (checkout / "new").write_text("")
    with pytest.raises(SystemExit, match="not committed"):
        next(tasks.release(()))
