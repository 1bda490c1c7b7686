"""Rules as other tools write them down, for ``rewrite-refs init``.

Each module reads one kind of source and gives an Import; none of them knows the
configuration that comes of it.
"""

from __future__ import annotations

from typing import NamedTuple


class SourceLocation(NamedTuple):
    """Where something stands: a file as messages name it, and its line from 1 (None where it has none)."""

    path: str
    line: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"


class Imported(NamedTuple):
    """One pull-through-cache rule as a source has it.

    ``upstream`` is the host of ``upstreamRegistryUrl`` (``registry-1.docker.io``),
    ``prefix`` is ``ecrRepositoryPrefix``, and ``path`` is
    ``upstreamRepositoryPrefix`` (empty where it is absent or ``ROOT``).
    ``account`` and ``region`` say which registry has the rule, each None where
    the source does not tell.
    """

    upstream: str
    prefix: str
    path: str = ""
    account: str | None = None
    region: str | None = None
    location: SourceLocation | None = None


class Unresolved(NamedTuple):
    """A rule, or a part of one, of which the source does not tell the value; ``reason`` says why."""

    location: SourceLocation
    reason: str


class Import(NamedTuple):
    """What a source holds.

    ``registries`` are account and region of each registry that was asked, whether it has rules or not.
    """

    rules: tuple[Imported, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    registries: tuple[tuple[str, str], ...] = ()
