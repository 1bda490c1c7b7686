# ruff: noqa: E501 - a row of a table is a line
from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.errors import ConfigError
from rewrite_refs.sources import Import, Imported, SourceLocation, terraform
from rewrite_refs.sources.hcl.community import model
from tests.commands import fill

REMEDY = ": import the output of terraform show -json instead"
HUB = 'ecr_repository_prefix = "docker-hub"\nupstream_registry_url = "registry-1.docker.io"\n'
RULE = f'resource "aws_ecr_pull_through_cache_rule" "hub" {{\n{HUB}}}\n'


def read(**files: str) -> Import:
    """The import of files; ``main`` is main.tf, ``a__b`` is a/b.tf, and ``a__b_tfvars`` is a/b.tfvars."""
    names = {name: name.replace("__", "/") for name in files}
    return terraform.read({_name(names[name]): dedent(text) for name, text in files.items()})


def _name(name: str) -> str:
    return name.replace("_tfvars", ".tfvars").replace("_auto", ".auto") if "_tfvars" in name else f"{name}.tf"


def resource(*attributes: str) -> str:
    lines = "\n".join(attributes)
    return f'resource "aws_ecr_pull_through_cache_rule" "this" {{\n{lines}\n}}\n'


def short(found: Import) -> list[str]:
    """Each rule as ``upstream/path=prefix``, and each reason for what is unresolved."""
    rules = [f"{rule.upstream}{'/' + rule.path if rule.path else ''}={rule.prefix}" for rule in found.rules]
    return rules + [f"? {each.location}: {each.reason.removesuffix(REMEDY)}" for each in found.unresolved]


def test_a_resource() -> None:
    assert read(main="# mirrors\n" + RULE) == Import(
        (Imported("registry-1.docker.io", "docker-hub", location=SourceLocation("main.tf", 2)),)
    )


@pytest.mark.parametrize(
    "text", ["", 'resource "aws_ecr_repository" "x" {}\n', "# pull through\n", "this is { no HCL"]
)
def test_no_rules(text: str) -> None:
    assert read(main=text) == Import()


