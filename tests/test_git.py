"""Calls of git in repositories whose configuration, index or surroundings are hostile.

Each plan puts a program where git would run it.  The program makes a file, the mark: plain git makes it
(so the plan works), and the tool does not.
"""

from __future__ import annotations

import ast
import hashlib
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rewrite_refs.files import git as gitcalls
from rewrite_refs.files.walk import walk
from rewrite_refs.reports.links import linker
from tests.commands import GIVEN, POD, fill, git, repository, run

ROOT = Path(gitcalls.__file__).parent.parent
WHO = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
SSH = "git@github.com:parcels/shop.git"
IMAGE = POD.format("redis:7")

# Of an empty folder and a command that makes the mark: the folder to ask for, and the files below it.
Plan = Callable[[Path, str], tuple[Path, list[str]]]


def below(folder: Path) -> list[str]:
    """The files below *folder*, without folders, and without what is in the index only."""
    return sorted(path.relative_to(folder).as_posix() for path in walk(folder) if path.is_file())


def commit(folder: Path) -> Path:
    git(folder, *WHO, "commit", "-q", "--no-verify", "--allow-empty", "-m", "x")
    return folder


def setting(mark: str, more: str = "") -> str:
    return f'[core]\n\trepositoryformatversion = 0\n\tfsmonitor = "{mark}; false"\n{more}'


def bare(mark: str, more: str = "\tbare = false\n\tworktree = .\n") -> dict[str, str]:
    """The files of a folder that git takes for a bare repository."""
    return {"HEAD": "ref: refs/heads/main\n", "objects/x": "", "refs/x": "", "config": setting(mark, more)}


BARE = sorted(bare(""))


# --- programs -------------------------------------------------------------------------------------


def tracked_bare_folder(tmp: Path, mark: str) -> tuple[Path, list[str]]:
    files = {f"deploy/{name}": text for name, text in {**bare(mark), "pod.yaml": IMAGE}.items()}
    return repository(tmp / "co", files) / "deploy", sorted([*BARE, "pod.yaml"])


def untracked_bare_folder(tmp: Path, mark: str) -> tuple[Path, list[str]]:
    root = repository(tmp / "co", {".gitignore": "*.log\n"})
    fill(root / "a/deploy", {**bare(mark), "pod.yaml": IMAGE, "x.log": ""})
    return root / "a/deploy", sorted([*BARE, "pod.yaml"])


def work_tree_of_a_bare_folder(tmp: Path, mark: str) -> tuple[Path, list[str]]:
    root = repository(tmp / "co", {})
    fill(root / "deploy", {**bare(mark, "\tworktree = wt\n"), "wt/pod.yaml": IMAGE})
    return root / "deploy/wt", ["pod.yaml"]


def bare_root_without_checkout(tmp: Path, mark: str) -> tuple[Path, list[str]]:
    return fill(tmp / "co", {**bare(mark), "pod.yaml": IMAGE}), sorted([*BARE, "pod.yaml"])


def bare_root_with_an_empty_git_folder(tmp: Path, mark: str) -> tuple[Path, list[str]]:
    root, files = bare_root_without_checkout(tmp, mark)
    (root / ".git").mkdir()
    return root, files


def bare_root_with_a_broken_repository(tmp: Path, mark: str) -> tuple[Path, list[str]]:
    root, files = bare_root_without_checkout(tmp, mark)
    fill(root, {".git/HEAD": "ref: refs/heads/main\n", "info/exclude": "pod.yaml\n"})
    return root, sorted([*files, "info/exclude"])


def root_of_a_checkout(tmp: Path, mark: str) -> tuple[Path, list[str]]:
    root = repository(tmp / "co", {"pod.yaml": IMAGE, ".gitignore": "pod.yaml\n"})
    fill(root, {".git/config": setting(mark)})
    return root, [".gitignore", "pod.yaml"]


