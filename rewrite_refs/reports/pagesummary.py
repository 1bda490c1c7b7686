"""The upper half of the HTML page: numbers, and progress by upstream and format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from urllib.parse import quote

from rewrite_refs.cache.verdict import Status
from rewrite_refs.images.upstreams import upstream_of
from rewrite_refs.reports import ReferenceRecord, Report, inert, number, visible
from rewrite_refs.reports.groups import UNKNOWN
from rewrite_refs.reports.pagerows import shown, upstream

# In the order of the page: the label of a status, and its meaning.
STATUSES: Mapping[Status, tuple[str, str]] = {
    "cached": ("Through the cache", "they are already pulled through the cache"),
    "direct": ("Direct", "a rule maps them, or they are on Docker Hub"),
    "wrong": ("Wrong", "they name the cache incorrectly"),
    "unmapped": ("Not mapped", "no rule maps their registry"),
    "unresolved": ("Unresolved", "they depend on values that are not in the file"),
    "own": ("Your own", "private registries, and images built here"),
    "ignored": ("Ignored", "ignored by a comment or the configuration"),
}
_SELDOM = ("wrong", "ignored")


def text(words: str) -> str:
    """Return *words* as HTML that shows them literally."""
    return inert.bracketed(escape(visible(words)), "&#91;")


def numbers(report: Report) -> Iterator[str]:
    """Yield the number of references, and the number with each status."""
    counts = Counter(each.status for each in report.records)
    files = len({each.location.path for each in report.records if each.location})
    unmapped = [each for each in report.records if each.status == "unmapped"]
    cacheable = sum(upstream_of(upstream(each)) is not None for each in unmapped)
    total = len(report.records)
    yield '<ul class="numbers">'
    yield f"<li><strong>{total:,}</strong><b>References</b><small>in {number(files, 'file')}</small></li>"
    for status, (label, meaning) in STATUSES.items():
        if not counts[status] and status in _SELDOM:
            continue
        if status == "unmapped" and unmapped:
            meaning = f"ECR could cache {cacheable:,} of them" if cacheable else "ECR can cache none of them"
        inside = f"<strong>{counts[status]:,}</strong><b>{label}</b>"
        yield f"<li>{_filter(f'status={status}', inside) if counts[status] else inside}"
        yield f"<small><code>{status}</code>: {meaning}</small></li>"
    yield "</ul>"


def unread(report: Report) -> Iterator[str]:
    """Yield the table of files that could not be read.

    Parts of files that could not be read are here only for a listing: in a check they are findings.
    """
    rows = [(shown(report, each.path), each.message) for each in report.file_failures]
    if report.listed:
        rows += [(f"{shown(report, each.path)}:{each.line}", each.message) for each in report.parse_failures]
    if rows:
        yield '<section><h2>Not read</h2><div class="wide"><table><thead><tr>'
        yield '<th scope="col">Where</th><th scope="col">Why</th></tr></thead><tbody>'
        for where, message in rows:
            yield f"<tr><td><code>{text(where)}</code></td><td>{text(message)}</td></tr>"
        yield "</tbody></table></div></section>"


def summaries(report: Report) -> Iterator[str]:
    """Yield the progress of each upstream and format.

    References with the status ``own`` are left out by upstream, because they have none.
    """
    upstreams = _grouped((each for each in report.records if each.status != "own"), upstream)
    formats = _grouped(report.records, lambda each: each.format or UNKNOWN)
    yield '<div class="summaries">'
    yield from _table("upstream", upstreams, {name: _rule(name, group) for name, group in upstreams.items()})
    yield from _table("format", formats, {})
    yield "</div>"


def _grouped(
    records: Iterable[ReferenceRecord], of: Callable[[ReferenceRecord], str]
) -> dict[str, list[ReferenceRecord]]:
    groups: dict[str, list[ReferenceRecord]] = {}
    for each in records:
        groups.setdefault(of(each), []).append(each)
    return groups


def _table(
    key: str, groups: Mapping[str, Sequence[ReferenceRecord]], rules: Mapping[str, str]
) -> Iterator[str]:
    """Yield a table of references by *key*; *rules* is an optional last column.

    Rows with the most remaining references come first.
    """
    counts = {name: Counter(each.status for each in group) for name, group in groups.items()}
    total = sum(counts.values(), Counter[Status]())
    columns = [status for status in STATUSES if status != "cached" and total[status]]
    yield f'<section><h2 id="{key}-title">By {key}</h2>'
    yield f'<div class="wide" tabindex="0" role="region" aria-labelledby="{key}-title"><table><thead><tr>'
    yield f'<th scope="col">{key.capitalize()}</th><th scope="col">Through the cache</th>'
    yield from (f'<th scope="col" class="count">{STATUSES[each][0]}</th>' for each in columns)
    yield ('<th scope="col">Rule</th>' if rules else "") + "</tr></thead><tbody>"
    todo = {name: _counted(each) - each["cached"] for name, each in counts.items()}
    for name in sorted(groups, key=lambda name: (name == UNKNOWN, -todo[name], name)):
        chosen = f"{key}={quote(visible(name), safe='')}"
        yield f'<tr><th scope="row">{_filter(chosen, text(name))}</th>'
        yield f'<td class="progress">{_progress(counts[name])}</td>'
        for status in columns:
            number = counts[name][status]
            link = _filter(f"{chosen}&status={status}", f"{number:,}")
            yield f'<td class="count">{link}</td>' if number else '<td class="count quiet">0</td>'
        yield (f"<td>{rules[name]}</td>" if rules else "") + "</tr>"
    yield f'</tbody><tfoot><tr><th scope="row">All</th><td class="progress">{_progress(total)}</td>'
    yield from (f'<td class="count">{total[each]:,}</td>' for each in columns)
    yield ("<td></td>" if rules else "") + "</tr></tfoot></table></div></section>"


def _filter(chosen: str, inside: str) -> str:
    """Return an element that the script turns into a link that sets the filters."""
    return f'<div data-filter="{escape(chosen)}">{inside}</div>'


def _rule(host: str, records: Sequence[ReferenceRecord]) -> str:
    """Return the cell that states whether a rule maps an upstream, or could."""
    if any(each.rule for each in records):
        return "yes"
    if host == UNKNOWN:
        return ""
    return "none yet" if upstream_of(host) else "ECR cannot cache it"


def _counted(counts: Counter[Status]) -> int:
    """Return the number of references that should go through the cache."""
    return counts.total() - counts["own"] - counts["ignored"]


def _progress(counts: Counter[Status]) -> str:
    """Return a bar and the numbers for the references that go through the cache."""
    done, all_ = counts["cached"], _counted(counts)
    if not all_:
        return "none to do"
    return (
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="8"/>'
        f'<rect class="done" width="{100 * done / all_:.4g}" height="8"/></svg>{done:,} of {all_:,}'
    )
