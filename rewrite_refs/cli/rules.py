"""``rewrite-refs rules``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rewrite_refs.cli.command import Documented, Example
from rewrite_refs.cli.options import Options, common, paths, printed
from rewrite_refs.cli.output import OK, Run, write, write_lines
from rewrite_refs.cli.setup import open_session, outcomes
from rewrite_refs.errors import ConfigError

if TYPE_CHECKING:
    from rewrite_refs.cache.judge import RuleSet
    from rewrite_refs.emit.survey import Survey
    from rewrite_refs.reports import ReferenceRecord
    from rewrite_refs.repository.workspace import Workspace

_EMITTED = ("table", "terraform", "cloudformation", "cli", "iam", "renovate", "warmup")
# These can print several registries in one output.
_OF_MANY = ("table", "renovate", "warmup")


@click.command(
    cls=Documented,
    page="cache-rules.md",
    examples=(
        Example("Count the references of each upstream", "rewrite-refs rules"),
        Example("Print Terraform for the missing rules", "rewrite-refs rules --emit terraform"),
    ),
)
@paths
@click.option(
    "--emit",
    type=click.Choice(_EMITTED),
    default="table",
    show_default=True,
    help="What to print: the table, or what creates the missing rules and their resources.",
)
@common
@printed
def rules(paths: tuple[str, ...], emit: str, **given: Any) -> None:
    """Show which cache rule serves which upstream, and what is missing.

    With --emit, print the missing rules for other tools, and what belongs to them.
    """
    from rewrite_refs.emit import EMITTERS, data, renovate, survey

    options = Options(**given)
    if options.json and emit != "table":
        raise click.UsageError(f"--emit {emit} has its own format: remove --output-format.")
    run = Run(options)
    run.announce_missing(paths)
    session = open_session(options, paths, None)
    for outcome in outcomes(session, options, paths, None, edit=False):
        run.take(outcome)
    surveys = [
        survey.of(records, rules) for rules, records in _by_rules(session.workspace, run.report().records)
    ]
    if len(surveys) > 1 and emit not in _OF_MANY:
        hosts = ", ".join(str(each.registry) for each in surveys)
        raise ConfigError(
            f"these files have {len(surveys)} sets of rules ({hosts}): print them one by one, "
            "with the paths of one, or with --exclude for the others"
        )
    if options.json:
        lines = data.lines(surveys)
    elif emit == "renovate":  # a repository has one configuration of it
        lines = renovate.lines(*surveys)
    else:
        emitter = EMITTERS[emit]
        lines = chain.from_iterable(
            _headed(each, emitter(each)) if emit == "table" and len(surveys) > 1 else emitter(each)
            for each in surveys
        )
    if emit == "table" and not options.json:
        write_lines(lines)
    else:
        write("".join(f"{line}\n" for line in lines).encode("utf-8"))
    run.exit(OK)


def _headed(survey: Survey, lines: Iterator[str]) -> Iterator[str]:
    """Yield the table of one of several sets of rules, below its registry."""
    yield f"{survey.registry or 'no registry'}:"
    yield from (f"  {line}" if line else "" for line in lines)
    yield ""


def _by_rules(
    workspace: Workspace, records: Sequence[ReferenceRecord]
) -> list[tuple[RuleSet, list[ReferenceRecord]]]:
    """Return the records by the rules of their files; at least one group, maybe empty."""
    groups: list[tuple[RuleSet, list[ReferenceRecord]]] = []
    for record in records:
        name = record.location.path if record.location else "."
        path = Path(os.path.abspath(workspace.cwd / name))
        rules = workspace.policies(path).of(path).rules
        found = next((group for of, group in groups if of is rules), None)
        if found is None:
            found = []
            groups.append((rules, found))
        found.append(record)
    return groups or [(workspace.policies().general.rules, [])]
