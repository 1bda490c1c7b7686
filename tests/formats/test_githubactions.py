"""GitHub Actions: containers, services, docker:// and matrices; what is pulled before any step can log in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from textwrap import dedent, indent

import pytest
from hypothesis import given

from rewrite_refs.engine.rewrite import Resolution, Result
from rewrite_refs.formats import BY_NAME
from rewrite_refs.formats.base import File
from rewrite_refs.formats.detect import detect
from rewrite_refs.lint.rules import pull_before_login
from tests import common
from tests.common import (
    HOST,
    HUB,
    LIBRARY,
    RULES,
    assert_properties,
    assert_spliced,
    claims,
    inspect,
    rewritten,
)

GITHUB_ACTIONS = BY_NAME["github-actions"]

LOGGED_IN = replace(RULES, logged_in=True)
ECR = "credentials: {username: AWS, password: x}"
OPEN = "{{"

REWRITTEN = [
    pytest.param(
        f"container: {{image: node:20, {ECR}}}",
        f"container: {{image: LIBRARY/node:20, {ECR}}}",
        id="container",
    ),
    pytest.param(
        f"services:\n  db:\n    image: 'quay.io/a/b'  # why\n    {ECR}",
        f"services:\n  db:\n    image: 'HOST/quay/a/b'  # why\n    {ECR}",
        id="service",
    ),
    pytest.param(
        f'container: {{image: " docker://node ", {ECR}}}',
        f'container: {{image: " docker://LIBRARY/node ", {ECR}}}',
        id="scheme and blanks",
    ),
    pytest.param(
        f'container: {{image: "a\\u002Fb:1", {ECR}}}',
        f'container: {{image: "HUB/a\\u002Fb:1", {ECR}}}',
        id="escape",
    ),
    pytest.param(
        f'container: {{image: "docker:\\/\\/a/b:1", {ECR}}}',
        f'container: {{image: "docker:\\/\\/HUB/a/b:1", {ECR}}}',
        id="escape in the scheme",
    ),
    pytest.param(
        f"container:\n  image: >-\n    node:20\n  {ECR}",
        f"container:\n  image: >-\n    LIBRARY/node:20\n  {ECR}",
        id="block",
    ),
    pytest.param(
        f"container: {{image: 'node:${{{{ matrix.node }}}}', {ECR}}}",
        f"container: {{image: 'LIBRARY/node:${{{{ matrix.node }}}}', {ECR}}}",
        id="expression in the tag",
    ),
    pytest.param(
        f"container:\n  image: docker.io/a/b:${{{{ format('{{0}}}}}}', env.X) }}}}-x\n  {ECR}",
        f"container:\n  image: HUB/a/b:${{{{ format('{{0}}}}}}', env.X) }}}}-x\n  {ECR}",
        id="braces in an expression",
    ),
    pytest.param(
        f'container:\n  image: "a/b:${{{{ env.X\n    }}}}"\n  {ECR}',
        f'container:\n  image: "HUB/a/b:${{{{ env.X\n    }}}}"\n  {ECR}',
        id="expression over two lines",
    ),
    pytest.param(
        f"container: &c {{image: &i node, {ECR}}}\nservices: {{a: *c, b: {{image: *i, {ECR}}}}}",
        f"container: &c {{image: &i LIBRARY/node, {ECR}}}\nservices: {{a: *c, b: {{image: *i, {ECR}}}}}",
        id="anchors",
    ),
    pytest.param(
        "strategy:\n  matrix:\n    image: [node, 'a/b']\n    include: [{image: a/c, x: 1}, {x: 2}]\n"
        "    exclude: [{image: node}]\nname: on ${{ matrix.image }}\n"
        f"container: {{image: '${{{{ matrix.image }}}}', {ECR}}}\n"
        "steps: [{name: '${{ matrix.image }}', run: '${{ matrix.x }}'}]",
        "strategy:\n  matrix:\n    image: [LIBRARY/node, 'HUB/a/b']\n"
        "    include: [{image: HUB/a/c, x: 1}, {x: 2}]\n"
        "    exclude: [{image: LIBRARY/node}]\nname: on ${{ matrix.image }}\n"
        f"container: {{image: '${{{{ matrix.image }}}}', {ECR}}}\n"
        "steps: [{name: '${{ matrix.image }}', run: '${{ matrix.x }}'}]",
        id="matrix",
    ),
    pytest.param(
        "strategy: {matrix: {on: [{image: node, name: a}, {name: b}]}}\n"
        f"services:\n  s: {{image: '${{{{matrix.on.image}}}}', {ECR}}}\n"
        "runs-on: ${{ matrix.on.name }}",
        "strategy: {matrix: {on: [{image: LIBRARY/node, name: a}, {name: b}]}}\n"
        f"services:\n  s: {{image: '${{{{matrix.on.image}}}}', {ECR}}}\n"
        "runs-on: ${{ matrix.on.name }}",
        id="a key of what the matrix lists",
    ),
    pytest.param(
        f"strategy: {{matrix: {{in: [{{image: node, {ECR}}}]}}}}\ncontainer: ${{{{ matrix.in }}}}",
        f"strategy: {{matrix: {{in: [{{image: LIBRARY/node, {ECR}}}]}}}}\ncontainer: ${{{{ matrix.in }}}}",
        id="a container in the matrix",
    ),
]

JOB = "on: push\njobs:\n  job:\n"
DOCUMENT = (
    "container: {image: 'a/b:${{ x }}'}\nstrategy: {matrix: {i: [node]}}\nservices: {a: '${{ matrix.i }}'}"
)


def job(text: str) -> str:
    """A workflow of one job."""
    return JOB + indent(dedent(text), "    ") + "\n"


def reasons(result: Result) -> list[tuple[str, str, str | None]]:
    """Status, text and reason of every reference."""
    return [(each.verdict.status, each.occurrence.text, each.verdict.reason) for each in result.resolutions]


@pytest.mark.parametrize(("before", "after"), REWRITTEN)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_rewritten(before: str, after: str, newline: str) -> None:
    text = job(before).replace("\n", newline)
    result = assert_properties(text, GITHUB_ACTIONS)
    after = after.replace("LIBRARY", LIBRARY).replace("HUB", HUB).replace("HOST", HOST)
    assert result.text == job(after).replace("\n", newline)
    assert_spliced(text, result)
    assert all(each.done for each in result.resolutions)


@pytest.mark.parametrize(
    ("username", "taken"),
    [
        ("AWS", True),
        ("aws", True),
        ("${{ secrets.ECR_USERNAME }}", True),
        ("${{ needs.login-to-amazon-ecr.outputs.user }}", True),
        ("${{ vars.myEcrUser }}", True),
        ("${{ needs.login.outputs.docker_username_1_dkr_ecr_eu_west_1_amazonaws_com }}", True),
        ("${{ needs.login.outputs.docker_username_public_ecr_aws }}", False),
        ("${{ secrets.USERNAME }}", False),
        ("${{ vars.LAWS }}", False),
        ("${{ github.actor }}", False),
        ("", False),
    ],
)
def test_credentials_of_ecr(username: str, taken: bool) -> None:
    text = job(f"container:\n  image: node\n  credentials: {{username: '{username}', password: x}}")
    result = assert_properties(text, GITHUB_ACTIONS)
    assert [each.done for each in result.resolutions] == [taken]
    if not taken:
        assert "for another registry" in (result.resolutions[0].verdict.reason or "")


@pytest.mark.parametrize(
    ("text", "images"),
    [
        (job("container: node:20"), ["node:20"]),
        (job("container: {image: node:20, credentials: }"), ["node:20"]),
        (job("services: {a: postgres, b: {image: 'docker://redis'}, c: {image: ''}}"), ["postgres", "redis"]),
        (job("steps:\n- uses: docker://a/b:1\n- uses: a/b@v1\n- uses: ./c\n- run: docker://d"), ["a/b:1"]),
        ("runs: {using: docker, image: 'docker://a/b'}\n", ["a/b"]),
        ("runs: {using: composite, steps: [{uses: 'docker://a/b'}, {uses: 'c/d@v1'}]}\n", ["a/b"]),
        (job("strategy: {matrix: {i: [a/b]}}\ncontainer: ${{ matrix.i }}"), ["a/b"]),
    ],
)
def test_what_is_pulled_before_a_login_stays(text: str, images: list[str]) -> None:
    result = assert_properties(text, GITHUB_ACTIONS)
    assert result.text == text
    verdicts = [each.verdict for each in result.resolutions]
    assert [each.occurrence.text for each in result.resolutions] == images
    assert {(each.status, each.target, each.code) for each in verdicts} == {
        ("direct", None, "pull-before-login")
    }
    assert all(("docker run" in (each.reason or "")) == ("docker://a/b" in text) for each in verdicts)
    assert all(("needs credentials" in (each.reason or "")) != ("docker://a/b" in text) for each in verdicts)
    logged_in = rewritten(text, GITHUB_ACTIONS, LOGGED_IN)
    assert all(each.done for each in logged_in.resolutions)
    assert rewritten(logged_in.text, GITHUB_ACTIONS, LOGGED_IN).text == logged_in.text


def test_a_cached_reference_without_credentials_breaks_the_rule() -> None:
    text = job(f"container: {LIBRARY}/node:20")
    assert [
        (each.verdict.status, each.verdict.code)
        for each in assert_properties(text, GITHUB_ACTIONS).resolutions
    ] == [("cached", "pull-before-login")]


@pytest.mark.parametrize("login", ["", "credentials: {username: me, password: x}"])
def test_a_login_does_not_matter_for_the_cache_of_another_region(login: str) -> None:
    us = HOST.replace("eu-west-1", "us-east-1")
    text = job(f"container: {{image: {us}/docker-hub/library/node:20, {login}}}")
    (found,) = assert_properties(text, GITHUB_ACTIONS).resolutions
    assert (found.verdict.status, found.verdict.code) == ("wrong", "wrong-region")


def test_runners_that_are_logged_in_pull_no_functions_of_lambda() -> None:
    kind = "apiVersion: lambda.services.k8s.aws/v1alpha1\nkind: Function\n"
    text = kind + "spec: {code: {image: public.ecr.aws/a/b}}\n"
    resolutions, _ = inspect(text, BY_NAME["kubernetes"], LOGGED_IN.judge)
    assert [each.verdict.code for each in resolutions] == ["lambda-image"]


ELSEWHERE = "use a separate matrix key for that"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "container: {image: '${{ inputs.image }}', CREDENTIALS}",
            [("${{ inputs.image }}", "it comes from inputs.image: rewrite it where that is set")],
        ),
        (
            "container: ${{ inputs.image || 'node:20' }}",
            [
                (
                    "${{ inputs.image || 'node:20' }}",
                    "it comes from an expression: rewrite the values in it",
                )
            ],
        ),
        (
            "container: docker://${{ vars.HOST }}/a/b",
            [("${{ vars.HOST }}/a/b", "its registry comes from vars.HOST: rewrite it where that is set")],
        ),
        (
            "container: ${{ vars.A }}${{ vars.B }}",
            [
                (
                    "${{ vars.A }}${{ vars.B }}",
                    "its registry comes from vars.A: rewrite it where that is set",
                )
            ],
        ),
        (
            "container: ${{ matrix.a }}\nstrategy: {matrix: {b: [c]}}",
            [("${{ matrix.a }}", "it comes from matrix.a, which the matrix of this job does not list")],
        ),
        (
            "container: ${{ matrix }}",
            [("${{ matrix }}", "it comes from an expression: rewrite the values in it")],
        ),
        (
            "container: ${{ matrix.a }}\nstrategy: {matrix: {a: '${{ fromJSON(vars.A) }}'}}",
            [("${{ fromJSON(vars.A) }}", "it comes from an expression: rewrite the values in it")],
        ),
        ("container: ${{ matrix.a", [("${{ matrix.a", "which the matrix of this job does not list")]),
        ("container: a/b/${{ matrix.c }}\nservices: {d: B_D}", [("B_D", "must be lowercase")]),
        (
            "container: ${{ matrix.i }}\nstrategy: {matrix: {i: [a/b]}}\nsteps: [{if: matrix.i == 'a/b'}]",
            [("a/b", ELSEWHERE)],
        ),
        (
            "container: ${{ matrix.i }}\nstrategy: {matrix: {i: [a/b]}}\nenv: {J: ['${{ toJSON(matrix) }}']}",
            [("a/b", ELSEWHERE)],
        ),
        (
            "container: ${{ matrix.i }}\nstrategy: {matrix: {i: [a/b]}}\nservices: {c: '${{ matrix.i }}:1'}",
            [("a/b", ELSEWHERE), ("${{ matrix.i }}:1", "its registry comes from matrix.i")],
        ),
    ],
)
def test_unresolved(text: str, expected: list[tuple[str, str]]) -> None:
    text = job(text.replace("CREDENTIALS", ECR))
    result = assert_properties(text, GITHUB_ACTIONS)
    assert result.text == text
    unresolved = [each for each in reasons(result) if each[0] == "unresolved"]
    assert [each[1] for each in unresolved] == [each[0] for each in expected]
    assert all(one[1] in (other[2] or "") for one, other in zip(expected, unresolved, strict=True))


def test_what_is_against_an_image_in_one_place_counts() -> None:
    other = f"  other:\n    container: {{image: *i, {ECR}}}\n"
    text = job("container: &i node") + other
    assert [each.verdict.code for each in assert_properties(text, GITHUB_ACTIONS).resolutions] == [
        "pull-before-login"
    ]
    text = (
        JOB.replace("job:", "one:") + f"    container: {{image: &i node, {ECR}}}\n  two: {{container: *i}}\n"
    )
    assert [each.verdict.code for each in assert_properties(text, GITHUB_ACTIONS).resolutions] == [
        "pull-before-login"
    ]


def test_a_text_that_an_anchor_puts_elsewhere_is_left() -> None:
    text = job(f"env: {{TITLE: &i node}}\ncontainer: {{image: *i, {ECR}}}")
    result = assert_properties(text, GITHUB_ACTIONS)
    assert result.text == text
    assert len(result.resolutions) == 1


def test_an_anchor_that_holds_itself() -> None:
    text = job(
        f"strategy: {{matrix: {{i: [a/b]}}}}\ncontainer: ${OPEN} matrix.i }}}}\nenv: &e {{x: *e, y: [z]}}"
    )
    assert [each.occurrence.text for each in assert_properties(text, GITHUB_ACTIONS).resolutions] == ["a/b"]


@pytest.mark.parametrize(
    "text",
    [
        job("runs-on: ubuntu:22.04\nsteps: image"),
        job("uses: ./.github/workflows/a.yml\nwith: {image: node, container: node}"),
        job("container: 1\nservices: image"),
        job("strategy: {matrix: {image: [node]}}"),
        job("steps: [{run: docker run node, env: {image: node}}, {uses: docker/build-push-action@v6}]"),
        "runs: {using: docker, image: Dockerfile}\n",
        "jobs: [image]\nruns: image\n",
        "- image: node\n",
        "name: nothing\n",
    ],
)
def test_nothing(text: str) -> None:
    assert common.found(text, GITHUB_ACTIONS) == []


def test_problems() -> None:
    assert len(rewritten("jobs: {a: {container: [}}\n", GITHUB_ACTIONS).problems) == 1
    assert rewritten("jobs: {update-image: [}}\n", GITHUB_ACTIONS).problems == ()


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        (".github/workflows/ci.yml", b"", True),
        ("web/.github/workflows/ci.yaml", b"services:\n  a:\n    image: b\n", True),
        (".gitea/workflows/ci.yml", b"", True),
        (".forgejo/workflows/ci.yml", b"", True),
        (".github/actions/lint/action.yml", b"runs:\n", True),
        ("action.yaml", b"runs:\n", True),
        ("action.yml", b"name: x\n", False),
        ("action.yml", b"apiVersion: v1\nkind: Pod\nx: runs\n", False),
        (".github/dependabot.yml", b"runs:\n", False),
        (".github/workflows/ci.json", b"", False),
        ("workflows/ci.yml", b"", False),
        (".GitHub/workflows/ci.yml", b"", False),
        ("Action.yml", b"runs:\n", False),
        ("ci.yml", b"runs:\n", False),
    ],
)
def test_claims(path: str, data: bytes, expected: bool) -> None:
    file = File(PurePath(path), data, chart=True)
    assert GITHUB_ACTIONS.claims(file) is expected
    assert (detect(file) is GITHUB_ACTIONS) is expected


def test_no_other_format_claims_a_workflow() -> None:
    data = job("services:\n  db:\n    image: postgres\n").encode()
    assert not claims(BY_NAME["compose"], "ci.yml", data)
    assert not claims(BY_NAME["kubernetes"], "ci.yml", data)


@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_a_byte_order_mark(bom: str) -> None:
    text = bom + job(f"container: {{image: node, {ECR}}}")
    assert assert_properties(text, GITHUB_ACTIONS).text == text.replace("node", f"{LIBRARY}/node")


def test_the_place_is_that_of_the_reference() -> None:
    text = job('steps: [{uses: "docker://a/b:1"}]\ncontainer:  docker://c')
    spans = [text[slice(*each.occurrence.span)] for each in rewritten(text, GITHUB_ACTIONS).resolutions]
    assert spans == ["a/b:1", "c"]


def test_the_example_of_the_rule() -> None:
    _, _, example = (pull_before_login.__doc__ or "").partition("    before:")
    before, _, after = example.replace("\n             ", "\n  ").partition("    after:")
    before, after = (JOB + indent(each.strip(), "    ") + "\n" for each in (before, after))
    [resolution] = assert_properties(before, GITHUB_ACTIONS).resolutions
    assert resolution.verdict.code == pull_before_login.NAME
    message = pull_before_login.message(resolution)
    assert message.problem == "node:20 may be pulled before a step can log in"
    assert message.help == resolution.verdict.reason
    with_credentials = after.replace(f"{LIBRARY}/", "")
    assert rewritten(with_credentials, GITHUB_ACTIONS).text == after
    assert [each.verdict.code for each in _findings(after)] == [None]


def _findings(text: str) -> tuple[Resolution, ...]:
    return rewritten(text, GITHUB_ACTIONS).resolutions


@given(
    common.mutations(
        [job(str(each.values[0])) for each in REWRITTEN] + [job(DOCUMENT)],
        ["${{ matrix.image }}", "}}", "docker://", "${{", "image: ", ECR],
    )
)
def test_properties(text: str) -> None:
    assert_spliced(text, assert_properties(text, GITHUB_ACTIONS))
    logged_in = rewritten(text, GITHUB_ACTIONS, LOGGED_IN)
    assert rewritten(logged_in.text, GITHUB_ACTIONS, LOGGED_IN).text == logged_in.text
