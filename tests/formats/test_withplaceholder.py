"""What only a registry shows to be an image, behind a placeholder for the registry."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from rewrite_refs.cache.restore import RestoringRuleSet
from rewrite_refs.errors import ParseError
from rewrite_refs.formats import BY_NAME
from rewrite_refs.formats.placeholders import with_hosts, with_placeholders
from rewrite_refs.text.source import Source
from tests.commands import POD, repository, run
from tests.common import HOST, RULES, claims, occurrences, rewrite

ECR = "${ECR}"
ARGUMENTS = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - args: {}\n"
CLUSTER = "apiVersion: a/v1\nkind: Cluster\nspec:\n  imageName: {}\n"
MAP = "apiVersion: v1\nkind: ConfigMap\ndata:\n  run.sh: |\n    docker run {} /bin/x\n    é {}\n"
VALUES = "global:\n  imageRegistry: {}\na:\n  image: {repository: b/c, tag: 1}\n"


@pytest.mark.parametrize("registry", [ECR, "$ECR", "${A}.dkr.ecr.${R:-eu-west-1}.amazonaws.com", "{{ .r }}"])
@pytest.mark.parametrize(
    ("format", "text", "upstream", "cache"),
    [
        ("kubernetes", ARGUMENTS.format("[--x, '--pull={}']"), "quay.io/a/b:1", "quay/a/b:1"),
        ("kubernetes", ARGUMENTS.format("['--x={}', \"{}\"]"), "quay.io/a/b:$T", "quay/a/b:$T"),
        ("kubernetes", CLUSTER.replace("{}", "'{}'"), "ghcr.io/a/b:1", "github/a/b:1"),
        ("kubernetes", MAP, "docker.io/library/nginx:1", "docker-hub/library/nginx:1"),
        ("helm-values", VALUES.replace("{}", "'{}'"), "quay.io", "quay"),
        ("helm-values", "extra:\n  args: ['--x={}']\n", "quay.io/a/b:1", "quay/a/b:1"),
    ],
)
def test_there_and_back(registry: str, format: str, text: str, upstream: str, cache: str) -> None:
    rules = dataclasses.replace(RULES, registry=registry)
    knowing = with_placeholders(BY_NAME[format], [registry])
    before = text.replace("{}", upstream)
    after = rewrite(before, knowing, rules.judge)
    assert after.text == text.replace("{}", f"{registry}/{cache}")
    again = rewrite(after.text, knowing, rules.judge)
    assert (again.text, {each.verdict.status for each in again.resolutions}) == (after.text, {"cached"})
    back = rewrite(after.text, knowing, RestoringRuleSet(registry, RULES.rules).judge)
    assert back.text == before


def test_what_a_format_finds_by_itself_comes_from_it() -> None:
    text = f"{POD.format(f'{ECR}/quay/a/b:1')}    args: ['--x=$ECR/quay/c/d:$T', '--y=${{OTHER}}/e:1']\n"
    knowing = with_placeholders(BY_NAME["kubernetes"], [ECR, "{{ x }}", "$ECR"])
    assert [each.text for each in occurrences(text, knowing)] == [f"{ECR}/quay/a/b:1", "$ECR/quay/c/d:$T"]
    assert [each.span for each in occurrences(text, knowing)] == sorted(
        each.span for each in occurrences(text, knowing)
    )
    plain = POD.format("nginx")
    assert occurrences(plain, knowing) == occurrences(plain, BY_NAME["kubernetes"])


def test_a_broken_document_is_told_of_once() -> None:
    knowing = with_placeholders(BY_NAME["kubernetes"], [ECR])
    text = f"{POD.format('[')}---\n{POD.format(f'{ECR}/quay/a/b')}"
    found = knowing.find(Source(text))
    assert next(found).text == f"{ECR}/quay/a/b"
    with pytest.raises(ParseError) as error:
        next(found)
    assert len(error.value.problems) == 1


def test_it_is_the_format_otherwise() -> None:
    values = BY_NAME["helm-values"]
    knowing = with_placeholders(values, [ECR])
    assert dataclasses.replace(knowing, find=values.find, outline=values.outline) == values
    source = Source("image: x")
    assert list(knowing.outline(source)) == list(values.outline(source))
    assert with_placeholders(values, []) is values
    assert with_placeholders(BY_NAME["dockerfile"], [ECR]) is BY_NAME["dockerfile"]


def test_the_format_of_a_file_is_told_as_if_it_named_a_registry(tmp_path: Path) -> None:
    text = ARGUMENTS.format("[--x, '--pull=${ECR}/quay/a/b:1']")
    assert not claims(BY_NAME["kubernetes"], "pod.yaml", text.encode())
    assert claims(BY_NAME["kubernetes"], "pod.yaml", with_hosts(text.encode(), [ECR]))
    for data in (b"${ECR}/\xff", b"${ECR}"):
        assert with_hosts(data, [ECR]) is data
    assert with_hosts(text.encode(), []) == text.encode()
    config = "registry: ${ECR}\nrules: {quay.io: quay}\n"
    root = repository(tmp_path, {".rewrite-refs.yaml": config, "pod.yaml": text, "b.yaml": b"${ECR}/\xff"})
    assert run("check", cwd=root).err == "1 reference in 1 file: 1 cached\n"
    assert run("restore", cwd=root).code == 0
    assert (root / "pod.yaml").read_text() == text.replace("${ECR}/quay", "quay.io")


def test_the_command(tmp_path: Path) -> None:
    config = f"registry: ${{ECR:-{HOST}}}\nrules: {{ghcr.io: github, docker.io: hub}}\n"
    compose = "services:\n  a:\n    image: nginx:1\n    environment: {{X_IMAGE: '{}'}}\n"
    files = {"db.yaml": CLUSTER.format("ghcr.io/a/b:1"), "compose.yaml": compose.format("ghcr.io/a/b:1")}
    root = repository(tmp_path, {".rewrite-refs.yaml": config, **files})
    for command in ("rewrite", "check", "restore"):
        assert run(command, cwd=root).code == 0
        if command == "rewrite":
            cluster = CLUSTER.format(f"${{ECR:-{HOST}}}/github/a/b:1")
            assert (root / "db.yaml").read_text() == cluster
            assert f"image: ${{ECR:-{HOST}}}/hub/library/nginx:1" in (root / "compose.yaml").read_text()
    assert {name: (root / name).read_text() for name in files} == files
