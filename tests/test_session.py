# ruff: noqa: E501 - a row of a table is a line
from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from rewrite_refs.cache.verdict import Verdict
from rewrite_refs.engine.context import FileContext
from rewrite_refs.errors import ConfigError
from rewrite_refs.files import io
from rewrite_refs.repository import session as module
from rewrite_refs.repository.options import RunOptions
from rewrite_refs.repository.outcome import Outcome
from rewrite_refs.repository.project import Project
from rewrite_refs.repository.session import Session
from rewrite_refs.repository.workspace import Workspace
from tests.commands import POD, fill, git, repository
from tests.common import LIBRARY, RULES, workspace

FROM = "FROM nginx:1\n"
NOT_UTF8 = "this is not UTF-8: convert the file, or exclude it"


def session(cwd: Path, exclude: tuple[str, ...] = (), **formats: list[str]) -> Session:
    config = cwd.parent / "formats.yaml"
    config.write_text(json.dumps({"formats": formats}))
    return Session(workspace(cwd, exclude=exclude, config=config))


def told(outcomes: list[Outcome]) -> list[str]:
    """What was found or went wrong in each file, in short."""
    return [f"{each.shown} {each.error or len(each.records)}" for each in outcomes]


def outcomes(session: Session, *paths: str, edit: bool = False) -> list[str]:
    return told(list(session.outcomes(paths, edit)))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = repository(
        tmp_path / "repo",
        {
            "Dockerfile": FROM,
            "gone/Dockerfile": FROM,
            "deploy/web.yaml": POD.format("nginx:1"),
            "deploy/web.yaml.in": POD.format("nginx:1"),
            "deploy/values.yaml": "a: 1",
            "vendor/Dockerfile": FROM,
            "odd/Dockerfile": "FROM",
            "odd/Dockerfile.empty": "",
            "odd/Dockerfile.binary": b"\x7fELF\x00\xff",
            "odd/Dockerfile.latin": b"# from\n# \xc3\xa9\xe9\nFROM x\n",
        },
    )
    (root / "gone/Dockerfile").unlink()
    fill(tmp_path, {"outside/Dockerfile": FROM})
    (root / "compose.yml").symlink_to("../outside/Dockerfile")
    (root / "linked").symlink_to("../outside")
    (root / "Dockerfile.loop").symlink_to("Dockerfile.loop")
    (root / "Dockerfile.again").symlink_to("Dockerfile")
    (root / "Dockerfile.dangling").symlink_to("nowhere")
    (root / "more").symlink_to("deploy")
    os.mkfifo(root / "Dockerfile.fifo")
    return root


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ([], []),
        (["."], ["Dockerfile 1", "deploy/web.yaml 1", "odd/Dockerfile 0", "odd/Dockerfile.latin 0", "vendor/Dockerfile 1"]),
        (["deploy"], ["deploy/web.yaml 1"]),
        (["more"], ["more/web.yaml 1"]),
        (["deploy/../deploy/web.yaml", "deploy", "deploy/web.yaml"], ["deploy/web.yaml 1"]),
        (["Dockerfile.again", "Dockerfile"], ["Dockerfile.again 1"]),
        (["deploy/web.yaml.in"], []),
        (["deploy/values.yaml", "odd/Dockerfile.empty"], []),
        (["odd/Dockerfile.binary"], [f"odd/Dockerfile.binary cannot be read: {NOT_UTF8}"]),
        (["../outside/Dockerfile"], ["../outside/Dockerfile 1"]),
        ([""], ["'' there is no file with an empty name"]),
        (["none", "none"], ["none there is no such file or folder"]),
        (["none/below"], ["none/below there is no such file or folder"]),
        (["gone/Dockerfile"], ["gone/Dockerfile there is no such file or folder"]),
        (["Dockerfile.fifo"], ["Dockerfile.fifo it is not a regular file"]),
        (["Dockerfile.loop"], ["Dockerfile.loop it is not a regular file"]),
        (["Dockerfile.dangling"], ["Dockerfile.dangling it is not a regular file"]),
        (["compose.yml"], ["compose.yml it is reached through a link that leaves the repository"]),
        (["linked"], ["linked it is reached through a link that leaves the repository"]),
        (["linked/Dockerfile"], ["linked/Dockerfile it is reached through a link that leaves the repository"]),
    ],
)  # fmt: skip
def test_which_files_are_read(tree: Path, paths: list[str], expected: list[str]) -> None:
    assert outcomes(session(tree), *paths) == expected


def test_a_name_that_is_too_long(tree: Path) -> None:
    name = "x" * 300
    assert outcomes(session(tree), name) == [f"{name} cannot be read: File name too long"]


