"""Kubernetes manifests: what is found, what is rewritten, what stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.engine.rewrite import UNSAFE, Result
from rewrite_refs.formats import BY_NAME
from rewrite_refs.formats.base import Builds
from rewrite_refs.text.source import Source
from tests import common
from tests.common import HOST as ECR
from tests.common import HUB, assert_properties, assert_spliced, claims, occurrences, rewritten

KUBERNETES = BY_NAME["kubernetes"]

POD = "apiVersion: v1\nkind: Pod\nspec:\n"
CUSTOM = "apiVersion: example.com/v1\nkind: Web\nspec:\n"
DIGEST = "sha256:" + "0123456789abcdef" * 4


def run(text: str) -> Result:
    return rewritten(text, KUBERNETES)


def found(text: str) -> list[tuple[str, str]]:
    return common.found(text, KUBERNETES)


# A spec, and what becomes of it; ECR and HUB stand for the registry and the prefix of Docker Hub.
REWRITTEN = [
    # every style of scalar
    ("  image: nginx:1.25  # web \n", "  image: HUB/library/nginx:1.25  # web \n"),
    ("  image:   nginx", "  image:   HUB/library/nginx"),
    ("  image: 'nginx'\n", "  image: 'HUB/library/nginx'\n"),
    ('  "image" : "nginx"\n', '  "image" : "HUB/library/nginx"\n'),
    ("  image: &web !!str nginx # c\n", "  image: &web !!str HUB/library/nginx # c\n"),
    ("  image: !!str &web\n    nginx\n", "  image: !!str &web\n    HUB/library/nginx\n"),
    ("  image: >-\n\n    nginx:1\n\n", "  image: >-\n\n    HUB/library/nginx:1\n\n"),
    ("  image: |\n    nginx:1\n  x: 1\n", "  image: |\n    HUB/library/nginx:1\n  x: 1\n"),
    ("  image: |2-\n    nginx:1\n", "  image: |2-\n    HUB/library/nginx:1\n"),
    ('  image: "quay.io\\/acme\\u002fweb"\n', '  image: "ECR/quay\\/acme\\u002fweb"\n'),
    ('  image: "qu\\x61y.io/a"\n', '  image: "ECR/quay/a"\n'),
    ('  image: "quay.io/\\\n    acme"\n', '  image: "ECR/quay/\\\n    acme"\n'),
    ("  {image: nginx, x: y}\n", "  {image: HUB/library/nginx, x: y}\n"),
    ("  ? image\n  : nginx\n", "  ? image\n  : HUB/library/nginx\n"),
    (
        "  - image: nginx\n  -   image:    redis\n",
        "  - image: HUB/library/nginx\n  -   image:    HUB/library/redis\n",
    ),
    # every part of a reference
    (f"  image: quay.io/a/b:1@{DIGEST}", f"  image: ECR/quay/a/b:1@{DIGEST}"),
    ("  image: index.docker.io/nginx", "  image: HUB/library/nginx"),
    ("  image: k8s.gcr.io/pause:3.9", "  image: ECR/kubernetes/pause:3.9"),
    ("  image: public.ecr.aws/x/y", "  image: ECR/ecr-public/x/y"),
    # placeholders after the head
    ("  image: nginx:$(params.tag)", "  image: HUB/library/nginx:$(params.tag)"),
    ("  image: nginx:${TAG}", "  image: HUB/library/nginx:${TAG}"),
    ("  image: nginx:$TAG", "  image: HUB/library/nginx:$TAG"),
    ("  image: quay.io/{{ .owner }}/web", "  image: ECR/quay/{{ .owner }}/web"),
    ("  image: 'nginx:{{ .tag }}-{{ .x }}'", "  image: 'HUB/library/nginx:{{ .tag }}-{{ .x }}'"),
    ('  image: "nginx:\\x31{{ .tag }}"', '  image: "HUB/library/nginx:\\x31{{ .tag }}"'),
    # where containers are
    (
        "  initContainers: [{image: a}]\n  containers:\n  - image: b\n"
        "  ephemeralContainers:\n  - {image: c}\n",
        "  initContainers: [{image: HUB/library/a}]\n  containers:\n  - image: HUB/library/b\n"
        "  ephemeralContainers:\n  - {image: HUB/library/c}\n",
    ),
    (
        "  volumes:\n  - name: m\n    image:\n      reference: quay.io/m/n:1\n      pullPolicy: Always\n",
        "  volumes:\n  - name: m\n    image:\n      reference: ECR/quay/m/n:1\n      pullPolicy: Always\n",
    ),
    ("  containerDisk: {image: quay.io/x/disk}", "  containerDisk: {image: ECR/quay/x/disk}"),
    # anchors: edited where the name is written, once
    (
        "  webImage: &i nginx\n  image: *i\n  more: [{image: *i}]\n",
        "  webImage: &i HUB/library/nginx\n  image: *i\n  more: [{image: *i}]\n",
    ),
    (
        "  a: &c {image: nginx}\n  b: {<<: *c, name: b}\n  c: *c\n",
        "  a: &c {image: HUB/library/nginx}\n  b: {<<: *c, name: b}\n  c: *c\n",
    ),
    # names in several keys
    ("  image: {repository: nginx, tag: 1.20}", "  image: {repository: HUB/library/nginx, tag: 1.20}"),
    ("  image: {repository: acme/web}", "  image: {repository: HUB/acme/web}"),
    (
        "  image:\n    registry: docker.io\n    repository: nginx\n    tag: '1'\n",
        "  image:\n    registry: HUB\n    repository: library/nginx\n    tag: '1'\n",
    ),
    ("  image: {registry: quay.io/, repository: a/b}", "  image: {registry: ECR/quay/, repository: a/b}"),
    ("  image: {registry: '', repository: quay.io/a}", "  image: {registry: '', repository: ECR/quay/a}"),
    ("  image: {registry: ~, repository: nginx}", "  image: {registry: ~, repository: HUB/library/nginx}"),
    (
        f"  image: {{registry: docker.io, repository: nginx, digest: '{DIGEST}'}}",
        f"  image: {{registry: HUB, repository: library/nginx, digest: '{DIGEST}'}}",
    ),
    ("  webImage: {repository: quay.io/a/b, tag: 1}", "  webImage: {repository: ECR/quay/a/b, tag: 1}"),
    (
        "  image: {registry: quay.io, image: a/b, tag: v1}",
        "  image: {registry: ECR/quay, image: a/b, tag: v1}",
    ),
    (
        "  driver:\n    repository: ghcr.io/acme\n    image: driver\n    version: '535.1'\n",
        "  driver:\n    repository: ECR/github/acme\n    image: driver\n    version: '535.1'\n",
    ),
    (
        "  driver: {registry: quay.io, repository: acme, image: driver}",
        "  driver: {registry: ECR/quay, repository: acme, image: driver}",
    ),
    (
        "  image: {repository: quay.io/a/b, name: c, tag: 1}",
        "  image: {repository: ECR/quay/a/b, name: c, tag: 1}",
    ),
    ("  image: {repository: a/b, name: c}", "  image: {repository: HUB/a/b, name: c}"),
    ("  web: {name: c, repository: b, tag: 1}", "  web: {name: c, repository: HUB/library/b, tag: 1}"),
    ("  image: quay.io/p/p\n  tag: v2\n  sha: x\n", "  image: ECR/quay/p/p\n  tag: v2\n  sha: x\n"),
    # the repository of a source: no name on Docker Hub has three parts
    (
        "  image: acme/runner\n  repository: acme/web",
        "  image: HUB/acme/runner\n  repository: acme/web",
    ),
    (
        "  image: nginx\n  repository: https://example.com/x.git",
        "  image: HUB/library/nginx\n  repository: https://example.com/x.git",
    ),
    (
        "  hub: docker.io/istio\n  tag: 1.2\n  pilot: {image: pilot}\n  values: {proxy: {image: proxyv2}}\n",
        "  hub: HUB/istio\n  tag: 1.2\n  pilot: {image: pilot}\n  values: {proxy: {image: proxyv2}}\n",
    ),
    ("  hub: istio\n  pilot: {image: pilot}", "  hub: HUB/istio\n  pilot: {image: pilot}"),
    ("  hub: istio\n  image: pilot", "  hub: HUB/istio\n  image: pilot"),
    ("  hub: quay.io/istio\n  pilot: {image: acme/x}", "  hub: quay.io/istio\n  pilot: {image: HUB/acme/x}"),
    (
        "  registry: quay.io\n  web: {image: {repository: app}}",
        "  registry: ECR/quay\n  web: {image: {repository: app}}",
    ),
    (
        "  registry: quay.io\n  containers: [{image: nginx}]",
        "  registry: quay.io\n  containers: [{image: HUB/library/nginx}]",
    ),
    (
        "  registry: txt\n  image: {repository: nginx}",
        "  registry: txt\n  image: {repository: HUB/library/nginx}",
    ),
]


@pytest.mark.parametrize(("before", "after"), REWRITTEN)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_rewritten(before: str, after: str, newline: str, bom: str) -> None:
    text = bom + (CUSTOM + before).replace("\n", newline)
    wanted = bom + (CUSTOM + after).replace("HUB", HUB).replace("ECR", ECR).replace("\n", newline)
    result = run(text)
    assert result.text.encode() == wanted.encode()
    assert run(result.text).text == result.text


# A spec that stays, and the status and text of what is found in it.
UNCHANGED: list[tuple[str, list[tuple[str, str]]]] = [
    # no references
    ("  image: ''", []),
    ("  image:", []),
    ("  image: ~\n  b: {image: null}", []),
    ("  image: true\n  b: {image: 5}", []),
    ("  image: yes\n  b: {image: Off}", []),
    ("  image: auto", []),
    ("  image: logo.png\n  b: {image: assets/Logo.SVG}\n  c: {image: ubuntu-22.04.iso}", []),
    ("  image: $(params.image)", []),
    ("  image: '{{ .Values.image }}'", []),
    ("  image: {{ .Values.image }}", []),
    ("  image: {type: string, description: an image}", []),
    ("  image: [nginx]", []),
    ("  image: https://example.com/logo.png", []),
    ("  image: ko://example.com/cmd", []),
    ("  image: /logo.png\n  b: {image: ./logo}", []),
    ("  image: two words", []),
    ("  image: '!*:latest | *nginx*'", []),
    ("  image: data:image/png;base64,AAAA", []),
    ("  image: " + "a" * 5000, []),
    ("  repository: acme/web", []),
    ("  git: {repository: acme/web, tag: v1, branch: main}", []),
    ("  image: {name: nginx, version: 1}", []),
    ("  baseImage: nginx\n  imageRepository: registry.k8s.io", []),
    ("  metadata: {labels: {image: nginx}}\n  selector: {matchLabels: {image: nginx}}", []),
    ("  nodeSelector: {image: nginx}", []),
    ("  script: |\n    image: nginx\n", []),
    ("  # image: nginx\n  a: b", []),
    ("  {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, image: x}", []),
    # references that stay
    (f"  image: {ECR}/docker-hub/library/nginx:1", [("cached", f"{ECR}/docker-hub/library/nginx:1")]),
    ("  image: myquay.io/a", [("unmapped", "myquay.io/a")]),
    ("  image: localhost:5000/a", [("own", "localhost:5000/a")]),
    ("  image: ${IMAGE}", [("unresolved", "${IMAGE}")]),
    ("  image: '{{ .r }}/web:1'", [("unresolved", "{{ .r }}/web:1")]),
    ("  image: '{{ .r }}:{{ .t }}'", [("unresolved", "{{ .r }}:{{ .t }}")]),
    ("  image: ${REGISTRY}web", [("unresolved", "${REGISTRY}web")]),
    ("  image: <image>", [("unresolved", "<image>")]),
    ("  output: {image: quay.io/a/b}", [("own", "quay.io/a/b")]),
    ("  image: nginx\n  imagePullPolicy: Never", [("own", "nginx")]),
    ("  image: {repository: nginx, pullPolicy: Never}", [("own", "nginx")]),
    ("  repository: acme\n  image: web\n  tag: 1", [("unresolved", "acme/web:1")]),
    ("  registry: acme\n  image: web", [("unresolved", "acme/web")]),
    ("  registry: acme\n  repository: a\n  image: web", [("unresolved", "acme/a/web")]),
    (
        "  image: {registry: mirror.example.com, repository: quay.io/a/b}",
        [("unresolved", "quay.io/a/b")],
    ),
    ("  image: {repository: docker.io, name: nginx}", [("unresolved", "docker.io")]),
    ("  image: {repository: bitnami, name: redis, tag: 7}", [("unresolved", "bitnami:7")]),
    ("  image: {repository: docker.io/web, name: x}", [("unresolved", "docker.io/web")]),
    ("  registry: https://quay.io\n  image: web", [("unresolved", "https://quay.io/web")]),
    ("  registry: $(r)\n  image: web", [("unresolved", "$(r)/web")]),
    ("  repository: $(r)\n  image: web", [("unresolved", "$(r)/web")]),
    ("  registry: gcr.io\n  repository: gcr.io/a\n  image: web", [("unmapped", "gcr.io/a/web")]),
    ("  registry: gcr.io\n  web: {image: acme/app}", [("unresolved", "acme/app")]),
    ("  hub: gcr.io/i\n  tag: 1\n  web: {image: app, tag: 2}", [("unmapped", "gcr.io/i/app:2")]),
    # tags and digests of their own
    ("  image: gcr.io/a\n  tag: ~", [("unmapped", "gcr.io/a")]),
    ("  image: gcr.io/a:1\n  tag: 2", [("unmapped", "gcr.io/a:1")]),
    (f"  image: gcr.io/a\n  tag: {DIGEST}", [("unmapped", f"gcr.io/a@{DIGEST}")]),
    (f"  image: gcr.io/a\n  sha: {DIGEST[7:]}\n  tag: 1", [("unmapped", f"gcr.io/a:1@{DIGEST}")]),
    (f"  image: gcr.io/a@{DIGEST}\n  tag: 1", [("unmapped", f"gcr.io/a@{DIGEST}")]),
    ("  image: gcr.io/a\n  tag: [1]\n  digest: {a: b}", [("unmapped", "gcr.io/a")]),
    ("  image: gcr.io/a\n  digest: $(d)\n  tag: $(t)", [("unmapped", "gcr.io/a:$(t)")]),
]


@pytest.mark.parametrize(("spec", "expected"), UNCHANGED)
def test_unchanged(spec: str, expected: list[tuple[str, str]]) -> None:
    text = CUSTOM + spec
    assert found(text) == expected
    assert run(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "image: nginx",
        "apiVersion: v1\nimage: nginx",
        "apiVersion: v1\nkind:\nimage: nginx",
        "- {apiVersion: v1, kind: Pod, image: nginx}",
        POD + "  a: 1\nstatus:\n  image: nginx\n",
        POD + "  status: {image: nginx}\n",
        "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImageRepository\nspec: {image: a/b}\n",
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, status: {image: nginx}}\n",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nimage: nginx\n",
        "# apiVersion, kind, image\n",
    ],
)
def test_no_manifest_or_no_image(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("head", "spec", "expected"),
    [
        ("infrastructure.cluster.x-k8s.io/v1beta1\nkind: GCPMachineTemplate", "image: a/b", []),
        ("kops.k8s.io/v1alpha2\nkind: InstanceGroup", "image: a/b", []),
        ("kops.k8s.io/v1alpha2\nkind: InstanceGroup", "execContainer: {image: busybox}", ["busybox"]),
        ("kops.k8s.io/v1alpha2\nkind: Cluster", "etcd: {image: a/b}", ["a/b"]),
        ("machine.openshift.io/v1beta1\nkind: Machine", "disks: [{image: a/b}]", []),
        ("compute.do.crossplane.io/v1alpha1\nkind: Droplet", "forProvider: {image: ubuntu-20-04-x64}", []),
        (
            "infrastructure.cluster.x-k8s.io/v1alpha1\nkind: KubevirtMachine",
            "containerDisk: {image: quay.io/a/b}",
            ["quay.io/a/b"],
        ),
    ],
)
def test_disks_of_machines_are_no_containers(head: str, spec: str, expected: list[str]) -> None:
    assert [text for _, text in found(f"apiVersion: {head}\nspec:\n  {spec}\n")] == expected


def test_names_that_another_object_completes_stay() -> None:
    head = "apiVersion: operator.tigera.io/v1\nkind: "
    assert found(f"{head}ImageSet\nspec: {{images: [{{image: calico/node}}]}}\n") == []
    assert found(f"{head}Installation\nspec: {{image: calico/node}}\n") == [("direct", "calico/node")]


def test_the_schema_of_a_resource_that_kro_defines_has_types_for_values() -> None:
    text = (
        "apiVersion: kro.run/v1alpha1\nkind: ResourceGraphDefinition\nspec:\n"
        "  schema:\n    apiVersion: v1alpha1\n    kind: Web\n    spec: {image: string}\n"
        "  resources:\n  - template:\n      apiVersion: v1\n      kind: Pod\n"
        "      spec: {image: nginx, schema: {image: redis}}\n"
    )
    assert found(text) == [("direct", "nginx"), ("direct", "redis")]


@pytest.mark.parametrize(
    "spec",
    [
        "  name: &n nginx\n  image: *n\n",
        "  image: &n nginx\n  name: *n\n",
        "  image: &n nginx\n  args: [*n]\n",
        "  image: {repository: &n nginx, tag: 1}\n  labels: {app: *n}\n",
        "  image: {registry: &r docker.io, repository: a/b}\n  host: *r\n",
        "  image: &n nginx\n  labels: {*n : x}\n",
    ],
)
def test_a_name_that_is_used_for_something_else_is_reported_and_left(spec: str) -> None:
    result = run(CUSTOM + spec + "  other: {image: redis}\n")
    assert result.text == CUSTOM + spec + f"  other: {{image: {HUB}/library/redis}}\n"
    assert sorted(resolution.done for resolution in result.resolutions) == [False, True]
    assert {each.verdict.reason for each in result.resolutions} == {UNSAFE, None}


SKAFFOLD = """\
apiVersion: skaffold/v4beta11
kind: Config
build:
  artifacts:
    - image: acme/web
      requires: [{image: acme/base}]
    - image: "{{.REPO}}/x"