def folder_in_a_checkout(tmp: Path, mark: str) -> tuple[Path, list[str]]:
    root = repository(tmp / "co", {"a/pod.yaml": IMAGE, "a/b/x": "", "x": ""})
    fill(root, {".git/config": setting(mark)})
    return root / "a", ["b/x", "pod.yaml"]


def included(tmp: Path, mark: str) -> tuple[Path, list[str]]:
    root = repository(tmp / "co", {"pod.yaml": IMAGE, "more": setting(mark)})
    git(root, "config", "include.path", "../more")
    return root, ["more", "pod.yaml"]


def worktree(tmp: Path, mark: str) -> tuple[Path, list[str]]:
    main = commit(repository(tmp / "co", {"pod.yaml": IMAGE, ".gitignore": "pod.yaml\n"}))
    git(main, "worktree", "add", "-q", str(tmp / "wt"))
    git(main, "config", "core.fsmonitor", f"{mark}; false")
    return tmp / "wt", [".gitignore", "pod.yaml"]


def configuration_of_a_worktree(tmp: Path, mark: str) -> tuple[Path, list[str]]:
    main = commit(repository(tmp / "co", {"pod.yaml": IMAGE}))
    git(main, "worktree", "add", "-q", str(tmp / "wt"))
    git(main, "config", "extensions.worktreeConfig", "true")
    git(tmp / "wt", "config", "--worktree", "core.fsmonitor", f"{mark}; false")
    return tmp / "wt", ["pod.yaml"]


def worktree_of_a_bare_repository(tmp: Path, mark: str) -> tuple[Path, list[str]]:
    commit(repository(tmp / "co", {"pod.yaml": IMAGE, ".gitignore": "pod.yaml\n"}))
    git(tmp, "clone", "-q", "--bare", "co", "project/.bare")
    fill(tmp / "project", {".git": "gitdir: ./.bare\n"})
    git(tmp / "project", "worktree", "add", "-q", "main", "-b", "x")
    git(tmp / "project/.bare", "config", "core.fsmonitor", f"{mark}; false")
    return tmp / "project/main", [".gitignore", "pod.yaml"]


def submodule(tmp: Path, mark: str) -> tuple[Path, list[str]]:
    inner = commit(repository(tmp / "inner", {"pod.yaml": IMAGE, ".gitignore": "pod.yaml\n"}))
    outer = repository(tmp / "outer", {})
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "sub")
    git(outer / "sub", "config", "core.fsmonitor", f"{mark}; false")
    return outer / "sub", [".gitignore", "pod.yaml"]


def git_file(tmp: Path, mark: str) -> tuple[Path, list[str]]:
    root = repository(tmp / "co", {"pod.yaml": IMAGE, ".gitignore": "pod.yaml\n"})
    git(root, "init", "-q", "--separate-git-dir", str(tmp / "store"))
    git(root, "config", "core.fsmonitor", f"{mark}; false")
    return root, [".gitignore", "pod.yaml"]


def git_file_to_a_folder_of_the_checkout(tmp: Path, mark: str) -> tuple[Path, list[str]]:
    root = fill(tmp / "co", {"pod.yaml": IMAGE, ".git": "gitdir: deploy\n"})
    git(root, "init", "-q", "--bare", "deploy")
    fill(root / "deploy", {"config": setting(mark), "pod.yaml": IMAGE})
    return root, below(root)


def git_link(tmp: Path, mark: str) -> tuple[Path, list[str]]:
    root, files = git_file(tmp, mark)
    (root / ".git").unlink()
    (root / ".git").symlink_to("../store")
    return root, files


PLANS: list[Plan] = [
    tracked_bare_folder,
    untracked_bare_folder,
    work_tree_of_a_bare_folder,
    bare_root_without_checkout,
    bare_root_with_an_empty_git_folder,
    bare_root_with_a_broken_repository,
    root_of_a_checkout,
    folder_in_a_checkout,
    included,
    worktree,
    configuration_of_a_worktree,
    worktree_of_a_bare_repository,
    submodule,
    git_file,
    git_file_to_a_folder_of_the_checkout,
    git_link,
]


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    return tmp_path / "RAN"


