"""``rewrite-refs rewrite`` and ``rewrite-refs restore``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

import click

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.restore import RestoringRuleSet
from rewrite_refs.cli.command import Documented, Example
from rewrite_refs.cli.options import Options, common, paths, printed, stdin
from rewrite_refs.cli.output import Run, write
from rewrite_refs.cli.setup import open_session, outcomes
from rewrite_refs.config.load import FILE_NAME
from rewrite_refs.errors import ConfigError
from rewrite_refs.files import io as files
from rewrite_refs.repository.policy import Policies
from rewrite_refs.repository.workspace import Area

NO_RULES = f"""\
there {{}}: `rewrite-refs init` reads the rules from your account, from Terraform or from CloudFormation.
Or write registry and rules into {FILE_NAME}, for example

    registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
    rules:
      docker.io: docker-hub

or use --registry (or --account-id and --region) and --rule docker.io=docker-hub."""

_NO_REGISTRY = """\
{}: no registry: add the one of your account and region, such as

    registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com

or give --registry, or --account-id and --region, or set REWRITE_REFS_REGISTRY."""
_NO_RULES = """\
{}: no rules: add those of your account, such as

    rules:
      docker.io: docker-hub

or take them from it with `rewrite-refs init --from-aws`, or give --rule docker.io=docker-hub."""


class _Direction(NamedTuple):
    """A direction: its rules, and its verb in the present and the past tense."""

    rules: type[RuleSet]
    verbs: tuple[str, str]


_FORWARD = _Direction(RuleSet, ("rewrite", "rewrote"))
_BACK = _Direction(RestoringRuleSet, ("restore", "restored"))


_diff = click.option(
    "--diff",
    is_flag=True,
    help="Print a diff (with JSON: the findings), write nothing; exit 1 if there is one.",
)


@click.command(
    cls=Documented,
    page="migration.md",
    examples=(
        Example("Show the changes as a diff, and write nothing", "rewrite-refs rewrite --diff"),
        Example("Rewrite the files below a folder", "rewrite-refs rewrite deploy"),
        Example(
            "Rewrite what another program prints",
            "helm template . | rewrite-refs rewrite --stdin-filename out.yaml -",
        ),
    ),
)
@paths
@_diff
@stdin
@common
@printed
def rewrite(paths: tuple[str, ...], diff: bool, stdin_filename: str | None, **given: Any) -> None:
    """Rewrite image references in place to use the cache.

    PATHS are files and folders. Without any, it is the working folder.
    """
    _carry_out(Options(**given), paths, diff, stdin_filename, _FORWARD)


@click.command(
    cls=Documented,
    page="migration.md",
    examples=(
        Example("Show the changes as a diff, and write nothing", "rewrite-refs restore --diff"),
        Example("Restore one file", "rewrite-refs restore deploy/web.yaml"),
    ),
)
@paths
@_diff
@stdin
@common
@printed
def restore(paths: tuple[str, ...], diff: bool, stdin_filename: str | None, **given: Any) -> None:
    """Turn references to the cache back into upstream references.

    What rewrite added for them (an ARG, a stage, a newName) stays. PATHS are files and folders. Without any,
    it is the working folder.
    """
    _carry_out(Options(**given), paths, diff, stdin_filename, _BACK)


def _carry_out(
    options: Options, paths: tuple[str, ...], diff: bool, stdin_filename: str | None, direction: _Direction
) -> None:
    if options.json and stdin_filename is not None and not diff:
        raise click.UsageError("- prints the new text and --output-format json prints JSON: choose one.")
    run = Run(options)
    if stdin_filename is None:
        run.announce_missing(paths)
    # On a terminal, the progress would be mixed with the diff or the new text.
    progress = None if diff or stdin_filename is not None else run.progress
    session = open_session(options, paths, stdin_filename, direction.rules, progress=progress)
    named = [
        Path(os.path.abspath(each)) for each in ([stdin_filename] if stdin_filename else paths or (".",))
    ]
    single = [each for each in named if not files.is_folder(each)]
    workspace = session.workspace
    able = any(map(_can_rewrite, (workspace.policies(), *map(workspace.policies, single))))
    is_all_missing = bool(paths) and all(map(files.is_missing, named)) and stdin_filename is None
    if not able and len(single) == len(named) and not is_all_missing:
        raise ConfigError(_missing_settings(workspace.area(workspace.start)))
    would_change = False
    for outcome in outcomes(session, options, paths, stdin_filename, edit=True):
        able = able or _can_rewrite(workspace.policies(outcome.path))
        if diff:
            would_change |= outcome.changed
            if outcome.changed and not options.json:
                from rewrite_refs.cli import diffs

                diffs.show(outcome.path, outcome.shown, outcome.old, outcome.new)
        elif stdin_filename is not None:
            write(outcome.new)
        elif outcome.changed:
            outcome = outcome.written()
        run.take(outcome)
    if not able and not is_all_missing:
        raise ConfigError(_missing_settings(workspace.area(workspace.start)))
    run.finish_rewrite(
        direction.verbs, would_change, to_stderr=not options.json and (diff or stdin_filename is not None)
    )


def _can_rewrite(policies: Policies) -> bool:
    """Whether there is a registry to write, and a rule."""
    has_rules = any(cache.rules for cache in policies.caches())
    return policies.general.rules.registry is not None and has_rules


def _missing_settings(area: Area) -> str:
    """Return why nothing can be rewritten, and what to do."""
    has_registry = area.policies.general.rules.registry is not None
    if area.configuration is not None:
        return (_NO_RULES if has_registry else _NO_REGISTRY).format(area.configuration)
    return NO_RULES.format("are no rules" if has_registry else "is no registry")
