from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.errors import ParseError
from rewrite_refs.formats import dockerfile
from rewrite_refs.formats.dockerfile import FORMAT as DOCKERFILE
from rewrite_refs.formats.dockerfile import crosscheck as dockeragree
from rewrite_refs.formats.dockerfile import lines as dockerlines
from rewrite_refs.text.chars import Chars
from rewrite_refs.text.spans import Span
from tests.common import HUB, LIBRARY, RULES, assert_properties, claims, occurrences, rewritten

CASES = json.loads((Path(__file__).parent.parent / "data/dockerfiles.json").read_text())
VECTOR_RULES = RuleSet("123456789012.dkr.ecr.us-east-1.amazonaws.com", RULES.rules)


def content(case: dict[str, Any], key: str) -> str:
    if f"{key}_b64" in case:
        return base64.b64decode(case[f"{key}_b64"]).decode()
    return str(case[key])


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_vectors(case: dict[str, Any]) -> None:
    before = content(case, "content")
    result = rewritten(before, DOCKERFILE, VECTOR_RULES)
    assert bool(result.problems) is not case["valid"]
    assert result.text == (content(case, "expected") if case["valid"] else before)
    assert rewritten(result.text, DOCKERFILE, VECTOR_RULES).text == result.text


def after(before: str) -> str:
    """Rewrite *before*; ~ stands for the prefix of Docker Hub, and L for its library."""
    result = rewritten(before, DOCKERFILE)
    again = rewritten(result.text, DOCKERFILE)
    assert again.text == result.text
    return result.text.replace(f"{LIBRARY}/", "L/").replace(f"{HUB}/", "~/").replace(HUB, "~")


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("ARG R=docker.io\nFROM ${R}/alpine\n", "ARG R=~\nFROM ${R}/library/alpine\n"),
        ('ARG R=""\nFROM ${R}alpine\n', 'ARG R="~/"\nFROM ${R}library/alpine\n'),
        ("ARG R=\nFROM ${R}grafana/loki\n", "ARG R=~/\nFROM ${R}grafana/loki\n"),
        ("FROM ${R:-}alpine\n", "FROM ${R:-~/}library/alpine\n"),
        ("ARG R=\nFROM ${R:-}alpine\n", "ARG R=~/\nFROM ${R:-}library/alpine\n"),
        ("ARG N=grafana\nFROM $N/loki\n", "ARG N=grafana\nFROM ~/$N/loki\n"),
        ('ARG N=grafana\nFROM "$N/loki"\n', 'ARG N=grafana\nFROM "~/$N/loki"\n'),
        ("ARG N=alpine\nFROM docker.io/$N\n", "ARG N=alpine\nFROM L/$N\n"),
        ("ARG N=alpine\nFROM $N:3\n", "ARG N=L/alpine\nFROM $N:3\n"),
        # One default, two meanings: the FROM that needs it gets a literal head.
        (
            "ARG N=alpine\nFROM $N\nFROM docker.io/x/$N\n",
            "ARG N=alpine\nFROM L/$N\nFROM ~/x/$N\n",
        ),
        (
            "ARG N=alpine\nFROM $N\nFROM ghcr.io/x/$N-$N\nFROM ${N%ine}\n",
            f"ARG N=alpine\nFROM L/$N\nFROM {HUB[:-10]}github/x/$N-$N\nFROM L/${{N%ine}}\n",
        ),
        ("ARG T\nFROM alpine:$T\n", "ARG T\nFROM L/alpine:$T\n"),
        ("FROM alpine:$TARGETARCH\n", "FROM L/alpine:$TARGETARCH\n"),
        ("ARG V=1_2\nFROM alpine:${V/_/.}\n", "ARG V=1_2\nFROM L/alpine:${V/_/.}\n"),
        ("ARG V=1_2_3\nFROM alpine:${V//_/.}\n", "ARG V=1_2_3\nFROM L/alpine:${V//_/.}\n"),
        ("ARG V=v1\nFROM alpine:${V#v}\n", "ARG V=v1\nFROM L/alpine:${V#v}\n"),
        ("ARG V=1.2.3\nFROM alpine:${V%%.*}\n", "ARG V=1.2.3\nFROM L/alpine:${V%%.*}\n"),
        ("ARG V=1.2.3\nFROM alpine:${V%.*}\n", "ARG V=1.2.3\nFROM L/alpine:${V%.*}\n"),
        ("ARG V=a*b\nFROM alpine:3${V#a\\*b}\n", "ARG V=a*b\nFROM L/alpine:3${V#a\\*b}\n"),
        ("ARG V\nFROM alpine:3${V#x}\n", "ARG V\nFROM L/alpine:3${V#x}\n"),
        ("FROM alpine:3${V#x}\n", "FROM L/alpine:3${V#x}\n"),
        ("FROM alpine:3${V+x}\n", "FROM L/alpine:3${V+x}\n"),
        ("ARG V\nFROM alpine:3${V+x}\n", "ARG V\nFROM L/alpine:3${V+x}\n"),
        ("ARG V=1\nFROM alpine:${V?no}\n", "ARG V=1\nFROM L/alpine:${V?no}\n"),
        ("ARG V\nFROM alpine:${V?no}\n", "ARG V\nFROM L/alpine:${V?no}\n"),
        ("ARG V\nARG A=alpine:$V\nFROM $A\n", "ARG V\nARG A=L/alpine:$V\nFROM $A\n"),
        ("ARG V=1 V\nFROM alpine:$V\n", "ARG V=1 V\nFROM L/alpine:$V\n"),
        ("FROM al\\pine\n", "FROM L/al\\pine\n"),
        ('FROM "al\\"pine"\nFROM nginx\n', 'FROM "al\\"pine"\nFROM L/nginx\n'),
        ("FROM 'alpine'\n", "FROM 'L/alpine'\n"),
        ('ARG V=3\nFROM "alpine:$V"\n', 'ARG V=3\nFROM "L/alpine:$V"\n'),
        ("ARG 1=3\nFROM alpine:$1\nFROM x:1$@\n", "ARG 1=3\nFROM L/alpine:$1\nFROM L/x:1$@\n"),
        ("FROM dock\\\ner.io/alpine\n", "FROM ~\\\n/library/alpine\n"),
        ("FR\\\nOM alpine\n", "FR\\\nOM L/alpine\n"),
        ("\\\nFROM alpine\n", "\\\nFROM L/alpine\n"),
        ("FROM alpine\nRUN\nRUN \nFROM nginx", "FROM L/alpine\nRUN\nRUN \nFROM L/nginx"),
        ("\ufeffFROM alpine\n", "\ufeffFROM L/alpine\n"),
        (
            "#!/usr/bin/env x\n# syntax=docker/dockerfile:1\nFROM x\n",
            "#!/usr/bin/env x\n# syntax=~/docker/dockerfile:1\nFROM L/x\n",
        ),
        (
            "FROM x\nCOPY --from=99999999999999999999 a b\n",
            "FROM L/x\nCOPY --from=L/99999999999999999999 a b\n",
        ),
        (
            'FROM x\nRUN --mount=\\"from=nginx\\",target=/x y\n',
            'FROM L/x\nRUN --mount=\\"from=L/nginx\\",target=/x y\n',
        ),
        (
            "FROM x AS b-a\nFROM b-$TARGETARCH\nFROM b$X\n",
            "FROM L/x AS b-a\nFROM b-$TARGETARCH\nFROM L/b$X\n",
        ),
        ("FROM x\nRUN echo it's <<EOF\nFROM nginx\n", "FROM L/x\nRUN echo it's <<EOF\nFROM L/nginx\n"),
        ("FROM x\nRUN ${x^^} <<EOF\nFROM nginx\n", "FROM L/x\nRUN ${x^^} <<EOF\nFROM L/nginx\n"),
        ('FROM x\nRUN "${x:-"a"}" <<E\nFROM n\nE\n', 'FROM L/x\nRUN "${x:-"a"}" <<E\nFROM n\nE\n'),
        ("FROM x\nRUN ${x/a/b} ${y:=1} <<E\nFROM n\nE\n", "FROM L/x\nRUN ${x/a/b} ${y:=1} <<E\nFROM n\nE\n"),
        ("FROM x\nRUN ${x/a} <<E\nFROM n\n", "FROM L/x\nRUN ${x/a} <<E\nFROM L/n\n"),
        ("FROM x\nRUN ${x:#a} <<E\nFROM n\n", "FROM L/x\nRUN ${x:#a} <<E\nFROM L/n\n"),
        ("FROM x\nRUN ${} <<E\nFROM n\n", "FROM L/x\nRUN ${} <<E\nFROM L/n\n"),
        ("FROM x\nRUN ${x:- <<E\nFROM n\n", "FROM L/x\nRUN ${x:- <<E\nFROM L/n\n"),
        ('FROM x\nRUN "${x^}" <<E\nFROM n\n', 'FROM L/x\nRUN "${x^}" <<E\nFROM L/n\n'),
        ("FROM x\nRUN <<E${x:-y}\nFROM n\n", "FROM L/x\nRUN <<E${x:-y}\nFROM L/n\n"),
        ("FROM x\nRUN <<'a b'\nFROM n\na b\n", "FROM L/x\nRUN <<'a b'\nFROM n\na b\n"),
        ("FROM x\nRUN <<a\\ b\nFROM n\na b\n", "FROM L/x\nRUN <<a\\ b\nFROM n\na b\n"),
        ("FROM x\nRUN ${x:-'}'\\}${y}} <<E\nFROM n\nE\n", "FROM L/x\nRUN ${x:-'}'\\}${y}} <<E\nFROM n\nE\n"),
        ('FROM x\nRUN a<<b <<""\nFROM n\n', 'FROM x\nRUN a<<b <<""\nFROM n\n'.replace("M ", "M L/")),
        ("FROM x\nRUN ${x} ${x#a} <<E'\nFROM n\n", "FROM L/x\nRUN ${x} ${x#a} <<E'\nFROM L/n\n"),
        ("FROM x\nRUN <<E<F\nFROM n\n", "FROM L/x\nRUN <<E<F\nFROM L/n\n"),
        ("FROM x\nRUN << \nFROM n\n", "FROM L/x\nRUN << \nFROM L/n\n"),
        ("FROM x\nRUN <<a'b c'd\\ e\nFROM n\nab cd e\n", "FROM L/x\nRUN <<a'b c'd\\ e\nFROM n\nab cd e\n"),
        ("FROM x\nRUN <<E \\\\\\\nFROM n\nE\n", "FROM L/x\nRUN <<E \\\\\\\nFROM n\nE\n"),
        ("ARG V=a.b\nFROM n:${V#?.} AS x\\\\\\\n",) * 2,
        ("ARG V=a}b\nFROM n:${V#a\\}}\n", "ARG V=a}b\nFROM L/n:${V#a\\}}\n"),
        ("ARG V=abc\nFROM n:${V#?}${V/x/y}\n", "ARG V=abc\nFROM L/n:${V#?}${V/x/y}\n"),
        ("ARG A=n\\\nFROM x\nARG B=y\\\\\\\n",) * 2,
        ("FROM x\nCOPY --link\\\\\\\n a b\n",) * 2,
        (
            'FROM x\nRUN --mount=\\"from=a\\"\\"b\\",target=/x y\n',
            'FROM L/x\nRUN --mount=\\"from=a\\"\\"b\\",target=/x y\n',
        ),
        ("FROM x\nRUN --mount=rw,target=/x y\n", "FROM L/x\nRUN --mount=rw,target=/x y\n"),
        ("FROM x\nRUN <<\nFROM n\n", "FROM L/x\nRUN <<\nFROM L/n\n"),
        ('FROM x\nRUN ["a", "<<E"]\nFROM n\n', 'FROM L/x\nRUN ["a", "<<E"]\nFROM L/n\n'),
        ('FROM x\nRUN [1e999, "<<E"]\nFROM n\n', 'FROM L/x\nRUN [1e999, "<<E"]\nFROM L/n\n'),
        ("FROM x\nCMD <<E\nFROM n\n", "FROM L/x\nCMD <<E\nFROM L/n\n"),
    ],
)
def test_rewrites(before: str, expected: str) -> None:
    assert after(before) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("FROM $X\n", "no ARG before the first FROM declares X"),
        ("ARG X\nFROM $X\n", r"comes from \$X"),
        ("ARG X=\nFROM $X\n", "empty unless a build argument"),
        ("ARG X=${\nFROM $X\n", "cannot expand the default of X: bad subst"),
        ("ARG R\nFROM ${R}alpine\n", r"comes from \$\{R\}"),
        ("ARG R=\nFROM ${R:+$R/}alpine\n", "comes from"),
        ("FROM ${X\n", "cannot expand it"),
        ("FROM ${X^}\n", "cannot expand it: unsupported modifier"),
        ("FROM ${X:\n", "cannot expand it"),
        ("FROM ${X:-y\n", "a } is missing"),
        ("FROM 'x\n", "single quote"),
        ('FROM "x\n', "double quote"),
        ("ARG X=a\nFROM x:${X#\\b}\n", "invalid escape"),
        ("FROM @BASE@\n", "invalid reference"),
        ("FROM n\\\\\\\n", "invalid reference"),
        ("FROM x\nCOPY --from=$X a b\n", "cannot contain a variable"),
        ("FROM x\nONBUILD RUN --mount=from=$X,target=/x y\n", "cannot contain a variable"),
        ("ARG R=\nFROM ${R:+x}y/alpine\n", "comes from"),
    ],
)
def test_unresolved(text: str, reason: str) -> None:
    left = [each for each in rewritten(text, DOCKERFILE).resolutions if not each.done]
    assert [each.verdict.status for each in left] == ["unresolved"]
    assert re.search(reason, left[0].verdict.reason or "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("FROM x y\n", "FROM takes one image"),
        ("FROM\n", "FROM takes one image"),
        ("FROM x AS 1\n", "not a valid stage name"),
        ("FROM x\nBOO y\n", "unknown instruction 'BOO'"),
        ("FROM x\n\\\n", "unknown instruction"),
        ("ENV A=1\nFROM x\n", "ENV is not allowed before"),
        ("ONBUILD ARG A\nFROM x\n", "ONBUILD is not allowed before"),
        ("# only from a comment\n", "no instructions"),
        ("# escape=x\nFROM x\n", "not a valid escape character"),
        ("# escape=`\n# escape=`\nFROM x\n", "is duplicated"),
        ("FROM x\nRUN " + "a" * 66000 + "\n", "longer than"),
        ("FROM x\nRUN <<E\n", "no end mark"),
        ("FROM --platform=a --platform=b x\n", "is duplicated"),
        ("FROM --platform x\n", "has no value"),
        ("FROM x\nCOPY --link=1 a b\n", "true or false"),
        ("FROM x\nCOPY --link= a b\n", "true or false"),
        ("FROM x\nCOPY --form=y a b\n", "no flag --form"),
        ("FROM x\nCOPY --\u00a0from=y a b\n", "no flag"),
        ("FROM x\nCMD --x y\n", "no flag --x"),
        ("FROM x\nARG =1\n", "blank name"),
        ("FROM x\nONBUILD FROM y\n", "not allowed after ONBUILD"),
        ("FROM x\nRUN --mount=from=$X y\n", "cannot contain a variable"),
        ("FROM x\nRUN --mount= y\n", "empty list"),
        ('FROM x\nRUN --mount=\\"a y\n', "not closed"),
        ('FROM x\nRUN --mount=\\"a\\"b y\n', "continues"),
        ('FROM x\nRUN --mount=a\\"b y\n', "quote inside"),
        ("FROM x\nRUN " + "${a:-" * 2000 + " <<E\n", "nested too deeply"),
        ("FROM " + "${a:-" * 2000 + "x" + "}" * 2000 + "\n", "nested too deeply"),
    ],
)
def test_refuses_what_buildkit_refuses(text: str, message: str) -> None:
    result = rewritten(text, DOCKERFILE)
    assert result.text == text
    assert result.resolutions == ()
    assert message in result.problems[0].message
    assert not result.problems[0].template


