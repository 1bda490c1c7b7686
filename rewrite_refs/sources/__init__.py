"""Readers of cache rules in the formats of other tools, for ``rewrite-refs init``.

Each module reads one kind of source and returns an Import; none of them depends on the
configuration that is made from it.
"""

from __future__ import annotations

from typing import NamedTuple


class SourceLocation(NamedTuple):
    """A location in a source: the path of the file as shown in messages, and its line.

    ``line`` counts from 1, and is None if there is no line.
    """

    path: str
    line: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"


class Imported(NamedTuple):
    """One pull-through-cache rule of a source.

    Attributes:
        upstream: The host of ``upstreamRegistryUrl`` (``registry-1.docker.io``).
        prefix: The ``ecrRepositoryPrefix``.
        path: The ``upstreamRepositoryPrefix``; empty if it is absent or ``ROOT``.
        account: The account of the registry that has the rule, None if the source does not state it.
        region: The region of that registry, None if the source does not state it.
    """

    upstream: str
    prefix: str
    path: str = ""
    account: str | None = None
    region: str | None = None
    location: SourceLocation | None = None


class Unresolved(NamedTuple):
    """A rule, or a part of one, that the source does not define; ``reason`` is why."""

    location: SourceLocation
    reason: str


class Import(NamedTuple):
    """The contents of a source.

    ``registries`` are the account and region of each registry that was queried, even if it has no rules.
    """

    rules: tuple[Imported, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    registries: tuple[tuple[str, str], ...] = ()
