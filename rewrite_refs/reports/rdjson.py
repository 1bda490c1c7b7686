"""Reviewdog's diagnostic format, for ``reviewdog -f=rdjson``.

A finding whose fix consists only of replacements on its own line has a suggestion,
which GitHub and GitLab offer to commit.  Columns count bytes of UTF-8; if the text of
the line is not known, there are only lines.  Findings of the baseline are left out,
because reviewdog comments on all its input.  A file that could not be read is an
error on its first line.

Source: proto/rdf/reviewdog.proto of reviewdog.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rewrite_refs.reports import Diagnostic, Location, Report, Severity, address, in_repository, visible
from rewrite_refs.reports.common import TOOL, dumps, manual, shown

_SEVERITY: Mapping[Severity, str] = {"error": "ERROR", "warning": "WARNING", "note": "INFO"}


def lines(report: Report) -> Iterator[str]:
    """Yield the JSON text, on one line."""
    yield dumps(
        {
            "source": _linked({"name": TOOL}, address.source()),
            "diagnostics": [_diagnostic(report, each) for each, _ in shown(report) if not each.known],
        }
    )


def _diagnostic(report: Report, each: Diagnostic) -> dict[str, Any]:
    diagnostic = {
        "message": visible(each.message),
        "location": {
            "path": in_repository(report, each.location.path),
            "range": _range(each.location, each.line),
        },
        "severity": _SEVERITY[each.severity],
        "code": _linked({"value": each.rule}, manual(each.rule)),
    }
    suggestion = _suggestion(each)
    return diagnostic | ({"suggestions": [suggestion]} if suggestion else {})


def _linked(member: dict[str, str], url: str | None) -> dict[str, str]:
    """Return a member of the format with its address, if that is known."""
    return member | ({"url": url} if url else {})


def _range(location: Location, line: str) -> dict[str, Any]:
    """Return a range, with columns in bytes if it is in *line*, else of whole lines."""
    if location.line != location.end_line or location.end_column > len(line) + 1:
        return {"start": {"line": location.line}, "end": {"line": location.end_line}}
    start, end = (_bytes(line, column) for column in (location.column, location.end_column))
    return {"start": {"line": location.line, "column": start}, "end": {"line": location.line, "column": end}}


def _bytes(line: str, column: int) -> int:
    """Return a column in bytes of UTF-8, from 1, for one in characters, from 1."""
    return len(line[: column - 1].encode("utf-8", "surrogatepass")) + 1


def _suggestion(each: Diagnostic) -> dict[str, Any] | None:
    """Return the whole fix as one replacement; None if it is not within the line.

    It is one, because several suggestions would be alternatives.
    """
    number, line = each.location.line, each.line
    fix = sorted(each.fix)
    inside = (
        number == location.line == location.end_line and location.end_column <= len(line) + 1
        for location, _ in fix
    )
    if not fix or not all(inside):
        return None
    text, at = "", fix[0].location.column - 1
    for location, new in fix:
        text += line[at : location.column - 1] + new
        at = location.end_column - 1
    whole = fix[0].location._replace(end_column=at + 1)
    return {"range": _range(whole, line), "text": text}
