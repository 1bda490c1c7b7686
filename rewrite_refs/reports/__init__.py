"""The functions that print what a run found: results in, lines out."""

from __future__ import annotations

import posixpath
from collections import Counter

from rewrite_refs.results import (
    Diagnostic,
    FileFailure,
    Group,
    Location,
    ParseFailure,
    ReferenceRecord,
    Replacement,
    Report,
    Severity,
)

__all__ = [
    "Diagnostic",
    "FileFailure",
    "Group",
    "Location",
    "ParseFailure",
    "ReferenceRecord",
    "Replacement",
    "Report",
    "Severity",
    "fingerprints",
    "in_repository",
    "number",
    "visible",
]


def visible(text: str) -> str:
    """*text* with control characters and undecodable bytes made visible, for a terminal."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in text
    )


def number(count: int, noun: str) -> str:
    """A number of things."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def in_repository(report: Report, path: str) -> str:
    """A path of a report as it counts from the top folder of the repository."""
    return posixpath.normpath(posixpath.join(report.base, path))


def fingerprints(report: Report) -> list[str]:
    """For each finding, in order, what stays the same when lines move: 32 hexadecimal digits.

    Equal findings of one file are numbered, so that no two have the same.
    """
    import hashlib

    seen: Counter[tuple[str, str, str]] = Counter()
    result = []
    for each in report.diagnostics:
        key = (in_repository(report, each.location.path), each.rule, each.subject)
        text = "\0".join((*key, str(seen[key])))
        result.append(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32])
        seen[key] += 1
    return result
