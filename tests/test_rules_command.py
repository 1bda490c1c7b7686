"""``rewrite-refs rules`` from the command line; what each --emit prints is tested in tests/emit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rewrite_refs.emit import EMITTERS
from tests.commands import POD, repository, run
from tests.common import HOST

US = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
CONFIG = f"registry: {HOST}\nrules: {{docker.io: docker-hub}}\n"
OVERRIDES = f"overrides: [{{files: us/, registry: {US}, rules: {{docker.io: hub, ghcr.io: ROOT}}}}]\n"
FILES = {
    ".rewrite-refs.yaml": CONFIG,
    "Dockerfile": "FROM nginx:1\nFROM quay.io/a/b:1\n",
    "us/pod.yaml": POD.format("nginx:1"),
    "us/other.yaml": POD.format("mcr.microsoft.com/x:1"),
}


def test_one_table(tmp_path: Path) -> None:
    ran = run("rules", cwd=repository(tmp_path, FILES))
    assert (ran.code, ran.err) == (0, "")
    rows = [line.split() for line in ran.out.splitlines()]
    assert rows[1] == ["docker.io", "2", "1", "0", "docker-hub"]
    assert rows[2][:4] == ["mcr.microsoft.com", "1", "1", "0"]
    assert rows[3][:5] == ["quay.io", "1", "1", "0", "none:"]


def test_a_table_for_each_set_of_rules(tmp_path: Path) -> None:
    root = repository(tmp_path, {**FILES, ".rewrite-refs.yaml": CONFIG + OVERRIDES})
    assert run("rules", cwd=root / "us").out.startswith("upstream")
    both = run("rules", cwd=root).out
    assert both.startswith(f"{HOST}:\n  upstream")
    assert f"\n\n{US}:\n  upstream" in both


def test_without_rules_and_without_references(tmp_path: Path) -> None:
    root = repository(tmp_path, {"Dockerfile": "FROM nginx\n", "empty/x": ""})
    assert "none: ECR could cache it" in run("rules", cwd=root).out
    assert run("rules", "empty", cwd=root).code == 0


def test_json(tmp_path: Path) -> None:
    root = repository(tmp_path, {**FILES, ".rewrite-refs.yaml": CONFIG + OVERRIDES})
    told = json.loads(run("rules", "--output-format", "json", cwd=root).out)
    assert told["version"] == 1
    first, second = told["registries"]
    assert (first["registry"], second["registry"]) == (HOST, US)
    hub, quay = first["upstreams"]
    assert hub == {
        "upstream": "docker.io",
        "references": 1,
        "images": 1,
        "cached": 0,
        "wrong": 0,
        "rules": [{"rule": "docker.io", "prefix": "docker-hub", "references": 1}],
        "unserved": 0,
        "proposed_prefix": None,
        "advice": None,
    }
    assert (quay["upstream"], quay["unserved"], quay["proposed_prefix"]) == ("quay.io", 1, "quay")
    microsoft = second["upstreams"][1]
    assert "Microsoft" in microsoft["advice"]


@pytest.mark.parametrize("emit", [name for name in EMITTERS if name != "table"])
def test_every_emitter(tmp_path: Path, emit: str) -> None:
    root = repository(tmp_path, {**FILES, ".rewrite-refs.yaml": CONFIG})
    ran = run("rules", "--emit", emit, cwd=root)
    assert ran.code == 0
    assert ran.out
    ran = run("rules", "--emit", emit, "--output-format", "json", cwd=root)
    assert ran.code == 2
    assert f"--emit {emit} has its own format" in ran.err


def test_what_is_printed_for_one_registry_alone(tmp_path: Path) -> None:
    root = repository(tmp_path, {**FILES, ".rewrite-refs.yaml": CONFIG + OVERRIDES})
    ran = run("rules", "--emit", "terraform", cwd=root)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(
        f"error: these files have 2 sets of rules ({HOST}, {US}): print them one by one"
    )
    assert run("rules", "us", "--emit", "terraform", cwd=root).code == 0
    warmup = run("rules", "--emit", "warmup", cwd=root).out
    assert f"pull {HOST}/docker-hub/library/nginx:1\n" in warmup
    assert f"pull {US}/hub/library/nginx:1\n" in warmup
    aliases = json.loads(run("rules", "--emit", "renovate", cwd=root).out)["registryAliases"]
    assert aliases == {f"{HOST}/docker-hub": "docker.io", f"{US}/hub": "docker.io"}
    ran = run("rules", "--emit", "warmup", "--no-config", cwd=root)
    assert ran.code == 2
