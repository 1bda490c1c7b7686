from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.rule import PREFIX, Cache, make_rule
from rewrite_refs.emit.survey import Pull, RuleUsage, Survey, UnwarmedDigest, UpstreamSummary, of
from rewrite_refs.images.upstreams import upstream_of
from tests.common import HOST, RULES
from tests.emit.surveys import DIGEST, PLACEHOLDERS, UPSTREAMS, entries, survey, surveys

TWO = RuleSet(HOST, (make_rule("cgr.dev", "cg", "example.com"), make_rule("docker.io", "ROOT")))


def standing(host: str, *texts: str, rules: RuleSet = RULES) -> UpstreamSummary:
    return next(each for each in survey(*texts, rules=rules).upstreams if each.host == host)


def test_an_image_counts_once_with_its_upstream_cached_or_not() -> None:
    found = survey(
        "nginx",
        "docker.io/library/nginx:1.25",
        f"{HOST}/docker-hub/library/nginx:1.25",
        f"{HOST}/docker-hub/nginx:1.25",
        "grafana/loki:3.0.0",
        "quay.io/a/b",
    )
    docker = UpstreamSummary(
        "docker.io", 5, 2, 1, 1, (RuleUsage("docker.io", "docker-hub", 5),), 0, None, None
    )
    assert found.upstreams[0] == docker
    assert [each.host for each in found.upstreams] == ["docker.io", "quay.io"]
    assert (found.missing, found.without_upstream) == ((), {})


def test_what_has_no_upstream_is_summed_apart() -> None:
    found = survey(
        "localhost:5000/app", "registry.local/a/b", "${TAG}", f"{HOST}/own/app", f"{HOST}/dockerhub/library/x"
    )
    assert found.upstreams == ()
    assert found.without_upstream == {"own": 3, "unresolved": 1, "wrong": 1}
    ignored = (each._replace(status="ignored") for each in entries(["nginx"]))
    assert of(ignored, RULES).without_upstream == {"ignored": 1}


def test_docker_hub_without_a_rule_is_missing_one() -> None:
    found = survey("nginx", f"redis:7@{DIGEST}", rules=RuleSet(HOST))
    (missing,) = found.missing
    assert missing[1:] == ("docker-hub", 2, 1)
    assert missing.upstream is upstream_of("docker.io")
    assert found.upstreams[0].unserved == 2
    assert found.prefixes == ("docker-hub",)


def test_a_rule_for_a_path_leaves_the_rest_of_its_upstream_without_one() -> None:
    found = standing("cgr.dev", "cgr.dev/example.com/app", "cgr.dev/chainguard/go", rules=TWO)
    assert found.usage == (RuleUsage("cgr.dev/example.com", "cg", 1),)
    assert (found.references, found.images, found.unserved) == (2, 2, 1)
    assert found.missing
    assert found.missing.prefix == "chainguard"


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("lscr.io/linuxserver/x", "ghcr.io/linuxserver"),
        ("eu.gcr.io/a/b", "crane copy"),
        ("registry.example.org/a/b", None),
    ],
)
def test_what_ecr_cannot_cache_gets_advice_where_there_is_some(text: str, advice: str | None) -> None:
    found = standing(text.partition("/")[0], text)
    assert (found.unserved, found.missing) == (1, None)
    assert (found.advice is None) if advice is None else (advice in (found.advice or ""))


def test_a_host_with_a_rule_needs_no_advice() -> None:
    rules = RuleSet(HOST, (make_rule("lscr.io", "lscr"),))
    assert standing("lscr.io", "lscr.io/linuxserver/x", rules=rules).advice is None


@pytest.mark.parametrize(
    ("taken", "hosts", "prefixes"),
    [
        ([], ["ghcr.io", "docker.io"], ["docker-hub", "github"]),
        (["github"], ["ghcr.io"], ["github-2"]),
        (["github", "github-2"], ["ghcr.io"], ["github-3"]),
        (["github/x"], ["ghcr.io"], ["github-2"]),
        (["githubs", "git", "ROOT"], ["ghcr.io"], ["github"]),
        ([], ["b.azurecr.io", "a.azurecr.io"], ["azure", "azure-b"]),
        (["azure"], ["acme.azurecr.io"], ["azure-acme"]),
        (["azure"], [f"{'a' * 40}.azurecr.io"], ["azure-" + "a" * 24]),
        (["azure"], ["Foo.azurecr.io"], ["azure-foo"]),
        (["azure"], ["a.b.azurecr.io", "a-b.azurecr.io"], ["azure-2", "azure-a-b"]),
        (["azure"], ["ab.azurecr.io", "a-b.azurecr.io"], ["azure-2", "azure-a-b"]),
    ],
)
def test_a_prefix_that_is_taken_gives_way_to_a_free_one(
    taken: list[str], hosts: list[str], prefixes: list[str]
) -> None:
    # For an upstream of no concern, so that the rules serve none of the references.
    rules = tuple(make_rule("quay.io", prefix, "" if prefix == "ROOT" else prefix) for prefix in taken)
    found = survey(*(f"{host}/a/b" for host in hosts), rules=RuleSet(HOST, rules))
    assert [each.prefix for each in found.missing] == prefixes


