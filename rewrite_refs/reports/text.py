"""The report as text: findings with their line and what to do about them; references in a line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from rewrite_refs.reports import Entry, Finding, Report, Trouble, number, visible
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
    """No paint at all."""
    return text


def lines(report: Report, paint: Paint = plain) -> Iterator[str]:
    """What was asked for: the findings, but for those of the baseline, or the references."""
    if report.listed:
        yield from _listed(report, paint)
    else:
        new = (each for each in report.findings if not each.known)
        for _, here in groupby(new, key=lambda each: each.place):
            yield from _block(*here, paint=paint)


def concise(report: Report, paint: Paint = plain) -> Iterator[str]:
    """The same with one line for each: ``path:line:column: rule message``."""
    if report.listed:
        yield from _listed(report, paint)
    else:
        for each in report.findings:
            if not each.known:
                rule = paint(each.rule, _SEVERITIES[each.severity])
                yield f"{_at(each)}: {rule} {visible(each.message)}"


def _block(each: Finding, *more: Finding, paint: Paint) -> Iterator[str]:
    """What is to be said of one place, the worst first."""
    colour = _SEVERITIES[each.severity]
    shown = snippet(each.line, each.place)
    gutter = " " * len(str(each.place.line))
    bar = paint("|", "cyan")
    yield f"{paint(f'{each.severity}[{each.rule}]', colour)}: {visible(each.problem)}"
    yield f"{gutter}{paint('-->', 'cyan')} {_at(each)}"
    if shown:
        yield f"{gutter} {bar}"
        yield f"{paint(str(each.place.line), 'cyan')} {bar} {shown.text}"
        yield f"{gutter} {bar} {' ' * shown.before}{paint('^' * shown.width, colour)}"
    if each.help:
        yield f"{gutter} {paint('=', 'cyan')} {'fix' if each.fixable else 'help'}: {visible(each.help)}"
    for other in more:
        name = paint(f"{other.severity}[{other.rule}]", _SEVERITIES[other.severity])
        yield f"{gutter} {paint('=', 'cyan')} {name}: {visible(other.message)}"
    yield ""


def rewrite(report: Report, paint: Paint = plain, notes: bool = True, done: bool = False) -> Iterator[str]:
    """What a rule maps and was left, as *notes* what nobody can tell, and what was *done*."""
    for each in report.entries:
        if each.done and done:
            yield _line(each, paint, f"now {each.target}")
        elif each.left:
            yield _line(each, paint, f"not rewritten: {each.reason}")
        elif each.status == "unresolved" and each.breaks and notes:
            yield _line(each, paint, each.reason or "")
    yield from troubles(report, paint)


def _listed(report: Report, paint: Paint) -> Iterator[str]:
    """Every reference with its status, its target and the reason why it stays; by group, if there are any."""
    at = 0
    for group in report.groups:
        statuses = ", ".join(
            f"{group.statuses[name]} {name}" for name in _COLOURS if group.statuses.get(name)
        )
        yield f"{visible(group.name)}: {number(group.references, 'reference')} ({statuses})"
        yield from (f"  {each}" for each in _listing(report.entries[at : at + group.references], paint))
        at += group.references
    yield from _listing(report.entries[at:], paint)
    yield from troubles(report, paint)


def _listing(entries: Sequence[Entry], paint: Paint) -> Iterator[str]:
    for each in entries:
        target = f" -> {each.target}" if each.target else ""
        reason = f" ({each.reason})" if each.reason else ""
        status = paint(each.status, _COLOURS[each.status])
        yield f"{_place(each)}{status}: {visible(each.text + target + reason)}"


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
    return f"{number(len(report.entries), 'reference')} in {number(files, 'file')}: {parts}"


def found(report: Report) -> str:
    """How many findings there are, by severity, how many ``rewrite`` mends, and how many are known."""
    new = [each for each in report.findings if not each.known]
    known = len(report.findings) - len(new)
    severities = Counter(each.severity for each in new)
    parts = [number(severities[each], each) for each in SEVERITIES if severities[each]]
    text = ", ".join(parts) or ("nothing new found" if known else "nothing found")
    fixable = sum(each.fixable for each in new)
    if fixable:
        text += f"; rewrite-refs rewrite mends {fixable}"
    return f"{text}; {known} known by the baseline" if known else text


def _line(each: Entry, paint: Paint, message: str) -> str:
    return (
        f"{_place(each)}{paint(each.status, _COLOURS[each.status])}: {visible(each.text)}: {visible(message)}"
    )


def _place(each: Entry) -> str:
    place = each.place
    return f"{visible(place.path)}:{place.line}:{place.column}: " if place else ""


def _at(each: Finding) -> str:
    return f"{visible(each.place.path)}:{each.place.line}:{each.place.column}"


def _trouble(each: Trouble) -> str:
    return f"{visible(each.path)}:{each.line}:{each.column}: "