test: [{image: acme/web}]
verify:
  - container: {image: alpine:3}
"""


def builds(text: str) -> Builds:
    assert KUBERNETES.builds
    return KUBERNETES.builds(Source(text))


def test_skaffold_builds_its_artifacts() -> None:
    assert found(SKAFFOLD) == [
        ("own", "acme/web"),
        ("own", "acme/base"),
        ("own", "{{.REPO}}/x"),
        ("own", "acme/web"),
        ("direct", "alpine:3"),
    ]
    assert builds(SKAFFOLD) == Builds(frozenset({"acme/web", "acme/base"}))


@pytest.mark.parametrize("text", ["", POD + "  image: nginx", SKAFFOLD + "x: [", "skaffold/ image: ["])
def test_nothing_else_is_built(text: str) -> None:
    assert builds(text) == Builds()


def test_documents_lists_and_order() -> None:
    text = (
        f"# first\n{POD}  image: a\n  image2: b\n---\n\n--- # empty\n...\n---\nkind: x\n---\n"
        "apiVersion: v1\nkind: List\nitems:\n"
        "- apiVersion: v1\n  kind: Pod\n  spec: {containers: [{image: c}]}\n"
        "- {apiVersion: v1, kind: Pod, z: {image: d}, a: {image: e}}\n"
    )
    assert [text for _, text in found(text)] == ["a", "c", "d", "e"]
    assert run(text).text == text.replace("image: ", f"image: {HUB}/library/")


def test_json() -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"annotations": {"a": "😀\u2028\ttab"}},
        "spec": {"containers": [{"image": "nginx"}, {"image": "quay.io/a/b"}]},
    }
    for indent in (None, 2, "\t"):
        for text in (json.dumps(pod, indent=indent), json.dumps(pod, indent=indent).replace("/", "\\/")):
            result = run(text)
            assert [resolution.done for resolution in result.resolutions] == [True, True]
            assert json.loads(result.text)["spec"]["containers"] == [
                {"image": f"{HUB}/library/nginx"},
                {"image": f"{ECR}/quay/a/b"},
            ]


def test_a_kind_that_a_template_fills_in_is_one() -> None:
    assert found("apiVersion: {{ .Values.api }}\nkind: Pod\nimage: nginx\n") == [("direct", "nginx")]


def test_where_a_reference_stands() -> None:
    text = POD + "  image: 'nginx:1'\n  b: {registry: quay.io, repository: a/b, tag: 1}\n"
    one, other = occurrences(text, KUBERNETES)
    assert text[slice(*one.span)] == text[slice(*one.site)] == "nginx:1"
    assert text[slice(*other.span)] == "a/b"
    assert one.head_offset is None


def test_two_uses_that_contradict_one_another_are_not_both_rewritten() -> None:
    text = CUSTOM + "  a: &a {image: web}\n  b: {<<: *a, registry: quay.io}\n"
    assert found(text) == [("direct", "web"), ("direct", "quay.io/web")]
    result = run(text)
    assert result.text == text.replace("quay.io", f"{ECR}/quay")
    assert [resolution.done for resolution in result.resolutions] == [False, True]
    assert run(result.text).text == result.text


# --- what cannot be read ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("broken", "templates"),
    [
        (POD + "  image: {{ .a }}/{{ .b }}: x\n", [True]),
        (POD + "{% if x %}\n  image: nginx\n", [True]),
        (POD + "  image: [\n", [False]),
        (POD + " \timage: x\n\tb: y\n", [False]),
        ("'apiVersion': v1\r\n\"kind\" : Pod\r\nimage: [", [False]),
        # no marks, or nothing to find
        ("apiVersion: v1\n  kind: Pod\n image: [", []),
        (POD + "  imagePullSecrets: [\n", []),
        (POD + "  {{ x }}: [\n", []),
        ("kind: CustomResourceDefinition\nimage: [\n".join((POD, "")), []),
    ],
)
def test_problems(broken: str, templates: list[bool]) -> None:
    text = f"{POD}  image: a\n---\n{broken}\n---\n{POD}  image: b\n"
    result = run(text)
    assert [problem.template for problem in result.problems] == templates
    assert all(len(POD) < problem.offset <= len(text) - len(POD) for problem in result.problems)
    after = text.replace("image: a", f"image: {HUB}/library/a").replace("image: b", f"image: {HUB}/library/b")
    assert result.text == after


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"apiVersion": "v1", "kind": "Pod", "image": "x"', 1),
        ('{"apiVersion": "v1", kind, "image": "x"', 0),
    ],
)
def test_problems_of_json(text: str, expected: int) -> None:
    assert len(run(text).problems) == expected


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("pod.yaml", POD.encode() + b"  image: x", True),
        ("POD.YML", POD.encode() + b"  image: x", True),
        ("Pod.JSON", b'{"apiVersion": "v1", "kind": "Pod", "image": "x"}', True),
        ("release.yaml", POD.encode() + b"  x: {repository: a, tag: 1}", True),
        ("pod.txt", POD.encode() + b"  image: x", False),
        ("pod.yaml", POD.encode(), False),
        ("pod.yaml", b"image: x\nkind: y", False),
        ("pod.yaml", b"image: x\napiVersion: y", False),
    ],
)
def test_claims(name: str, data: bytes, expected: bool) -> None:
    assert claims(KUBERNETES, name, data) is expected


# --- properties ------------------------------------------------------------------------------

TEXTS = [CUSTOM + spec + "\n" for spec, _ in [*REWRITTEN, *UNCHANGED]] + [SKAFFOLD]


@given(
    st.one_of(
        common.mutations(TEXTS, ["{{ x }}"]),
        st.text(max_size=50),
        st.text(max_size=50).map(lambda text: POD + " image: " + text),
    )
)
def test_properties(text: str) -> None:
    assert_spliced(text, assert_properties(text, KUBERNETES))
    builds(text)


@pytest.mark.parametrize(
    "version",
    ["lambda.services.k8s.aws/v1alpha1", "lambda.aws.upbound.io/v1beta1", "lambda.aws.m.upbound.io/v1"],
)
def test_a_function_of_lambda_keeps_its_image(version: str) -> None:
    text = (
        f"apiVersion: {version}\nkind: Function\nspec:\n"
        "  code: {imageURI: 'public.ecr.aws/lambda/python:3'}\n"
        "  image: nginx\n  args: ['quay.io/a/b:1']\n"
    )
    assert [status for status, _ in found(text)] == ["own"] * 3
    assert "AWS Lambda cannot pull" in str(run(text).resolutions[0].verdict.reason)