def use(folder: Path) -> None:
    """All that calls git, on one folder."""
    linker(folder, {})("x", 1)
    run("check", *GIVEN, ".", "--output", "html", cwd=folder)
    run("rewrite", *GIVEN, str(folder), cwd=folder.parent)


def plainly(folder: Path) -> None:
    """The call as it would be without any care."""
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    subprocess.run(command, cwd=folder, capture_output=True, check=False)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.__name__)
def test_no_program_of_a_repository_runs(tmp_path: Path, mark: Path, plan: Plan) -> None:
    folder, files = plan(tmp_path, f"echo > {mark}")
    mark.unlink(missing_ok=True)
    assert below(folder) == files
    use(folder)
    assert not mark.exists()
    assert "docker-hub" in (folder / "pod.yaml").read_text()  # nothing was passed over
    plainly(folder)
    assert mark.exists(), "plain git does not run the program: this plan shows nothing"


@pytest.mark.parametrize(
    "given",
    [
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": "{}"},
        {"GIT_CONFIG_PARAMETERS": "'core.fsmonitor'='{}'"},
        {"GIT_CONFIG_GLOBAL": "global"},
        {"GIT_DIR": "evil"},
        {"GIT_DIR": "evil", "GIT_WORK_TREE": "."},
        {"GIT_COMMON_DIR": "evil"},
    ],
    ids=lambda given: "+".join(given),
)
def test_nor_does_one_of_the_environment(
    tmp_path: Path, mark: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    root = repository(tmp_path / "co", {"x": ""})
    program = f"echo > {mark}; false"
    fill(tmp_path, {"global": f'[core]\n\tfsmonitor = "{program}"\n'})
    git(tmp_path, "init", "-q", "--bare", "evil")
    fill(tmp_path / "evil", {"config": setting(f"echo > {mark}")})
    for name, value in given.items():
        path = tmp_path / value
        monkeypatch.setenv(name, str(path) if path.exists() else value.format(program))
    assert below(root) == ["x"]
    use(root)
    assert not mark.exists()
    plainly(root)
    assert mark.exists()


def test_no_hook_and_no_pager(tmp_path: Path, mark: Path) -> None:
    root = repository(tmp_path / "co", {"x": ""})
    hook = fill(tmp_path, {"hooks/post-index-change": f"#!/bin/sh\necho > {mark}\n"})
    (hook / "hooks/post-index-change").chmod(0o755)
    for name in ("core.pager", "pager.ls-files", "core.editor", "diff.external", "core.askPass"):
        git(root, "config", name, f"echo > {mark}")
    git(root, "config", "core.hooksPath", str(tmp_path / "hooks"))
    (root / "x").write_text("changed")
    use(root)
    assert not mark.exists()


@pytest.mark.parametrize("path", [".", "", "bin", "bin::/nowhere", None])
def test_a_program_named_git_in_the_repository(
    tmp_path: Path, mark: Path, monkeypatch: pytest.MonkeyPatch, path: str | None
) -> None:
    root = repository(tmp_path / "co", {"x": "", "git": f"#!/bin/sh\necho > {mark}\n"})
    (root / "git").chmod(0o755)
    (root / "bin").symlink_to(".")
    if path is None:
        monkeypatch.delenv("PATH")
    else:
        monkeypatch.setenv("PATH", path)
    monkeypatch.chdir(root)
    assert below(root) == ["git", "x"]
    assert not mark.exists()


@pytest.mark.parametrize("missing", ["", "GIT_NO_LAZY_FETCH"])  # old versions of git do not know it
def test_a_partial_clone_fetches_nothing(
    tmp_path: Path, mark: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    up = commit(repository(tmp_path / "up", {"a/.gitignore": "x\n", "pod.yaml": IMAGE}))
    git(up, "config", "uploadpack.allowFilter", "true")
    root = tmp_path / "co"
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{up}", "co")
    git(root, "sparse-checkout", "set", "--no-cone", "/pod.yaml")
    git(root, "checkout", "-q")
    fill(root, {"a/y.yaml": IMAGE})
    git(root, "config", "core.sshCommand", f"echo > {mark}; false")
    git(root, "config", "protocol.ssh.allow", "always")
    git(root, "remote", "set-url", "origin", "ssh://git@github.com/parcels/shop.git")
    monkeypatch.delitem(gitcalls._VARIABLES, missing, raising=False)
    assert below(root) == ["a/y.yaml", "pod.yaml"]
    use(root)
    assert not mark.exists()
    subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, check=False
    )
    assert mark.exists()


def test_no_trace_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "co", {"x": ""})
    names = ("GIT_TRACE", "GIT_TRACE_SETUP", "GIT_TRACE2", "GIT_TRACE2_EVENT", "GIT_TRACE2_PERF")
    for name in names:
        monkeypatch.setenv(name, str(tmp_path / f"traces-{name}"))
    assert below(root) == ["x"]
    use(root)
    assert not list(tmp_path.glob("traces*"))
    git(root, "ls-files")
    assert len(list(tmp_path.glob("traces*"))) == len(names)


