"""Helmfile: values, settings and patches of releases."""

from __future__ import annotations

import pytest
from hypothesis import given

from rewrite_refs.formats import BY_NAME
from tests import common
from tests.common import HOST as ECR
from tests.common import HUB, assert_properties, assert_spliced, claims, rewritten

HELMFILE = BY_NAME["helmfile"]

RELEASE = "releases:\n- name: web\n  chart: acme/web\n"

REWRITTEN = [
    (
        RELEASE + "  values:\n  - values.yaml\n  - image:\n      repository: quay.io/a/b\n      tag: v1\n",
        RELEASE + "  values:\n  - values.yaml\n  - image:\n      repository: ECR/quay/a/b\n      tag: v1\n",
    ),
    (
        RELEASE + "  set:\n  - {name: image.registry, value: docker.io}\n"
        "  - name: image.repository\n    value: nginx\n  - {name: other, values: [image]}\n",
        RELEASE + "  set:\n  - {name: image.registry, value: HUB}\n"
        "  - name: image.repository\n    value: library/nginx\n  - {name: other, values: [image]}\n",
    ),
    (
        RELEASE + "  setString: [{name: image, value: 'quay.io/a/b:1'}]\n",
        RELEASE + "  setString: [{name: image, value: 'ECR/quay/a/b:1'}]\n",
    ),
    (
        "environments:\n  default:\n    values: [a.yaml, {image: 'quay.io/a/b'}]\n  other:\n"
        "values: [{image: a/b}]\n",
        "environments:\n  default:\n    values: [a.yaml, {image: 'ECR/quay/a/b'}]\n  other:\n"
        "values: [{image: HUB/a/b}]\n",
    ),
    (
        "templates:\n  default: &default\n    values: [{image: 'quay.io/a/b'}]\n"
        "releases: [{<<: *default, name: a}]\n",
        "templates:\n  default: &default\n    values: [{image: 'ECR/quay/a/b'}]\n"
        "releases: [{<<: *default, name: a}]\n",
    ),
    (
        RELEASE + "  strategicMergePatches:\n  - kind: Pod\n    spec: {containers: [{image: nginx}]}\n"
        "  jsonPatches:\n  - target: {kind: Pod}\n    patch: [{op: add, path: /a/image, value: nginx}, "
        "{op: add, path: /a, value: {image: nginx}}]\n",
        RELEASE
        + "  strategicMergePatches:\n  - kind: Pod\n    spec: {containers: [{image: HUB/library/nginx}]}\n"
        "  jsonPatches:\n  - target: {kind: Pod}\n"
        "    patch: [{op: add, path: /a/image, value: HUB/library/nginx}, "
        "{op: add, path: /a, value: {image: HUB/library/nginx}}]\n",
    ),
    (
        "image: x\n---\n" + RELEASE + "  values: [{args: [--x-image=acme/web]}]\n",
        "image: x\n---\n" + RELEASE + "  values: [{args: [--x-image=HUB/acme/web]}]\n",
    ),
]


@pytest.mark.parametrize(("before", "after"), REWRITTEN)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_rewritten(before: str, after: str, newline: str) -> None:
    result = rewritten(before.replace("\n", newline), HELMFILE)
    assert result.text == after.replace("HUB", HUB).replace("ECR", ECR).replace("\n", newline)
    assert all(each.done for each in result.resolutions)
    assert rewritten(result.text, HELMFILE).text == result.text


@pytest.mark.parametrize(
    "text",
    [
        "repositories: [{name: image, url: quay.io/a/b, oci: true}]\n",
        RELEASE.replace("acme/web", "oci://quay.io/charts/web") + "  values: [images.yaml]\n",
        RELEASE + "  hooks: [{command: docker, args: [pull, 'quay.io/a/image:1']}]\n",
        RELEASE + "  set: image\n  values: image\n",
        "releases: image\ntemplates: image\nenvironments: [image]\n",
        "[image]\n",
        RELEASE,
    ],
)
def test_nothing(text: str) -> None:
    assert common.found(text, HELMFILE) == []


def test_a_string_that_an_anchor_puts_elsewhere_is_left() -> None:
    text = RELEASE + "  values: [{image: &i quay.io/a/b, title: *i}]\n"
    assert rewritten(text, HELMFILE).text == text


def test_problems() -> None:
    text = "{{ range .x }}\nreleases: [{image: x}\n---\n" + RELEASE + "  values: [{image: a/b}]\n"
    result = rewritten(text, HELMFILE)
    assert [problem.template for problem in result.problems] == [True]
    assert result.text == text.replace("a/b", f"{HUB}/a/b")


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        ("helmfile.yaml", b"image", True),
        ("deploy/helmfile.yml", b"repository", True),
        ("helmfile.d/10-web.yaml", b"image", True),
        ("helmfile-prod.yml", b"image", True),
        ("helmfiles.yaml", b"image", False),
        ("Helmfile.yaml", b"image", False),
        ("helmfile.yaml", b"releases", False),
        ("helmfile.yaml.gotmpl", b"image", False),
        ("helmfile.d/values/web.yaml", b"image", False),
        ("helmfile.d/README.md", b"image", False),
    ],
)
def test_claims(path: str, data: bytes, expected: bool) -> None:
    assert claims(HELMFILE, path, data) is expected


@given(common.mutations([before for before, _ in REWRITTEN], ["{{ x }}", "image: "]))
def test_properties(text: str) -> None:
    assert_spliced(text, assert_properties(text, HELMFILE))


def test_one_with_control_lines_is_read_as_a_template() -> None:
    text = "{{ if .x }}\n" + RELEASE + "  values:\n  - image: {repository: nginx, tag: 1}\n{{ end }}\n"
    assert assert_properties(text, BY_NAME["template"]).text == text.replace("nginx", f"{HUB}/library/nginx")
