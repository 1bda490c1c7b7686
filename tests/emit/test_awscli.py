"""The script is run: with what notes its calls, which are held to the model of the API, and with moto."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.validate import validate_parameters
from hypothesis import given, settings
from moto.core.responses import ActionResult
from moto.ecr.responses import ECRResponse

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.emit.awscli import lines
from rewrite_refs.emit.survey import Survey
from tests.common import HOST
from tests.emit.surveys import (
    DIGEST,
    EVERYTHING,
    NO_REGISTRY,
    NOTHING_MISSING,
    SURVEYS,
    UPSTREAMS,
    survey,
    surveys,
)
from tests.moto_ecr import ACCOUNT, clear, isolate

# Notes the arguments one a line and then what comes in; a secret is there only where SECRET says so.
AWS = r"""#!/bin/sh
case "$1 $2" in
  "sts get-caller-identity") echo "${ACCOUNT:-123456789012}"; exit ;;
  "secretsmanager describe-secret") [ -n "${SECRET-}" ] && echo "$SECRET" && exit; exit 254 ;;
esac
{ printf '%s\0' "$@"; case "$*" in *file:///dev/stdin*) cat ;; esac; printf '\n\036'; } >>"$CALLS"
case "$2" in create-secret) echo "arn:aws:secretsmanager:eu-west-1:123456789012:secret:$6-AbCdEf" ;; esac
case "$*" in *"${BROKEN:-no such call}"*) exit 254 ;; esac
"""
TOKENS = {
    f"{name}_{key}": f'{name.lower()} "of\\\'$me"'
    for name in ("AZURE", "AZURE_ACME", "AZURE_ACME_2", "CHAINGUARD", "DOCKER_HUB", "GITHUB", "GITLAB")
    for key in ("USERNAME", "ACCESS_TOKEN")
}


def printed(found: Survey) -> str:
    return "\n".join(lines(found)) + "\n"


def run(found: Survey, folder: Path, **env: str) -> tuple[subprocess.CompletedProcess[str], list[list[str]]]:
    """What came of the script, and its calls: service, name, options, and what was piped in."""
    (folder / "aws").write_text(AWS)
    (folder / "aws").chmod(0o755)
    calls = folder / "calls"
    calls.write_text("")
    given = {"PATH": f"{folder}:{os.environ['PATH']}", "CALLS": str(calls), **env}
    done = subprocess.run(
        ["sh", "-c", printed(found)], env=given, capture_output=True, text=True, check=False
    )
    return done, [each.removesuffix("\n").split("\0") for each in calls.read_text().split("\036")[:-1]]


def checked(call: list[str]) -> tuple[str, dict[str, Any]]:
    """The name and the parameters of a call, which the model of the API knows and takes."""
    service, name, *words, piped = call
    model = boto3.client(
        service, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    ).meta.service_model
    operation = {xform_name(each, "-"): each for each in model.operation_names}[name]
    shape = model.operation_model(operation).input_shape
    members = {f"--{xform_name(each, '-')}": each for each in shape.members}
    parameters: dict[str, Any] = {}
    for option, value in zip(words[::2], words[1::2], strict=True):
        if option in members:
            kind = shape.members[members[option]].type_name
            parameters[members[option]] = [value] if kind == "list" else value
        else:
            assert option in ("--region", "--query", "--output")
    if parameters.get("SecretString") == "file:///dev/stdin":
        parameters["SecretString"] = piped
    validate_parameters(parameters, shape)
    return operation, parameters


def test_the_calls_for_all_upstreams(tmp_path: Path) -> None:
    done, calls = run(EVERYTHING, tmp_path, **TOKENS)
    assert (done.returncode, done.stderr) == (0, "")
    made = [checked(each) for each in calls]
    rules = [given for name, given in made if name == "CreatePullThroughCacheRule"]
    assert {each["upstreamRegistryUrl"].replace("registry-1.", "") for each in rules} == {*UPSTREAMS} - {
        "quay.io"
    }
    secrets = {given["Name"]: given["SecretString"] for name, given in made if name == "CreateSecret"}
    for each in rules:
        if "credentialArn" in each:
            secret = json.loads(secrets[f"ecr-pullthroughcache/{each['ecrRepositoryPrefix']}"])
            word = each["ecrRepositoryPrefix"].replace("-", "_")
            assert secret == {"username": f'{word} "of\\\'$me"', "accessToken": f'{word} "of\\\'$me"'}
            assert f":secret:ecr-pullthroughcache/{each['ecrRepositoryPrefix']}-" in each["credentialArn"]
    assert len(secrets) == 7
    templates = [given for name, given in made if name == "CreateRepositoryCreationTemplate"]
    assert [each["prefix"] for each in templates] == [each.prefix for each in EVERYTHING.missing]
    for each in templates:
        assert each["appliedFor"] == ["PULL_THROUGH_CACHE"]
        assert ("lifecyclePolicy" in each) == (each["prefix"] != "github")
        assert "untagged" in each.get("lifecyclePolicy", "untagged")
    assert all("eu-west-1" in each for each in calls)


def test_no_process_has_a_token_in_its_arguments(tmp_path: Path) -> None:
    _, calls = run(EVERYTHING, tmp_path, **TOKENS)
    assert not any("$me" in word for each in calls for word in each[:-1])


def test_a_secret_that_is_there_is_used(tmp_path: Path) -> None:
    found = survey("nginx", rules=RuleSet(HOST))
    _, calls = run(found, tmp_path, SECRET="arn:of:mine", **TOKENS)
    assert [each[1] for each in calls] == [
        "create-pull-through-cache-rule",
        "create-repository-creation-template",
    ]
    assert calls[0][-3:-1] == ["--credential-arn", "arn:of:mine"]


def test_without_a_token_nothing_is_made(tmp_path: Path) -> None:
    done, calls = run(survey("nginx", "quay.io/a/b", rules=RuleSet(HOST)), tmp_path, DOCKER_HUB_USERNAME="x")
    assert done.returncode
    assert "DOCKER_HUB_ACCESS_TOKEN: Docker Hub access token that may read" in done.stderr
    assert calls == []


def test_in_another_account_nothing_is_made(tmp_path: Path) -> None:
    done, calls = run(survey("quay.io/a/b", rules=RuleSet(HOST)), tmp_path, ACCOUNT="210987654321")
    assert (done.returncode, calls) == (1, [])
    assert "account 210987654321, and the cache is in 123456789012" in done.stderr


@pytest.mark.parametrize("broken", ["create-secret", "create-pull-through-cache-rule"])
def test_the_first_failure_is_the_end(broken: str, tmp_path: Path) -> None:
    done, calls = run(survey("nginx", "quay.io/a/b", rules=RuleSet(HOST)), tmp_path, BROKEN=broken, **TOKENS)
    assert done.returncode
    assert calls[-1][1] == broken


def test_without_a_registry_the_region_is_the_environments(tmp_path: Path) -> None:
    done, calls = run(NO_REGISTRY, tmp_path, AWS_DEFAULT_REGION="ap-south-1", **TOKENS)
    assert not done.returncode
    assert all("ap-south-1" in each for each in calls)
    done, calls = run(NO_REGISTRY, tmp_path, **TOKENS)
    assert (done.returncode != 0, calls) == (True, [])


def test_with_all_pinned_there_is_no_lifecycle_policy() -> None:
    assert "lifecycle=" not in printed(survey(f"quay.io/a/b@{DIGEST}", rules=RuleSet(HOST)))


def test_with_nothing_missing_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert "# No rule is missing" in printed(NOTHING_MISSING)
    done, calls = run(NOTHING_MISSING, tmp_path)
    assert (done.returncode, calls) == (0, [])


@settings(max_examples=20)
@given(surveys())
def test_a_shell_reads_it_whatever_there_is(found: Survey) -> None:
    done = subprocess.run(["sh", "-n"], input=printed(found), text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="needs shellcheck: apt-get install shellcheck")
@pytest.mark.parametrize("name", SURVEYS)
def test_shellcheck_has_nothing_to_say(name: str) -> None:
    done = subprocess.run(
        ["shellcheck", "-"], input=printed(SURVEYS[name]), text=True, capture_output=True, check=False
    )
    assert done.stdout == ""


TEMPLATES: list[dict[str, Any]] = []


def create_repository_creation_template(self: ECRResponse) -> ActionResult:
    """``CreateRepositoryCreationTemplate``, which moto lacks."""
    given = {name: self._get_param(name) for name in ("prefix", "appliedFor", "lifecyclePolicy")}
    TEMPLATES.append(given)
    return ActionResult({"repositoryCreationTemplate": given})


@pytest.fixture
def endpoint(moto: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A server of the API, with this process's environment set for it."""
    monkeypatch.setattr(
        ECRResponse,
        "create_repository_creation_template",
        create_repository_creation_template,
        raising=False,
    )
    TEMPLATES.clear()
    clear()
    isolate(monkeypatch, tmp_path, moto)
    return moto