# --- other folders --------------------------------------------------------------------------------


@pytest.mark.parametrize("elsewhere", ["../other", "..", "inside", "/", "missing"])
def test_files_are_those_of_the_folder_wherever_the_work_tree_is_said_to_be(
    tmp_path: Path, elsewhere: str
) -> None:
    other = repository(tmp_path / "other", {"pod.yaml": IMAGE, "other.yaml": IMAGE})
    root = repository(tmp_path / "co", {"pod.yaml": IMAGE, "inside/x.yaml": IMAGE})
    fill(root, {"new.yaml": IMAGE})
    git(root, "config", "core.worktree", str(root / elsewhere))
    assert below(root) == ["inside/x.yaml", "new.yaml", "pod.yaml"]
    assert below(root / "inside") == ["x.yaml"]
    use(root)
    assert {"docker-hub" in (root / name).read_text() for name in below(root)} == {True}
    assert {(other / name).read_text() for name in ("pod.yaml", "other.yaml")} == {IMAGE}


def stolen_checkout(tmp: Path) -> str:
    return str(repository(tmp / "other", {"other.yaml": IMAGE}) / ".git")


def stolen_worktree(tmp: Path) -> str:
    main = commit(repository(tmp / "main", {"other.yaml": IMAGE}))
    git(main, "worktree", "add", "-q", str(tmp / "other"))
    return git(tmp / "other", "rev-parse", "--git-dir").strip()


def stolen_submodule(tmp: Path) -> str:
    submodule(tmp, "true")
    (tmp / "outer/sub").rename(tmp / "other")
    store = tmp / "outer/.git/modules/sub"
    git(tmp, "config", "-f", str(store / "config"), "core.worktree", "../../../../other")
    fill(tmp / "other", {".git": f"gitdir: {store}\n", "other.yaml": IMAGE})
    git(tmp / "other", "add", "-A")
    return str(store)


@pytest.mark.parametrize("by_link", [False, True])
@pytest.mark.parametrize("steal", [stolen_checkout, stolen_worktree, stolen_submodule])
def test_the_repository_of_another_checkout_is_not_used(
    tmp_path: Path, steal: Callable[[Path], str], by_link: bool
) -> None:
    """Its exclusions would hide files from the report, and its remote would be named in it."""
    stolen = steal(tmp_path)
    git(tmp_path / "other", "remote", "add", "theirs", SSH)
    common = git(tmp_path / "other", "rev-parse", "--git-common-dir").strip()
    fill(tmp_path / "other" / common, {"info/exclude": "pod.yaml\n"})
    root = fill(tmp_path / "co", {"pod.yaml": IMAGE, ".gitignore": "x\n", "x": ""})
    if by_link:
        (root / ".git").symlink_to(stolen)
    else:
        fill(root, {".git": f"gitdir: {stolen}\n"})
    assert [path.name for path in walk(root)] == [".gitignore", "pod.yaml"]
    assert gitcalls.run(root, "remote") is None
    use(root)
    assert (tmp_path / "other/other.yaml").read_text() == IMAGE


