"""The way back, for all formats."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.restore import RestoringRuleSet
from rewrite_refs.cache.rule import make_rule
from rewrite_refs.errors import ParseError
from rewrite_refs.formats import BY_NAME
from rewrite_refs.formats.placeholders import with_placeholders
from rewrite_refs.images.reference import InvalidReference, Reference
from rewrite_refs.repository.policy import Policies
from rewrite_refs.text.spans import Occurrence, Piece, Span
from tests.commands import fill, run
from tests.common import HOST, HUB, RULES, inspect, rewrite

BACK = RestoringRuleSet(RULES.registry, RULES.rules)
OPTIONS = (
    "--no-config",
    f"--registry={HOST}",
    *(f"--rule={each.name}={each.prefix}" for each in RULES.rules),
)


def there_and_back(text: str, format: str, rules: RuleSet = RULES) -> str:
    """A text rewritten and restored; in between, every reference that a rule maps goes through the cache."""
    back = RestoringRuleSet(rules.registry, rules.rules, rules.aliases, rules.own)
    before = rewrite(text, BY_NAME[format], rules.judge)
    after = rewrite(before.text, BY_NAME[format], back.judge)
    assert not [each for each in after.resolutions if each.verdict.target and not each.done]
    references, _ = inspect(text, BY_NAME[format], rules.judge)
    restored, _ = inspect(after.text, BY_NAME[format], rules.judge)
    assert [each.verdict.reference for each in restored] == [each.verdict.reference for each in references]
    assert rewrite(after.text, BY_NAME[format], rules.judge).text == before.text
    return after.text


POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n"


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("dockerfile", "FROM nginx:1.25 AS web\nCOPY --from=busybox /a /b\nFROM grafana/loki\n"),
        (
            "dockerfile",
            "ARG REGISTRY=docker.io\nFROM ${REGISTRY}/library/python:3.12\nFROM ${REGISTRY}/a/b\n",
        ),
        ("dockerfile", "ARG Q=quay.io\nFROM ${Q}/a/b:${TAG}\n"),
        ("dockerfile", "ARG V=3\nFROM python:${V}\r\n"),
        ("dockerfile", "ARG BASE=python:3\nFROM ${BASE}\n"),
        ("compose", "services:\n  a:\n    image: ${REGISTRY:-docker.io}/library/postgres:16\n"),
        ("compose", "services:\n  a:\n    image: 'ghcr.io/acme/web'  # x\n"),
        ("kubernetes", f"{POD}  - image: registry.k8s.io/pause:3.9\n  - image: nginx@sha256:{'0' * 64}\n"),
        ("kubernetes", f"{POD}  - image: nginx\n    args: [--x=docker.io/acme/web:1, 'quay.io/a/b:1']\n"),
        ("kubernetes", f"{POD}  - image: nginx\n    env: [{{name: WEB_IMAGE, value: 'nginx:1'}}]\n"),
        ("helm-values", "image:\n  registry: docker.io\n  repository: nginx\n  tag: 1\n"),
        ("helm-values", "image: {repository: nginx, tag: 1}\nother: {repository: quay.io/a/b}\n"),
        ("helm-values", "image: {registry: quay.io, repository: a/b, tag: 1}\n"),
        (
            "template",
            'image: nginx:{{ .Values.tag }}\nb:\n- image: {{ default "quay.io/a/b:1" .Values.b }}\n',
        ),
    ],
)
def test_the_same_bytes(format: str, text: str) -> None:
    assert there_and_back(text, format) == text


@pytest.mark.parametrize(
    ("format", "text", "restored"),
    [
        ("dockerfile", "FROM docker.io/library/nginx", "FROM nginx"),
        ("dockerfile", "FROM index.docker.io/acme/web", "FROM acme/web"),
        ("dockerfile", "FROM k8s.gcr.io/pause", "FROM registry.k8s.io/pause"),
        ("dockerfile", "ARG R=\nFROM ${R}nginx\n", "ARG R=\nFROM ${R}nginx\n"),
        ("dockerfile", "FROM docker.io/library/n${X}\n", "FROM n${X}\n"),
        ("dockerfile", "FROM docker.io/library/${X}\n", "FROM docker.io/library/${X}\n"),
        ("dockerfile", "FROM library/foo.bar\n", "FROM foo.bar\n"),
        ("helm-values", "image: {registry: docker.io, repository: library/nginx}", None),
    ],
)
def test_an_equal_reference(format: str, text: str, restored: str | None) -> None:
    after = there_and_back(text, format)
    assert after == (restored or text.replace("library/", ""))


@pytest.mark.parametrize(
    ("format", "text", "restored"),
    [
        ("dockerfile", f"FROM {HUB}/nginx\n", "FROM nginx\n"),
        ("dockerfile", f"ARG R={HUB}\nFROM $R/nginx\n", "ARG R=docker.io\nFROM $R/library/nginx\n"),
        ("dockerfile", f"ARG R={HOST}\nFROM $R/docker-hub/library/nginx\n",
         "ARG R=docker.io\nFROM $R/library/nginx\n"),
        ("dockerfile", f"FROM {HUB}/foo.bar/web\n", "FROM docker.io/foo.bar/web\n"),
        ("dockerfile", f"FROM {HUB}/${{X}}\n", f"FROM {HUB}/${{X}}\n"),
        ("dockerfile", f"FROM {HOST}/parcels/web\n", f"FROM {HOST}/parcels/web\n"),
        ("dockerfile", f"FROM {HOST}/dockerhub/library/web\n", f"FROM {HOST}/dockerhub/library/web\n"),
        ("helm-values", f"image: {{registry: {HOST}, repository: docker-hub/library/nginx}}\n",
         "image: {registry: docker.io, repository: nginx}\n"),
        ("helm-values", f"image: {{registry: {HUB}, repository: grafana/loki}}\n",
         "image: {registry: docker.io, repository: grafana/loki}\n"),
    ],
)  # fmt: skip
def test_what_stood_there_before(format: str, text: str, restored: str) -> None:
    assert rewrite(text, BY_NAME[format], BACK.judge).text == restored


@pytest.mark.parametrize(
    ("rules", "text", "restored"),
    [
        ([("quay.io/centos", "centos")], f"{HOST}/centos/stream:9", "quay.io/centos/stream:9"),
        ([("quay.io", "ROOT")], f"{HOST}/a/b", "quay.io/a/b"),
        ([("docker.io/library", "official")], f"{HOST}/official/nginx", "nginx"),
        ([("docker.io", "a1"), ("docker.io", "b1")], f"{HOST}/b1/library/nginx", "nginx"),
    ],
)
def test_rules(rules: list[tuple[str, str]], text: str, restored: str) -> None:
    back = RestoringRuleSet(HOST, tuple(make_rule(*each) for each in rules))
    assert rewrite(f"FROM {text}\n", BY_NAME["dockerfile"], back.judge).text == f"FROM {restored}\n"


def test_what_cannot_be_told_stays() -> None:
    nested = RestoringRuleSet(HOST, (make_rule("docker.io", "mirror"), make_rule("quay.io", "mirror/quay")))
    root = RestoringRuleSet(HOST, (make_rule("docker.io", "ROOT"), make_rule("quay.io", "quay")))
    for back, text, reason in (
        (nested, f"{HOST}/mirror/${{X}}/web", "its name depends on a variable"),
        (BACK, f"{HUB}/${{X}}", "its name depends on a variable"),
        (root, f"{HOST}/${{X}}/web", "its name depends on a variable"),
        (root, f"{HOST}/web", "its upstream has no image of that name"),
    ):
        compose = f"services:\n  a:\n    image: {text}\n"
        result = rewrite(compose, BY_NAME["compose"], back.judge)
        assert result.text == compose
        assert [each.verdict.reason for each in result.resolutions] == [reason]


def test_a_name_that_a_format_takes_for_none_of_docker_hub_keeps_its_registry() -> None:
    text = f"image: {{repository: {HUB}/library/w.0, tag: 1}}\n"
    after = rewrite(text, BY_NAME["helm-values"], BACK.judge).text
    assert after == "image: {repository: docker.io/library/w.0, tag: 1}\n"
    assert rewrite(after, BY_NAME["helm-values"], RULES.judge).text == text


def test_the_path_of_a_rule_in_a_variable() -> None:
    """It goes into the variable with the registry, and out of it again."""
    rules = RuleSet(HOST, (make_rule("docker.io/grafana", "graf"),))
    for text in (
        "ARG R=docker.io/grafana\nFROM ${R}/loki\n",
        "ARG R=docker.io\nFROM ${R}/grafana/loki\n",
        "FROM grafana/loki\n",
    ):
        assert there_and_back(text, "dockerfile", rules) in (
            text,
            "ARG R=docker.io/grafana\nFROM ${R}/loki\n",
        )


def test_a_variable_that_holds_a_registry_and_a_path() -> None:
    back = RestoringRuleSet(HOST, (make_rule("quay.io/centos", "centos"),))
    text = f"ARG Q={HOST}/centos\nFROM ${{Q}}/stream:9\n"
    assert (
        rewrite(text, BY_NAME["dockerfile"], back.judge).text == "ARG Q=quay.io/centos\nFROM ${Q}/stream:9\n"
    )


def test_placeholders() -> None:
    for registry in ("${ECR}", f"${{ECR:-{HOST}}}"):
        rules = RuleSet(registry, RULES.rules)
        text = "services:\n  a:\n    image: nginx:1\n"
        after = rewrite(text, BY_NAME["compose"], rules.judge).text
        assert after == text.replace("nginx", f"{registry}/docker-hub/library/nginx")
        back = rewrite(after, BY_NAME["compose"], RestoringRuleSet(registry, RULES.rules).judge).text
        assert back == text
    rules = RuleSet("{{ .Values.registry }}", RULES.rules)
    text = "image: quay.io/a/b:{{ .Values.tag }}\n"
    after = rewrite(text, BY_NAME["template"], rules.judge).text
    assert after == text.replace("quay.io", "{{ .Values.registry }}/quay")
    assert (
        rewrite(after, BY_NAME["template"], RestoringRuleSet(rules.registry, RULES.rules).judge).text == text
    )


def test_own_and_unmapped_images_stay() -> None:
    back = RestoringRuleSet(HOST, RULES.rules, own=("quay.io/acme",))
    whole = Span(0, 20)
    for text, status in (
        ("mcr.microsoft.com/x", "unmapped"),
        ("quay.io/acme/web", "own"),
        ("nginx", "direct"),
    ):
        verdict = back.judge(Occurrence((Piece(text, whole),), whole, whole))
        assert (verdict.status, verdict.target, verdict.changes) == (status, None, ())
    text = f"FROM {HOST}/quay/acme/web\n"
    assert rewrite(text, BY_NAME["dockerfile"], back.judge).text == "FROM quay.io/acme/web\n"


PART = st.from_regex(r"w[a-z0-9]{0,7}(?:[._-][a-z0-9]{1,3})?", fullmatch=True)


@given(
    st.sampled_from(
        ["", "docker.io/", "index.docker.io/", "quay.io/", "ghcr.io/", "public.ecr.aws/", "mcr.io/"]
    ),
    st.lists(PART, min_size=1, max_size=3),
    st.sampled_from(["", ":1.25", f"@sha256:{'0' * 64}", f":1@sha256:{'0' * 64}", ":${TAG}", "/x-${X}"]),
    st.sampled_from(
        [
            ("dockerfile", "# c\nFROM {} AS a\n"),
            ("dockerfile", "ARG B={}\r\nFROM $B\r\n"),
            ("compose", "services:\n  a:\n    image: '{}'\n"),
            ("kubernetes", f"{POD}  - image: {{}}  # c\n"),
            ("helm-values", "image:\n  repository: {}\n  tag: x\n"),
        ]
    ),
)
def test_there_and_back(host: str, path: list[str], tail: str, where: tuple[str, str]) -> None:
    format, frame = where
    image = host + "/".join(path) + tail
    text = frame.replace("{}", image)
    try:
        resolutions, _ = inspect(text, BY_NAME[format], RULES.judge)
    except ParseError:
        return
    if not resolutions or image.startswith(("docker.io/library/", "library/", "index.docker.io/library/")):
        return
    restored = there_and_back(text, format)
    if host not in ("docker.io/", "index.docker.io/"):
        assert restored == text


UPSTREAMS = ("docker.io", "docker.io/library", "docker.io/grafana", "quay.io", "quay.io/centos", "ghcr.io")
PREFIXES = ("hub", "hub/library", "mirror", "mirror/docker.io", "ROOT", "docker.io", "quay", "mirror/quay")
REGISTRIES = (HOST, "${ECR}", "$A.dkr.ecr.${R:-eu-west-1}.amazonaws.com", f"${{ECR:-{HOST}}}")
FRAMES = (
    ("compose", "services:\n  a:\n    image: '{}'\n"),
    ("compose", "services:\r\n  a:\r\n    image: ${IMG:-{}}\r\n"),
    ("kubernetes", f"\ufeff{POD}  - image: {{}}  # c\n"),
    ("kubernetes", f"{POD}  - image: '{{}}'\n    env: [{{name: WEB_IMAGE, value: '{{}}'}}]\n"),
    ("helm-values", "image:\n  repository: {}\n  tag: x\n"),
    ("template", 'a:\n  image: "{}"\nb: {{ default "{}" .Values.b }}\n'),
)


@st.composite
def any_rules(draw: st.DrawFn) -> RuleSet:
    registry = draw(st.sampled_from(REGISTRIES))
    prefixes = draw(st.permutations(PREFIXES))
    names = draw(st.lists(st.sampled_from(UPSTREAMS), min_size=1, max_size=5))
    pairs = [each for each in zip(names, prefixes, strict=False) if each[1] != "ROOT" or "/" not in each[0]]
    return RuleSet(registry, tuple(make_rule(*each) for each in pairs))


@given(
    any_rules(),
    st.sampled_from(["", "docker.io/", "quay.io/", "ghcr.io/", "mcr.microsoft.com/"]),
    st.lists(
        st.sampled_from(["nginx", "grafana", "grafanalabs", "centos", "quay", "a"]), min_size=1, max_size=3
    ),
    st.sampled_from(["", ":1", f"@sha256:{'0' * 64}", ":${TAG}", "/x-${X}", "-${X}:1"]),
    st.sampled_from(FRAMES),
)
def test_any_rules(rules: RuleSet, host: str, path: list[str], tail: str, where: tuple[str, str]) -> None:
    text = where[1].replace("{}", host + "/".join(path) + tail)
    format = with_placeholders(BY_NAME[where[0]], Policies(rules).placeholders)
    before = rewrite(text, format, rules.judge)
    again = rewrite(before.text, format, rules.judge)
    assert again.text == before.text
    for old, new in zip(before.resolutions, again.resolutions, strict=True):
        assert new.verdict.status == ("cached" if old.done else old.verdict.status)
    after = rewrite(before.text, format, RestoringRuleSet(rules.registry, rules.rules).judge)
    restored, _ = inspect(after.text, format, rules.judge)
    for old, resolution in zip(before.resolutions, restored, strict=True):
        assert resolution.verdict.reference == old.verdict.reference
    assert rewrite(after.text, format, rules.judge).text == before.text


@given(st.lists(PART, min_size=1, max_size=3), st.sampled_from([each.prefix for each in RULES.rules]))
def test_every_cached_reference_goes_back_and_returns(path: list[str], prefix: str) -> None:
    text = f"FROM {HOST}/{prefix}/{'/'.join(path)}\n"
    back = rewrite(text, BY_NAME["dockerfile"], BACK.judge)
    again = rewrite(back.text, BY_NAME["dockerfile"], RULES.judge).text
    try:
        wanted = RULES.judge(back.resolutions[0].occurrence).target
    except (InvalidReference, IndexError):
        return
    assert again == (f"FROM {wanted}\n" if wanted else text)


def test_the_command(tmp_path: Path) -> None:
    text = "FROM nginx:1.25\nFROM ${X}\n"
    root = fill(tmp_path, {"Dockerfile": text, "pod.yaml": f"{POD}  - image: docker.io/acme/web\n"})
    assert run("rewrite", *OPTIONS, cwd=root).code == 0
    ran = run("restore", "--diff", *OPTIONS, cwd=root)
    assert ran.code == 1
    assert f"-FROM {HUB}/library/nginx:1.25\n+FROM nginx:1.25\n" in ran.out
    ran = run("restore", *OPTIONS, cwd=root)
    assert (ran.code, ran.err) == (
        0,
        "restored 2 of 3 references in 2 files: 2 cached, 1 unresolved (2 files changed)\n",
    )
    assert (root / "Dockerfile").read_text() == text
    assert (root / "pod.yaml").read_text() == f"{POD}  - image: acme/web\n"
    ran = run("restore", *OPTIONS, "-q", cwd=root)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert Reference.parse("acme/web").name == "docker.io/acme/web"


def test_a_note_on_what_is_pinned_by_digest(tmp_path: Path) -> None:
    text = f"FROM nginx@sha256:{'0' * 64}\nFROM redis:7@sha256:{'0' * 64}\nFROM alpine\n"
    root = fill(tmp_path, {"Dockerfile": text})
    note = "2 of them by digest: pull the tags once first (rewrite-refs rules --emit warmup)\n"
    assert run("rewrite", "--diff", *OPTIONS, cwd=root).err.endswith(note)
    ran = run("rewrite", *OPTIONS, cwd=root)
    assert (ran.code, ran.err) == (
        0,
        "rewrote 3 of 3 references in 1 file: 3 direct (1 file changed)\n" + note,
    )
    assert "digest" not in run("restore", *OPTIONS, cwd=root).err
    assert run("rewrite", "-q", *OPTIONS, cwd=root).err == ""
