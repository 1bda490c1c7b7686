"""Which files a run keeps, and which go first."""

from __future__ import annotations

from pathlib import Path, PurePath

import pytest

from rewrite_refs.formats import BY_NAME
from rewrite_refs.formats.base import File
from rewrite_refs.repository.kept import KeptFiles
from rewrite_refs.yaml import tree
from tests.commands import repository
from tests.common import workspace

A, B, C = (Path(f"/{name}.yaml") for name in "abc")


def _file(size: int) -> File:
    return File(PurePath("x.yaml"), b"a" * size)


def _kept(limit: int, *sizes: int) -> KeptFiles:
    kept = KeptFiles(limit)
    for path, size in zip((A, B, C), sizes, strict=False):
        kept.put(path, _file(size))
    return kept


def _names(kept: KeptFiles) -> list[Path]:
    return [path for path in (A, B, C) if kept.get(path) is not None]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((10, 10, 10), [A, B, C]),
        ((50, 50, 10), [B, C]),
        ((10, 10, 90), [B, C]),
        ((10, 10, 100), [C]),
        ((10, 10, 1000), [C]),
        ((1000, 10, 10), [B, C]),
    ],
)
def test_what_was_not_asked_for_lately_goes_first(sizes: tuple[int, ...], expected: list[Path]) -> None:
    assert _names(_kept(100, *sizes)) == expected


def test_what_was_asked_for_again_stays() -> None:
    kept = _kept(100, 40, 40)
    assert kept.get(A) is not None
    kept.put(C, _file(40))
    assert _names(kept) == [A, C]


def test_a_file_weighs_more_once_it_is_parsed() -> None:
    kept = _kept(100, 2, 2)
    kept.put(C, file := _file(4))
    assert file.weight == 4
    file.source.once(tree.documents)
    assert file.weight == 4 + 20 * 4
    file.source.edited("b" * 4)
    assert file.weight == 4 + 20 * 4 + 4
    kept.put(A, _file(11))
    assert _names(kept) == [A, C]


def test_a_file_put_again_counts_once() -> None:
    kept = _kept(100, 50, 50)
    for _ in range(3):
        kept.put(B, _file(50))
    assert _names(kept) == [A, B]


def test_what_is_settled_goes_before_all_others() -> None:
    kept = _kept(100, 10, 10, 10)
    kept.settle(C)
    kept.settle(Path("/unknown"))
    assert _names(kept) == [A, B, C]
    kept.settle(C)
    kept.put(Path("/d"), _file(75))
    assert _names(kept) == [A, B]


def test_what_is_settled_and_too_large_is_not_kept() -> None:
    kept = _kept(100, 10, 500)
    kept.settle(B)
    assert _names(kept) == []
    kept = _kept(100, 500)
    kept.settle(A)
    assert _names(kept) == []


def test_the_source_of_an_edited_text_is_kept() -> None:
    source = _file(3).source
    assert source.edited("aaa") is source
    edited = source.edited("aab")
    assert source.edited("aab") is edited
    assert source.edited("aac") is not edited


@pytest.mark.parametrize(
    ("name", "format", "is_kept"),
    [
        ("Dockerfile", "dockerfile", False),
        ("web/values.yaml", "helm-values", True),
        ("web/Chart.yaml", "helm-chart", True),
        ("pod.yaml", "kubernetes", True),
        ("web/templates/pod.yaml", "template", True),
    ],
)
def test_visited_files(tmp_path: Path, name: str, format: str, is_kept: bool) -> None:
    root = repository(tmp_path / "repo", {name: "x"})
    there = workspace(root)
    file = there.file(root / name)
    there.settle(root / name, BY_NAME[format])
    assert (there.file(root / name) is file) == is_kept
