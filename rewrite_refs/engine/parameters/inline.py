"""Variables that are written with their default where they are used.

For example ``image: ${REGISTRY:-docker.io}/library/postgres:16``.  The changes name the variable with its
default, and the engine does the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rewrite_refs.engine import rewrite as engine
from rewrite_refs.engine.context import FileContext
from rewrite_refs.engine.parameters.names import names_for
from rewrite_refs.engine.parameters.requests import (
    cache_address,
    mark_variables,
    merge_outcome,
    request_for,
    resolve_target,
    substitute,
    with_variable,
)
from rewrite_refs.engine.rewrite import Judge, Resolution, Result
from rewrite_refs.engine.style import Style
from rewrite_refs.errors import Problem
from rewrite_refs.formats.variables import InlineView


def rewrite_styled(
    view: InlineView,
    context: FileContext,
    judge: Judge,
    resolutions: Sequence[Resolution],
    problems: tuple[Problem, ...],
) -> Result:
    """Return the new text and the outcome of each of the resolutions."""
    marked = [mark_variables(each, view, context.style) for each in resolutions]
    wanted = _with_variables(view, context.style, marked)
    result = engine.carry_out(view.source, context, judge, wanted, problems)
    return replace(result, resolutions=tuple(map(merge_outcome, marked, result.resolutions)))


def _with_variables(view: InlineView, style: Style, resolutions: Sequence[Resolution]) -> list[Resolution]:
    """Return the resolutions with the changes that put variables into the file."""
    names: dict[str, str] = {}
    result = []
    for resolution in resolutions:
        request = request_for(resolution, view, style)
        if request is None:
            result.append(resolution)
            continue
        head = cache_address(resolution.verdict)
        address = substitute(head, {})
        verdict = resolve_target(request.verdict, head, address)
        if request.rule is not None:
            free = (
                name
                for name in names_for(request.rule, style.names)
                if name not in {*names.values(), *style.taken} and view.is_free(name, (request.rule, head))
            )
            name = names.setdefault(request.rule, names.get(request.rule) or next(free))
            default, holds = (request.rule, request.rule) if style.upstream else (head, address)
            verdict = with_variable(request.verdict, view.form(name, default), holds, address)
        result.append(replace(resolution, verdict=verdict))
    return result
