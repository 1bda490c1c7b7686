from __future__ import annotations

import dataclasses
from pathlib import Path

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.restore import RestoringRuleSet
from rewrite_refs.cache.rule import Cache, CacheRule, make_rule
from rewrite_refs.engine.style import Style
from rewrite_refs.files.patterns import Patterns
from rewrite_refs.formats import BY_NAME
from rewrite_refs.repository.policy import Override, Policies, Policy
from tests.common import HOST, RULES

US = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
FOLDER = Path("/repository")
HUB = (make_rule("docker.io", "dockerhub"),)


def override(
    pattern: str,
    registry: str | None = None,
    rules: tuple[CacheRule, ...] | None = None,
    style: dict[str, str] | None = None,
) -> Override:
    return Override(Patterns(FOLDER, (pattern,)), registry, rules, style)


def test_one_policy_for_all_files() -> None:
    policies = Policies(RULES)
    assert policies.of(FOLDER / "x") is policies.general
    assert policies.general.rules == RULES
    assert list(policies.caches()) == [Cache(HOST, RULES.rules)]
    assert list(Policies(RuleSet()).caches()) == []


def test_overrides() -> None:
    policies = Policies(
        RULES,
        [override("us/**", US, HUB), override("us/literal/**", rules=()), override("eu/**", HOST)],
    )
    us = policies.of(FOLDER / "us/a").rules
    assert (us.registry, us.rules, us.strict) == (US, HUB, True)
    assert us.others == (Cache(HOST, RULES.rules), Cache(HOST, ()))
    last = policies.of(FOLDER / "us/literal/a").rules
    assert (last.registry, last.rules, last.strict) == (US, (), True)
    assert policies.of(FOLDER / "eu/a").rules.strict
    plain = policies.of(FOLDER / "a").rules
    assert plain == dataclasses.replace(RULES, others=(Cache(US, HUB), Cache(HOST, ())))
    assert policies.of(FOLDER / "us/b") is policies.of(FOLDER / "us/a")


def test_the_direction_stays() -> None:
    rules = RestoringRuleSet(HOST, RULES.rules)
    assert isinstance(Policies(rules, [override("us/**", US)]).of(FOLDER / "us/a").rules, RestoringRuleSet)


def test_styles() -> None:
    parameter = Style(parameter=True, upstream=True)
    policies = Policies(
        RULES, [override("lib/**", style={"compose": "literal"})], {"compose": "parameter"}, parameter
    )
    assert policies.general.style(BY_NAME["compose"]) == parameter
    assert policies.general.style(BY_NAME["dockerfile"]) == Style()
    assert policies.of(FOLDER / "lib/compose.yaml").style(BY_NAME["compose"]) == Style()
    assert Policies(RULES, style={"compose": "parameter"}).general.style(BY_NAME["compose"]) == Style(
        parameter=True
    )
    assert Policy(RULES).style(BY_NAME["kubernetes"]) == Style()


def test_a_dockerfile_declares_the_variables_of_a_placeholder() -> None:
    registry = "${ACCOUNT}.dkr.ecr.${REGION:-eu-west-1}.amazonaws.com"
    policies = Policies(dataclasses.replace(RULES, registry=registry), style={"compose": "parameter"})
    declared = (("ACCOUNT", None), ("REGION", "eu-west-1"))
    assert policies.general.style(BY_NAME["dockerfile"]) == Style(variables=declared)
    assert policies.general.style(BY_NAME["compose"]) == Style(parameter=True)


def test_a_registry_has_no_rule_for_itself() -> None:
    shared = (*HUB, make_rule(US, "ecr"))
    policies = Policies(RuleSet(HOST, shared), [override("us/**", US)])
    us = policies.of(FOLDER / "us/a").rules
    assert (us.rules, us.others) == (HUB, (Cache(HOST, shared),))
    assert policies.general.rules.rules == shared
    assert list(policies.caches()) == [Cache(HOST, shared), Cache(US, HUB)]


def test_placeholders() -> None:
    policies = Policies(
        RULES, [override("a/**", "${ECR}"), override("b/**", "${ECR}", HUB), override("c", US)]
    )
    assert policies.placeholders == ("${ECR}",)
    assert Policies(RuleSet()).placeholders == ()
