"""Comments that leave a reference as it is.

``# rewrite-refs: ignore`` on the line of a reference or alone on the line above
it, and ``# rewrite-refs: ignore-file`` in the first ten lines of a file; ``//``
may stand for ``#``.  In a Dockerfile only the line above works, because there
``FROM x # text`` is no comment.
"""

from __future__ import annotations

import re

from rewrite_refs.source import Lines

WORD = "rewrite-refs:"
_LINE = re.compile(r"(?:#|//)\s*rewrite-refs:\s*ignore(?![\w-])")
_ALONE = re.compile(r"\s*(?:#|//)\s*rewrite-refs:\s*ignore(?![\w-])")
_FILE = re.compile(r"\s*(?:#|//)\s*rewrite-refs:\s*ignore-file(?![\w-])")
_NEAR_THE_TOP = 10


class Ignores:
    """What the comments of one text leave alone."""

    def __init__(self, text: str, lines: Lines) -> None:
        self._any = WORD in text
        self._lines = lines
        self._all = self._any and any(
            _FILE.match(lines.line(number)) for number in range(1, _NEAR_THE_TOP + 1)
        )

    def covers(self, offset: int) -> bool:
        """Whether a reference at *offset* is to be left."""
        if not self._any or self._all:
            return self._all
        number = self._lines.position(offset)[0]
        return bool(_LINE.search(self._lines.line(number)) or _ALONE.match(self._lines.line(number - 1)))
