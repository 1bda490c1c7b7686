# ruff: noqa: E501 - a row of a table is a line
from __future__ import annotations

import json
import os
import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.errors import ConfigError
from rewrite_refs.sources import Import, Imported, SourceLocation, Unresolved
from rewrite_refs.sources.cloudformation import load, read
from tests.commands import fill
from tests.common import mutations

ACCOUNT, REGION = "123456789012", "eu-west-1"

# The sections that the rows of the tables refer to.
SECTIONS = """\
Parameters:
  Prefix: {Type: String, Default: docker-hub}
  Stage: {Type: String}
  Looked: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /ecr/prefix}
  Names: {Type: CommaDelimitedList, Default: 'hub, quay'}
  Numbers: {Type: List<Number>, Default: '1,2'}
  Env: {Type: String, Default: prod}
  Strange: {Default: [a]}
Mappings:
  Prefixes:
    eu-west-1: {hub: hub-eu, parts: [a1, b2]}
    us-east-1: {hub: hub-us}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  Dev: !Not [Condition: Prod]
  Both: !And [!Condition Prod, !Condition Dev]
  Either: {'Fn::Or': [{Condition: Prod}, {Condition: Dev}]}
  Staged: !Equals [!Ref Stage, prod]
  Around: !Not [!Condition Around]
  Odd: !Contains [[a], b]
  Bare: prod
"""
RULE = """\
Resources:
  Queue:
    Type: AWS::SQS::Queue
  Rule:
    Type: AWS::ECR::PullThroughCacheRule
    Properties:
      EcrRepositoryPrefix: {}
      UpstreamRegistryUrl: {}
"""
LINE = SECTIONS.count("\n") + 4


def template(prefix: str = "docker-hub", url: str = "registry-1.docker.io", more: str = "") -> str:
    return SECTIONS + RULE.format(prefix, url) + textwrap.indent(more, "      ")


def rules(text: str, account: str | None = ACCOUNT, region: str | None = REGION) -> list[tuple[Any, ...]]:
    """Upstream, prefix and path of each rule; nothing may be unresolved."""
    found = read(text, "t.yaml", account, region)
    assert not found.unresolved
    return [rule[:3] for rule in found.rules]


def reasons(text: str, account: str | None = None, region: str | None = None) -> list[str]:
    found = read(text, "t.yaml", account, region)
    assert not found.rules
    return [each.reason for each in found.unresolved]


def test_a_template() -> None:
    more = "UpstreamRepositoryPrefix: team\nUpstreamRegistry: docker-hub\n"
    location = SourceLocation("t.yaml", LINE)
    rule = Imported("registry-1.docker.io", "docker-hub", "team", ACCOUNT, REGION, location)
    assert read(template(more=more), "t.yaml", ACCOUNT, REGION) == Import((rule,))
    assert read(template(more=more), "t.yaml") == Import((rule._replace(account=None, region=None),))


