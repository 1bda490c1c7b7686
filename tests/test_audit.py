"""References that go through a cache already, rightly or wrongly."""

from __future__ import annotations

import dataclasses

import pytest

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.rule import Cache, make_rule
from rewrite_refs.cache.verdict import Verdict
from rewrite_refs.text.spans import Occurrence, Piece, Span
from tests.common import HOST, HUB, RULES

US = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
PROD = "210987654321.dkr.ecr.eu-west-1.amazonaws.com"
FIPS = HOST.replace(".ecr.", ".ecr-fips.")
DUAL = "123456789012.dkr-ecr.eu-west-1.on.aws"
DIGEST = "@sha256:" + "0" * 64


def judge(text: str, rules: RuleSet = RULES) -> Verdict:
    pieces, at = [], 0
    while (start := text.find("${", at)) >= 0:
        end = text.index("}", start) + 1
        pieces += [
            Piece(text[at:start], Span(at, start)),
            Piece(text[start:end], Span(start, end), known=False),
        ]
        at = end
    pieces.append(Piece(text[at:], Span(at, len(text))))
    whole = Span(0, len(text))
    return rules.judge(Occurrence(tuple(each for each in pieces if each.text), whole, whole))


@pytest.mark.parametrize(
    ("text", "target", "reason"),
    [
        (f"{HUB}/nginx:1.25", f"{HUB}/library/nginx:1.25", "need library/"),
        (f"{HUB}/nginx{DIGEST}", f"{HUB}/library/nginx{DIGEST}", "need library/"),
        (f"{HUB}/nginx:${{TAG}}", f"{HUB}/library/nginx:${{TAG}}", "need library/"),
        (f"{HUB}/library/grafana/loki:3", f"{HUB}/grafana/loki:3", "without an owner"),
        (f"{HUB}/library/grafana/${{APP}}", f"{HUB}/grafana/${{APP}}", "without an owner"),
        (f"{FIPS}/docker-hub/nginx", f"{FIPS}/docker-hub/library/nginx", "need library/"),
        (f"{DUAL}/docker-hub/library/a/b", f"{DUAL}/docker-hub/a/b", "without an owner"),
        (f"{HOST}/mirror/docker.io/grafana/loki", None, "no rule has the prefix mirror/docker.io"),
        (f"{HOST}/mirror/hub/library/nginx", None, "no rule has the prefix mirror/hub"),
        (f"{HOST}/quay.io/${{IMAGE}}", None, "no rule has the prefix quay.io"),
        (f"{HOST}/dockerhub/library/nginx", None, "no rule has the prefix dockerhub"),
        (f"{HOST}/docker.io/grafana/loki", None, "no rule has the prefix docker.io"),
        (f"{HOST}/hub/library/nginx", None, "add 123456789012.dkr.ecr.eu-west-1.amazonaws.com/hub to own"),
    ],
)
def test_wrong(text: str, target: str | None, reason: str) -> None:
    verdict = judge(text)
    assert (verdict.status, verdict.target) == ("wrong", target)
    assert reason in (verdict.reason or "")
    if target:
        assert judge(target).status == "cached"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (f"{HUB}/library/nginx", "cached"),
        (f"{HUB}/grafana/loki", "cached"),
        (f"{HUB}/${{IMAGE}}", "cached"),
        (f"{HUB}/nginx${{SUFFIX}}", "cached"),
        (f"{HUB}/library/${{IMAGE}}", "cached"),
        (f"{HOST}/quay/prometheus", "cached"),
        (f"{HOST}/quay/library/a/b", "cached"),
        (f"{DUAL}/docker-hub/library/nginx", "cached"),
        (f"{HOST}/parcels/web", "own"),
        (f"{HOST}/parcels/library/web", "own"),
        (f"{HOST}/parcels/library/${{APP}}", "own"),
        (f"{HOST}/parcels/dockerhub/web", "own"),
        (f"{HOST}/library/nginx", "own"),
        (f"{HOST}/ghcr", "own"),
        (f"{HOST}/docker-hub", "own"),
        (f"{HOST}/kubernetes-tools/web", "own"),
        (f"{US}/docker-hub", "own"),
        (f"{PROD}/docker-hub/nginx", "own"),
    ],
)
def test_not_wrong(text: str, status: str) -> None:
    verdict = judge(text)
    assert (verdict.status, verdict.target) == (status, None)


def test_a_rule_without_a_prefix_says_nothing_about_library() -> None:
    rules = RuleSet(HOST, (make_rule("docker.io", "ROOT"), make_rule("quay.io", "quay")))
    assert judge(f"{HOST}/web", rules).status == "cached"
    assert judge(f"{HOST}/web", rules).rule == "docker.io"
    assert judge(f"{HOST}/quay/a/b", rules).rule == "quay.io"