@pytest.mark.parametrize(
    "text",
    [
        "FROM x\nHEALTHCHECK --interval=0 --timeout=1.5s --retries=3 --start-period= CMD x\n",
        "FROM x\nHEALTHCHECK --interval=2000us --start-interval=1h2m CMD x\n",
        "FROM x\nHEALTHCHECK --nonsense NONE\n",
        "FROM x\nARG --nonsense A\nSTOPSIGNAL --nonsense 9\n",
        "FROM x\nRUN --device=a,required=true --device=name=b --device=required y\n",
        "FROM x\nRUN --network=host --security=insecure y\n",
        "FROM x\nCOPY --link=TRUE --parents --exclude=a --exclude=b a b\nADD --unpack=false a b\n",
        'FROM x\nSHELL ["bash", "-c"]\nVOLUME /a /b\nENV A 1\nENV B=1 C="x y"\nLABEL a=b\nEXPOSE 80\n',
        'FROM x\nCMD ["a"]\nENTRYPOINT []\nUSER me\nWORKDIR /x\nMAINTAINER me\n',
        'FROM x\nONBUILD RUN [ "a" ]\nONBUILD WHATEVER\n',
        "FROM x\nCMD --\nRUN -- --mount=from=n y\nENV A='b \"c' D=e\\ f\n",
        "FROM x\nONBUILD RUN --mount= y\nONBUILD COPY --form=n a\n",
    ],
)
def test_takes_what_buildkit_takes(text: str) -> None:
    assert rewritten(text, DOCKERFILE).problems == ()


