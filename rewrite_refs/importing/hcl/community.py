"""The community modules that make pull-through-cache rules, cut down to their rules.

Each text says which rules a module makes of which arguments, in the words of this
package.  Sources, at the versions of 2026-01: terraform-aws-modules/ecr (root,
``modules/repository-template`` and the ``wrappers`` of both), lgallard/ecr (root and
``modules/pull-through-cache``) and the component of cloudposse
(cloudposse-terraform-components/aws-ecr, before that cloudposse/terraform-aws-components).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_ECR = """
variable "create" { default = true }
variable "region" { default = null }
variable "registry_pull_through_cache_rules" { default = {} }
resource "aws_ecr_pull_through_cache_rule" "this" {
  for_each = var.create ? var.registry_pull_through_cache_rules : {}
  ecr_repository_prefix      = each.value.ecr_repository_prefix
  upstream_registry_url      = each.value.upstream_registry_url
  upstream_repository_prefix = try(each.value.upstream_repository_prefix, null)
  credential_arn             = try(each.value.credential_arn, null)
  region                     = try(each.value.region, null) == null ? var.region : each.value.region
}
"""
_ECR_TEMPLATE = """
variable "create" { default = true }
variable "create_pull_through_cache_rule" { default = false }
variable "prefix" {}
variable "upstream_registry_url" { default = null }
variable "credential_arn" { default = null }
variable "region" { default = null }
resource "aws_ecr_pull_through_cache_rule" "this" {
  count = var.create && var.create_pull_through_cache_rule ? 1 : 0
  ecr_repository_prefix = var.prefix
  upstream_registry_url = var.upstream_registry_url
  credential_arn        = var.credential_arn
  region                = var.region
}
"""
_WRAPPER = """
variable "defaults" { default = {} }
variable "items" { default = {} }
module "each" {
  source   = "terraform-aws-modules/ecr/aws"
  for_each = var.items
  create   = try(each.value.create, var.defaults.create, true)
  region   = try(each.value.region, var.defaults.region, null)
  registry_pull_through_cache_rules = try(
    each.value.registry_pull_through_cache_rules, var.defaults.registry_pull_through_cache_rules, {}
  )
}
"""
_TEMPLATE_WRAPPER = """
variable "defaults" { default = {} }
variable "items" { default = {} }
module "each" {
  source   = "terraform-aws-modules/ecr/aws//modules/repository-template"
  for_each = var.items
  create   = try(each.value.create, var.defaults.create, true)
  create_pull_through_cache_rule = try(
    each.value.create_pull_through_cache_rule, var.defaults.create_pull_through_cache_rule, false
  )
  prefix                = try(each.value.prefix, var.defaults.prefix, null)
  upstream_registry_url = try(each.value.upstream_registry_url, var.defaults.upstream_registry_url, null)
  credential_arn        = try(each.value.credential_arn, var.defaults.credential_arn, null)
  region                = try(each.value.region, var.defaults.region, null)
}
"""
_LGALLARD_RULES = """
variable "pull_through_cache_rules" { default = [] }
resource "aws_ecr_pull_through_cache_rule" "cache_rules" {
  count = length(var.pull_through_cache_rules)
  ecr_repository_prefix = var.pull_through_cache_rules[count.index].ecr_repository_prefix
  upstream_registry_url = var.pull_through_cache_rules[count.index].upstream_registry_url
  credential_arn        = try(var.pull_through_cache_rules[count.index].credential_arn, null)
  upstream_repository_prefix = try(var.pull_through_cache_rules[count.index].upstream_repository_prefix, null)
}
"""
_LGALLARD = """
variable "enable_pull_through_cache" { default = false }
variable "pull_through_cache_rules" { default = [] }
module "rules" {
  source = "lgallard/ecr/aws//modules/pull-through-cache"
  count  = var.enable_pull_through_cache ? 1 : 0
  pull_through_cache_rules = var.pull_through_cache_rules
}
"""
_CLOUDPOSSE = """
variable "enabled" { default = true }
variable "region" { default = null }
variable "pull_through_cache_rules" { default = {} }
provider "aws" { region = var.region }
resource "aws_ecr_pull_through_cache_rule" "this" {
  for_each = var.enabled == false ? {} : var.pull_through_cache_rules
  ecr_repository_prefix = each.key
  upstream_registry_url = each.value.registry
}
"""
_MODELS: Mapping[tuple[str, str], str] = {
    ("terraform-aws-modules/ecr/aws", ""): _ECR,
    ("terraform-aws-modules/ecr/aws", "modules/repository-template"): _ECR_TEMPLATE,
    ("terraform-aws-modules/ecr/aws", "wrappers"): _WRAPPER,
    ("terraform-aws-modules/ecr/aws", "wrappers/repository-template"): _TEMPLATE_WRAPPER,
    ("lgallard/ecr/aws", ""): _LGALLARD,
    ("lgallard/ecr/aws", "modules/pull-through-cache"): _LGALLARD_RULES,
    ("cloudposse-terraform-components/aws-ecr", "src"): _CLOUDPOSSE,
    ("cloudposse/terraform-aws-components", "modules/ecr"): _CLOUDPOSSE,
}
_SEPARATOR = re.compile(r"[/:]")
_FOLDER = re.compile(r"(?<!:)//")


def model(source: str) -> str | None:
    """The rules of a module as HCL, by the ``source`` of a module block; None where it is not known.

    A source is a registry address with or without the host, or the address of the
    repository at any host; a folder in it is set off by ``//``.
    """
    address, *folder = _FOLDER.split(source.partition("?")[0].rstrip("/"), maxsplit=1)
    address = re.sub(r"/terraform-aws-ecr$", "/ecr/aws", address.removesuffix(".git"))
    parts = _SEPARATOR.split(address)
    names = ("/".join(parts[-3:]), "/".join(parts[-2:]))
    return next(
        (_MODELS[name, "".join(folder)] for name in names if (name, "".join(folder)) in _MODELS), None
    )
