"""The report as one JSON object, version 1.

``references`` has every reference, ``problems`` the parts of files that could not
be read as their format, ``findings`` what the lint says, ``failures`` the files
that could not be read or written at all, and ``groups`` what ``list --by`` puts
together.  Findings of the baseline are there, with ``known``.  Paths count from
the working folder; lines and columns count characters from 1, and the end is
exclusive.  ``schemas/report.schema.json`` of the package describes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rewrite_refs.reports import Entry, Finding, Report, fingerprints
from rewrite_refs.reports.common import dumps


def lines(report: Report) -> Iterator[str]:
    """The JSON text, as lines."""
    document: dict[str, Any] = {
        "version": 1,
        "references": [reference(entry) for entry in report.entries],
        "problems": [
            {"path": each.path, "line": each.line, "column": each.column, "message": each.message}
            for each in report.troubles
        ],
        "findings": found(report),
        "failures": [each._asdict() for each in report.failures],
    }
    if report.groups:
        document["groups"] = [
            {"name": each.name, "references": each.references, "statuses": dict(each.statuses)}
            for each in report.groups
        ]
    yield dumps(document, indent=2)


def found(report: Report) -> list[dict[str, Any]]:
    """The objects of all findings."""
    return [
        _finding(each, fingerprint)
        for each, fingerprint in zip(report.findings, fingerprints(report), strict=True)
    ]


def reference(entry: Entry) -> dict[str, Any]:
    """The object of one reference."""
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


def _finding(each: Finding, fingerprint: str) -> dict[str, Any]:
    return {
        "rule": each.rule,
        "severity": each.severity,
        **each.place._asdict(),
        "message": each.message,
        "problem": each.problem,
        "help": each.help,
        "subject": each.subject,
        "fixable": each.fixable,
        "fix": [
            {key: value for key, value in place._asdict().items() if key != "path"} | {"text": text}
            for place, text in each.fix
        ],
        "known": each.known,
        "fingerprint": fingerprint,
    }
