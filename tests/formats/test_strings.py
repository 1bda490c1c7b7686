"""Strings of Kubernetes objects in which references stand."""

from __future__ import annotations

import pytest
from hypothesis import given

from rewrite_refs.engine.rewrite import UNSAFE
from rewrite_refs.formats import BY_NAME
from tests import common
from tests.common import HOST as ECR
from tests.common import HUB, assert_properties, assert_spliced, occurrences, rewritten

KUBERNETES = BY_NAME["kubernetes"]

DIGEST = "sha256:" + "0123456789abcdef" * 4
POD = "apiVersion: v1\nkind: Pod\nspec:\n"
CUSTOM = "apiVersion: example.com/v1\nkind: Web\nspec:\n"
CONFIG = "apiVersion: v1\nkind: ConfigMap\ndata:\n"
SECRET = "apiVersion: v1\nkind: Secret\nstringData:\n"
TEMPLATE = "apiVersion: template.openshift.io/v1\nkind: Template\nparameters:\n"
TASK = "apiVersion: tekton.dev/v1\nkind: TaskRun\nspec:\n"


def after(text: str) -> str:
    return text.replace("HUB", HUB).replace("ECR", ECR)


def marks(text: str) -> list[tuple[bool, str]]:
    """Each reference of a text, and whether it is taken by default."""
    return [(not each.embedded, each.text) for each in occurrences(text, KUBERNETES)]


