from __future__ import annotations

from hypothesis import given

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.rule import make_rule
from rewrite_refs.emit import EMITTERS
from rewrite_refs.emit.survey import Survey, of
from rewrite_refs.emit.table import lines
from tests.common import HOST, RULES
from tests.emit.surveys import entries, survey, surveys

RULES_OF_ALL_KINDS = RuleSet(
    HOST,
    (make_rule("docker.io", "ROOT"), make_rule("cgr.dev", "cg", "example.com"), make_rule("quay.io", "quay")),
)


def test_a_table_of_everything() -> None:
    found = survey(
        "nginx",
        "grafana/loki:3",
        "redis",
        "cgr.dev/example.com/app",
        "cgr.dev/example.com/web",
        "cgr.dev/chainguard/go",
        f"{HOST}/quay/a/b:1",
        "ghcr.io/a/b",
        "mcr.microsoft.com/a/b",
        "a_b.example/app",
        "localhost/a",
        "${TAG}",
        rules=RULES_OF_ALL_KINDS,
    )
    assert list(lines(found)) == [
        "upstream           references  images  cached  rule",
        "cgr.dev                     3       3       0  "
        "cg (under example.com, 2); none for 1: ECR could cache it, for example as chainguard",
        "docker.io                   3       3       0  ROOT",
        "(none)                      1       1       0  none: ECR cannot cache it",
        "ghcr.io                     1       1       0  none: ECR could cache it, for example as github",
        "mcr.microsoft.com           1       1       0  none: ECR cannot cache it",
        "quay.io                     1       1       1  quay",
        "",
        "not counted above: 1 your own, 1 unresolved",
        "mcr.microsoft.com: Microsoft publishes nowhere else: "
        "copy it to a repository of your account (crane copy, skopeo copy) and write that name here",
        "what is missing: --emit terraform, --emit cloudformation or --emit cli",
    ]


def test_what_names_the_cache_wrongly_is_said() -> None:
    found = survey(f"{HOST}/docker-hub/nginx", f"{HOST}/dockerhub/library/nginx")
    assert list(lines(found))[1:] == [
        "docker.io           1       1       0  docker-hub",
        "",
        "1 of them names the cache wrongly: see rewrite-refs check",
        "not counted above: 1 at a prefix of the cache that no rule has, or in another region",
    ]


def test_with_nothing_to_say_there_is_only_the_table() -> None:
    assert list(lines(survey("nginx"))) == [
        "upstream   references  images  cached  rule",
        "docker.io           1       1       0  docker-hub",
    ]


def test_the_rule_of_other_files_has_no_prefix_here() -> None:
    other = RuleSet("210987654321.dkr.ecr.us-east-1.amazonaws.com", (make_rule("ghcr.io", "gh"),))
    found = of([*entries(["ghcr.io/a/b:1"], other), *entries(["ghcr.io/a/b"])], RULES)
    assert list(lines(found))[1].endswith("github (1); of other files (1)")


def test_without_references_of_an_upstream_there_is_no_table() -> None:
    assert list(lines(survey())) == ["no references found"]
    assert list(lines(survey("localhost/a"))) == ["not counted above: 1 your own"]


@given(surveys())
def test_every_emitter_prints_lines_for_a_terminal(found: Survey) -> None:
    for line in lines(found):
        assert line.isprintable()
        assert line == line.rstrip()


def test_the_emitters_are_those_of_the_issue() -> None:
    assert list(EMITTERS) == ["table", "terraform", "cloudformation", "cli", "iam", "renovate", "warmup"]
