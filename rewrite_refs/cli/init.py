"""``rewrite-refs init``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import click

from rewrite_refs.cli.command import Documented, Example
from rewrite_refs.cli.options import REGISTRY_VARIABLE, Options, allow_extends, allowed
from rewrite_refs.cli.output import FAILED, FINDINGS, OK, fail, say
from rewrite_refs.cli.setup import inspect
from rewrite_refs.cli.sources import ImportedRules, InitOptions, checked, read, sources
from rewrite_refs.config.access import Access
from rewrite_refs.config.load import FILE_NAME, Config, content, load, locate
from rewrite_refs.errors import ConfigError
from rewrite_refs.files import io as files
from rewrite_refs.files.walk import root_of
from rewrite_refs.images.hosts import host_of
from rewrite_refs.reports import visible

if TYPE_CHECKING:
    from rewrite_refs.init.update import Old, Result


class _Target(NamedTuple):
    """The configuration to write: its path, its name in messages, and its folder.

    ``content`` has its bytes, or None if it does not exist yet; ``config`` is the parsed content.
    """

    path: Path
    shown: str
    folder: Path
    content: bytes | None
    config: Config


@click.command(
    cls=Documented,
    page="cache-rules.md",
    examples=(
        Example("Propose rules for the images that this repository uses", "rewrite-refs init"),
        Example(
            "Take the rules of two regions of the AWS account",
            "rewrite-refs init --from-aws --region eu-west-1 --region us-east-1",
        ),
        Example(
            "Take the rules from Terraform",
            "rewrite-refs init --from-terraform infra --account-id 123456789012",
        ),
    ),
)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--from-aws", is_flag=True, help="Read the rules from the AWS account (needs the extra [aws]).")
@click.option("--profile", metavar="NAME", help="With --from-aws: the AWS profile to use.")
@click.option(
    "--region",
    metavar="REGION",
    multiple=True,
    help="With --from-aws: a region to query (repeatable). Otherwise: the region, if the source has none.",
)
@click.option(
    "--from-json",
    metavar="FILE",
    help="Read the output of `aws ecr describe-pull-through-cache-rules` (- is standard input).",
)
@click.option(
    "--from-terraform",
    metavar="PATH...",
    multiple=True,
    help="Read the rules from Terraform files and folders, or the output of `terraform show -json`.",
)
@click.option(
    "--from-cloudformation",
    metavar="PATH...",
    multiple=True,
    help="Read the rules from CloudFormation, SAM and ACK files, or from folders of them.",
)
@click.option("--registry", metavar="HOST", help="The private ECR registry to write, or a placeholder.")
@click.option("--account-id", metavar="ID", help="The account, if the source has none.")
@click.option(
    "--config", metavar="FILE", help=f"Write this file instead of the {FILE_NAME} of the repository."
)
@allow_extends
@click.option("--yes", is_flag=True, help="Change an existing file without asking.")
def init(paths: tuple[str, ...], **given: Any) -> None:
    """Write or update the configuration from existing cache rules.

    Without a --from option, rules are proposed for the images that the repository uses.
    """
    from rewrite_refs.init import update

    options = checked(InitOptions(**given), paths)
    try:
        cwd = Path.cwd()
    except OSError as error:
        raise ConfigError(f"the working folder cannot be read: {error.strerror}") from None
    target = _target(options, cwd)
    source = read(options, cwd, target.path.parent) if sources(options) else None
    if target.content is None:
        text = update.header(source.origin if source else "Proposed: replace them by those that you have.")
    else:
        text = target.content.decode("utf-8")
    old = update.Old(text, target.shown, target.config)
    if source is None:
        result, failed = _proposed(old, options, target)
    else:
        region = options.region[0] if options.region and not options.from_aws else None
        wish = update.Overrides(options.registry, options.account_id, region)
        result, failed = update.updated(old, source.rules, source.name, wish), False
    for each in result.unresolved:
        say(visible(f"{each.location}: {each.reason}"))
    if source and not result.rules:
        _nothing(source, options)
    for remark in result.remarks:
        say(visible(remark))
    done = _written(target, result, options.yes, "taken" if source else "proposed")
    left = () if source or not done else tuple(_left(target, result, options))
    for line in left:
        say(visible(f"{target.shown}: {line}"))
    sys.exit(FAILED if failed else FINDINGS if result.unresolved or left or not done else OK)


def _target(options: InitOptions, cwd: Path) -> _Target:
    """Return the configuration to write, which may not exist yet."""
    root = root_of(cwd) or cwd
    named = options.config is not None
    if options.config is not None:
        path, folder = Path(os.path.abspath(options.config)), root
    else:
        path = locate(cwd, root, lambda path: visible(os.path.relpath(path, cwd))) or root / FILE_NAME
        folder = path.parent
    shown = visible(Path(os.path.relpath(path, cwd)).as_posix())
    if not os.path.lexists(path):
        return _Target(path, shown, folder, None, Config(path.parent))
    access = Access(root, allowed(options.allow_extends))
    config = load(path, shown, access, named)
    return _Target(path, shown, folder, content(path, shown, access, named), config)


def _proposed(old: Old, asked: InitOptions, target: _Target) -> tuple[Result, bool]:
    """Return the proposal from a scan, and whether a file could not be read."""
    from rewrite_refs.cache.judge import RuleSet
    from rewrite_refs.emit import survey
    from rewrite_refs.init import proposal
    from rewrite_refs.init.update import Overrides

    is_new = target.content is None
    options = Options(
        None if is_new else str(target.path),
        no_config=is_new,
        allow_extends=asked.allow_extends,
        quiet=True,
    )
    run = inspect(options, (str(target.folder),), None)
    found = survey.of(run.report().records, RuleSet(old.config.registry, old.config.rules))
    registry = asked.registry
    if registry is None and asked.account_id is not None:
        registry = host_of(asked.account_id, asked.region[0])
    return proposal.proposed(old, found, Overrides(registry)), run.failed


def _nothing(source: ImportedRules, options: InitOptions) -> NoReturn:
    """Report that a source has no rule, and exit."""
    if source.rules.rules or source.rules.unresolved or not options.from_aws:
        hint = "without a source, init proposes rules for the images that the repository uses"
        fail(f"{source.name}: no pull-through-cache rule could be read from it: nothing is written; {hint}")
    regions = ", ".join(region for _, region in source.rules.registries)
    say(
        f"the account has no pull-through-cache rule in {regions}: nothing is written; "
        "`rewrite-refs rules --emit terraform` prints those that the repository needs"
    )
    sys.exit(FINDINGS)


def _written(target: _Target, result: Result, yes: bool, how: str) -> bool:
    """Write the result, with confirmation for an existing file.

    Returns False if the user has not confirmed the change, else True.
    """
    new = result.text.encode("utf-8")
    if target.content is None and not result.rules:
        say("nothing to propose: no image was found here that ECR can cache and that has no rule yet")
        return True
    if new == target.content:
        say(f"nothing to change in {target.shown}")
        return True
    try:
        if target.content is None:
            files.create(target.path, new)
        elif _confirmed(target, target.content, new, yes):
            files.write(target.path, target.content, new)
        else:
            say(f"{target.shown} was not changed")
            return False
    except files.Unwritable as error:
        fail(f"{target.shown}: not written: {error}")
    say(f"wrote {target.shown}: {_amount(result, how)}")
    return True


def _left(target: _Target, result: Result, options: InitOptions) -> Iterator[str]:
    """Yield what the user has to fill in or change in a proposed configuration."""
    from rewrite_refs.init.update import PROPOSED

    if target.content is None and not result.rules:
        return  # nothing is written
    if not (
        options.registry or options.account_id or target.config.registry or os.environ.get(REGISTRY_VARIABLE)
    ):
        yield (
            "no registry: add the one of your account and region, such as "
            "registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com, "
            f"or set {REGISTRY_VARIABLE} where rewrite-refs runs"
        )
    if count := max(result.rules, result.text.count(PROPOSED)):
        rules = "1 rule is a proposal" if count == 1 else f"{count} rules are proposals"
        yield f"{rules}: write the prefixes that the rules of your account have, and remove the comments"


def _amount(result: Result, how: str) -> str:
    rules = "1 rule" if result.rules == 1 else f"{result.rules} rules"
    if not result.registries:
        return f"{rules} {how}"
    return f"{rules} for {'1 registry' if result.registries == 1 else f'{result.registries} registries'}"


def _confirmed(target: _Target, old: bytes, new: bytes, yes: bool) -> bool:
    """Show a change, and return whether to make it, which is asked without *yes*."""
    from rewrite_refs.cli import diffs

    diffs.show(target.path, target.shown, old, new)
    if yes:
        return True
    if sys.stdin is None or not sys.stdin.isatty():
        say("cannot ask for confirmation without a terminal: use --yes to write it")
        return False
    try:
        return click.confirm("Write it?", err=True)
    except click.Abort:
        say("")
        return False
