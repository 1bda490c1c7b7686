from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.rule import make_rule
from rewrite_refs.emit.renovate import lines
from rewrite_refs.emit.survey import Survey
from rewrite_refs.errors import ConfigError
from rewrite_refs.images.reference import Reference
from tests.common import HOST
from tests.emit.surveys import AT_ROOT, NO_REGISTRY, entries, survey, surveys


def read(found: Survey) -> dict[str, Any]:
    document: dict[str, Any] = json.loads("\n".join(lines(found)))
    return document


def looked_up(name: str, aliases: dict[str, str]) -> str:
    """What Renovate looks up for a name: it takes the first alias that the name begins with."""
    for key, value in aliases.items():
        if name.startswith(f"{key}/"):
            return f"{value}/{name.removeprefix(f'{key}/')}"
    return name


def test_the_rules_the_other_way_round() -> None:
    rules = (
        make_rule("docker.io", "docker-hub"),
        make_rule("quay.io", "docker-hub/quay"),
        make_rule("cgr.dev/example.com", "cg"),
    )
    document = read(survey("ghcr.io/a/b", rules=RuleSet(HOST, rules)))
    assert list(document) == ["$schema", "description", "registryAliases"]
    assert list(document["registryAliases"].items()) == [
        (f"{HOST}/docker-hub/quay", "quay.io"),
        (f"{HOST}/docker-hub", "docker.io"),
        (f"{HOST}/cg", "cgr.dev/example.com"),
    ]


def test_a_placeholder_is_a_key_as_it_stands_and_with_its_default() -> None:
    rules = (make_rule("quay.io", "quay"),)
    assert read(survey(rules=RuleSet("${ECR}", rules)))["registryAliases"] == {"${ECR}/quay": "quay.io"}
    assert read(survey(rules=RuleSet(f"${{ECR:-{HOST}}}", rules)))["registryAliases"] == {
        f"${{ECR:-{HOST}}}/quay": "quay.io",
        f"{HOST}/quay": "quay.io",
    }


def test_root_has_no_alias() -> None:
    document = read(AT_ROOT)
    assert document["registryAliases"] == {}
    assert "ROOT has no alias" in document["description"][-1]


def test_without_a_registry_there_are_no_names() -> None:
    with pytest.raises(ConfigError, match=r"--emit renovate .* use --registry HOST"):
        list(lines(NO_REGISTRY))


@pytest.mark.parametrize("text", ["nginx:1", "grafana/loki:3", "quay.io/a/b:1", "cgr.dev/example.com/x:1"])
def test_what_is_rewritten_is_looked_up_where_it_came_from(text: str) -> None:
    rules = RuleSet(
        HOST,
        (
            make_rule("docker.io", "docker-hub"),
            make_rule("quay.io", "quay"),
            make_rule("cgr.dev/example.com", "cg"),
        ),
    )
    (record,) = entries([text], rules)
    aliases = read(survey(rules=rules))["registryAliases"]
    assert Reference.parse(looked_up(record.target or "", aliases)) == Reference.parse(text)


@given(surveys(registries=[HOST]))
def test_it_is_what_the_schema_of_renovate_allows(found: Survey) -> None:
    # In renovate-schema.json: description is a list of texts, registryAliases an object of texts.
    document = read(found)
    assert all(isinstance(each, str) for each in document["description"])
    assert all(isinstance(each, str) for each in document["registryAliases"].values())
    assert len(document["registryAliases"]) == len([rule for rule in found.rules if rule.prefix])