def test_a_moved_worktree_is_still_one(tmp_path: Path) -> None:
    """Until `git worktree repair` runs the repository has its old path, where nothing is now."""
    folder, files = worktree(tmp_path, "true")
    assert below(folder.rename(tmp_path / "moved")) == files


def test_the_repository_above_does_not_answer_for_a_broken_one(tmp_path: Path) -> None:
    root = repository(tmp_path, {"above.yaml": ""})
    fill(root, {"a/.git/HEAD": "", "a/x.yaml": ""})
    assert list(walk(root / "a")) == [root / "a/x.yaml"]


def test_names_that_lead_out_are_no_files(tmp_path: Path) -> None:
    """git refuses to add them, but lists what an index has."""
    root = repository(tmp_path / "co", {"aa/x.yaml": IMAGE, "bbbb/x.yaml": IMAGE, "pod.yaml": IMAGE})
    fill(tmp_path, {"x.yaml": IMAGE, "co/.git/x.yaml": IMAGE})
    index = root / ".git/index"
    data = index.read_bytes()[:-20].replace(b"aa/x", b"../x").replace(b"bbbb/x", b".GIT/x")
    index.write_bytes(data + hashlib.sha1(data).digest())  # index-format(5)
    assert {"../x.yaml", ".GIT/x.yaml"} < set(git(root, "ls-files").split())
    assert [path.relative_to(root).as_posix() for path in walk(root)] == [
        "aa/x.yaml",
        "bbbb/x.yaml",
        "pod.yaml",
    ]
    use(root)
    assert [(tmp_path / name).read_text() for name in ("x.yaml", "co/.git/x.yaml")] == [IMAGE, IMAGE]


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        (b"x", True),
        (b"a/..b/c..", True),
        (b".gitignore", True),
        (b"a/.github/x", True),
        (b"../x", False),
        (b"a/../x", False),
        (b"a/..", False),
        (b"/etc/passwd", False),
        (b".git/config", False),
        (b"a/.GIT/x", False),
    ],
)
def test_is_inside(name: bytes, inside: bool) -> None:
    assert gitcalls.is_inside(name) is inside


def test_a_pipe_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "co", {"pod.yaml": IMAGE})
    (root / ".git/config").unlink()
    os.mkfifo(root / ".git/config")
    monkeypatch.setattr(gitcalls, "SECONDS", 1)
    errors: list[OSError] = []
    assert list(walk(root, errors.append)) == [root / "pod.yaml"]
    assert [(error.filename, error.strerror) for error in errors] == [
        (str(root), "git did not finish within 1 seconds")
    ]
    assert linker(root, {})("x", 1) is None


