"""Rewriting in a style that is more than literal, by the kind of variables."""

from __future__ import annotations

from collections.abc import Sequence

from rewrite_refs.engine import rewrite as engine
from rewrite_refs.engine.context import FileContext
from rewrite_refs.engine.parameters import declared, inline
from rewrite_refs.engine.parameters.requests import mark_variables
from rewrite_refs.engine.rewrite import Judge, Resolution, Result
from rewrite_refs.errors import Problem
from rewrite_refs.formats.variables import DeclaredVariables, InlineVariables
from rewrite_refs.text.source import Source


def mark_all(
    source: Source, context: FileContext, resolutions: Sequence[Resolution], problems: Sequence[Problem]
) -> list[Resolution]:
    """Return the resolutions, marked where a variable already holds the registry."""
    variables = context.format.variables
    if variables is None or (variables.declared and problems):
        return list(resolutions)
    view = variables.view(source)
    return [mark_variables(each, view, context.style) for each in resolutions]


def rewrite_styled(
    source: Source,
    context: FileContext,
    judge: Judge,
    resolutions: Sequence[Resolution],
    problems: tuple[Problem, ...],
) -> Result:
    """Return the new text and the outcome of each of its resolutions."""
    variables = context.format.variables
    if isinstance(variables, DeclaredVariables) and not problems:
        return declared.rewrite_styled(declared.Task(variables.view(source), context, judge), resolutions)
    if isinstance(variables, InlineVariables):
        return inline.rewrite_styled(variables.view(source), context, judge, resolutions, problems)
    return engine.carry_out(source, context, judge, resolutions, problems)
