"""What the command line says about a run, as plain data."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.rule import CacheRule


class RunOptions(NamedTuple):
    """What holds for a run, over what configurations say.

    Attributes:
        registry: The ECR host or a placeholder, in place of the configured one.
        rules: Rules that replace those of a configuration for the same upstreams.
        exclude: Patterns of files to leave, from the root of the repository.
        embedded: Whether texts inside other texts count as references as well.
        config: The configuration to read (absolute), in place of those that are found.
        config_name: What messages call it.
        no_config: Whether no configuration is read.
        select: The lint rules to look for; None for all.
        ignore: The lint rules not to look for.
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
