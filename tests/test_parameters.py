"""Registries in variables: what the style makes of whole files, and what holds for any."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.rule import make_rule
from rewrite_refs.engine import parameters
from rewrite_refs.engine.parameters.declared import FOREIGN, OWN_DEFAULT
from rewrite_refs.engine.parameters.names import names_for
from rewrite_refs.engine.parameters.requests import MISSING_PATH, SYNTAX
from rewrite_refs.engine.rewrite import UNSAFE, Resolution, Result
from rewrite_refs.engine.style import Style
from rewrite_refs.formats import BY_NAME
from rewrite_refs.formats.base import Format
from rewrite_refs.formats.compose import FORMAT as COMPOSE
from rewrite_refs.formats.compose import variables as composeparameters
from rewrite_refs.formats.dockerfile import FORMAT as DOCKERFILE
from rewrite_refs.formats.dockerfile import variables as dockerparameters
from rewrite_refs.text.outline import Token
from rewrite_refs.text.source import Source
from tests.common import HOST, HUB, LIBRARY, RULES, context_of, inspect, occurrences, rewrite

CACHED = Style(parameter=True)
UPSTREAM = Style(parameter=True, upstream=True)
DECLARED = Style(variables=(("ECR_REGISTRY", None),))
PLACEHOLDER = replace(RULES, registry="${ECR_REGISTRY}")
CENTOS = RuleSet(HOST, (make_rule("quay.io/centos", "centos"), make_rule("docker.io", "docker-hub")))


def rewritten(text: str, format: Format, style: Style, rules: RuleSet = RULES) -> Result:
    """Rewrite *text*, and see that doing it again changes nothing."""
    context = context_of(format, style)
    result = parameters.rewrite(Source(text), context, rules.judge)
    again = parameters.rewrite(Source(result.text), context, rules.judge)
    assert again.text == result.text
    assert not any(each.done for each in again.resolutions)
    assert all(each.done or each.verdict.reason for each in result.resolutions if each.verdict.target)
    return result


def inspected(text: str, format: Format, style: Style, rules: RuleSet = RULES) -> list[Resolution]:
    """Every reference of *text* with its verdict."""
    return parameters.inspect(Source(text), context_of(format, style), rules.judge)[0]


def shown(text: str) -> str:
    """*text* with ~ for Docker Hub's cache, H for the host, and DHR for a long name."""
    return text.replace(HUB, "~").replace(HOST, "H").replace("DOCKER_HUB_REGISTRY", "DHR")


def meant(text: str) -> str:
    """What *text* is ``shown`` for."""
    return text.replace("~", HUB).replace("H/", f"{HOST}/").replace("DHR", "DOCKER_HUB_REGISTRY")


