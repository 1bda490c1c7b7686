"""The table as JSON: one object for each set of rules, with the same names as a Survey."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from rewrite_refs.emit.survey import Standing, Survey
from rewrite_refs.reports import inert


def lines(surveys: Iterable[Survey]) -> Iterator[str]:
    """One JSON object for all of a run."""
    registries = [
        {
            "registry": survey.registry,
            "upstreams": [_upstream(each) for each in survey.upstreams],
            "others": dict(survey.apart),
        }
        for survey in surveys
    ]
    text = json.dumps({"version": 1, "registries": registries}, indent=2, ensure_ascii=False)
    yield from inert.bracketed(text, r"\u005b").split("\n")


def _upstream(standing: Standing) -> dict[str, object]:
    served = [
        {
            "rule": each.rule,
            "prefix": "ROOT" if each.prefix == "" else each.prefix,
            "references": each.references,
        }
        for each in standing.served
    ]
    return {
        "upstream": standing.host,
        "references": standing.references,
        "images": standing.images,
        "cached": standing.cached,
        "wrong": standing.wrong,
        "rules": served,
        "unserved": standing.unserved,
        "proposed_prefix": standing.missing.prefix if standing.missing else None,
        "advice": standing.advice,
    }