@pytest.mark.parametrize(
    "line",
    [
        "COPY a",
        'ADD ["a"]',
        "COPY a <<E\nE",
        "WORKDIR",
        "VOLUME []",
        "RUN [1.5]",
        "ENV A",
        "ENV A=1 B",
        "LABEL =1",
        "SHELL bash",
        "ONBUILD ENV A",
        "HEALTHCHECK NONE x",
        "HEALTHCHECK --interval=1x CMD x",
        "RUN --network=x y",
        "RUN --device=a,b y",
        "ONBUILD",
    ],
)
def test_what_bears_on_no_image_is_left_to_the_build(line: str) -> None:
    result = rewritten(f"FROM x\n{line}\n", DOCKERFILE)
    assert (result.text, result.problems) == (f"FROM {LIBRARY}/x\n{line}\n", ())


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("{{ if .x }}\nFROM x\n{{ end }}\n", True),
        ("{% if x %}\nFROM x\n", True),
        ("FROM {{ x }}\n", True),
        ("FROM x\n${LABELS}\n", True),
        ("@LABELS@\nFROM x\n", True),
        ("FROM x\nRUN docker ps --format '{{.ID}}'\nBOO\n", False),
    ],
)
def test_templates_are_told_apart(text: str, template: bool) -> None:
    with pytest.raises(ParseError) as caught:
        occurrences(text, DOCKERFILE)
    assert caught.value.problems[0].template is template


