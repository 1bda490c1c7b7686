"""The table as JSON: one object for each set of rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from rewrite_refs.emit.survey import Survey, UpstreamSummary
from rewrite_refs.reports import inert


def lines(surveys: Iterable[Survey]) -> Iterator[str]:
    """Yield the lines of one JSON object for the whole run."""
    registries = [
        {
            "registry": survey.registry,
            "upstreams": [_upstream(each) for each in survey.upstreams],
            "others": dict(survey.without_upstream),
        }
        for survey in surveys
    ]
    text = json.dumps({"version": 1, "registries": registries}, indent=2, ensure_ascii=False)
    yield from inert.bracketed(text, r"\u005b").split("\n")


def _upstream(summary: UpstreamSummary) -> dict[str, object]:
    served = [
        {
            "rule": each.rule,
            "prefix": "ROOT" if each.prefix == "" else each.prefix,
            "references": each.references,
        }
        for each in summary.usage
    ]
    return {
        "upstream": summary.host,
        "references": summary.references,
        "images": summary.images,
        "cached": summary.cached,
        "wrong": summary.wrong,
        "rules": served,
        "unserved": summary.unserved,
        "proposed_prefix": summary.missing.prefix if summary.missing else None,
        "advice": summary.advice,
    }
