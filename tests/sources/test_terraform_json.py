from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.errors import ConfigError
from rewrite_refs.sources import Import, Imported, SourceLocation, Unresolved
from rewrite_refs.sources import terraform_json as terraformjson

PLACE = SourceLocation("show.json")
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf"


def resource(
    prefix: str | None = "docker-hub", url: str = "registry-1.docker.io", **values: Any
) -> dict[str, Any]:
    return {
        "address": "aws_ecr_pull_through_cache_rule.this",
        "mode": "managed",
        "type": "aws_ecr_pull_through_cache_rule",
        "values": {"ecr_repository_prefix": prefix, "upstream_registry_url": url, **values},
    }


def state(*resources: Any, children: Any = None) -> dict[str, Any]:
    return {
        "format_version": "1.0",
        "values": {"root_module": {"resources": resources, "child_modules": children}},
    }


def read(data: Any) -> Import:
    return terraformjson.read(json.dumps(data), "show.json")


def rule(*values: Any) -> Import:
    return Import((Imported(*values)._replace(location=PLACE),))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (state(resource()), rule("registry-1.docker.io", "docker-hub")),
        (
            state(
                resource(registry_id="123456789012", region="eu-west-1", upstream_repository_prefix="ROOT")
            ),
            rule("registry-1.docker.io", "docker-hub", "", "123456789012", "eu-west-1"),
        ),
        (
            state(resource("centos", "quay.io", upstream_repository_prefix="centos", credential_arn=None)),
            rule("quay.io", "centos", "centos"),
        ),
        (
            state(resource(credential_arn=ARN)),
            rule("registry-1.docker.io", "docker-hub", "", "123456789012", "eu-west-1"),
        ),
        (state(resource(), resource()), rule("registry-1.docker.io", "docker-hub")),
        (
            state(children=[{"child_modules": [{"resources": [resource()]}]}]),
            rule("registry-1.docker.io", "docker-hub"),
        ),
        (state(resource() | {"mode": "data"}), Import()),
        (state(resource() | {"type": "aws_ecr_repository"}), Import()),
        (state(None, 1), Import()),
        ({"format_version": "1.0"}, Import()),
        ({"format_version": "1.0", "values": None}, Import()),
        (
            state(resource(None)),
            Import(
                (),
                (
                    Unresolved(
                        PLACE,
                        "aws_ecr_pull_through_cache_rule.this is known only after terraform apply: "
                        "run that, and terraform show -json after it",
                    ),
                ),
            ),
        ),
    ],
)
def test_read(data: Any, expected: Import) -> None:
    assert read(data) == expected


def provider(region: Any, **more: Any) -> dict[str, Any]:
    return {"name": "aws", "expressions": {"region": region}, **more}


@pytest.mark.parametrize(
    ("configured", "region"),
    [
        (provider({"constant_value": "eu-west-1"}), "eu-west-1"),
        (provider({"references": ["var.region"]}), "us-east-1"),
        (provider({"references": ["var.region"]}, module_address="module.cache"), None),
        (provider({"references": ["var.other"]}), None),
        (provider({"references": ["var.all.region", "var.all"]}), None),
        ({"name": "aws"}, None),
        (None, None),
    ],
)
def test_the_region_of_a_plan(configured: Any, region: str | None) -> None:
    """Of two regions, each rule has that of its own provider, in modules as well."""
    names = {"eu": "aws", "us": "aws.us", "none": "aws.none"}
    rules = [
        {"address": f"aws_ecr_pull_through_cache_rule.{name}", "provider_config_key": key}
        for name, key in names.items()
    ]
    planned = [
        resource(name) | {"address": f'{rule["address"]}["a.b[0]"]'}
        for name, rule in zip(names, rules, strict=True)
    ]
    plan = {
        "format_version": "1.2",
        "variables": {"region": {"value": "us-east-1"}},
        "planned_values": state(
            *planned,
            children=[
                {"resources": [each | {"address": f"module.m[0].{each['address']}"} for each in planned]}
            ],
        )["values"],
        "configuration": {
            "provider_config": {"aws": provider({"constant_value": "ca-central-1"}), "aws.us": configured},
            "root_module": {
                "resources": rules,
                "module_calls": {
                    "m": {"module": {"resources": [*rules[:1], {"address": rules[1]["address"]}]}}
                },
            },
        },
    }
    found = [(rule.prefix, rule.region) for rule in read(plan).rules]
    told = [("eu", "ca-central-1"), ("us", region), ("none", None)]
    assert found == (told if region is None else [*told, ("us", None)])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n"a":', "show.json:2: not valid JSON: "),
        ("[]", "show.json: not the output of terraform show -json: "),
        ('{"pullThroughCacheRules": []}', "show.json: not the output of terraform show -json: "),
        (
            '{"version": 4, "serial": 7, "lineage": "x", "resources": []}',
            "show.json: this is the state itself (terraform state pull): ",
        ),
        (
            "[" * 100_000,
            "show.json: this is nested too deeply, or holds a number that is too long: ",
        ),
        (
            "9" * 5_000,
            "show.json: this is nested too deeply, or holds a number that is too long: ",
        ),
    ],
)
def test_what_is_something_else_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        terraformjson.read(text, "show.json")
    hint = "run terraform show -json, or terraform show -json PLANFILE, and import what it prints"
    assert str(caught.value) == message + hint


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


FIELDS = [
    "values",
    "root_module",
    "resources",
    "child_modules",
    "configuration",
    "provider_config",
    "module_calls",
    "variables",
]


@given(st.sampled_from(FIELDS), json_values)
def test_a_form_that_nobody_has_seen_is_no_traceback(key: str, strange: Any) -> None:
    data = state(resource(), children=[])
    module = {"resources": [{"address": "a", "provider_config_key": "aws"}], "module_calls": {}}
    data["variables"] = {}
    data["configuration"] = {"provider_config": {"aws": provider({"references": []})}, "root_module": module}
    for holder in (data, data["values"], data["values"]["root_module"], data["configuration"], module):
        if key in holder:
            holder[key] = strange
    assert read(data) is not None
