"""The survey as a table for a terminal, with advice below it."""

from __future__ import annotations

from collections.abc import Iterator

from rewrite_refs.cache.rule import ROOT
from rewrite_refs.emit.survey import RuleUsage, Survey, UpstreamSummary
from rewrite_refs.reports import visible

_HEAD = ("upstream", "references", "images", "cached", "rule")
_RIGHT = frozenset({1, 2, 3})
_WITHOUT_UPSTREAM = {
    "own": "your own",
    "ignored": "ignored",
    "unresolved": "unresolved",
    "wrong": "at a prefix of the cache that no rule has, or in another region",
}


def lines(survey: Survey) -> Iterator[str]:
    """Yield a row per upstream, the most referenced first, then counts and advice."""
    if not survey.upstreams and not survey.without_upstream:
        yield "no references found"
        return
    rows = [_HEAD, *(_row(each) for each in survey.upstreams)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows if survey.upstreams else ():
        cells = (
            cell.rjust(width) if column in _RIGHT else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
    notes = list(_notes(survey))
    if survey.upstreams and notes:
        yield ""
    yield from notes


def _row(summary: UpstreamSummary) -> tuple[str, str, str, str, str]:
    parts = [_usage(each, summary) for each in summary.usage]
    if summary.missing:
        several = f" for {summary.unserved}" if parts else ""
        parts.append(f"none{several}: ECR could cache it, for example as {summary.missing.prefix}")
    elif summary.unserved:
        parts.append("none: ECR cannot cache it")
    return (
        visible(summary.host) or "(none)",
        str(summary.references),
        str(summary.images),
        str(summary.cached),
        "; ".join(parts),
    )


def _usage(usage: RuleUsage, summary: UpstreamSummary) -> str:
    prefix = "of other files" if usage.prefix is None else usage.prefix or ROOT
    path = usage.rule.removeprefix(summary.host).removeprefix("/")
    several = len(summary.usage) > 1 or summary.unserved
    about = [f"under {path}"] if path else []
    about += [str(usage.references)] if several else []
    return visible(f"{prefix} ({', '.join(about)})" if about else prefix)


def _notes(survey: Survey) -> Iterator[str]:
    wrong = sum(each.wrong for each in survey.upstreams)
    if wrong:
        names = "names" if wrong == 1 else "name"
        yield f"{wrong} of them {names} the cache wrongly: see rewrite-refs check"
    if survey.without_upstream:
        counts = (
            f"{number} {_WITHOUT_UPSTREAM[status]}" for status, number in survey.without_upstream.items()
        )
        yield f"not counted above: {', '.join(counts)}"
    for each in survey.upstreams:
        if each.advice:
            yield visible(f"{each.host}: {each.advice}")
    if survey.missing:
        yield "what is missing: --emit terraform, --emit cloudformation or --emit cli"
