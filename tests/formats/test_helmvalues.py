"""Helm values: which keys belong together, what is rewritten, what stays."""

from __future__ import annotations

from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.engine.rewrite import Result
from rewrite_refs.formats import BY_NAME
from rewrite_refs.formats.base import File
from rewrite_refs.formats.detect import detect
from tests import common
from tests.common import HOST as ECR
from tests.common import HUB, assert_properties, assert_spliced, claims, rewritten

HELM_VALUES = BY_NAME["helm-values"]

DIGEST = "sha256:" + "0123456789abcdef" * 4
ALONE = "a registry without an image in this file"


def run(text: str) -> Result:
    return rewritten(text, HELM_VALUES)


def found(text: str) -> list[tuple[str, str]]:
    return common.found(text, HELM_VALUES)


# Values, and what becomes of them; ECR and HUB stand for the registry and the prefix of Docker Hub.
REWRITTEN = [
    # a registry that is filled in takes host and prefix, the repository library/
    (
        "image:\n  registry: docker.io  # Hub\n  repository: nginx\n  tag: 1.25\n",
        "image:\n  registry: HUB  # Hub\n  repository: library/nginx\n  tag: 1.25\n",
    ),
    (
        f"image: {{registry: quay.io, repository: a/b, tag: 1, digest: {DIGEST}}}",
        f"image: {{registry: ECR/quay, repository: a/b, tag: 1, digest: {DIGEST}}}",
    ),
    ("image: {registry: 'docker.io', repository: a/b}", "image: {registry: 'HUB', repository: a/b}"),
    ("image: {registry: docker.io/a, name: b}", "image: {registry: HUB/a, name: b}"),
    ("image: {registry: docker.io/library/, repo: b}", "image: {registry: HUB/library/, repo: b}"),
    (
        "image: {registry: registry.k8s.io, image: a/b, tag: v1}",
        "image: {registry: ECR/kubernetes, image: a/b, tag: v1}",
    ),
    # without one, or with an empty one, the repository takes all
    ("image: {repository: nginx, tag: '1'}", "image: {repository: HUB/library/nginx, tag: '1'}"),
    ('image: {registry: "", repository: nginx}', 'image: {registry: "", repository: HUB/library/nginx}'),
    ("image: {registry: null, repository: a/b}", "image: {registry: null, repository: HUB/a/b}"),
    ("image: {registry: , repository: a/b}", "image: {registry: , repository: HUB/a/b}"),
    ("image: {repository: quay.io/a/b}", "image: {repository: ECR/quay/a/b}"),
    ("image: {registry: '', repository: quay.io/a/b}", "image: {registry: '', repository: ECR/quay/a/b}"),
    ("image: {repository: docker.io/nginx, sha: abc}", "image: {repository: HUB/library/nginx, sha: abc}"),
    ("image:\n  repository: &r a/b\n", "image:\n  repository: &r HUB/a/b\n"),
    # the repository by other names
    ("image: {name: nginx, tag: 1}", "image: {name: HUB/library/nginx, tag: 1}"),
    ("web: {imageName: nginx, imageTag: 1}", "web: {imageName: HUB/library/nginx, imageTag: 1}"),
    ("web: {imageRepository: a/b}", "web: {imageRepository: HUB/a/b}"),
    ("web: {repo: a/b, tag: 1}", "web: {repo: HUB/a/b, tag: 1}"),
    ("web: {image: nginx, tag: 1}", "web: {image: HUB/library/nginx, tag: 1}"),
    ("repository: a/b\ntag: 1\n", "repository: HUB/a/b\ntag: 1\n"),
    ("web: {repository: a/b, pullPolicy: Always}", "web: {repository: HUB/a/b, pullPolicy: Always}"),
    # tags: floats, digests, ranges
    ("image: {repository: a/b, tag: 1.10}", "image: {repository: HUB/a/b, tag: 1.10}"),
    (f"image: {{repository: a/b, tag: 1@{DIGEST}}}", f"image: {{repository: HUB/a/b, tag: 1@{DIGEST}}}"),
    (f"image: {{repository: a/b, tag: {DIGEST}}}", f"image: {{repository: HUB/a/b, tag: {DIGEST}}}"),
    ("image: {repository: a/b, tag: '>=1 <2'}", "image: {repository: HUB/a/b, tag: '>=1 <2'}"),
    ("image: {repository: a/b, tag: '{{ .x }}'}", "image: {repository: HUB/a/b, tag: '{{ .x }}'}"),
    # texts
    ('image: "nginx:1.25"\n', 'image: "HUB/library/nginx:1.25"\n'),
    ("initImage: busybox\n", "initImage: HUB/library/busybox\n"),
    ("backup_image: a/b:1\n", "backup_image: HUB/a/b:1\n"),
    ("DB_IMAGE: a/b:1\n", "DB_IMAGE: HUB/a/b:1\n"),
    ("vmImage: quay.io/a/disk:1\n", "vmImage: ECR/quay/a/disk:1\n"),
    ("proxyImage: {repository: a/b}\n", "proxyImage: {repository: HUB/a/b}\n"),
    ("proxyImage: a\nproxyImageTag: 1\n", "proxyImage: HUB/library/a\nproxyImageTag: 1\n"),
    (
        "proxyImageRegistry: docker.io\nproxyImageRepository: nginx\nproxyImageTag: 1\n",
        "proxyImageRegistry: HUB\nproxyImageRepository: library/nginx\nproxyImageTag: 1\n",
    ),
    (
        "proxy_image: nginx\nproxy_image_registry: docker.io\n",
        "proxy_image: library/nginx\nproxy_image_registry: HUB\n",
    ),
    ("db_image_repository: a/b\n", "db_image_repository: HUB/a/b\n"),
    # lists and maps
    ("images: [nginx, quay.io/a/b]", "images: [HUB/library/nginx, ECR/quay/a/b]"),
    ("pre_pull_images:\n- redis:7\n", "pre_pull_images:\n- HUB/library/redis:7\n"),
    ("images: {web: {repository: nginx}}", "images: {web: {repository: HUB/library/nginx}}"),
    ("images: {web: {name: a/b}}", "images: {web: {name: HUB/a/b}}"),
    ("images: {web: 'nginx:1', tag: v1}", "images: {web: 'HUB/library/nginx:1', tag: v1}"),
    (
        "images:\n  pull_policy: x\n  tags:\n    api: docker.io/a/b:1\n    x_repository: quay.io/a/b:1\n",
        "images:\n  pull_policy: x\n  tags:\n    api: HUB/a/b:1\n    x_repository: ECR/quay/a/b:1\n",
    ),
    ("images: [{name: a/b, tag: 1}, {image: c/d}]", "images: [{name: HUB/a/b, tag: 1}, {image: HUB/c/d}]"),
    (
        "images: {tags: {registry: docker.io/library/registry:2, web: nginx:1}}",
        "images: {tags: {registry: HUB/library/registry:2, web: HUB/library/nginx:1}}",
    ),
    ("images: {registry: quay.io, web: a/b:1}", "images: {registry: ECR/quay, web: a/b:1}"),
    (
        "image: {repository: a/b, tag: 1, init: {image: busybox}}\n",
        "image: {repository: HUB/a/b, tag: 1, init: {image: HUB/library/busybox}}\n",
    ),
    ("registry: txt\ndbImage: mysql:8\n", "registry: txt\ndbImage: HUB/library/mysql:8\n"),
    (
        "global: {imageRegistry: docker.io}\na: {image: {registry: quay.io, repository: a/b}}\n"
        "c: {image: {repository: c/d}}\n",
        "global: {imageRegistry: HUB}\na: {image: {registry: ECR/quay, repository: a/b}}\n"
        "c: {image: {repository: c/d}}\n",
    ),
    ("dindRepositoryAndTag: docker:dind\n", "dindRepositoryAndTag: HUB/library/docker:dind\n"),
    # registries around images
    (
        "systemDefaultRegistry: docker.io\nweb: {image: {registry: '', name: web}}\n",
        "systemDefaultRegistry: HUB\nweb: {image: {registry: '', name: library/web}}\n",
    ),
    (
        "imageRegistry: docker.io\nweb: {image: {repository: nginx}}\ndb: {image: a/b:1}\n",
        "imageRegistry: HUB\nweb: {image: {repository: library/nginx}}\ndb: {image: a/b:1}\n",
    ),
    (
        "global: {imageRegistry: docker.io}\nweb: {image: {registry: '', repository: nginx}}\n",
        "global: {imageRegistry: HUB}\nweb: {image: {registry: '', repository: library/nginx}}\n",
    ),
    (
        "global: {imageRegistry: docker.io}\nweb: {image: {registry: docker.io, repository: nginx}}\n",
        "global: {imageRegistry: HUB}\nweb: {image: {registry: HUB, repository: library/nginx}}\n",
    ),
    (
        "global: {imageRegistry: ''}\nweb: {image: {registry: quay.io, repository: a/b}}\n",
        "global: {imageRegistry: ''}\nweb: {image: {registry: ECR/quay, repository: a/b}}\n",
    ),
    (
        "global: {image: {registry: quay.io}}\nweb: {image: {repository: a/b}}\n",
        "global: {image: {registry: ECR/quay}}\nweb: {image: {repository: a/b}}\n",
    ),
    (
        "global: {hub: docker.io/istio, tag: 1.2}\npilot: {hub: '', image: pilot}\n",
        "global: {hub: HUB/istio, tag: 1.2}\npilot: {hub: '', image: pilot}\n",
    ),
    ("hub: quay.io/a\ntag: 1\nimage: b\n", "hub: ECR/quay/a\ntag: 1\nimage: b\n"),
    ("hub: istio\nx: {image: pilot}\n", "hub: HUB/istio\nx: {image: pilot}\n"),
    (
        "global: {imageRegistry: docker.io}\nweb: {image: quay.io/a/b:1, repository: x}\n"
        "extraContainers: [{name: c, image: redis}]\n",
        "global: {imageRegistry: docker.io}\nweb: {image: ECR/quay/a/b:1, repository: x}\n"
        "extraContainers: [{name: c, image: HUB/library/redis}]\n",
    ),
    (
        "a: {registry: &r docker.io, repository: a/b}\nc: {registry: *r, repository: nginx}\n",
        "a: {registry: &r HUB, repository: a/b}\nc: {registry: *r, repository: library/nginx}\n",
    ),
    ("a: &x {image: nginx}\nb: *x\n", "a: &x {image: HUB/library/nginx}\nb: *x\n"),
    # a path beside the name
    ("x: {repository: quay.io/a, image: b, tag: 1}", "x: {repository: ECR/quay/a, image: b, tag: 1}"),
    (
        "x: {registry: quay.io, repository: a, image: b}",
        "x: {registry: ECR/quay, repository: a, image: b}",
    ),
    ("image: {repository: a/b, name: web}", "image: {repository: HUB/a/b, name: web}"),
    # a registry in the place of the repository, and a repository in that of the registry
    (
        "image: {repository: docker.io, name: nginx, tag: 1}",
        "image: {repository: HUB, name: library/nginx, tag: 1}",
    ),
    ("image: {registry: docker.io/a/b, tag: 1}", "image: {registry: HUB/a/b, tag: 1}"),
    ("containerRegistry: quay.io/a\nimageName: b\n", "containerRegistry: ECR/quay/a\nimageName: b\n"),
    # an owner in a key of its own
    (
        "image: {registry: docker.io, org: a, repository: b}",
        "image: {registry: HUB, org: a, repository: b}",
    ),
    ("image: {organization: a, name: b, tag: 1.2}", "image: {organization: HUB/a, name: b, tag: 1.2}"),
    (
        "image: {registry: quay.io, repository: a, name: b}",
        "image: {registry: ECR/quay, repository: a, name: b}",
    ),
    # a digest in the place of the tag, cut off behind its algorithm
    (
        f"image: a/b@sha256\nimageTag: {DIGEST[7:]}\n",
        f"image: HUB/a/b@sha256\nimageTag: {DIGEST[7:]}\n",
    ),
    # images by name below a key that is called image
    (
        "x:\n  image:\n    web: nginx:1.25\n    db: redis:alpine\n    api: quay.io/a/b:1\n",
        "x:\n  image:\n    web: HUB/library/nginx:1.25\n    db: HUB/library/redis:alpine\n"
        "    api: ECR/quay/a/b:1\n",
    ),
    # anchors that stand where nothing reads them
    (
        "anchors: [&r docker.io]\na: {image: {registry: *r, repository: a/b}}\n",
        "anchors: [&r HUB]\na: {image: {registry: *r, repository: a/b}}\n",
    ),
    (
        "x-all: {base: &b nginx}\na: {image: {repository: *b}}\n",
        "x-all: {base: &b HUB/library/nginx}\na: {image: {repository: *b}}\n",
    ),
    (
        "imageName: &n a/b\nx: {repository: *n, tag: 1}\n",
        "imageName: &n HUB/a/b\nx: {repository: *n, tag: 1}\n",
    ),
    (
        "image: {registry: prom, name: prometheus, tag: 1}",
        "image: {registry: HUB/prom, name: prometheus, tag: 1}",
    ),
    (
        "defaultRegistry: quay.io/a\nx: {image: {registry: '', name: b}}\n",
        "defaultRegistry: ECR/quay/a\nx: {image: {registry: '', name: b}}\n",
    ),
    # arguments in a file without any key of an image
    ("args: ['--reloader=quay.io/a/b:1']\n", "args: ['--reloader=ECR/quay/a/b:1']\n"),
    # containers in a text
    (
        "extraContainers: |\n  - name: a\n    image: nginx:1\n  # {{ x }}\n",
        "extraContainers: |\n  - name: a\n    image: HUB/library/nginx:1\n  # {{ x }}\n",
    ),
]

