"""The hooks of the project, those it offers and its own, run by pre-commit itself."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from rewrite_refs.cli import cli
from rewrite_refs.formats import BY_NAME, FORMATS
from tests.checkout import snapshot

PROJECT = Path(__file__).parent.parent
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text())
}
CONFIG = """\
registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
rules: {docker.io: docker-hub}
exclude: [vendor/]
"""
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: x}}\nspec: {{containers: [{{name: x, image: {}}}]}}\n"
BEFORE = {
    "Dockerfile": "FROM alpine:3.19\n",
    "images/worker.dockerfile": "FROM python:3.12\n",
    "images/CONTAINERFILE.Dev": "FROM node:20\n",
    "docker-compose.yml": "services:\n  db:\n    image: postgres:16\n",
    "deploy/pod.yaml": POD.format("nginx"),
    "chart/Chart.yaml": "name: x\n",
    "chart/values.yaml": "image: {registry: docker.io, repository: nginx}\n",
    "chart/templates/NOTES.txt": "image: redis:{{ .Values.tag }}\n",
    "deploy/web.tmpl": "image: redis:{{ .Values.tag }}\n",
    "overlay/Kustomization": "images: [{name: web, newName: nginx}]\n",
    "vendor/pod.yaml": POD.format("busybox"),
    "notes.md": "FROM debian\n",
}
AFTER = {
    **BEFORE,
    "Dockerfile": f"FROM {ECR}/library/alpine:3.19\n",
    "images/worker.dockerfile": f"FROM {ECR}/library/python:3.12\n",
    "images/CONTAINERFILE.Dev": f"FROM {ECR}/library/node:20\n",
    "docker-compose.yml": f"services:\n  db:\n    image: {ECR}/library/postgres:16\n",
    "deploy/pod.yaml": POD.format(f"{ECR}/library/nginx"),
    "chart/values.yaml": f"image: {{registry: {ECR}, repository: library/nginx}}\n",
    "chart/templates/NOTES.txt": f"image: {ECR}/library/redis:{{{{ .Values.tag }}}}\n",
    "deploy/web.tmpl": f"image: {ECR}/library/redis:{{{{ .Values.tag }}}}\n",
    "overlay/Kustomization": f"images: [{{name: web, newName: {ECR}/library/nginx}}]\n",
}
DIRECT = sorted(name for name in BEFORE if BEFORE[name] != AFTER[name])

Run = Callable[..., "subprocess.CompletedProcess[str]"]


# --- the definitions -------------------------------------------------------------------------

# Paths as git has them: PurePath drops a component "." and double slashes.
WORDS = st.sampled_from(["", "a", "x.y", "é", "Dockerfile", "templates", ".hidden", "a b", "-", "yaml"])
FOLDERS = st.lists(WORDS.filter(bool), max_size=2).map(lambda names: "".join(f"{each}/" for each in names))
ENDS = st.sampled_from(["", "", "", ".md", "x", "/x", ".yaml", "\n"])


@st.composite
def paths(draw: st.DrawFn, pattern: str) -> str:
    """A path that a pattern of a format matches, or nearly does."""
    filled = re.sub(r"\*\*/", lambda _: draw(FOLDERS), pattern if "/" in pattern else f"**/{pattern}")
    filled = re.sub(r"\*", lambda _: draw(WORDS), filled)
    spelled = draw(st.sampled_from([filled, filled.upper(), filled.lower()]))
    return str(PurePath(spelled + draw(ENDS)))


@pytest.mark.parametrize("name", [each.name for each in FORMATS])
def test_the_files_of_a_format_reach_the_hooks(name: str) -> None:
    """Each pattern of the format by itself: a hook that does not know it passes the files over."""
    for pattern in BY_NAME[name].patterns:
        path = pattern.replace("**/", "a/").replace("*", "a")
        assert BY_NAME[name].candidate(PurePath(path))
        assert all(re.search(hook["files"], path) for hook in HOOKS.values()), pattern


@given(st.sampled_from([glob for each in FORMATS for glob in each.patterns]).flatmap(paths))
@example("Dockerfile.d/notes")
@example("xdockerfile")
@example(".yaml")
@example("chart/templates/a/NOTES.TXT")
@example("mytemplates/NOTES.txt")
@example("templates.txt")
def test_the_pattern_accepts_what_the_formats_accept(path: str) -> None:
    accepted = any(each.candidate(PurePath(path)) for each in FORMATS)
    for hook in HOOKS.values():
        assert bool(re.search(hook["files"], path)) is accepted


@pytest.mark.parametrize("id", sorted(HOOKS))
def test_entries_are_commands(id: str) -> None:
    program, command = HOOKS[id]["entry"].split()
    assert program == "rewrite-refs"
    assert CliRunner().invoke(cli, [command, "--help"]).exit_code == 0
    assert HOOKS[id]["types"] == ["text"]


def test_hooks() -> None:
    assert {id: hook["entry"] for id, hook in HOOKS.items()} == {
        "rewrite-refs": "rewrite-refs rewrite",
        "check-refs": "rewrite-refs check",
    }


# --- pre-commit ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as a git repository with one commit, whatever state the checkout is in."""
    return snapshot(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """pre-commit's store: the hooks are installed into it once."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for name, text in {**BEFORE, ".rewrite-refs.yaml": CONFIG}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    subprocess.run(["git", "add", "-A"], cwd=tmp_path, check=True)
    return tmp_path


@pytest.fixture
def run(repository: Path, store: Path, unmeasured: None) -> Run:
    def pre_commit(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        result = subprocess.run(
            [sys.executable, "-m", "pre_commit", *arguments, "--all-files", "--color=never"],
            cwd=repository,
            env={**environment, "PRE_COMMIT_HOME": str(store)},
            capture_output=True,
            text=True,
            check=False,
        )
        if (
            result.returncode == 3
            and "No matching distribution" in result.stdout
            and not os.environ.get("CI_FULL")
        ):
            pytest.skip("needs a package index, which pre-commit could not reach")
        return result

    return pre_commit


def texts(folder: Path) -> dict[str, str]:
    return {name: (folder / name).read_text() for name in BEFORE}


def failing(output: str) -> list[str]:
    """The files of which a hook speaks, without doubles."""
    return sorted(set(re.findall(r"^ +--> (\S+):\d+:\d+$", output, re.MULTILINE)))


def test_try_repo(run: Run, repository: Path, project: Path) -> None:
    """Both hooks in one run, check-refs first: try-repo installs them anew for each run."""
    done = run("try-repo", str(project))
    assert done.returncode == 1, done.stdout
    check, rewrite = done.stdout.split("hook id: rewrite-refs")
    assert failing(check) == DIRECT
    assert "files were modified by this hook" not in check
    assert "files were modified by this hook" in rewrite
    assert texts(repository) == AFTER


def test_installed(run: Run, repository: Path, project: Path) -> None:
    revision = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=project, capture_output=True, text=True, check=True
    ).stdout.strip()
    hooks = [{"id": "rewrite-refs"}, {"id": "check-refs"}]
    config = {"repos": [{"repo": str(project), "rev": revision, "hooks": hooks}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    subprocess.run(["git", "add", "-A"], cwd=repository, check=True)

    check = run("run", "check-refs")
    assert check.returncode == 1, check.stdout
    assert failing(check.stdout) == DIRECT
    assert texts(repository) == BEFORE

    rewrite = run("run", "rewrite-refs")
    assert rewrite.returncode == 1, rewrite.stdout
    assert "files were modified by this hook" in rewrite.stdout
    assert texts(repository) == AFTER

    again = run("run")
    assert again.returncode == 0, again.stdout
    assert again.stdout.count("Passed") == 2
    assert texts(repository) == AFTER


# --- the project's own hooks -----------------------------------------------------------------

OWN = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text())


def test_own_configuration_is_valid() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-config", ".pre-commit-config.yaml"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


def test_own_hooks_run_what_ci_runs() -> None:
    entries = [hook["entry"].removesuffix(" --force-exclude") for hook in OWN["repos"][0]["hooks"]]
    steps = re.findall(r"^step (\.venv.*)$", (PROJECT / ".ci/run").read_text(), re.MULTILINE)
    assert entries == [
        *(step.removesuffix(" --check") for step in steps),
        ".venv/bin/rewrite-refs check --strict",
    ]


@pytest.mark.parametrize(
    ("added", "code", "failed"),
    [
        ({}, 0, []),
        ({"fixtures/new/Dockerfile": "FROM alpine\n", "fixtures/new/x.py": "import os\n"}, 0, []),
        ({"new/Dockerfile": "FROM alpine\n"}, 1, ["check-refs"]),
        ({"new/x.py": "import os\n"}, 1, ["ruff-check"]),
        ({"new/x.py": '"""X."""\n\nx  =  1\n'}, 1, ["ruff-format"]),
    ],
)
def test_own_hooks(tmp_path: Path, added: dict[str, str], code: int, failed: list[str]) -> None:
    """All but mypy, which takes a minute without its cache, and which CI runs."""
    clone = snapshot(tmp_path / "clone")
    (clone / ".venv").symlink_to(sys.prefix)
    for name, content in added.items():
        (clone / name).parent.mkdir(exist_ok=True)
        (clone / name).write_text(content)
    subprocess.run(["git", "add", *added], cwd=clone, check=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color=never"],
        cwd=clone,
        env={**environment, "PRE_COMMIT_HOME": str(tmp_path / "home"), "SKIP": "mypy"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert re.findall(r"^- hook id: (.*)$", done.stdout, re.MULTILINE) == failed
