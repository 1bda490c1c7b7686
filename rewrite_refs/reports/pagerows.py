"""The rows of the HTML page: the remaining tasks, and all references.

Paths are relative to the repository's top, and control characters are escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from rewrite_refs.cache.verdict import Status
from rewrite_refs.reports import Location, ReferenceRecord, Report, in_repository, visible
from rewrite_refs.reports.groups import UNKNOWN
from rewrite_refs.results import SEVERITIES

Link = Callable[[str, int], str | None]

_LEFT: tuple[Status, ...] = ("direct", "wrong", "unmapped", "unresolved")
_ORDER = (*SEVERITIES, *_LEFT)


class Where(NamedTuple):
    """A line of a file, and its URL if there is one that is safe to follow."""

    path: str
    line: int
    url: str | None


class Task(NamedTuple):
    """A remaining task.  ``level`` is a severity, or in a list a status."""

    level: str
    rule: str
    path: str
    line: int
    url: str | None
    what: str
    fix: str
    known: bool
    status: str
    upstream: str
    format: str


class Row(NamedTuple):
    """A row of the list of all references; ``rule`` has the lint rules that it breaks."""

    path: str
    line: int
    url: str | None
    status: str
    image: str
    target: str
    upstream: str
    format: str
    reason: str
    rule: tuple[str, ...]


def upstream(record: ReferenceRecord) -> str:
    """Return the host of an image's upstream registry, or ``UNKNOWN``."""
    return record.upstream or UNKNOWN


def shown(report: Report, path: str) -> str:
    """Return a path as the page shows it."""
    return visible(in_repository(report, path))


def tasks(report: Report, link: Link) -> list[Task]:
    """Return the findings, the worst first; for a list, references with work left."""
    found = _of_list(report, link) if report.listed else _of_check(report, link)
    return sorted(found, key=lambda each: _ORDER.index(each.level))


def _of_check(report: Report, link: Link) -> Iterator[Task]:
    records = {each.location: each for each in reversed(report.records) if each.location}
    formats = {each.location.path: each.format for each in report.records if each.location}
    for diagnostic in report.diagnostics:
        record = records.get(diagnostic.location)
        yield Task(
            diagnostic.severity,
            visible(diagnostic.rule),
            *_where(report, link, diagnostic.location),
            visible(diagnostic.message),
            "by rewrite" if diagnostic.fixable else "by hand",
            diagnostic.known,
            record.status if record else "",
            visible(upstream(record)) if record else "",
            visible((record.format if record else formats.get(diagnostic.location.path)) or ""),
        )


def _of_list(report: Report, link: Link) -> Iterator[Task]:
    for each in report.records:
        if each.status in _LEFT:
            yield Task(
                each.status,
                each.code or "",
                *_where(report, link, each.location),
                visible(f"{each.text}: {_advice(each)}"),
                "",
                False,
                each.status,
                visible(upstream(each)),
                visible(each.format or ""),
            )


def references(report: Report, link: Link) -> Iterator[Row]:
    """Yield a row for each reference."""
    broken = _broken(report)
    for each in report.records:
        rules = broken(each)
        yield Row(
            *_where(report, link, each.location),
            each.status,
            visible(each.text),
            visible(each.target or ""),
            visible(upstream(each)),
            visible(each.format or ""),
            visible(each.reason or ""),
            tuple(visible(rule) for rule in rules),
        )


def _broken(report: Report) -> Callable[[ReferenceRecord], list[str]]:
    """Return a function that maps a reference to the lint rules that it breaks.

    These are the rules of the findings at its location; in a list, its own lint code.
    """
    if report.listed:
        return lambda each: [each.code] if each.code and each.status in _LEFT else []
    found: dict[Location, dict[str, None]] = {}
    for diagnostic in report.diagnostics:
        found.setdefault(diagnostic.location, {})[diagnostic.rule] = None
    return lambda each: list(found.get(each.location, ())) if each.location else []


def _where(report: Report, link: Link, location: Location | None) -> Where:
    if location is None:
        return Where("", 0, None)
    path = in_repository(report, location.path)
    url = link(path, location.line)
    is_safe = url is not None and url.startswith(("https://", "http://")) and url.isprintable()
    return Where(visible(path), location.line, url if is_safe else None)


def _advice(record: ReferenceRecord) -> str:
    """Return what to do about a remaining reference, or why nothing can be done."""
    said = [record.reason] if record.reason else []
    if record.target:
        said.append(f"use {record.target}")
    return "; ".join(said) or f"the rule for {record.rule} takes it"
