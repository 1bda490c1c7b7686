"""References in a style that is more than literal, for the formats that have variables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rewrite_refs.engine import rewrite as engine
from rewrite_refs.engine.parameters.compose import wished
from rewrite_refs.engine.parameters.dockerfile import Task, told
from rewrite_refs.engine.parameters.dockerfile import rewritten as rewritten_dockerfile
from rewrite_refs.engine.parameters.requests import seen
from rewrite_refs.engine.parameters.style import Style
from rewrite_refs.engine.rewrite import Judge, Judged, Result
from rewrite_refs.errors import Problem
from rewrite_refs.formats import Format, compose, dockerfile
from rewrite_refs.formats.compose import variables as composeparameters
from rewrite_refs.formats.dockerfile import variables as dockerparameters

_View = dockerparameters.View | composeparameters.View


def inspected(
    text: str, format: Format, style: Style, findings: Sequence[Judged], problems: Sequence[Problem]
) -> tuple[list[Judged], _View | None]:
    """The findings after what stands in variables, and a view of the text if its format has any."""
    view: _View | None = None
    if format.NAME == compose.NAME:
        view = composeparameters.View(text)
    elif format.NAME == dockerfile.NAME and not problems:
        view = dockerparameters.View(text)
    return (list(findings) if view is None else [seen(each, view, style) for each in findings]), view


def rewritten(
    text: str,
    format: Format,
    judge: Judge,
    style: Style,
    findings: Sequence[Judged],
    problems: tuple[Problem, ...],
) -> Result:
    """The new text, and what became of each of its findings."""
    findings, view = inspected(text, format, style, findings, problems)
    if isinstance(view, dockerparameters.View):
        return rewritten_dockerfile(Task(view, format, judge, style), findings)
    if isinstance(view, composeparameters.View):
        result = engine.carry_out(text, format, judge, wished(view, style, findings), problems)
        return replace(result, findings=tuple(map(told, findings, result.findings)))
    return engine.carry_out(text, format, judge, findings, problems)