REWRITTEN = [
    # arguments
    (POD, '  args: ["--reloader=quay.io/a/b:1"]\n', '  args: ["--reloader=ECR/quay/a/b:1"]\n'),
    (POD, "  args: [--web-image=acme/web]\n", "  args: [--web-image=HUB/acme/web]\n"),
    (POD, '  args: ["--web-image", "acme/web"]\n', '  args: ["--web-image", "HUB/acme/web"]\n'),
    (POD, "  args:\n  - -x\n  - quay.io/a/b:1\n", "  args:\n  - -x\n  - ECR/quay/a/b:1\n"),
    (POD, "  command: [quay.io/a/b:1]\n", "  command: [ECR/quay/a/b:1]\n"),
    (POD, "  command: run quay.io/a/b:1\n", "  command: run ECR/quay/a/b:1\n"),
    (
        POD,
        '  args:\n  - sh\n  - -c\n  - |\n    docker run quay.io/a/b:1 \\\n      "ghcr.io/a/b:2"\n',
        '  args:\n  - sh\n  - -c\n  - |\n    docker run ECR/quay/a/b:1 \\\n      "ECR/github/a/b:2"\n',
    ),
    (POD, '  args: ["--x-image=\\u0071uay.io\\/a/b:1"]\n', '  args: ["--x-image=ECR/quay\\/a/b:1"]\n'),
    (
        POD,
        "  command: [skopeo, copy]\n  args: ['docker://quay.io/a/b:1', 'dir:/x']\n",
        "  command: [skopeo, copy]\n  args: ['docker://ECR/quay/a/b:1', 'dir:/x']\n",
    ),
    (
        POD,
        "  args: [push, --web-image=acme/web, --x-image, acme/x, 'a && b', quay.io/a/b:1]\n",
        "  args: [push, --web-image=HUB/acme/web, --x-image, HUB/acme/x, 'a && b', ECR/quay/a/b:1]\n",
    ),
    # variables and parameters, also such as hold a manifest, or a script with one in it
    (
        TASK,
        "  params:\n  - name: manifest\n    value: |\n      # x\n      apiVersion: v1\n      kind: Pod\n"
        "      spec: {containers: [{image: nginx}]}\n",
        "  params:\n  - name: manifest\n    value: |\n      # x\n      apiVersion: v1\n      kind: Pod\n"
        "      spec: {containers: [{image: HUB/library/nginx}]}\n",
    ),
    (
        POD,
        "  env:\n  - name: X\n    value: |\n      cat <<E\n      apiVersion: v1\n      kind: Pod\n"
        "      image: quay.io/a/b:1\n      E\n",
        "  env:\n  - name: X\n    value: |\n      cat <<E\n      apiVersion: v1\n      kind: Pod\n"
        "      image: ECR/quay/a/b:1\n      E\n",
    ),
    (
        POD,
        "  env: [{name: SIDE_IMAGE, value: web:1}]\n",
        "  env: [{name: SIDE_IMAGE, value: HUB/library/web:1}]\n",
    ),
    (
        POD,
        "  env:\n  - name: RELATED_IMAGE_WEB\n    value: acme/web\n",
        "  env:\n  - name: RELATED_IMAGE_WEB\n    value: HUB/acme/web\n",
    ),
    (POD, "  env: [{name: X, value: 'quay.io/a/b:1'}]\n", "  env: [{name: X, value: 'ECR/quay/a/b:1'}]\n"),
    (
        POD,
        "  env:\n  - name: IMAGES\n    value: |\n      1=quay.io/a/b:1\n      2=quay.io/a/b:2\n",
        "  env:\n  - name: IMAGES\n    value: |\n      1=ECR/quay/a/b:1\n      2=ECR/quay/a/b:2\n",
    ),
    # fields of custom resources
    (CUSTOM, "  imageName: ghcr.io/a/b:1\n", "  imageName: ECR/github/a/b:1\n"),
    (CUSTOM, "  sideImage: acme/web:1\n", "  sideImage: HUB/acme/web:1\n"),
    (CUSTOM, "  extra: [quay.io/a/b:1]\n", "  extra: [ECR/quay/a/b:1]\n"),
    (CUSTOM, "  script: |\n    run quay.io/a/b:1\n", "  script: |\n    run ECR/quay/a/b:1\n"),
    (
        CUSTOM,
        "  manifest: |\n    apiVersion: v1\n    kind: Pod\n    spec: {image: nginx}\n",
        "  manifest: |\n    apiVersion: v1\n    kind: Pod\n    spec: {image: HUB/library/nginx}\n",
    ),
    (
        CUSTOM,
        "  manifest: |\n    apiVersion: v1\n    kind: A\n    x: {image: a/b:1}\n    ---\n    image: c/d:1\n",
        "  manifest: |\n    apiVersion: v1\n    kind: A\n    x: {image: HUB/a/b:1}\n    ---\n"
        "    image: c/d:1\n",
    ),
    (
        CUSTOM,
        "  script: |\n    cat <<EOF | kubectl apply -f -\n    apiVersion: v1\n    kind: Pod\n"
        "    image: quay.io/a/b:1\n    EOF\n",
        "  script: |\n    cat <<EOF | kubectl apply -f -\n    apiVersion: v1\n    kind: Pod\n"
        "    image: ECR/quay/a/b:1\n    EOF\n",
    ),
    (
        CUSTOM,
        '  a: {podSpecPatch: \'{"containers": [{"image": "nginx"}]}\'}\n'
        "  b:\n    podSpecPatch: |\n      containers:\n      - image: nginx:1\n",
        '  a: {podSpecPatch: \'{"containers": [{"image": "HUB/library/nginx"}]}\'}\n'
        "  b:\n    podSpecPatch: |\n      containers:\n      - image: HUB/library/nginx:1\n",
    ),
    (
        CUSTOM,
        "  patchesStrategicMerge:\n  - |\n    spec: {containers: [{image: nginx}]}\n"
        '  x: {patch: \'{"containers": [{"image": "nginx"}]}\'}\n',
        "  patchesStrategicMerge:\n  - |\n    spec: {containers: [{image: HUB/library/nginx}]}\n"
        '  x: {patch: \'{"containers": [{"image": "HUB/library/nginx"}]}\'}\n',
    ),
    # an expression that puts a container into pods
    (
        "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingAdmissionPolicy\nspec:\n",
        '  x:\n    expression: |\n      {\n        image: "quay.io/a/b:1",\n      }\n',
        '  x:\n    expression: |\n      {\n        image: "ECR/quay/a/b:1",\n      }\n',
    ),
    (
        CUSTOM,
        "  source:\n    dockerfile: |\n      ARG BASE=quay.io/a/b\n      FROM ${BASE}:1 AS a\n"
        "      FROM nginx:1\n      COPY --from=a /x /x\n  image: x y\n",
        "  source:\n    dockerfile: |\n      ARG BASE=ECR/quay/a/b\n      FROM ${BASE}:1 AS a\n"
        "      FROM HUB/library/nginx:1\n      COPY --from=a /x /x\n  image: x y\n",
    ),
    (CUSTOM, "  storageUri: 'oci://quay.io/a/b:1'\n", "  storageUri: 'oci://ECR/quay/a/b:1'\n"),
    # a file of a program
    (
        CONFIG,
        '  a.toml: |\n    [a]\n    image = "web:1"\n',
        '  a.toml: |\n    [a]\n    image = "HUB/library/web:1"\n',
    ),
    (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n",
        "  values:\n    config: |\n      [[runners]]\n"
        '        image = "web:1"\n        helper_image = "quay.io/a/b:1"\n',
        "  values:\n    config: |\n      [[runners]]\n"
        '        image = "HUB/library/web:1"\n        helper_image = "ECR/quay/a/b:1"\n',
    ),
    # annotations
    (
        "apiVersion: v1\nkind: A\nmetadata:\n  annotations:\n",
        "    containerImage: quay.io/a/b:1\n    x/proxyImage: acme/web\n",
        "    containerImage: ECR/quay/a/b:1\n    x/proxyImage: HUB/acme/web\n",
    ),
    (
        POD,
        "  template: {metadata: {annotations: {x/y: 'quay.io/a/b:1'}}}\n",
        "  template: {metadata: {annotations: {x/y: 'ECR/quay/a/b:1'}}}\n",
    ),
    # data
    (CONFIG, "  SIDE_IMAGE: acme/web\n", "  SIDE_IMAGE: HUB/acme/web\n"),
    (SECRET, "  x: quay.io/a/b:1\n", "  x: ECR/quay/a/b:1\n"),
    (
        CONFIG,
        "  pod.yaml: |\n    spec:\n      containers:\n      - image: nginx:1\n",
        "  pod.yaml: |\n    spec:\n      containers:\n      - image: HUB/library/nginx:1\n",
    ),
    (
        CONFIG,
        '  pod.json: |\n    {"apiVersion": "v1", "kind": "Pod", "image": "nginx"}\n',
        '  pod.json: |\n    {"apiVersion": "v1", "kind": "Pod", "image": "HUB/library/nginx"}\n',
    ),
    (CONFIG, "  a.yaml: |\n    image: a/b\n    x: y\n", "  a.yaml: |\n    image: HUB/a/b\n    x: y\n"),
    (CONFIG, '  x: \'{"image": "a/b:1"}\'\n', '  x: \'{"image": "HUB/a/b:1"}\'\n'),
    (
        CONFIG,
        "  values.yaml: |\n    image:\n      repository: nginx\n      pullPolicy: Always\n    x: [a]\n",
        "  values.yaml: |\n    image:\n      repository: HUB/library/nginx\n      pullPolicy: Always\n"
        "    x: [a]\n",
    ),
    (
        CONFIG,
        "  run.sh: |\n    run quay.io/a/b:1\n    x: [\n",
        "  run.sh: |\n    run ECR/quay/a/b:1\n    x: [\n",
    ),
    (CONFIG, "  a.conf: |\n    i=quay.io/a/b:1\n    x=1\n", "  a.conf: |\n    i=ECR/quay/a/b:1\n    x=1\n"),
    (
        CONFIG,
        "  two.yaml: |\n    a: {image: a/b:1}\n    ---\n    b: {image: c/d:1}\n",
        "  two.yaml: |\n    a: {image: HUB/a/b:1}\n    ---\n    b: {image: HUB/c/d:1}\n",
    ),
    # OpenShift
    (TEMPLATE, "- {name: IMAGE, value: acme/web}\n", "- {name: IMAGE, value: HUB/acme/web}\n"),
    (
        CUSTOM,
        "  from: {kind: DockerImage, name: 'quay.io/a/b:1'}\n",
        "  from: {kind: DockerImage, name: 'ECR/quay/a/b:1'}\n",
    ),
    # a parameter that is called so
    (
        TASK,
        "  params: [{name: BUILDER_IMAGE, value: 'quay.io/a/b:1'}]\n",
        "  params: [{name: BUILDER_IMAGE, value: 'ECR/quay/a/b:1'}]\n",
    ),
    # Tekton's bundles
    (TASK, "  taskRef: {bundle: 'quay.io/a/b:1'}\n", "  taskRef: {bundle: 'ECR/quay/a/b:1'}\n"),
    (
        TASK,
        "  params: [{name: bundle, value: 'quay.io/a/b:1'}]\n",
        "  params: [{name: bundle, value: 'ECR/quay/a/b:1'}]\n",
    ),
    # nobody pushes to a digest
    (
        TASK,
        f"  params: [{{name: image, value: 'quay.io/a/b:1@{DIGEST}'}}]\n",
        f"  params: [{{name: image, value: 'ECR/quay/a/b:1@{DIGEST}'}}]\n",
    ),
]


