# ruff: noqa: E501 - a row of a table is a line
from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest

from rewrite_refs.errors import ConfigError
from rewrite_refs.sources import Import, Imported, SourceLocation
from rewrite_refs.sources import aws as account
from rewrite_refs.sources import aws_json as describe
from tests import moto_ecr
from tests.moto_ecr import ACCOUNT

DUBLIN, VIRGINIA = "eu-west-1", "us-east-1"
SECRET = f"arn:aws:secretsmanager:{DUBLIN}:{ACCOUNT}:secret:ecr-pullthroughcache/hub-AbCdEf"
UPSTREAM = "210987654321.dkr.ecr.us-west-2.amazonaws.com"
# What each region has; more than one page holds.
RULES: dict[str, list[dict[str, str]]] = {
    DUBLIN: [
        {"ecrRepositoryPrefix": "docker-hub", "upstreamRegistryUrl": "registry-1.docker.io", "credentialArn": SECRET},
        {"ecrRepositoryPrefix": "quay", "upstreamRegistryUrl": "quay.io"},
        {"ecrRepositoryPrefix": "centos", "upstreamRegistryUrl": "quay.io", "upstreamRepositoryPrefix": "centos"},
        {"ecrRepositoryPrefix": "ROOT", "upstreamRegistryUrl": UPSTREAM, "customRoleArn": f"arn:aws:iam::{ACCOUNT}:role/ecr"},
        {"ecrRepositoryPrefix": "mirror/k8s.io", "upstreamRegistryUrl": "registry.k8s.io"},
    ],
    VIRGINIA: [{"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "registry-1.docker.io"}],
}  # fmt: skip
FOUND = [
    ("registry-1.docker.io", "docker-hub", "", DUBLIN),
    ("quay.io", "quay", "", DUBLIN),
    ("quay.io", "centos", "centos", DUBLIN),
    (UPSTREAM, "ROOT", "", DUBLIN),
    ("registry.k8s.io", "mirror/k8s.io", "", DUBLIN),
    ("registry-1.docker.io", "hub", "", VIRGINIA),
]


def imported(upstream: str, prefix: str, path: str, region: str) -> Imported:
    location = SourceLocation(f"AWS account {ACCOUNT}, {region}")
    return Imported(upstream, prefix, path, ACCOUNT, region, location)


@pytest.fixture(scope="module")
def endpoint(moto: str) -> str:
    moto_ecr.clear()
    for region, rules in RULES.items():
        client = boto3.client(
            "ecr", region, endpoint_url=moto, aws_access_key_id="x", aws_secret_access_key="x"
        )
        for rule in rules:
            client.create_pull_through_cache_rule(**rule)
    return moto


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, endpoint: str) -> str:
    moto_ecr.isolate(monkeypatch, tmp_path, endpoint)
    return endpoint


def refused(profile: str | None = None, *regions: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        account.read(profile, regions)
    assert all("\n" not in line for line in caught.value.args)
    return list(caught.value.args)


def test_two_regions() -> None:
    assert account.read(None, [DUBLIN, VIRGINIA, DUBLIN]) == Import(
        tuple(imported(*each) for each in FOUND), registries=((ACCOUNT, DUBLIN), (ACCOUNT, VIRGINIA))
    )


def test_a_region_without_rules_is_told_with_its_account() -> None:
    assert account.read(None, ["ap-south-1"]) == Import(registries=((ACCOUNT, "ap-south-1"),))


def test_without_a_region_it_is_that_of_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", VIRGINIA)
    assert account.read(None, []).rules == (imported(*FOUND[-1]),)


def test_a_profile_brings_its_region(tmp_path: Path) -> None:
    keys = "aws_access_key_id = testing\naws_secret_access_key = testing\n"
    (tmp_path / "config").write_text(f"[profile prod]\nregion = {VIRGINIA}\n{keys}")
    assert account.read("prod", []).rules == (imported(*FOUND[-1]),)


def test_no_region_at_all() -> None:
    assert refused() == ["AWS: no region is configured: set one with --region, such as --region eu-west-1"]


def test_an_unknown_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused("prod") == ["AWS: there is no profile 'prod': create it with aws configure --profile prod"]
    (tmp_path / "config").write_text("[profile dev]\n[profile test]\n")
    assert refused("prod") == ["AWS: there is no profile 'prod': use one of dev, test"]
    monkeypatch.setenv("AWS_PROFILE", "gone")
    assert refused("prod") == ["AWS: there is no profile 'prod': use one of dev, test"]
    assert refused() == ["AWS: there is no profile 'gone': use one of dev, test"]


def test_a_broken_configuration(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[profile\n")
    [line] = refused(None, DUBLIN)
    assert "Unable to parse config file" in line
    assert line.endswith(": fix the configuration of the AWS CLI")


def test_without_boto3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    assert refused() == ["boto3 is needed to ask AWS for the rules: pip install 'rewrite-refs[aws]'"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ExpiredTokenException", "the credentials have expired: log in again"),
        ("AccessDeniedException", "An error occurred (AccessDeniedException) when calling the Describe"),
        ("UnrecognizedClientException", "AWS rejects these credentials (UnrecognizedClientException): check"),
        ("ServerException", "An error occurred (ServerException) when calling the DescribePullThroughCacheRules"),
    ],
)  # fmt: skip
def test_what_aws_answers(code: str, said: str) -> None:
    moto_ecr.refuse("eu-north-1", code)
    [line] = refused(None, DUBLIN, "eu-north-1")
    assert line.startswith(f"AWS, eu-north-1: {said}")


def test_each_region_that_fails_is_named() -> None:
    moto_ecr.refuse("eu-north-1", "AccessDenied")
    moto_ecr.refuse("sa-east-1", "RequestExpired")
    first, second = refused(None, "eu-north-1", DUBLIN, "sa-east-1")
    assert first.startswith("AWS, eu-north-1: An error occurred (AccessDenied)")
    assert first.endswith(
        ": allow ecr:DescribePullThroughCacheRules, all that is needed, or choose another identity"
    )
    assert second.startswith("AWS, sa-east-1: the credentials have expired")


SSO = """[profile sso]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = dev
[sso-session corp]
sso_region = eu-west-1
sso_start_url = https://corp.example/start
"""
PROCESS = "[profile process]\ncredential_process = false\n"
ROLE = (
    "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/dev\nsource_profile = role2\n[profile role2]\n"
)


@pytest.mark.parametrize(
    ("profile", "region", "variables", "said"),
    [
        (
            None,
            DUBLIN,
            {"AWS_ACCESS_KEY_ID": None},
            "Unable to locate credentials: use a --profile that has",
        ),
        (None, DUBLIN, {"AWS_SECRET_ACCESS_KEY": None}, "Partial credentials found in env"),
        ("sso", DUBLIN, {"AWS_ACCESS_KEY_ID": None}, "log in with aws sso login"),
        ("process", DUBLIN, {"AWS_ACCESS_KEY_ID": None}, "check whether aws sts get-caller-identity works"),
        ("role", DUBLIN, {"AWS_ACCESS_KEY_ID": None}, "check whether aws sts get-caller-identity works"),
        (
            None,
            DUBLIN,
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
            "the network, the proxy and AWS_ENDPOINT_URL",
        ),
        (
            None,
            DUBLIN,
            {"AWS_ENDPOINT_URL": None},
            "check the region, the network, the proxy",
        ),
        (None, DUBLIN, {"AWS_ENDPOINT_URL": "nowhere"}, "Invalid endpoint: nowhere: see AWS_ENDPOINT_URL"),
        (None, "not a region", {}, "not a valid region name: use one such as eu-west-1"),
    ],
)
def test_what_goes_wrong_before_an_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, profile: str | None, region: str, variables: dict[str, str | None], said: str
) -> None:  # fmt: skip
    (tmp_path / "config").write_text(SSO + PROCESS + ROLE)
    for name, value in variables.items():
        if value is None:
            monkeypatch.delenv(name)
        else:
            monkeypatch.setenv(name, value)
    [line] = refused(profile, region)
    assert line.startswith(f"AWS, {region}: ")
    assert said in line


# --- the AWS CLI, and what describe makes of its output ----------------------------------------

needs_cli = pytest.mark.skipif(shutil.which("aws") is None, reason="needs the AWS CLI: pip install awscli")


def cli(*arguments: str) -> str:
    done = subprocess.run(
        ["aws", "ecr", "describe-pull-through-cache-rules", "--output", "json", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_cli
@pytest.mark.parametrize("options", [(), ("--page-size", "1"), ("--max-items", "9")])
def test_the_output_of_the_cli(options: tuple[str, ...]) -> None:
    found = describe.read(cli("--region", DUBLIN, *options), "rules.json")
    # The one secret tells the region of all.
    expected = tuple(imported(*each)._replace(location=SourceLocation("rules.json")) for each in FOUND[:-1])
    assert found == Import(expected)
    [rule] = describe.read(cli("--region", VIRGINIA), "rules.json").rules
    assert (rule.prefix, rule.account, rule.region) == ("hub", ACCOUNT, None)


@needs_cli
def test_several_answers_of_the_cli_as_a_list() -> None:
    answers: list[Any] = [json.loads(cli("--region", region)) for region in RULES]
    found = describe.read(json.dumps(answers), "rules.json").rules
    assert [(rule.prefix, rule.region) for rule in found] == [
        *((prefix, DUBLIN) for _, prefix, _, _ in FOUND[:-1]),
        ("hub", None),
    ]


@needs_cli
@pytest.mark.parametrize(
    ("options", "token"),
    [
        (("--max-items", "1"), "NextToken"),
        (("--no-paginate",), "nextToken"),
        (("--max-results", "1"), "nextToken"),
    ],
)
def test_one_page_of_the_cli_is_refused(options: tuple[str, ...], token: str) -> None:
    with pytest.raises(ConfigError, match=f"one page of several \\({token} is there\\)"):
        describe.read(cli("--region", DUBLIN, *options), "rules.json")


# --- the server itself -------------------------------------------------------------------------


def test_the_server_serves_what_ecr_does() -> None:
    client = boto3.client("ecr", "eu-central-1")
    rule = {"ecrRepositoryPrefix": "quay", "upstreamRegistryUrl": "quay.io"}
    made = client.create_pull_through_cache_rule(**rule)
    assert (made["registryId"], made["upstreamRegistry"]) == (ACCOUNT, "quay")
    with pytest.raises(client.exceptions.PullThroughCacheRuleAlreadyExistsException):
        client.create_pull_through_cache_rule(**rule)
    with pytest.raises(client.exceptions.UnsupportedUpstreamRegistryException):
        client.create_pull_through_cache_rule(ecrRepositoryPrefix="gcr", upstreamRegistryUrl="gcr.io")
    asked = client.describe_pull_through_cache_rules(ecrRepositoryPrefixes=["quay"])
    assert [each["upstreamRegistryUrl"] for each in asked["pullThroughCacheRules"]] == ["quay.io"]
    with pytest.raises(client.exceptions.PullThroughCacheRuleNotFoundException):
        client.describe_pull_through_cache_rules(ecrRepositoryPrefixes=["gcr"])
    client.delete_pull_through_cache_rule(ecrRepositoryPrefix="quay")
    with pytest.raises(client.exceptions.PullThroughCacheRuleNotFoundException):
        client.delete_pull_through_cache_rule(ecrRepositoryPrefix="quay")
    assert client.describe_pull_through_cache_rules()["pullThroughCacheRules"] == []
