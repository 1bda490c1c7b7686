"""The report as text, one line for each thing, ``path:line:column:`` first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from rewrite_refs.reports import Entry, Report, Trouble, visible

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


def plain(text: str, colour: str) -> str:
    """No paint at all."""
    return text


def check(report: Report, paint: Paint = plain, notes: bool = True) -> Iterator[str]:
    """What is pulled directly, and, as *notes*, what nobody can tell."""
    for each in report.entries:
        if each.status == "direct":
            advice = f"use {each.target}" if each.target else each.reason or f"the rule {each.rule} takes it"
            host = each.reference.registry if each.reference else ""
            yield _line(each, paint, f"pulled directly from {host}: {advice}")
        elif each.status == "wrong":
            advice = f": use {each.target}" if each.target else ""
            yield _line(each, paint, f"{each.reason}{advice}")
        elif each.status == "unresolved" and notes:
            yield _line(each, paint, each.reason or "")
    yield from troubles(report, paint)


def rewrite(report: Report, paint: Paint = plain, notes: bool = True, done: bool = False) -> Iterator[str]:
    """What a rule maps and was left, as *notes* what nobody can tell, and what was *done*."""
    for each in report.entries:
        if each.done and done:
            yield _line(each, paint, f"now {each.target}")
        elif each.left:
            yield _line(each, paint, f"not rewritten: {each.reason}")
        elif each.status == "unresolved" and notes:
            yield _line(each, paint, each.reason or "")
    yield from troubles(report, paint)


def listing(report: Report, paint: Paint = plain) -> Iterator[str]:
    """Every reference with its status, its target and the reason why it stays."""
    for each in report.entries:
        target = f" -> {each.target}" if each.target else ""
        reason = f" ({each.reason})" if each.reason else ""
        status = paint(each.status, _COLOURS[each.status])
        yield f"{_place(each)}{status}: {visible(each.text + target + reason)}"
    yield from troubles(report, paint)


def explanation(entry: Entry) -> Iterator[str]:
    """How one reference is read, which rule takes it and what it becomes."""
    reference = entry.reference
    rows = [("reference", entry.text)]
    if reference:
        rows += [
            ("registry", reference.registry or "(none)"),
            ("repository", reference.repository),
            ("tag", reference.tag or "(none)"),
            ("digest", reference.digest or "(none)"),
        ]
    rows += [("status", entry.status), ("rule", entry.rule or "(none)")]
    rows.append(("becomes", entry.target or "(unchanged)"))
    if entry.reason:
        rows.append(("because", entry.reason))
    for name, value in rows:
        yield f"{name + ':':<12}{visible(value)}"


def troubles(report: Report, paint: Paint) -> Iterator[str]:
    """The parts of files that could not be read."""
    for each in report.troubles:
        yield f"{_trouble(each)}{paint('problem', _COLOURS['problem'])}: {visible(each.message)}"


def counts(report: Report) -> str:
    """How many references there are, by status."""
    statuses: Counter[str] = Counter(each.status for each in report.entries)
    files = len({each.place.path for each in report.entries if each.place})
    if not statuses:
        return "no references found"
    parts = ", ".join(f"{statuses[name]} {name}" for name in _COLOURS if statuses[name])
    return f"{_number(len(report.entries), 'reference')} in {_number(files, 'file')}: {parts}"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _line(each: Entry, paint: Paint, message: str) -> str:
    return (
        f"{_place(each)}{paint(each.status, _COLOURS[each.status])}: {visible(each.text)}: {visible(message)}"
    )


def _place(each: Entry) -> str:
    place = each.place
    return f"{visible(place.path)}:{place.line}:{place.column}: " if place else ""


def _trouble(each: Trouble) -> str:
    return f"{visible(each.path)}:{each.line}:{each.column}: "
