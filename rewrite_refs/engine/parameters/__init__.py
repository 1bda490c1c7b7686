"""Registries in variables, so that a build or a developer can choose another one.

    FROM python:3.12        becomes     ARG REGISTRY=<host>/docker-hub
                                        FROM ${REGISTRY}/library/python:3.12

    image: postgres:16      becomes     image: ${REGISTRY:-<host>/docker-hub}/library/postgres:16

There is one variable for each rule.  Its default is the cache or the upstream.
With the upstream, everybody pulls as before (forks, laptops), and a build that is given
the address of the cache pulls through it.  A registry that is already the whole default
of a variable stays there.  A reference that cannot contain a variable is left and reported.

A registry whose address is a placeholder (``${ECR_REGISTRY}``) needs a part of
this: a Dockerfile has to declare its variables.

Formats define which variables they have (``formats.variables``).  ``inline`` handles variables
that are written with their default where they are used, ``declared`` those that a file declares
at its top.

This is the engine of ``rewrite`` with other changes to carry out, and so with
the same verification: the references of the new text, resolved with its defaults, are
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
    """Return every reference of a text with its verdict, and the parse problems.

    In the style whose defaults are the upstream, a reference through such a variable counts as *cached*.
    """
    resolutions, problems = engine.inspect(source, context, judge)
    if resolutions and _has_style(context):
        from rewrite_refs.engine.parameters import dispatch

        resolutions = dispatch.mark_all(source, context, resolutions, problems)
    return resolutions, problems


def rewrite(source: Source, context: FileContext, judge: Judge) -> Result:
    """Rewrite the references that the rules map in the style of the file.

    References whose result cannot be verified stay unchanged, and their verdicts state why.  The resolutions
    are those of the old text; their targets have the address of the cache in place of the variables.
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
