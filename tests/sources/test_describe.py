# ruff: noqa: E501 - a row of a table is a line
from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.errors import ConfigError
from rewrite_refs.sources import Import, Imported, SourceLocation
from rewrite_refs.sources.aws_json import read

ACCOUNT = "123456789012"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:ecr-pullthroughcache/hub-AbCdEf"
ANSWER = """\
{
    "pullThroughCacheRules": [
        {
            "ecrRepositoryPrefix": "docker-hub",
            "upstreamRegistryUrl": "registry-1.docker.io",
            "createdAt": "2024-05-13T14:25:08.219000+02:00",
            "registryId": "123456789012",
            "credentialArn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf",
            "upstreamRepositoryPrefix": "ROOT",
            "upstreamRegistry": "docker-hub",
            "updatedAt": 1715603108.219
        },
        {
            "ecrRepositoryPrefix": "centos",
            "upstreamRegistryUrl": "quay.io",
            "createdAt": {"$date": 0},
            "registryId": "123456789012",
            "upstreamRepositoryPrefix": "centos",
            "upstreamRegistry": "quay",
            "aFieldOfTheFuture": [1]
        }
    ]
}
"""
HUB = Imported("registry-1.docker.io", "docker-hub", "", ACCOUNT, "eu-west-1", SourceLocation("rules.json"))
CENTOS = Imported("quay.io", "centos", "centos", ACCOUNT, "eu-west-1", SourceLocation("rules.json"))


def rule(prefix: str = "quay", url: str = "quay.io", **more: object) -> dict[str, object]:
    return {"ecrRepositoryPrefix": prefix, "upstreamRegistryUrl": url, **more}


def answer(*rules: object, **more: object) -> str:
    return json.dumps({"pullThroughCacheRules": rules, **more})


@pytest.mark.parametrize(
    "text", [ANSWER, "\ufeff" + ANSWER, ANSWER.replace("\n", "\r\n"), f"[{ANSWER}, {ANSWER}]"]
)
def test_what_the_cli_prints(text: str) -> None:
    assert read(text, "rules.json") == Import((HUB, CENTOS))


@pytest.mark.parametrize("text", [answer(), answer(nextToken=None), "[]", f"[{answer()}]"])
def test_no_rules(text: str) -> None:
    assert read(text, "rules.json") == Import()


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([rule()], [("quay.io", "quay", "", None, None)]),
        ([rule(url="https://quay.io/")], [("quay.io", "quay", "", None, None)]),
        ([rule(upstreamRepositoryPrefix="")], [("quay.io", "quay", "", None, None)]),
        ([rule(upstreamRepositoryPrefix=None)], [("quay.io", "quay", "", None, None)]),
        ([rule(upstreamRepositoryPrefix="team/")], [("quay.io", "quay", "team", None, None)]),
        ([rule("ROOT")], [("quay.io", "ROOT", "", None, None)]),
        ([rule(credentialArn=SECRET)], [("quay.io", "quay", "", ACCOUNT, "eu-west-1")]),
        ([rule(credentialArn="arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:x")], [("quay.io", "quay", "", ACCOUNT, "us-gov-west-1")]),
        ([rule(credentialArn="arn:aws:iam::123456789012:role/x")], [("quay.io", "quay", "", None, None)]),
        ([rule(credentialArn=SECRET, registryId="210987654321")], [("quay.io", "quay", "", "210987654321", None)]),
    ],
)  # fmt: skip
def test_the_fields_of_a_rule(rules: list[object], expected: list[Any]) -> None:
    assert [each[:5] for each in read(answer(*rules), "f").rules] == expected


@pytest.mark.parametrize(
    ("more", "regions"),
    [
        ({}, ["eu-west-1", "eu-west-1"]),
        ({"credentialArn": SECRET.replace("eu-west-1", "us-east-1")}, ["eu-west-1", "us-east-1"]),
        ({"registryId": "210987654321"}, ["eu-west-1", None]),
        ({"ecrRepositoryPrefix": "docker-hub"}, ["eu-west-1", None]),
    ],
)
def test_one_secret_tells_the_region_of_an_answer_that_is_one(
    more: dict[str, Any], regions: list[str | None]
) -> None:
    rules = (
        rule("docker-hub", registryId=ACCOUNT, credentialArn=SECRET),
        rule(**{"registryId": ACCOUNT, **more}),
    )
    assert [each.region for each in read(answer(*rules), "f").rules] == regions


GIVE = "use the output of aws ecr describe-pull-through-cache-rules"
ENTRY = "rules.json: pullThroughCacheRules[1]"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", f"rules.json:1: this is empty: {GIVE}, and check whether it failed"),
        ("pullThroughCacheRules:\n- {}\n", f"rules.json:1: not valid JSON: Expecting value: {GIVE} --output json"),
        ('{\n"a": 1\n"b": 2}', "rules.json:3: not valid JSON: "),
        (ANSWER + ANSWER, ", several answers as a list (jq -s .)"),
        ("[" * 100_000, "rules.json:1: this is nested too deeply"),
        ("1" * 5000, "rules.json:1: this is nested too deeply, or holds a number that is too long"),
        ("3", "rules.json: the list pullThroughCacheRules is missing: use all of the output of aws ecr"),
        ('{"repositories": []}', "rules.json: the list pullThroughCacheRules is missing"),
        ('{"pullThroughCacheRules": {}}', "rules.json: the list pullThroughCacheRules is missing"),
        (json.dumps([rule()]), "rules.json: answer 1: the list pullThroughCacheRules is missing"),
        (answer(rule(), nextToken="x"), "rules.json: this is one page of several (nextToken is there), so rules are missing: run aws ecr"),
        (answer(rule(), NextToken="x"), "rules.json: this is one page of several (NextToken is there)"),
        (f"[{answer()}, {answer(nextToken='x')}]", "rules.json: answer 2: this is one page of several"),
        (answer(rule(), "quay"), f"{ENTRY} must be a mapping, not a text: {GIVE}"),
        (answer(rule(), None), f"{ENTRY} must be a mapping, not null"),
        (answer(rule(), rule(registryId=123456789012)), f"{ENTRY}.registryId must be a text, not a number"),
        (answer(rule(), rule(ecrRepositoryPrefix=["quay"])), f"{ENTRY}.ecrRepositoryPrefix must be a text, not a list"),
        (answer(rule(), rule(credentialArn=True)), f"{ENTRY}.credentialArn must be a text, not true or false"),
        (answer(rule(), {"upstreamRegistryUrl": "quay.io"}), f"{ENTRY} has no ecrRepositoryPrefix: {GIVE}, without --query"),
        (answer(rule(), {"ecrRepositoryPrefix": "quay"}), f"{ENTRY} has no upstreamRegistryUrl"),
    ],
)  # fmt: skip
def test_what_is_no_answer(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text, "rules.json")
    [line] = caught.value.args
    assert said in line
    assert "\n" not in line


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
FIELDS = [
    "ecrRepositoryPrefix",
    "upstreamRegistryUrl",
    "registryId",
    "credentialArn",
    "upstreamRepositoryPrefix",
]


@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), json_values | st.text()) | json_values), json_values)
def test_any_json_is_read_or_refused(rules: list[object], token: object) -> None:
    try:
        found = read(answer(*rules, nextToken=token), "f")
    except ConfigError as error:
        assert str(error).startswith("f: ")  # noqa: PT017 - either is right
    else:
        assert len(found.rules) <= len(rules)
        assert all(each.upstream is not None and each.prefix for each in found.rules)
