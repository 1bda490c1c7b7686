"""A Terraform module for the missing rules and their resources.

Secrets come from sensitive variables, permissions cover the prefixes of all rules,
and the VPC endpoints are created if subnets and route tables are given.
Needs hashicorp/aws 5.61, which has ``aws_ecr_repository_creation_template``, or later.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from rewrite_refs.emit import parts
from rewrite_refs.emit.survey import MissingRule, Survey

_STATE = (
    "The state holds the values of the secrets: encrypt it. Terraform 1.11 with hashicorp/aws 5.88 can "
    "keep them out of it with secret_string_wo."
)
_ORDER = "# Of the version, so that the secret has its value when ECR reads it."
_NAME = "pull_through_cache"
_LIFECYCLE = f"{_NAME}_lifecycle"
_REPOSITORIES = f"{_NAME}_repositories"
_ARNS = f"""\
    "arn:%s:ecr:%s:%s:repository/%s",
    data.aws_partition.{_NAME}.partition,
    data.aws_region.{_NAME}.id,
    data.aws_caller_identity.{_NAME}.account_id,"""
_REGISTRY_POLICY = f"""\
resource "aws_ecr_registry_policy" "{_NAME}" {{
  policy = data.aws_iam_policy_document.{_NAME}_registry.json
}}"""


def lines(survey: Survey) -> Iterator[str]:
    """Yield the text of a complete module, as lines."""
    yield from parts.comment(f"{parts.TITLE} --emit terraform.")
    yield from parts.comment(f"{parts.place(survey)} Apply it once for each, as a module of its own.")
    if not survey.missing:
        yield from parts.comment(parts.NOTHING_MISSING)
    if any(parts.credentials(each) for each in survey.missing):
        yield from ("", *parts.comment(_STATE))
    if parts.has_lifecycle(survey):
        yield from ("", *parts.comment(parts.WHY_LIFECYCLE), *_lifecycle())
    for missing in survey.missing:
        yield from ("", f"# {missing.upstream.host}")
        yield from _rule(missing)
        yield ""
        yield from _template(missing)
    if survey.prefixes:
        yield from ("", *_repositories(survey), "", *_puller(), "", *_registry())
    yield from ("", *_endpoints())


def _lifecycle() -> Iterator[str]:
    rule = {key: _value(value) for key, value in parts.LIFECYCLE_RULE.items()}
    yield from ("locals {", f"  {_LIFECYCLE} = jsonencode({{", "    rules = [{")
    yield from parts.indented(_aligned(rule), "      ")
    yield from ("    }]", "  })", "}")


def _rule(missing: MissingRule) -> Iterator[str]:
    """Yield the rule of one upstream, and its secret if it needs one."""
    label = _label(missing)
    rule = ["aws_ecr_pull_through_cache_rule", label]
    attributes = {
        "ecr_repository_prefix": quoted(missing.prefix),
        "upstream_registry_url": quoted(missing.upstream.url),
    }
    credentials = parts.credentials(missing)
    if credentials is None:
        yield from _block("resource", rule, attributes)
        return
    username, token = f"{label}_username", f"{label}_access_token"
    yield from _variable(username, "string", credentials.username)
    yield ""
    yield from _variable(token, "string", credentials.token, sensitive="true")
    yield ""
    secret = {"name": quoted(parts.secret_name(missing))}
    yield from _block("resource", ["aws_secretsmanager_secret", label], secret)
    yield ""
    value = f"jsonencode({{ username = var.{username}, accessToken = var.{token} }})"
    version = {"secret_id": f"aws_secretsmanager_secret.{label}.id", "secret_string": value}
    yield from _block("resource", ["aws_secretsmanager_secret_version", label], version)
    yield ""
    arn = f"credential_arn = aws_secretsmanager_secret_version.{label}.arn"
    yield from _block("resource", rule, attributes, [_ORDER, arn])


def _template(missing: MissingRule) -> Iterator[str]:
    """Yield the repository creation template of one upstream."""
    template = {
        "prefix": quoted(missing.prefix),
        "description": quoted(f"Images of {missing.upstream.host}"),
        "applied_for": f"[{quoted(parts.APPLIED_FOR)}]",
        "image_tag_mutability": quoted("MUTABLE"),
    }
    if missing.pinned:
        yield from parts.comment(parts.pinned(missing))
    else:
        template["lifecycle_policy"] = f"local.{_LIFECYCLE}"
    yield from _block("resource", ["aws_ecr_repository_creation_template", _label(missing)], template)


def _repositories(survey: Survey) -> Iterator[str]:
    """Yield the ARNs of the repositories that the permissions cover."""
    for kind in ("aws_caller_identity", "aws_partition", "aws_region"):
        yield f'data "{kind}" "{_NAME}" {{}}'
    yield ""
    yield from parts.comment("The repositories of all rules, those that were there before included.")
    if "" in survey.prefixes:
        yield from parts.comment(parts.WHOLE_REGISTRY)
    yield from ("locals {", f"  {_REPOSITORIES} = formatlist(", *_ARNS.split("\n"), "    [")
    yield from (f"      {quoted(name)}," for name in parts.repositories(survey))
    yield from ("    ],", "  )", "}")


def _puller() -> Iterator[str]:
    """Yield the policy for the roles that pull."""
    yield from parts.comment(parts.PULLERS)
    login = _statement("EcrLogin", [parts.LOGIN_ACTION], '["*"]')
    pull = _statement(
        "PullThroughCache", [*parts.PULL_ACTIONS, *parts.IMPORT_ACTIONS], f"local.{_REPOSITORIES}"
    )
    yield from _block("data", ["aws_iam_policy_document", f"{_NAME}_puller"], {}, [*login, "", *pull])
    yield ""
    policy = {
        "name_prefix": quoted("ecr-pull-through-cache-"),
        "policy": f"data.aws_iam_policy_document.{_NAME}_puller.json",
    }
    yield from _block("resource", ["aws_iam_policy", f"{_NAME}_puller"], policy)


def _registry() -> Iterator[str]:
    """Yield the statement for the registry's policy, and that policy as comments."""
    principals = f"{_NAME}_principals"
    yield from _variable(
        principals, "list(string)", "Roles of other accounts that pull, as ARNs", default="[]"
    )
    yield ""
    yield from parts.comment(parts.ONE_POLICY)
    who = {"type": quoted("AWS"), "identifiers": f"var.{principals}"}
    body = ["", *_block("principals", [], who)]
    statement = _statement("PullThroughCache", parts.IMPORT_ACTIONS, f"local.{_REPOSITORIES}", body)
    yield from _block("data", ["aws_iam_policy_document", f"{_NAME}_registry"], {}, statement)
    yield ""
    yield from parts.comment("Only for a registry that has no policy yet:")
    yield from (f"# {line}" for line in _REGISTRY_POLICY.split("\n"))