def reasons(result: Result) -> list[str | None]:
    return [each.verdict.reason for each in result.resolutions if not each.done]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM python:3.12\n", "ARG REGISTRY=~\nFROM ${REGISTRY}/library/python:3.12\n"),
        ("FROM docker.io/a/b\nFROM a/c AS c\nFROM c\n",
         "ARG REGISTRY=~\nFROM ${REGISTRY}/a/b\nFROM ${REGISTRY}/a/c AS c\nFROM c\n"),
        ("FROM nginx\nFROM quay.io/a/b\nFROM gcr.io/a/b\n",
         "ARG REGISTRY=~\nARG QUAY_REGISTRY=H/quay\n"
         "FROM ${REGISTRY}/library/nginx\nFROM ${QUAY_REGISTRY}/a/b\nFROM gcr.io/a/b\n"),
        ("FROM --platform=$BUILDPLATFORM \\\r\n  nginx:1\\\r\n.2 AS x\r\n",
         "ARG REGISTRY=~\r\n"
         "FROM --platform=$BUILDPLATFORM \\\r\n  ${REGISTRY}/library/nginx:1\\\r\n.2 AS x\r\n"),
        ("ARG V=3 W\nFROM node:${V}\nFROM node:$W\n",
         "ARG V=3 W\nARG REGISTRY=~\nFROM ${REGISTRY}/library/node:${V}\nFROM ${REGISTRY}/library/node:$W\n"),
        ("ARG V=3\nARG BASE=\"python:$V\"\nFROM $BASE\nFROM ${BASE}\n",
         "ARG REGISTRY=~\nARG V=3\nARG BASE=\"${REGISTRY}/library/python:$V\"\nFROM $BASE\nFROM ${BASE}\n"),
        ("FROM ${BASE:-nginx}\n", "ARG REGISTRY=~\nFROM ${BASE:-${REGISTRY}/library/nginx}\n"),
        # The registry stands in a variable already: only its default changes.
        ("ARG REGISTRY=docker.io\nFROM ${REGISTRY}/nginx\n",
         "ARG REGISTRY=~\nFROM ${REGISTRY}/library/nginx\n"),
        ("ARG R=docker.io/\nFROM ${R}library/nginx\n", "ARG R=~/\nFROM ${R}library/nginx\n"),
        ("ARG R=\nFROM ${R}nginx\n", "ARG R=~/\nFROM ${R}library/nginx\n"),
        ("ARG R\nFROM ${R:-docker.io}/a/b\n", "ARG R\nFROM ${R:-~}/a/b\n"),
        ("ARG REGISTRY=docker.io\nFROM $REGISTRY/a/b\nFROM nginx\n",
         "ARG REGISTRY=~\nFROM $REGISTRY/a/b\nFROM ${REGISTRY}/library/nginx\n"),
        ("ARG REGISTRY=~\nFROM $REGISTRY/a/b\nFROM nginx\n",
         "ARG REGISTRY=~\nFROM $REGISTRY/a/b\nFROM ${REGISTRY}/library/nginx\n"),
        # No ARG lets a build set R, so that it is no parameter.
        ("FROM ${R:-docker.io}/a/b\n", "ARG REGISTRY=~\nFROM ${R:-${REGISTRY}}/a/b\n"),
        # The name means something else.
        ("ARG REGISTRY\nFROM $REGISTRY/x\nFROM nginx\n",
         "ARG REGISTRY\nARG DHR=~\nFROM $REGISTRY/x\nFROM ${DHR}/library/nginx\n"),
        ("FROM nginx\nARG REGISTRY\n", "ARG DHR=~\nFROM ${DHR}/library/nginx\nARG REGISTRY\n"),
        ("ARG REGISTRY=docker.io\nFROM nginx\nARG REGISTRY\n",
         "ARG REGISTRY=docker.io\nARG DHR=~\nFROM ${DHR}/library/nginx\nARG REGISTRY\n"),
        ("ARG REGISTRY=a ARG REGISTRY=~\nFROM nginx\n",
         "ARG REGISTRY=a ARG REGISTRY=~\nARG DHR=~\nFROM ${DHR}/library/nginx\n"),
        ("ARG B=nginx\nARG REGISTRY=~\nFROM $B\nFROM $REGISTRY/a/b\n",
         "ARG DHR=~\nARG B=${DHR}/library/nginx\nARG REGISTRY=~\nFROM $B\nFROM $REGISTRY/a/b\n"),
        ("FROM nginx\nRUN echo ${REGISTRY%x} $DHR\n",
         "ARG DHR_2=~\nFROM ${DHR_2}/library/nginx\nRUN echo ${REGISTRY%x} $DHR\n"),
        # One default, two upstreams.
        ("ARG N=nginx\nFROM $N\nFROM quay.io/$N-$N/x\nFROM $N-$N\n",
         "ARG REGISTRY=~\nARG QUAY_REGISTRY=H/quay\nARG N=nginx\n"
         "FROM ${REGISTRY}/library/$N\nFROM ${QUAY_REGISTRY}/$N-$N/x\nFROM ${REGISTRY}/library/$N-$N\n"),
        # Cached references that are wrong are mended where they stand.
        ("FROM ~/nginx\n", "FROM ~/library/nginx\n"),
        ("FROM ~/nginx\nFROM nginx\n",
         "ARG REGISTRY=~\nFROM ~/library/nginx\nFROM ${REGISTRY}/library/nginx\n"),
        ("# rewrite-refs: ignore\nFROM nginx\nFROM a/b\n",
         "ARG REGISTRY=~\n# rewrite-refs: ignore\nFROM nginx\nFROM ${REGISTRY}/a/b\n"),
        ("FROM scratch\n", "FROM scratch\n"),
        ("RUN x\n", "RUN x\n"),
        # BuildKit checks that all instructions are in one case.
        ("from nginx\nrun x\n", "arg REGISTRY=~\nfrom ${REGISTRY}/library/nginx\nrun x\n"),
        ("from nginx\nRUN x\n", "ARG REGISTRY=~\nfrom ${REGISTRY}/library/nginx\nRUN x\n"),
        ("from scratch\ncopy --from=a/b c d\n",
         "arg REGISTRY=~\nfrom ${REGISTRY}/a/b as b\n\nfrom scratch\ncopy --from=b c d\n"),
        # No variable counts in single quotes; where the registry alone stands there, none is needed.
        ("ARG R='docker.io'\nFROM $R/a/b\n", "ARG R='~'\nFROM $R/a/b\n"),
    ],
)  # fmt: skip
def test_dockerfile(before: str, after: str) -> None:
    before = meant(before)
    assert shown(rewritten(before, DOCKERFILE, CACHED).text) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM alpine\nCOPY --from=busybox:1.36 a b\nCOPY --from=busybox:1.36 c d\n",
         "ARG REGISTRY=~\nFROM ${REGISTRY}/library/busybox:1.36 AS busybox\n\n"
         "FROM ${REGISTRY}/library/alpine\nCOPY --from=busybox a b\nCOPY --from=busybox c d\n"),
        ("FROM alpine\nRUN --mount=type=cache,from=ghcr.io/a/b,target=/x y\n",
         "ARG REGISTRY=~\nARG GHCR_REGISTRY=H/github\nFROM ${GHCR_REGISTRY}/a/b AS b\n\n"
         "FROM ${REGISTRY}/library/alpine\nRUN --mount=type=cache,from=b,target=/x y\n"),
        # The name of the stage is the image's own, unless that is an image of FROM or a stage.
        ("FROM scratch\nCOPY --from=composer a b\n",
         "ARG REGISTRY=~\nFROM ${REGISTRY}/library/composer AS composer\n\n"
         "FROM scratch\nCOPY --from=composer a b\n"),
        ("FROM gcr.io/x AS Busybox\nCOPY --from=busybox:1.36 a b\n",
         "ARG REGISTRY=~\nFROM ${REGISTRY}/library/busybox:1.36 AS busybox-1.36\n\n"
         "FROM gcr.io/x AS Busybox\nCOPY --from=busybox-1.36 a b\n"),
        # No name that X could make of the image of a FROM.
        ("ARG X\nFROM busy$X\nCOPY --from=busybox:1 a b\n",
         "ARG X\nARG REGISTRY=~\nFROM ${REGISTRY}/library/busybox:1 AS image-busybox\n\n"
         "FROM ${REGISTRY}/library/busy$X\nCOPY --from=image-busybox a b\n"),
        # There is none for a/image.
        ("ARG X\nFROM 'i'$X\nCOPY --from=a/image:1 a b\nCOPY --from=redis:7 a b\n",
         "ARG X\nARG REGISTRY=~\nFROM ${REGISTRY}/library/redis:7 AS redis\n\n"
         "FROM 'i'$X\nCOPY --from=a/image:1 a b\nCOPY --from=redis a b\n"),
    ],
)  # fmt: skip
def test_stages(before: str, after: str) -> None:
    assert shown(rewritten(before, DOCKERFILE, CACHED).text) == after


