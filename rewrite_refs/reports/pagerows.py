"""The rows of the HTML page: what is left to do, and all references.

Paths count from the repository's top, and control characters are visible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from rewrite_refs.cache.verdict import Status
from rewrite_refs.reports import Entry, Place, Report, in_repository, visible
from rewrite_refs.reports.groups import UNKNOWN
from rewrite_refs.results import SEVERITIES

Link = Callable[[str, int], str | None]

_LEFT: tuple[Status, ...] = ("direct", "wrong", "unmapped", "unresolved")
_ORDER = (*SEVERITIES, *_LEFT)


class Where(NamedTuple):
    """A line of a file, and its URL if it has one that is safe to follow."""

    path: str
    line: int
    url: str | None


class Task(NamedTuple):
    """Something that is left to do.  ``level`` is a severity, or in a list a status."""

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
    """One of all references; ``rule`` holds the rules of the lint that it breaks."""

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


def upstream(entry: Entry) -> str:
    """The host of the registry that an image comes from, in words where it is not known."""
    return entry.upstream or UNKNOWN


def shown(report: Report, path: str) -> str:
    """A path as the page shows it."""
    return visible(in_repository(report, path))


def tasks(report: Report, link: Link) -> list[Task]:
    """The findings, the worst first; of a list, the references that are left, by status."""
    found = _of_list(report, link) if report.listed else _of_check(report, link)
    return sorted(found, key=lambda each: _ORDER.index(each.level))


def _of_check(report: Report, link: Link) -> Iterator[Task]:
    entries = {each.place: each for each in reversed(report.entries) if each.place}
    formats = {each.place.path: each.format for each in report.entries if each.place}
    for finding in report.findings:
        entry = entries.get(finding.place)
        yield Task(
            finding.severity,
            visible(finding.rule),
            *_where(report, link, finding.place),
            visible(finding.message),
            "by rewrite" if finding.fixable else "by hand",
            finding.known,
            entry.status if entry else "",
            visible(upstream(entry)) if entry else "",
            visible((entry.format if entry else formats.get(finding.place.path)) or ""),
        )


def _of_list(report: Report, link: Link) -> Iterator[Task]:
    for each in report.entries:
        if each.status in _LEFT:
            yield Task(
                each.status,
                each.breaks or "",
                *_where(report, link, each.place),
                visible(f"{each.text}: {_advice(each)}"),
                "",
                False,
                each.status,
                visible(upstream(each)),
                visible(each.format or ""),
            )


def references(report: Report, link: Link) -> Iterator[Row]:
    """All references."""
    broken = _broken(report)
    for each in report.entries:
        rules = broken(each)
        yield Row(
            *_where(report, link, each.place),
            each.status,
            visible(each.text),
            visible(each.target or ""),
            visible(upstream(each)),
            visible(each.format or ""),
            visible(each.reason or ""),
            tuple(visible(rule) for rule in rules),
        )


def _broken(report: Report) -> Callable[[Entry], list[str]]:
    """The function from a reference to the rules that it breaks: those of the findings where it begins."""
    if report.listed:
        return lambda each: [each.breaks] if each.breaks and each.status in _LEFT else []
    found: dict[Place, dict[str, None]] = {}
    for finding in report.findings:
        found.setdefault(finding.place, {})[finding.rule] = None
    return lambda each: list(found.get(each.place, ())) if each.place else []


def _where(report: Report, link: Link, place: Place | None) -> Where:
    if place is None:
        return Where("", 0, None)
    path = in_repository(report, place.path)
    url = link(path, place.line)
    is_safe = url is not None and url.startswith(("https://", "http://")) and url.isprintable()
    return Where(visible(path), place.line, url if is_safe else None)


def _advice(entry: Entry) -> str:
    """What is to be done about a reference that is left, or why nothing can be."""
    said = [entry.reason] if entry.reason else []
    if entry.target:
        said.append(f"use {entry.target}")
    return "; ".join(said) or f"the rule for {entry.rule} takes it"
