""".ko.yaml: the base images, and nothing else."""

from __future__ import annotations

import pytest

from rewrite_refs.formats import BY_NAME
from tests.common import HOST, HUB, assert_properties, assert_spliced, claims, found, rewritten

KO = BY_NAME["ko"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("defaultBaseImage: nginx  # c\n", "defaultBaseImage: HUB/library/nginx  # c\n"),
        (
            "defaultBaseImage: \"a/b\"\r\nbaseImageOverrides:\r\n  quay.io/x/y: 'quay.io/a/b'\r\n",
            "defaultBaseImage: \"HUB/a/b\"\r\nbaseImageOverrides:\r\n  quay.io/x/y: 'ECR/quay/a/b'\r\n",
        ),
        (
            "baseImageOverrides: {example.com/a: ghcr.io/a/b:1, nginx: c/d}\ndefaultBaseImage: e/f\n",
            "baseImageOverrides: {example.com/a: ECR/github/a/b:1, nginx: HUB/c/d}\n"
            "defaultBaseImage: HUB/e/f\n",
        ),
        (
            "x: &a {b: busybox}\nbaseImageOverrides: {<<: *a, c: &d redis, e: *d}\ndefaultBaseImage: *d\n",
            "x: &a {b: busybox}\nbaseImageOverrides: {<<: *a, c: &d HUB/library/redis, e: *d}\n"
            "defaultBaseImage: *d\n",
        ),
    ],
)
def test_rewritten(before: str, after: str) -> None:
    result = assert_properties(before, KO)
    assert result.text == after.replace("HUB", HUB).replace("ECR", HOST)
    assert_spliced(before, result)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("defaultBaseImage: ko.local/a/b:1\n", [("own", "ko.local/a/b:1")]),
        ("defaultBaseImage: gcr.io/distroless/static\n", [("unmapped", "gcr.io/distroless/static")]),
        ("baseImageOverrides: {a: localhost:5000/x}\n", [("own", "localhost:5000/x")]),
        ("baseImageOverrides: {nginx: null, b: '', c: 1.5}\ndefaultBaseImage:\n", []),
        ("baseImageOverrides: [nginx]\ndefaultBaseImage: {image: nginx}\n", []),
        ("defaultBaseImage: []\nbuilds: [{id: nginx, main: ./x, ldflags: ['-X i=nginx:1']}]\n", []),
        ("- defaultBaseImage\n", []),
    ],
)
def test_stays(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text, KO) == expected


def test_which_files() -> None:
    data = b"defaultBaseImage: nginx\n"
    assert all(claims(KO, name, data) for name in (".ko.yaml", "a/b/.ko.yml"))
    assert not any(claims(KO, name, data) for name in ("ko.yaml", ".ko.yaml.in", "x.ko.yaml"))
    assert not claims(KO, ".ko.yaml", b"builds: [{id: nginx}]\n")


def test_a_broken_file_is_a_problem() -> None:
    assert len(rewritten("defaultBaseImage: [", KO).problems) == 1
