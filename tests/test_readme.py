"""The README and the pages of docs against the code: console blocks are run, tables and snippets compared.

Blocks that set up an environment are run only where CI_FULL is set, for they
need a package index.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import click
import pytest
import yaml

from rewrite_refs import Reference, __version__, cli
from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.verdict import Status
from rewrite_refs.cli import output
from rewrite_refs.config.load import Config, load
from rewrite_refs.formats import BY_NAME
from rewrite_refs.images.hosts import SAME_REGISTRY
from rewrite_refs.images.reference import parse_partial
from rewrite_refs.lint.registry import BY_NAME as RULES_BY_NAME
from rewrite_refs.results import Severity
from tests.checkout import PROJECT, snapshot
from tests.pages import PAGES, blocks, code, everywhere, prose, table

README = "README.md"
COMMANDS = dict(cli.cli.commands)
SCOPES = {
    "all": set(COMMANDS),
    "all but rule": set(COMMANDS) - {"rule"},
    "all but init, rule": set(COMMANDS) - {"init", "rule"},
}


def transcript(block: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with its output."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)
    assert not parts[0]
    return list(zip(parts[1::2], parts[2::2], strict=True))


SETUPS = [
    command for block in blocks(README, "console") for command, _ in transcript(block) if "venv" in command
]
CONSOLES = [(page, block) for page, block in everywhere("console") if "venv" not in block]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return snapshot(tmp_path_factory.mktemp("project"))


@pytest.fixture
def clone(project: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "rewrite-refs"
    subprocess.run(["git", "clone", "-q", str(project), str(folder)], check=True, capture_output=True)
    return folder


def bash(script: str, folder: Path, stderr: int = subprocess.STDOUT) -> "subprocess.CompletedProcess[str]":
    # Without coverage, which doubles what a command costs: the tests of the code cover it.
    hidden = ("GIT_", "COVERAGE_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
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


def _first_run(block: str) -> str:
    return next(command for command, _ in transcript(block) if not command.startswith("cd "))


@pytest.mark.parametrize(
    "block", [pytest.param(block, id=f"{page}: {_first_run(block)}") for page, block in CONSOLES]
)
def test_console(block: str, clone: Path) -> None:
    steps = transcript(block)
    script = "".join(f"s=$?; printf '\\0'; (exit $s)\n{command}\n" for command, _ in steps)
    outputs = bash(script, clone).stdout.split("\0")[1:]
    assert list(zip((command for command, _ in steps), outputs, strict=True)) == steps


def test_diffs_are_part_of_what_the_demo_gives(clone: Path) -> None:
    run = bash("rewrite-refs rewrite --diff fixtures/demo", clone, subprocess.PIPE)
    assert run.returncode == 1
    (block,) = blocks(README, "diff")
    assert block in run.stdout
    assert len(block.splitlines()) <= 10
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


@pytest.mark.skipif(not os.environ.get("CI_FULL"), reason="needs a package index: set CI_FULL=1")
def test_setup_prints_the_diff_and_leaves_the_clone_clean(clone: Path) -> None:
    run = bash(SETUPS[0], clone, subprocess.PIPE)
    assert run.returncode == 1, run.stderr
    assert run.stdout == bash("rewrite-refs rewrite --diff fixtures/demo", clone, subprocess.PIPE).stdout
    assert not bash("git status --porcelain", clone).stdout


# --- snippets --------------------------------------------------------------------------------


def snippets(key: str) -> list[tuple[str, str, Any]]:
    """The YAML blocks of all pages with a *key* at the top: page, text and data."""
    found = [(page, text, yaml.safe_load(text)) for page, text in everywhere("yaml")]
    return [each for each in found if isinstance(each[2], dict) and key in each[2]]


def only(page: str, key: str) -> tuple[str, Any]:
    """The one YAML block of a page with a *key*."""
    ((_, text, data),) = [each for each in snippets(key) if each[0] == page]
    return text, data


@pytest.mark.parametrize(("page", "text", "data"), snippets("repos"))
def test_pre_commit_snippets(page: str, text: str, data: Any, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    assert bash("pre-commit validate-config config.yaml", tmp_path).stdout == ""
    hooks = {hook["id"] for hook in yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text())}
    (repository,) = data["repos"]
    assert {hook["id"] for hook in repository["hooks"]} <= hooks
    assert repository["rev"] == f"v{__version__}"


def test_hooks() -> None:
    hooks = [hook["id"] for hook in yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text())]
    assert [hook["id"] for hook in only(README, "repos")[1]["repos"][0]["hooks"]] == hooks
    assert [code(row[0])[0] for row in table("docs/ci.md", "hook")] == hooks


def test_ci_snippets() -> None:
    steps = only(README, "jobs")[1]["jobs"]["check-refs"]["steps"]
    assert f"OWNER/rewrite-refs@v{__version__}" in [step["uses"] for step in steps]
    plain = next(text for text in blocks("docs/ci.md", "yaml") if "pip install" in text)
    steps = yaml.safe_load(plain)["jobs"]["check-refs"]["steps"]
    install, check = [step["run"] for step in steps if "run" in step]
    first, second = (
        next(block for block in blocks(page, "sh") if "venv" in block) for page in (README, "docs/ci.md")
    )
    assert first == second
    *_, with_pip, last = first.splitlines()
    assert with_pip.endswith(install)
    assert last.endswith(check)
    assert check.split()[-1] in COMMANDS
    assert install.endswith(f'@v{__version__}"')


def test_versions() -> None:
    pinned = r"(?:@|re[fv]: )v(\d+\.\d+\.\d+)"
    named = {version for text in PAGES.values() for version in re.findall(pinned, text)}
    assert named == {__version__}


@pytest.mark.parametrize(("page", "block"), everywhere("sh"))
def test_shell_snippets_parse(page: str, block: str, tmp_path: Path) -> None:
    assert bash(f"bash -n <<'END'\n{block}\nEND", tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("page", "text"),
    dict.fromkeys((page, text) for key in ("registry", "rules", "lint") for page, text, _ in snippets(key)),
)
def test_configuration_snippets(page: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    load(path, page)


def test_configuration_keys() -> None:
    keys = [name.replace("_", "-") for name in Config._fields if name != "folder"]
    page = "docs/configuration.md"
    assert list(only(page, "registry")[1]) == keys
    assert [code(row[0])[0] for row in table(page, "key")] == keys


def test_comments_in_snippets_name_rules() -> None:
    named = [
        each
        for text in PAGES.values()
        for each in re.findall(r"rewrite-refs: ignore(?:-file)?\[([^]]*)\]", text)
    ]
    rules = {rule for each in named for rule in each.split(", ")}
    assert rules - set(RULES_BY_NAME) == {
        "rule",
        "direct-upstraem",
    }  # a placeholder, and a mistake on purpose


def test_changelog_has_the_version_or_none() -> None:
    heads = re.findall(r"^## \[(.+?)\]", (PROJECT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert heads[0] == "Unreleased"
    assert heads[1:] == [] or heads[1] == __version__


# --- tables and words ------------------------------------------------------------------------


@pytest.mark.parametrize("page", [README, "docs/command-line.md"])
def test_commands(page: str) -> None:
    rows = [code(row[0])[0].split() for row in table(page, "command")]
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
    for cell, where, *_ in table("docs/command-line.md", "option"):
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


@pytest.mark.parametrize("page", PAGES)
def test_every_option_that_is_named_exists(page: str) -> None:
    known = {opt for command in COMMANDS.values() for param in command.params for opt in param.opts}
    known |= {"--help", "--version"}
    known |= {  # of other tools
        *("--from", "--mount", "--build-arg", "--tag", "--destination", "--driver-opt", "--all-files"),
        *("--x-image", "--image-pull-policy", "--reloader-image", "--no-cov"),
    }
    named = {name for span in code(prose(page)) for name in re.findall(r"(?<!\S)--[a-z][a-z-]*", span)}
    assert named <= known


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_is_named_exists(page: str) -> None:
    lines = [line for block in blocks(page, "sh") for line in block.splitlines()]
    spans = [*lines, *code(prose(page).replace("\n", " "))]
    named = {name for span in spans for name in re.findall(r"\brewrite-refs ([a-z]+)\b", span)}
    assert named <= set(COMMANDS)


def test_statuses() -> None:
    assert [code(row[0])[0] for row in table("docs/command-line.md", "status")] == list(get_args(Status))


def test_severities() -> None:
    assert [row[0] for row in table("docs/check.md", "severity")] == list(get_args(Severity))


@pytest.mark.parametrize("page", [README, "docs/command-line.md"])
def test_exit_codes(page: str) -> None:
    assert [int(row[0]) for row in table(page, "code")] == [output.OK, output.FINDINGS, output.FAILED]


def test_formats() -> None:
    assert [code(name)[0] for name, _ in table(README, "format")] == list(BY_NAME)
    rows = {code(name)[0]: files for name, files, *_ in table("docs/found.md", "format")}
    assert list(rows) == list(BY_NAME)
    for name, files in rows.items():
        patterns = [
            span
            for span in code(files)
            if "*" in span or re.fullmatch(r"(?:[A-Z]\w+|kust.*|\.ko)(?:\.ya?ml)?", span)
        ]
        assert patterns
        for pattern in patterns:
            assert BY_NAME[name].candidate(Path(pattern.replace("*", "x"))), pattern
        assert f"[`{name}`](formats.md#{name})" in PAGES["docs/found.md"]


def test_report_formats() -> None:
    for name in ("check", "list"):
        (option,) = [each for each in COMMANDS[name].params if each.name == "output_format"]
        assert isinstance(option.type, click.Choice)
        assert [code(row[0])[0] for row in table("docs/reports.md", "format")] == list(option.type.choices)


def test_members_of_the_json_report() -> None:
    schema = json.loads((PROJECT / "rewrite_refs" / "schemas" / "report.schema.json").read_text())
    rows = table("docs/reports.md", "member")
    assert [code(row[0])[0] for row in rows] == list(schema["properties"])
    (findings,) = [row[1] for row in rows if row[0] == "`findings`"]
    place = {"path", "line", "column", "end_line", "end_column"}
    told = set(code(findings)) - {"check"}
    assert told == set(schema["$defs"]["finding"]["properties"]) - place


def test_other_names_of_upstreams() -> None:
    row = next(row for row in table("docs/configuration.md", "key") if row[0] == "`aliases`")
    assert set(code(row[1])) == set(SAME_REGISTRY)


@pytest.mark.parametrize("page", [README, "docs/found.md"])
def test_registries_that_cannot_be_cached(page: str) -> None:
    sentence = re.search(r"\*\*Registries that ECR cannot cache\*\*, such as ([^;]+?)\. They", PAGES[page])
    assert sentence
    for host in re.split(r",\s+| and\s+", sentence[1].replace("\n", " ")):
        verdict = RuleSet().judge_reference(parse_partial(f"{host.strip()}/name/name"))
        assert verdict.status == "unmapped"
        assert str(verdict.reason).startswith("ECR cannot cache")


@pytest.mark.parametrize("page", [README, "docs/found.md"])
def test_look_alikes(page: str) -> None:
    spans = [
        span
        for span in code(prose(page))
        if re.fullmatch(r"myquay\.io|docker\.io:443|localhost:5000/nginx", span)
    ]
    assert {Reference.parse(f"{span}/x").registry for span in spans} == {
        "myquay.io",
        "docker.io:443",
        "localhost:5000",
    }


def test_shell_completion(tmp_path: Path) -> None:
    for row in table("docs/command-line.md", "shell"):
        line = code(row[2])[0]
        assert line in (
            'eval "$(_REWRITE_REFS_COMPLETE=bash_source rewrite-refs)"',
            'eval "$(_REWRITE_REFS_COMPLETE=zsh_source rewrite-refs)"',
            "_REWRITE_REFS_COMPLETE=fish_source rewrite-refs \\| source",
        )
        shell = line.split("=")[1].split("_")[0]
        script = bash(f"_REWRITE_REFS_COMPLETE={shell}_source rewrite-refs", tmp_path)
        assert f"_REWRITE_REFS_COMPLETE={shell}_complete" in script.stdout
    asked = "_REWRITE_REFS_COMPLETE=bash_complete COMP_WORDS='rewrite-refs ch' COMP_CWORD=1 rewrite-refs"
    assert bash(asked, tmp_path).stdout == "plain,check\n"
