"""The README against the code: its console blocks are run, its tables and snippets compared.

Blocks that set up an environment are run only where CI_FULL is set, for they
need a package index.
"""

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, cast, get_args

import click
import pytest
import yaml

from rewrite_refs import Reference, __version__, cli
from rewrite_refs.cli import output
from rewrite_refs.config import Config, load
from rewrite_refs.formats import BY_NAME
from rewrite_refs.reference import read
from rewrite_refs.registries import SAME_REGISTRY
from rewrite_refs.rules import Rules, Status
from tests.checkout import PROJECT, snapshot

README = (PROJECT / "README.md").read_text(encoding="utf-8")
PROSE = re.sub(r"```.*?```", "", README, flags=re.DOTALL)
COMMANDS = dict(cli.cli.commands)
SCOPES = {"all": set(COMMANDS), "all but init": set(COMMANDS) - {"init"}}


def blocks(language: str) -> list[str]:
    fences = re.findall(r"^( *)```(\w+)\n(.*?)^ *```$", README, re.DOTALL | re.MULTILINE)
    return [text for _, found, text in fences if found == language]


def table(first: str) -> list[list[str]]:
    """The rows below the head whose first cell is *first*."""
    rows = re.search(rf"^\| {first} \|.*\n\|[-|]+\n((?:\|.*\n)+)", README, re.MULTILINE)
    assert rows
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[1].splitlines()]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def transcript(block: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with its output."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)
    assert not parts[0]
    return list(zip(parts[1::2], parts[2::2], strict=True))


SETUPS = [command for block in blocks("console") for command, _ in transcript(block) if "venv" in command]
CONSOLES = [block for block in blocks("console") if "venv" not in block]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return snapshot(tmp_path_factory.mktemp("project"))


@pytest.fixture
def clone(project: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "rewrite-refs"
    subprocess.run(["git", "clone", "-q", str(project), str(folder)], check=True, capture_output=True)
    return folder


def bash(script: str, folder: Path, stderr: int = subprocess.STDOUT) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment.pop("FORCE_COLOR", None)
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    command = ["bash", "-c", script]
    run = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        check=False,
    )
    return subprocess.CompletedProcess(
        command, run.returncode, run.stdout.decode(), (run.stderr or b"").decode()
    )


# --- what it shows ---------------------------------------------------------------------------


@pytest.mark.parametrize("block", CONSOLES, ids=lambda block: transcript(block)[-1][0])
def test_console(block: str, clone: Path) -> None:
    steps = transcript(block)
    script = "".join(f"s=$?; printf '\\0'; (exit $s)\n{command}\n" for command, _ in steps)
    outputs = bash(script, clone).stdout.split("\0")[1:]
    assert list(zip((command for command, _ in steps), outputs, strict=True)) == steps


def test_diffs_are_part_of_what_the_demo_gives(clone: Path) -> None:
    run = bash("rewrite-refs rewrite --diff fixtures/demo", clone, subprocess.PIPE)
    assert run.returncode == 1
    assert len(blocks("diff")) == 2
    for block in blocks("diff"):
        assert block in run.stdout
    assert not bash("git status --porcelain", clone).stdout


def test_the_demo_says_the_same_wherever_it_is(clone: Path, tmp_path: Path) -> None:
    """Nothing around fixtures/demo takes part: neither configurations nor the images of other fixtures."""
    alone = tmp_path / "alone" / "fixtures"
    alone.mkdir(parents=True)
    script = 'cp -R fixtures/demo "$0" && cd "$0/.." && git init -q && rewrite-refs list -q fixtures/demo'
    inside = bash("rewrite-refs list -q fixtures/demo", clone)
    assert inside.returncode == 0
    assert inside.stdout == bash(script.replace("$0", str(alone)), clone).stdout
    statuses = set(re.findall(r"^\S+ (\w+):", inside.stdout, re.MULTILINE))
    assert statuses == set(get_args(Status)) - {"cached", "wrong"}
    assert "third_party" not in inside.stdout


def test_the_demo_is_rewritten_once(clone: Path) -> None:
    assert bash("rewrite-refs rewrite fixtures/demo", clone).returncode == 0
    assert bash("rewrite-refs check fixtures/demo", clone).returncode == 0
    changed = bash("git add -A && git diff --cached --name-only", clone).stdout
    assert changed
    assert bash("rewrite-refs rewrite fixtures/demo", clone).returncode == 0
    assert bash("git diff --name-only", clone).stdout == ""


def test_setup_commands_have_their_form() -> None:
    form = r"python3 -m venv \.venv && \.venv/bin/pip install -q (\.|-e '\.\[test\]') && \.venv/bin/(.+)"
    runs = [match.groups() for command in SETUPS if (match := re.fullmatch(form, command))]
    assert runs == [(".", "rewrite-refs rewrite --diff fixtures/demo"), ("-e '.[test]'", "pytest")]


def test_ci_runs_the_test_command() -> None:
    assert SETUPS[1] in (PROJECT / ".ci" / "run").read_text().splitlines()
    assert os.access(PROJECT / ".ci" / "run", os.X_OK)


@pytest.mark.skipif(not os.environ.get("CI_FULL"), reason="needs a package index: set CI_FULL")
def test_setup_prints_the_diff_and_leaves_the_clone_clean(clone: Path) -> None:
    run = bash(SETUPS[0], clone, subprocess.PIPE)
    assert run.returncode == 1, run.stderr
    assert run.stdout == bash("rewrite-refs rewrite --diff fixtures/demo", clone, subprocess.PIPE).stdout
    assert not bash("git status --porcelain", clone).stdout


# --- snippets --------------------------------------------------------------------------------


def snippet(key: str) -> tuple[str, Any]:
    found = [(text, data) for text in blocks("yaml") if key in (data := yaml.safe_load(text))]
    assert len(found) == 1
    return found[0]


def test_pre_commit_snippet() -> None:
    (repository,) = snippet("repos")[1]["repos"]
    hooks = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in repository["hooks"]] == [hook["id"] for hook in hooks]
    assert repository["rev"] == f"v{__version__}"


