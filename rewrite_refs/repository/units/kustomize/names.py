"""What is told of names and entries while they are followed through kustomizations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

# What becomes of an entry: its name goes with the names that it matches, it gets a newName, or neither; it is
# held where what it matches is.
EntryAction = Literal["follow", "add", "stay", "held"]


class Name(NamedTuple):
    """A name in a file, where it stands, and what the rules make of it; no ``target`` where it stays.

    ``pinned`` tells that it is to stay the image that it is, whoever draws it in.
    """

    text: str
    at: int
    target: str | None
    pinned: bool = False


class Repository(NamedTuple):
    """What the graph asks: the names in a file that entries may match, and what a name becomes, if anything.

    ``target`` is told the file, or None for one like most.  ``names`` is told the
    words of which a file must have one to be of interest.
    """

    names: Callable[[Path, Collection[str]], Iterable[Name]]
    target: Callable[[str, Path | None], str | None]


class PinnedName(NamedTuple):
    """Why a name in a file stays: the kustomization, and what it puts in its place, if anything."""

    by: Path
    new_name: str | None


class Decision(NamedTuple):
    """What is decided of names by their file, and of entries by their file and the name that they match."""

    pinned: Mapping[tuple[Path, str], PinnedName] = {}
    actions: Mapping[tuple[Path, str], EntryAction] = {}


class Origin(NamedTuple):
    """Where a name comes from: a manifest or patch, the newName of an entry, or what nobody sees here."""

    path: Path
    name: str
    target: str | None
    of_entry: bool = False
    unseen: bool = False
    pinned: bool = False


class Matcher(NamedTuple):
    """The entries of one kustomization that match one name."""

    path: Path
    key: str


class Item(NamedTuple):
    """A name on its way: what it is before and after, and the entry to which a newName was added for it."""

    origin: Origin
    before: str
    after: str
    adder: Matcher | None = None

    @property
    def moved(self) -> bool:
        """Whether it is another name after the rewriting."""
        return self.before != self.after


Items = frozenset[Item]


@dataclass
class State:
    """What has been settled so far."""

    placeholders: set[Origin] = field(default_factory=set)
    frozen: dict[Origin, Path] = field(default_factory=dict)
    adders: set[Matcher] = field(default_factory=set)
    blocked: set[Matcher] = field(default_factory=set)

    def item(self, origin: Origin) -> Item:
        """A name where it sets out."""
        moves = self.moves(origin) and origin.target
        return Item(origin, origin.name, moves or origin.name)

    def moves(self, origin: Origin) -> bool:
        """Whether nothing is settled about a name that keeps it."""
        return origin not in self.frozen and origin not in self.placeholders


@dataclass
class Followed:
    """What was seen on the way: what met each entry, what was replaced, and what came out.

    ``real`` are names that are no placeholders even if they are replaced.
    """

    met: dict[Matcher, set[Item]] = field(default_factory=dict)
    replaced: dict[Origin, PinnedName] = field(default_factory=dict)
    left: set[Item] = field(default_factory=set)
    real: set[Origin] = field(default_factory=set)
    done: dict[Path, Items] = field(default_factory=dict)