@pytest.mark.parametrize(("head", "before", "wanted"), REWRITTEN)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_rewritten_by_default(head: str, before: str, wanted: str, newline: str) -> None:
    text = (head + before).replace("\n", newline)
    assert all(taken for taken, _ in marks(text))
    result = rewritten(text, KUBERNETES)
    assert result.text == after(head + wanted).replace("\n", newline)
    assert rewritten(result.text, KUBERNETES).text == result.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # known registry, neither tag nor digest
        (POD + "  args: [--x=quay.io/a/b]\n", ["quay.io/a/b"]),
        (POD + "  env: [{name: X, value: quay.io/a/b}]\n", ["quay.io/a/b"]),
        # one bare word
        (POD + "  env: [{name: IMAGE, value: web}]\n", ["web"]),
        (CONFIG + "  image: web\n", ["web"]),
        # fields of which nobody knows
        (CUSTOM + "  sideImage: acme/web\n", ["acme/web"]),
        (CUSTOM + "  package: quay.io/a/b:1\n", ["quay.io/a/b:1"]),
        (CUSTOM + "  oci: {reference: 'quay.io/a/b:1'}\n", ["quay.io/a/b:1"]),
        # what is pulled with other credentials than those of the node
        (CUSTOM + "  registry: {url: 'docker://quay.io/a/b'}\n", ["quay.io/a/b"]),
        (CUSTOM + "  url: docker://acme/disk:1\n", ["acme/disk:1"]),
        (CUSTOM + "  description: like quay.io/a/b:1\n", ["quay.io/a/b:1"]),
        (CUSTOM + "  notes: |\n    like\n    quay.io/a/b:1\n", ["quay.io/a/b:1"]),
        (POD + "  metadata: {annotations: {image-of-x: 'web:1'}}\n", ["web:1"]),
        # what the build may replace
        (CUSTOM + "  dockerfile: |\n    FROM web\n    RUN x\n  image: x y\n", ["web"]),
        # in any file, and in annotations that tell of more
        (CONFIG + "  a.yaml: |\n    image: web\n    x: y\n", ["web"]),
        (POD + "  metadata: {annotations: {x: 'see quay.io/a/b:1'}}\n", ["quay.io/a/b:1"]),
        (POD + '  metadata: {annotations: {x: \'{"image":"quay.io/a/b:1","y":1}\'}}\n', ["quay.io/a/b:1"]),
        # where a build may push to
        (TASK + "  params: [{name: IMAGE, value: 'quay.io/a/b:1'}]\n", ["quay.io/a/b:1"]),
        (TASK + "  params: [{name: X, default: 'quay.io/a/b:1'}]\n", ["quay.io/a/b:1"]),
        (TASK + "  params: [{name: BUILDER_IMAGE, value: 'acme/web:1'}]\n", ["acme/web:1"]),
        # a patch with a template's actions in it
        (CUSTOM + "  podSpecPatch: '{{ if x }} quay.io/a/b:1'\n", ["quay.io/a/b:1"]),
    ],
)
def test_opt_in(text: str, expected: list[str]) -> None:
    assert marks(text) == [(False, each) for each in expected]


