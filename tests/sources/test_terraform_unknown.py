# ruff: noqa: E501 - a row of a table is a line
"""Values that another evaluator of Terraform guesses, and that must stay unresolved.

``rewrite_refs.sources.hcl`` names the evaluator and refers to these cases; the comments have its answers.
"""

from __future__ import annotations

from textwrap import dedent

import pytest

from rewrite_refs.sources import terraform

REMEDY = ": import the output of terraform show -json instead"
URL = 'upstream_registry_url = "quay.io"'
REGION = 'data "aws_region" "x" {}\n'
PARAMETER = "data.aws_ssm_parameter.x.value"
CALL = f'module "cache" {{\nsource = "./m"\nprefix = {PARAMETER}\n}}\n'


def rule(*attributes: str) -> str:
    lines = "\n".join((*attributes, URL))
    return f'resource "aws_ecr_pull_through_cache_rule" "this" {{\n{lines}\n}}\n'


def prefix(expression: str) -> str:
    return rule(f"ecr_repository_prefix = {expression}")


def counted(count: str) -> str:
    return rule(f"count = {count}", 'ecr_repository_prefix = "quay"')


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (prefix(f'try({PARAMETER}, "quay")'), PARAMETER),  # quay
        (prefix('can(aws_ssm_parameter.x.tier) ? "quay" : "q"'), "aws_ssm_parameter.x.tier"),  # q
        (prefix('try(module.label.id, "quay")'), "module.label.id"),  # quay
        (prefix('try(data.terraform_remote_state.x.outputs.prefix, "quay")'), "data.terraform_remote_state.x.outputs.prefix"),  # quay
        (f'variable "p" {{ default = "quay" }}\n{prefix(f"coalesce({PARAMETER}, var.p)")}', PARAMETER),  # quay
        (REGION + prefix('lookup({ eu-west-1 = "euw1" }, data.aws_region.x.name, "use1")'), "data.aws_region.x.name"),  # use1
        (REGION + prefix('data.aws_region.x.name == "us-east-1" ? "quay" : "q"'), "data.aws_region.x.name"),  # q
        (prefix('"quay-${terraform.workspace}"'), "terraform.workspace"),  # quay-default
        (prefix('terraform.workspace == "prod" ? "quay" : "q"'), "terraform.workspace"),  # q
        (prefix("basename(path.cwd)"), "basename(path.cwd)"),  # the folder of the process
        (prefix('formatdate("YYYY", timestamp())'), 'formatdate("YYYY", timestamp())'),  # the year of the import
        (prefix('file("../../../x")'), 'file("../../../x")'),  # the text of the file
        ('resource "random_string" "x" { length = 2 }\n' + prefix('"k3s-${random_string.x.result}-quay"'), "random_string.x.result"),  # k3s-, a UUID, -quay
        ('resource "random_id" "x" { byte_length = 2 }\n' + prefix("substr(random_id.x.hex, 0, 4)"), "random_id.x.hex"),  # four characters of a UUID
        ('module "label" { source = "cloudposse/label/null" }\n' + prefix('"${module.label.id}-quay"'), "module.label.id"),  # a UUID, -quay
    ],
)  # fmt: skip
def test_a_prefix_that_only_terraform_knows_is_unresolved(text: str, what: str) -> None:
    found = terraform.read({"main.tf": text})
    assert found.rules == ()
    (unresolved,) = found.unresolved
    start = "aws_ecr_pull_through_cache_rule.this: ecr_repository_prefix depends on "
    assert unresolved.reason.startswith(f"{start}{what}, which ")
    assert unresolved.location.line == text.count("\n", 0, text.index('resource "aws_ecr_pull')) + 1


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (REGION + counted('data.aws_region.x.name == "us-east-1" ? 0 : 1'), "data.aws_region.x.name, which only Terraform knows"),  # one rule
        (counted("data.x.y.z ? 1 : 0"), "data.x.y.z, which only Terraform knows"),  # one rule
        (f'variable "all" {{ type = list(string) }}\n{counted("length(var.all)")}', "var.all, which has no value here"),  # one rule
        (f'variable "all" {{}}\n{rule("for_each = var.all", "ecr_repository_prefix = each.key")}', "var.all, which has no value here"),  # nothing at all
        (f'variable "all" {{ type = map(string) }}\n{rule("for_each = merge({ quay = 1 }, var.all)", "ecr_repository_prefix = each.key")}', "var.all, which has no value here"),  # nothing at all
    ],
)  # fmt: skip
def test_a_number_of_rules_that_is_not_known_is_unresolved(text: str, what: str) -> None:
    found = terraform.read({"main.tf": text})
    assert found.rules == ()
    assert [each.reason for each in found.unresolved] == [
        f"the number of aws_ecr_pull_through_cache_rule.this depends on {what}{REMEDY}"
    ]


@pytest.mark.parametrize(
    ("call", "module", "what"),
    [
        (CALL, 'variable "prefix" { default = "own" }\n' + prefix("lower(var.prefix)"), PARAMETER),  # own
        ('variable "prefix" { default = "root" }\n' + CALL, 'variable "prefix" {}\n' + prefix("lower(var.prefix)"), PARAMETER),  # root
        ('variable "e" {}\n' + CALL.replace(PARAMETER, '"${var.e}"'), 'variable "prefix" {}\n' + prefix('"${var.prefix}-quay"'), "var.e"),  # an empty text
    ],
)  # fmt: skip
def test_an_argument_that_is_not_known_is_not_a_default(call: str, module: str, what: str) -> None:
    found = terraform.read({"main.tf": call, "m/main.tf": module})
    assert found.rules == ()
    (unresolved,) = found.unresolved
    assert f" depends on {what}, which " in unresolved.reason
    assert str(unresolved.location) == "m/main.tf:2"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"main.tf": prefix('"quay"'), "override.tf": prefix('"over"')}, ("over", "", None)),  # both
        ({"main.tf": """\
            variable "rules" {
              type    = map(object({ path = optional(string) }))
              default = { quay = {} }
            }
            """ + rule("for_each = var.rules", "ecr_repository_prefix = each.key", "upstream_repository_prefix = each.value.path")}, ("quay", "", None)),  # a path that looks unknown
        ({"main.tf": """\
            provider "aws" { region = "eu-west-1" }
            variable "region" { default = null }
            """ + rule('ecr_repository_prefix = "quay"', "region = var.region")}, ("quay", "", "eu-west-1")),  # a region that looks unknown
        ({"main.tf": prefix("var.p") + 'variable "p" { default = "q" }\n', "terraform.tfvars": 'p = "quay"\n'}, ("quay", "", None)),  # q
    ],
)  # fmt: skip
def test_what_terraform_knows_without_a_plan_is_resolved(
    files: dict[str, str], expected: tuple[str, str, str | None]
) -> None:
    found = terraform.read({name: dedent(text) for name, text in files.items()})
    assert found.unresolved == ()
    assert [(each.prefix, each.path, each.region) for each in found.rules] == [expected]
