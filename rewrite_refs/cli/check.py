"""``rewrite-refs check`` and ``rewrite-refs list``."""

from __future__ import annotations

from typing import Any

import click

from rewrite_refs.cli.options import Options, common, paths, stdin
from rewrite_refs.cli.output import FINDINGS, OK
from rewrite_refs.cli.setup import inspected


@click.command()
@paths
@stdin
@common
def check(paths: tuple[str, ...], stdin_filename: str | None, **given: Any) -> None:
    """Say which references are pulled directly; change nothing; exit 1 if there are any."""
    from rewrite_refs.reports import text

    run = inspected(Options(**given), paths, stdin_filename)
    report = run.report()
    run.print(report, text.check(report, run.paint, notes=not run.options.quiet))
    run.summary(text.counts(report))
    direct = any(entry.status in ("direct", "wrong") for entry in report.entries)
    run.exit(FINDINGS if direct or report.troubles else OK)


@click.command("list")
@paths
@stdin
@common
def list_(paths: tuple[str, ...], stdin_filename: str | None, **given: Any) -> None:
    """List every reference: where, what, status, target."""
    from rewrite_refs.reports import text

    run = inspected(Options(**given), paths, stdin_filename)
    report = run.report()
    run.print(report, text.listing(report, run.paint))
    run.summary(text.counts(report))
    run.exit(OK)