@pytest.mark.parametrize(
    ("name", "claimed"),
    [
        ("Dockerfile", True),
        ("dockerfile", True),
        ("Dockerfile.dev", True),
        ("web.Dockerfile", True),
        ("web.dockerfile", True),
        ("Containerfile", True),
        ("Containerfile.dev", True),
        ("Dockerfile.a\nb", True),
        ("Dockerfile.dockerignore", False),
        ("Dockerfile.md", False),
        ("Dockerfiles", False),
        ("mydockerfile", False),
        ("compose.yaml", False),
    ],
)
def test_names(name: str, claimed: bool) -> None:
    assert claims(DOCKERFILE, name, b"\xef\xbb\xbf fr\\\nom x") is claimed
    assert not claims(DOCKERFILE, name, b"\n")


def test_a_part_of_a_dockerfile_is_none() -> None:
    assert claims(DOCKERFILE, "Dockerfile", b"RUN x from y")
    assert claims(DOCKERFILE, "web.dockerfile", b"RUN x from y")
    assert not claims(DOCKERFILE, "Dockerfile.envs", b"# from\nENV x=from\n")


def places(text: str) -> list[tuple[str, str]]:
    return [(each.text, text[slice(*each.span)]) for each in occurrences(text, DOCKERFILE)]


def test_a_reference_is_shown_where_its_head_stands() -> None:
    text = "ARG R=docker.io\nARG I=nginx:1\nFROM ${R}/library/x\nFROM $I\nFROM y:$T\nCOPY --from=z a b\n"
    assert places(text) == [
        ("docker.io/library/x", "docker.io"),
        ("nginx:1", "nginx:1"),
        ("y:", "y:$T"),
        ("z", "z"),
    ]