def test_a_name_that_is_not_utf8(tree: Path) -> None:
    name = os.fsdecode(b"Dockerfile.\xff")
    (tree / name).write_text(FROM)
    assert f"{name} 1" in outcomes(session(tree), ".")
    assert outcomes(session(tree), name) == [f"{name} 1"]


def test_outside_of_a_checkout_links_may_not_leave_the_working_folder(tmp_path: Path) -> None:
    fill(tmp_path, {"work/a/Dockerfile": FROM, "other/Dockerfile": FROM})
    work = tmp_path / "work"
    (work / "b").mkdir()
    (work / "b/Dockerfile").symlink_to("../a/Dockerfile")
    (work / "c.dockerfile").symlink_to("../other/Dockerfile")
    assert outcomes(session(work), "b/Dockerfile") == ["b/Dockerfile 1"]
    assert outcomes(session(work), ".") == ["a/Dockerfile 1"]
    assert "leaves" in outcomes(session(work), "c.dockerfile")[0]
    assert outcomes(session(work), "../other") == ["../other/Dockerfile 1"]


def test_exclude_holds_for_files_that_are_named(tree: Path) -> None:
    excluding = session(tree, ("vendor/", "Dockerfile"))
    assert outcomes(excluding, "vendor/Dockerfile", "Dockerfile", "deploy") == ["deploy/web.yaml 1"]
    assert outcomes(session(tree, ("*",)), ".") == []


def test_exclude_holds_behind_a_link(tree: Path) -> None:
    (tree / "deploy/Dockerfile").symlink_to("../vendor/Dockerfile")
    assert outcomes(session(tree, ("vendor/",)), "deploy", "deploy/Dockerfile") == ["deploy/web.yaml 1"]
    assert outcomes(session(tree), "deploy") == ["deploy/web.yaml 1", "deploy/Dockerfile 1"]


def test_formats_can_be_assigned(tree: Path) -> None:
    assigned = session(tree, kubernetes=["**/deploy/*.in"])
    assert outcomes(assigned, "deploy") == ["deploy/web.yaml 1", "deploy/web.yaml.in 1"]


def test_a_folder_that_cannot_be_listed(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root can list any folder."""
    denied = PermissionError(13, "Permission denied", str(tree / "data"))
    monkeypatch.setattr(module, "walk", lambda folder, on_error: on_error(denied) or [])
    assert outcomes(session(tree), ".") == ["data cannot be read: Permission denied"]
    assert outcomes(session(tree, ("data/",)), ".") == []


def test_what_is_not_utf8_is_told_with_its_place(tree: Path) -> None:
    (outcome,) = session(tree).outcomes(["odd/Dockerfile.latin"], edit=True)
    assert [each[1:3] for each in outcome.parse_failures] == [(2, 4)]
    assert not outcome.changed


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_a_manifest_in_another_encoding_is_told(tmp_path: Path, encoding: str, mark: str) -> None:
    text = mark + POD.format("nginx:1")
    fill(tmp_path, {"pod.yaml": text.encode(encoding), "a.yaml": (mark + "a: 1\n").encode(encoding)})
    (outcome,) = session(tmp_path).outcomes(["."], edit=True)
    assert outcome.parse_failures == (("pod.yaml", 1, 1, NOT_UTF8),)
    assert not outcome.changed
    assert outcomes(session(tmp_path), "a.yaml") == [f"a.yaml cannot be read: {NOT_UTF8}"]


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0", b"a\0b", b"\xff", b"\0\0\1\0\xd8", b"a: \xe9\n"])
def test_a_binary_file_matters_where_it_is_named(tmp_path: Path, data: bytes) -> None:
    fill(tmp_path, {"x.yaml": data})
    there = session(tmp_path)
    assert outcomes(there, ".") == []
    assert outcomes(there, "x.yaml", ".") == [f"x.yaml cannot be read: {NOT_UTF8}"]
    assert outcomes(session(tmp_path, ("x.yaml",)), "x.yaml") == []
    outcome = there.stdin("x.yaml", data, edit=True)
    assert (outcome.error, outcome.new) == (f"cannot be read: {NOT_UTF8}", data)


def test_places_and_troubles(tree: Path) -> None:
    fill(tree, {"x.yaml": POD.format("nginx:1") + "---\napiVersion: v1\nkind: Pod\nimage: [\n"})
    (outcome,) = session(tree).outcomes(["x.yaml"], edit=False)
    (record,) = outcome.records
    assert record.location == ("x.yaml", 5, 12, 5, 19)
    assert (record.format, record.text, record.target) == ("kubernetes", "nginx:1", f"{LIBRARY}/nginx:1")
    assert [(each.path, each.line) for each in outcome.parse_failures] == [("x.yaml", 10)]


def test_templates_are_counted(tree: Path) -> None:
    fill(tree, {"Dockerfile.tpl": "{{ if x }}\nFROM nginx\n{{ end }}\n"})
    (outcome,) = session(tree).outcomes(["Dockerfile.tpl"], edit=False)
    assert (outcome.templates, outcome.parse_failures) == (1, ())


def test_one_file_that_breaks_us_does_not_stop_the_others(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug that nobody knows yet can only be imitated."""

    def judge(self: Project, occurrence: object, context: FileContext) -> Verdict:
        if context.format.name == "dockerfile":
            raise IndexError("list index out of range")
        return Verdict("own")

    monkeypatch.setattr(Project, "judge", judge)
    bug = "internal error, please report it with this file: IndexError: list index out of range"
    assert outcomes(session(tree), "Dockerfile", "deploy") == [f"Dockerfile {bug}", "deploy/web.yaml 1"]
    outcome = session(tree).stdin("Dockerfile", FROM.encode(), edit=True)
    assert (outcome.error, outcome.new) == (bug, FROM.encode())


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("Dockerfile", FROM, f"FROM {LIBRARY}/nginx:1\n"),
        ("vendor/Dockerfile", FROM, FROM),
        ("README", FROM, FROM),
        ("new/x.yaml", POD.format("nginx:1"), POD.format(f"{LIBRARY}/nginx:1")),
        ("x.yaml", "", ""),
    ],
)
def test_standard_input(tree: Path, name: str, content: str, expected: str) -> None:
    outcome = session(tree, ("vendor/",)).stdin(name, content.encode(), edit=True)
    assert outcome.new.decode() == expected
    assert (outcome.shown, outcome.old.decode()) == (name, content)