STAYS = [
    "registry: txt\n",
    "image: auto\n",
    "image: {repository: null, tag: 1}\n",
    "image: {repository: 1, tag: 2}\n",
    "image: true\n",
    "git: {repository: 'https://example.com/x.git', tag: 1}\n",
    "chart: {repository: stable/x, chart: y, tag: 1}\n",
    "source: {repository: a/b}\n",
    "x: {repository: 'oci://ghcr.io/a/charts', tag: 1}\n",
    "x: {name: a/b, tag: 1}\n",
    "vmImage: ubuntu-latest\n",
    "useImage: backend\n",
    "images: {disk: {name: disk, source_url: 'https://example.com', private: no}}\n",
    "logoImage: corner.svg\n",
    "images: {enabled: yes, pullPolicy: a/b, nothing: c}\n",
    "images: {local: {exclude: [dep_check]}}\n",
    "text: |\n  no image\n",
    "text: |\n  image: [broken\n",
    "imageRegistry: txt\nx: {}\n",
    f"imageRegistry: {ECR}/docker-hub\n",
    "imageRegistry: registry.example.com\n",
    "imageCredentials: {registry: quay.io, username: a, password: b}\n",
    "registry: spec.global.registry\n",
    "image: {endpoint: 'minio:9000', flavor: apache, tag: 'x:1.2', proxyImage: ''}\n",
]

