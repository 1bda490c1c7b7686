"""Chart.yaml: the images that annotations list, and nothing else."""

from __future__ import annotations

from pathlib import PurePath

import pytest

from rewrite_refs.formats.base import File
from rewrite_refs.formats.helm import chart as helmchart
from tests.common import HUB, assert_properties, assert_spliced, found, rewritten

CHART = "apiVersion: v2\nname: web\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "annotations:\n  artifacthub.io/images: |\n   - name: w\n     image: nginx:1  # c\n",
            "annotations:\n  artifacthub.io/images: |\n   - name: w\n     image: HUB/library/nginx:1  # c\n",
        ),
        (
            "annotations:\n  images: |\n   - image: a/b\n  artifacthub.io/images: '[{image: a/c}]'\n",
            "annotations:\n  images: |\n   - image: HUB/a/b\n  artifacthub.io/images: '[{image: HUB/a/c}]'\n",
        ),
        (
            'annotations: {images: "- image: a/b\\n- image: \\"c\\"\\n"}\n',
            'annotations: {images: "- image: HUB/a/b\\n- image: \\"HUB/library/c\\"\\n"}\n',
        ),
        (
            "annotations:\r\n  images: >\r\n\r\n    - image: a/b\r\n\r\n    - image: c/d\r\n",
            "annotations:\r\n  images: >\r\n\r\n    - image: HUB/a/b\r\n\r\n    - image: HUB/c/d\r\n",
        ),
    ],
)
def test_rewritten(before: str, after: str) -> None:
    result = assert_properties(CHART + before, helmchart)
    assert result.text == CHART + after.replace("HUB", HUB)
    assert_spliced(CHART + before, result)


@pytest.mark.parametrize(
    "text",
    [
        "icon: https://example.com/image.png\ndependencies: [{repository: docker.io/x, image: nginx}]\n",
        "annotations: {image: nginx, category: images}\n",
        "annotations: {images: [image]}\n",
        "annotations: {images: 'image: ['}\n",
        "annotations: image\n",
        "- image\n",
    ],
)
def test_stays(text: str) -> None:
    assert found(text, helmchart) == []


def test_a_broken_chart_is_a_problem() -> None:
    assert len(rewritten("annotations: {image: [", helmchart).problems) == 1


def test_claims() -> None:
    data = b"annotations:\n  images: x\n"
    assert helmchart.claims(File(PurePath("a/Chart.yaml"), True), data)
    assert not helmchart.claims(File(PurePath("Chart.yaml")), b"name: image\n")
    assert not helmchart.claims(File(PurePath("chart.json")), data)