@pytest.mark.parametrize(
    "text", ["", "\n", "# nothing\n", "Resources:\n", "[]", "x", "kind: PullThroughCacheRule\n"]
)
def test_nothing_in_it(text: str) -> None:
    assert read(text, "t.yaml") == Import()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("docker-hub", "docker-hub"),
        ("&p hub", "hub"),
        ("!!str hub", "hub"),
        ("!Ref Prefix", "docker-hub"),
        ("{Ref: Prefix}", "docker-hub"),
        ("{Ref: AWS::AccountId}", ACCOUNT),
        ("!Ref AWS::Region", REGION),
        ("!Ref AWS::Partition", "aws"),
        ("!Ref AWS::URLSuffix", "amazonaws.com"),
        ("!Sub '${Prefix}'", "docker-hub"),
        ("!Sub '${ Prefix }-x'", "docker-hub-x"),
        ("!Sub 'mirror/${AWS::Region}'", f"mirror/{REGION}"),
        ("{'Fn::Sub': 'mirror/${AWS::Region}'}", f"mirror/{REGION}"),
        ("!Sub ['${P}-${Prefix}', {P: !Ref Env}]", "prod-docker-hub"),
        ("!Sub\n        - '${P}'\n        - P: x1", "x1"),
        ("&a !Sub ['${P}', {P: x1}]", "x1"),
        ("!Join ['-', [a1, !Ref Prefix]]", "a1-docker-hub"),
        ("!Join\n        - '-'\n        - - a1\n          - b2", "a1-b2"),
        ("{'Fn::Join': ['', [a1, {Ref: Prefix}]]}", "a1docker-hub"),
        ("!Join ['-', !Ref Names]", "hub-quay"),
        ("!Select [1, !Ref Names]", "quay"),
        ("!Select ['1', !Split ['/', 'a/b2']]", "b2"),
        ("!Select [0, !Split ['', 'a/b2']]", "a/b2"),
        ("!Select [1, !Ref Numbers]", "2"),
        ("!FindInMap [Prefixes, !Ref AWS::Region, hub]", "hub-eu"),
        ("!Select [1, !FindInMap [Prefixes, eu-west-1, parts]]", "b2"),
        ("{'Fn::FindInMap': [Prefixes, sa-east-1, hub, {DefaultValue: other}]}", "other"),
        ("!If [Prod, a1, b2]", "a1"),
        ("!If [Dev, a1, !Ref Prefix]", "docker-hub"),
        ("!If [Both, a1, b2]", "b2"),
        ("{'Fn::If': [Either, a1, b2]}", "a1"),
        ("0123", "0123"),
    ],
)
def test_what_functions_come_to(value: str, expected: str) -> None:
    assert rules(template(value)) == [("registry-1.docker.io", expected, "")]


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("cn-north-1", "aws-cn amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov amazonaws.com"),
        ("eusc-de-east-1", "aws-eusc amazonaws.eu"),
        ("us-iso-east-1", "aws-iso c2s.ic.gov"),
        ("us-isob-east-1", "aws-iso-b sc2s.sgov.gov"),
        ("us-east-1", "aws amazonaws.com"),
    ],
)
def test_partitions(region: str, expected: str) -> None:
    text = template("!Sub '${AWS::Partition} ${AWS::URLSuffix}'")
    assert rules(text, region=region) == [("registry-1.docker.io", expected, "")]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("!Ref Stage", "the parameter Stage has no default: import from the account (--from-aws) instead"),
        ("!Ref Strange", "the parameter Strange has no default: import from the account (--from-aws) instead"),
        ("!Ref Looked", "the parameter Looked is looked up in SSM (/ecr/prefix)"),
        ("!Ref Rule", "Rule is known at deployment only"),
        ("!Ref [Rule]", "Ref takes the name of a parameter"),
        ("!Ref AWS::Region", "AWS::Region is not known: use --region"),
        ("!Ref AWS::Partition", "AWS::Partition is not known: use --region"),
        ("!Ref AWS::AccountId", "AWS::AccountId is not known: use --account-id"),
        ("!Ref AWS::StackName", "AWS::StackName is known at deployment only"),
        ("!Sub '${Queue.Arn}'", "Queue.Arn is known at deployment only"),
        ("!Sub '${AWS::NoValue}'", "a list or AWS::NoValue is given where text is expected"),
        ("!Sub ['${P}', {P: !Ref AWS::NoValue}]", "AWS::NoValue is given where text is expected"),
        ("!Sub ['${P}', {P: !Ref Names}]", "a list is not text"),
        ("!Sub {a: b}", "Fn::Sub takes a text"),
        ("!Sub [a]", "Fn::Sub takes 2 values"),
        ("!Sub '${!Prefix}'", "${Prefix} is filled in by another tool, or at deployment"),
        ("!Join ['-', a]", "a text is given where a list is expected"),
        ("!Join ['-', [[a]]]", "a list or AWS::NoValue is given where text is expected"),
        ("!Select [7, !Ref Names]", "Fn::Select asks for 7 of 2 values"),
        ("!Select [x, !Ref Names]", "Fn::Select asks for x of 2 values"),
        ("!FindInMap [Prefixes, sa-east-1, hub]", "the mapping Prefixes has no sa-east-1.hub"),
        ("!FindInMap [Other, a, b]", "the mapping Other has no a.b"),
        ("!If [Staged, a, b]", "the parameter Stage has no default: import from the account (--from-aws) instead"),
        ("!If [Missing, a, b]", "the template has no condition Missing"),
        ("!If [Odd, a, b]", "a condition with Fn::Contains is not evaluated"),
        ("!If [Bare, a, b]", "a condition with neither of the functions for them is not evaluated"),
        ("!GetAtt Queue.Arn", "Fn::GetAtt is known at deployment only"),
        ("!ImportValue prefix", "Fn::ImportValue is known at deployment only"),
        ("{'Fn::ImportValue': prefix}", "Fn::ImportValue is known at deployment only"),
        ("'{{resolve:ssm:/ecr/prefix}}'", "{{resolve:ssm:/ecr/prefix}} is filled in by another tool, or at deployment"),
        ("$PREFIX", "$PREFIX is filled in by another tool, or at deployment"),
        ("{a: b, c: d}", "a mapping is given where text is expected"),
        ("[a]", "a list is not text"),
    ],
)  # fmt: skip
def test_what_cannot_be_told(value: str, reason: str) -> None:
    found = read(template(value), "t.yaml")
    assert found == Import(
        unresolved=(Unresolved(SourceLocation("t.yaml", LINE), f"EcrRepositoryPrefix: {reason}"),)
    )