def test_a_rule_with_a_path_says_nothing_about_library() -> None:
    rules = RuleSet(HOST, (make_rule("docker.io/library", "official"), make_rule("docker.io", "hub")))
    assert judge(f"{HOST}/official/nginx", rules).status == "cached"
    assert judge(f"{HOST}/hub/nginx", rules).target == f"{HOST}/hub/library/nginx"


def test_several_prefixes_of_one_upstream() -> None:
    rules = RuleSet(HOST, (make_rule("docker.io", "mirror/docker.io"), make_rule("docker.io", "docker-hub")))
    assert judge("nginx", rules).target == f"{HOST}/mirror/docker.io/library/nginx"
    assert judge(f"{HUB}/library/nginx", rules).status == "cached"
    assert judge(f"{HUB}/nginx", rules).target == f"{HUB}/library/nginx"


EU = RuleSet(
    HOST,
    (make_rule("docker.io", "hub"), make_rule("quay.io/centos", "centos")),
    others=(
        Cache(
            US,
            (
                make_rule("docker.io", "docker-hub"),
                make_rule("quay.io", "quay"),
                make_rule("docker.io/library", "official"),
                make_rule("ghcr.io", "ROOT"),
            ),
        ),
        Cache(HOST, (make_rule("docker.io", "old/hub"),)),
    ),
)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (f"{US}/docker-hub/library/nginx:1", f"{HOST}/hub/library/nginx:1"),
        (f"{US}/docker-hub/grafana/loki", f"{HOST}/hub/grafana/loki"),
        (f"{US}/docker-hub/nginx", f"{HOST}/hub/library/nginx"),
        (f"{US}/docker-hub/library/a/b", f"{HOST}/hub/a/b"),
        (f"{US}/official/nginx", f"{HOST}/hub/library/nginx"),
        (f"{US}/quay/centos/stream:9", f"{HOST}/centos/stream:9"),
        (f"{HOST}/old/hub/library/nginx", f"{HOST}/hub/library/nginx"),
        (f"{US}/quay/a/b", None),
        (f"{US}/docker-hub/${{OWNER}}/b", f"{HOST}/hub/${{OWNER}}/b"),
        (f"{US}/quay/${{OWNER}}/b", None),
    ],
)
def test_the_registry_of_other_files(text: str, target: str | None) -> None:
    verdict = judge(text, EU)
    assert (verdict.status, verdict.target) == ("wrong", target)
    reason = verdict.reason or ""
    assert f"these files use the registry {HOST}" in reason or "/old/" in text or "variable" in reason
    if target:
        assert judge(target, EU).status == "cached"


def test_what_has_no_prefix_in_the_registry_of_other_files_may_be_anybody_s_own() -> None:
    rules = RuleSet(
        HOST, (make_rule("ghcr.io", "ROOT"),), others=(Cache(US, (make_rule("ghcr.io", "github"),)),)
    )
    assert judge(f"{US}/github/a/b", rules).target == f"{HOST}/a/b"
    rules = RuleSet(
        HOST, (make_rule("ghcr.io", "github"),), others=(Cache(US, (make_rule("ghcr.io", "ROOT"),)),)
    )
    assert judge(f"{US}/a/b", rules).status == "own"
    strict = RuleSet(HOST, (make_rule("ghcr.io", "ROOT"), make_rule("quay.io", "quay")), strict=True)
    assert judge(f"{US}/a/b", strict).status == "own"
    assert judge(f"{US}/quay/a/b", strict).target == f"{HOST}/quay/a/b"


def test_the_path_of_a_rule_ends_with_a_component() -> None:
    other = Cache(US, (make_rule("docker.io", "docker-hub"),))
    rules = RuleSet(
        HOST, (make_rule("docker.io/grafana", "graf"), make_rule("docker.io", "hub")), others=(other,)
    )
    assert judge(f"{US}/docker-hub/grafana/loki", rules).target == f"{HOST}/graf/loki"
    assert judge(f"{US}/docker-hub/grafanalabs/web", rules).target == f"{HOST}/hub/grafanalabs/web"
    verdict = judge(f"{US}/docker-hub/${{OWNER}}/web", rules)
    assert (verdict.status, verdict.target) == ("wrong", None)
    assert "the rule for docker.io/grafana takes it depends on a variable" in (verdict.reason or "")


NESTED = (
    make_rule("docker.io", "mirror"),
    make_rule("quay.io", "mirror/quay"),
    make_rule("ghcr.io", "mirror/library"),
)


