"""What tells the formats apart before a file is read: where it stands."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import NamedTuple

_MARKS = tuple(re.compile(rb"^[\"']?%s[\"']?[ \t]*:" % key, re.MULTILINE) for key in (b"apiVersion", b"kind"))


class File(NamedTuple):
    """A file, for the formats to claim.

    ``path`` counts from the root of the repository where that is known;
    ``chart`` tells whether a ``Chart.yaml`` stands beside it or above it.
    """

    path: PurePath
    chart: bool = False

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.name


def shows_manifest(data: bytes) -> bool:
    """Whether a file shows the marks of a Kubernetes manifest, and is for that format to claim."""
    return all(mark.search(data) for mark in _MARKS)
