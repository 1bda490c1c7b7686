"""The progress of a long run, shown on a terminal."""

from __future__ import annotations

import os
import sys
import time

_AFTER = 1.0  # seconds before the first output; most runs are shorter
_EVERY = 0.1


class Progress:
    """A line on standard error that is updated, and removed at the end."""

    def __init__(self, shown: bool) -> None:
        self._shown = shown
        self._next = time.monotonic() + _AFTER
        self._written = False

    @classmethod
    def of(cls, quiet: bool) -> Progress:
        """Return the progress of a run: shown on a terminal, but never in CI or a hook."""
        alone = quiet or any(os.environ.get(name) for name in ("CI", "PRE_COMMIT"))
        return cls(not alone and sys.stderr is not None and sys.stderr.isatty())

    def __call__(self, number: int, total: int) -> None:
        """Show that *number* of *total* files have been read."""
        if self._shown and time.monotonic() >= self._next:
            sys.stderr.write(f"\r{number} of {total} files\x1b[K")
            sys.stderr.flush()
            self._next = time.monotonic() + _EVERY
            self._written = True

    def clear(self) -> None:
        """Remove the line, before anything else is written."""
        if self._written:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._written = False