def test_a_syntax_directive_is_written_literally_where_the_cache_is_anyway() -> None:
    text = "# syntax=docker/dockerfile:1\nFROM nginx\n"
    assert shown(rewritten(text, DOCKERFILE, CACHED).text) == (
        "# syntax=~/docker/dockerfile:1\nARG REGISTRY=~\nFROM ${REGISTRY}/library/nginx\n"
    )
    alone = "# syntax=docker/dockerfile:1\nFROM scratch\n"
    assert shown(rewritten(alone, DOCKERFILE, CACHED).text) == alone.replace("docker/", "~/docker/", 1)
    for style, rules, head in ((UPSTREAM, RULES, HOST), (DECLARED, PLACEHOLDER, "${ECR_REGISTRY}")):
        result = rewritten(text, DOCKERFILE, style, rules)
        assert result.text.startswith("# syntax=docker/dockerfile:1\nARG ")
        verdict = result.resolutions[0].verdict
        assert (verdict.status, verdict.target) == ("unresolved", None)
        assert verdict.reason == SYNTAX.format(f"{head}/docker-hub/docker/dockerfile:1")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("FROM gcr.io/x\nONBUILD COPY --from=nginx a b\n", "", [dockerparameters.ONBUILD]),
        ("FROM gcr.io/x\nCOPY --from=0 a b\nCOPY --from=nginx a b\n", "", [dockerparameters.NUMBERED]),
        ("FROM 'nginx'\n", "", [dockerparameters.QUOTED]),
        ("FROM scratch\nCOPY --from=ngi\\nx a b\n", "",
         ["the registry is composed of a variable and other text"]),
        ("FROM docker.${A:-io}/x/y\n", "", ["the registry is composed of a variable and other text"]),
        ("ARG N=docker.io/a\nFROM $N/b\nFROM quay.io/$N/c\n",
         "ARG N=docker.io/a\nARG QUAY_REGISTRY=H/quay\nFROM $N/b\nFROM ${QUAY_REGISTRY}/$N/c\n",
         ["the registry is shared with quay.io/docker.io/a/c, which maps to another registry: "
          "use a separate value for each"]),
    ],
)  # fmt: skip
def test_what_is_left_is_said(before: str, after: str, expected: list[str]) -> None:
    result = rewritten(before, DOCKERFILE, CACHED)
    assert shown(result.text) == (after or before)
    left = [reason for reason in reasons(result) if reason and not reason.startswith("ECR cannot")]
    assert left == expected
    resolutions = inspected(before, DOCKERFILE, CACHED)
    assert [each.occurrence for each in resolutions] == [each.occurrence for each in result.resolutions]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM python:3.12\n", "ARG REGISTRY=docker.io\nFROM ${REGISTRY}/library/python:3.12\n"),
        ("ARG REGISTRY=docker.io\nFROM nginx\nARG REGISTRY\n",
         "ARG REGISTRY=docker.io\nFROM ${REGISTRY}/library/nginx\nARG REGISTRY\n"),
        ("ARG REGISTRY=~\nFROM nginx\n", "ARG REGISTRY=~\nFROM ${REGISTRY}/library/nginx\n"),
        ("ARG R=docker.io\nFROM $R/nginx\n", "ARG R=docker.io\nFROM $R/library/nginx\n"),
        ("ARG R=\nFROM ${R}nginx\n", "ARG R=\nFROM ${R}library/nginx\n"),
        ("ARG R=index.docker.io\nFROM $R/a/b\n", "ARG R=index.docker.io\nFROM $R/a/b\n"),
        ("FROM alpine\nCOPY --from=busybox a b\n",
         "ARG REGISTRY=docker.io\nFROM ${REGISTRY}/library/busybox AS busybox\n\n"
         "FROM ${REGISTRY}/library/alpine\nCOPY --from=busybox a b\n"),
        ("FROM ~/library/nginx\n", "FROM ~/library/nginx\n"),
    ],
)  # fmt: skip
def test_the_default_is_the_upstream(before: str, after: str) -> None:
    before = meant(before)
    result = rewritten(before, DOCKERFILE, UPSTREAM)
    assert shown(result.text) == after
    resolutions = inspected(result.text, DOCKERFILE, UPSTREAM, RULES)
    assert {each.verdict.status for each in resolutions} == {"cached"}
    assert all(
        each.verdict.target and each.verdict.target.startswith(HUB)
        for each in result.resolutions
        if each.done
    )


