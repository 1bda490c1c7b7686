from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rewrite_refs.files import walk as discover
from rewrite_refs.files.patterns import Patterns, check_pattern
from rewrite_refs.files.walk import root_of, walk
from rewrite_refs.formats import BY_NAME
from rewrite_refs.formats.detect import Assigned
from tests.commands import fill, git, repository

TREE = {
    ".gitignore": "\ufeff*.log\r\nbuild/\n!keep.log\n/top\n!\nfoo\\\n",
    "Dockerfile": "",
    "a.log": "",
    "keep.log": "",
    "top": "",
    "build/x": "",
    "sub/.gitignore": "!a.log\nmine\n",
    "sub/a.log": "",
    "sub/mine": "",
    "sub/top": "",
    "sub/build/x": "",
    "sub/deep/b.log": "",
    "sub/deep/c c\u00e9\n.yaml": "",
}
SEEN = [
    ".gitignore",
    "Dockerfile",
    "keep.log",
    "sub/.gitignore",
    "sub/a.log",
    "sub/deep/c c\u00e9\n.yaml",
    "sub/top",
]


def below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in walk(folder))


@pytest.fixture
def without_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))


def untracked(folder: Path) -> Path:
    git(folder, "init", "-q")
    return fill(folder, TREE)


def test_a_checkout_is_walked_as_git_sees_it(tmp_path: Path) -> None:
    untracked(tmp_path)
    git(tmp_path, "add", "-f", "a.log", "Dockerfile", "sub")
    tracked = ["a.log", "sub/build/x", "sub/deep/b.log", "sub/mine"]
    assert below(tmp_path) == sorted([*SEEN, *tracked])
    assert below(tmp_path / "sub/deep") == ["b.log", "c c\u00e9\n.yaml"]


@pytest.mark.parametrize("init", [True, False])
def test_the_same_without_git(tmp_path: Path, init: bool, without_git: None) -> None:
    fill(tmp_path, TREE)
    if init:
        (tmp_path / ".git").mkdir()
        (tmp_path / ".git/config").touch()
    assert below(tmp_path) == SEEN


def test_a_subfolder_without_git_knows_what_is_ignored_above(tmp_path: Path, without_git: None) -> None:
    fill(tmp_path, TREE)
    (tmp_path / ".git").mkdir()
    assert below(tmp_path / "sub") == [each.removeprefix("sub/") for each in SEEN if each.startswith("sub/")]
    (tmp_path / ".git").rmdir()
    assert "mine" not in below(tmp_path / "sub")
    assert "deep/b.log" in below(tmp_path / "sub")  # outside of a checkout only what is below counts


def test_a_checkout_that_git_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    untracked(tmp_path)
    git(tmp_path, "add", "-f", "a.log")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    refused = subprocess.run(["git", "ls-files"], cwd=tmp_path, capture_output=True, check=False)
    assert b"dubious ownership" in refused.stderr
    assert below(tmp_path) == SEEN


def test_a_bare_repository_is_a_folder(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare")
    assert root_of(tmp_path) is None
    assert "HEAD" in below(tmp_path)


def test_what_a_hook_exports_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path / "one", {"x": ""})
    repository(tmp_path / "two", {"y": ""})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "one/.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "one"))
    assert below(tmp_path / "two") == ["y"]


def test_other_repositories_are_not_entered(tmp_path: Path) -> None:
    inner = repository(tmp_path / "inner", {"x": ""})
    git(inner, "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "x")
    outer = repository(tmp_path / "outer", {"y": ""})
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "sub")
    repository(outer / "nested", {"z": ""})
    assert [each for each in below(outer) if not (outer / each).is_dir()] == [".gitmodules", "y"]
    assert below(outer / "sub") == ["x"]
    assert root_of(outer / "sub") == outer / "sub"


def test_links_are_files(tmp_path: Path) -> None:
    repository(tmp_path, {"folder/x": ""})
    for name, target in {"to": "folder", "loop": "loop", "dangling": "none"}.items():
        (tmp_path / name).symlink_to(target)
    assert below(tmp_path) == ["dangling", "folder/x", "loop", "to"]


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path, without_git: None) -> None:
    errors: list[OSError] = []
    assert list(walk(tmp_path / "none", errors.append)) == []
    assert [(error.filename, error.strerror) for error in errors] == [
        (str(tmp_path / "none"), "No such file or directory")
    ]
    assert list(walk(tmp_path / "none")) == []


def test_a_folder_that_git_cannot_list_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root can list any folder, so another git answers here as the real one does."""
    fake = tmp_path / "bin/git"
    fake.parent.mkdir()
    warning = "warning: could not open directory 'sub/data/': Permission denied"
    fake.write_text(
        f'#!{sys.executable}\nimport sys\nsys.stderr.write("{warning}\\n")\nprint("sub/x\\0", end="")\n'
    )
    fake.chmod(0o755)
    repository(tmp_path / "repo", {"sub/x": ""})
    monkeypatch.setenv("PATH", str(fake.parent), prepend=os.pathsep)
    errors: list[OSError] = []
    assert list(walk(tmp_path / "repo/sub", errors.append)) == [tmp_path / "repo/sub/x"]
    assert [(error.filename, error.strerror) for error in errors] == [
        (str(tmp_path / "repo/sub/data"), "Permission denied")
    ]


def test_a_gitignore_that_cannot_be_read_says_nothing(
    tmp_path: Path, without_git: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root can read any file."""
    fill(tmp_path, {".gitignore": "x", "x": ""})

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("rewrite_refs.files.io.read", refuse)
    assert below(tmp_path) == [".gitignore", "x"]


@pytest.mark.parametrize(
    ("lines", "name", "expected"),
    [
        ([], "x", False),
        (["vendor/"], "vendor/x", True),
        (["vendor/"], "a/vendor/b/x", True),
        (["vendor/"], "vendor", False),
        (["/vendor"], "a/vendor", False),
        (["**/testdata/**"], "a/testdata/x", True),
        (["*.yaml", "!keep.yaml"], "a/keep.yaml", False),
        (["../outside"], "../outside", False),
    ],
)
def test_patterns(tmp_path: Path, lines: list[str], name: str, expected: bool) -> None:
    patterns = Patterns(tmp_path / "root", lines)
    path = Path(os.path.abspath(tmp_path / "root" / name))
    assert [patterns.match(path), patterns.match(path)] == [expected, expected]


@pytest.mark.parametrize(("pattern", "good"), [("x", True), ("!x", True), ("!", False), ("x\\", False)])
def test_check_pattern(pattern: str, good: bool) -> None:
    if good:
        assert check_pattern(pattern) == pattern
    else:
        with pytest.raises(ValueError, match="pattern: use one such as vendor/"):
            check_pattern(pattern)


def test_formats_can_be_assigned(tmp_path: Path) -> None:
    assigned = Assigned.of({"kubernetes": ["deploy/*.tmpl"], "compose": ["*.tmpl", "x"]}, tmp_path)
    formats = {name: assigned.format(tmp_path / name) for name in ("deploy/a.tmpl", "a.tmpl", "y")}
    assert formats == {"deploy/a.tmpl": BY_NAME["kubernetes"], "a.tmpl": BY_NAME["compose"], "y": None}
    candidates = [
        name for name in ("x", "y", "Dockerfile", "a.yaml") if assigned.candidate(tmp_path / name, Path(name))
    ]
    assert candidates == ["x", "Dockerfile", "a.yaml"]


def test_nothing_is_above_the_root() -> None:
    assert discover.root_of(Path("/")) is None
