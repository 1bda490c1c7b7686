"""Report formats: each module turns the results of a run into lines of text."""

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
    """Return *text* with escapes for control characters and undecodable bytes."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in text
    )


def number(count: int, noun: str) -> str:
    """Return a count with its noun, such as ``1 file`` or ``2,000 files``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def in_repository(report: Report, path: str) -> str:
    """Return a path of a report relative to the top folder of the repository."""
    return posixpath.normpath(posixpath.join(report.base, path))


def fingerprints(report: Report) -> list[str]:
    """Return a fingerprint of each finding, which is stable when lines move.

    A fingerprint has 32 hexadecimal digits.  Equal findings of one file are numbered, so that each
    fingerprint is unique.
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
