"""A CloudFormation template for the missing rules and their resources.

Secrets come from NoEcho parameters, permissions cover the prefixes of all rules,
and the VPC endpoints are created if subnets and route tables are given.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rewrite_refs.emit import parts
from rewrite_refs.emit.survey import MissingRule, Survey

Resource = dict[str, Any]

_DEPLOY = "aws cloudformation deploy --capabilities CAPABILITY_IAM --template-file FILE --stack-name NAME"
# Excludes the characters that would end a JSON string.
_IN_JSON = {"AllowedPattern": '[^"\\\\]+', "ConstraintDescription": "no quotes and no backslashes"}
_ARN = "arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/"
_ENDPOINTS = (
    ("VpcId", "String", "VPC of the endpoints, which are not created if the lists are empty"),
    ("SubnetIds", "CommaDelimitedList", "Subnets of the interface endpoints, one per zone"),
    ("SecurityGroupIds", "CommaDelimitedList", "Security groups of these endpoints, which let in port 443"),
    ("RouteTableIds", "CommaDelimitedList", "Route tables of the subnets, for the gateway endpoint of S3"),
)


class Tagged(str):
    """A scalar whose tag is the short form of an intrinsic function."""

    tag: str


class Ref(Tagged):
    """``!Ref``, of a parameter or a resource."""

    tag = "!Ref"


class Sub(Tagged):
    """``!Sub``, with ``${...}`` for parameters, resources and pseudo parameters."""

    tag = "!Sub"


def lines(survey: Survey) -> Iterator[str]:
    """Yield the template, as lines."""
    yield from parts.comment(f"{parts.TITLE} --emit cloudformation.")
    yield from parts.comment(parts.place(survey))
    yield f"# {_DEPLOY}"
    if not survey.missing:
        yield from parts.comment(parts.NOTHING_MISSING)
    yield from _yaml({"AWSTemplateFormatVersion": "2010-09-09", "Description": "ECR pull-through cache"})
    yield from ("", "Parameters:")
    for missing in survey.missing:
        yield from _section(_parameters(missing))
    for name, kind, about in _ENDPOINTS:
        yield from _section({name: {"Type": kind, "Default": "", "Description": about}})
    lists = ("SubnetIds", "SecurityGroupIds", "RouteTableIds")
    conditions = {f"Has{name}": _is_not_empty(name) for name in lists}
    yield from ("", *_yaml({"Conditions": conditions}))
    yield from ("", "Resources:")
    if parts.has_lifecycle(survey):
        yield from (*parts.comment(parts.WHY_LIFECYCLE, "  "), "")
    for missing in survey.missing:
        yield f"  # {missing.upstream.host}"
        yield from _section(_rule(missing))
        if missing.pinned:
            yield from parts.comment(parts.pinned(missing), "  ")
        yield from _section({f"{_name(missing)}Template": _template(missing)})
        yield ""
    yield from _permissions(survey)
    yield from parts.comment(parts.ENDPOINTS, "  ")
    for name, service in (("EcrApiEndpoint", "ecr.api"), ("EcrDkrEndpoint", "ecr.dkr")):
        interface = {
            "PrivateDnsEnabled": True,
            "SubnetIds": Ref("SubnetIds"),
            "SecurityGroupIds": {
                "Fn::If": ["HasSecurityGroupIds", Ref("SecurityGroupIds"), Ref("AWS::NoValue")]
            },
        }
        yield from _section({name: _endpoint("HasSubnetIds", service, "Interface", interface)})
    gateway = {"RouteTableIds": Ref("RouteTableIds")}
    yield from _section({"S3Endpoint": _endpoint("HasRouteTableIds", "s3", "Gateway", gateway)})


def _is_not_empty(name: str) -> Resource:
    """Return the condition that the list parameter of this name is not empty."""
    return {"Fn::Not": [{"Fn::Equals": [{"Fn::Join": ["", Ref(name)]}, ""]}]}


def _name(missing: MissingRule) -> str:
    return "".join(word.capitalize() for word in parts.words(missing))


def _parameters(missing: MissingRule) -> dict[str, Resource]:
    credentials = parts.credentials(missing)
    if credentials is None:
        return {}
    token = {"Type": "String", "NoEcho": True, **_IN_JSON, "Description": credentials.token}
    return {
        f"{_name(missing)}Username": {"Type": "String", **_IN_JSON, "Description": credentials.username},
        f"{_name(missing)}AccessToken": token,
    }


def _rule(missing: MissingRule) -> dict[str, Resource]:
    """Return the rule of one upstream, and its secret if it needs one."""
    name = _name(missing)
    properties = {
        "EcrRepositoryPrefix": missing.prefix,
        "UpstreamRegistry": missing.upstream.kind,
        "UpstreamRegistryUrl": missing.upstream.url,
    }
    rule = {"Type": "AWS::ECR::PullThroughCacheRule", "Properties": properties}
    if parts.credentials(missing) is None:
        return {f"{name}Rule": rule}
    value = f'{{"username":"${{{name}Username}}","accessToken":"${{{name}AccessToken}}"}}'
    secret = {
        "Type": "AWS::SecretsManager::Secret",
        "Properties": {"Name": parts.secret_name(missing), "SecretString": Sub(value)},
    }
    return {
        f"{name}Secret": secret,
        f"{name}Rule": rule | {"Properties": {**properties, "CredentialArn": Ref(f"{name}Secret")}},
    }


def _template(missing: MissingRule) -> Resource:
    """Return the repository creation template of one upstream."""
    properties = {
        "Prefix": missing.prefix,
        "Description": f"Images of {missing.upstream.host}",
        "AppliedFor": [parts.APPLIED_FOR],
        "ImageTagMutability": "MUTABLE",
    }
    if not missing.pinned:
        properties["LifecyclePolicy"] = json.dumps({"rules": [parts.LIFECYCLE_RULE]})
    return {"Type": "AWS::ECR::RepositoryCreationTemplate", "Properties": properties}


def _permissions(survey: Survey) -> Iterator[str]:
    """Yield the puller's policy, and the registry's as comments, for all prefixes."""
    resources = [Sub(_ARN + name) for name in parts.repositories(survey)]
    if not resources:
        return
    login = {"Sid": "EcrLogin", "Effect": "Allow", "Action": parts.LOGIN_ACTION, "Resource": "*"}
    pull = {
        "Sid": "PullThroughCache",
        "Effect": "Allow",
        "Action": [*parts.PULL_ACTIONS, *parts.IMPORT_ACTIONS],
        "Resource": resources,
    }
    yield from parts.comment(f"{parts.PULLERS} The repositories are those of all rules.", "  ")
    if "" in survey.prefixes:
        yield from parts.comment(parts.WHOLE_REGISTRY, "  ")
    document = {"Version": "2012-10-17", "Statement": [login, pull]}
    policy = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}
    yield from _section({"PullerPolicy": policy})
    yield ""
    yield from parts.comment(f"{parts.ONE_POLICY} Only for a registry that has no policy yet:", "  ")
    statement = {
        "Sid": "PullThroughCache",
        "Effect": "Allow",
        "Principal": {"AWS": ["arn:aws:iam::OTHER_ACCOUNT:role/PULLER"]},
        "Action": [*parts.IMPORT_ACTIONS],
        "Resource": resources,
    }
    text = {"PolicyText": {"Version": "2012-10-17", "Statement": [statement]}}
    registry = {"RegistryPolicy": {"Type": "AWS::ECR::RegistryPolicy", "Properties": text}}
    yield from parts.indented(_yaml(registry), "  # ")
    yield ""


def _endpoint(condition: str, service: str, kind: str, properties: Mapping[str, Any]) -> Resource:
    return {
        "Type": "AWS::EC2::VPCEndpoint",
        "Condition": condition,
        "Properties": {
            "VpcId": Ref("VpcId"),
            "VpcEndpointType": kind,
            "ServiceName": Sub(f"com.amazonaws.${{AWS::Region}}.{service}"),
            **properties,
        },
    }


def _section(resources: Mapping[str, Resource]) -> Iterator[str]:
    return parts.indented(_yaml(resources) if resources else ())


def _yaml(document: Mapping[str, Any]) -> Sequence[str]:
    """Return a mapping as lines of YAML, with short forms of intrinsic functions."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

        def choose_scalar_style(self) -> Any:
            style = super().choose_scalar_style()
            # PyYAML quotes every scalar that has a tag.
            short = isinstance(self.event, yaml.ScalarEvent) and self.event.tag in (Ref.tag, Sub.tag)
            plain = self.analysis is not None and self.analysis.allow_block_plain
            return "" if short and plain else style

    def tagged(dumper: yaml.SafeDumper, value: Tagged) -> yaml.ScalarNode:
        return dumper.represent_scalar(value.tag, str(value))

    Dumper.add_multi_representer(Tagged, tagged)
    text = yaml.dump(dict(document), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=1 << 20)
    return text.removesuffix("\n").split("\n")
