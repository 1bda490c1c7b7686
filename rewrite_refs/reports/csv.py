"""A spreadsheet table: the findings of ``check``, or the references of ``list``.

The first line has the names of the columns.  They are those of the JSON report, without ``problem``,
``help`` and ``fix``.  Findings of the baseline are included, with ``known``.  A cell that a spreadsheet
would take for a formula, because it begins with ``=``, ``+``, ``-`` or ``@``, is prefixed with ``'``.
Control characters and commands of CI systems are escaped: a program that needs exact values should read
``json`` or ``jsonl``.  Files and parts of files that could not be read are not included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rewrite_refs.reports import Report, inert, visible
from rewrite_refs.reports.json import found, reference

# Characters that begin a formula (OWASP, "CSV Injection"), and their full-width forms.
# Tab and carriage return are escaped already.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")

_PLACE = ("path", "line", "column", "end_line", "end_column")
_FINDING = ("severity", "rule", *_PLACE, "message", "subject", "fixable", "known", "fingerprint")
_REFERENCE = (*_PLACE, "format", "text", "registry", "repository", "tag", "digest")
_VERDICT = ("status", "target", "rule", "reason")


def lines(report: Report) -> Iterator[str]:
    """Yield the names of the columns, then one line per finding or reference."""
    names = (*_REFERENCE, *_VERDICT) if report.listed else _FINDING
    objects = map(reference, report.records) if report.listed else found(report)
    yield _line(names)
    for each in objects:
        yield _line(_cell(each[name]) for name in names)


def _cell(value: str | int | bool | None) -> str:
    """Return the text of one cell."""
    if isinstance(value, bool):
        return str(value).lower()
    text = inert.bracketed(visible("" if value is None else str(value)), r"\x5b")
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(cells: Iterable[str]) -> str:
    """Return a line of CSV, quoted as in RFC 4180.

    If a CI system would take the line for a command, all cells are quoted.
    """
    import csv
    import io

    row = list(cells)
    line = io.StringIO()
    is_command = inert.is_start(row[0])
    csv.writer(line, lineterminator="", quoting=csv.QUOTE_ALL if is_command else csv.QUOTE_MINIMAL).writerow(
        row
    )
    return line.getvalue()
