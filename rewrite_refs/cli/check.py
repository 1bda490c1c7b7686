"""``rewrite-refs check`` and ``rewrite-refs list``."""

from __future__ import annotations

from typing import Any

import click

from rewrite_refs.cli import baselines
from rewrite_refs.cli.command import Documented, Example
from rewrite_refs.cli.options import Options, common, completed_rules, paths, stdin
from rewrite_refs.cli.output import FINDINGS, OK, say
from rewrite_refs.cli.reporting import LACKS_PARSE_FAILURES, ReportOptions, publish, report_options
from rewrite_refs.cli.setup import inspect

_BY = ("upstream", "image", "file")


@click.command(
    cls=Documented,
    page="check.md",
    examples=(
        Example("Check the whole repository", "rewrite-refs check"),
        Example(
            "Fail on warnings too, and write a SARIF report",
            "rewrite-refs check --strict --output sarif:images.sarif",
        ),
        Example(
            "Accept the findings of today, and fail on new ones only",
            "rewrite-refs check --write-baseline refs-baseline.json",
        ),
    ),
)
@paths
@click.option(
    "--strict", is_flag=True, help="Exit 1 on warnings too, and on references that cannot be resolved."
)
@click.option(
    "--select",
    metavar="RULES",
    multiple=True,
    help="Check only these rules (comma-separated, repeatable).",
    shell_complete=completed_rules,
)
@click.option(
    "--ignore",
    metavar="RULES",
    multiple=True,
    help="Skip these rules (comma-separated, repeatable).",
    shell_complete=completed_rules,
)
@click.option("--baseline", metavar="FILE", help="Findings listed in this file do not count.")
@click.option(
    "--write-baseline",
    metavar="FILE",
    help="Write the findings to FILE; with --baseline, only those listed there.",
)
@report_options
@stdin
@common
def check(
    paths: tuple[str, ...],
    stdin_filename: str | None,
    baseline: str | None,
    write_baseline: str | None,
    output: tuple[str, ...],
    statistics: bool,
    **given: Any,
) -> None:
    """Find images that are not pulled through the cache, or wrongly.

    Nothing is changed. The exit code is 1 if there are errors.
    """
    from rewrite_refs.reports import text

    options = Options(**given)
    report_options = ReportOptions.of(options, output, statistics)
    known = baselines.read(baseline) if baseline is not None else None
    run = inspect(options, paths, stdin_filename, lint=True)
    report = run.report()
    if known is not None:
        report, gone = baselines.apply(known, report, paths, run.rules)
    if write_baseline is not None and not run.failed:
        baselines.write(write_baseline, baselines.keys(report) if known is None else known - gone)
        if known is None:
            publish(run, report, report_options._replace(format=None))
            run.exit(OK)
        gone.clear()
    publish(run, report, report_options)
    run.summary(text.counts(report))
    if report.diagnostics:
        run.note(text.found(report))
    if known is not None and baseline is not None:
        for line in baselines.gone_messages(gone, baseline):
            run.note(line)
    failing = ("error", "warning") if options.strict else ("error",)
    fails = any(each.severity in failing and not each.known for each in report.diagnostics)
    run.exit(FINDINGS if fails else OK)


@click.command(
    "list",
    cls=Documented,
    page="migration.md",
    examples=(
        Example("List the references below a folder", "rewrite-refs list deploy"),
        Example("Count them by upstream registry", "rewrite-refs list --by upstream"),
        Example("Write a page with filters for a browser", "rewrite-refs list --output html:images.html"),
    ),
)
@paths
@click.option("--by", type=click.Choice(_BY), help="Group the references by what they have in common.")
@report_options
@stdin
@common
def list_(
    paths: tuple[str, ...],
    stdin_filename: str | None,
    by: str | None,
    output: tuple[str, ...],
    statistics: bool,
    **given: Any,
) -> None:
    """List every image reference with its status and its new name."""
    from rewrite_refs.reports import groups, text

    options = Options(**given)
    report_options = ReportOptions.of(options, output, statistics)
    run = inspect(options, paths, stdin_filename)
    report = run.report()._replace(listed=True)
    publish(run, groups.grouped(report, by) if by else report, report_options)
    if report_options.format in LACKS_PARSE_FAILURES:
        for line in text.troubles(report, text.plain):
            say(line)
    run.summary(text.counts(report))
    run.exit(OK)
