"""What tells the formats apart before a file is read: where it stands."""

from __future__ import annotations

from pathlib import PurePath
from typing import NamedTuple


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
