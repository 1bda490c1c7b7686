"""What is printed for CloudFormation, checked by cfn-lint."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.emit.cloudformation import lines
from rewrite_refs.emit.survey import Survey
from tests.common import HOST
from tests.emit.surveys import EVERYTHING, NOTHING, NOTHING_MISSING, SURVEYS, survey, surveys


class Loader(yaml.SafeLoader):
    """Reads the short forms of intrinsic functions as their long ones."""


def intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, object]:
    assert isinstance(node, yaml.ScalarNode)
    return {suffix: loader.construct_scalar(node)}


yaml.add_multi_constructor("!", intrinsic, Loader=Loader)


def printed(found: Survey) -> str:
    return "\n".join(lines(found)) + "\n"


def read(found: Survey) -> dict[str, Any]:
    document: dict[str, Any] = yaml.load(printed(found), Loader=Loader)
    return document


def of_kind(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The properties of all resources of a kind."""
    return [each["Properties"] for each in document["Resources"].values() if each["Type"] == kind]


def test_a_rule_with_its_secret_and_template() -> None:
    document = read(survey("nginx", rules=RuleSet(HOST)))
    resources = document["Resources"]
    assert resources["DockerHubSecret"]["Properties"] == {
        "Name": "ecr-pullthroughcache/docker-hub",
        "SecretString": {
            "Sub": '{"username":"${DockerHubUsername}","accessToken":"${DockerHubAccessToken}"}'
        },
    }
    assert resources["DockerHubRule"]["Properties"] == {
        "EcrRepositoryPrefix": "docker-hub",
        "UpstreamRegistry": "docker-hub",
        "UpstreamRegistryUrl": "registry-1.docker.io",
        "CredentialArn": {"Ref": "DockerHubSecret"},
    }
    template = resources["DockerHubTemplate"]["Properties"]
    policy = json.loads(template.pop("LifecyclePolicy"))
    assert policy["rules"][0]["selection"]["tagStatus"] == "untagged"
    assert template == {
        "Prefix": "docker-hub",
        "Description": "Images of docker.io",
        "AppliedFor": ["PULL_THROUGH_CACHE"],
        "ImageTagMutability": "MUTABLE",
    }
    assert document["Parameters"]["DockerHubAccessToken"]["NoEcho"] is True


def test_all_upstreams() -> None:
    document = read(EVERYTHING)
    rules = of_kind(document, "AWS::ECR::PullThroughCacheRule")
    assert sum("CredentialArn" in each for each in rules) == 7
    assert {each["UpstreamRegistry"] for each in rules} == {
        "azure-container-registry",
        "chainguard",
        "docker-hub",
        "ecr-public",
        "github-container-registry",
        "gitlab-container-registry",
        "k8s",
    }
    assert {each["Prefix"] for each in of_kind(document, "AWS::ECR::RepositoryCreationTemplate")} == {
        each["EcrRepositoryPrefix"] for each in rules
    }
    (policy,) = of_kind(document, "AWS::IAM::ManagedPolicy")
    arns = [each["Sub"] for each in policy["PolicyDocument"]["Statement"][1]["Resource"]]
    assert "arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/cg/*" in arns
    assert len(arns) == len(EVERYTHING.prefixes)


def test_what_is_pinned_by_digest_must_not_expire() -> None:
    templates = of_kind(read(EVERYTHING), "AWS::ECR::RepositoryCreationTemplate")
    assert [each["Prefix"] for each in templates if "LifecyclePolicy" not in each] == ["github"]


def test_with_nothing_missing_there_is_no_rule() -> None:
    assert "# No rule is missing" in printed(NOTHING_MISSING)
    types = {each["Type"] for each in read(NOTHING_MISSING)["Resources"].values()}
    assert types == {"AWS::IAM::ManagedPolicy", "AWS::EC2::VPCEndpoint"}
    assert {each["Type"] for each in read(NOTHING)["Resources"].values()} == {"AWS::EC2::VPCEndpoint"}


def mistakes(text: str, *regions: str) -> list[Any]:
    """What cfn-lint finds in a template.  Its import takes seconds, so only the worker that needs it pays."""
    from cfnlint.api import ManualArgs, lint

    found: list[Any] = lint(text, config=ManualArgs(regions=list(regions)))
    return found


@pytest.mark.parametrize("name", SURVEYS)
def test_cfn_lint_has_nothing_to_say(name: str) -> None:
    assert mistakes(printed(SURVEYS[name]), "eu-west-1", "us-east-1") == []


def test_the_policy_of_the_registry_is_good_once_it_is_wanted() -> None:
    before, _, after = printed(EVERYTHING).partition("  # RegistryPolicy:")
    policy, rest = after.split("\n\n", 1)
    wanted = before + "  RegistryPolicy:" + policy.replace("\n  # ", "\n  ") + "\n\n" + rest
    wanted = wanted.replace("OTHER_ACCOUNT", "210987654321")
    assert "AWS::ECR::RegistryPolicy" in wanted
    assert mistakes(wanted, "eu-west-1") == []


@settings(max_examples=25)
@given(surveys())
def test_it_is_a_template_whatever_there_is(found: Survey) -> None:
    text, document = printed(found), read(found)
    assert all(line.isprintable() and line == line.rstrip() for line in text.split("\n"))
    assert all(re.fullmatch("[A-Za-z0-9]+", name) for name in document["Resources"])
    rules = of_kind(document, "AWS::ECR::PullThroughCacheRule")
    assert [each["EcrRepositoryPrefix"] for each in rules] == [each.prefix for each in found.missing]