NONE = "aws_ecr_pull_through_cache_rule.this: with the values in the files there is none"
EACH = ("ecr_repository_prefix = each.key", "upstream_registry_url = each.value")
OBJECT = ("ecr_repository_prefix = each.value.prefix", "upstream_registry_url = each.value.url")
COUNTED = (
    "ecr_repository_prefix = local.all[count.index].prefix",
    "upstream_registry_url = local.all[count.index].url",
)
QUAY = 'upstream_registry_url = "quay.io"'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (resource('ecr_repository_prefix = "q"', QUAY, 'upstream_repository_prefix = "centos"'), ["quay.io/centos=q"]),
        (resource('ecr_repository_prefix = "q"', QUAY, 'upstream_repository_prefix = "ROOT"'), ["quay.io=q"]),
        (resource('ecr_repository_prefix = "q"', QUAY, "upstream_repository_prefix = null"), ["quay.io=q"]),
        (resource('ecr_repository_prefix = "ROOT"', 'upstream_registry_url = "https://quay.io/"'), ["quay.io=ROOT"]),
        (RULE.replace("aws_", "awscc_"), ["registry-1.docker.io=docker-hub"]),
        (RULE + RULE, ["registry-1.docker.io=docker-hub"]),
        (resource('for_each = { quay = "quay.io", k8s = "registry.k8s.io" }', *EACH), ["registry.k8s.io=k8s", "quay.io=quay"]),
        (resource('for_each = toset(["quay", "ghcr"])', "ecr_repository_prefix = each.key", 'upstream_registry_url = "${each.value}.io"'), ["ghcr.io=ghcr", "quay.io=quay"]),
        (resource("for_each = {}", *EACH), []),
        (resource("count = 0", HUB), []),
        (resource("count = true ? 1 : 0", HUB), ["registry-1.docker.io=docker-hub"]),
        ('locals { all = [{ prefix = "a", url = "quay.io" }, { prefix = "b", url = "ghcr.io" }] }\n' + resource("count = length(local.all)", *COUNTED), ["quay.io=a", "ghcr.io=b"]),
        ('locals { all = [{ prefix = "aa", url = "quay.io" }] }\n' + resource("for_each = { for each in local.all : each.prefix => each }", *OBJECT), ["quay.io=aa"]),
        ('locals { p = "q" }\nlocals { q = "${local.p}y" }\n' + resource("ecr_repository_prefix = local.q", QUAY), ["quay.io=qy"]),
        ('variable "p" { default = "qq" }\n' + resource("ecr_repository_prefix = var.p", QUAY), ["quay.io=qq"]),
        ('variable "p" {\n default = null\n nullable = true\n}\n' + resource('ecr_repository_prefix = coalesce(var.p, "z")', QUAY), ["quay.io=z"]),
        ('variable "r" {\n type = map(object({ url = string, prefix = optional(string, "pp") }))\n default = { a = { url = "quay.io" } }\n}\n' + resource("for_each = var.r", *OBJECT), ["quay.io=pp"]),
        ('variable "r" {\n type = set(string)\n default = ["quay"]\n}\n' + resource("for_each = var.r", "ecr_repository_prefix = each.key", QUAY), ["quay.io=quay"]),
        # What cannot be resolved.
        (resource("ecr_repository_prefix = var.p", QUAY), ["? main.tf:1: aws_ecr_pull_through_cache_rule.this: ecr_repository_prefix depends on var.p, which no file given declares"]),
        ('variable "p" {}\n' + resource("ecr_repository_prefix = var.p", QUAY), ["? main.tf:2: aws_ecr_pull_through_cache_rule.this: ecr_repository_prefix depends on var.p, which has no value here"]),
        (resource("ecr_repository_prefix = local.p", QUAY), ["? main.tf:1: aws_ecr_pull_through_cache_rule.this: ecr_repository_prefix depends on local.p, which no file given defines"]),
        ("locals { p = local.p }\n" + resource("ecr_repository_prefix = local.p", QUAY), ["? main.tf:2: aws_ecr_pull_through_cache_rule.this: ecr_repository_prefix depends on local.p, which is defined by itself"]),
        (resource('ecr_repository_prefix = "q"', "upstream_registry_url = data.x.y.z"), ["? main.tf:1: aws_ecr_pull_through_cache_rule.this: upstream_registry_url depends on data.x.y.z, which only Terraform knows"]),
        (resource('ecr_repository_prefix = "q"', QUAY, "upstream_repository_prefix = terraform.workspace"), ["? main.tf:1: aws_ecr_pull_through_cache_rule.this: upstream_repository_prefix depends on terraform.workspace, which only Terraform knows"]),
        (resource('for_each = yamldecode(file("rules.yaml"))', *EACH), ['? main.tf:1: the number of aws_ecr_pull_through_cache_rule.this depends on yamldecode(file("rules.yaml")), which is not evaluated here']),
        (resource("count = data.x.y ? 1 : 0", HUB), ["? main.tf:1: the number of aws_ecr_pull_through_cache_rule.this depends on data.x.y, which only Terraform knows"]),
        (resource("for_each = [1]", HUB), ["? main.tf:1: aws_ecr_pull_through_cache_rule.this: for_each takes a map or a set"]),
        (resource("ecr_repository_prefix = {}.a", QUAY), ["? main.tf:1: aws_ecr_pull_through_cache_rule.this: ecr_repository_prefix: a map has no 'a'"]),
        (resource(QUAY), ["? main.tf:1: aws_ecr_pull_through_cache_rule.this has no ecr_repository_prefix: set one"]),
        (resource('ecr_repository_prefix = "q"', 'upstream_registry_url = ""'), ["? main.tf:1: aws_ecr_pull_through_cache_rule.this has no upstream_registry_url: set one"]),
        (resource('for_each = { a = { prefix = "aa", url = "quay.io" }, b = { prefix = "bb", url = data.x.y } }', *OBJECT), ["quay.io=aa", "? main.tf:1: aws_ecr_pull_through_cache_rule.this: upstream_registry_url depends on data.x.y, which only Terraform knows"]),
        ("locals { p = {}.a }\n" + RULE.replace('"docker-hub"', "local.p") + resource("ecr_repository_prefix = local.p", QUAY), ["? main.tf:2: aws_ecr_pull_through_cache_rule.hub: ecr_repository_prefix: a map has no 'a'", "? main.tf:6: aws_ecr_pull_through_cache_rule.this: ecr_repository_prefix: a map has no 'a'"]),
        (resource("count = 1000000000", HUB), ["? main.tf:1: aws_ecr_pull_through_cache_rule.this: 1000000000 is not a valid number of rules"]),
        (resource("count = -1", HUB), ["? main.tf:1: aws_ecr_pull_through_cache_rule.this: -1 is not a valid number of rules"]),
        ('variable "on" { default = false }\n' + resource("count = var.on ? 1 : 0", HUB), [f"? main.tf:2: {NONE}"]),
        ('variable "all" { default = {} }\n' + resource("for_each = var.all", *EACH), [f"? main.tf:2: {NONE}"]),
        ("locals { on = false }\n" + resource("count = local.on ? 1 : 0", HUB) + RULE, ["registry-1.docker.io=docker-hub", f"? main.tf:2: {NONE}"]),
        ('module "x" {\nsource = "acme/cache/aws"\nall = { hub = "registry-1.docker.io" }\n}\n', ["? main.tf:1: the module acme/cache/aws is not known here"]),
        ("resource {}\nresource x {}\nvariable {}\nmodule {}\nprovider {}\n" + RULE, ["registry-1.docker.io=docker-hub"]),
    ],
)  # fmt: skip
def test_resources(text: str, expected: list[str]) -> None:
    assert short(read(main=text)) == expected


