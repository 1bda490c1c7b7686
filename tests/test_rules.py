from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.rule import PREFIX, CacheRule, check_registry, check_rules, make_rule
from rewrite_refs.cache.verdict import Verdict
from rewrite_refs.images.reference import InvalidReference, Reference, parse_partial
from rewrite_refs.text.spans import Occurrence, Piece, Span
from tests.common import HOST, RULES


def judge(text: str, rules: RuleSet = RULES) -> Verdict:
    return rules.judge_reference(parse_partial(text))


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("nginx", "docker-hub/library/nginx"),
        ("nginx:1.25", "docker-hub/library/nginx:1.25"),
        ("library/nginx", "docker-hub/library/nginx"),
        ("docker.io/nginx", "docker-hub/library/nginx"),
        ("docker.io/library/nginx", "docker-hub/library/nginx"),
        ("index.docker.io/nginx", "docker-hub/library/nginx"),
        ("registry-1.docker.io/nginx", "docker-hub/library/nginx"),
        ("registry.hub.docker.com/grafana/loki", "docker-hub/grafana/loki"),
        ("grafana/loki:3@sha256:" + "0" * 64, "docker-hub/grafana/loki:3@sha256:" + "0" * 64),
        ("quay.io/a/b/c:1", "quay/a/b/c:1"),
        ("k8s.gcr.io/pause:3.9", "kubernetes/pause:3.9"),
        ("public.ecr.aws/docker/library/nginx", "ecr-public/docker/library/nginx"),
    ],
)
def test_direct(text: str, target: str) -> None:
    verdict = judge(text)
    assert verdict.status == "direct"
    assert verdict.target == f"{HOST}/{target}"
    assert judge(verdict.target).status == "cached"


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        (f"{HOST}/docker-hub/library/nginx", "cached", ""),
        (f"{HOST}/own/app", "own", "private ECR"),
        ("210987654321.dkr.ecr.us-east-1.amazonaws.com/docker-hub/x", "own", "private ECR"),
        ("210987654321.dkr-ecr.us-east-1.on.aws/x", "own", "private ECR"),
        ("localhost:5000/a", "own", "local registry"),
        ("registry:5000/a", "own", "local registry"),
        ("10.0.0.7/a", "own", "local registry"),
        ("[::1]:5000/a", "own", "local registry"),
        ("harbor.corp.internal/a", "own", "local registry"),
        ("localhost/a", "own", "local registry"),
        ("Foo/bar", "unmapped", "cannot cache Foo"),
        ("8.8.8.8/a", "unmapped", "cannot cache"),
        ("1.2.3/a", "unmapped", "cannot cache"),
        ("myquay.io/a", "unmapped", "cannot cache myquay.io; add it to own if it is yours"),
        ("quay.io.example.com/a", "unmapped", "cannot cache"),
        ("quay.io:443/a", "unmapped", "cannot cache"),
        ("DOCKER.IO/nginx", "unmapped", "cannot cache DOCKER.IO"),
        ("mcr.microsoft.com/dotnet/sdk", "unmapped", "cannot cache"),
        ("lscr.io/linuxserver/x", "unmapped", "ghcr.io/linuxserver"),
        ("cgr.dev/chainguard/go", "unmapped", "ECR could cache cgr.dev"),
        ("acme.azurecr.io/x", "unmapped", "ECR could cache acme.azurecr.io"),
        ("a_b.example/app", "unmapped", "cannot cache it"),
    ],
)
def test_stays(text: str, status: str, reason: str) -> None:
    verdict = judge(text)
    assert (verdict.status, verdict.target, verdict.changes) == (status, None, ())
    assert reason in (verdict.reason or "")


def test_docker_hub_without_a_rule_is_direct_all_the_same() -> None:
    verdict = judge("nginx", RuleSet())
    assert (verdict.status, verdict.target, verdict.reason) == ("direct", None, "no rule maps docker.io")


def test_without_a_registry_there_is_no_target() -> None:
    verdict = judge("nginx", RuleSet(rules=RULES.rules))
    assert (verdict.status, verdict.target, verdict.rule) == ("direct", None, "docker.io")


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("cgr.dev/example.com/base:1", "cg/base:1"),
        ("cgr.dev/example.com/deep/er", "cg-deep/er"),
        ("cgr.dev/other/base", "chainguard/other/base"),
        ("nginx", "official/nginx"),
        ("docker.io/nginx", "official/nginx"),
        ("library/nginx", "official/nginx"),
        ("docker.io/library/nginx", "official/nginx"),
        ("grafana/loki", "docker-hub/grafana/loki"),
        ("quay.io/x/y", "x/y"),
    ],
)
def test_the_longest_upstream_path_wins_and_is_replaced(text: str, target: str) -> None:
    rules = RuleSet(
        HOST,
        (
            make_rule("cgr.dev", "chainguard"),
            make_rule("cgr.dev/example.com", "cg"),
            make_rule("cgr.dev", "cg-deep", "example.com/deep"),
            make_rule("docker.io", "docker-hub"),
            make_rule("docker.io/library", "official"),
            make_rule("quay.io", "ROOT"),
        ),
    )
    verdict = judge(text, rules)
    assert verdict.target == f"{HOST}/{target}"
    assert judge(verdict.target, rules).status == "cached"


def test_an_upstream_path_is_no_beginning_of_a_name() -> None:
    rules = RuleSet(HOST, (make_rule("quay.io/team", "tt"),))
    assert judge("quay.io/teamwork/app", rules).status == "unmapped"
    assert judge("quay.io/team", rules).status == "unmapped"


def occurrence(*pieces: Piece, own: str | None = None, reason: str | None = None) -> Occurrence:
    return Occurrence(pieces, Span(0, 9), Span(0, 9), own=own, reason=reason)


