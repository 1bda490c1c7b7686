"""The report as one JSON object, version 1.

``references`` has every reference, ``problems`` the parts of files that could not
be read as their format, ``findings`` the findings of the lint, ``failures`` the files
that could not be read or written at all, and ``groups`` the groups of ``list --by``.
Findings of the baseline are included, with ``known``.  Paths are relative to the
working folder; lines and columns are counted from 1, columns in characters, and the
end is exclusive.  ``schemas/report.schema.json`` of the package describes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rewrite_refs.reports import Diagnostic, ReferenceRecord, Report, fingerprints
from rewrite_refs.reports.common import dumps


def lines(report: Report) -> Iterator[str]:
    """Yield the JSON text, as one piece."""
    document: dict[str, Any] = {
        "version": 1,
        "references": [reference(record) for record in report.records],
        "problems": [
            {"path": each.path, "line": each.line, "column": each.column, "message": each.message}
            for each in report.parse_failures
        ],
        "findings": found(report),
        "failures": [each._asdict() for each in report.file_failures],
    }
    if report.groups:
        document["groups"] = [
            {"name": each.name, "references": each.references, "statuses": dict(each.statuses)}
            for each in report.groups
        ]
    yield dumps(document, indent=2)


def found(report: Report) -> list[dict[str, Any]]:
    """Return the JSON objects of all findings."""
    return [
        _diagnostic(each, fingerprint)
        for each, fingerprint in zip(report.diagnostics, fingerprints(report), strict=True)
    ]


def reference(record: ReferenceRecord) -> dict[str, Any]:
    """Return the JSON object of one reference."""
    location, reference = record.location, record.reference
    return {
        "path": location.path if location else None,
        "format": record.format,
        "line": location.line if location else None,
        "column": location.column if location else None,
        "end_line": location.end_line if location else None,
        "end_column": location.end_column if location else None,
        "text": record.text,
        "registry": reference.registry if reference else None,
        "repository": reference.repository if reference else None,
        "tag": reference.tag if reference else None,
        "digest": reference.digest if reference else None,
        "status": record.status,
        "target": record.target,
        "rule": record.rule,
        "reason": record.reason,
    }


def _diagnostic(each: Diagnostic, fingerprint: str) -> dict[str, Any]:
    return {
        "rule": each.rule,
        "severity": each.severity,
        **each.location._asdict(),
        "message": each.message,
        "problem": each.problem,
        "help": each.help,
        "subject": each.subject,
        "fixable": each.fixable,
        "fix": [
            {key: value for key, value in location._asdict().items() if key != "path"} | {"text": text}
            for location, text in each.fix
        ],
        "known": each.known,
        "fingerprint": fingerprint,
    }
