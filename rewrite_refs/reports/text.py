"""The report as text: findings with source line and fix, or a reference per line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from rewrite_refs.reports import Diagnostic, ParseFailure, ReferenceRecord, Report, number, visible
from rewrite_refs.reports.snippet import snippet
from rewrite_refs.results import SEVERITIES

Paint = Callable[[str, str], str]

_COLOURS = {
    "direct": "red",
    "wrong": "red",
    "cached": "green",
    "unmapped": "yellow",
    "unresolved": "yellow",
    "own": "blue",
    "ignored": "blue",
    "problem": "red",
}
_SEVERITIES = {"error": "red", "warning": "yellow", "note": "blue"}


def plain(text: str, colour: str) -> str:
    """Return *text* without a colour."""
    return text


def lines(report: Report, paint: Paint = plain) -> Iterator[str]:
    """Yield the findings that are not in the baseline; for a listing, the references."""
    if report.listed:
        yield from _listed(report, paint)
    else:
        new = (each for each in report.diagnostics if not each.known)
        for _, here in groupby(new, key=lambda each: each.location):
            yield from _block(*here, paint=paint)


def concise(report: Report, paint: Paint = plain) -> Iterator[str]:
    """Yield the same with one line per finding: ``path:line:column: rule message``."""
    if report.listed:
        yield from _listed(report, paint)
    else:
        for each in report.diagnostics:
            if not each.known:
                rule = paint(each.rule, _SEVERITIES[each.severity])
                yield f"{_at(each)}: {rule} {visible(each.message)}"


def _block(each: Diagnostic, *more: Diagnostic, paint: Paint) -> Iterator[str]:
    """Yield the findings of one location, the first one with its source line."""
    colour = _SEVERITIES[each.severity]
    shown = snippet(each.line, each.location)
    gutter = " " * len(str(each.location.line))
    bar = paint("|", "cyan")
    yield f"{paint(f'{each.severity}[{each.rule}]', colour)}: {visible(each.problem)}"
    yield f"{gutter}{paint('-->', 'cyan')} {_at(each)}"
    if shown:
        yield f"{gutter} {bar}"
        yield f"{paint(str(each.location.line), 'cyan')} {bar} {shown.text}"
        yield f"{gutter} {bar} {' ' * shown.before}{paint('^' * shown.width, colour)}"
    if each.help:
        yield f"{gutter} {paint('=', 'cyan')} {'fix' if each.fixable else 'help'}: {visible(each.help)}"
    for other in more:
        name = paint(f"{other.severity}[{other.rule}]", _SEVERITIES[other.severity])
        yield f"{gutter} {paint('=', 'cyan')} {name}: {visible(other.message)}"
    yield ""


def rewrite(report: Report, paint: Paint = plain, notes: bool = True, done: bool = False) -> Iterator[str]:
    """Yield the references that a rule maps but that were not rewritten.

    *notes* adds unresolved references, and *done* adds those that were rewritten.
    """
    for each in report.records:
        if each.done and done:
            yield _line(each, paint, f"now {each.target}")
        elif each.left:
            yield _line(each, paint, f"not rewritten: {each.reason}")
        elif each.status == "unresolved" and each.code and notes:
            yield _line(each, paint, each.reason or "")
    yield from troubles(report, paint)


def _listed(report: Report, paint: Paint) -> Iterator[str]:
    """Yield every reference with its status, target and reason; by group, if any."""
    at = 0
    for group in report.groups:
        statuses = ", ".join(
            f"{group.statuses[name]} {name}" for name in _COLOURS if group.statuses.get(name)
        )
        yield f"{visible(group.name)}: {number(group.references, 'reference')} ({statuses})"
        yield from (f"  {each}" for each in _listing(report.records[at : at + group.references], paint))
        at += group.references
    yield from _listing(report.records[at:], paint)
    yield from troubles(report, paint)


def _listing(records: Sequence[ReferenceRecord], paint: Paint) -> Iterator[str]:
    for each in records:
        target = f" -> {each.target}" if each.target else ""
        reason = f" ({each.reason})" if each.reason else ""
        status = paint(each.status, _COLOURS[each.status])
        yield f"{_location(each)}{status}: {visible(each.text + target + reason)}"


def explanation(record: ReferenceRecord) -> Iterator[str]:
    """Yield how one reference is read, which rule maps it and what it becomes."""
    reference = record.reference
    rows = [("reference", record.text)]
    if reference:
        rows += [
            ("registry", reference.registry or "(none)"),
            ("repository", reference.repository),
            ("tag", reference.tag or "(none)"),
            ("digest", reference.digest or "(none)"),
        ]
    rows += [("status", record.status), ("rule", record.rule or "(none)")]
    rows.append(("becomes", record.target or "(unchanged)"))
    if record.reason:
        rows.append(("because", record.reason))
    for name, value in rows:
        yield f"{name + ':':<12}{visible(value)}"


def troubles(report: Report, paint: Paint) -> Iterator[str]:
    """Yield a line for each part of a file that could not be read."""
    for each in report.parse_failures:
        yield f"{_parse_failure(each)}{paint('problem', _COLOURS['problem'])}: {visible(each.message)}"


def counts(report: Report) -> str:
    """Return the number of references, by status."""
    statuses: Counter[str] = Counter(each.status for each in report.records)
    files = len({each.location.path for each in report.records if each.location})
    if not statuses:
        return "no references found"
    parts = ", ".join(f"{statuses[name]} {name}" for name in _COLOURS if statuses[name])
    return f"{number(len(report.records), 'reference')} in {number(files, 'file')}: {parts}"


def found(report: Report) -> str:
    """Return the numbers of findings: by severity, fixed by ``rewrite``, in baseline."""
    new = [each for each in report.diagnostics if not each.known]
    known = len(report.diagnostics) - len(new)
    severities = Counter(each.severity for each in new)
    parts = [number(severities[each], each) for each in SEVERITIES if severities[each]]
    text = ", ".join(parts) or ("nothing new found" if known else "nothing found")
    fixable = sum(each.fixable for each in new)
    if fixable:
        text += f"; rewrite-refs rewrite fixes {fixable}"
    return f"{text}; {known} known from the baseline" if known else text


def _line(each: ReferenceRecord, paint: Paint, message: str) -> str:
    status = paint(each.status, _COLOURS[each.status])
    return f"{_location(each)}{status}: {visible(each.text)}: {visible(message)}"


def _location(each: ReferenceRecord) -> str:
    location = each.location
    return f"{visible(location.path)}:{location.line}:{location.column}: " if location else ""


def _at(each: Diagnostic) -> str:
    return f"{visible(each.location.path)}:{each.location.line}:{each.location.column}"


def _parse_failure(each: ParseFailure) -> str:
    return f"{visible(each.path)}:{each.line}:{each.column}: "
