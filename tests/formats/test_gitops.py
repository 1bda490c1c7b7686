"""Objects of Flux and Argo CD: Helm values, kustomizations and patches in them."""

from __future__ import annotations

import pytest
from hypothesis import given

from rewrite_refs.formats import BY_NAME
from tests import common
from tests.common import HOST as ECR
from tests.common import HUB, assert_properties, assert_spliced, occurrences, rewritten

KUBERNETES = BY_NAME["kubernetes"]

DIGEST = "sha256:" + "0123456789abcdef" * 4
RELEASE = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n"
FLUX = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n"
APPLICATION = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n"
SOURCE = APPLICATION + "  source:\n    repoURL: https://example.com/charts\n"
SET = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec:\n"
K3S = "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nspec:\n"

REWRITTEN = [
    # Helm values
    (
        RELEASE,
        "  values:\n    image: {registry: docker.io, repository: nginx}\n    proxyImage: quay.io/a/b:1\n",
        "  values:\n    image: {registry: HUB, repository: library/nginx}\n    proxyImage: ECR/quay/a/b:1\n",
    ),
    (
        RELEASE,
        "  values: {a: {args: [--x=quay.io/a/b:1], env: [{name: A_IMAGE, value: c/d}], b: [{c: d}, x]}}\n",
        "  values: {a: {args: [--x=ECR/quay/a/b:1], env: [{name: A_IMAGE, value: HUB/c/d}], b: [{c: "
        "d}, x]}}\n",
    ),
    (
        RELEASE,
        "  values: {a: &a {args: [--x=quay.io/a/b:1]}, b: *a}\n",
        "  values: {a: &a {args: [--x=ECR/quay/a/b:1]}, b: *a}\n",
    ),
    (
        K3S,
        "  valuesContent: |-\n    image:\n      repository: quay.io/a/b\n",
        "  valuesContent: |-\n    image:\n      repository: ECR/quay/a/b\n",
    ),
    (
        SOURCE,
        "    helm:\n      values: |\n        image:\n          repository: quay.io/a/b\n          tag: v1\n",
        "    helm:\n      values: |\n        image:\n          repository: ECR/quay/a/b\n          tag: v1\n",
    ),
    (
        SOURCE,
        "    helm: {valuesObject: {image: {registry: docker.io, repository: nginx, tag: '1'}}}\n",
        "    helm: {valuesObject: {image: {registry: HUB, repository: library/nginx, tag: '1'}}}\n",
    ),
    (
        SOURCE,
        "    helm:\n      parameters:\n      - {name: web.image.tag, value: v1}\n"
        "      - name: web.image.registry\n        value: docker.io\n"
        "      - {name: web.image.repository, value: nginx}\n"
        "      - {name: other.image, value: quay.io/a/b:1}\n",
        "    helm:\n      parameters:\n      - {name: web.image.tag, value: v1}\n"
        "      - name: web.image.registry\n        value: HUB\n"
        "      - {name: web.image.repository, value: library/nginx}\n"
        "      - {name: other.image, value: ECR/quay/a/b:1}\n",
    ),
    (
        SOURCE,
        "    helm:\n      parameters:\n      - {name: 'a\\.b.image', value: quay.io/a/b:1}\n"
        "      - {name: x}\n      - y\n"
        "      - {name: 'c', value: 'd'}\n      - {name: c.image, value: acme/web}\n",
        "    helm:\n      parameters:\n      - {name: 'a\\.b.image', value: ECR/quay/a/b:1}\n"
        "      - {name: x}\n"
        "      - y\n      - {name: 'c', value: 'd'}\n      - {name: c.image, value: HUB/acme/web}\n",
    ),
    (
        APPLICATION,
        "  sources:\n  - {repoURL: a, helm: {valuesObject: {image: quay.io/a/b}}}\n"
        "  - {repoURL: b, path: c}\n",
        "  sources:\n  - {repoURL: a, helm: {valuesObject: {image: ECR/quay/a/b}}}\n"
        "  - {repoURL: b, path: c}\n",
    ),
    (
        SET,
        "  template:\n    spec:\n      source:\n        repoURL: a\n"
        "        helm:\n          values: |\n            image: {repository: nginx, tag: '1'}\n",
        "  template:\n    spec:\n      source:\n        repoURL: a\n"
        "        helm:\n          values: |\n            image: {repository: HUB/library/nginx, tag: '1'}\n",
    ),
    (
        SET,
        "  a: &a {repoURL: x, helm: {valuesObject: {image: quay.io/a/b}}}\n  b: *a\n",
        "  a: &a {repoURL: x, helm: {valuesObject: {image: ECR/quay/a/b}}}\n  b: *a\n",
    ),
    (
        RELEASE,
        "  values:\n    args: {reloader: quay.io/a/b:1, x: quay.io/a/b, url: quay.io/a/c:1}\n"
        "    imageName: quay.io/a/d:1\n    env: {x: &i quay.io/a/e:1}\n    envs: {x: *i}\n"
        "    refs: [quay.io/a/f:1]\n",
        "  values:\n    args: {reloader: ECR/quay/a/b:1, x: quay.io/a/b, url: quay.io/a/c:1}\n"
        "    imageName: ECR/quay/a/d:1\n    env: {x: &i ECR/quay/a/e:1}\n    envs: {x: *i}\n"
        "    refs: [quay.io/a/f:1]\n",
    ),
    (
        SET,
        "  templatePatch: |\n    spec:\n      source:\n        helm:\n          valuesObject:\n"
        "            image: {repository: nginx, tag: '1'}\n",
        "  templatePatch: |\n    spec:\n      source:\n        helm:\n          valuesObject:\n"
        "            image: {repository: HUB/library/nginx, tag: '1'}\n",
    ),
    # kustomizations
    (
        FLUX,
        "  images:\n  - name: web\n    newName: quay.io/a/b\n    newTag: v1\n",
        "  images:\n  - name: web\n    newName: ECR/quay/a/b\n    newTag: v1\n",
    ),
    (
        RELEASE,
        "  postRenderers:\n  - kustomize:\n      images: [{name: web, newName: nginx}]\n"
        "      patches:\n      - target: {kind: Deployment}\n        patch: |\n"
        "          - op: replace\n            path: /spec/template/spec/containers/0/image\n"
        "            value: quay.io/a/b:1\n",
        "  postRenderers:\n  - kustomize:\n      images: [{name: web, newName: HUB/library/nginx}]\n"
        "      patches:\n      - target: {kind: Deployment}\n        patch: |\n"
        "          - op: replace\n            path: /spec/template/spec/containers/0/image\n"
        "            value: ECR/quay/a/b:1\n",
    ),
    (
        FLUX,
        "  patches:\n  - patch: |\n      apiVersion: apps/v1\n      kind: Deployment\n      spec:\n"
        "        containers: [{image: nginx}]\n    target: {kind: Deployment}\n",
        "  patches:\n  - patch: |\n      apiVersion: apps/v1\n      kind: Deployment\n      spec:\n"
        "        containers: [{image: HUB/library/nginx}]\n    target: {kind: Deployment}\n",
    ),
    (
        FLUX,
        "  patches:\n  - patch: |\n      - op: add\n        path: /spec/containers/-\n"
        "        value: {image: nginx}\n"
        "      - op: add\n        path: /spec/containers/0/args/-\n        value: --x=quay.io/a/b:1\n"
        "      - op: replace\n        path: /spec/values/image/repository\n        value: acme/web\n",
        "  patches:\n  - patch: |\n      - op: add\n        path: /spec/containers/-\n"
        "        value: {image: HUB/library/nginx}\n"
        "      - op: add\n        path: /spec/containers/0/args/-\n        value: --x=ECR/quay/a/b:1\n"
        "      - op: replace\n        path: /spec/values/image/repository\n        value: HUB/acme/web\n",
    ),
    (
        FLUX,
        "  patchesStrategicMerge:\n  - kind: Deployment\n    spec: {containers: [{image: nginx}]}\n"
        "  patchesJson6902:\n  - target: {kind: A}\n    patch: [{op: add, path: /a/image, value: nginx}]\n",
        "  patchesStrategicMerge:\n  - kind: Deployment\n"
        "    spec: {containers: [{image: HUB/library/nginx}]}\n"
        "  patchesJson6902:\n  - target: {kind: A}\n"
        "    patch: [{op: add, path: /a/image, value: HUB/library/nginx}]\n",
    ),
    (
        SOURCE,
        "    kustomize:\n      images:\n      - web=quay.io/a/b:1\n      patches:\n"
        "      - patch: |-\n          - {op: replace, path: /image, value: nginx}\n",
        "    kustomize:\n      images:\n      - web=ECR/quay/a/b:1\n      patches:\n"
        "      - patch: |-\n          - {op: replace, path: /image, value: HUB/library/nginx}\n",
    ),
]