def test_a_style_may_change() -> None:
    upstream = rewritten("FROM nginx\n", DOCKERFILE, UPSTREAM).text
    cached = rewritten(upstream, DOCKERFILE, CACHED).text
    assert shown(cached) == "ARG REGISTRY=~\nFROM ${REGISTRY}/library/nginx\n"
    assert rewritten(cached, DOCKERFILE, UPSTREAM).text == cached


def test_without_a_registry_the_upstream_is_known_all_the_same() -> None:
    rules = RuleSet(rules=RULES.rules)
    text = "ARG R=docker.io\nARG S=index.docker.io\nFROM $R/a/b\nFROM $R/c\nFROM $S/a/b\nFROM gcr.io/a\n"
    resolutions = inspected(text, DOCKERFILE, UPSTREAM, rules)
    assert [each.verdict.status for each in resolutions] == ["cached", "direct", "direct", "unmapped"]
    assert resolutions[0].verdict.reason == "through R, whose default is the upstream"


def test_names() -> None:
    text = "FROM nginx\nFROM quay.io/a/b\n"
    style = CACHED._replace(names={"docker.io": "HUB", "quay.io": "HUB"})
    assert shown(rewritten(text, DOCKERFILE, style).text) == (
        "ARG HUB=~\nARG HUB_2=H/quay\nFROM ${HUB}/library/nginx\nFROM ${HUB_2}/a/b\n"
    )


def test_a_name_that_was_given_to_another_upstream_is_not_taken() -> None:
    style = CACHED._replace(names={"quay.io": "REGISTRY"})
    assert shown(rewritten("FROM nginx\nFROM quay.io/a/b\n", DOCKERFILE, style).text) == (
        "ARG DHR=~\nARG REGISTRY=H/quay\nFROM ${DHR}/library/nginx\nFROM ${REGISTRY}/a/b\n"
    )


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ("docker.io", ["REGISTRY", "DOCKER_HUB_REGISTRY", "DOCKER_HUB_REGISTRY_2"]),
        ("quay.io/centos", ["QUAY_CENTOS_REGISTRY", "QUAY_CENTOS_REGISTRY_2", "QUAY_CENTOS_REGISTRY_3"]),
        ("ghcr.io/a-b/c", ["GHCR_A_B_C_REGISTRY"]),
        ("registry.k8s.io", ["K8S_REGISTRY"]),
        ("public.ecr.aws", ["ECR_PUBLIC_REGISTRY"]),
        ("acme-1.azurecr.io", ["ACME_REGISTRY"]),
        ("registry.example.com:5000", ["EXAMPLE_REGISTRY"]),
        ("registry:5000", ["_5000_REGISTRY"]),
        (HOST, ["ECR_123456789012_REGISTRY"]),
    ],
)  # fmt: skip
def test_the_usual_names(rule: str, names: list[str]) -> None:
    assert list(islice(names_for(rule, {}), len(names))) == names


