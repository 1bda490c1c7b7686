"""Data about names and entries while they are followed through kustomizations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

# What happens to an entry: its name is rewritten with the names that it matches ("follow"), it gets a newName
# ("add"), or neither ("stay"); it is "held" where the names that it matches are pinned.
EntryAction = Literal["follow", "add", "stay", "held"]


class Name(NamedTuple):
    """A name in a file.

    Attributes:
        text: The name.
        at: Its offset in the file.
        target: The name after the rewrite; None where it stays.
        pinned: Whether it must stay the same image, whichever kustomization includes it.
    """

    text: str
    at: int
    target: str | None
    pinned: bool = False


class Repository(NamedTuple):
    """The queries of the graph about a repository.

    Attributes:
        names: Returns the names in a file that entries may match.  A file without any of the given words has
            none.
        target: Returns the name after the rewrite, or None.  The file is None for one without overrides.
    """

    names: Callable[[Path, Collection[str]], Iterable[Name]]
    target: Callable[[str, Path | None], str | None]


class PinnedName(NamedTuple):
    """Why a name in a file stays: the kustomization, and its replacement, if any."""

    by: Path
    new_name: str | None


class Decision(NamedTuple):
    """The decision about the kustomizations of a repository.

    ``pinned`` is by file and name, ``actions`` by file and the name that an entry matches.
    """

    pinned: Mapping[tuple[Path, str], PinnedName] = {}
    actions: Mapping[tuple[Path, str], EntryAction] = {}


class Origin(NamedTuple):
    """The source of a name: a manifest, a patch, an entry's newName or an unseen file."""

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
    """A name on its way, before and after the rewrite.

    ``adder`` are the entries to which a newName was added for it.
    """

    origin: Origin
    before: str
    after: str
    adder: Matcher | None = None

    @property
    def moved(self) -> bool:
        """Whether it is another name after the rewrite."""
        return self.before != self.after


Items = frozenset[Item]


@dataclass
class State:
    """The decisions so far.

    Attributes:
        placeholders: Names that stay because an entry replaces them.
        frozen: Names that stay, each with the kustomization that requires it.
        adders: Entries that get a newName.
        blocked: Entries that must not get a newName.
    """

    placeholders: set[Origin] = field(default_factory=set)
    frozen: dict[Origin, Path] = field(default_factory=dict)
    adders: set[Matcher] = field(default_factory=set)
    blocked: set[Matcher] = field(default_factory=set)

    def item(self, origin: Origin) -> Item:
        """Return a name before it passes any entry."""
        moves = self.moves(origin) and origin.target
        return Item(origin, origin.name, moves or origin.name)

    def moves(self, origin: Origin) -> bool:
        """Whether the name may still be rewritten."""
        return origin not in self.frozen and origin not in self.placeholders


@dataclass
class Followed:
    """The results of following all names once.

    Attributes:
        met: The names that reached each entry and may match it.
        replaced: The names that an entry replaces.
        left: The names in the output of the roots.
        real: Names that are not placeholders even if they are replaced.
        done: The output of each folder.
    """

    met: dict[Matcher, set[Item]] = field(default_factory=dict)
    replaced: dict[Origin, PinnedName] = field(default_factory=dict)
    left: set[Item] = field(default_factory=set)
    real: set[Origin] = field(default_factory=set)
    done: dict[Path, Items] = field(default_factory=dict)
