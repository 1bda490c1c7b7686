# ruff: noqa: E501 - lines of Terraform
"""What is printed for Terraform, checked by its own formatter, its validation and a parser of HCL."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_hcl
from hypothesis import given

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.emit.survey import Survey
from rewrite_refs.emit.terraform import lines, quoted
from tests.emit.surveys import (
    AT_ROOT,
    EVERYTHING,
    NO_REGISTRY,
    NOTHING,
    NOTHING_MISSING,
    SURVEYS,
    survey,
    surveys,
)

PLUGINS = "TF_TEST_PLUGIN_DIR"
PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))

needs_terraform = pytest.mark.skipif(
    not shutil.which("terraform"), reason="needs terraform: https://developer.hashicorp.com/terraform/install"
)


def printed(found: Survey) -> str:
    return "\n".join(lines(found)) + "\n"


def run(*arguments: str, cwd: Path, text: str = "") -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("TF_CLI")}
    return subprocess.run(
        ["terraform", *arguments], cwd=cwd, env=env, input=text, capture_output=True, text=True, check=False
    )


def resources(text: str) -> list[tuple[str, ...]]:
    """The labels of all resources."""
    heads = (line.split() for line in text.split("\n") if line.startswith("resource "))
    return [tuple(word.strip('"') for word in head[1:3]) for head in heads]


def test_the_rule_of_an_upstream_without_credentials() -> None:
    text = printed(survey("registry.k8s.io/pause:3.9", rules=RuleSet()))
    assert (
        """
# registry.k8s.io
resource "aws_ecr_pull_through_cache_rule" "kubernetes" {
  ecr_repository_prefix = "kubernetes"
  upstream_registry_url = "registry.k8s.io"
}

resource "aws_ecr_repository_creation_template" "kubernetes" {
  prefix               = "kubernetes"
  description          = "Images of registry.k8s.io"
  applied_for          = ["PULL_THROUGH_CACHE"]
  image_tag_mutability = "MUTABLE"
  lifecycle_policy     = local.pull_through_cache_lifecycle
}
"""
        in text
    )
    assert "secret" not in text


def test_the_rule_of_an_upstream_with_credentials() -> None:
    text = printed(survey("nginx", rules=RuleSet()))
    assert (
        """
# docker.io
variable "docker_hub_username" {
  description = "Docker Hub user name"
  type        = string
}

variable "docker_hub_access_token" {
  description = "Docker Hub access token that may read"
  type        = string
  sensitive   = true
}

resource "aws_secretsmanager_secret" "docker_hub" {
  name = "ecr-pullthroughcache/docker-hub"
}

resource "aws_secretsmanager_secret_version" "docker_hub" {
  secret_id     = aws_secretsmanager_secret.docker_hub.id
  secret_string = jsonencode({ username = var.docker_hub_username, accessToken = var.docker_hub_access_token })
}

resource "aws_ecr_pull_through_cache_rule" "docker_hub" {
  ecr_repository_prefix = "docker-hub"
  upstream_registry_url = "registry-1.docker.io"

  # Of the version, so that the secret has its value when ECR reads it.
  credential_arn = aws_secretsmanager_secret_version.docker_hub.arn
}
"""
        in text
    )


def test_what_is_pinned_by_digest_must_not_expire() -> None:
    text = printed(EVERYTHING)
    template = text.partition('"aws_ecr_repository_creation_template" "github" {')
    assert template[0].split("\n")[-3:-1] == [
        "# No lifecycle policy: 1 reference pins an image by digest, and an expired digest does not come",
        "# back.",
    ]
    assert "lifecycle_policy" not in template[2].partition("}")[0]


def test_all_upstreams_and_the_prefixes_of_all_rules() -> None:
    text = printed(EVERYTHING)
    rules = [name for kind, name in resources(text) if kind == "aws_ecr_pull_through_cache_rule"]
    assert rules == [
        "azure",
        "azure_acme",
        "azure_acme_2",
        "chainguard",
        "docker_hub",
        "ecr_public",
        "github",
        "gitlab",
        "kubernetes",
    ]
    for name in ("cg/*", "quay/*", "azure-acme-2/*", "docker-hub/*"):
        assert f'      "{name}",\n' in text


def test_with_nothing_missing_there_is_no_rule_and_the_permissions_all_the_same() -> None:
    text = printed(NOTHING_MISSING)
    assert "# No rule is missing: every upstream here that ECR can cache has one.\n" in text
    kinds = {kind for kind, _ in resources(text)}
    assert kinds == {"aws_iam_policy", "aws_vpc_endpoint"}
    assert "lifecycle" not in text


def test_at_root_the_permissions_hold_for_the_registry() -> None:
    text = printed(AT_ROOT)
    assert '    [\n      "*",\n    ],\n' in text
    assert "hold for the whole registry" in text


def test_without_a_registry_the_place_is_left_open() -> None:
    assert "For the cache's account and region" in printed(NO_REGISTRY)


def test_with_no_rule_at_all_there_are_no_permissions() -> None:
    assert {kind for kind, _ in resources(printed(NOTHING))} == {"aws_vpc_endpoint"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a", '"a"'), ('"\\', '"\\"\\\\"'), ("${a}%{b}$%", '"$${a}%%{b}$%"'), ("é\n", '"é\\n"')],
)
def test_texts_are_quoted(text: str, expected: str) -> None:
    assert quoted(text) == expected


@given(surveys())
def test_it_is_hcl_whatever_there_is(found: Survey) -> None:
    text = printed(found)
    assert not PARSER.parse(text.encode()).root_node.has_error
    assert len(set(resources(text))) == len(resources(text))
    assert all(line.isprintable() and line == line.rstrip() for line in text.split("\n"))


@needs_terraform
@pytest.mark.parametrize("name", SURVEYS)
def test_it_is_formatted_as_terraform_does(name: str, tmp_path: Path) -> None:
    done = run("fmt", "-check", "-diff", "-", cwd=tmp_path, text=printed(SURVEYS[name]))
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


@needs_terraform
@pytest.mark.skipif(
    PLUGINS not in os.environ,
    reason=f"needs the provider hashicorp/aws: terraform providers mirror DIR, and {PLUGINS}=DIR",
)
@pytest.mark.parametrize("name", ["everything", "nothing missing", "nothing"])
def test_terraform_finds_it_valid(name: str, tmp_path: Path) -> None:
    text = printed(SURVEYS[name])
    (tmp_path / "main.tf").write_text(
        text.replace("# resource", "resource").replace("# }", "}").replace("#   p", "  p")
    )
    done = run("init", f"-plugin-dir={os.environ[PLUGINS]}", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = run("validate", "-no-color", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stdout