def test_written(tree: Path) -> None:
    (outcome,) = session(tree).outcomes(["Dockerfile.again"], edit=True)
    assert outcome.changed
    assert outcome.written() is outcome
    assert (tree / "Dockerfile").read_text() == f"FROM {LIBRARY}/nginx:1\n"
    assert (tree / "Dockerfile.again").is_symlink()
    assert outcomes(session(tree), "Dockerfile", edit=True) == ["Dockerfile 1"]


def test_a_file_that_changes_meanwhile_is_left(tree: Path) -> None:
    fill(tree, {"Dockerfile": FROM + "FROM $X\n"})
    (outcome,) = session(tree).outcomes(["Dockerfile"], edit=True)
    fill(tree, {"Dockerfile": FROM + "RUN new\n"})
    failed = outcome.written()
    assert failed.error == "not written: it changed since it was read: run again"
    assert not failed.changed
    assert [(each.done, each.left) for each in failed.records] == [(False, True), (False, False)]
    assert failed.records[0].reason == "the file was not written"
    assert (tree / "Dockerfile").read_text() == FROM + "RUN new\n"


def test_a_file_that_goes_meanwhile(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The race cannot be had at will."""
    monkeypatch.setattr(io, "read", lambda path: None)
    assert outcomes(session(tree), "deploy") == []


def test_a_submodule_is_another_repository(tree: Path) -> None:
    inner = repository(tree.parent / "inner", {"Dockerfile": FROM})
    git(inner, "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "x")
    git(tree, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "sub")
    assert not any(line.startswith("sub") for line in outcomes(session(tree), "."))
    assert outcomes(session(tree), "sub") == ["sub/Dockerfile 1"]


def test_what_is_given_counts_in_place_of_what_was_read(tree: Path) -> None:
    there = session(tree)
    assert [each.shown for each in there.outcomes(["Dockerfile"], edit=False)] == ["Dockerfile"]
    assert there.stdin("Dockerfile", b"FROM redis:7\n", edit=True).new == f"FROM {LIBRARY}/redis:7\n".encode()


def test_a_broken_configuration_of_another_folder_ends_the_run(tmp_path: Path) -> None:
    root = repository(
        tmp_path,
        {
            "base/.rewrite-refs.yaml": "registry: [\n",
            "base/pod.yaml": POD.format("nginx"),
            "over/kustomization.yaml": "resources: [../base/pod.yaml]\nimages: [{name: nginx, newTag: '1'}]\n",
        },
    )
    options = RunOptions(RULES.registry, RULES.rules)
    with pytest.raises(ConfigError, match=r"base/\.rewrite-refs\.yaml:"):
        list(Session(Workspace(root, root, root, options)).outcomes(["over"], edit=False))