PREFIX = 'variable "p" { default = "default" }\n' + resource("ecr_repository_prefix = var.p", QUAY)
REQUIRED = PREFIX.replace('{ default = "default" }', "{}")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"main": PREFIX, "terraform_tfvars": 'p = "given"\n'}, "quay.io=given"),
        ({"main": REQUIRED, "terraform_tfvars": 'p = "given"\n'}, "quay.io=given"),
        ({"main": PREFIX, "a_auto_tfvars": 'p = "a"\n', "b_auto_tfvars": 'p = "b"\n', "terraform_tfvars": 'p = "t"\n'}, "quay.io=b"),
        ({"main": PREFIX, "terraform_tfvars": "other = 1\n"}, "quay.io=default"),
        ({"main": PREFIX, "prod_tfvars": 'p = "default"\n'}, "quay.io=default"),
        ({"main": REQUIRED, "prod_tfvars": 'p = "same"\n', "env__dev_tfvars": 'p = "same"\n'}, "quay.io=same"),
        ({"main": PREFIX, "prod_tfvars": 'p = "other"\n'}, "? main.tf:2: aws_ecr_pull_through_cache_rule.this: ecr_repository_prefix depends on var.p, to which prod.tfvars gives a value of its own"),
        ({"main": REQUIRED, "env__a_tfvars": 'p = "a"\n', "env__b_tfvars": 'p = "b"\n'}, "? main.tf:2: aws_ecr_pull_through_cache_rule.this: ecr_repository_prefix depends on var.p, to which env/b.tfvars gives a value of its own"),
        ({"x__main": PREFIX, "terraform_tfvars": 'p = "elsewhere"\n'}, "quay.io=default"),
        ({"main": PREFIX, "terraform_tfvars": "p = [\n"}, "? main.tf:2: aws_ecr_pull_through_cache_rule.this: ecr_repository_prefix depends on var.p, of which terraform.tfvars:1 may define, and which cannot be read"),
        ({"main": PREFIX.partition("\n")[2], "variables": "broken {\n"}, "? main.tf:1: aws_ecr_pull_through_cache_rule.this: ecr_repository_prefix depends on var.p, of which variables.tf:1 may define, and which cannot be read"),
        ({"main": RULE, "variables": "broken {\n"}, "registry-1.docker.io=docker-hub"),
        ({"main": RULE, "x_override": 'resource "aws_ecr_pull_through_cache_rule" "hub" {\necr_repository_prefix = "over"\n}\n'}, "registry-1.docker.io=over"),
        ({"main": RULE, "override": RULE.replace("hub", "other")}, "registry-1.docker.io=docker-hub"),
        ({"main": resource("ecr_repository_prefix = local.a", QUAY) + 'locals { a = "aa" }\n', "override": 'locals { b = 1 }\nlocals { a = "over" }\n'}, "quay.io=over"),
    ],
)  # fmt: skip
def test_several_files(files: dict[str, str], expected: str) -> None:
    assert short(read(**files)) == [expected]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ('{"p": "j${x}\\"", "o": [1, {"a": null}]}', 'quay.io=j${x}"'),
        ('{\n"p"', "? main.tf:2: aws_ecr_pull_through_cache_rule.this: ecr_repository_prefix depends on var.p, of which terraform.tfvars.json:2 may define, and which cannot be read"),
        ("[]", "? main.tf:2: aws_ecr_pull_through_cache_rule.this: ecr_repository_prefix depends on var.p, of which terraform.tfvars.json:1 may define, and which cannot be read"),
    ],
)  # fmt: skip
def test_values_in_json(values: str, expected: str) -> None:
    assert short(terraform.read({"main.tf": PREFIX, "terraform.tfvars.json": values})) == [expected]


def test_values_in_json_that_are_too_deep_or_too_long() -> None:
    for values in ('{"p":' + "[" * 100_000 + "]" * 100_000 + "}", '{"p":' + "1" * 5000 + "}"):
        (told,) = short(terraform.read({"main.tf": PREFIX, "terraform.tfvars.json": values}))
        assert "of which terraform.tfvars.json:1 may define" in told


def test_opentofu_reads_its_own_files_instead() -> None:
    other = RULE.replace("docker-hub", "tofu")
    assert short(terraform.read({"main.tf": RULE, "main.tofu": other})) == ["registry-1.docker.io=tofu"]
    files = {"main.tf": RULE, "more.tofu": PREFIX, "more_override.tofu": other}
    assert short(terraform.read(files)) == ["registry-1.docker.io=tofu", "quay.io=default"]


def test_an_override_knows_a_provider_by_its_alias() -> None:
    role = 'assume_role { role_arn = "arn:aws:iam::%s:role/x" }'
    main = (
        f'provider "aws" {{\nregion = "eu-west-1"\n{role % "111111111111"}\n}}\n'
        'provider "aws" {\nalias = "us"\nregion = "us-east-1"\n}\n'
        + RULE
        + resource(HUB, "provider = aws.us")
    )
    over = f'provider "aws" {{\nregion = "eu-west-2"\n{role % "222222222222"}\nendpoints {{}}\n}}\n'
    found = read(main=main, localstack_override=over).rules
    assert [(rule.account, rule.region) for rule in found] == [
        ("222222222222", "eu-west-2"),
        (None, "us-east-1"),
    ]


