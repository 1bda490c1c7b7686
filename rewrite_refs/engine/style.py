"""The style in which registries are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Style(NamedTuple):
    """The style in which registries are written.

    Attributes:
        parameter: Whether registries go into variables, whose default is the cache or the upstream.
        upstream: Whether that default is the upstream.
        names: The variables by the names of the rules, where they are not the usual ones.
        variables: The variables of a placeholder for the registry, each with its default or None; only
            where the format has to declare them.
        taken: Names that have another meaning because a file in the same folder sets them.
    """

    parameter: bool = False
    upstream: bool = False
    names: Mapping[str, str] = {}
    variables: tuple[tuple[str, str | None], ...] = ()
    taken: frozenset[str] = frozenset()
