"""What several report formats need: what is to be shown, links to the manual, JSON for every reader."""

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
# What stands in the place of a rule's name where something else than a finding is shown.
REFERENCE, FAILURE = "reference", "failure"


def manual(rule: str) -> str | None:
    """The address where a rule is explained; None where that of the repository is not set."""
    return address.source() if rule in (REFERENCE, FAILURE) else address.page(f"docs/rules.md#{rule}")


def linked(rule: str) -> str:
    """The name of a rule in Markdown, with a link to its manual where there is one."""
    target = manual(rule)
    return f"[{rule}]({target})" if target else rule


def shown(report: Report) -> list[tuple[Diagnostic, str]]:
    """All that a report has to say, each as a finding with its fingerprint.

    Files that could not be read come first, as errors under the name ``failure``.
    Of a listing each reference is a note under the name ``reference``, and each
    part that could not be read a finding of ``unparsable-file``.
    """
    told = [*map(_failure, report.file_failures), *findings(report)]
    return list(zip(told, fingerprints(report._replace(diagnostics=told)), strict=True))


def findings(report: Report) -> list[Diagnostic]:
    """The findings, or those that stand for the references of a listing."""
    if not report.listed:
        return list(report.diagnostics)
    listed = [*map(_parse_failure, report.parse_failures), *_references(report)]
    return sorted(listed, key=lambda each: each.location)


def worst(some: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Findings by severity, else in their order."""
    return sorted(some, key=lambda each: SEVERITIES.index(each.severity))


def dumps(value: object, indent: int | None = None) -> str:
    """*value* as JSON text in ASCII, also where it holds undecodable bytes of a path.

    A lone surrogate is valid in JSON by its grammar, and many parsers refuse
    the whole text for it (RFC 8259, section 8.2), so that it is spelled out.
    What the log of a CI system would obey is escaped, which leaves the value as it is.
    """
    import json

    separators = None if indent else (",", ":")
    text = json.dumps(value, indent=indent, separators=separators)
    if "\\ud" in text:  # only a text with surrogates is worth the walk, and most have none
        text = json.dumps(_clean(value), indent=indent, separators=separators)
    return inert.bracketed(text, r"\u005b")  # JSON has a "#" in texts alone


def spelled(text: str) -> str:
    """*text* with undecodable bytes spelled out, the rest as it is."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _clean(value: Any) -> Any:
    """*value* with all its texts spelled."""
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