@pytest.mark.parametrize(
    "text",
    [
        POD + "  env: [{name: IMAGE_PULL_POLICY, value: Always}, {name: IMAGE, valueFrom: {x: y}}]\n",
        POD + "  env: [{name: IMAGE, value: true}, {name: IMAGE, value: 1.5}, {name: IMAGE, value: ''}]\n",
        POD + "  env: [{name: IMAGE, value: $(X)}, {name: [a], value: web}]\n",
        POD + "  env: [{name: IMAGE_REGISTRY, value: docker.io}]\n",
        POD + "  args: [--image-pull-policy=Always, --images-dir=/x, --image-repository=registry.k8s.io]\n",
        POD + "  args: [--web-image, [x], web, {a: b}, --web-image]\n  command: {a: b}\n",
        POD + "  args: [--web-image=]\n",
        CUSTOM + "  sideImage: web\n  osImage: 'ubuntu:22.04'\n  x: [web]\n",
        CUSTOM + "  url: quay.io/a/b:1\n",
        CUSTOM + "  url: docker://\n",
        CUSTOM + "  storageUri: s3://quay.io/a/b\n",
        CUSTOM + "  dockerfile: |\n    FROM\n    x\n  image: x y\n",
        CUSTOM + '  dockerfile: "\\ud83d\\ude00\\nFROM quay.io/a/b:1"\n',
        CUSTOM + "  dockerfile: images/Dockerfile\n",
        CUSTOM + "  image: [web]\n",
        CONFIG + "  x: |\n    image\n  y: [quay.io/a/b:1]\n  z: 1\n",
        "apiVersion: v1\nkind: ConfigMap\ndata: image\n",
        "apiVersion: v1\nkind: ConfigMap\nimages: []\n",
        TEMPLATE + "- IMAGE\n- {name: IMAGE}\n- {name: IMAGE_TAG, value: v1}\n",
        "apiVersion: v1\nkind: Template\nparameters: image\n",
        POD + "  metadata: {annotations: [image], labels: {image: quay.io/a/b:1}}\n",
        POD + "  metadata:\n    annotations:\n"
        '      kubectl.kubernetes.io/last-applied-configuration: \'{"image": "quay.io/a/b:1"}\'\n'
        "      argocd-image-updater.argoproj.io/image-list: quay.io/a/b:1\n      x: [image]\n",
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec: {imageReferences: [quay.io/a/b:1]}\n",
        "apiVersion: machine.openshift.io/v1\nkind: Machine\nspec: {bootImage: quay.io/a/b:1}\n",
        POD + "status:\n  images: [quay.io/a/b:1]\n",
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n"
        '  values: {x: "\\ud83d\\ude00\\nimage = \\"web:1\\""}\n',
        POD + '  args: ["\\ud83d\\ude00 quay.io/a/b:1"]\n  x: "\\ud83d\\ude00\\nquay.io/a/b:1"\n',
    ],
)
def test_nothing(text: str) -> None:
    assert marks(text) == []