@pytest.mark.parametrize("style", [CACHED, UPSTREAM])
def test_a_rule_with_a_path(style: Style) -> None:
    held = "quay.io/centos" if style.upstream else "H/centos"
    text = "ARG Q=quay.io/centos\nFROM $Q/stream9\nFROM quay.io/centos/x\nFROM quay.io/other\n"
    assert shown(rewritten(text, DOCKERFILE, style, CENTOS).text) == (
        f"ARG Q={held}\nARG QUAY_CENTOS_REGISTRY={held}\n"
        "FROM $Q/stream9\nFROM ${QUAY_CENTOS_REGISTRY}/x\nFROM quay.io/other\n"
    )
    result = rewritten("ARG Q=quay.io\nFROM $Q/centos/x\n", DOCKERFILE, style, CENTOS)
    if style.upstream:
        assert reasons(result) == [MISSING_PATH.format("Q", "quay.io/centos")]
    else:
        assert shown(result.text) == "ARG Q=H/centos\nFROM $Q/x\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM nginx\n", "ARG ECR_REGISTRY\nFROM ${ECR_REGISTRY}/docker-hub/library/nginx\n"),
        ("ARG B=nginx\nFROM $B\n",
         "ARG ECR_REGISTRY\nARG B=${ECR_REGISTRY}/docker-hub/library/nginx\nFROM $B\n"),
        ("ARG ECR_REGISTRY\nFROM quay.io/a/b\n", "ARG ECR_REGISTRY\nFROM ${ECR_REGISTRY}/quay/a/b\n"),
        ("FROM scratch\nCOPY --from=a/b:1 c d\n",
         "ARG ECR_REGISTRY\nFROM ${ECR_REGISTRY}/docker-hub/a/b:1 AS b\n\nFROM scratch\nCOPY --from=b c d\n"),
        ("ARG ECR_REGISTRY\nFROM ${ECR_REGISTRY}/docker-hub/nginx\n",
         "ARG ECR_REGISTRY\nFROM ${ECR_REGISTRY}/docker-hub/library/nginx\n"),
        ("FROM scratch\n", "FROM scratch\n"),
    ],
)  # fmt: skip
def test_a_placeholder_is_declared(before: str, after: str) -> None:
    result = rewritten(before, DOCKERFILE, DECLARED, PLACEHOLDER)
    assert result.text == after
    resolutions = inspected(after, DOCKERFILE, DECLARED, PLACEHOLDER)
    assert {each.verdict.status for each in resolutions} <= {"cached"}


def test_a_placeholder_with_a_default() -> None:
    rules = replace(RULES, registry=f"${{E:-{HOST}}}")
    style = Style(variables=(("E", HOST),))
    result = rewritten("FROM nginx\n", DOCKERFILE, style, rules)
    assert shown(result.text) == "ARG E=H\nFROM ${E:-H}/docker-hub/library/nginx\n"
    for held in ("", "=a.example"):
        text = f"ARG E{held}\nFROM nginx\n"
        result = rewritten(text, DOCKERFILE, style, rules)
        if held:
            assert (result.text, reasons(result)) == (text, [FOREIGN.format("E")])
        else:
            assert shown(result.text) == "ARG E\nFROM ${E:-H}/docker-hub/library/nginx\n"
    text = 'services:\n  a:\n    image: "nginx"\n'
    assert shown(rewritten(text, COMPOSE, style, rules).text) == text.replace(
        "nginx", "${E:-H}/docker-hub/library/nginx"
    )