def test_of_several_rules_with_one_name_the_prefix_tells() -> None:
    rules = RuleSet(HOST, (make_rule("quay.io", "one"), make_rule("quay.io", "two")))
    found = standing("quay.io", "quay.io/a/b", f"{HOST}/two/a/b", f"{HOST}/one/c/d", rules=rules)
    assert found.usage == (RuleUsage("quay.io", "one", 2), RuleUsage("quay.io", "two", 1))
    assert found.images == 2


def test_a_rule_of_other_files_serves_as_well() -> None:
    # Another part of the repository has another registry and rules of its own.
    other = RuleSet("210987654321.dkr.ecr.us-east-1.amazonaws.com", (make_rule("ghcr.io", "gh"),))
    found = of([*entries(["ghcr.io/a/b:1"], other), *entries(["ghcr.io/a/b"])], RULES)
    assert found.upstreams[0].usage == (RuleUsage("ghcr.io", "github", 1), RuleUsage("ghcr.io", None, 1))
    assert found.pulls[1] == Pull(other.registry or "", "gh/a/b", "1", ())


def test_a_reference_to_another_cache_is_wrong_and_counts() -> None:
    other = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
    rules = replace(RULES, others=(Cache(other, (make_rule("docker.io", "hub"),)),))
    found = survey(f"{other}/hub/library/nginx:1", "nginx:1", rules=rules)
    (docker,) = found.upstreams
    assert (docker.references, docker.images, docker.wrong) == (2, 1, 1)
    assert found.pulls == (Pull(HOST, "docker-hub/library/nginx", "1", ()),)


def test_each_image_is_pulled_once_by_its_tag() -> None:
    found = survey(
        "nginx",
        "nginx:latest",
        f"{HOST}/docker-hub/library/nginx",
        f"quay.io/a/b:1@{DIGEST}",
        "quay.io/a/b:1",
        f"quay.io/a/b@{DIGEST}",
        "quay.io/a/b:${TAG}",
        "mcr.microsoft.com/a/b:1",
    )
    assert found.pulls == (
        Pull(HOST, "docker-hub/library/nginx", "latest", ()),
        Pull(HOST, "quay/a/b", "1", (DIGEST,)),
    )
    assert [each.text for each in found.unwarmed] == [
        f"{HOST}/quay/a/b:${{TAG}}",
        f"{HOST}/quay/a/b@{DIGEST}",
    ]
    assert found.unwarmed[0] == UnwarmedDigest(f"{HOST}/quay/a/b:${{TAG}}", "a part of it is unknown here")


@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
def test_a_placeholder_for_the_registry_is_known_in_what_there_is_to_pull(placeholder: str) -> None:
    rules = RuleSet(placeholder, RULES.rules)
    found = survey("nginx:1", f"{placeholder}/quay/a/b:1", rules=rules)
    assert found.pulls == (
        Pull(placeholder, "docker-hub/library/nginx", "1", ()),
        Pull(placeholder, "quay/a/b", "1", ()),
    )


def test_without_a_registry_there_is_nothing_to_pull() -> None:
    found = survey("nginx", rules=RuleSet(None, RULES.rules))
    assert (found.pulls, found.unwarmed) == ((), ())
    assert found.upstreams[0].usage == (RuleUsage("docker.io", "docker-hub", 1),)


@given(surveys())
def test_every_reference_is_counted_once(found: Survey) -> None:
    for each in found.upstreams:
        assert sum(usage.references for usage in each.usage) + each.unserved == each.references
        assert each.cached + each.wrong <= each.references
        assert 1 <= each.images <= each.references
        assert (each.missing is not None) == bool(each.unserved and upstream_of(each.host))


@given(surveys())
def test_missing_rules_are_ones_that_ecr_takes(found: Survey) -> None:
    for each in found.missing:
        assert PREFIX.fullmatch(each.prefix)
        assert make_rule(each.upstream.host, each.prefix)
    chosen = [each.prefix for each in found.missing]
    assert len({each.replace("-", "") for each in chosen}) == len(chosen)
    assert not {rule.prefix for rule in found.rules} & set(chosen)


@given(st.lists(st.sampled_from([f"{host}/team/app:1" for host in UPSTREAMS]), max_size=8))
def test_the_order_of_the_references_does_not_matter(texts: list[str]) -> None:
    assert survey(*texts) == survey(*reversed(texts)) == survey(*sorted(texts))