def hole(text: str) -> Piece:
    return Piece(text, Span(0, len(text)), known=False)


def test_a_variable_may_decide_which_rule_takes_it() -> None:
    rules = RuleSet(HOST, (make_rule("quay.io/team", "tt"), make_rule("quay.io", "quay")))
    literal = Piece("quay.io/", Span(0, 8))
    assert rules.judge(occurrence(literal, hole("${X}"))).status == "unresolved"
    assert rules.judge(occurrence(literal, Piece("other/", Span(8, 14)), hole("${X}"))).status == "direct"
    assert rules.judge(occurrence(literal, Piece("team/", Span(8, 13)), hole("${X}"))).rule == "quay.io/team"


def test_what_the_format_says_comes_first() -> None:
    nginx = Piece("nginx", Span(0, 5))
    assert RULES.judge(occurrence(nginx, own="built by web")).status == "own"
    assert RULES.judge(occurrence(nginx, reason="why")).reason == "why"
    assert RULES.judge(occurrence(hole("$X"))).status == "unresolved"
    assert RULES.judge(occurrence(hole("$X"), own="built by web")).reason == "built by web"
    assert RULES.judge(occurrence(hole("$X"), reason="why")).reason == "why"


def test_own_and_aliases() -> None:
    rules = RuleSet(
        HOST, RULES.rules, {"mirror.gcr.io": "docker.io"}, ("ghcr.io/acme", "registry.example.com")
    )
    assert judge("ghcr.io/acme/app", rules).status == "own"
    assert judge("ghcr.io/acme", rules).status == "own"
    assert judge("ghcr.io/acmeister/app", rules).status == "direct"
    assert judge("registry.example.com/x", rules).status == "own"
    assert judge("mirror.gcr.io/nginx", rules).target == f"{HOST}/docker-hub/library/nginx"
    assert judge("mirror.gcr.io/library/nginx", rules).target == f"{HOST}/docker-hub/library/nginx"


@pytest.mark.parametrize(
    ("upstream", "prefix", "message"),
    [
        ("docker.io", "Docker", "not a valid ECR repository prefix"),
        ("docker.io", "d", "not a valid ECR repository prefix"),
        ("docker.io", "d" * 31, "not a valid ECR repository prefix"),
        ("docker.io", "a//b", "not a valid ECR repository prefix"),
        ("docker.io", "-a", "not a valid ECR repository prefix"),
        ("docker.io", "root/ROOT", "not a valid ECR repository prefix"),
        ("docker", "docker-hub", "not a valid registry"),
        ("", "docker-hub", "not a valid registry"),
        ("docker.io/Foo", "docker-hub", "not a valid registry"),
        ("https://", "docker-hub", "not a valid registry"),
        ("quay.io/team", "ROOT", "cannot be combined"),
    ],
)
def test_bad_rules(upstream: str, prefix: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_rule(upstream, prefix)


@pytest.mark.parametrize(
    ("upstream", "prefix", "rule"),
    [
        ("registry-1.docker.io", "docker-hub/", CacheRule("docker.io", "", "docker-hub")),
        ("https://quay.io/", "mirror/quay.io", CacheRule("quay.io", "", "mirror/quay.io")),
        ("localhost:5000", "ok", CacheRule("localhost:5000", "", "ok")),
        ("cgr.dev/example.com/", "cg", CacheRule("cgr.dev", "example.com", "cg")),
    ],
)
def test_good_rules(upstream: str, prefix: str, rule: CacheRule) -> None:
    assert make_rule(upstream, prefix) == rule


@pytest.mark.parametrize(
    "host",
    [
        HOST,
        "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
        "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
        "123456789012.dkr-ecr.eu-west-1.on.aws",
    ],
)
def test_registries(host: str) -> None:
    assert check_registry(host) == host


@pytest.mark.parametrize(
    "host",
    ["", "docker.io", f"https://{HOST}", f"{HOST}/docker-hub", f"{HOST}\n", f"1{HOST}", "public.ecr.aws"],
)
def test_no_registries(host: str) -> None:
    with pytest.raises(ValueError, match="not a valid private ECR registry"):
        check_registry(host)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ([(HOST, "ecr")], "onto itself"),
        ([("docker.io", "hub"), ("quay.io", "hub")], "same prefix"),
    ],
)
def test_contradictions(rules: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_rules(HOST, [make_rule(*rule) for rule in rules])


@given(st.from_regex(PREFIX, fullmatch=True))
def test_every_prefix_of_the_grammar_is_taken_if_it_is_short_enough(prefix: str) -> None:
    if 2 <= len(prefix) <= 30:
        assert make_rule("docker.io", prefix).prefix == ("" if prefix == "ROOT" else prefix.rstrip("/"))


_COMPONENT = st.from_regex(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)?", fullmatch=True)


@given(
    st.sampled_from(["", "docker.io/", "index.docker.io/", "quay.io/", "ghcr.io/", "example.com:5000/"]),
    st.lists(_COMPONENT, min_size=1, max_size=3),
    st.sampled_from(["", ":1.25", ":1@sha256:" + "0" * 64]),
)
def test_the_head_changes_and_nothing_else(host: str, path: list[str], tail: str) -> None:
    text = host + "/".join(path) + tail
    try:
        before = Reference.parse(text)
        verdict = judge(text)
    except InvalidReference:
        return
    if verdict.target is None:
        assert verdict.status in ("unmapped", "own")
        return
    after = Reference.parse(verdict.target)
    assert (after.tag, after.digest) == (before.tag, before.digest)
    assert after.registry == HOST
    assert after.repository.partition("/")[2] == before.repository
    assert judge(verdict.target).status == "cached"