DEFAULTED = Style(variables=(("ACCOUNT", "123456789012"), ("REGION", None)))
PARTS = replace(RULES, registry="${ACCOUNT:-123456789012}.dkr.ecr.$REGION.amazonaws.com")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ARG R='docker.io'\nFROM $R/a/b\n", dockerparameters.QUOTED),
        # What was no parameter would become one.
        ("FROM nginx\nFROM ${ECR_REGISTRY:-docker.io}/a/b\n", OWN_DEFAULT.format("ECR_REGISTRY")),
        ("ARG V=${ECR_REGISTRY-1}\nFROM nginx:$V\n", OWN_DEFAULT.format("ECR_REGISTRY")),
        # BuildKit looks at what FROM says without build arguments.
        ("# check=error=true\nFROM nginx\n", dockerparameters.CHECKED.format("ECR_REGISTRY")),
        ("# check = skip=StageNameCasing ; error=1\nARG ECR_REGISTRY\nFROM nginx\n",
         dockerparameters.CHECKED.format("ECR_REGISTRY")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("style", [DECLARED, DECLARED._replace(parameter=True)])
def test_where_a_placeholder_breaks_a_build(text: str, reason: str, style: Style) -> None:
    result = rewritten(text, DOCKERFILE, style, PLACEHOLDER)
    assert result.text == text
    assert reason in reasons(result)


def test_a_variable_may_stand_before_what_is_in_single_quotes() -> None:
    text = "ARG B='nginx'\nFROM $B\n"
    assert reasons(rewritten(text, DOCKERFILE, DECLARED, PLACEHOLDER)) == [dockerparameters.QUOTED]
    assert shown(rewritten(text, DOCKERFILE, CACHED).text) == (
        "ARG REGISTRY=~\nARG B='nginx'\nFROM ${REGISTRY}/library/$B\n"
    )


@pytest.mark.parametrize(
    "directive", ["check=skip=all;error=true", "check=skip=X, InvalidDefaultArgInFrom;error=true",
                  "check=error=false", "check=skip=X", "syntax=a.example/b"]
)  # fmt: skip
def test_where_no_check_refuses_it(directive: str) -> None:
    text = f"# {directive}\nFROM nginx\n"
    result = rewritten(text, DOCKERFILE, DECLARED, PLACEHOLDER)
    assert result.text == text.replace("FROM ", "ARG ECR_REGISTRY\nFROM ${ECR_REGISTRY}/docker-hub/library/")


def test_a_check_has_nothing_against_a_default() -> None:
    text = "# check=error=true\nFROM nginx\n"
    for style in (CACHED, UPSTREAM, DECLARED._replace(parameter=True, upstream=True)):
        assert (
            rewritten(text, DOCKERFILE, style, PLACEHOLDER if style.variables else RULES).resolutions[0].done
        )
    rules = replace(RULES, registry=f"${{E:-{HOST}}}")
    assert rewritten(text, DOCKERFILE, Style(variables=(("E", HOST),)), rules).resolutions[0].done


def test_an_arg_of_a_stage_takes_no_default_of_the_placeholder() -> None:
    text = "FROM nginx\nARG {}\nRUN deploy\n"
    head = "${ACCOUNT:-123456789012}.dkr.ecr.$REGION.amazonaws.com/docker-hub/library/"
    for declared, default in (("REGION ACCOUNT", ""), ("ACCOUNT=1 MY_ACCOUNT", "=123456789012")):
        before = text.format(declared)
        after = f"ARG ACCOUNT{default}\nARG REGION\n" + before.replace("nginx", head + "nginx")
        assert rewritten(before, DOCKERFILE, DEFAULTED, PARTS).text == after


def test_a_default_that_a_file_has_already_may_become_that_of_an_arg() -> None:
    rules = replace(RULES, registry=f"${{E:-{HOST}}}")
    text = f"FROM ${{E:-{HOST}}}/docker-hub/a/b\nFROM c/d\n"
    result = rewritten(text, DOCKERFILE, Style(variables=(("E", HOST),)), rules)
    assert result.text == f"ARG E={HOST}\n" + text.replace("c/d", f"${{E:-{HOST}}}/docker-hub/c/d")


def test_a_placeholder_in_a_parameter() -> None:
    style = DECLARED._replace(parameter=True)
    assert rewritten("FROM nginx\n", DOCKERFILE, style, PLACEHOLDER).text == (
        "ARG ECR_REGISTRY\nARG REGISTRY=${ECR_REGISTRY}/docker-hub\nFROM ${REGISTRY}/library/nginx\n"
    )
    assert rewritten("FROM nginx\n", DOCKERFILE, style._replace(upstream=True), PLACEHOLDER).text == (
        "ARG REGISTRY=docker.io\nFROM ${REGISTRY}/library/nginx\n"
    )
    assert rewritten("services:\n  a:\n    image: a/b\n", COMPOSE, style, PLACEHOLDER).text == (
        "services:\n  a:\n    image: ${REGISTRY:-${ECR_REGISTRY}/docker-hub}/a/b\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM ~/a/b\n", "ARG ECR_REGISTRY\nFROM ${ECR_REGISTRY}/docker-hub/a/b\n"),
        ("FROM scratch\nCOPY --from=~/a/b c d\n",
         "ARG ECR_REGISTRY\nFROM ${ECR_REGISTRY}/docker-hub/a/b AS b\n\nFROM scratch\nCOPY --from=b c d\n"),
    ],
)  # fmt: skip
def test_what_moves_from_a_registry_to_a_placeholder(before: str, after: str) -> None:
    rules = replace(PLACEHOLDER, others=tuple(RULES.caches))
    assert rewritten(meant(before), DOCKERFILE, DECLARED, rules).text == after


