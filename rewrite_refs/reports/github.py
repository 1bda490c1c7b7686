"""Annotations for GitHub Actions (workflow commands), and a summary of the step.

GitHub shows ten annotations of a step, so only the ten worst findings get one.
All other findings are in the log, one per line, and those of the baseline are
folded there.  ``list`` makes no annotations; each reference has a line.

No other line is a command (``inert.py`` describes how the runner reads lines).

Sources: GitHub Docs, "Workflow commands for GitHub Actions"; of actions/toolkit
``packages/core/src/command.ts`` (how values are escaped).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from rewrite_refs.reports import Diagnostic, Report, Severity, in_repository, inert, visible
from rewrite_refs.reports.common import REFERENCE, TOOL, linked, shown, spelled, worst
from rewrite_refs.reports.markdown import details, heading, row, table
from rewrite_refs.results import SEVERITIES

_MOST = 10
# GitHub rejects a summary of more than 1 MiB as a whole; other commands of the step may write to it, too.
_ROOM = 900_000
_COMMAND: Mapping[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}


def lines(report: Report) -> Iterator[str]:
    """Yield the annotation commands, then a line for each entry without one."""
    new = [each for each, _ in shown(report) if not each.known]
    found = [each for each in new if each.rule != REFERENCE]
    marked = worst(found)[:_MOST]
    for each in marked:
        yield _annotation(report, each)
    if len(found) > len(marked):
        yield f"GitHub shows {_MOST} annotations of a step. The other findings:"
    # A finding that is equal to an annotated one would only repeat it.
    yield from (_concise(each) for each in new if each not in marked)
    known = [each for each in report.diagnostics if each.known]
    if known:
        yield f"::group::Findings of the baseline: {len(known)}"
        yield from map(_concise, known)
        yield "::endgroup::"


def summary(report: Report) -> Iterator[str]:
    """Yield Markdown for ``$GITHUB_STEP_SUMMARY``: counts by rule, then all findings."""
    yield f"## {TOOL}: {heading(report)}"
    counts = Counter((each.severity, each.rule, each.known) for each in report.diagnostics)
    kinds = sorted({key[:2] for key in counts}, key=lambda kind: (SEVERITIES.index(kind[0]), kind[1]))
    rows = [
        row(
            linked(rule),
            severity,
            *(str(counts[severity, rule, known]) for known in (False, True)),
        )
        for severity, rule in kinds
    ]
    yield from table(("rule", "severity", "findings", "of the baseline"), rows, _ROOM)
    yield from details(report, _ROOM)


def _annotation(report: Report, each: Diagnostic) -> str:
    """Return a command that annotates a line; it has columns only within one line."""
    location = each.location
    properties = {"file": in_repository(report, location.path), "line": str(location.line)}
    properties["endLine"] = str(location.end_line)
    if location.line == location.end_line:
        properties |= {"col": str(location.column), "endColumn": str(location.end_column)}
    properties["title"] = f"{TOOL}: {each.rule}"
    told = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in properties.items())
    return f"::{_COMMAND[each.severity]} {told}::{_escaped(visible(each.message))}"


def _escaped(text: str, more: str = "") -> str:
    """Return *text* with the characters that would end a value percent-encoded."""
    escaped = (f"%{ord(char):02X}" if char in f"%\r\n{more}" else visible(char) for char in text)
    return spelled("".join(escaped))


def _concise(each: Diagnostic) -> str:
    """Return a line of the log that is not a command."""
    location = each.location
    return inert.line(
        visible(f"{location.path}:{location.line}:{location.column}: {each.rule} {each.message}")
    )