# --- which repository -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "."),  # nothing in a/b: the one above
        ({"a/.git/HEAD": ""}, "a"),
        ({"a/b/.git/HEAD": "", "a/.git/HEAD": ""}, "a/b"),
        ({"a/.git/empty": ""}, "."),
        ({"a/.git": "gitdir: ../store\r\n"}, "a"),
        ({"a/.git": "gitdir: ../store\0/other\n"}, "a"),
        ({"a/.git": "gitdir: ../missing\n"}, "a"),  # git fails there, and .gitignore files are obeyed
        ({"a/.git": "not a path"}, "."),
        ({"a/.git": "gitdir: ../store", "store/gitdir": "{}/a/.git\n"}, "a"),
        ({"a/.git": "gitdir: ../store", "store/gitdir": "../a/.git\n"}, "a"),
        ({"a/.git": "gitdir: ../store", "store/gitdir": "../c/.git\n", "c/.git": "gitdir: ../store"}, None),
        ({"a/.git": "gitdir: ../store", "store/gitdir": "../c/.git\n"}, "a"),  # c is gone
        ({"a/.git": "gitdir: ../store", "store/config": '[core]\n\tworktree = "../a"\n'}, "a"),
        ({"a/.git": "gitdir: ../store", "store/config": "[core]\n\tworktree = ../c\n", "c/.git": ""}, None),
        ({"a/.git": "gitdir: ../c/.git", "c/.git/config": "[core]\n\tworktree = ../../a\n"}, "a"),
        ({"a/.git": "gitdir: ../c/.git", "c/.git/HEAD": ""}, None),
        ({"a/.git": "gitdir: ../.git"}, None),
    ],
)
def test_checkout_of(tmp_path: Path, files: dict[str, str], expected: str | None) -> None:
    fill(tmp_path, {".git/HEAD": "", "a/b/x": "", "store/HEAD": ""})
    fill(tmp_path, {name: text.format(tmp_path) for name, text in files.items()})
    assert gitcalls.checkout_of(tmp_path / "a/b") == (None if expected is None else tmp_path / expected)


def test_a_pipe_as_git_file(tmp_path: Path) -> None:
    fill(tmp_path, {".git/HEAD": "", "a/x": ""})
    os.mkfifo(tmp_path / "a/.git")
    assert gitcalls.checkout_of(tmp_path / "a") == tmp_path


