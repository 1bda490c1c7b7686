"""Chart.yaml: the images that annotations list, and nothing else."""

from __future__ import annotations

import pytest

from rewrite_refs.formats import BY_NAME
from tests.common import HUB, assert_properties, assert_spliced, claims, found, rewritten

HELM_CHART = BY_NAME["helm-chart"]

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
    result = assert_properties(CHART + before, HELM_CHART)
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
    assert found(text, HELM_CHART) == []


def test_a_broken_chart_is_a_problem() -> None:
    assert len(rewritten("annotations: {image: [", HELM_CHART).problems) == 1


def test_claims() -> None:
    data = b"annotations:\n  images: x\n"
    assert claims(HELM_CHART, "a/Chart.yaml", data, chart=True)
    assert not claims(HELM_CHART, "Chart.yaml", b"name: image\n")
    assert not claims(HELM_CHART, "chart.yaml", data)
    assert not claims(HELM_CHART, "chart.json", data)
