"""One JSON object per line: findings of ``check``, or references of ``list``.

The objects are those of the JSON report, in its ``findings`` and ``references``.
Findings of the baseline are included, with ``known``.  Files and parts of files that
could not be read are not included.
"""

from __future__ import annotations

from collections.abc import Iterator

from rewrite_refs.reports import Report
from rewrite_refs.reports.common import dumps
from rewrite_refs.reports.json import found, reference


def lines(report: Report) -> Iterator[str]:
    """Yield the JSON objects, one per line."""
    yield from map(dumps, map(reference, report.records) if report.listed else found(report))