SOURCE = 'terraform {\nsource = "${get_repo_root()}//modules/cache?ref=v1"\n}\n'


@pytest.mark.parametrize(
    ("module", "given", "expected"),
    [
        (PREFIX, ['inputs = { p = "default" }\n'], "quay.io=default"),
        (REQUIRED, ['inputs = { "p" : "same" }\n', 'inputs = merge(local.all, { p = "same" })\n'], "quay.io=same"),
        (REQUIRED, ["inputs = { p = local.p }\n"], "? modules/cache/main.tf:2: aws_ecr_pull_through_cache_rule.this: ecr_repository_prefix depends on local.p, which only Terraform knows"),
        (PREFIX, ['inputs = { p = "other" }\n'], "? modules/cache/main.tf:2: aws_ecr_pull_through_cache_rule.this: ecr_repository_prefix depends on var.p, to which live0/terragrunt.hcl gives a value of its own"),
        (PREFIX, ["inputs = local.p\n", "inputs = {\n", ""], "quay.io=default"),
    ],
)  # fmt: skip
def test_the_inputs_of_terragrunt(module: str, given: list[str], expected: str) -> None:
    files = {f"live{number}/terragrunt.hcl": text + SOURCE for number, text in enumerate(given)}
    elsewhere = {"live/terragrunt.hcl": SOURCE.replace("cache", "other") + 'inputs = { p = "elsewhere" }\n'}
    assert short(terraform.read({"modules/cache/main.tf": module, **files, **elsewhere})) == [expected]


def test_inputs_beside_the_module() -> None:
    files = {"live/main.tf": REQUIRED, "live/terragrunt.hcl": 'inputs = { p = "beside" }\n'}
    assert short(terraform.read(files)) == ["quay.io=beside"]


def test_a_configuration_in_json_is_named() -> None:
    files = {
        "cdk.tf.json": '{"resource": {"aws_ecr_pull_through_cache_rule": {}}}',
        "b.tf.json": "{}",
        "c.tf.json": '{"module": {"ecr": {"registry_pull_through_cache_rules": {}}}}',
        "main.tf": RULE,
    }
    found = terraform.read(files)
    assert short(found) == [
        "registry-1.docker.io=docker-hub",
        "? cdk.tf.json: Terraform's JSON is not read",
        "? c.tf.json: Terraform's JSON is not read",
    ]


def test_a_broken_file_with_rules_is_an_error() -> None:
    with pytest.raises(ConfigError) as caught:
        read(infra__main=RULE + "\n}\n")
    assert str(caught.value) == "infra/main.tf:6: not valid HCL: correct it (see terraform validate)"


def test_what_is_nested_too_deeply_is_an_error() -> None:
    deep = "(" * 3000 + "1" + ")" * 3000
    with pytest.raises(ConfigError, match="nested too deeply"):
        read(main=resource(f"count = {deep}", HUB))


def test_what_has_no_end_is_an_error() -> None:
    names = "".join(f'a{i + 1} = "${{local.a{i}}}${{local.a{i}}}"\n' for i in range(30))
    with pytest.raises(ConfigError, match="come to too much"):
        read(main=f'locals {{\na0 = "x"\n{names}}}\n' + resource("ecr_repository_prefix = local.a30", QUAY))


@pytest.mark.parametrize(
    ("text", "account", "region"),
    [
        ('provider "aws" { region = "eu-west-1" }\n' + RULE, None, "eu-west-1"),
        ('variable "r" { default = "eu-west-2" }\nprovider "aws" { region = var.r }\n' + RULE, None, "eu-west-2"),
        ('provider "aws" { region = var.r }\n' + RULE, None, None),
        ('provider "aws" { region = {}.r }\n' + RULE, None, None),
        ('provider "aws" {\nregion = "eu-west-1"\nallowed_account_ids = ["123456789012"]\n}\n' + RULE, "123456789012", "eu-west-1"),
        ('provider "aws" {\nallowed_account_ids = [123456789012]\n}\n' + RULE, "123456789012", None),
        ('provider "aws" {\nallowed_account_ids = ["123456789012", "210987654321"]\n}\n' + RULE, None, None),
        ('provider "aws" {\nallowed_account_ids = [var.account]\n}\n' + RULE, None, None),
        ('provider "aws" {\nallowed_account_ids = [null]\n}\n' + RULE, None, None),
        ('provider "aws" {\nassume_role { role_arn = "arn:aws:iam::123456789012:role/x" }\n}\n' + RULE, "123456789012", None),
        ('provider "aws" {\nassume_role { role_arn = var.role }\n}\n' + RULE, None, None),
        ('provider "aws" { region = "eu-west-1" }\nprovider "aws" {\nalias = "us"\nregion = "us-east-1"\n}\n' + resource(HUB, "provider = aws.us"), None, "us-east-1"),
        ('provider "aws" { region = "eu-west-1" }\n' + resource(HUB, 'provider = "aws.other"'), None, None),
        ('provider "google" { region = "europe" }\n' + RULE, None, None),
        ('provider "awscc" { region = "eu-west-1" }\n' + RULE.replace("aws_", "awscc_"), None, "eu-west-1"),
        ('provider "aws" { region = "eu-west-1" }\n' + resource(HUB, 'region = "us-east-1"'), None, "us-east-1"),
        ('provider "aws" { region = "eu-west-1" }\n' + resource(HUB, "region = null"), None, "eu-west-1"),
        ('provider "aws" { region = "eu-west-1" }\n' + resource(HUB, "region = data.x.y"), None, None),
        (resource(HUB, 'credential_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf"'), "123456789012", "eu-west-1"),
        (resource(HUB, "credential_arn = aws_secretsmanager_secret.hub.arn"), None, None),
        ('provider "aws" {\nallowed_account_ids = ["210987654321"]\n}\n' + resource(HUB, 'credential_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf"'), "210987654321", None),
    ],
)  # fmt: skip
def test_account_and_region(text: str, account: str | None, region: str | None) -> None:
    (rule,) = read(main=text).rules
    assert (rule.account, rule.region) == (account, region)


