"""Kustomizations and JSON patches: what is found, what is rewritten, what stays."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.engine.rewrite import Result
from rewrite_refs.formats import BY_NAME
from rewrite_refs.formats.kubernetes import json_patch
from rewrite_refs.repository.project import Project
from rewrite_refs.text.spans import Occurrence, Span
from rewrite_refs.yaml import tree as yamltree
from rewrite_refs.yaml.tree import Node
from tests import common
from tests.common import HOST as ECR
from tests.common import HUB, assert_properties, claims, occurrences, rewrite, rewritten, workspace

KUSTOMIZE = BY_NAME["kustomize"]

DIGEST = "sha256:" + "0123456789abcdef" * 4


def alone(text: str) -> Result:
    """Rewrite a kustomization without a repository around it: a name stays, and gets a newName."""
    there = workspace(Path("/nowhere"), is_repository=False)
    context = there.context_as(Path("/nowhere/kustomization.yaml"), KUSTOMIZE)
    return rewrite(text, KUSTOMIZE, partial(Project(there).judge, context=context))


# A kustomization, and what becomes of it; ECR and HUB stand for the registry and the prefix of Docker Hub.
REWRITTEN = [
    # names that are given
    ("images:\n- name: web\n  newName: nginx\n", "images:\n- name: web\n  newName: HUB/library/nginx\n"),
    (
        "images:\n  - newName: 'quay.io/a/b' # c\n    name: web\n    newTag: 1.20\n",
        "images:\n  - newName: 'ECR/quay/a/b' # c\n    name: web\n    newTag: 1.20\n",
    ),
    (
        f"images:\n- name: web\n  digest: {DIGEST}\n  newName: nginx\n",
        f"images:\n- name: web\n  digest: {DIGEST}\n  newName: HUB/library/nginx\n",
    ),
    ("images: [{name: web, newName: acme/web}]", "images: [{name: web, newName: HUB/acme/web}]"),
    (
        "x: &n {name: web}\nimages:\n- <<: *n\n  newName: nginx\n",
        "x: &n {name: web}\nimages:\n- <<: *n\n  newName: HUB/library/nginx\n",
    ),
    # names that are matched
    ("images:\n- name: nginx\n", "images:\n- name: nginx\n  newName: HUB/library/nginx\n"),
    ("images:\n- name: nginx", "images:\n- name: nginx\n  newName: HUB/library/nginx"),
    (
        "images:\n  -   name: 'quay.io/a/b'  # why\n      newTag: v1\n",
        "images:\n  -   name: 'quay.io/a/b'  # why\n      newName: ECR/quay/a/b\n      newTag: v1\n",
    ),
    (
        "images:\n- newTag: v1\n  name: nginx\n- name: redis\n  newTag: v2\n",
        "images:\n- newTag: v1\n  name: nginx\n  newName: HUB/library/nginx\n"
        "- name: redis\n  newName: HUB/library/redis\n  newTag: v2\n",
    ),
    (
        "images: [{name: nginx, newTag: '1'}]",
        "images: [{name: nginx, newName: HUB/library/nginx, newTag: '1'}]",
    ),
    (
        '{"images": [{"name": "nginx", "newTag": "1"}]}',
        '{"images": [{"name": "nginx", "newName": "HUB/library/nginx", "newTag": "1"}]}',
    ),
    (
        f"images:\n- name: &n nginx\n  digest: {DIGEST}\n",
        f"images:\n- name: &n nginx\n  newName: HUB/library/nginx\n  digest: {DIGEST}\n",
    ),
    # patches
    (
        "patches:\n- patch: |-\n    - op: replace\n"
        "      path: /spec/containers/0/image\n      value: nginx:1\n",
        "patches:\n- patch: |-\n    - op: replace\n"
        "      path: /spec/containers/0/image\n      value: HUB/library/nginx:1\n",
    ),
    (
        'patches:\n- patch: \'[{"op": "add", "path": "/spec/image", "value": "nginx"}]\'\n',
        'patches:\n- patch: \'[{"op": "add", "path": "/spec/image", "value": "HUB/library/nginx"}]\'\n',
    ),
    (
        "patches:\n- path: x.yaml\n- patch: |\n    kind: Pod\n    spec:\n"
        "      containers: [{image: nginx}]\n",
        "patches:\n- path: x.yaml\n- patch: |\n    kind: Pod\n    spec:\n"
        "      containers: [{image: HUB/library/nginx}]\n",
    ),
    (
        "patchesStrategicMerge:\n- |\n  kind: Pod\n  spec: {containers: [{image: nginx}]}\n- x.yaml\n",
        "patchesStrategicMerge:\n- |\n  kind: Pod\n"
        "  spec: {containers: [{image: HUB/library/nginx}]}\n- x.yaml\n",
    ),
    (
        "patchesJson6902:\n- patch: |\n    - {op: add, path: /spec/containers/-, value: {image: nginx}}\n",
        "patchesJson6902:\n- patch: |\n"
        "    - {op: add, path: /spec/containers/-, value: {image: HUB/library/nginx}}\n",
    ),
    # operations make parts of manifests
    (
        "patches:\n- patch: |\n"
        "    - {op: add, path: /spec/template/spec/containers/0/args/-, value: --x=quay.io/a/b:1}\n"
        "    - {op: add, path: /spec/containers/0/args, value: [--image, acme/web]}\n"
        "    - {op: add, path: /spec/containers/0/env/-, value: {name: A_IMAGE, value: acme/web}}\n"
        "    - {op: add, path: /spec/containers/0/env/1/value, value: quay.io/a/c:1}\n"
        "    - {op: add, path: /metadata/annotations/a~1image, value: acme/web}\n"
        "    - {op: test, path: /spec/image/repository, value: acme/web}\n"
        "    - {op: add, path: /spec/image, value: {registry: quay.io, repository: a/d}}\n"
        "    - {op: add, path: /spec/version, value: quay.io/a/e:1}\n"
        "    - {op: add, path: [x], value: quay.io/a/f:1}\n",
        "patches:\n- patch: |\n"
        "    - {op: add, path: /spec/template/spec/containers/0/args/-, value: --x=ECR/quay/a/b:1}\n"
        "    - {op: add, path: /spec/containers/0/args, value: [--image, HUB/acme/web]}\n"
        "    - {op: add, path: /spec/containers/0/env/-, value: {name: A_IMAGE, value: HUB/acme/web}}\n"
        "    - {op: add, path: /spec/containers/0/env/1/value, value: ECR/quay/a/c:1}\n"
        "    - {op: add, path: /metadata/annotations/a~1image, value: HUB/acme/web}\n"
        "    - {op: test, path: /spec/image/repository, value: HUB/acme/web}\n"
        "    - {op: add, path: /spec/image, value: {registry: ECR/quay, repository: a/d}}\n"
        "    - {op: add, path: /spec/version, value: ECR/quay/a/e:1}\n"
        "    - {op: add, path: [x], value: quay.io/a/f:1}\n",
    ),
    (
        "patches:\n- patch: |\n    kind: Grafana\n    spec: {version: quay.io/a/b:1}\n",
        "patches:\n- patch: |\n    kind: Grafana\n    spec: {version: ECR/quay/a/b:1}\n",
    ),
    # what charts and generators are given
    (
        "helmCharts:\n- name: x\n  valuesInline:\n"
        "    image: {repository: quay.io/a/b, tag: v1}\n- name: y\n- z\n",
        "helmCharts:\n- name: x\n  valuesInline:\n"
        "    image: {repository: ECR/quay/a/b, tag: v1}\n- name: y\n- z\n",
    ),
    (
        "configMapGenerator:\n"
        "- literals: [IMAGE=nginx:1, 'IMAGE_A=quay.io/a/b:2', IMAGE_TAG=v1, X=quay.io/a/b]\n",
        "configMapGenerator:\n"
        "- literals: [IMAGE=HUB/library/nginx:1, 'IMAGE_A=ECR/quay/a/b:2', IMAGE_TAG=v1, X=quay.io/a/b]\n",
    ),
    # patches in files of their own
    (
        "- op: replace\n  path: /spec/containers/0/image\n  value: nginx:1\n"
        "- {op: remove, path: /image}\n- {op: add, path: /metadata/x/image, value: nginx}\n"
        "- {op: add, path: /x/image, value: ko://a}\n- {op: add, path: /x/name, value: nginx}\n",
        "- op: replace\n  path: /spec/containers/0/image\n  value: HUB/library/nginx:1\n"
        "- {op: remove, path: /image}\n- {op: add, path: /metadata/x/image, value: nginx}\n"
        "- {op: add, path: /x/image, value: ko://a}\n- {op: add, path: /x/name, value: nginx}\n",
    ),
    (
        '[{"op": "add", "path": "/spec/containers", "value": [{"image": "nginx"}]}]',
        '[{"op": "add", "path": "/spec/containers", "value": [{"image": "HUB/library/nginx"}]}]',
    ),
]


@pytest.mark.parametrize(("before", "after"), REWRITTEN)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_rewritten(before: str, after: str, newline: str, bom: str) -> None:
    text = bom + before.replace("\n", newline)
    wanted = bom + after.replace("HUB", HUB).replace("ECR", ECR).replace("\n", newline)
    if newline == "\r\n" and "\n" not in before:
        wanted = wanted.replace("\r\n", "\n")
    result = alone(text)
    assert result.text.encode() == wanted.encode()
    assert alone(result.text).text == result.text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("images:\n- name: nginx\n  newTag: '1'\n", "images:\n- name: HUB/library/nginx\n  newTag: '1'\n"),
        ("images: [{name: nginx:1}]", "images: [{name: HUB/library/nginx:1}]"),
        (
            "images:\n- name: nginx # c\n  newName: redis\n",
            "images:\n- name: HUB/library/nginx # c\n  newName: HUB/library/redis\n",
        ),
    ],
)
def test_a_name_that_goes_with_what_it_matches(before: str, after: str) -> None:
    assert rewritten(before, KUSTOMIZE).text == after.replace("HUB", HUB)


# What stays, and the status and text of what is found in it.
UNCHANGED: list[tuple[str, list[tuple[str, str]]]] = [
    ("images: nginx", []),
    ("images: [nginx, {newName: nginx}, {name: ''}, {name: 5}]", []),
    ("images:\n", []),
    ("- image\n", []),
    ("image", []),
    ("[]  # image", []),
    ("patches: [{patch: 'image: ['}, {patch: image}, {patch: '[image]'}, {patch: ''}, x]", []),
    ("helmCharts: [{valuesInline: image}]\nconfigMapGenerator: [{literals: image}, x]", []),
    ("configMapGenerator: [{literals: [IMAGE=, IMAGE=https://x, [IMAGE=a], 'IMAGE=a b']}]", []),
    (f"images: [{{name: {ECR}/quay/a, newTag: v1}}]", [("cached", f"{ECR}/quay/a:v1")]),
    ("images: [{name: gcr.io/a, newTag: v1}]", [("unmapped", "gcr.io/a:v1")]),
    ("images: [{name: '(.*)/a', newTag: v1}]", [("unresolved", "(.*)/a:v1")]),
    ("images: [{name: a, newName: '${R}/a'}]", [("unresolved", "${R}/a")]),
    # nowhere to put a newName
    ("images:\n- name: |-\n    nginx\n", [("direct", "nginx")]),
    ("images:\n- name:\n    nginx\n", [("direct", "nginx")]),
    ("images:\n- ? name\n  : nginx\n", [("direct", "nginx")]),
    ("images:\n- &a {name: redis}\n", [("direct", "redis")]),
    ("x: &n nginx\nimages:\n- name: *n\n", [("direct", "nginx")]),
    ("x: &n {name: nginx}\nimages:\n- <<: *n\n", [("direct", "nginx")]),
]


@pytest.mark.parametrize(("text", "expected"), UNCHANGED)
def test_unchanged(text: str, expected: list[tuple[str, str]]) -> None:
    result = alone(text)
    assert result.text == text
    shown = [each for each in result.resolutions if not each.occurrence.key]
    assert [(each.verdict.status, each.occurrence.text) for each in shown] == expected
    assert all(each.verdict.reason for each in shown if each.verdict.target)


def test_an_alias_is_edited_where_it_may_be() -> None:
    text = "x: &n quay.io/a\nimages:\n- name: a\n  newName: *n\n"
    assert alone(text).text == text


def test_problems() -> None:
    text = "images: [\n---\nimages: [{name: a, newName: nginx}]\n---\nimage [\n"
    result = alone(text)
    assert len(result.problems) == 1
    assert result.text == text.replace("newName: nginx", f"newName: {HUB}/library/nginx")


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("kustomization.yaml", b"images: []", True),
        ("kustomization", b"images: []", False),
        ("Kustomization", b"apiVersion: kustomize.config.k8s.io/v1beta1\nimages: []", True),
        ("kustomization.yml", b"apiVersion: kustomize.toolkit.fluxcd.io/v1\nimages: []", False),
        ("kustomization.yml", b"resources: []", False),
        ("x.yaml", b"images: []", False),
        ("x.yaml", b"- op: add\n  path: /image\n", True),
        ("x.yaml", b"- op: add\n  path: /x\n", False),
        ("x.yaml", b"- op: add\n  path: /x\n  value: quay.io/a/b:1\n", True),
        ("x.yaml", b"op: add\npath: /image\n", False),
        ("x.json", b'[{"path": "/image", "op": "add"}]', True),
        ("x.txt", b"- op: add\n  path: /image\n", False),
    ],
)
def test_claims(name: str, data: bytes, expected: bool) -> None:
    assert claims(KUSTOMIZE, name, data) is expected


def none(text: str, node: Node) -> Iterator[Occurrence]:
    """A reader that nobody asks."""
    raise AssertionError(node)


def test_an_operation_that_is_none_has_no_images() -> None:
    root = yamltree.parse("[1, {op: add, path: /image, value: x}]", Span(0, 38))[0]
    assert not json_patch.is_patch(root)
    assert list(json_patch.in_patch("", yamltree.parse("[1, x]", Span(0, 6))[0], none)) == []
    assert list(json_patch.in_patch("", yamltree.parse("image", Span(0, 5))[0], none)) == []


# --- properties ------------------------------------------------------------------------------

TEXTS = [text + "\n" for text, _ in [*REWRITTEN, *UNCHANGED]]


@given(
    st.one_of(
        common.mutations(TEXTS, ["name: ", "newName: ", "- op: add\n"]),
        st.text(max_size=50).map(lambda text: "images:\n- name: " + text),
    )
)
def test_properties(text: str) -> None:
    assert_properties(text, KUSTOMIZE)
    result = alone(text)
    assert alone(result.text).text == result.text
    assert all(each.done or each.verdict.reason for each in result.resolutions if each.verdict.target)


def test_a_key_is_no_reference_of_its_own() -> None:
    keys: list[Occurrence] = [each for each in occurrences("images: [{name: a}]", KUSTOMIZE) if each.key]
    assert [each.text for each in keys] == ["a"]