@pytest.mark.parametrize(("head", "before", "after"), REWRITTEN)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_rewritten(head: str, before: str, after: str, newline: str) -> None:
    text = (head + before).replace("\n", newline)
    result = rewritten(text, KUBERNETES)
    assert result.text == (head + after).replace("HUB", HUB).replace("ECR", ECR).replace("\n", newline)
    assert all(each.done for each in result.resolutions if not each.occurrence.embedded)
    assert rewritten(result.text, KUBERNETES).text == result.text


def test_a_value_that_no_name_explains_is_opt_in() -> None:
    text = RELEASE + "  values: {pluginRef: quay.io/a/b:1, env: {X: quay.io/a/c:1}}\n"
    marks = [(each.embedded, each.text) for each in occurrences(text, KUBERNETES)]
    assert marks == [(True, "quay.io/a/b:1"), (False, "quay.io/a/c:1")]


def test_parameters_of_one_image_are_read_together() -> None:
    text = SOURCE + (
        "    helm:\n      parameters:\n      - {name: image.tag, value: v1}\n"
        "      - {name: image.repository, value: acme/web}\n      - {name: image.registry, value: quay.io}\n"
    )
    assert common.found(text, KUBERNETES) == [("direct", "quay.io/acme/web:v1")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            SOURCE + "    kustomize: {images: ['quay.io/a/b:1', 'web@" + DIGEST + "', '*', {a: b}]}\n",
            [
                (
                    "quay.io/a/b:1",
                    "kustomize matches this name in the manifests: write quay.io/a/b= and then the new name",
                ),
                (
                    f"web@{DIGEST}",
                    "kustomize matches this name in the manifests: write web= and then the new name",
                ),
            ],
        ),
        (
            FLUX + "  images: [{name: quay.io/a/b, newTag: v1}, {newTag: v1}, {name: $(x)}, x]\n",
            [("quay.io/a/b:v1", "kustomize matches this name in the manifests: add a newName to the entry")],
        ),
    ],
)
def test_a_name_that_kustomize_looks_for_is_reported_and_left(
    text: str, expected: list[tuple[str, str]]
) -> None:
    result = rewritten(text, KUBERNETES)
    assert result.text == text
    assert [(each.occurrence.text, each.verdict.reason) for each in result.resolutions] == expected
    assert {each.verdict.status for each in result.resolutions} == {"unresolved"}