@pytest.mark.parametrize(
    "value", ["", "~", "null", "!Ref AWS::NoValue", "!If [Dev, a, !Ref AWS::NoValue]", "''"]
)
def test_a_prefix_that_is_absent(value: str) -> None:
    assert reasons(template(value)) == ["it has no EcrRepositoryPrefix"]


@pytest.mark.parametrize(
    ("properties", "upstream", "path"),
    [
        ("UpstreamRegistryUrl: https://quay.io/", "quay.io", ""),
        ("UpstreamRegistry: docker-hub", "registry-1.docker.io", ""),
        ("UpstreamRegistry: k8s", "registry.k8s.io", ""),
        ("UpstreamRegistry: chainguard\nUpstreamRepositoryPrefix: example.com", "cgr.dev", "example.com"),
        ("UpstreamRegistry: quay\nUpstreamRegistryUrl: !Ref AWS::NoValue", "quay.io", ""),
        ("UpstreamRegistry: quay\nUpstreamRegistryUrl: !ImportValue url", "quay.io", ""),
        ("UpstreamRegistryUrl: !Sub '${AWS::AccountId}.dkr.ecr.us-east-1.${AWS::URLSuffix}'\nUpstreamRepositoryPrefix: ROOT", f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com", ""),
        ("UpstreamRegistryUrl: acme.azurecr.io\nUpstreamRegistry: azure-container-registry", "acme.azurecr.io", ""),
        ("UpstreamRegistryUrl: quay.io\nUpstreamRepositoryPrefix: !If [Dev, x, !Ref AWS::NoValue]", "quay.io", ""),
    ],
)  # fmt: skip
def test_the_upstream(properties: str, upstream: str, path: str) -> None:
    text = template().replace(
        "      UpstreamRegistryUrl: registry-1.docker.io\n", textwrap.indent(properties, " " * 6)
    )
    assert rules(text) == [(upstream, "docker-hub", path)]


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ("", "it has neither an UpstreamRegistryUrl nor an UpstreamRegistry that means one registry"),
        ("UpstreamRegistry: ecr", "it has neither an UpstreamRegistryUrl nor an UpstreamRegistry that means one registry"),
        ("UpstreamRegistryUrl: !ImportValue url", "UpstreamRegistryUrl: Fn::ImportValue is known at deployment only"),
        ("UpstreamRegistryUrl: !ImportValue url\nUpstreamRegistry: ecr", "UpstreamRegistryUrl: Fn::ImportValue is known at deployment only"),
        ("UpstreamRegistry: !Ref Stage", "UpstreamRegistry: the parameter Stage has no default: import from the account (--from-aws) instead"),
        ("UpstreamRegistryUrl: quay.io\nUpstreamRepositoryPrefix: !Ref Stage", "UpstreamRepositoryPrefix: the parameter Stage has no default: import from the account (--from-aws) instead"),
    ],
)  # fmt: skip
def test_no_upstream(properties: str, reason: str) -> None:
    text = template().replace(
        "      UpstreamRegistryUrl: registry-1.docker.io\n", textwrap.indent(properties, " " * 6)
    )
    assert reasons(text) == [reason]