def test_inside_another_file() -> None:
    inner = "ARG R=\nFROM ${R}alpine:$T\nARG T\nFROM $R\n"
    outer = "key: |\n  " + inner.replace("\n", "\n  ")
    spans: list[Span | None] = []
    at = 9
    for char in inner:
        spans.append(Span(at, at + 1))
        at += 3 if char == "\n" else 1
    found = list(dockerfile.find_in(Chars(inner, spans)))
    assert [each.text for each in found] == ["alpine:", "$R"]
    assert outer[slice(*found[0].site)] == "${R}alpine:$T"
    assert [outer[slice(*piece.span)] for piece in found[0].pieces if piece.span] == ["", "alpine:"]
    with pytest.raises(ParseError) as caught:
        list(dockerfile.find_in(Chars("FROM x\nBOO", [Span(i + 5, i + 6) for i in range(10)])))
    assert caught.value.problems[0].offset == 12
    with pytest.raises(ParseError) as caught:
        list(dockerfile.find_in(Chars("", [])))
    assert caught.value.problems[0].offset == 0


def test_a_number_that_no_computer_counts_to_is_a_name() -> None:
    found = occurrences(f"FROM x\nCOPY --from={'9' * 5000} a b\n", DOCKERFILE)
    assert [len(each.text) for each in found] == [1, 5000]


