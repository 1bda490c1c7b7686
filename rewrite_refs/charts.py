"""Helm charts as folders: where one begins."""

from __future__ import annotations

from pathlib import Path

FILE = "Chart.yaml"


def chart_of(path: Path, root: Path) -> Path | None:
    """The folder of the chart that the file *path*, below *root*, belongs to; None where it is in none."""
    for folder in path.parents:
        if (folder / FILE).is_file():
            return folder
        if folder == root:
            break
    return None