CHILD = 'variable "prefix" {}\nvariable "url" {\n  default = "quay.io"\n  nullable = false\n}\n' + resource(
    "ecr_repository_prefix = var.prefix", "upstream_registry_url = var.url"
)


def call(*arguments: str, source: str = "./modules/cache", name: str = "cache") -> str:
    lines = "\n".join(arguments)
    return f'module "{name}" {{\nsource = "{source}"\n{lines}\n}}\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (call('prefix = "pp"'), ["quay.io=pp"]),
        (call('prefix = "pp"', "url = null"), ["quay.io=pp"]),
        (call('prefix = "pp"', 'url = "ghcr.io"') + call('prefix = "q"', name="other"), ["ghcr.io=pp", "quay.io=q"]),
        (call('for_each = { aa = "quay.io", bb = "ghcr.io" }', "prefix = each.key", "url = each.value"), ["quay.io=aa", "ghcr.io=bb"]),
        (call("count = 0", 'prefix = "pp"'), []),
        ("variable on { default = false }\n" + call("count = var.on ? 1 : 0", 'prefix = "pp"'), ["? infra/main.tf:2: module.cache: with the values in the files there is none"]),
        (call('prefix = "${local.env}-pp"') + 'locals { env = "dev" }\n', ["quay.io=dev-pp"]),
        (call(), ["? modules/cache/main.tf:6: aws_ecr_pull_through_cache_rule.this: ecr_repository_prefix depends on var.prefix, which has no value here"]),
        (call("prefix = data.x.y"), ["? modules/cache/main.tf:6: aws_ecr_pull_through_cache_rule.this: ecr_repository_prefix depends on data.x.y, which only Terraform knows"]),
        (call("for_each = data.x.y", "prefix = each.key"), ["? infra/main.tf:1: the number of module.cache depends on data.x.y, which only Terraform knows"]),
        (call("for_each = data.x.y", source="./modules/other"), []),
        (call("for_each = data.x.y", source="./modules/outer"), ["? infra/main.tf:1: the number of module.cache depends on data.x.y, which only Terraform knows"]),
        (call("for_each = data.x.y", source="./modules/distant"), ["? infra/main.tf:1: the number of module.cache depends on data.x.y, which only Terraform knows"]),
        (call('prefix = "pp"', source="./modules/outer"), ["quay.io=pp-inner"]),
        (call(source="./modules/loop"), []),
        (call(source="./modules/absent"), []),
        (call(source="./modules/pull-through-cache"), ["? infra/main.tf:1: the module ./modules/pull-through-cache is not known here"]),
        (call(source="acme/cache/aws"), []),
        (call("upstream_registry_url = 1", source="acme/cache/aws"), ["? infra/main.tf:1: the module acme/cache/aws is not known here"]),
        (call('rules = [{ ecr_repository_prefix = "a" }]', source="acme/cache/aws"), ["? infra/main.tf:1: the module acme/cache/aws is not known here"]),
        (call("pull_through_cache_rules = {}", source="acme/cache/aws"), ["? infra/main.tf:1: the module acme/cache/aws is not known here"]),
        (call("pull_through_cache_enabled = true", source="acme/app/aws"), []),
        (call('name = "ecr-pullthroughcache/hub"', source="terraform-aws-modules/secrets-manager/aws"), []),
    ],
)  # fmt: skip
def test_modules_of_the_repository(text: str, expected: list[str]) -> None:
    other = 'resource "aws_ecr_repository" "x" {}\n' + call(source="acme/vpc/aws")
    loop = call(source="../loop") + call(source="../loop", name="again")
    outer = 'variable "prefix" {}\n' + call('prefix = "${var.prefix}-inner"', source="../cache")
    distant = call("pull_through_cache_rules = {}", source="acme/cache/aws")
    files = {
        "infra/main.tf": text.replace('"./', '"../') + "# pull-through cache\n",
        "modules/cache/main.tf": CHILD,
        "modules/other/main.tf": other,
        "modules/loop/main.tf": loop,
        "modules/outer/main.tf": outer,
        "modules/distant/main.tf": distant,
    }
    called = {
        name: each for name, each in files.items() if name.startswith("infra") or _is_called(name, text)
    }
    assert short(terraform.read(called)) == [each.replace("./modules", "../modules") for each in expected]