@pytest.mark.parametrize(
    ("secret", "account", "region"),
    [
        ("arn:aws:secretsmanager:us-east-2:111122223333:secret:ecr-pullthroughcache/x", "111122223333", "us-east-2"),
        ("!Sub 'arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:ecr-pullthroughcache/x'", ACCOUNT, REGION),
        ("!Ref Queue", ACCOUNT, REGION),
        ("!Ref AWS::NoValue", ACCOUNT, REGION),
    ],
)  # fmt: skip
def test_the_secret_tells_the_registry(secret: str, account: str, region: str) -> None:
    [rule] = read(template(more=f"CredentialArn: {secret}\n"), "t.yaml", ACCOUNT, REGION).rules
    assert (rule.account, rule.region) == (account, region)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("Prod", None),
        ("[Prod]", None),
        ("Dev", "left out, as the condition Dev is false with the values that are known here"),
        (
            "Staged",
            "the condition Staged: the parameter Stage has no default: import from the account (--from-aws) instead",
        ),
        ("Around", "the condition Around refers to itself"),
    ],
)
def test_a_condition_of_the_resource(condition: str, expected: str | None) -> None:
    text = template().replace("  Rule:\n", f"  Rule:\n    Condition: {condition}\n")
    found = read(text, "t.yaml")
    assert [each.reason for each in found.unresolved] == ([expected] if expected else [])
    assert len(found.rules) == (0 if expected else 1)


def test_properties_that_are_no_mapping_of_them() -> None:
    given = "Resources: {{R: {{Type: AWS::ECR::PullThroughCacheRule, Properties: {}}}}}".format
    assert reasons(given("!If [Prod, {}, {}]")) == ["its properties come from Fn::If"]
    assert reasons(given("{'Fn::Transform': {Name: X}}")) == ["its properties come from Fn::Transform"]
    assert reasons(given("x")) == ["it has no EcrRepositoryPrefix"]
    assert reasons("Resources: {R: {Type: AWS::ECR::PullThroughCacheRule}}") == [
        "it has no EcrRepositoryPrefix"
    ]
    assert reasons(given("&a {EcrRepositoryPrefix: !Join ['', &b [*b]]}")) == [
        "its properties refer to themselves"
    ]


def test_merge_keys_and_aliases() -> None:
    text = """\
x-common: &common
  Type: AWS::ECR::PullThroughCacheRule
Resources:
  Quay: &quay
    <<: *common
    Properties: &properties
      EcrRepositoryPrefix: quay
      UpstreamRegistryUrl: quay.io
  Ghcr:
    <<: *common
    Properties:
      <<: *properties
      EcrRepositoryPrefix: github
      UpstreamRegistryUrl: ghcr.io
  Again: *quay
"""
    assert rules(text) == [("quay.io", "quay", ""), ("ghcr.io", "github", "")]
    assert [str(rule.location) for rule in read(text, "t.yaml").rules] == ["t.yaml:4", "t.yaml:9"]
    merged = "a: &a {R: {Type: AWS::ECR::PullThroughCacheRule}}\nResources: {<<: *a}\n"
    assert [str(each.location) for each in read(merged, "t").unresolved] == ["t:1"]