REASONS = [
    ("image: {registry: txt, repository: a/b}", "`registry:` may or may not be part"),
    ("image: {registry: quay.io, repository: quay.io/a}", "`registry:` may or may not be part"),
    ("image: {repository: acme, name: web}", "`name:` may or may not be part"),
    ("x: {repository: acme, image: web}", "`repository:` may or may not be part"),
    ("endpoints: {image: service/storage/image}", "names on Docker Hub have at most two parts"),
    (
        "defaultImageRegistry: docker.io\ndefaultImageRepository: acme\nimage: {repository: '', name: web}\n",
        "its repository is empty here and set elsewhere",
    ),
    ("gpu: {repository: '', image: manager}", "its repository is empty here and set elsewhere"),
    ("meta: {repo: acme, images: {web: {image: web, tag: 1}}}", "`repository:` may or may not be part"),
    ("pilot: {hub: '', image: pilot}", "its hub is empty here"),
    (
        "global: {imageRegistry: docker.io}\nx: {image: {registry: quay.io, repository: b}}\n",
        "whether quay.io or docker.io comes before it",
    ),
    ("imageRegistry: docker.io\n", ALONE),
    ("image: {registry: docker.io, repository: nginx, name: web}", "`name:` may or may not be part"),
    ("image: {registry: quay.io, namespace: a, name: b}", "`namespace:` may or may not be part"),
    ("image: {name: agent, tag: 7, repository: }", "its repository is empty here"),
    ("image: docker.io\n", "names on Docker Hub without an owner have no dot"),
    (
        "images: [{repository: image.repository, tag: image.tag}]",
        "names on Docker Hub without an owner have no dot",
    ),
    ("image: {registry: docker.io/a, tag: 1}", ALONE),
    ("app: &n nginx\nimage: {repository: *n}\n", "would change the meaning of another use"),
    ("global: {imageRegistry: docker.io}\n", ALONE),
    ("image: {registry: docker.io}\n", ALONE),
]