def _is_called(name: str, text: str) -> bool:
    folder = name.rpartition("/")[0]
    return folder in text or (folder == "modules/cache" and "modules/outer" in text)


def test_a_module_that_makes_rules_at_one_call_is_not_missed_at_another() -> None:
    child = 'variable "on" { default = false }\n' + resource("count = var.on ? 1 : 0", HUB)
    calls = call("on = true", source="../modules/cache") + call(source="../modules/cache", name="app")
    assert short(read(live__main=calls, modules__cache__main=child)) == ["registry-1.docker.io=docker-hub"]
    found = short(read(live__main=call(source="../modules/cache"), modules__cache__main=child))
    assert found == [f"? modules/cache/main.tf:2: {NONE}"]


def test_a_known_module_is_missed_where_its_rules_are_spoken_of() -> None:
    call_of = 'variable "all" { default = {} }\n' + call("%s", source="terraform-aws-modules/ecr/aws")
    found = short(read(main=call_of % "registry_pull_through_cache_rules = var.all"))
    assert found == ["? main.tf:2: module.cache: with the values in the files there is none"]
    assert short(read(main=call_of % "repository_name = var.all" + "# pull-through\n")) == []


def test_a_module_that_is_called_is_not_read_by_itself() -> None:
    found = read(live__main=call('prefix = "pp"', source="../modules/cache"), modules__cache__main=CHILD)
    assert found.unresolved == ()
    assert read(modules__cache__main=CHILD).unresolved != ()


@pytest.mark.parametrize(
    ("arguments", "region"),
    [
        ((), "eu-west-1"),
        (("providers = { aws = aws.us }",), "us-east-1"),
        (("providers = { aws = aws.none }",), None),
        (('providers = { aws.x = "aws.us" }',), None),
        (("providers = local.broken",), None),
    ],
)
def test_providers_are_handed_to_modules(arguments: tuple[str, ...], region: str | None) -> None:
    providers = (
        'provider "aws" { region = "eu-west-1" }\nprovider "aws" {\nalias = "us"\nregion = "us-east-1"\n}\n'
    )
    (rule,) = read(main=providers + call(*arguments), modules__cache__main=RULE).rules
    assert rule.region == region


def test_a_module_with_a_provider_of_its_own() -> None:
    child = 'variable "r" {}\nprovider "aws" { region = var.r }\n' + RULE
    (rule,) = read(main=call('r = "eu-west-3"'), modules__cache__main=child).rules
    assert rule.region == "eu-west-3"


HUB_RULE = '{ ecr_repository_prefix = "docker-hub", upstream_registry_url = "registry-1.docker.io" }'
ECR_ARGUMENTS = f"""
registry_pull_through_cache_rules = {{
  hub = {HUB_RULE}
  team = {{
    ecr_repository_prefix      = "team"
    upstream_registry_url      = "quay.io"
    upstream_repository_prefix = "team"
    credential_arn             = aws_secretsmanager_secret.x.arn
    region                     = "us-east-1"
  }}
}}
"""
BOTH = [("registry-1.docker.io", "docker-hub", "", "eu-west-1"), ("quay.io", "team", "team", "us-east-1")]
ONE = BOTH[:1]
LIST = f"pull_through_cache_rules = [{HUB_RULE}]"
MAP = 'pull_through_cache_rules = { docker-hub = { registry = "registry-1.docker.io", secret = "x" } }'
TEMPLATE = 'prefix = "docker-hub"\nupstream_registry_url = "registry-1.docker.io"\n'


@pytest.mark.parametrize(
    ("source", "arguments", "expected"),
    [
        ("terraform-aws-modules/ecr/aws", ECR_ARGUMENTS, BOTH),
        ("terraform-aws-modules/ecr/aws", "create_repository = false\n" + ECR_ARGUMENTS, BOTH),
        ("terraform-aws-modules/ecr/aws", "create = false\n" + ECR_ARGUMENTS, []),
        ("terraform-aws-modules/ecr/aws", 'name = "app"\n', []),
        ("terraform-aws-modules/ecr/aws", f'region = "us-west-2"\nregistry_pull_through_cache_rules = {{ a = {HUB_RULE} }}\n', [(*ONE[0][:3], "us-west-2")]),
        ("terraform-aws-modules/ecr/aws//modules/repository-template", TEMPLATE + "create_pull_through_cache_rule = true\n", ONE),
        ("terraform-aws-modules/ecr/aws//modules/repository-template", TEMPLATE, []),
    ],
)  # fmt: skip
def test_community_modules(source: str, arguments: str, expected: list[tuple[str | None, ...]]) -> None:
    head = '# ecr\nprovider "aws" { region = "eu-west-1" }\n'
    found = read(main=head + call(arguments, source=source))
    assert [(each.upstream, each.prefix, each.path, each.region) for each in found.rules] == expected
    assert {each.location for each in found.rules} <= {SourceLocation("main.tf", 3)}
    assert found.unresolved == ()


