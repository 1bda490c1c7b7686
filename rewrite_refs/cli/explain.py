"""``rewrite-refs explain``."""

from __future__ import annotations

from typing import Any

import click

from rewrite_refs.cli.command import Documented, Example
from rewrite_refs.cli.options import Options, common, printed
from rewrite_refs.cli.output import OK, Run
from rewrite_refs.cli.setup import open_session
from rewrite_refs.reports import ReferenceRecord, Report, visible


@click.command(
    cls=Documented,
    page="command-line.md",
    examples=(Example("Explain the image that FROM python:3.12 names", "rewrite-refs explain python:3.12"),),
)
@click.argument("reference")
@common
@printed
def explain(reference: str, **given: Any) -> None:
    """Explain how REFERENCE is read and what it becomes."""
    from rewrite_refs.images.reference import InvalidReference
    from rewrite_refs.reports import text

    options = Options(**given)
    session = open_session(options, (), None)
    rules = session.workspace.policies().general.rules
    try:
        verdict = rules.judge_reference(rules.parse(reference))
    except InvalidReference as error:
        raise click.UsageError(f"'{visible(reference)}' is not a valid image reference: {error}.") from None
    record = ReferenceRecord(
        None, None, reference, verdict.reference, verdict.status, verdict.target, verdict.rule, verdict.reason
    )
    run = Run(options)
    run.print(Report((record,), ()), text.explanation(record))
    run.exit(OK)