SERVICE = "services:\n  a:\n    image: {}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("postgres:16", "${REGISTRY:-~}/library/postgres:16"),
        ('"a/b:$TAG"', '"${REGISTRY:-~}/a/b:$TAG"'),
        ("'quay.io/a/b'", "'${QUAY_REGISTRY:-H/quay}/a/b'"),
        (">-\n      nginx", ">-\n      ${REGISTRY:-~}/library/nginx"),
        ("${R:-docker.io}/nginx", "${R:-~}/library/nginx"),
        ("${R:-}nginx", "${R:-~/}library/nginx"),
        ("${V:-docker.io/a/b}", "${V:-${REGISTRY:-~}/a/b}"),
        ("{}", "{}"),
        ("a/b\n  c:\n    image: ${REGISTRY}/x", "${DHR:-~}/a/b\n  c:\n    image: ${REGISTRY}/x"),
        ("a/b\n  c:\n    image: c/d\n  e:\n    image: ${REGISTRY:-~}/x/y",
         "${REGISTRY:-~}/a/b\n  c:\n    image: ${REGISTRY:-~}/c/d\n  e:\n    image: ${REGISTRY:-~}/x/y"),
        ("a/b\n    build:\n      additional_contexts: {x: 'docker-image://c/d'}",
         "a/b\n    build:\n      additional_contexts: {x: 'docker-image://${REGISTRY:-~}/c/d'}"),
        ("a/b\n    build:\n      dockerfile_inline: |\n        FROM nginx\n        COPY --from=c/d e f",
         "a/b\n    build:\n      dockerfile_inline: |\n        FROM ${REGISTRY:-~}/library/nginx\n"
         "        COPY --from=${REGISTRY:-~}/c/d e f"),
        # The default of a variable opens no mapping.
        ("a/b\n    build:\n      dockerfile_inline: |\n        FROM ${R:-docker.io}/nginx",
         "a/b\n    build:\n      dockerfile_inline: |\n        FROM ${R:-~}/library/nginx"),
        # What is handed on means something else.
        ("a/b\n    environment:\n      - REGISTRY", "${DHR:-~}/a/b\n    environment:\n      - REGISTRY"),
    ],
)  # fmt: skip
def test_compose(before: str, after: str) -> None:
    before, after = meant(SERVICE.format(before)), meant(SERVICE.format(after))
    assert rewritten(before, COMPOSE, CACHED).text == after


def test_compose_with_the_upstream_as_default() -> None:
    text = SERVICE.format("nginx") + "  b:\n    image: ${R:-docker.io}/redis\n  c:\n    image: ${S:-}a/b\n"
    result = rewritten(text, COMPOSE, UPSTREAM)
    assert result.text == (
        SERVICE.format("${REGISTRY:-docker.io}/library/nginx")
        + "  b:\n    image: ${R:-docker.io}/library/redis\n  c:\n    image: ${S:-}a/b\n"
    )
    resolutions = inspected(result.text, COMPOSE, UPSTREAM, RULES)
    assert {each.verdict.status for each in resolutions} == {"cached"}


def test_flow_style_in_compose_is_left() -> None:
    text = 'services: {a: {image: nginx}, b: {image: "redis"}}\n'
    result = rewritten(text, COMPOSE, CACHED)
    assert shown(result.text) == text.replace("redis", "${REGISTRY:-~}/library/redis")
    assert reasons(result) == [composeparameters.UNQUOTED]


def test_a_broken_document_does_not_keep_the_others() -> None:
    result = rewritten("services: [image\n---\n" + SERVICE.format("nginx"), COMPOSE, CACHED)
    assert "${REGISTRY:-" in result.text
    assert result.problems


def test_other_formats_and_no_style_are_literal() -> None:
    pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx\n"
    assert rewritten(pod, BY_NAME["kubernetes"], CACHED).text == pod.replace("nginx", f"{LIBRARY}/nginx")
    assert [each.verdict.status for each in inspected(pod, BY_NAME["kubernetes"], CACHED)] == ["direct"]
    for text, format in (("FROM nginx\n", DOCKERFILE), (SERVICE.format("nginx"), COMPOSE)):
        literal = rewrite(text, format, RULES.judge)
        styled = rewritten(text, format, Style())
        assert (styled.text, styled.resolutions) == (literal.text, literal.resolutions)
        assert inspected(text, format, Style()) == inspect(text, format, RULES.judge)[0]


def lying(source: Source) -> list[Token]:
    """The outline of a Dockerfile, but another one each time."""
    return [replace(each, kind=(each.kind, source.text)) for each in DOCKERFILE.outline(source)]


@pytest.mark.parametrize("text", ["FROM nginx\n", "FROM nginx\nCOPY --from=a/b c d\nCOPY --from=e/f g h\n"])
def test_what_cannot_be_proved_is_left(text: str) -> None:
    result = rewritten(text, replace(DOCKERFILE, outline=lying), CACHED)
    assert result.text == text
    assert set(reasons(result)) == {UNSAFE}


# --- properties --------------------------------------------------------------------------------

