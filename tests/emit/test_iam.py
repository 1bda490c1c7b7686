from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from hypothesis import given

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.rule import make_rule
from rewrite_refs.emit.iam import lines
from rewrite_refs.emit.survey import Survey
from tests.common import HOST
from tests.emit.surveys import AT_ROOT, EVERYTHING, NO_REGISTRY, NOTHING, NOTHING_MISSING, survey, surveys

# A permission without a call of its own.
IMPORT = "BatchImportUpstreamImage"


def read(found: Survey) -> dict[str, Any]:
    document: dict[str, Any] = json.loads("\n".join(lines(found)))
    return document


def resources(found: Survey) -> list[str]:
    arns: list[str] = read(found)["pullerPolicy"]["Statement"][1]["Resource"]
    return arns


def test_the_policies_hold_for_the_prefixes_of_all_rules() -> None:
    found = survey("nginx", "ghcr.io/a/b", rules=RuleSet(HOST, (make_rule("docker.io", "mirror/docker.io"),)))
    arns = [
        "arn:aws:ecr:eu-west-1:123456789012:repository/github/*",
        "arn:aws:ecr:eu-west-1:123456789012:repository/mirror/docker.io/*",
    ]
    document = read(found)
    assert document["pullerPolicy"] == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "EcrLogin",
                "Effect": "Allow",
                "Action": "ecr:GetAuthorizationToken",
                "Resource": "*",
            },
            {
                "Sid": "PullThroughCache",
                "Effect": "Allow",
                "Action": [
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:GetDownloadUrlForLayer",
                    "ecr:BatchImportUpstreamImage",
                    "ecr:CreateRepository",
                ],
                "Resource": arns,
            },
        ],
    }
    assert document["registryPolicyStatement"] == {
        "Sid": "PullThroughCache",
        "Effect": "Allow",
        "Principal": {"AWS": ["arn:aws:iam::OTHER_ACCOUNT:role/PULLER"]},
        "Action": ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
        "Resource": arns,
    }
    assert "one policy document" in document["note"][1]


def test_the_actions_are_ones_that_ecr_has() -> None:
    client = boto3.client("ecr", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    statements = read(EVERYTHING)["pullerPolicy"]["Statement"]
    actions = {statements[0]["Action"], *statements[1]["Action"]}
    calls = {f"ecr:{name}" for name in (IMPORT, *client.meta.service_model.operation_names)}
    assert actions <= calls


@pytest.mark.parametrize(
    ("registry", "start"),
    [
        (HOST, "arn:aws:ecr:eu-west-1:123456789012:"),
        ("123456789012.dkr-ecr-fips.us-gov-west-1.on.aws", "arn:aws-us-gov:ecr:us-gov-west-1:123456789012:"),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "arn:aws-cn:ecr:cn-north-1:123456789012:"),
        ("123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", "arn:aws-eusc:ecr:eusc-de-east-1:123456789012:"),
        (f"${{ECR_REGISTRY:-{HOST}}}", "arn:aws:ecr:eu-west-1:123456789012:"),
        ("${ECR_REGISTRY}", "arn:aws:ecr:REGION:ACCOUNT:"),
        (None, "arn:aws:ecr:REGION:ACCOUNT:"),
    ],
)
def test_account_region_and_partition_come_from_the_registry(registry: str | None, start: str) -> None:
    found = survey("quay.io/a/b", rules=RuleSet(registry))
    assert resources(found) == [f"{start}repository/quay/*"]
    assert any("REGION" in note for note in read(found)["note"]) == ("REGION" in start)


def test_root_is_the_whole_registry() -> None:
    assert resources(AT_ROOT) == ["arn:aws:ecr:eu-west-1:123456789012:repository/*"]
    assert "whole registry" in read(AT_ROOT)["note"][-1]


def test_with_no_rule_there_is_only_the_login() -> None:
    document = read(NOTHING)
    assert len(document["pullerPolicy"]["Statement"]) == 1
    assert document["registryPolicyStatement"] is None
    assert document["note"][-1] == "There is no rule, and nothing here needs one."


def test_rules_that_are_there_count_with_nothing_missing() -> None:
    assert len(resources(NOTHING_MISSING)) == 5
    assert len(resources(NO_REGISTRY)) == 2


@given(surveys())
def test_every_prefix_is_covered(found: Survey) -> None:
    ends = [each.partition("repository/")[2] for each in resources(found)] if found.prefixes else []
    for prefix in found.prefixes:
        assert "*" in ends or f"{prefix}/*" in ends
