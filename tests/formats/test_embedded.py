"""References inside strings: what is taken for one, and how sure of it we are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.formats import inline as embedded
from rewrite_refs.formats.inline import NameHint
from rewrite_refs.text.chars import Chars
from rewrite_refs.text.spans import Occurrence, Span

DIGEST = "sha256:" + "0123456789abcdef" * 4
HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
ON, OPT_IN, PUSHED = "on", "embedded", "pushed"


def kind(occurrence: Occurrence) -> str:
    return PUSHED if occurrence.own else OPT_IN if occurrence.embedded else ON


def in_value(name: str, value: str) -> list[tuple[str, str]]:
    return [(kind(each), each.text) for each in embedded.in_value(Chars.at(value, 0), name)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("IMAGE", NameHint.IMAGE),
        ("image", NameHint.IMAGE),
        ("SIDECAR_IMAGE", NameHint.IMAGE),
        ("--reloader-image", NameHint.IMAGE),
        ("-webhookImage", NameHint.IMAGE),
        ("baseimage", NameHint.IMAGE),
        ("image2", NameHint.IMAGE),
        ("IMAGE_REF", NameHint.IMAGE),
        ("RELATED_IMAGE_WEB", NameHint.IMAGE),
        ("RELATED_IMAGES", NameHint.IMAGE),
        ("proxy.image", NameHint.IMAGE),
        ("registryServerImage", NameHint.IMAGE),
        ("IMAGE_PROXY", NameHint.NOTHING),
        ("CACHE_IMAGE", NameHint.NOTHING),
        ("IMAGE_WEB", NameHint.PART),
        ("KAFKA_IMAGES", NameHint.PART),
        ("--images", NameHint.PART),
        ("WEB", NameHint.NOTHING),
        ("", NameHint.NOTHING),
        ("imagePullPolicy", NameHint.NOTHING),
        ("IMAGE_PULL_POLICY", NameHint.NOTHING),
        ("--image-pull-policy", NameHint.NOTHING),
        ("imagePullSecrets", NameHint.NOTHING),
        ("IMAGE_TAG", NameHint.NOTHING),
        ("IMAGE_NAME", NameHint.NOTHING),
        ("IMAGE_REGISTRY", NameHint.NOTHING),
        ("--image-repository", NameHint.NOTHING),
        ("--images-dir", NameHint.NOTHING),
        ("IMAGE_PATH", NameHint.NOTHING),
        ("last-image-selection", NameHint.NOTHING),
        ("osImage", NameHint.NOTHING),
        ("IMAGINE", NameHint.NOTHING),
    ],
)
def test_what_names_say(name: str, expected: NameHint) -> None:
    assert embedded.hint_of(name) is expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        # by what the name says, and what the value is
        ("SIDE_IMAGE", "quay.io/a/b:1", [(ON, "quay.io/a/b:1")]),
        ("IMAGE_SIDE", "quay.io/a/b:1", [(ON, "quay.io/a/b:1")]),
        ("SIDE", "quay.io/a/b:1", [(ON, "quay.io/a/b:1")]),
        ("SIDE_IMAGE", "example.com/a:1", [(ON, "example.com/a:1")]),
        ("SIDE_IMAGE", "acme/web", [(ON, "acme/web")]),
        ("IMAGE_SIDE", "acme/web", []),
        ("IMAGE_SIDE", "acme/web:1", [(ON, "acme/web:1")]),
        ("SIDE", "acme/web:1", []),
        ("SIDE_IMAGE", "web:1", [(ON, "web:1")]),
        ("IMAGE_SIDE", "postgres:16", [(ON, "postgres:16")]),
        ("IMAGE_SIDE", "web:8080", []),
        ("IMAGE_SIDE", "web:80", []),
        ("SIDE", "web:1", []),
        ("SIDE_IMAGE", "quay.io/a/b", [(ON, "quay.io/a/b")]),
        ("IMAGE_SIDE", "quay.io/a/b", [(OPT_IN, "quay.io/a/b")]),
        ("SIDE", "quay.io/a/b", [(OPT_IN, "quay.io/a/b")]),
        ("SIDE_IMAGE", "web", [(OPT_IN, "web")]),
        ("IMAGE_SIDE", "web", []),
        ("IMAGE_SIDE", f"web@{DIGEST}", [(ON, f"web@{DIGEST}")]),
        # the whole value
        ("IMAGE", " quay.io/a/b:1\n", [(ON, "quay.io/a/b:1")]),
        ("X", f"quay.io/a/b@{DIGEST}", [(ON, f"quay.io/a/b@{DIGEST}")]),
        ("X", f"quay.io/a/b:1@{DIGEST}", [(ON, f"quay.io/a/b:1@{DIGEST}")]),
        ("X", f"{HOST}/quay/a/b:1", [(ON, f"{HOST}/quay/a/b:1")]),
        ("X", "quay.io/a/b:$(TAG)", [(ON, "quay.io/a/b:$(TAG)")]),
        ("X", "quay.io/${ORG}/b:v1-${TAG}", [(ON, "quay.io/${ORG}/b:v1-${TAG}")]),
        ("IMAGE", "acme/web:{{ .tag }}", [(ON, "acme/web:{{ .tag }}")]),
        # lists and texts
        ("X", "quay.io/a/b:1,ghcr.io/c/d:2", [(ON, "quay.io/a/b:1"), (ON, "ghcr.io/c/d:2")]),
        ("IMAGES", "1=quay.io/a/b:1\n2=quay.io/a/b:2\n", [(ON, "quay.io/a/b:1"), (ON, "quay.io/a/b:2")]),
        ("IMAGE", "a=quay.io/a/b:1", [(ON, "quay.io/a/b:1")]),
        ("X", "run quay.io/a/b now", [(OPT_IN, "quay.io/a/b")]),
        # where something is pushed to
        ("--destination", "quay.io/a/b:1", [(PUSHED, "quay.io/a/b:1")]),
        ("-t", "quay.io/a/b:1", [(PUSHED, "quay.io/a/b:1")]),
        ("--tag", "a,quay.io/a/b:1", [(PUSHED, "quay.io/a/b:1")]),
        # no references
        ("IMAGE", "", []),
        ("IMAGE", "true", []),
        ("IMAGE", "1.5", []),
        ("IMAGE", "8080:80", []),
        ("IMAGE", "Always", []),
        ("IMAGE", "/images/web", []),
        ("IMAGE", "./web", []),
        ("IMAGE", "logo.png", []),
        ("IMAGE", "image/png", []),
        ("IMAGE", "https://quay.io/a/b:1", []),
        ("IMAGE", "$(IMAGE)", []),
        ("IMAGE", "${REGISTRY}/web:1", []),
        ("IMAGE", "a web", []),
        ("IMAGE", "A:B:C", []),
        ("IMAGE", "Acme/Web", []),
        ("IMAGE_TAG", "v1", []),
        ("--image-repository", "registry.k8s.io", []),
        ("X", "quay.io/A/b:1", []),
        ("X", "quay.io//b:1", []),
        ("X", "quay.io/a/b:", []),
        ("X", "myquay.io/a/b:1", []),
    ],
)
def test_values(name: str, value: str, expected: list[tuple[str, str]]) -> None:
    assert in_value(name, value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("docker run --rm quay.io/a/b:1 sh", [(ON, "quay.io/a/b:1")]),
        ("X='quay.io/a/b:1'; Y=\"ghcr.io/a/b:2\"", [(ON, "quay.io/a/b:1"), (ON, "ghcr.io/a/b:2")]),
        ('{"image":"quay.io/a/b:1"}', [(ON, "quay.io/a/b:1")]),
        ('\\"quay.io/a/b:1\\"', [(ON, "quay.io/a/b:1")]),
        ("quay.io/a/b:1\\\n x", [(ON, "quay.io/a/b:1")]),
        ("(quay.io/a/b:1)", [(ON, "quay.io/a/b:1")]),
        ("podman push quay.io/a/b:1", [(PUSHED, "quay.io/a/b:1")]),
        ("docker push -q 'quay.io/a/b:1'", [(PUSHED, "quay.io/a/b:1")]),
        ("docker tag quay.io/a/b:1 quay.io/a/b:2", [(ON, "quay.io/a/b:1"), (PUSHED, "quay.io/a/b:2")]),
        ("crane push web.tar quay.io/a/b:1", [(PUSHED, "quay.io/a/b:1")]),
        ("cosign sign --yes quay.io/a/b:1", [(PUSHED, "quay.io/a/b:1")]),
        ("crane cp quay.io/a/b:1 ghcr.io/a/b:1", [(ON, "quay.io/a/b:1"), (PUSHED, "ghcr.io/a/b:1")]),
        ("docker push x && docker run quay.io/a/b:1", [(ON, "quay.io/a/b:1")]),
        ("docker build -t quay.io/a/b:1 .", [(PUSHED, "quay.io/a/b:1")]),
        ("executor --destination=quay.io/a/b:1", [(PUSHED, "quay.io/a/b:1")]),
        ("docker pull x\npush\nquay.io/a/b:1", [(ON, "quay.io/a/b:1")]),
        ("https://quay.io/a/b:1", []),
        ("docker://quay.io/a/b:1", [(ON, "quay.io/a/b:1")]),
        ("skopeo copy docker://quay.io/a/b:1", [(ON, "quay.io/a/b:1")]),
        (
            "skopeo copy --all docker://quay.io/a/b:1 docker://ghcr.io/a/b:1",
            [(ON, "quay.io/a/b:1"), (PUSHED, "ghcr.io/a/b:1")],
        ),
        (
            "skopeo copy \\\n docker://quay.io/a/b:1 \\\r\n  docker://ghcr.io/a/b:1",
            [(ON, "quay.io/a/b:1"), (PUSHED, "ghcr.io/a/b:1")],
        ),
        ("docker tag web --x quay.io/a/b:1", [(PUSHED, "quay.io/a/b:1")]),
        (
            "docker buildx build --push -t quay.io/a/b:1 --build-arg BASE=quay.io/a/c:1",
            [(PUSHED, "quay.io/a/b:1"), (ON, "quay.io/a/c:1")],
        ),
        ("xdocker://q quay.io.docker://a/b:1", []),
        ('[a]\n  image = "ubuntu:22.04" # x', [(ON, "ubuntu:22.04")]),
        (
            'image = "acme/web"\nhelper_image = "alpine"\nx_image = "quay.io/a/b"',
            [(OPT_IN, "quay.io/a/b"), (OPT_IN, "acme/web"), (OPT_IN, "alpine")],
        ),
        ('x = "web:1"\nimage_tag = "a:1"\nimage="web:1"\necho image = "web:1"\nimage = ""', []),
        ('image = "quay.io/a/b:1"', [(ON, "quay.io/a/b:1")]),
        ("xquay.io/a/b:1", []),
        ("quay.io/a/b:1!", []),
        ("nginx:1 acme/web:2", []),
        ("", []),
    ],
)
def test_words(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(kind(each), each.text) for each in embedded.in_text(Chars.at(text, 0))] == expected


def test_what_has_no_place_is_nothing() -> None:
    value = "quay.io/a/b:1"
    assert list(embedded.in_text(Chars(value, [None] * len(value)))) == []


def test_places_and_holes() -> None:
    (found,) = embedded.in_text(Chars.at("run quay.io/a/b:${T}-x", 7))
    assert found.span == found.site == Span(11, 29)
    assert [piece.known for piece in found.pieces] == [True, False, True]


@pytest.mark.parametrize(
    "host",
    [
        "docker.io",
        "index.docker.io",
        "registry-1.docker.io",
        "registry.hub.docker.com",
        "public.ecr.aws",
        "ecr-public.aws.com",
        "quay.io",
        "registry.k8s.io",
        "k8s.gcr.io",
        "gcr.io",
        "eu.gcr.io",
        "europe-docker.pkg.dev",
        "ghcr.io",
        "registry.gitlab.com",
        "acme.azurecr.io",
        "cgr.dev",
        "mcr.microsoft.com",
        "nvcr.io",
        "docker.elastic.co",
        "lscr.io",
        "registry.access.redhat.com",
        "registry.redhat.io",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        "123456789012.dkr-ecr.eu-west-1.on.aws",
    ],
)
def test_registries(host: str) -> None:
    value = f"{host}/acme/web:1"
    assert embedded.may_hold(value)
    assert embedded.is_known(value)
    assert not embedded.is_known(f"{host}/acme/web")
    assert not embedded.is_known(f"my{host}.example/acme/web:1")


@given(
    st.text(alphabet="quay.io/ab:1@$(){}_- \n\"'=", max_size=60), st.sampled_from(["IMAGE", "A_IMAGE_B", "X"])
)
def test_properties(value: str, name: str) -> None:
    for each in embedded.in_value(Chars.at("quay.io/" + value, 3), name):
        assert each.text == ("quay.io/" + value)[each.span.start - 3 : each.span.end - 3]