@pytest.mark.parametrize(
    "spec",
    [
        "  env: [{name: X, value: &i 'quay.io/a/b:1'}]\n  labels: {x: *i}\n",
        "  args: [&i 'quay.io/a/b:1']\n  x: {name: *i}\n",
        "  sideImage: &i quay.io/a/b:1\n  title: *i\n",
    ],
)
def test_a_string_that_an_anchor_puts_elsewhere_is_reported_and_left(spec: str) -> None:
    result = rewritten(POD + spec, KUBERNETES)
    assert result.text == POD + spec
    assert {each.verdict.reason for each in result.resolutions} == {UNSAFE}


def test_an_anchor_within_variables_is_edited_once() -> None:
    spec = "  env: [{name: X, value: &i 'quay.io/a/b:1'}, {name: Y_IMAGE, value: *i}]\n  a: [&a {b: c}, *a]\n"
    assert rewritten(POD + spec, KUBERNETES).text == POD + spec.replace("quay.io", f"{ECR}/quay")


@pytest.mark.parametrize(
    "spec",
    [
        "  args: [--destination=quay.io/a/b:1]\n",
        "  args: [--destination, quay.io/a/b:1]\n",
        "  to: {kind: DockerImage, name: 'quay.io/a/b:1'}\n",
        "  args: [push, --all, quay.io/a/b:1]\n",
        "  command: [crane]\n  args: [push, x.tar, quay.io/a/b:1]\n",
        "  args: [x.tar, quay.io/a/b:1]\n  command: [crane, push]\n",
        "  command: [skopeo, copy, 'dir:/x', 'docker://quay.io/a/b:1']\n",
        "  env: [{name: OUTPUT_IMAGE, value: 'quay.io/a/b:1'}]\n",
        "  env: [{name: TARGET_IMAGE, value: 'quay.io/a/b:1'}]\n",
    ],
)
def test_where_something_is_pushed_to_is_the_repositorys_own(spec: str) -> None:
    assert common.found(POD + spec, KUBERNETES) == [("own", "quay.io/a/b:1")]


@given(
    common.mutations([head + before for head, before, _ in REWRITTEN], ["{{ x }}", "image: ", "quay.io/a:1"])
)
def test_properties(text: str) -> None:
    assert_spliced(text, assert_properties(text, KUBERNETES))
