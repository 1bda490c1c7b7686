"""``rewrite-refs rewrite`` and ``rewrite-refs restore``."""

from __future__ import annotations

from typing import Any, NamedTuple

import click

from rewrite_refs.cli.options import Options, common, paths, stdin
from rewrite_refs.cli.output import Run, write
from rewrite_refs.cli.setup import open_session, outcomes
from rewrite_refs.config import FILE_NAME
from rewrite_refs.errors import ConfigError
from rewrite_refs.restore import Restoring
from rewrite_refs.rules import Rules

NO_RULES = f"""\
there {{}}: `rewrite-refs init` takes the rules from your account, from Terraform or from CloudFormation.
Or write registry and rules into {FILE_NAME}, for example

    registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
    rules:
      docker.io: docker-hub

or give --registry (or --account-id and --region) and --rule docker.io=docker-hub."""


class _Way(NamedTuple):
    """A direction: its rules, and what it is called in the present and in the past."""

    rules: type[Rules]
    verbs: tuple[str, str]


_FORWARD = _Way(Rules, ("rewrite", "rewrote"))
_BACK = _Way(Restoring, ("restore", "restored"))


_diff = click.option(
    "--diff",
    is_flag=True,
    help="Print a diff (with JSON: the findings), write nothing; exit 1 if there is one.",
)


@click.command()
@paths
@_diff
@stdin
@common
def rewrite(paths: tuple[str, ...], diff: bool, stdin_filename: str | None, **given: Any) -> None:
    """Rewrite references in place (PATHS default to the working folder)."""
    _carry_out(Options(**given), paths, diff, stdin_filename, _FORWARD)


@click.command()
@paths
@_diff
@stdin
@common
def restore(paths: tuple[str, ...], diff: bool, stdin_filename: str | None, **given: Any) -> None:
    """Turn references to the cache back into those to their upstreams, in place."""
    _carry_out(Options(**given), paths, diff, stdin_filename, _BACK)


def _carry_out(
    options: Options, paths: tuple[str, ...], diff: bool, stdin_filename: str | None, way: _Way
) -> None:
    if options.json and stdin_filename is not None and not diff:
        raise click.UsageError("- prints the new text and --output-format json prints JSON: choose one.")
    session = open_session(options, paths, stdin_filename, way.rules)
    policies = session.project.policies
    registry = policies.general.rules.registry
    if registry is None or not any(cache.rules for cache in policies.caches()):
        raise ConfigError(NO_RULES.format("are no rules" if registry else "is no registry"))
    run = Run(options)
    would_change = False
    for outcome in outcomes(session, paths, stdin_filename, edit=True):
        if diff:
            would_change |= outcome.changed
            if not options.json:
                run.diff(outcome)
        elif stdin_filename is not None:
            write(outcome.new)
        elif outcome.changed:
            outcome = outcome.written()
        run.take(outcome)
    run.finish_rewrite(
        way.verbs, would_change, to_stderr=not options.json and (diff or stdin_filename is not None)
    )
