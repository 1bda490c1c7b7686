"""Groups of references by upstream, image or file, for ``list --by``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from rewrite_refs.reports import Group, ReferenceRecord, Report

UNKNOWN = "(not known)"


def _image(record: ReferenceRecord) -> str:
    return record.reference.name if record.reference else record.text


KEYS: Mapping[str, Callable[[ReferenceRecord], str]] = {
    "upstream": lambda record: record.upstream or UNKNOWN,
    "image": _image,
    "file": lambda record: record.location.path if record.location else "",
}


def grouped(report: Report, by: str) -> Report:
    """Return the report with its references in groups, the largest first.

    Groups by file are in the order of their paths.
    """
    groups: dict[str, list[ReferenceRecord]] = {}
    for record in report.records:
        groups.setdefault(KEYS[by](record), []).append(record)
    ordered = sorted(groups.items(), key=lambda item: (0 if by == "file" else -len(item[1]), item[0]))
    return report._replace(
        records=[record for _, records in ordered for record in records],
        groups=[
            Group(name, len(records), Counter(record.status for record in records))
            for name, records in ordered
        ],
    )