# As the AWS CDK synthesises it, with one character that Python's json escapes as two.
CDK = json.dumps(
    {
        "Description": "cache \N{PACKAGE}",
        "Resources": {
            "HubCacheA1B2C3D4": {
                "Type": "AWS::ECR::PullThroughCacheRule",
                "Properties": {
                    "EcrRepositoryPrefix": "docker-hub",
                    "UpstreamRegistry": "docker-hub",
                    "UpstreamRegistryUrl": "registry-1.docker.io",
                },
                "Metadata": {"aws:cdk:path": "Cache/Hub"},
            },
            "OtherAccount": {
                "Type": "AWS::ECR::PullThroughCacheRule",
                "Properties": {
                    "EcrRepositoryPrefix": "shared",
                    "UpstreamRegistryUrl": {
                        "Fn::Join": ["", ["210987654321.dkr.ecr.", {"Ref": "AWS::Region"}, ".", {"Ref": "AWS::URLSuffix"}]]
                    },
                    "UpstreamRepositoryPrefix": "ROOT",
                },
            },
        },
        "Parameters": {"BootstrapVersion": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/x"}},
    },
    indent=1,
)  # fmt: skip
CDK_RULES = [
    ("registry-1.docker.io", "docker-hub", ""),
    ("210987654321.dkr.ecr.eu-west-1.amazonaws.com", "shared", ""),
]


@pytest.mark.parametrize(
    "text", [CDK, "\ufeff" + CDK, CDK.replace("\n ", "\n\t"), json.dumps(json.loads(CDK))]
)
def test_json(text: str) -> None:
    assert rules(text) == CDK_RULES


def test_the_line_of_a_resource_in_json() -> None:
    assert [str(rule.location) for rule in read(CDK, "x.json", region=REGION).rules] == [
        "x.json:4",
        "x.json:15",
    ]


SERVERLESS = """\
service: cache
resources:
  - Parameters: {P: {Default: hub}}
    Resources:
      Hub:
        Type: AWS::ECR::PullThroughCacheRule
        Properties: {EcrRepositoryPrefix: !Ref P, UpstreamRegistryUrl: registry-1.docker.io}
  - Resources:
      Quay:
        Type: AWS::ECR::PullThroughCacheRule
        Properties: {EcrRepositoryPrefix: '${self:custom.quay}', UpstreamRegistryUrl: quay.io}
"""


def test_the_serverless_framework() -> None:
    found = read(SERVERLESS, "serverless.yml")
    assert [rule[:3] for rule in found.rules] == [("registry-1.docker.io", "hub", "")]
    [problem] = found.unresolved
    assert str(problem.location) == "serverless.yml:9"
    assert "${self:custom.quay} is filled in by another tool" in problem.reason
    one = SERVERLESS.replace("  - Param", "    Param").partition("  - Res")[0]
    assert rules(one) == [("registry-1.docker.io", "hub", "")]


LOOP = """\
Transform: AWS::LanguageExtensions
Parameters:
  Hosts: {Type: CommaDelimitedList, Default: 'quay.io,ghcr.io'}
  None: {Type: CommaDelimitedList}
Resources:
  Fn::ForEach::Caches:
    - Host
    - COLLECTION
    - Cache&{Host}:
        Type: AWS::ECR::PullThroughCacheRule
        Properties:
          EcrRepositoryPrefix: !Sub mirror/${Host}
          UpstreamRegistryUrl: !Ref Host
"""


@pytest.mark.parametrize("collection", ["[quay.io, ghcr.io]", "!Ref Hosts"])
@pytest.mark.parametrize(
    "prefix", ["!Sub mirror/${Host}", "mirror/${Host}", "!Join [/, [mirror, !Ref Host]]"]
)
def test_a_loop(collection: str, prefix: str) -> None:
    text = LOOP.replace("COLLECTION", collection).replace("!Sub mirror/${Host}", prefix)
    assert rules(text) == [("quay.io", "mirror/quay.io", ""), ("ghcr.io", "mirror/ghcr.io", "")]


def test_the_name_of_a_loop_in_a_key() -> None:
    text = LOOP.replace("COLLECTION", "[quay.io]").replace("!Sub mirror/${Host}", "x&{Host}")
    assert rules(text) == [("quay.io", "xquayio", "")]


def test_a_loop_in_a_loop() -> None:
    text = """\
Resources:
  Fn::ForEach::Outer:
    - Host
    - [quay.io, ghcr.io]
    - Fn::ForEach::Inner:
        - Team
        - [a, b]
        - R${Host}${Team}:
            Type: AWS::ECR::PullThroughCacheRule
            Properties: {EcrRepositoryPrefix: '${Team}-x', UpstreamRegistryUrl: '${Host}', UpstreamRepositoryPrefix: !Ref Team}
"""
    assert rules(text) == [(host, f"{team}-x", team) for host in ("quay.io", "ghcr.io") for team in "ab"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "COLLECTION",
            "!Ref None",
            "Fn::ForEach::Caches: the parameter None has no default: import from the account (--from-aws) instead",
        ),
        ("COLLECTION", "quay.io", "Fn::ForEach::Caches: a text is given where a list is expected"),
        (
            "COLLECTION",
            "[[quay.io]]",
            "Fn::ForEach::Caches: a list or AWS::NoValue is given where text is expected",
        ),
        ("    - COLLECTION\n", "", "Fn::ForEach::Caches: Fn::ForEach takes 3 values"),
    ],
)
def test_a_loop_that_cannot_be_followed(old: str, new: str, reason: str) -> None:
    assert reasons(LOOP.replace(old, new)) == [reason]


