"""The rules in the output of ``terraform show -json``, for a state or a plan.

All values are resolved there.  Source: the Terraform documentation ("JSON Output
Format").  In a plan, the planned values are read, and the configuration for the
region of each rule's provider.  ``terraform state pull`` prints another form, which
is rejected.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from rewrite_refs.errors import ConfigError
from rewrite_refs.sources import Import, Imported, SourceLocation, Unresolved
from rewrite_refs.sources.terraform_rules import RULES, rule

HINT = "run terraform show -json, or terraform show -json PLANFILE, and import what it prints"
_INDEX = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')


def read(text: str, shown: str) -> Import:
    """Return the rules of an output, which messages call *shown*.

    Raises:
        ConfigError: The text is not such an output.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{shown}:{error.lineno}: not valid JSON: {HINT}") from None
    except (RecursionError, ValueError):
        what = "nested too deeply, or holds a number that is too long"
        raise ConfigError(f"{shown}: this is {what}: {HINT}") from None
    if isinstance(data, dict) and "lineage" in data and "format_version" not in data:
        raise ConfigError(f"{shown}: this is the state itself (terraform state pull): {HINT}")
    if not isinstance(data, dict) or "format_version" not in data:
        raise ConfigError(f"{shown}: not the output of terraform show -json: {HINT}")
    values = _mapping(data.get("planned_values") or data.get("values"))
    regions = dict(_regions(data))
    location = SourceLocation(shown)
    found = [_rule(each, location, regions) for each in _resources(_mapping(values.get("root_module")))]
    rules = dict.fromkeys(each for each in found if isinstance(each, Imported))
    unresolved = dict.fromkeys(each for each in found if isinstance(each, Unresolved))
    return Import(tuple(rules), tuple(unresolved))


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the rule resources of a module and of its child modules."""
    pending = [module]
    while pending:
        module = pending.pop(0)
        for resource in map(_mapping, _list(module.get("resources"))):
            if resource.get("mode") == "managed" and resource.get("type") in RULES:
                yield resource
        pending += map(_mapping, _list(module.get("child_modules")))


def _regions(plan: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Yield each resource's address, without indices, and its provider's region."""
    configuration = _mapping(plan.get("configuration"))
    providers = {
        name: _region(_mapping(each), _mapping(plan.get("variables")))
        for name, each in _mapping(configuration.get("provider_config")).items()
    }
    pending = [("", _mapping(configuration.get("root_module")))]
    while pending:
        prefix, module = pending.pop()
        for resource in map(_mapping, _list(module.get("resources"))):
            key = resource.get("provider_config_key")
            yield f"{prefix}{resource.get('address')}", providers.get(key) if isinstance(key, str) else None
        for name, call in _mapping(module.get("module_calls")).items():
            pending.append((f"{prefix}module.{name}.", _mapping(_mapping(call).get("module"))))


def _region(provider: dict[str, Any], variables: dict[str, Any]) -> str | None:
    """Return a provider's region: a constant, or a variable of the root module."""
    region = _mapping(_mapping(provider.get("expressions")).get("region"))
    references = _list(region.get("references"))
    if "constant_value" not in region and len(references) == 1 and "module_address" not in provider:
        return _text(_mapping(variables.get(str(references[0]).removeprefix("var."))).get("value"))
    return _text(region.get("constant_value"))


def _rule(
    resource: dict[str, Any], location: SourceLocation, regions: dict[str, str | None]
) -> Imported | Unresolved:
    values = _mapping(resource.get("values"))
    prefix, url = _text(values.get("ecr_repository_prefix")), _text(values.get("upstream_registry_url"))
    if not prefix or not url:
        address = resource.get("address") or "one rule"
        return Unresolved(
            location,
            f"{address} is known only after terraform apply: run that, and terraform show -json after it",
        )
    return rule(
        prefix,
        url,
        _text(values.get("upstream_repository_prefix")) or "",
        _text(values.get("registry_id")),
        _text(values.get("region")) or regions.get(_INDEX.sub("", str(resource.get("address")))),
        _text(values.get("credential_arn")),
        location,
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
