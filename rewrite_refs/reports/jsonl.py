"""One JSON object a line: the findings of ``check``, or the references of ``list``.

The objects are those of the JSON report, under ``findings`` and ``references``.
Findings of the baseline are there, with ``known``.  What could not be read has no
line here.
"""

from __future__ import annotations

from collections.abc import Iterator

from rewrite_refs.reports import Report
from rewrite_refs.reports.common import dumps
from rewrite_refs.reports.json import found, reference


def lines(report: Report) -> Iterator[str]:
    """The JSON texts, one a line."""
    yield from map(dumps, map(reference, report.records) if report.listed else found(report))
