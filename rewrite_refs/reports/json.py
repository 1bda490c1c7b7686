"""The report as one JSON object, version 1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rewrite_refs.reports import Entry, Report


def lines(report: Report) -> Iterator[str]:
    """The JSON text, as lines."""
    import json

    document = {
        "version": 1,
        "references": [_entry(entry) for entry in report.entries],
        "problems": [
            {"path": each.path, "line": each.line, "column": each.column, "message": each.message}
            for each in report.troubles
        ],
    }
    yield json.dumps(document, indent=2)


def _entry(entry: Entry) -> dict[str, Any]:
    place, reference = entry.place, entry.reference
    return {
        "path": place.path if place else None,
        "format": entry.format,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "end_line": place.end_line if place else None,
        "end_column": place.end_column if place else None,
        "text": entry.text,
        "registry": reference.registry if reference else None,
        "repository": reference.repository if reference else None,
        "tag": reference.tag if reference else None,
        "digest": reference.digest if reference else None,
        "status": entry.status,
        "target": entry.target,
        "rule": entry.rule,
        "reason": entry.reason,
    }