@pytest.mark.parametrize(
    ("text", "status", "target", "reason"),
    [
        ("grafana/loki", "direct", f"{HOST}/mirror/grafana/loki", None),
        ("docker.io/quay/a", "direct", None,
         "the prefix mirror leads to the rule for quay.io"),
        ("nginx", "direct", None, "the prefix mirror leads to the rule for ghcr.io"),
        ("docker.io/${X}/web", "direct", None, "which rule the cache would apply depends on a variable"),
        ("docker.io/q${X}/web", "direct", None, "which rule the cache would apply depends on a variable"),
        ("docker.io/a${X}/web", "direct", f"{HOST}/mirror/a${{X}}/web", None),
        (f"{HOST}/mirror/nginx", "wrong", None,
         "the prefix mirror leads to the rule for ghcr.io"),
        (f"{HOST}/mirror/quay/a/b", "cached", None, None),
        (f"{HOST}/mirror/${{X}}", "cached", None, None),
    ],
)  # fmt: skip
def test_prefixes_in_one_another(text: str, status: str, target: str | None, reason: str | None) -> None:
    verdict = judge(text, RuleSet(HOST, NESTED))
    assert (verdict.status, verdict.target, verdict.reason) == (status, target, reason)


def test_the_longest_prefix_counts_in_whatever_files() -> None:
    other = Cache(HOST, (make_rule("docker.io", "mirror/docker.io"),))
    rules = RuleSet(HOST, (make_rule("docker.io", "mirror"),), others=(other,))
    assert judge(f"{HOST}/mirror/docker.io/library/nginx", rules).target == f"{HOST}/mirror/library/nginx"
    assert judge(f"{HOST}/mirror/${{X}}/nginx", rules).status == "cached"


def test_library_before_a_name_with_an_owner_is_not_rewritten() -> None:
    verdict = judge("library/a/b")
    assert (verdict.status, verdict.target) == ("direct", None)
    assert verdict.reason == "library/ applies only to names without an owner"


def test_a_placeholder_with_a_default_tells_the_region() -> None:
    rules = RuleSet(f"${{ECR:-{HOST}}}", RULES.rules, strict=True)
    assert (
        judge(f"{US}/docker-hub/library/nginx", rules).target == f"${{ECR:-{HOST}}}/docker-hub/library/nginx"
    )


def test_another_region_is_mended_only_where_these_files_have_one_of_their_own() -> None:
    text = f"{US}/docker-hub/library/nginx"
    left = judge(text)
    assert (left.status, left.target, left.own_code) == ("wrong", None, "wrong-region")
    strict = dataclasses.replace(RULES, strict=True)
    assert judge(text, strict).target == f"{HUB}/library/nginx"
    assert judge(f"{US}/parcels/web", strict).status == "own"
    assert judge(f"{PROD}/docker-hub/library/nginx", strict).status == "own"


def test_a_rule_for_another_registry_comes_first() -> None:
    rules = RuleSet(HOST, (make_rule(US, "ecr"),), others=(Cache(US, (make_rule("docker.io", "hub"),)),))
    assert judge(f"{US}/hub/library/nginx", rules).target == f"{HOST}/ecr/hub/library/nginx"


def test_own_comes_first() -> None:
    rules = dataclasses.replace(RULES, own=(f"{HOST}/dockerhub", f"{HUB}/web"))
    assert judge(f"{HOST}/dockerhub/library/nginx", rules).status == "own"
    assert judge(f"{HUB}/web", rules).status == "own"


@pytest.mark.parametrize(
    ("registry", "text", "status"),
    [
        ("${ECR}", "${ECR}/docker-hub/library/nginx:1", "cached"),
        ("${ECR}", "$ECR/docker-hub/library/nginx:1", "cached"),
        ("${ECR}", "${ECR:-docker.io}/docker-hub/library/nginx", "cached"),
        ("${ECR}", "${ECR}/docker-hub/nginx", "wrong"),
        ("${ECR}", "${ECR}/parcels/web", "own"),
        ("${ECR}", "${ECR}/dockerhub/library/web", "wrong"),
        ("${ECR}", "${ECRX}/docker-hub/library/nginx:1", "unresolved"),
        ("${ECR}", "nginx", "direct"),
        ("{{ .Values.registry }}", "{{.Values.registry}}/docker-hub/library/nginx", "cached"),
        ("{{ .Values.registry }}", "{{ $.Values.registry }}/docker-hub/nginx", "wrong"),
        (f"${{ECR:-{HOST}}}", f"{HUB}/library/nginx", "cached"),
        (f"${{ECR:-{HOST}}}", f"{HUB}/nginx", "wrong"),
    ],
)
def test_placeholders(registry: str, text: str, status: str) -> None:
    rules = dataclasses.replace(RULES, registry=registry)
    verdict = judge(text, rules)
    assert verdict.status == status
    if verdict.target:
        assert judge(verdict.target, rules).status == "cached"


def test_a_placeholder_is_known_where_a_format_cannot_tell() -> None:
    rules = dataclasses.replace(RULES, registry="{{ .Values.registry }}")
    text = "{{ .Values.registry }}/docker-hub/library/nginx"
    whole = Span(0, len(text))
    occurrence = Occurrence(
        (Piece(text, whole),), whole, whole, reason="the template reads it from elsewhere"
    )
    assert rules.judge(occurrence).status == "cached"
    assert RULES.judge(occurrence).status == "unresolved"