def test_a_git_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root can read any file."""
    fill(tmp_path, {".git/HEAD": "", "a/.git": "gitdir: ../store"})

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert gitcalls.checkout_of(tmp_path / "a") == tmp_path


def test_git_starts_at_the_top(tmp_path: Path) -> None:
    root, _ = tracked_bare_folder(tmp_path, "true")
    top = gitcalls.run(root, "rev-parse", "--show-toplevel")
    assert top
    assert Path(os.fsdecode(top.stdout.rstrip())) == root.parent
    assert gitcalls.run(tmp_path, "rev-parse") is None


@pytest.mark.parametrize("name", ["[y]", ":!y", ":(top)y", "*", "-y", " ", "\udcff", "y\n"])
def test_a_folder_with_a_special_name(tmp_path: Path, name: str) -> None:
    root = repository(tmp_path / "co", {"y/x": "", "x": ""})
    try:
        fill(root, {f"{name}/z": ""})
    except OSError:
        pytest.skip("this file system has no such names")
    assert list(walk(root / name)) == [root / name / "z"]


def test_a_folder_through_a_link(tmp_path: Path) -> None:
    root = repository(tmp_path / "co", {"real/x": "", "real/[y]": "", "real/sub/z": "", ".gitignore": "x\n"})
    (root / "link").symlink_to("real")
    assert below(root / "link") == ["[y]", "sub/z", "x"]
    assert below(root / "link/sub") == ["z"]
    (tmp_path / "outside").symlink_to(root / "real")
    assert below(tmp_path / "outside") == ["[y]", "sub/z", "x"]


# --- hooks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["-a"], ["pod.yaml"], ["--allow-empty"]], ids=" ".join)
@pytest.mark.parametrize("linked", [False, True])
def test_in_a_hook(tmp_path: Path, linked: bool, arguments: list[str]) -> None:
    """Of a commit with an index of its own as well; files of another repository are those of that one."""
    main = commit(repository(tmp_path / "main", {"pod.yaml": IMAGE, ".gitignore": "*.log\n", "x.log": ""}))
    other = repository(tmp_path / "other", {"other.yaml": IMAGE})
    code = "import sys; from pathlib import Path; from rewrite_refs.files.walk import walk;"
    code += "print(*(path.name for each in sys.argv[1:] for path in walk(Path(each))))"
    script = shlex.join([sys.executable, "-c", code])
    fill(main, {".git/hooks/pre-commit": f'#!/bin/sh\nenv > env\n{script} "$PWD" {other} > ../said\n'})
    (main / ".git/hooks/pre-commit").chmod(0o755)
    folder = main
    if linked:
        folder = tmp_path / "linked"
        git(main, "worktree", "add", "-q", str(folder))
    fill(folder, {"pod.yaml": "changed", "new.yaml": "", "y.log": ""})
    git(folder, *WHO, "commit", "-q", "-m", "x", *arguments)
    assert "GIT_INDEX_FILE=" in (folder / "env").read_text()
    said = (tmp_path / "said").read_text().split()
    assert said == [".gitignore", "env", "new.yaml", "pod.yaml", "x.log", "other.yaml"]


# --- the call -------------------------------------------------------------------------------------


def test_environment() -> None:
    own = {"LC_ALL": "C", "GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
    own |= {"GIT_CEILING_DIRECTORIES": "/a"}
    kept = {"HOME": "/h", "GIT_CONFIG_GLOBAL": "/g", "GIT_CONFIG_KEY_0": "safe.directory"}
    gone = {"GIT_DIR": "x", "GIT_EXTERNAL_DIFF": "x", "GIT_CONFIG": "x", "GIT_TRACE2": "x", "GIT_SSH": "x"}
    gone |= {"GIT_ASKPASS": "x", "GIT_PAGER": "x", "GIT_ALLOW_PROTOCOL": "ext", "GIT_GLOB_PATHSPECS": "1"}
    made = gitcalls.environment({**kept, **gone, "PATH": "/x:y:.::/z"}, Path("/a/b"))
    assert made == kept | own | {"PATH": "/x:/z"}
    assert gitcalls.environment({}, Path("/a"))["PATH"] == os.defpath
    assert gitcalls.environment({"PATH": "a:"}, Path("/a"))["PATH"] == os.devnull


def test_options_come_before_the_subcommand() -> None:
    made = gitcalls.command(("ls-files", "-z"))
    assert (made[0], made[-2:]) == ("git", ["ls-files", "-z"])
    options = made[1:-2]
    assert {"core.fsmonitor=", f"core.hooksPath={os.devnull}", "safe.bareRepository=explicit"} < set(options)
    assert {"--no-pager", "--no-optional-locks", "--work-tree=."} < set(options)


STARTS = {"system", "popen", "fork", "forkpty", "posix_spawn", "posix_spawnp", "startfile"}


def is_start(node: ast.AST) -> bool:
    """Whether a program can be started by what is named here."""
    if isinstance(node, ast.ImportFrom):
        return node.module in ("subprocess", "pty", "multiprocessing")
    if isinstance(node, ast.Import):
        return any(each.name.split(".")[0] in ("subprocess", "pty", "git", "pygit2") for each in node.names)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
        return node.attr in STARTS or node.attr.startswith(("exec", "spawn"))
    return isinstance(node, ast.Constant) and node.value == "git"


def test_nothing_else_starts_a_program() -> None:
    """Not even one that is not git: whoever needs one answers here for how it is safe."""
    found = set()
    for path in ROOT.rglob("*.py"):
        tree = ast.parse(path.read_text())
        functions = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)]
        for node in ast.walk(tree):
            if is_start(node):
                around = [each.name for each in functions if node in list(ast.walk(each))]
                found.add((path.relative_to(ROOT).as_posix(), *around))
    # The first is the import for type checkers.
    assert found == {("files/git.py",), ("files/git.py", "command"), ("files/git.py", "run")}


def test_git_is_asked_for_names_only() -> None:
    """What reads content of files (diff, status, show) runs filters and text conversions."""
    asked = set()
    for name in ("files/walk.py", "reports/links.py"):
        for node in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("gitcalls.run", "_git"):
                asked.add(ast.unparse(node.args[1]))
    assert asked == {"'ls-files'", "'remote'", "'rev-parse'", "*arguments"}
    users = {
        path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py") if "gitcalls" in path.read_text()
    }
    assert users == {"files/walk.py", "reports/links.py"}
