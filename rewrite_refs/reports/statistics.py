"""A table of counts: findings by rule, or for a list, references by upstream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rewrite_refs.reports import Report, visible
from rewrite_refs.reports.groups import UNKNOWN

_STATUSES = ("direct", "wrong", "cached", "unmapped", "unresolved", "own", "ignored")


def lines(report: Report) -> Iterator[str]:
    """Yield the table, the most frequent rows first."""
    yield from _upstreams(report) if report.listed else _rules(report)


def _rules(report: Report) -> Iterator[str]:
    new = [each for each in report.diagnostics if not each.known]
    totals = Counter((each.rule, each.severity) for each in new)
    fixable = Counter(each.rule for each in new if each.fixable)
    rows = [
        (str(count), rule, severity, str(fixable[rule] or ""))
        for (rule, severity), count in sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    ]
    yield from _table([("found", "rule", "severity", "fixable"), *rows])


def _upstreams(report: Report) -> Iterator[str]:
    totals: dict[str, Counter[str]] = {}
    for each in report.records:
        totals.setdefault(each.upstream or UNKNOWN, Counter())[each.status] += 1
    used = [name for name in _STATUSES if any(counter[name] for counter in totals.values())]
    rows = [
        (str(counter.total()), visible(host), *(str(counter[name] or "") for name in used))
        for host, counter in sorted(totals.items(), key=lambda item: (-item[1].total(), item[0]))
    ]
    yield from _table([("references", "registry", *used), *rows])


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield aligned rows: columns of numbers to the right, others to the left."""
    columns = list(zip(*rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    numeric = [all(cell.isdecimal() or not cell for cell in column[1:]) for column in columns]
    for row in rows:
        cells = (
            cell.rjust(width) if is_number else cell.ljust(width)
            for cell, width, is_number in zip(row, widths, numeric, strict=True)
        )
        yield "  ".join(cells).rstrip()
