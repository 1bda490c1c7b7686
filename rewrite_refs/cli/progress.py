"""How far a long run is, on a terminal where somebody waits for it."""

from __future__ import annotations

import os
import sys
import time

_AFTER = 1.0  # seconds without a word; most runs end before
_EVERY = 0.1


class Progress:
    """Writes one line over and over to standard error, and takes it away again."""

    def __init__(self, shown: bool) -> None:
        self._shown = shown
        self._next = time.monotonic() + _AFTER
        self._written = False

    @classmethod
    def of(cls, quiet: bool) -> Progress:
        """The progress of a run: shown on a terminal, and never in CI or in a hook."""
        alone = quiet or any(os.environ.get(name) for name in ("CI", "PRE_COMMIT"))
        return cls(not alone and sys.stderr is not None and sys.stderr.isatty())

    def __call__(self, number: int, total: int) -> None:
        """Say that *number* of *total* files have been looked at."""
        if self._shown and time.monotonic() >= self._next:
            sys.stderr.write(f"\r{number} of {total} files\x1b[K")
            sys.stderr.flush()
            self._next = time.monotonic() + _EVERY
            self._written = True

    def clear(self) -> None:
        """Take the line away, before anything else is written."""
        if self._written:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._written = False
