"""What several report formats need: what is to be shown, links to the manual, JSON for every reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rewrite_refs.reports import Entry, Failure, Finding, Place, Report, Trouble, address, fingerprints, inert
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


def shown(report: Report) -> list[tuple[Finding, str]]:
    """All that a report has to say, each as a finding with its fingerprint.

    Files that could not be read come first, as errors under the name ``failure``.
    Of a listing each reference is a note under the name ``reference``, and each
    part that could not be read a finding of ``unparsable-file``.
    """
    told = [*map(_failure, report.failures), *findings(report)]
    return list(zip(told, fingerprints(report._replace(findings=told)), strict=True))


def findings(report: Report) -> list[Finding]:
    """The findings, or those that stand for the references of a listing."""
    if not report.listed:
        return list(report.findings)
    listed = [*map(_trouble, report.troubles), *_references(report)]
    return sorted(listed, key=lambda each: each.place)


def worst(some: Sequence[Finding]) -> list[Finding]:
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


def _references(report: Report) -> Iterator[Finding]:
    for entry in report.entries:
        if entry.place:
            yield _reference(entry, entry.place)


def _reference(entry: Entry, place: Place) -> Finding:
    target = f"it becomes {entry.target}" if entry.target else None
    rest = "; ".join(each for each in (target, entry.reason) if each)
    subject = entry.reference.name if entry.reference else entry.text
    return Finding(REFERENCE, "note", place, f"{entry.text} is {entry.status}", rest or None, subject)


def _trouble(trouble: Trouble) -> Finding:
    path, line, column, message = trouble
    return Finding("unparsable-file", "error", Place(path, line, column, line, column), message)


def _failure(failure: Failure) -> Finding:
    return Finding(FAILURE, "error", Place(failure.path, 1, 1, 1, 1), failure.message)
