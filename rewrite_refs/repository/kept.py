"""The files that a run keeps with what was parsed of them, so that each is read and parsed once."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from rewrite_refs.formats.base import File


class KeptFiles:
    """Files by path, up to a total weight; those that were not asked for lately go first.

    Args:
        limit: The weight to keep, in bytes, as ``File.weight`` estimates it.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._files: OrderedDict[Path, File] = OrderedDict()
        self._weights: dict[Path, int] = {}
        self._total = 0
        self._last: Path | None = None

    def get(self, path: Path) -> File | None:
        """Return the file at a path, or None where it is not kept."""
        self._weigh()
        file = self._files.get(path)
        if file is not None:
            self._files.move_to_end(path)
            self._last = path
        return file

    def put(self, path: Path, file: File) -> None:
        """Keep a file, whatever it weighs, at least until the next one."""
        self._weigh()
        self.drop(path)
        self._files[path] = file
        self._last = path
        self._weigh()
        while self._total > self._limit and len(self._files) > 1:
            self.drop(next(iter(self._files)))

    def settle(self, path: Path) -> None:
        """Let a file go before all others: it is not likely to be asked for again."""
        self._weigh()
        if path in self._files:
            self._files.move_to_end(path, last=False)
            if self._total > self._limit:
                self.drop(path)

    def drop(self, path: Path) -> None:
        """Forget a file, if it is kept."""
        if self._files.pop(path, None) is not None:
            self._total -= self._weights.pop(path)

    def _weigh(self) -> None:
        """Weigh the last file again: it may have been parsed since it was asked for."""
        if self._last is not None and self._last in self._files:
            weight = self._files[self._last].weight
            self._total += weight - self._weights.get(self._last, 0)
            self._weights[self._last] = weight
