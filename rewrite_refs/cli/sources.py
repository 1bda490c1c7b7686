"""The source of ``rewrite-refs init``: its options, and its rules."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from rewrite_refs.cache.rule import check_registry
from rewrite_refs.cli.options import option_errors
from rewrite_refs.errors import ConfigError
from rewrite_refs.files import io as files
from rewrite_refs.reports import visible

if TYPE_CHECKING:
    from rewrite_refs.sources import Import


class InitOptions(NamedTuple):
    """The options of ``init``, as they were given."""

    from_aws: bool
    profile: str | None
    region: tuple[str, ...]
    from_json: str | None
    from_terraform: tuple[str, ...]
    from_cloudformation: tuple[str, ...]
    registry: str | None
    account_id: str | None
    config: str | None
    allow_extends: tuple[str, ...]
    yes: bool


class ImportedRules(NamedTuple):
    """The rules of a source, its name in messages, and its name in a new file."""

    rules: Import
    name: str
    origin: str


def sources(options: InitOptions) -> list[str]:
    """Return the given options that name a source."""
    return [
        f"--{name.replace('_', '-')}"
        for name in ("from_aws", "from_json", "from_terraform", "from_cloudformation")
        if getattr(options, name) not in (None, False, ())
    ]


def checked(options: InitOptions, paths: tuple[str, ...]) -> InitOptions:
    """Return the options with *paths* added to their source.

    Raises UsageError and ConfigError for wrong options.
    """
    for mistake in _option_errors(options, paths):
        raise click.UsageError(visible(mistake))
    try:
        if options.registry is not None:
            check_registry(options.registry)
    except ValueError as error:
        raise ConfigError(f"--registry: {error}") from None
    if options.from_terraform:
        return options._replace(from_terraform=(*options.from_terraform, *paths))
    return options._replace(from_cloudformation=(*options.from_cloudformation, *paths))


def _option_errors(options: InitOptions, paths: tuple[str, ...]) -> Iterator[str]:
    """Yield a message for each error in the combination of options."""
    given, account, aws = sources(options), options.account_id, options.from_aws
    if len(given) > 1:
        yield f"{' and '.join(given)} are {len(given)} sources: use one."
    if paths and not (options.from_terraform or options.from_cloudformation):
        yield (
            f"'{paths[0]}' belongs to no source: put it after --from-terraform or --from-cloudformation "
            "(without a source, the whole repository is scanned)."
        )
    if "" in (
        *paths,
        *options.from_terraform,
        *options.from_cloudformation,
        options.from_json,
        options.config,
    ):
        yield "there is no file with an empty name."
    if options.profile is not None and not aws:
        yield "--profile requires --from-aws."
    if account is not None and aws:
        yield "--account-id cannot be combined with --from-aws, which looks it up: use --profile."
    if len(options.region) > 1 and not aws:
        yield "several --region require --from-aws."
    if not given and (account is None) != (not options.region):
        yield "--account-id and --region must be used together."
    if not given and account is not None and options.registry is not None:
        yield "--registry cannot be combined with --account-id and --region."
    yield from option_errors(account, options.region)


def read(options: InitOptions, cwd: Path, folder: Path) -> ImportedRules:
    """Return the rules of the source.

    *folder* is that of the configuration: file names in a new one are relative to it.
    """

    def show(path: Path) -> str:
        return Path(os.path.relpath(path, cwd)).as_posix()

    def named(names: Sequence[str]) -> str:
        # A path outside of the folder would describe this machine rather than the source.
        paths = [Path(os.path.abspath(name)) for name in names]
        shown = (
            os.path.relpath(each, folder) if each.is_relative_to(folder) else each.name for each in paths
        )
        return visible(", ".join(Path(each).as_posix() for each in shown if each != "."))

    if options.from_aws:
        from rewrite_refs.sources import aws as account

        return ImportedRules(
            account.read(options.profile, options.region), "the account", "From the AWS account."
        )
    if options.from_json is not None:
        from rewrite_refs.sources import aws_json as describe

        text, shown = _text(options.from_json)
        origin = f"From `{describe.COMMAND}`" + (f" ({named([shown])})." if options.from_json != "-" else ".")
        return ImportedRules(describe.read(text, shown), shown, origin)
    region = options.region[0] if options.region else None
    if options.from_terraform:
        from rewrite_refs.sources import terraform

        rules = terraform.load([Path(each) for each in options.from_terraform], show)
        return ImportedRules(rules, "Terraform", _origin("Terraform", named(options.from_terraform)))
    from rewrite_refs.sources import cloudformation

    paths = [Path(each) for each in options.from_cloudformation]
    rules = cloudformation.load(paths, show, options.account_id, region)
    return ImportedRules(
        rules, "CloudFormation", _origin("CloudFormation", named(options.from_cloudformation))
    )


def _origin(what: str, files: str) -> str:
    """Return the origin for a new file; *files* is empty for the folder of the file."""
    return f"From {what}: {files}." if files else f"From {what}."


def _text(name: str) -> tuple[str, str]:
    """Return the text of a file or of standard input, and its name in messages."""
    shown = "standard input" if name == "-" else visible(name)
    try:
        if name == "-":
            data = sys.stdin.buffer.read() if sys.stdin else b""
        else:
            data = files.named(Path(name), files.MAX_NAMED)
        return data.decode("utf-8"), shown
    except files.Unreadable as error:
        raise ConfigError(f"{shown}: cannot be read: {error}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{shown}:{line}: this is not UTF-8: convert it") from None