@pytest.mark.parametrize(
    "prefix",
    ["!Join ['', *x30]", "!Ref X", "!If [C30, a, b]"],
)
def test_what_has_no_end_is_given_up(prefix: str) -> None:
    doubled = "".join(f"x{i + 1}: &x{i + 1} [*x{i}, *x{i}]\n" for i in range(30))
    either = "".join(f"  C{i + 1}: !And [!Condition C{i}, !Condition C{i}]\n" for i in range(30))
    text = f"x0: &x0 [a, a]\n{doubled}Conditions:\n  C0: !Equals [a, a]\n{either}"
    loops: Any = {"${V0}${V1}": {"Type": "AWS::ECR::PullThroughCacheRule", "Properties": {}}}
    for number in range(8):
        loops = {f"Fn::ForEach::L{number}": [f"V{number}", list("0123456789"), loops]}
    text += "Resources:\n  Looped: 1\n" + template(prefix).partition("Resources:\n")[2]
    text = (
        text.replace("Looped: 1", f"Fn::ForEach::L: {json.dumps(['V', ['a'], loops])}")
        if "X" in prefix
        else text
    )
    reasons = {each.reason for each in read(text, "t").unresolved}
    assert any("the template is too large to be evaluated" in each for each in reasons)


def test_the_template_of_a_stack_set_is_named() -> None:
    stack_set = {"Type": "AWS::CloudFormation::StackSet", "Properties": {"TemplateBody": template()}}
    other = {**stack_set, "Properties": {"TemplateBody": "Resources: {}"}}
    found = read(json.dumps({"Resources": {"A": stack_set, "B": other}}), "t")
    reason = "the TemplateBody of a stack set is not read: import it as a file"
    assert found == Import(unresolved=(Unresolved(SourceLocation("t", 1), reason),))


def test_a_loop_without_a_body() -> None:
    assert read("Resources: {'Fn::ForEach::X': 1}", "t") == Import()


def test_a_loop_that_holds_itself() -> None:
    with pytest.raises(ConfigError, match=r"^t:1: an Fn::ForEach in it contains itself: fix it$"):
        read("Resources:\n  Fn::ForEach::X: &a [N, [b, c], {'Fn::ForEach::X': *a}]\n", "t")


ACK = """\
apiVersion: v1
kind: Namespace
metadata: {name: ack}
---
apiVersion: ecr.services.k8s.aws/v1alpha1
kind: PullThroughCacheRule
metadata:
  name: hub
  annotations:
    services.k8s.aws/region: us-east-1
    services.k8s.aws/owner-account-id: "210987654321"
spec:
  ecrRepositoryPrefix: docker-hub
  upstreamRegistryURL: registry-1.docker.io
  upstreamRepositoryPrefix: acme
"""
CROSSPLANE = """\
apiVersion: ecr.aws.upbound.io/v1beta1
kind: PullThroughCacheRule
metadata: {name: quay}
spec:
  forProvider:
    region: us-west-2
    ecrRepositoryPrefix: quay
    upstreamRegistryUrl: quay.io
"""


def test_manifests() -> None:
    found = read(f"{ACK}---\n{CROSSPLANE}", "m.yaml", ACCOUNT, REGION)
    assert found == Import(
        (
            Imported(
                "registry-1.docker.io",
                "docker-hub",
                "acme",
                "210987654321",
                "us-east-1",
                SourceLocation("m.yaml", 5),
            ),
            Imported("quay.io", "quay", "", ACCOUNT, "us-west-2", SourceLocation("m.yaml", 17)),
        )
    )


SPEC = {"ecrRepositoryPrefix": "quay", "upstreamRegistryURL": "quay.io"}
BARE = {
    "apiVersion": "ecr.services.k8s.aws/v1alpha1",
    "kind": "PullThroughCacheRule",
    "spec": SPEC,
}


@pytest.mark.parametrize(
    ("more", "account", "region"),
    [
        ({}, ACCOUNT, REGION),
        ({"status": {"ackResourceMetadata": {"ownerAccountID": "210987654321", "region": "us-east-1"}}}, "210987654321", "us-east-1"),
        ({"status": {"atProvider": {"registryId": "210987654321"}}}, "210987654321", REGION),
        ({"spec": {**SPEC, "registryID": "210987654321"}}, "210987654321", REGION),
        ({"spec": {**SPEC, "registryID": "$REGISTRY_ID"}}, ACCOUNT, REGION),
        ({"metadata": {"annotations": {"services.k8s.aws/region": "{{ region }}"}}}, ACCOUNT, REGION),
    ],
)  # fmt: skip
@pytest.mark.parametrize("shape", ["alone", "List", "Composition"])
def test_where_a_manifest_is_from(more: dict[str, Any], account: str, region: str, shape: str) -> None:
    manifest: dict[str, Any] = {**BARE, **more}
    document = {
        "alone": manifest,
        "List": {"apiVersion": "v1", "kind": "List", "items": [manifest]},
        "Composition": {"kind": "Composition", "spec": {"resources": [{"base": manifest}]}},
    }[shape]
    [rule] = read(json.dumps(document), "m.json", ACCOUNT, REGION).rules
    assert (rule.prefix, rule.account, rule.region) == ("quay", account, region)


