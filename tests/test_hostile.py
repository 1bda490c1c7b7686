"""Whatever names and texts a repository has, no CI system and no terminal obeys what a command prints."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from rewrite_refs.cli.reporting import FORMATS
from tests.commands import GIVEN, POD, fill, git, repository, run
from tests.common import HOST
from tests.hostile import NAMES, TEXTS, files, obeyed, raw
from tests.terminal import on_a_terminal

HUB = f"{HOST}/docker-hub/library"
RULES = ("--no-config", *GIVEN)
SYSTEMS: Mapping[str, Mapping[str, str]] = {
    "none": {},
    "github": {"GITHUB_ACTIONS": "true"},
    "azure": {"TF_BUILD": "True"},
    "teamcity": {"TEAMCITY_VERSION": "2025.03"},
    "gitlab": {"GITLAB_CI": "true"},
}
ANNOTATIONS = ("error", "warning", "notice", "group", "endgroup")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return repository(tmp_path_factory.mktemp("hostile"), files())


def log(*arguments: str, cwd: Path, system: str) -> str:
    """All that a command prints in a job."""
    ran = run(*arguments, cwd=cwd, env=SYSTEMS[system])
    assert "internal error" not in ran.err
    return ran.out + ran.err


@pytest.mark.parametrize("system", ["github", "azure"])
@pytest.mark.parametrize(
    "arguments",
    [
        *[["check", *RULES, "--output-format", each] for each in FORMATS],
        *[["list", *RULES, "--output-format", each] for each in FORMATS],
        *[
            ["list", *RULES, "--output-format", "concise", "--by", each]
            for each in ("upstream", "image", "file")
        ],
        ["check", *RULES, "--statistics", "-v", "--embedded"],
        ["rewrite", *RULES, "--diff", "--output-format", "json"],
        *[["rules", *RULES, "--emit", each] for each in ("table", "iam", "renovate", "warmup", "cli")],
        ["rules", *RULES, "--output-format", "json"],
        ["init", "--registry", HOST, "--config", "new::x.yaml"],
    ],
    ids=" ".join,
)
def test_no_command_prints_what_is_obeyed(tree: Path, arguments: list[str], system: str) -> None:
    text = log(*arguments, cwd=tree, system=system)
    (tree / "new::x.yaml").unlink(missing_ok=True)
    is_annotated = arguments[0] in ("check", "list") and "github" in (*arguments, system)
    assert list(obeyed(text, ANNOTATIONS if is_annotated else ())) == []
    assert raw(text) == []


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("command", ["rewrite", "restore"])
def test_rewriting_prints_nothing_that_is_obeyed(tmp_path: Path, command: str, system: str) -> None:
    cached = {name: text.replace("redis:7", f"{HUB}/redis:7") for name, text in files().items()}
    tree = repository(tmp_path, cached if command == "restore" else files())
    shown = log(command, *RULES, "--diff", cwd=tree, system=system)
    if system != "none":
        assert list(obeyed(shown)) == []
    if system not in ("none", "github"):
        assert raw(shown) == []
    text = log(command, *RULES, "-v", cwd=tree, system=system)
    assert "texts.yaml:" in text
    assert list(obeyed(text)) == []
    assert raw(text) == []


@pytest.mark.parametrize("name", [*NAMES, *TEXTS], ids=ascii)
def test_messages_about_arguments(tmp_path: Path, name: str) -> None:
    shown = [
        log(*arguments, cwd=tmp_path, system="github")
        for arguments in (
            ["check", *RULES, "--", name],
            ["check", f"--{name}"],
            [f"--{name}"],
            [name],
            ["check", "--output-format", name],
            ["check", "--output", name],
            ["check", "--select", name],
            ["check", "--config", name],
            ["check", "--rule", name],
            ["check", "--baseline", name],
            ["check", "--registry", name],
            ["check", "--exclude", f"!{name}\\"],
            ["explain", "--", name],
            ["rule", "--", name],
            ["init", "--from-json", name],
            ["init", "--from-terraform", name],
            ["init", "--from-cloudformation", name],
            ["init", "--registry", name],
            ["init", "--", name],
        )
    ]
    assert [line for text in shown for line in (*obeyed(text, ("error",)), *raw(text))] == []


EVIL = "#\r::add-mask::z\n# ##[add-mask]x\nFROM redis:7\nRUN \x1b[2J \\\n  ::stop-commands::y\n"


def test_a_diff_applies_under_github(tmp_path: Path) -> None:
    tree = repository(
        tmp_path, {"Dockerfile": EVIL, "##[group]x/Dockerfile": "FROM node\n", "pod.yaml": POD.format("a:1")}
    )
    ran = run("rewrite", "--diff", *RULES, cwd=tree, env=SYSTEMS["github"])
    assert ran.out.count("::stop-commands::") == 3  # one is of the file
    assert list(obeyed(ran.out)) == []
    assert len([*obeyed(ran.out.replace("::stop-commands::", ""))]) > 4
    tokens = [line for line in ran.out.split("\n") if line.startswith("::") and line.endswith("::")]
    assert len({*tokens}) == 2
    git(tree, "apply", "-", stdin=ran.out.encode())
    assert (tree / "Dockerfile").read_bytes() == EVIL.replace("redis", f"{HUB}/redis").encode()
    assert run("rewrite", "--diff", *RULES, cwd=tree, env=SYSTEMS["github"]).code == 0


def test_a_diff_has_no_more_than_it_needs(tmp_path: Path) -> None:
    tree = repository(tmp_path, {"Dockerfile": "# a::b [c]\r\n## d [e]\r\nFROM redis:7\r\n"})
    plain = run("rewrite", "--diff", *RULES, cwd=tree)
    assert plain.out.startswith("diff --git a/Dockerfile b/Dockerfile\n")
    for system in SYSTEMS:
        assert run("rewrite", "--diff", *RULES, cwd=tree, env=SYSTEMS[system]) == plain


def test_a_diff_is_exact_outside_of_ci(tmp_path: Path) -> None:
    tree = repository(tmp_path, {"Dockerfile": EVIL})
    git(tree, "apply", "-", stdin=run("rewrite", "--diff", *RULES, cwd=tree).out.encode())
    assert (tree / "Dockerfile").read_bytes() == EVIL.replace("redis", f"{HUB}/redis").encode()


@pytest.mark.parametrize(
    ("system", "name"), [("azure", "Azure Pipelines"), ("teamcity", "TeamCity"), ("gitlab", "GitLab CI")]
)
def test_elsewhere_a_diff_says_that_it_does_not_apply(tmp_path: Path, system: str, name: str) -> None:
    tree = repository(tmp_path, {"Dockerfile": EVIL, "b/Dockerfile": "FROM node\n"})
    ran = run("rewrite", "--diff", *RULES, cwd=tree, env=SYSTEMS[system])
    assert [line for line in ran.out.split("\n")[4:9] if "redis" not in line] == [
        " #\\r::add-mask::z",
        " # ##\\x5badd-mask]x",
        " RUN \\x1b[2J \\",
    ]
    assert ran.err.split("\n")[0] == (
        f"warning: Dockerfile: its diff has escapes in place of what {name} would obey, and does not apply: "
        "take `git diff` after `rewrite-refs rewrite`"
    )
    assert ran.err.count("warning") == 1


def test_a_terminal_obeys_nothing_of_a_diff(tmp_path: Path) -> None:
    tree = repository(tmp_path, {"Dockerfile": EVIL})
    shown = on_a_terminal([sys.executable, "-m", "rewrite_refs", "rewrite", "--diff", *RULES], tree)
    assert " RUN \\x1b[2J \\\r\n" in shown
    assert raw(shown.replace("\r\n", "\n")) == []


def test_what_a_program_reads_is_exact(tmp_path: Path) -> None:
    fill(tmp_path, {"x": ""})
    ran = run(
        "rewrite",
        *RULES,
        "--stdin-filename",
        "Dockerfile",
        "-",
        cwd=tmp_path,
        stdin=EVIL.encode(),
        env=SYSTEMS["azure"],
    )
    assert ran.out == EVIL.replace("redis", f"{HUB}/redis")


def test_standard_output_may_be_closed(tmp_path: Path) -> None:
    tree = repository(tmp_path, {"Dockerfile": EVIL})
    command = [sys.executable, "-m", "rewrite_refs", "rewrite", "--diff", *RULES]
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *command], cwd=tree, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"rewrite 1 of 1" in done.stderr
