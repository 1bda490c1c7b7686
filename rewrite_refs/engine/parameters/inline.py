"""Variables that are written where they are used: ``image: ${REGISTRY:-docker.io}/library/postgres:16``.

The changes name the variable with its default, and the engine does the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rewrite_refs.engine import rewrite as engine
from rewrite_refs.engine.context import FileContext
from rewrite_refs.engine.parameters.names import names_for
from rewrite_refs.engine.parameters.requests import (
    head_of,
    mark_variables,
    merge_outcome,
    named,
    request_for,
    resolve_target,
    resolved,
)
from rewrite_refs.engine.rewrite import Judge, Judged, Result
from rewrite_refs.engine.style import Style
from rewrite_refs.errors import Problem
from rewrite_refs.formats.variables import InlineView


def rewritten(
    view: InlineView,
    context: FileContext,
    judge: Judge,
    findings: Sequence[Judged],
    problems: tuple[Problem, ...],
) -> Result:
    """Return the new text, and what became of each of its findings."""
    marked = [mark_variables(each, view, context.style) for each in findings]
    wanted = _with_variables(view, context.style, marked)
    result = engine.carry_out(view.source, context, judge, wanted, problems)
    return replace(result, findings=tuple(map(merge_outcome, marked, result.findings)))


def _with_variables(view: InlineView, style: Style, findings: Sequence[Judged]) -> list[Judged]:
    """Return the findings with the changes that put variables into the file."""
    names: dict[str, str] = {}
    result = []
    for finding in findings:
        request = request_for(finding, view, style)
        if request is None:
            result.append(finding)
            continue
        head = head_of(finding.verdict)
        address = resolved(head, {})
        verdict = resolve_target(request.verdict, head, address)
        if request.rule is not None:
            free = (
                name
                for name in names_for(request.rule, style.names)
                if name not in {*names.values(), *style.taken} and view.is_free(name, (request.rule, head))
            )
            name = names.setdefault(request.rule, names.get(request.rule) or next(free))
            default, holds = (request.rule, request.rule) if style.upstream else (head, address)
            verdict = named(request.verdict, view.form(name, default), holds, address)
        result.append(replace(finding, verdict=verdict))
    return result
