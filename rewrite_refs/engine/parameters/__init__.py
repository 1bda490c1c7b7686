"""Registries in variables, so that a build or a developer can choose another.

    FROM python:3.12        becomes     ARG REGISTRY=<host>/docker-hub
                                        FROM ${REGISTRY}/library/python:3.12

    image: postgres:16      becomes     image: ${REGISTRY:-<host>/docker-hub}/library/postgres:16

There is one variable for each rule.  Its default is the cache, or the upstream:
then everybody pulls as before (forks, laptops), and who passes the address of
the cache pulls through it.  A registry that stands alone in the default of a
variable already stays there.  What no variable can carry is left and reported.

A registry whose address is a placeholder (``${ECR_REGISTRY}``) needs half of
this: a Dockerfile has to declare its variables.

Formats say which variables they have (``formats.variables``); ``inline`` is for
those that are written with their default where they are used, ``declared`` for
those that a file declares at its top.

This is the engine of ``rewrite`` with other changes to carry out, and so with
the same proof: the references of the new text, resolved with its defaults, are
the wanted ones, and nothing else differs.
"""

from __future__ import annotations

from dataclasses import replace

from rewrite_refs.engine import rewrite as engine
from rewrite_refs.engine.context import FileContext
from rewrite_refs.engine.rewrite import Judge, Resolution, Result
from rewrite_refs.errors import Problem
from rewrite_refs.text.source import Source


def inspect(
    source: Source, context: FileContext, judge: Judge
) -> tuple[list[Resolution], tuple[Problem, ...]]:
    """Every reference of a text with its verdict, and what could not be read.

    Where the default is to be the upstream, what a variable with that default leads to counts as *cached*.
    """
    resolutions, problems = engine.inspect(source, context, judge)
    if resolutions and _has_style(context):
        from rewrite_refs.engine.parameters import dispatch

        resolutions = dispatch.mark_all(source, context, resolutions, problems)
    return resolutions, problems


def rewrite(source: Source, context: FileContext, judge: Judge) -> Result:
    """Rewrite what the rules map in a style, as far as it can be proved; leave the rest and say why.

    The resolutions are those of *text*, and their targets have the cache for the variables.
    """
    resolutions, problems = engine.inspect(source, context, judge)
    if resolutions and _has_style(context):
        from rewrite_refs.engine.parameters import dispatch

        result = dispatch.rewrite_styled(source, context, judge, resolutions, problems)
    else:
        result = engine.carry_out(source, context, judge, resolutions, problems)
    return replace(result, resolutions=tuple(engine.apply_ignores(source, context, result.resolutions)))


def _has_style(context: FileContext) -> bool:
    """Whether the style of a file is more than literal."""
    return context.style.parameter or bool(context.style.variables)
