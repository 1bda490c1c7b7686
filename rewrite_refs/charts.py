"""Helm charts as folders: where one begins, and what its own values say below those of another file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from rewrite_refs import files
from rewrite_refs.formats import yamltree
from rewrite_refs.formats.imagekeys import registry_of
from rewrite_refs.formats.split import is_host, text_of
from rewrite_refs.formats.yamltree import Mapping, Node, fields

FILE = "Chart.yaml"
VALUES = "values.yaml"


class Default(NamedTuple):
    """A registry that a chart's own values set, and the file in which they do."""

    registry: str
    path: Path


def chart_of(path: Path, root: Path) -> Path | None:
    """The folder of the chart that the file *path*, below *root*, belongs to; None where it is in none."""
    for folder in path.parents:
        if (folder / FILE).is_file():
            return folder
        if folder == root:
            break
    return None


def default(path: Path, root: Path, keys: Sequence[str]) -> Default | None:
    """The registry that stands below *keys* in the values over which Helm lays those of the file *path*.

    These are the chart's ``values.yaml``, for every other file of values in the
    chart, and those of a subchart, below its name.
    """
    chart = chart_of(path, root)
    for file, inner in _below(chart, keys) if chart else ():
        if file != path and (registry := _registry(file, inner)):
            return Default(registry, file)
    return None


def _below(chart: Path, keys: Sequence[str]) -> Iterator[tuple[Path, Sequence[str]]]:
    yield chart / VALUES, keys
    if keys:
        yield chart / "charts" / keys[0] / VALUES, keys[1:]


def _registry(file: Path, keys: Sequence[str]) -> str | None:
    try:
        data = files.read(file)
    except OSError:
        return None
    if not data:
        return None
    text = data.decode("utf-8", "replace")
    node: Node | None = next(yamltree.roots(text, lambda document: True, lambda document: False, []), None)
    for key in keys:
        node = fields(node).get(key) if isinstance(node, Mapping) else None
    registry = registry_of(fields(node)) if isinstance(node, Mapping) else None
    return text_of(registry) if is_host(registry) else None
