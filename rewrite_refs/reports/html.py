"""The report as one HTML page, for the lead of a migration.

The page has the numbers, the progress of each upstream and format, the remaining tasks, and all references,
with filters, and with links to the lines if the forge is known.  It is one file that makes no network
requests: styles, script and data are inside, and its Content-Security-Policy allows no others.  Without
JavaScript it shows the numbers and the first rows of the remaining tasks.

Content of the repository is always text and never markup: it is written as escaped HTML, or as JSON in a
block of data from which the script makes text nodes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from rewrite_refs.reports import Report, address, inert, number
from rewrite_refs.reports.pagerows import Link, Row, Task, references, tasks
from rewrite_refs.reports.pagesummary import numbers, summaries, text, unread
from rewrite_refs.results import SEVERITIES

WITHOUT_SCRIPT = 200  # rows; the script shows as many at a time

_FILTERS = ("status", "upstream", "format", "rule")
# JSON may escape any character: these could end the block of data, or begin a comment in it.
_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&"}


def lines(report: Report, link: Link = lambda path, line: None, name: str = "") -> Iterator[str]:
    """Yield the page, line by line.

    *link* returns the URL of a line of a file, or None; the path is relative to the repository's top.
    Only http and https URLs become links.  *name* is the repository's, for the title.
    """
    title = f"Image references of {text(name)}" if name else "Image references"
    style, script = _resource("page.css"), _resource("page.js")
    todo = tasks(report, link)
    yield from ("<!DOCTYPE html>", '<html lang="en">', "<head>", '<meta charset="utf-8">')
    yield f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    yield f"<title>{title}</title>"
    yield from ("<style>", *style, "</style>", "</head>", "<body>")
    yield f"<header><h1>{title}</h1></header>"
    yield "<main>"
    yield from numbers(report)
    yield from unread(report)
    yield from summaries(report)
    yield from _form()
    yield '<div id="lists" tabindex="-1">'
    yield from _todo(report, todo)
    yield from _all(report)
    yield from ("</div>", "</main>")
    yield f"<footer>Made by {_home()}. Paths count from the top of the repository."
    yield "</footer>"
    yield '<script type="application/json" id="data">'
    yield from ("{", *_json("todo", Task._fields, todo), ",")
    yield from (*_json("all", Row._fields, references(report, link)), "}")
    yield from ("</script>", "<script>", *script, "</script>", "</body>", "</html>")


def _home() -> str:
    """Return the name of the tool, linked to its repository if the address is set."""
    source = address.source()
    return f'<a href="{escape(source)}">rewrite-refs</a>' if source else "rewrite-refs"


def _resource(name: str) -> list[str]:
    """Return the lines of a file of this package."""
    from importlib.resources import files

    return files(__package__).joinpath(name).read_text("utf-8").splitlines()


def _policy(*elements: Sequence[str]) -> str:
    """Return a policy that allows only the inline *elements* (CSP Level 3, 2.3.1)."""
    import base64
    import hashlib

    style, script = (
        base64.b64encode(hashlib.sha256("\n".join(("", *each, "")).encode()).digest()).decode()
        for each in elements
    )
    sources = f"style-src 'sha256-{style}'; script-src 'sha256-{script}'"
    return f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'"


def _form() -> Iterator[str]:
    """Yield the filters, which stay hidden without JavaScript."""
    yield '<form id="filters" class="filters" role="search" aria-label="Filters" hidden>'
    yield '<div class="text"><label for="q">Search</label><input id="q" name="q" type="search"></div>'
    for name in _FILTERS:
        yield f'<div><label for="{name}">{name.capitalize()}</label><select id="{name}" name="{name}">'
        yield '<option value="">all</option></select></div>'
    yield '<button type="button" id="clear">Clear</button><p id="said" role="status"></p></form>'


def _todo(report: Report, todo: Sequence[Task]) -> Iterator[str]:
    """Yield the remaining tasks.

    The page itself has only the first rows, for readers without JavaScript; the script replaces them.
    """
    columns = {"level": "Status" if report.listed else "Severity", "rule": "Rule", "place": "Where"}
    columns["what"] = "What"
    if not report.listed:
        columns["fix"] = "Fixed"
    yield '<section><h2 id="todo-title">Left to do</h2>'
    yield f"<p>{_summary(report, todo)}</p>"
    yield from _head("todo", columns, "Nothing is left to do.")
    for each in todo[:WITHOUT_SCRIPT]:
        place = f"<code>{text(f'{each.path}:{each.line}')}</code>" if each.path else ""
        if each.url:
            place = f'<a href="{escape(each.url)}">{place}</a>'
        level = f'<span class="level-{each.level}">{each.level}</span>'
        cells = [level + (", known" if each.known else ""), text(each.rule), place, text(each.what)]
        cells += [] if report.listed else [each.fix]
        pairs = zip(columns, cells, strict=True)
        yield f"<tr>{''.join(f'<td class={key}>{cell}</td>' for key, cell in pairs)}</tr>"
    yield "</tbody></table></div>"
    if len(todo) > WITHOUT_SCRIPT:
        yield f"<noscript><p>{len(todo) - WITHOUT_SCRIPT:,} more are shown with JavaScript.</p></noscript>"
    yield "</section>"


def _summary(report: Report, todo: Sequence[Task]) -> str:
    """Return a sentence about the remaining tasks."""
    if report.listed:
        return f"{number(len(todo), 'reference')} of {len(report.records):,}."
    levels = Counter(each.level for each in todo)
    parts = [number(levels[level], level) for level in SEVERITIES if levels[level]]
    said = f"{number(len(todo), 'finding')}{': ' + ', '.join(parts) if parts else ''}."
    fixed, known = sum(each.fix == "by rewrite" for each in todo), sum(each.known for each in todo)
    if fixed:
        said += f" <code>rewrite-refs rewrite</code> fixes {fixed:,} of them."
    return said + (f" {known:,} are known from the baseline." if known else "")


def _all(report: Report) -> Iterator[str]:
    """Yield the empty list of all references, which the script fills."""
    columns = {"place": "Where", "status": "Status", "image": "Image", "upstream": "Upstream"}
    columns |= {"format": "Format", "reason": "Reason"}
    yield "<noscript><p>The list of all references is shown with JavaScript.</p></noscript>"
    yield '<section id="references" hidden><h2 id="all-title">All references</h2>'
    yield "<p>Below an image is what it becomes, where a rule maps it.</p>"
    yield from _head("all", columns, "There are no references.")
    yield "</tbody></table></div></section>"


def _head(name: str, columns: dict[str, str], none: str) -> Iterator[str]:
    """Yield the head of a list; *none* is the text that is shown if it has no rows."""
    yield f'<div class="wide" tabindex="0" role="region" aria-labelledby="{name}-title">'
    yield f'<table id="{name}" class="list" aria-labelledby="{name}-title" data-none="{none}"><thead><tr>'
    yield from (f'<th scope="col" data-key="{key}">{label}</th>' for key, label in columns.items())
    yield "</tr></thead><tbody>"


def _json(name: str, columns: Sequence[str], rows: Iterable[Task | Row]) -> Iterator[str]:
    """Yield one member of the block of data, with a line for each row."""
    yield f'"{name}":{{"columns":{json.dumps(columns)},"rows":['
    comma = ""
    for row in rows:
        text = json.dumps(row, separators=(",", ":")).translate(_ESCAPES)
        yield comma + inert.bracketed(text, r"\u005b")
        comma = ","
    yield "]}"