def _statement(sid: str, actions: Sequence[str], resources: str, body: Sequence[str] = ()) -> list[str]:
    rows = ["actions = [", *(f"  {quoted(action)}," for action in actions), "]", f"resources = {resources}"]
    return [*_block("statement", [], {"sid": quoted(sid)}, [*rows, *body])]


def _endpoints() -> Iterator[str]:
    """Yield the VPC endpoints through which private subnets reach the cache."""
    yield from parts.comment(f"{parts.ENDPOINTS} With empty lists there are none.")
    yield from _variable("vpc_id", "string", "VPC of the endpoints", default="null")
    for name, about in (
        ("subnet_ids", "Subnets of the interface endpoints, one per zone"),
        ("security_group_ids", "Security groups of the interface endpoints, which let in port 443"),
        ("route_table_ids", "Route tables of the subnets, for the gateway endpoint of S3"),
    ):
        yield ""
        yield from _variable(name, "list(string)", about, default="[]")
    yield from ("", f'data "aws_region" "{_NAME}_endpoints" {{}}', "")
    service = f"com.amazonaws.${{data.aws_region.{_NAME}_endpoints.id}}"
    interface = {
        "for_each": 'toset(length(var.subnet_ids) > 0 ? ["ecr.api", "ecr.dkr"] : [])',
        "vpc_id": "var.vpc_id",
        "service_name": f'"{service}.${{each.key}}"',
        "vpc_endpoint_type": quoted("Interface"),
        "private_dns_enabled": "true",
        "subnet_ids": "var.subnet_ids",
        "security_group_ids": "var.security_group_ids",
    }
    yield from _block("resource", ["aws_vpc_endpoint", "ecr"], interface)
    yield ""
    gateway = {
        "count": "length(var.route_table_ids) > 0 ? 1 : 0",
        "vpc_id": "var.vpc_id",
        "service_name": f'"{service}.s3"',
        "vpc_endpoint_type": quoted("Gateway"),
        "route_table_ids": "var.route_table_ids",
    }
    yield from _block("resource", ["aws_vpc_endpoint", "s3"], gateway)


def quoted(text: str) -> str:
    """Return *text* as an HCL string in which ``${`` and ``%{`` begin no template."""
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def _label(missing: MissingRule) -> str:
    return "_".join(parts.words(missing))


def _variable(name: str, kind: str, description: str, **more: str) -> Iterator[str]:
    yield from _block("variable", [name], {"description": quoted(description), "type": kind, **more})


def _block(
    kind: str, labels: Sequence[str], attributes: Mapping[str, str], body: Sequence[str] = ()
) -> Iterator[str]:
    """Yield a block: its attributes, then its body."""
    yield " ".join([kind, *map(quoted, labels), "{"])
    yield from parts.indented(_aligned(attributes))
    if attributes and body:
        yield ""
    yield from parts.indented(body)
    yield "}"


def _aligned(attributes: Mapping[str, str]) -> Iterator[str]:
    """Yield attributes with aligned equals signs, as ``terraform fmt`` writes them."""
    width = max(map(len, attributes), default=0)
    for name, value in attributes.items():
        yield f"{name.ljust(width)} = {value}"


def _value(value: object) -> str:
    """Return a number, a string or an object of them as HCL."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_value(item)}' for key, item in value.items())} }}"
    return quoted(value) if isinstance(value, str) else json.dumps(value)