def test_syntax_alone() -> None:
    assert dockerlines.syntax("# escape=`\n# check=skip=all\n") is None
    assert dockerlines.syntax("# check=a\n# check=b\n# syntax=x\n") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [('["a"]', ["a"]), (" [1] ", [1]), ("[1.5]", [1.5]), ("[1e999]", None), ("[NaN]", None), ("[a", None)],
)
def test_a_list_of_arguments_is_one_for_go_as_well(text: str, value: list[object] | None) -> None:
    assert dockerlines.is_json(text) == value


def test_what_has_no_place_inside_another_file() -> None:
    text = "ARG V=1_2\nFROM alpine:${V/_/.}\n"
    spans = [Span(at, at + 1) for at in range(5, len(text) + 5)]
    (each,) = dockerfile.find_in(Chars(text, spans))
    assert [piece.text for piece in each.pieces if piece.span is None] == ["."]


def test_dockerfile_parse_has_a_say() -> None:
    script = dockerlines.scan("FROM x\nRUN y\n")
    other = dockerlines.scan("FROM x\nRUN z\n")
    with pytest.raises(ParseError, match="dockerfile-parse"):
        dockeragree.agree(replace(script, lines=other.lines))


_LINES = st.sampled_from(
    [
        *(
            "FROM alpine",
            "FROM $A",
            "FROM ${B:-nginx:1} AS b",
            "from quay.io/x/y@sha256:" + "0" * 64,
            "FROM a AS a",
        ),
        *(
            "ARG A=alpine",
            "ARG B",
            'ARG A="x/y:${B}"',
            "ARG R=",
            "FROM ${R}x",
            "FROM ${R}/library/x",
            "ARG R=docker.io",
        ),
        *(
            "COPY --from=b a c",
            "COPY --from=nginx a c",
            "RUN --mount=from=x/y,target=/x z",
            "RUN true \\",
            "  more",
        ),
        *(
            "# comment",
            "# escape=`",
            "# syntax=docker/dockerfile:1",
            "",
            "RUN <<E",
            "E",
            "ONBUILD COPY --from=n a b",
        ),
        *(
            "\ufeff",
            "FROM `",
            " x",
            "FROM 'a",
            'RUN echo "${x}"',
            "\tFROM\tx",
            'CMD ["a"]',
            "FROM x\\",
            "ENV A=b",
        ),
    ]
)
_DOCKERFILES = st.builds(
    lambda lines, end: end.join(lines), st.lists(_LINES), st.sampled_from(["\n", "\r\n"])
)


@given(st.one_of(_DOCKERFILES, st.text()))
def test_properties(text: str) -> None:
    assert_properties(text, DOCKERFILE)