def expand(text: str) -> str:
    return text.replace("HUB", HUB).replace("ECR", ECR)


@pytest.mark.parametrize(("before", "after"), REWRITTEN)
def test_rewritten(before: str, after: str) -> None:
    result = assert_properties(before, HELM_VALUES)
    assert result.text == expand(after)
    assert_spliced(before, result)


@pytest.mark.parametrize("text", STAYS)
def test_stays(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(("text", "reason"), REASONS)
def test_reported(text: str, reason: str) -> None:
    result = assert_properties(text, HELM_VALUES)
    assert result.text == text
    reasons = [each.verdict.reason or "" for each in result.resolutions]
    assert any(reason in each for each in reasons), reasons


def test_what_cannot_be_told_stays_so_when_the_registry_around_it_is_rewritten() -> None:
    text = "global: {imageRegistry: docker.io}\na: {image: nginx}\n"
    text += "b: {image: {registry: quay.io, repository: b}}\n"
    result = assert_properties(text, HELM_VALUES)
    assert result.text == text.replace("docker.io", HUB).replace("nginx", "library/nginx")


def test_a_registry_that_serves_two_kinds_of_images_stays() -> None:
    text = (
        "imageRegistry: docker.io\n"
        "a: {repository: acme/a, tag: 1}\n"
        "b: {repository: acme/b, tag: 1, pullPolicy: Never}\n"
    )
    result = run(text)
    assert result.text == text
    assert [each.verdict.status for each in result.resolutions] == ["direct", "own"]
    assert result.resolutions[0].verdict.reason == (
        "the registry is shared with docker.io/acme/b:1, which stays unchanged: use a separate value for each"
    )


@pytest.mark.parametrize("owner", ["quay.io/acme", "ghcr.io/acme@sha256:" + "a" * 64, f"{ECR}/quay/acme"])
def test_bare_names_in_a_file_whose_repository_ends_with_an_owner(owner: str) -> None:
    text = f"image: {{repository: {owner}}}\napis: [{{image: api}}, {{image: web:1}}, {{image: a/b}}]\n"
    result = assert_properties(text, HELM_VALUES)
    assert [(each.occurrence.text, each.verdict.status) for each in result.resolutions[1:]] == [
        ("api", "unresolved"),
        ("web:1", "direct"),
        ("a/b", "direct"),
    ]
    assert "names only an owner" in (result.resolutions[1].verdict.reason or "")


@pytest.mark.parametrize("key", ["all", "common", "defaults"])
def test_a_registry_for_all_that_stand_beside_it(key: str) -> None:
    text = (
        f"web: {{image: {{repository: acme/web}}}}\n{key}: {{image: {{registry: quay.io, tag: v1}}}}\n"
        "job: {image: {registry: docker.io, repository: acme/job}}\nraw: {image: {repository: ghcr.io/a/b}}\n"
    )
    result = assert_properties(text, HELM_VALUES)
    new = text.replace("quay.io", f"{ECR}/quay").replace("docker.io", HUB).replace("ghcr.io", f"{ECR}/github")
    assert result.text == new
    assert ("direct", "quay.io/acme/web:v1") in [
        (each.verdict.status, each.occurrence.text) for each in result.resolutions
    ]


@pytest.mark.parametrize(
    "general",
    ["{image: {registry: quay.io, repository: a/b}}", "{image: {registry: txt}}", "{image: a/c}", "1"],
)
def test_no_registry_for_all(general: str) -> None:
    text = f"common: {general}\nweb: {{image: {{repository: acme/web, tag: 1}}}}\n"
    result = assert_properties(text, HELM_VALUES)
    assert f"repository: {HUB}/acme/web" in result.text


def test_containers_in_a_text_with_actions() -> None:
    text = (
        "initContainers: |\n  - name: a\n    image: busybox:1.36\n"
        "    securityContext: {{- toYaml .Values.context | nindent 8 }}\n"
        '  {{- if .Values.y }}\n  - name: b\n    image: "ghcr.io/acme/b:{{ .Values.tag }}"\n  {{- end }}\n'
        "  - {{ broken\n"
    )
    result = assert_properties(text, HELM_VALUES)
    assert result.text == text.replace("busybox", f"{HUB}/library/busybox").replace(
        "ghcr.io", f"{ECR}/github"
    )


def test_a_broken_document_is_a_problem_and_costs_no_other() -> None:
    result = run("image: [\n---\nimage: nginx\n")
    assert result.text.endswith(f"---\nimage: {HUB}/library/nginx\n")
    assert len(result.problems) == 1


@pytest.mark.parametrize(
    ("path", "chart", "expected"),
    [
        ("values.yaml", False, True),
        ("charts/web/values-prod.yml", False, True),
        ("prod-values.yaml", False, True),
        ("prod.values.yaml", False, True),
        ("Values2.yaml", False, True),
        ("devalues.yaml", False, False),
        ("values/prod.yaml", False, True),
        ("env/prod.yaml", False, False),
        ("env/prod.yaml", True, True),
        ("Chart.yaml", True, False),
        ("docker-compose.yaml", True, False),
        ("templates/values.yaml", True, True),  # a chart below the templates of another tool
        ("templates/web.yaml", True, False),
        ("charts/crds/values.yaml", True, True),
        ("crds/web.yaml", True, False),
        ("tests/web_test.yaml", True, False),
        ("ci/web-test.yaml", True, False),
        (".github/workflows/x.yaml", True, False),
        ("values.json", False, False),
    ],
)
def test_claims(path: str, chart: bool, expected: bool) -> None:
    pod = b"apiVersion: v1\nkind: Pod\nimage: nginx\n"
    assert claims(HELM_VALUES, path, b"image: nginx\n", chart) is expected
    assert claims(HELM_VALUES, path, b"image: '{{ x }}'\n", chart) is (expected and "templates" not in path)
    assert not claims(HELM_VALUES, path, b"a: b\n", chart)
    assert not claims(HELM_VALUES, path, pod, chart)
    assert detect(File(PurePath(path), pod, chart)) in (None, BY_NAME["kubernetes"])


@given(
    common.mutations(
        [before for before, _ in REWRITTEN] + STAYS + [text for text, _ in REASONS],
        ["image: nginx\n", "registry: quay.io\n", "repository: a/b\n", "docker.io", "images:\n", "global:\n"],
    )
)
def test_properties(text: str) -> None:
    assert_properties(text, HELM_VALUES)


@given(st.text())
def test_any_text(text: str) -> None:
    assert_properties(text, HELM_VALUES)
