"""A heading and a table, for a comment on a pull request.

The worst findings come first; those of the baseline are counted, but not shown.
All content of files is in code spans, in which there is no HTML, no link, no
mention and no reference to an issue; the two characters that could end the span or
the cell are escaped.  A comment on GitHub can have 65,536 characters, so a long
table is cut before that limit, with a line that gives the number of missing rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rewrite_refs.reports import (
    Diagnostic,
    Group,
    ReferenceRecord,
    Report,
    in_repository,
    inert,
    number,
    visible,
)
from rewrite_refs.reports.common import FAILURE, REFERENCE, TOOL, linked, shown, worst
from rewrite_refs.results import SEVERITIES

_ROOM = 60_000  # bytes of rows, which leaves some for the heading
_HEADS = ("severity", "rule", "place", "what, and what to do")
_GROUP_HEADS = ("name", "references", "of these")
_LISTED_HEADS = ("place", "reference", "status", "becomes", "because")


def lines(report: Report) -> Iterator[str]:
    """Yield the Markdown text, as lines."""
    yield f"## {TOOL}: {heading(report)}"
    yield from details(report, _ROOM)
    known = sum(each.known for each in report.diagnostics)
    if known:
        yield from ("", f"{number(known, 'finding')} of the baseline not shown.")


def heading(report: Report) -> str:
    """Return the counts for the heading: findings by severity, or references."""
    if report.listed:
        return number(len(report.records), "reference")
    counts = Counter(each.severity for each in report.diagnostics if not each.known)
    parts = [number(counts[name], name) for name in SEVERITIES if counts[name]]
    if report.file_failures:
        parts.insert(0, f"{number(len(report.file_failures), 'file')} not read or written")
    return ", ".join(parts) or "no findings"


def details(report: Report, room: int) -> Iterator[str]:
    """Yield the table of findings; for a listing, also those of groups and references.

    All rows together take at most *room* bytes.
    """
    new = worst([each for each, _ in shown(report) if not each.known and each.rule != REFERENCE])
    share = room // 3 if report.listed else room
    yield from table(_HEADS, [_diagnostic(report, each) for each in new], share)
    if report.listed:
        yield from table(_GROUP_HEADS, [_group(each) for each in report.groups], share)
        yield from table(_LISTED_HEADS, [_entry(report, each) for each in report.records], share)


def table(heads: Sequence[str], rows: Sequence[str], room: int) -> Iterator[str]:
    """Yield an empty line and a table; nothing if there are no *rows*.

    Rows that do not fit into *room* bytes are counted in a last line.
    """
    if not rows:
        return
    yield from ("", row(*heads), row(*("---" for _ in heads)))
    for at, each in enumerate(rows):
        room -= len(each.encode("utf-8")) + 1
        if room < 0:
            yield from ("", f"{len(rows) - at} more are not shown: there is no room for them here.")
            return
        yield each


def row(*cells: str) -> str:
    """Return one row of a table."""
    return f"| {' | '.join(cells)} |"


def code(text: str) -> str:
    """Return *text* as a code span that is safe in a table cell; empty if it is empty.

    Backslashes do not escape in a code span (GitHub Flavored Markdown, section 6.3), but before a
    ``|`` some readers treat them as escapes and others do not (section 4.10).
    """
    shown = inert.bracketed(visible(text), r"\x5b").replace("`", r"\x60").replace("|", r"\x7c")
    return f"`{shown}`" if shown else ""


def _diagnostic(report: Report, each: Diagnostic) -> str:
    path = in_repository(report, each.location.path)
    if each.rule == FAILURE:
        return row("**error**", "", code(path), code(each.message))
    place = code(f"{path}:{each.location.line}:{each.location.column}")
    severity = f"**{each.severity}**" if each.severity == "error" else each.severity
    return row(severity, linked(each.rule), place, code(each.message))


def _group(each: Group) -> str:
    statuses = ", ".join(f"{count} {status}" for status, count in each.statuses.items())
    return row(code(each.name), str(each.references), statuses)


def _entry(report: Report, each: ReferenceRecord) -> str:
    location = each.location
    where = f"{in_repository(report, location.path)}:{location.line}:{location.column}" if location else ""
    return row(code(where), code(each.text), each.status, code(each.target or ""), code(each.reason or ""))