@pytest.mark.skipif(not shutil.which("aws"), reason="needs the AWS CLI: pip install awscli")
def test_the_aws_cli_makes_the_rules(endpoint: str) -> None:
    found = survey("nginx", "quay.io/a/b", f"ghcr.io/a/b@{DIGEST}", rules=RuleSet(HOST))
    done = subprocess.run(
        ["sh", "-c", printed(found)], env=os.environ | TOKENS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    rules = boto3.client("ecr", region_name="eu-west-1").describe_pull_through_cache_rules(maxResults=10)
    assert [each["ecrRepositoryPrefix"] for each in rules["pullThroughCacheRules"]] == [
        "docker-hub",
        "github",
        "quay",
    ]
    assert all(each["registryId"] == ACCOUNT for each in rules["pullThroughCacheRules"])
    secrets = boto3.client("secretsmanager", region_name="eu-west-1")
    secret = secrets.get_secret_value(SecretId=rules["pullThroughCacheRules"][0]["credentialArn"])
    assert json.loads(secret["SecretString"])["accessToken"] == TOKENS["DOCKER_HUB_ACCESS_TOKEN"]
    assert [each["prefix"] for each in TEMPLATES] == ["docker-hub", "github", "quay"]
    assert [each["lifecyclePolicy"] is None for each in TEMPLATES] == [False, True, False]
