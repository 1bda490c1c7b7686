"""References by what they have in common, for ``list --by``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from rewrite_refs.reports import Entry, Group, Report

UNKNOWN = "(not known)"


def _image(entry: Entry) -> str:
    return entry.reference.name if entry.reference else entry.text


KEYS: Mapping[str, Callable[[Entry], str]] = {
    "upstream": lambda entry: entry.upstream or UNKNOWN,
    "image": _image,
    "file": lambda entry: entry.place.path if entry.place else "",
}


def grouped(report: Report, by: str) -> Report:
    """The report with its references in groups, the largest first; files stay in order."""
    groups: dict[str, list[Entry]] = {}
    for entry in report.entries:
        groups.setdefault(KEYS[by](entry), []).append(entry)
    ordered = sorted(groups.items(), key=lambda item: (0 if by == "file" else -len(item[1]), item[0]))
    return report._replace(
        entries=[entry for _, entries in ordered for entry in entries],
        groups=[
            Group(name, len(entries), Counter(entry.status for entry in entries)) for name, entries in ordered
        ],
    )
