"""Shared parts of the report formats: rows to show, links to the manual, and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rewrite_refs.reports import (
    Diagnostic,
    FileFailure,
    Location,
    ParseFailure,
    ReferenceRecord,
    Report,
    address,
    fingerprints,
    inert,
)
from rewrite_refs.results import SEVERITIES

TOOL = "rewrite-refs"
# Used instead of the name of a rule for entries that are not findings.
REFERENCE, FAILURE = "reference", "failure"


def manual(rule: str) -> str | None:
    """Return the address of a rule's manual; None if the repository's is not set."""
    return address.source() if rule in (REFERENCE, FAILURE) else address.page(f"docs/rules.md#{rule}")


def linked(rule: str) -> str:
    """Return the name of a rule as Markdown, with a link to its manual if it has one."""
    target = manual(rule)
    return f"[{rule}]({target})" if target else rule


def shown(report: Report) -> list[tuple[Diagnostic, str]]:
    """Return all entries of a report as findings, each with its fingerprint.

    Files that could not be read come first, as errors with the rule name ``failure``.
    In a listing, each reference is a note with the rule name ``reference``, and each
    part that could not be read is a finding of ``unparsable-file``.
    """
    told = [*map(_failure, report.file_failures), *findings(report)]
    return list(zip(told, fingerprints(report._replace(diagnostics=told)), strict=True))


def findings(report: Report) -> list[Diagnostic]:
    """Return the findings; for a listing, its references as findings."""
    if not report.listed:
        return list(report.diagnostics)
    listed = [*map(_parse_failure, report.parse_failures), *_references(report)]
    return sorted(listed, key=lambda each: each.location)


def worst(some: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Return findings sorted by severity, the worst first, otherwise in their order."""
    return sorted(some, key=lambda each: SEVERITIES.index(each.severity))


def dumps(value: object, indent: int | None = None) -> str:
    """Return *value* as JSON text in ASCII that every parser and CI log accepts.

    A lone surrogate, from undecodable bytes of a path, is valid by the grammar of JSON, but
    many parsers reject the whole text (RFC 8259, section 8.2): it is written as an escape.
    Text that the log of a CI system takes for a command is escaped; the value stays the same.
    """
    import json

    separators = None if indent else (",", ":")
    text = json.dumps(value, indent=indent, separators=separators)
    if "\\ud" in text:  # most texts have no surrogates and need no walk
        text = json.dumps(_clean(value), indent=indent, separators=separators)
    return inert.bracketed(text, r"\u005b")  # JSON has a "#" only in strings


def spelled(text: str) -> str:
    """Return *text* with undecodable bytes written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _clean(value: Any) -> Any:
    """Return *value* with ``spelled`` applied to all its strings."""
    if isinstance(value, str):
        return value if value.isascii() else spelled(value)
    if isinstance(value, dict):
        return {key: _clean(each) for key, each in value.items()}
    return [_clean(each) for each in value] if isinstance(value, list) else value


def _references(report: Report) -> Iterator[Diagnostic]:
    for record in report.records:
        if record.location:
            yield _reference(record, record.location)


def _reference(record: ReferenceRecord, location: Location) -> Diagnostic:
    target = f"it becomes {record.target}" if record.target else None
    rest = "; ".join(each for each in (target, record.reason) if each)
    subject = record.reference.name if record.reference else record.text
    return Diagnostic(REFERENCE, "note", location, f"{record.text} is {record.status}", rest or None, subject)


def _parse_failure(failure: ParseFailure) -> Diagnostic:
    path, line, column, message = failure
    return Diagnostic("unparsable-file", "error", Location(path, line, column, line, column), message)


def _failure(failure: FileFailure) -> Diagnostic:
    return Diagnostic(FAILURE, "error", Location(failure.path, 1, 1, 1, 1), failure.message)