_IMAGES = [
    "nginx",
    "nginx:1.25",
    "docker.io/redis",
    "grafana/loki:$V",
    "quay.io/a/b",
    "ghcr.io/c/d:1",
    "gcr.io/e/f",
]
_LINES = [
    *(f"FROM {image}" for image in _IMAGES),
    "FROM --platform=$BUILDPLATFORM nginx AS nginx", "FROM ${REGISTRY}/a/b", "FROM ${BASE}:3",
    "FROM $R/nginx", "FROM ${R:-docker.io}/x/y", "FROM nginx AS quay",
    *(f"COPY --from={image.partition('$')[0].rstrip(':')} a b" for image in _IMAGES),
    "RUN --mount=from=grafana/loki,target=/x y", "ONBUILD COPY --from=nginx a b", "COPY --from=nginx c d",
    "RUN echo \\", "ARG REGISTRY", "ENV GHCR_REGISTRY=x", "RUN <<E\nFROM nginx\nE",
    "# comment", "", "# hadolint ignore=X",
]  # fmt: skip
_ARGS = [
    "ARG V=1", "ARG REGISTRY=docker.io", "ARG REGISTRY", "ARG R=docker.io", "ARG R=", "ARG BASE=quay.io/a/b",
    "ARG BASE=nginx", "ARG QUAY_REGISTRY=quay.io", "# comment", "", "# checkov:skip=X",
]  # fmt: skip


@st.composite
def dockerfiles(draw: st.DrawFn) -> str:
    head = draw(
        st.lists(
            st.sampled_from(["# syntax=docker/dockerfile:1", "# escape=`", "# check=skip=all"]),
            max_size=2,
            unique=True,
        )
    )
    args = draw(st.lists(st.sampled_from(_ARGS), max_size=4))
    lines = draw(st.lists(st.sampled_from(_LINES), max_size=6))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = "\n".join([*head, *args, draw(st.sampled_from(_LINES[:7])), *lines, ""])
    return draw(st.sampled_from(["", "\ufeff"])) + text.replace("\n", end)


def rest(text: str) -> list[str]:
    """The lines of *text* that nothing is done to."""
    return [
        each
        for each in text.lstrip("\ufeff").split("\n")
        if each.strip() and not re.search(r"ARG|FROM|from=|syntax=", each)
    ]


@given(dockerfiles())
def test_any_dockerfile(text: str) -> None:
    literal = rewrite(text, DOCKERFILE, RULES.judge)
    for style in (CACHED, UPSTREAM):
        result = rewritten(text, DOCKERFILE, style)
        assert result.problems == literal.problems
        assert [each.occurrence for each in result.resolutions] == [
            each.occurrence for each in literal.resolutions
        ]
        for one, other in zip(result.resolutions, literal.resolutions, strict=True):
            assert not one.done or (other.done and one.verdict.target == other.verdict.target)
        after, _ = inspect(result.text, DOCKERFILE, RULES.judge)
        references = {str(each.verdict.reference) for each in after}
        if style.upstream:
            assert references == {str(each.verdict.reference) for each in result.resolutions}
        else:
            assert {each.occurrence.text for each in after} == {
                each.verdict.target if each.done else each.occurrence.text for each in result.resolutions
            }
        if not any(each.done for each in result.resolutions):
            assert result.text == text
        assert rest(result.text) == rest(text)


@given(
    st.lists(
        st.sampled_from([*_IMAGES, "${R:-docker.io}/nginx", "${V:-nginx}", "${R:-}a/b", "{x: y}"]), max_size=5
    )
)
def test_any_compose_file(images: list[str]) -> None:
    text = "services:\n" + "".join(f"  s{at}:\n    image: {image}\n" for at, image in enumerate(images))
    literal = rewrite(text, COMPOSE, RULES.judge)
    cached = rewritten(text, COMPOSE, CACHED)
    assert [each.verdict for each in cached.resolutions] == [each.verdict for each in literal.resolutions]
    upstream = rewritten(text, COMPOSE, UPSTREAM)
    after, _ = inspect(upstream.text, COMPOSE, RULES.judge)
    assert [each.verdict.reference for each in after] == [
        each.verdict.reference for each in upstream.resolutions
    ]


@given(dockerfiles())
def test_a_build_that_passes_the_cache_gets_what_the_other_default_gives(text: str) -> None:
    passed = rewritten(text, DOCKERFILE, UPSTREAM).text
    passed = passed.replace("syntax=docker/", f"syntax={HUB}/docker/")  # as BUILDKIT_SYNTAX
    for rule in RULES.rules:
        passed = re.sub(
            rf"(?m)^(\ufeff?ARG \w+=){rule.upstream}(\r?)$", rf"\g<1>{HOST}/{rule.prefix}\2", passed
        )
    cached = rewritten(text, DOCKERFILE, CACHED).text
    images = [{each.text for each in occurrences(each, DOCKERFILE)} for each in (passed, cached)]
    # What a build passes for an empty default ends with a slash, and FROM has its own default.
    if "ARG R=\n" not in text.replace("\r", "") and "${R:-" not in text:
        assert images[0] == images[1]
