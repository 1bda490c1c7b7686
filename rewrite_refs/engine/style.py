"""How registries are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Style(NamedTuple):
    """How registries are written.

    ``parameter`` puts them into variables, whose defaults are the cache, or, as
    ``upstream`` says, what they were.  ``names`` has the variables by the names
    of the rules, where they are not the usual ones.  ``variables`` are those of
    a placeholder for the registry, each with its default or None, where the
    format has to declare them.  ``taken`` are names that mean something else, for
    a file beside says so.
    """

    parameter: bool = False
    upstream: bool = False
    names: Mapping[str, str] = {}
    variables: tuple[tuple[str, str | None], ...] = ()
    taken: frozenset[str] = frozenset()