@pytest.mark.parametrize(
    ("source", "arguments"),
    [
        ("terraform-aws-modules/ecr/aws//wrappers", f"items = {{ a = {{ {ECR_ARGUMENTS} }} }}\n"),
        (
            "terraform-aws-modules/ecr/aws//wrappers/repository-template",
            f"items = {{ a = {{ {TEMPLATE} }} }}\n",
        ),
        ("lgallard/ecr/aws", LIST),
        ("lgallard/ecr/aws//modules/pull-through-cache", LIST),
        ("github.com/cloudposse-terraform-components/aws-ecr//src?ref=v1.5.0", MAP),
    ],
)
def test_rules_of_another_community_module_are_reported(source: str, arguments: str) -> None:
    assert short(read(main=call(arguments, source=source))) == [
        f"? main.tf:1: the module {source} is not known here"
    ]


def test_what_a_community_module_gets_may_be_unknown() -> None:
    text = call("registry_pull_through_cache_rules = data.x.y", source="terraform-aws-modules/ecr/aws")
    message = (
        "the number of aws_ecr_pull_through_cache_rule.this depends on data.x.y, which only Terraform knows"
    )
    assert short(read(main=text)) == [f"? main.tf:1: {message}"]


@pytest.mark.parametrize(
    ("source", "known"),
    [
        ("registry.terraform.io/terraform-aws-modules/ecr/aws", True),
        ("registry.opentofu.org/terraform-aws-modules/ecr/aws", True),
        ("github.com/terraform-aws-modules/terraform-aws-ecr", True),
        ("git::https://github.com/terraform-aws-modules/terraform-aws-ecr.git?ref=v3.0.0", True),
        (
            "git::ssh://git@github.com/terraform-aws-modules/terraform-aws-ecr.git//modules/repository-template/?ref=v3.0.0",
            True,
        ),
        ("git@github.com:terraform-aws-modules/terraform-aws-ecr.git", True),
        ("terraform-aws-modules/ecr/aws//modules/other", False),
        ("terraform-aws-modules/ecr/google", False),
        ("acme/ecr/aws", False),
        ("lgallard/ecr/aws", False),
        ("", False),
    ],
)
def test_modules_are_known_by_their_source(source: str, known: bool) -> None:
    assert (model(source) is not None) == known


WHOLE = f"""
variable "r" {{
  type    = map(object({{ ecr_repository_prefix = string, url = optional(string, "quay.io") }}))
  default = {{ a = {{ ecr_repository_prefix = "a${{upper("b")}}" }}, b = {HUB_RULE} }}
}}
locals {{ all = [for k, v in var.r : merge(v, {{ n = try(v.x, 1) + 1 }}) if k != "c" && true] }}
provider "aws" {{ region = "eu-west-1" }}
{resource("count = length(local.all)", "ecr_repository_prefix = local.all[count.index].ecr_repository_prefix", QUAY)}
{call("registry_pull_through_cache_rules = { for k, v in var.r : k => v... }", source="terraform-aws-modules/ecr/aws")}
"""
_PARTS = [
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    '"',
    "${",
    "%{",
    ",",
    "=",
    ".",
    "*",
    "?",
    ":",
    "...",
    "null",
    "-",
    "<<E\n",
    "\n",
    "#",
    "é",
]


@given(
    st.lists(
        st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 12), st.sampled_from(["", *_PARTS])), max_size=3
    )
)
def test_no_text_gives_a_traceback(changes: list[tuple[int, int, str]]) -> None:
    text = WHOLE
    for at, length, part in changes:
        text = text[:at] + part + text[at + length :]
    with contextlib.suppress(ConfigError):
        assert all(
            each.location == SourceLocation("main.tf", each.location.line)
            for each in read(main=text).unresolved
        )


names = st.text("abcdefghij0123456789", min_size=2, max_size=8)
hosts = st.sampled_from(["quay.io", "ghcr.io", "registry.k8s.io", "public.ecr.aws", "registry-1.docker.io"])


@given(st.dictionaries(names, st.tuples(hosts, st.none() | names), min_size=1, max_size=5))
def test_each_way_to_write_rules_gives_the_same(rules: dict[str, tuple[str, str | None]]) -> None:
    def quoted(path: str | None) -> str:
        return "null" if path is None else f'"{path}"'

    attributes = {
        prefix: f'ecr_repository_prefix = "{prefix}"\nupstream_registry_url = "{host}"\nupstream_repository_prefix = {quoted(path)}\n'
        for prefix, (host, path) in rules.items()
    }
    resources = "".join(resource(each) for each in attributes.values())
    entries = "".join(f'"{prefix}" = {{ {each} }}\n' for prefix, each in attributes.items())
    names = ("ecr_repository_prefix", "upstream_registry_url", "upstream_repository_prefix")
    looped = resource(f"for_each = {{ {entries} }}", *(f"{name} = each.value.{name}" for name in names))
    called = call(
        f"registry_pull_through_cache_rules = {{ {entries} }}", source="terraform-aws-modules/ecr/aws"
    )
    expected = {(host, prefix, path or "") for prefix, (host, path) in rules.items()}
    for text in (resources, looped, called):
        found = read(main=text)
        assert {each[:3] for each in found.rules} == expected
        assert found.unresolved == ()