def test_manifests_that_do_not_tell() -> None:
    text = (
        CROSSPLANE.replace("    ecrRepositoryPrefix: quay\n", "")
        + "---\n"
        + ACK.replace("docker-hub", "$PREFIX")
    )
    assert reasons(text) == [
        "it has no EcrRepositoryPrefix",
        "ecrRepositoryPrefix: $PREFIX is filled in by another tool, or at deployment",
    ]
    assert reasons("apiVersion: ecr.services.k8s.aws/v1\nkind: PullThroughCacheRule\n") == [
        "it has no EcrRepositoryPrefix"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: PullThroughCacheRule\nspec: {ecrRepositoryPrefix: a1, upstreamRegistryURL: quay.io}\n",
        "apiVersion: apiextensions.k8s.io/v1\nspec: {names: {kind: PullThroughCacheRule}}\n",
        "a: &a [*a, {apiVersion: x}]\nkind: PullThroughCacheRule\n",
        "apiVersion: [ecr.]\nkind: PullThroughCacheRule\n",
    ],
)
def test_what_is_no_manifest_of_a_rule(text: str) -> None:
    assert read(text, "t") == Import()


# --- files -------------------------------------------------------------------------------------


def loaded(folder: Path, *names: str, account: str | None = None, region: str | None = None) -> Import:
    return load(
        [folder / name for name in names], lambda path: path.relative_to(folder).as_posix(), account, region
    )


def test_folders_and_files(tmp_path: Path) -> None:
    rule = RULE.format("docker-hub", "registry-1.docker.io")
    fill(
        tmp_path,
        {
            "infra/b.yml": rule,
            "infra/a/cache.template": rule.replace("docker-hub", "hub"),
            "infra/c.json": CDK,
            "infra/d.yaml": ACK,
            "infra/.git/x.yaml": rule.replace("docker-hub", "git"),
            "infra/node_modules/x.yaml": rule.replace("docker-hub", "node"),
            "infra/notes.md": rule.replace("docker-hub", "notes"),
            "infra/chart/x.yaml": "{{ if }}\naction: ecr:CreatePullThroughCacheRule\n",
            "infra/latin.yaml": b"name: caf\xe9\n",
            "named.txt": rule.replace("docker-hub", "named"),
            "again.yaml": rule,
        },
    )
    (tmp_path / "infra/z.yaml").symlink_to("gone.yaml")
    found = loaded(tmp_path, "infra", "named.txt", "again.yaml", region=REGION)
    assert [(rule.prefix, str(rule.location)) for rule in found.rules] == [
        ("docker-hub", "infra/b.yml:4"),
        ("shared", "infra/c.json:15"),
        ("docker-hub", "infra/d.yaml:5"),
        ("hub", "infra/a/cache.template:4"),
        ("named", "named.txt:4"),
    ]
    assert loaded(tmp_path) == Import()


STACK = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Cache.template.json"}}