def test_ci_snippets() -> None:
    steps = snippet("jobs")[1]["jobs"]["check-refs"]["steps"]
    install, check = [step["run"] for step in steps if "run" in step]
    lines = next(block for block in blocks("sh") if "venv" in block).splitlines()
    assert lines[1].endswith(install)
    assert lines[2].endswith(check)
    assert check.split()[1] in COMMANDS
    assert install.endswith(f"@v{__version__}")


def test_shell_snippets_parse(tmp_path: Path) -> None:
    for block in blocks("sh"):
        assert bash(f"bash -n <<'END'\n{block}\nEND", tmp_path).returncode == 0


def test_configuration_snippet(tmp_path: Path) -> None:
    text = snippet("registry")[0]
    path = tmp_path / "config.yaml"
    path.write_text(text)
    load(path, "README.md")
    keys = [name for name in Config._fields if name != "folder"]
    assert list(yaml.safe_load(text)) == keys
    assert [code(row[0])[0] for row in table("key")] == keys


def test_changelog_has_the_version_or_none() -> None:
    heads = re.findall(r"^## \[(.+?)\]", (PROJECT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert heads[0] == "Unreleased"
    assert heads[1:] == [] or heads[1] == __version__


# --- tables and words ------------------------------------------------------------------------


def test_commands() -> None:
    rows = [code(row[0])[0].split() for row in table("command")]
    assert all(program == "rewrite-refs" for program, *_ in rows)
    arguments = {name: " ".join(rest) for _, name, *rest in rows}
    expected = {
        name: " ".join(
            str(each.make_metavar(click.Context(command)))
            for each in command.params
            if isinstance(each, click.Argument)
        )
        for name, command in COMMANDS.items()
    }
    assert arguments == expected


def test_options() -> None:
    told: dict[str, set[str]] = {name: set() for name in COMMANDS}
    for cell, where, *_ in table("option"):
        names = [span.split()[0] for span in code(cell)]
        for command in SCOPES.get(where) or where.split(", "):
            told[command].update(names)
    real = {
        name: {
            opt
            for param in command.get_params(click.Context(command, help_option_names=["-h", "--help"]))
            if isinstance(param, click.Option)
            for opt in param.opts
        }
        for name, command in COMMANDS.items()
    }
    assert told == real


def test_every_option_that_is_named_exists() -> None:
    known = {opt for command in COMMANDS.values() for param in command.params for opt in param.opts}
    known |= {"--help", "--version", "--from", "--mount", "--x-image", "--build-arg"}
    named = {name for span in code(PROSE) for name in re.findall(r"(?<!\S)--[a-z][a-z-]*", span)}
    assert named <= known


def test_statuses() -> None:
    assert [code(row[0])[0] for row in table("status")] == list(get_args(Status))


def test_exit_codes() -> None:
    assert [int(row[0]) for row in table("code")] == [output.OK, output.FINDINGS, output.FAILED]


def test_formats() -> None:
    rows = {code(name)[0]: files for name, files, *_ in table("format")}
    assert set(rows) == set(BY_NAME)
    for name, files in rows.items():
        patterns = [
            span
            for span in code(files)
            if "*" in span or re.fullmatch(r"(?:[A-Z]\w+|kust.*)(?:\.ya?ml)?", span)
        ]
        assert patterns
        for pattern in patterns:
            assert BY_NAME[name].candidate(Path(pattern.replace("*", "x"))), pattern
    for name, module in BY_NAME.items():
        path = Path(str(inspect.getsourcefile(cast(ModuleType, module)))).relative_to(PROJECT)
        assert f"[{name}]({path.as_posix()})" in README


def test_other_names_of_upstreams() -> None:
    row = next(row for row in table("key") if row[0] == "`aliases`")
    assert set(code(row[1])) == set(SAME_REGISTRY)


def test_registries_that_cannot_be_cached() -> None:
    sentence = re.search(r"\*\*Registries that ECR cannot cache\*\*, such as ([^;]+?)\. They", README)
    assert sentence
    for host in re.split(r",\s+| and\s+", sentence[1].replace("\n", " ")):
        verdict = Rules().judge_written(read(f"{host.strip()}/name/name"))
        assert verdict.status == "unmapped"
        assert str(verdict.reason).startswith("ECR cannot cache")


def test_look_alikes() -> None:
    spans = [
        span for span in code(PROSE) if re.fullmatch(r"myquay\.io|docker\.io:443|localhost:5000/nginx", span)
    ]
    assert {Reference.parse(f"{span}/x").registry for span in spans} == {
        "myquay.io",
        "docker.io:443",
        "localhost:5000",
    }


def test_links_lead_somewhere() -> None:
    heads = {
        re.sub(r"[^\w -]", "", head).lower().replace(" ", "-")
        for head in re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert target[1:] in heads if target.startswith("#") else (PROJECT / target).is_file(), target
