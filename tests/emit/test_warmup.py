"""The script is run, with what pulls replaced by what tells how it was called."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.rule import make_rule
from rewrite_refs.emit.survey import Survey, of
from rewrite_refs.emit.warmup import lines
from rewrite_refs.errors import ConfigError
from tests.common import HOST, RULES
from tests.emit.surveys import DIGEST, NO_REGISTRY, PLACEHOLDERS, SURVEYS, entries, survey, surveys

PULLERS = ("docker", "crane", "skopeo", "podman")
TOOL = '#!/bin/sh\necho "${0##*/} $*" >>"$CALLS"\ncase "$*" in *broken*) exit 1 ;; esac\n'


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder for PATH in which every puller notes its arguments in the file ``calls``."""
    for name in PULLERS:
        (tmp_path / name).write_text(TOOL)
        (tmp_path / name).chmod(0o755)
    return tmp_path


def printed(found: Survey) -> str:
    return "\n".join(lines(found)) + "\n"


def run(found: Survey | str, tools: Path, **env: str) -> tuple[int, list[str]]:
    """The exit code of the script, and the calls that it made."""
    calls = tools / "calls"
    calls.write_text("")
    script = found if isinstance(found, str) else printed(found)
    given = {"PATH": f"{tools}:{os.environ['PATH']}", "CALLS": str(calls), **env}
    done = subprocess.run(["sh", "-c", script], env=given, capture_output=True, check=False)
    return done.returncode, calls.read_text().splitlines()


def test_a_script_of_everything() -> None:
    text = printed(survey("nginx:1", f"quay.io/a/b:2@{DIGEST}", f"quay.io/a/b@{DIGEST}", "cgr.dev/x"))
    assert text.partition("\n\n")[2] == (
        f"pull {HOST}/docker-hub/library/nginx:1\n"
        f"pull {HOST}/quay/a/b:2  # {DIGEST}\n"
        "# Skipped because there is no rule: 1 reference to cgr.dev\n"
        f"# {HOST}/quay/a/b@{DIGEST}: a digest alone: "
        "ECR imports by tag, so pull the tag that it belongs to\n"
        '[ "$failed" = 0 ]\n'
    )
    assert "# After '#'" in text
    assert f"docker login --username AWS --password-stdin {HOST}\n" in text


@pytest.mark.parametrize(
    ("puller", "call"),
    [
        (None, "docker pull --quiet"),
        ("podman", "podman pull --quiet"),
        ("crane", "crane manifest"),
        ("skopeo", "skopeo inspect --raw docker://"),
    ],
)
def test_each_puller_is_called_its_own_way(puller: str | None, call: str, tools: Path) -> None:
    env = {"PULLER": puller} if puller else {}
    space = "" if call.endswith("/") else " "
    assert run(survey("nginx", "quay.io/a/b:1"), tools, **env) == (
        0,
        [f"{call}{space}{HOST}/docker-hub/library/nginx:latest", f"{call}{space}{HOST}/quay/a/b:1"],
    )


def test_one_that_fails_stops_no_other_and_shows_in_the_end(tools: Path) -> None:
    code, calls = run(survey("quay.io/a/broken:1", "quay.io/b/c:1"), tools)
    assert (code, len(calls)) == (1, 2)


@pytest.mark.parametrize("names", [("broken", "app"), ("app", "broken")])
def test_two_scripts_are_one(names: tuple[str, str], tools: Path) -> None:
    other = RuleSet("210987654321.dkr.ecr.us-east-1.amazonaws.com", RULES.rules)
    one, two = survey(f"quay.io/a/{names[0]}:1"), survey(f"quay.io/a/{names[1]}:1", rules=other)
    code, calls = run(printed(one) + printed(two), tools)
    assert (code, len(calls)) == (1, 2)


@pytest.mark.parametrize("placeholder", PLACEHOLDERS[:2])
def test_a_placeholder_is_a_variable_of_the_shell(placeholder: str, tools: Path) -> None:
    found = survey("nginx:1", f"{placeholder}/quay/a/b:1", rules=RuleSet(placeholder, RULES.rules))
    calls = [
        "docker pull --quiet reg.example/docker-hub/library/nginx:1",
        "docker pull --quiet reg.example/quay/a/b:1",
    ]
    assert run(found, tools, ECR_REGISTRY="reg.example") == (0, calls)
    code, calls = run(found, tools)
    assert (code != 0, calls) == (True, [])


def test_a_placeholder_with_a_default_is_its_default(tools: Path) -> None:
    found = survey("nginx:1", rules=RuleSet(PLACEHOLDERS[2], RULES.rules))
    assert run(found, tools) == (0, [f"docker pull --quiet {HOST}/docker-hub/library/nginx:1"])


def test_what_other_files_pull_comes_from_their_registry(tools: Path) -> None:
    other = RuleSet("210987654321.dkr.ecr.us-east-1.amazonaws.com", (make_rule("ghcr.io", "gh"),))
    found = of(
        [*entries(["ghcr.io/a/b:1"], other), *entries(["ghcr.io/a/b:1", "cgr.dev/x", "cgr.dev/y"])], RULES
    )
    _, calls = run(found, tools)
    assert calls == [
        f"docker pull --quiet {HOST}/github/a/b:1",
        f"docker pull --quiet {other.registry}/gh/a/b:1",
    ]
    assert "# Skipped because there is no rule: 2 references to cgr.dev" in printed(found)


def test_with_nothing_to_pull_there_is_nothing_to_run(tools: Path) -> None:
    found = survey(f"quay.io/a/b@{DIGEST}", "cgr.dev/x")
    assert "pull()" not in printed(found)
    assert "a digest alone" in printed(found)
    assert run(found, tools) == (0, [])


def test_without_a_registry_there_are_no_names() -> None:
    with pytest.raises(ConfigError, match="--emit warmup"):
        list(lines(NO_REGISTRY))


@settings(max_examples=20)
@given(surveys(registries=[HOST, *PLACEHOLDERS]))
def test_a_shell_reads_it_whatever_there_is(found: Survey) -> None:
    done = subprocess.run(["sh", "-n"], input=printed(found), text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="needs shellcheck: apt-get install shellcheck")
@pytest.mark.parametrize("name", [name for name, each in SURVEYS.items() if each.registry])
def test_shellcheck_has_nothing_to_say(name: str) -> None:
    done = subprocess.run(
        ["shellcheck", "-"], input=printed(SURVEYS[name]), text=True, capture_output=True, check=False
    )
    assert done.stdout == ""