@pytest.mark.parametrize(
    "text",
    [
        RELEASE + "  valuesFrom: [{kind: ConfigMap, name: image}]\n",
        RELEASE + "  values: image\n  postRenderers: [x]\n",
        RELEASE.partition("spec")[0] + "image: ''\n",
        SOURCE + "    helm: {values: 'image: [', parameters: image}\n",
        SOURCE + "    helm: {values: [image], valueFiles: [image.yaml]}\n",
        SOURCE + "    kustomize: {images: web, patches: [{patch: image}, 'image: ['], namePrefix: image}\n",
        FLUX + "  patches: [{patch: '[{op: add, path: /image, value: $(x)}, {op: add, path: /x, value: "
        "image}]'}]\n",
        FLUX + "  patches: [{patch: '[{op: remove, path: /image}]'}, {patch: '[{op: add, path: '''', "
        "value: image}]'}]\n",
        SET + "  x: &x [*x, image]\n",
        SET + "  templatePatch: '{{ if .image }}'\n",
    ],
)
def test_nothing(text: str) -> None:
    assert common.found(text, KUBERNETES) == []


@given(
    common.mutations([head + before for head, before, _ in REWRITTEN], ["{{ x }}", "image: ", "=", "op: "])
)
def test_properties(text: str) -> None:
    assert_spliced(text, assert_properties(text, KUBERNETES))