@pytest.mark.parametrize(
    ("manifest", "account", "region"),
    [
        ({"artifacts": {"T": {"type": "cdk:tree"}, "C": {**STACK, "environment": "aws://210987654321/us-west-2"}}}, "210987654321", "us-west-2"),
        ({"artifacts": {"C": {**STACK, "environment": "aws://unknown-account/us-west-2"}}}, ACCOUNT, "us-west-2"),
        ({"artifacts": {"C": {**STACK, "environment": "aws://unknown-account/unknown-region"}}}, ACCOUNT, REGION),
        ({"artifacts": {"C": {**STACK, "environment": "elsewhere"}}}, ACCOUNT, REGION),
        ({"artifacts": {"C": {**STACK, "environment": 1}}}, ACCOUNT, REGION),
        ({"artifacts": {"C": STACK}}, ACCOUNT, REGION),
        ({"artifacts": {}}, ACCOUNT, REGION),
        ({"artifacts": []}, ACCOUNT, REGION),
        ({}, ACCOUNT, REGION),
        (None, ACCOUNT, REGION),
    ],
)  # fmt: skip
def test_the_cdk_tells_where_a_stack_is_deployed(
    tmp_path: Path, manifest: object, account: str, region: str
) -> None:
    fill(tmp_path, {"cdk.out/Cache.template.json": CDK})
    if manifest is not None:
        fill(tmp_path, {"cdk.out/manifest.json": json.dumps(manifest)})
    for name in ("cdk.out", "cdk.out/Cache.template.json"):
        found = loaded(tmp_path, name, account=ACCOUNT, region=REGION).rules
        assert {(rule.account, rule.region) for rule in found} == {(account, region)}
        assert found[1].upstream == f"210987654321.dkr.ecr.{region}.amazonaws.com"


BROKEN = 'a: 1\nkind: PullThroughCacheRule\nx: "\n'


@pytest.mark.parametrize(
    ("files", "path", "said"),
    [
        ({"t.yaml": "a: 1\nb: ]\n"}, "t.yaml", "t.yaml:2: not valid YAML"),
        ({"t.yaml": "a: 1\n---\nb: {{ x }}\nc: ]"}, "t.yaml", "t.yaml:4: not valid YAML"),
        ({"t.json": '{"a": 1,\n "b": }}'}, "t.json", "t.json:2: not valid YAML"),
        ({"x/t.yaml": BROKEN}, "x", "fix it, or name the files that hold the rules"),
        ({"t.yaml": b"a: 1\nb: caf\xe9\n"}, "t.yaml", "t.yaml:2: it is not UTF-8: convert it"),
        ({"x/t.yaml": b"kind: PullThroughCacheRule\nb: caf\xe9\n"}, "x", "x/t.yaml:2: it is not UTF-8"),
        ({}, "t.yaml", "t.yaml: it cannot be read: No such file or directory"),
    ],
)
def test_files_that_cannot_be_read(
    tmp_path: Path, files: dict[str, str | bytes], path: str, said: str
) -> None:
    fill(tmp_path, files)
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, path)
    assert said in str(caught.value)


def test_what_may_not_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, {"x/t.yaml": ACK})

    def refuse(path: object, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    # Root may open anything, so that no mode of the file would do.
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        with pytest.raises(ConfigError, match=r"^x/t.yaml: it cannot be read: Permission denied"):
            loaded(tmp_path, "x")
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refuse)
        with pytest.raises(ConfigError, match=r"^x: the folder cannot be read: Permission denied"):
            loaded(tmp_path, "x")


# --- whatever is in it -------------------------------------------------------------------------

TEXTS = [
    template("!Sub '${Prefix}'"),
    LOOP.replace("COLLECTION", "[quay.io]"),
    ACK,
    CROSSPLANE,
    CDK,
    SERVERLESS,
]
PARTS = [
    "!Ref ",
    "!Sub ",
    "!If ",
    "!Join ",
    "Fn::If: ",
    "Fn::ForEach::X: ",
    "Properties:",
    "Resources:\n",
    "<<: ",
    "${X}",
]


@given(mutations(TEXTS, PARTS))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read(text, "t", ACCOUNT, REGION)
    except ConfigError as error:
        assert str(error).startswith("t:")  # noqa: PT017 - either is right
    else:
        lines = text.count("\n") + 1
        places = [rule.location for rule in found.rules] + [each.location for each in found.unresolved]
        assert all(location and location.line and 1 <= location.line <= lines for location in places)
        assert all(rule.upstream is not None and rule.prefix for rule in found.rules)
        assert all(each.reason and "\n" not in each.reason for each in found.unresolved)


@given(st.text("aB1/-$ \"'", min_size=1), st.sampled_from(["yaml", "json"]))
def test_a_literal_is_what_it_says(prefix: str, form: str) -> None:
    resource = {"Type": "AWS::ECR::PullThroughCacheRule", "Properties": {"EcrRepositoryPrefix": prefix, "UpstreamRegistryUrl": "quay.io"}}  # fmt: skip
    body = json.dumps({"Resources": {"R": resource}}, indent=None if form == "json" else 1)
    found = read(body, "t")
    assert [rule.prefix for rule in found.rules] == ([] if "$" in prefix else [prefix])
