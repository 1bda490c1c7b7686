"""A file shows the marks of a format, and cannot be read as it.

Its references cannot be seen, so none of them is rewritten. Mend the file, or leave it out with `exclude`.

    before:  FROM
    after:   FROM scratch
"""

from __future__ import annotations

from rewrite_refs.lint.said import Said
from rewrite_refs.results import Severity

NAME = "unparsable-file"
SEVERITY: Severity = "error"
ON = True
FIXABLE = False


def says(problem: str) -> Said:
    """What is to be said of a part that cannot be read, and why."""
    return Said(f"cannot be read: {problem}", "mend the file, or exclude it")
