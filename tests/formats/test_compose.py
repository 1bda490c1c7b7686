"""Compose files: what is found, what is rewritten, what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.engine.rewrite import Result
from rewrite_refs.formats.base import Builds
from rewrite_refs.formats.compose import FORMAT as COMPOSE
from rewrite_refs.formats.compose.references import read
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Span
from rewrite_refs.yaml import scalars as yamlchars
from rewrite_refs.yaml.scalars import Scalar
from tests import common
from tests.common import HOST as ECR
from tests.common import HUB, assert_properties, assert_spliced, claims, occurrences, rewritten

WEB = "services:\n  web:\n"


def run(text: str) -> Result:
    return rewritten(text, COMPOSE)


def builds(text: str) -> Builds:
    assert COMPOSE.builds
    return COMPOSE.builds(Source(text))


def found(text: str) -> list[tuple[str, str]]:
    return common.found(text, COMPOSE)


# What a service has, and what becomes of it; ECR and HUB stand for the registry and for Docker Hub's prefix.
REWRITTEN = [
    ("    image: nginx:1.25  # web \n", "    image: HUB/library/nginx:1.25  # web \n"),
    ("    image: 'nginx'\n", "    image: 'HUB/library/nginx'\n"),
    ('    image: "quay.io\\/a"\n', '    image: "ECR/quay\\/a"\n'),
    ("    image: &i !!str nginx\n", "    image: &i !!str HUB/library/nginx\n"),
    ("    image: >-\n      nginx\n", "    image: >-\n      HUB/library/nginx\n"),
    ("    image: |\n      nginx\n", "    image: |\n      HUB/library/nginx\n"),
    ("    {image: nginx}", "    {image: HUB/library/nginx}"),
    # variables
    ("    image: nginx:${TAG}", "    image: HUB/library/nginx:${TAG}"),
    ("    image: nginx:${TAG:-1.25}", "    image: HUB/library/nginx:${TAG:-1.25}"),
    ("    image: nginx:$TAG", "    image: HUB/library/nginx:$TAG"),
    ("    image: nginx:{{ tag }}", "    image: HUB/library/nginx:{{ tag }}"),
    ("    image: ${IMAGE:-nginx}", "    image: ${IMAGE:-HUB/library/nginx}"),
    ("    image: ${IMAGE-nginx}:${TAG?}", "    image: ${IMAGE-HUB/library/nginx}:${TAG?}"),
    ("    image: ${A:-${B:-nginx}}:1", "    image: ${A:-${B:-HUB/library/nginx}}:1"),
    ("    image: ${R:-docker.io}/library/db", "    image: ${R:-HUB}/library/db"),
    ("    image: ${R:-docker.io}/db", "    image: ${R:-HUB}/library/db"),
    ("    image: ${R:-quay.io/acme}/db", "    image: ${R:-ECR/quay/acme}/db"),
    ("    image: ${R:-}postgres", "    image: ${R:-HUB/}library/postgres"),
    ("    image: '${R-}acme/db'", "    image: '${R-HUB/}acme/db'"),
    ('    image: "${R:-\\x64ocker.io}/acme/db"', None),
    # a shared name
    ("    image: &i nginx\n  b: {image: *i}\n", "    image: &i HUB/library/nginx\n  b: {image: *i}\n"),
    (
        "    <<: &b {image: nginx}\n  b: {<<: *b}\n  c: *b\n",
        "    <<: &b {image: HUB/library/nginx}\n  b: {<<: *b}\n  c: *b\n",
    ),
    ("    image: nginx\n  b: {extends: web}\n", "    image: HUB/library/nginx\n  b: {extends: web}\n"),
    (
        "    <<: *b\nx-base: &a {}\nx-b: {images: [{image: quay.io/a}]}\n".replace("*b", "{}"),
        "    <<: {}\nx-base: &a {}\nx-b: {images: [{image: ECR/quay/a}]}\n",
    ),
    # a script may pull it all the same
    ("    image: redis\n    pull_policy: never", "    image: HUB/library/redis\n    pull_policy: never"),
    # builds, mounted images
    (
        "    build:\n      additional_contexts:\n        base: docker-image://alpine:3\n"
        "        src: ../src\n        x: [1]\n",
        "    build:\n      additional_contexts:\n        base: docker-image://HUB/library/alpine:3\n"
        "        src: ../src\n        x: [1]\n",
    ),
    (
        "    build:\n      additional_contexts: ['b=docker-image://${B:-alpine}:3', x=., [y]]\n",
        "    build:\n      additional_contexts: ['b=docker-image://${B:-HUB/library/alpine}:3', x=., [y]]\n",
    ),
    (
        "    build:\n      additional_contexts: {base: '${C:-docker-image://alpine}'}\n",
        "    build:\n      additional_contexts: {base: '${C:-docker-image://HUB/library/alpine}'}\n",
    ),
    (
        "    volumes:\n      - {type: image, source: nginx, target: /x}\n      - a:/b\n"
        "      - {type: bind, source: nginx}\n",
        "    volumes:\n      - {type: image, source: HUB/library/nginx, target: /x}\n      - a:/b\n"
        "      - {type: bind, source: nginx}\n",
    ),
    (
        "    build:\n      dockerfile_inline: |\n        FROM alpine:3 AS b\n        # FROM x\n"
        "        FROM b\n        COPY --from=quay.io/a/b /x /y\n        RUN echo $$HOME\n",
        "    build:\n      dockerfile_inline: |\n        FROM HUB/library/alpine:3 AS b\n        # FROM x\n"
        "        FROM b\n        COPY --from=ECR/quay/a/b /x /y\n        RUN echo $$HOME\n",
    ),
    (
        "    build:\n      dockerfile_inline: |-\n        ARG R=docker.io\n        FROM $${R}/library/a\n",
        "    build:\n      dockerfile_inline: |-\n        ARG R=HUB\n        FROM $${R}/library/a\n",
    ),
    (
        '    build: {dockerfile_inline: "FROM ${BASE:-alpine}\\nRUN x"}\n',
        '    build: {dockerfile_inline: "FROM ${BASE:-HUB/library/alpine}\\nRUN x"}\n',
    ),
]


@pytest.mark.parametrize(("before", "after"), REWRITTEN)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_rewritten(before: str, after: str | None, newline: str, bom: str) -> None:
    text = bom + (WEB + before).replace("\n", newline)
    wanted = WEB + (before.replace("\\x64ocker.io", "HUB") if after is None else after)
    wanted = bom + wanted.replace("HUB", HUB).replace("ECR", ECR).replace("\n", newline)
    result = run(text)
    assert result.text.encode() == wanted.encode()
    assert run(result.text).text == result.text


UNCHANGED = [
    ("    image:", []),
    ("    image: ''", []),
    ("    image: [nginx]", []),
    ("    image: {{ image }}", []),
    ("    labels: {image: nginx}\n    deploy: {image: x}", []),
    (
        "    build:\n      cache_from: [quay.io/a]\n      cache_to: [quay.io/b]\n      tags: [quay.io/image]",
        [],
    ),
    ("    build: {additional_contexts: image}", []),
    ("    volumes: image", []),
    ("    volumes: [{type: image}, {type: [image], source: nginx}]", []),
    ("    extends: {service: image}", []),
    ("    x: 1\n  image: nginx\nimage: nginx\nvolumes: {a: {image: nginx}}", []),
    (f"    image: {HUB}/library/nginx", [("cached", f"{HUB}/library/nginx")]),
    ("    image: gcr.io/a/b", [("unmapped", "gcr.io/a/b")]),
    ("    image: ${IMAGE}", [("unresolved", "${IMAGE}")]),
    ("    image: $IMAGE", [("unresolved", "$IMAGE")]),
    ("    image: ${R}/web", [("unresolved", "${R}/web")]),
    ("    image: ${R:?}/web", [("unresolved", "${R:?}/web")]),
    ("    image: ${R:+quay.io/}web", [("unresolved", "${R:+quay.io/}web")]),
    ("    image: quay.io/web:$", [("unresolved", "quay.io/web:$")]),
    ("    image: '{{ registry }}/web'", [("unresolved", "{{ registry }}/web")]),
    ("    image: docker.io/${X}", [("unresolved", "docker.io/${X}")]),
    # built here
    ("    image: nginx\n    build: .", [("own", "nginx")]),
    ("    image: ${I:-nginx}\n    build: {context: .}", [("own", "nginx")]),
    ("    image: ${I}\n    build: .", [("own", "${I}")]),
    (
        "    image: app\n    build: .\n  worker: {image: 'app:latest'}",
        [("own", "app"), ("own", "app:latest")],
    ),
    ("    build: {tags: ['app:1']}\n  worker: {image: 'app:1'}", [("own", "app:1")]),
    ("    <<: {build: .}\n    image: app", [("own", "app")]),
    ("    <<: &a {image: app}\n  b: {<<: *a, build: .}", [("own", "app")]),
    ("    image: &i app\n    build: .\n  b: {image: *i}", [("own", "app")]),
    ("    image: app\n  b: {extends: {service: web}, build: .}", [("own", "app")]),
    ("    build: .\n  b: {extends: {service: web}, image: app}", [("own", "app")]),
    (
        "    build:\n      context: .\n      dockerfile_inline: FROM app\n      tags: [app]",
        [("direct", "app")],
    ),
    (
        "    build:\n      additional_contexts: {app: '.'}\n      dockerfile_inline: FROM app",
        [("own", "app")],
    ),
]


@pytest.mark.parametrize(("service", "expected"), UNCHANGED)
def test_unchanged(service: str, expected: list[tuple[str, str]]) -> None:
    text = WEB + service
    assert found(text) == expected
    if ("direct", "app") not in expected:
        assert run(text).text == text


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("    image: app\n    build:", [("direct", "app")]),
        ("    image: app\n    build: ~\n  b: {build: .}", [("direct", "app")]),
        ("    build: .\n  b: {extends: {service: web, file: x.yaml}, image: app}", [("direct", "app")]),
        ("    extends: b\n    image: app\n  b: {extends: web}", [("direct", "app")]),
        ("    build: .\n  b: {extends: web, build: ~, image: app}", [("direct", "app")]),
        ("    image: app:1\n    build: .\n  b: {image: 'app:2'}", [("own", "app:1"), ("direct", "app:2")]),
    ],
)
def test_not_built(service: str, expected: list[tuple[str, str]]) -> None:
    assert found(WEB + service) == expected


@pytest.mark.parametrize(
    "text", ["", "image: x", "- image: x", "services: [image]", "services: image", "x-a: image"]
)
def test_no_services(text: str) -> None:
    assert found(text) == []


def test_extension_fields_alone() -> None:
    text = "x-a: &a\n  image: redis\n  more: [{image: gcr.io/a}, *a]\nx-b: {image: app, build: .}\n"
    assert found(text) == [("direct", "redis"), ("unmapped", "gcr.io/a"), ("own", "app")]
    assert run(text).text == text.replace("redis", f"{HUB}/library/redis")


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("x-i: &i nginx\nservices:\n  web: {image: *i}\n", True),
        ("x-i: {db: &i nginx, all: [*i]}\nservices:\n  web: {image: *i}\n", True),
        ("services:\n  web: {image: &i nginx, environment: {DB_IMAGE: *i}}\n", True),
        ("services:\n  web: {image: &i nginx, container_name: *i}\n", False),
        ("services:\n  web: {hostname: &i nginx, image: *i}\n", False),
        ("x-i: &i nginx\nservices:\n  web: {image: *i, command: [*i]}\n", False),
    ],
)
def test_a_name_that_is_used_for_something_else_is_left(text: str, done: bool) -> None:
    result = run(text)
    assert result.text == (text.replace("nginx", f"{HUB}/library/nginx") if done else text)
    assert [resolution.done for resolution in result.resolutions] == [done]


def test_the_first_version_has_its_services_at_the_top() -> None:
    text = "web:\n  image: nginx\napp:\n  image: app\n  build: .\nvolumes:\n  image: {image: x}\n"
    assert found(text) == [("direct", "nginx"), ("own", "app")]
    assert builds(text).images == {"app"}


def test_a_variable_that_two_images_need_differently() -> None:
    text = WEB + "    image: ${R:-docker.io}/web\n  b: {image: '${R:-quay.io}/b'}\n"
    assert run(text).text == text.replace("docker.io}/", f"{HUB}}}/library/").replace(
        "quay.io", f"{ECR}/quay"
    )


def test_where_a_reference_stands() -> None:
    text = WEB + "    image: '${R:-docker.io}/a'\n  b: {image: nginx}\n"
    one, other = occurrences(text, COMPOSE)
    assert text[slice(*one.span)] == "${R:-docker.io}/a"
    assert one.head_offset == one.span.start == one.site.start
    assert other.head_offset is None


def test_documents() -> None:
    text = f"{WEB}    image: b\n---\n{WEB}    image: a\n"
    assert [name for _, name in found(text)] == ["b", "a"]


# --- what is built ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "names"),
    [
        ("    image: app\n    build: .", {"app"}),
        ("    image: app", set()),
        ("    image: app\n    build:", set()),
        ("    build: .", set()),
        ("    image: ${R:-quay.io}/app:${T:-1}\n    build: .", {"quay.io/app:1"}),
        ("    image: quay.io/acme/app:${T}\n    build: .", {"quay.io/acme/app"}),
        ("    image: app:v${T}\n    build: .", {"app"}),
        ("    image: ${R}/app\n    build: .", set()),
        ("    image: acme/${R}\n    build: .", set()),
        ("    image: localhost:${PORT}/app\n    build: .", set()),
        ("    image: app:$\n    build: .", set()),
        ("    build: {tags: [a, 'b:${T}', {c: d}]}", {"a", "b"}),
        ("    build: {tags: a}", set()),
        ("    image: app\n    build: [", set()),
    ],
)
def test_built(service: str, names: set[str]) -> None:
    assert builds(WEB + service).images == names
    assert builds(service).images == frozenset()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (WEB + "    build: {additional_contexts: {a: ., b: docker-image://c}}", {"a", "b"}),
        (WEB + "    build: {additional_contexts: [a=., b=c]}", {"a", "b"}),
        (WEB + "    build: {additional_contexts: [}", set()),
        (WEB + "    build: .", set()),
    ],
)
def test_contexts(text: str, names: set[str]) -> None:
    assert builds(text).contexts == names


# --- what cannot be read ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "template"),
    [
        (WEB + "    image: {{ a }}:{{ b }}: x\n", True),
        (WEB + "  {% if x %}\n    image: nginx\n", True),
        (WEB + "    image: [\n", False),
        (WEB + "    build: {dockerfile_inline: 'FROM ${'}\n", False),
        (WEB + "    build: {dockerfile_inline: 'FROM'}\n", False),
    ],
)
def test_problems(text: str, template: bool) -> None:
    result = run(text)
    assert result.text == text
    assert [problem.template for problem in result.problems] == [template]
    assert 0 < result.problems[0].offset <= len(text)


def test_a_document_without_images_is_not_read() -> None:
    assert found("services: [") == []


def test_a_value_that_cannot_be_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yamlchars, "chars", lambda text, scalar: None)
    assert found(WEB + "    image: nginx") == [("unresolved", "nginx")]
    assert builds(WEB + "    image: nginx\n    build: .").images == frozenset()
    result = run(WEB + "    build: {dockerfile_inline: FROM nginx}")
    assert [problem.message for problem in result.problems] == [
        "dockerfile_inline: the positions of its characters cannot be determined"
    ]
    (occurrence,) = read("a: b://c", Scalar("b://c", Span(3, 8), "", None), "b://")
    assert occurrence.pieces == (("c", None, True),)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("compose.yaml", "x-a: {image: x}", True),
        ("Compose.override.YML", "image", True),
        ("docker-compose.prod.yml", "dockerfile_inline", True),
        ("docker-compose.yml", "services: {}", False),
        ("compose.yaml", "services: {web: {build: .}}", False),
        ("compose.yaml", "apiVersion: v1\nkind: Pod\nimage: x", False),
        ("compose.yaml", "x: {apiVersion: v1}\nimage: x", True),
        ("compose.json", "image", False),
        ("Stack.YAML", WEB + "    image: x", True),
        ("stack.yml", '"services" :  # x\r\n\r\n  # y\r\n  web:\r\n    "build": .', True),
        ("stack.yml", "services:\n- image: x\nimage: y", False),
        ("stack.yml", "services:\n  - name: x\n    image: y", False),
        ("stack.yml", "services:\n  web:\n    x: y\nimage: z", False),
        ("stack.yml", "jobs:\n  services:\n    web:\n      image: x", False),
        ("stack.yml", "image: x", False),
        ("stack.yml", "apiVersion: v1\nkind: x\n" + WEB + "    image: x", False),
        ("stack.txt", WEB + "    image: x", False),
    ],
)
def test_claims(name: str, text: str, expected: bool) -> None:
    assert claims(COMPOSE, name, text.encode()) is expected


# --- properties ------------------------------------------------------------------------------

TEXTS = [WEB + service + "\n" for service, _ in [*REWRITTEN, *UNCHANGED]]
IMAGES = st.text("ngix${}:-?/.\"'\\ \nA", max_size=30)


@given(
    st.one_of(
        common.mutations(TEXTS, ["${", "$$", ":-"]),
        st.text(max_size=50),
        IMAGES.map(lambda image: WEB + "    image: " + image),
    )
)
def test_properties(text: str) -> None:
    assert_spliced(text, assert_properties(text, COMPOSE))
    builds(text)