def test_files_and_folders(tmp_path: Path) -> None:
    fill(
        tmp_path,
        {
            "live/eu/main.tf": "\ufeff"
            + call("prefix = var.p", source="../../modules/cache")
            + 'variable "p" {}\n',
            "live/eu/terraform.tfvars": 'p = "eu"\r\n',
            "live/eu/.terraform/modules/x/main.tf": RULE,
            "live/eu/.git/main.tf": RULE,
            "live/eu/README.md": RULE,
            "live/us/main.tf": RULE,
            "modules/cache/main.tf": CHILD,
            "modules/unused/main.tf": RULE,
            "show.json": '{"format_version": "1.0"}',
        },
    )

    def show(path: Path) -> str:
        return path.relative_to(tmp_path).as_posix()

    def load(*names: str) -> list[str]:
        return short(terraform.load([tmp_path / name for name in names], show))

    files = terraform.paths([tmp_path / "live/eu"])
    assert [show(path) for path in files] == [
        "live/eu/main.tf",
        "live/eu/terraform.tfvars",
        "modules/cache/main.tf",
    ]
    assert load("live/eu") == load("live/eu/main.tf") == load("live/eu/terraform.tfvars") == ["quay.io=eu"]
    assert load("live") == ["quay.io=eu", "registry-1.docker.io=docker-hub"]
    assert load("live/us", "live/us", "show.json", "modules/unused") == ["registry-1.docker.io=docker-hub"]
    assert load("show.json") == load() == []


def test_outputs_of_terraform_are_read_beside_files(tmp_path: Path) -> None:
    output = """{"format_version": "1.0", "values": {"root_module": {"resources": [{"mode": "managed",
        "type": "aws_ecr_pull_through_cache_rule", "values":
        {"ecr_repository_prefix": "docker-hub", "upstream_registry_url": "registry-1.docker.io"}}]}}}"""
    fill(tmp_path, {"main.tf": RULE, "a.json": output, "b.json": ("\ufeff" + output).encode("utf-16-le")})
    found = terraform.load(
        [tmp_path / name for name in ("main.tf", "a.json", "b.json")], lambda path: path.name
    )
    assert found.rules == (
        Imported("registry-1.docker.io", "docker-hub", location=SourceLocation("main.tf", 1)),
    )


def test_terragrunt_leads_to_its_module(tmp_path: Path) -> None:
    called = 'terraform {\n  source = "../..//modules/cache/"\n}\ninputs = { p = "live" }\n'
    fill(tmp_path, {"modules/cache/main.tf": REQUIRED, "live/eu/terragrunt.hcl": called})
    assert short(terraform.load([tmp_path / "live"], str)) == ["quay.io=live"]


@pytest.mark.parametrize("name", ["plan.json", "plan.txt", "plan"])
def test_an_output_has_any_name(tmp_path: Path, name: str) -> None:
    rule = {"ecr_repository_prefix": "q-1", "upstream_registry_url": "quay.io"}
    planned = {"mode": "managed", "type": "aws_ecr_pull_through_cache_rule", "values": rule}
    plan = {"format_version": "1.2", "planned_values": {"root_module": {"resources": [planned]}}}
    fill(tmp_path, {name: json.dumps(plan)})
    assert short(terraform.load([tmp_path / name], str)) == ["quay.io=q-1"]


def test_what_is_no_output_says_what_is_one(tmp_path: Path) -> None:
    (tmp_path / "plan.bin").write_bytes(b"PK\x03\x04\xff")
    (tmp_path / "terraform.tfstate").write_text('{"lineage": "x"}', encoding="utf-8")
    for name in ("plan.bin", "terraform.tfstate"):
        with pytest.raises(ConfigError, match="run terraform show -json"):
            terraform.load([tmp_path / name], str)


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    fill(tmp_path, {"latin/main.tf": b"# \xe9\n" + RULE.encode(), "closed/main.tf": RULE})

    def message(name: str) -> str:
        with pytest.raises(ConfigError) as caught:
            terraform.load([tmp_path / name], lambda path: path.relative_to(tmp_path).as_posix())
        return str(caught.value)

    assert message("absent") == "absent: there is no such file or folder"
    assert message("latin") == "latin/main.tf: it is not UTF-8: convert it"


def test_what_may_not_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, {"main.tf": RULE})

    def refuse(*arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(ConfigError) as caught:
        terraform.load([tmp_path], lambda path: path.name)
    assert str(caught.value) == "main.tf: it cannot be read: Permission denied"
    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(ConfigError, match="it cannot be read: Permission denied"):
        terraform.paths([tmp_path])
