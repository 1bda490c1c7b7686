"""A community module that creates pull-through-cache rules, reduced to its rules.

terraform-aws-modules/ecr is the module that public repositories call by its address to create rules:
its root module and ``modules/repository-template``.  Source: the module at the versions of 2026-01.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_RULES = """
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
_TEMPLATE = """
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
_ADDRESS = ["terraform-aws-modules", "ecr", "aws"]
_MODELS: Mapping[str, str] = {"": _RULES, "modules/repository-template": _TEMPLATE}
_SEPARATOR = re.compile(r"[/:]")
_FOLDER = re.compile(r"(?<!:)//")


def model(source: str) -> str | None:
    """Return the rules of the community module as HCL, or None for any other module.

    *source* is that of a module block: a registry address with or without the host, or the address of
    the repository at any host; ``//`` separates a folder in it.
    """
    address, *folder = _FOLDER.split(source.partition("?")[0].rstrip("/"), maxsplit=1)
    address = re.sub(r"/terraform-aws-ecr$", "/ecr/aws", address.removesuffix(".git"))
    return _MODELS.get("".join(folder)) if _SEPARATOR.split(address)[-3:] == _ADDRESS else None
