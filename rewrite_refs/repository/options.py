"""The options of a run from the command line, as plain data."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.rule import CacheRule


class RunOptions(NamedTuple):
    """The options of a run, which override configurations.

    Attributes:
        registry: The ECR host or a placeholder, in place of the configured one.
        rules: Rules that replace those of a configuration for the same upstreams.
        exclude: Patterns of files to leave out, relative to the root of the repository.
        embedded: Whether texts inside other texts count as references as well.
        config: The configuration to read (absolute), in place of those that are found.
        config_name: The path of ``config`` as messages write it.
        no_config: Whether no configuration is read.
        select: The lint rules to check; None for all.
        ignore: The lint rules not to check.
        strict: Whether unresolved references are errors.
        direction: The rules' type: whether references are rewritten to the cache or restored.
        allow_extends: Folders outside the repository that configurations may extend files of.
    """

    registry: str | None = None
    rules: tuple[CacheRule, ...] = ()
    exclude: tuple[str, ...] = ()
    embedded: bool = False
    config: Path | None = None
    config_name: str = ""
    no_config: bool = False
    select: frozenset[str] | None = None
    ignore: frozenset[str] = frozenset()
    strict: bool = False
    direction: type[RuleSet] = RuleSet
    allow_extends: tuple[Path, ...] = ()
