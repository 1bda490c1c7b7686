"""What a format with variables tells of a text before a registry in it moves into one.

There are two mechanisms, and the engine has a module for each.  A variable is written with its default
where it is used, as in Compose (``${REGISTRY:-docker.io}/library/postgres``); or it is declared at the top
of the file, as in a Dockerfile (``ARG REGISTRY=docker.io``), and only its name is written elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from rewrite_refs.text.edits import Edit
from rewrite_refs.text.outline import Token, same_but
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence, Piece, Span


class View(Protocol):
    """What both mechanisms ask of a text."""

    @property
    def source(self) -> Source:
        """The text."""

    def variable(self, piece: Piece) -> str | None:
        """Return the variable of which a piece is the whole default."""

    def reason(self, occurrence: Occurrence) -> str | None:
        """Return why no variable can be written in a reference."""

    def needs_stage(self, occurrence: Occurrence) -> bool:
        """Whether a reference needs a build stage of its own to have a variable."""

    def is_directive(self, occurrence: Occurrence) -> bool:
        """Whether a reference is read before there are variables, and can only be written literally."""


class InlineView(View, Protocol):
    """A text whose variables are written with their default where they are used."""

    def form(self, name: str, default: str) -> str:
        """Return how a variable with a default is written."""

    def is_free(self, name: str, defaults: Collection[str]) -> bool:
        """Whether a name is used for nothing but a variable with one of some defaults."""


class Declaration(NamedTuple):
    """A variable that a file declares at its top.

    Attributes:
        name: Its name.
        default: Its default; None where only a build argument gives it a value.
        start: The offset of its declaration.
    """

    name: str
    default: str | None
    start: int


class ExtraStage(NamedTuple):
    """A build stage for images that cannot be named through a variable where they are used.

    Attributes:
        name: The name of the stage.
        image: Its image.
        uses: The references that will name the stage instead.
    """

    name: str
    image: str
    uses: tuple[Occurrence, ...]


class Prepared(NamedTuple):
    """A text with inserted lines.

    Attributes:
        source: The new text.
        edits: The edits of the old text, but for the inserted lines.
        inserted: The places of the inserted lines in the new text.
    """

    source: Source
    edits: tuple[Edit, ...]
    inserted: tuple[Span, ...]

    def is_inserted(self, place: Span) -> bool:
        """Whether a place of the new text is in an inserted line."""
        return any(span.start <= place.start and place.end <= span.end for span in self.inserted)

    def is_same(self, old: Sequence[Token], new: Sequence[Token]) -> bool:
        """Whether two outlines differ by the inserted lines and the edits, and by nothing else."""
        fresh = [token for token in new if self.is_inserted(token.span)]
        written = "".join(self.source.text[slice(*span)] for span in self.inserted).split("\n")
        if [token.text for token in fresh] != [line for each in written if (line := each.rstrip("\r"))]:
            return False
        return same_but(old, [token for token in new if not self.is_inserted(token.span)], self.edits)


class DeclaredView(View, Protocol):
    """A text whose variables are declared at its top."""

    @property
    def occurrences(self) -> Sequence[Occurrence]:
        """The references of the text."""

    @property
    def declarations(self) -> Sequence[Declaration]:
        """What the text declares, in order."""

    @property
    def first_use(self) -> int:
        """The offset before which variables are declared."""

    def is_used(self, name: str) -> bool:
        """Whether a variable is declared or used anywhere."""

    def is_declared_bare(self, name: str) -> bool:
        """Whether a variable is also declared further down, where it takes the default from the top."""

    def has_own_default(self, name: str, default: str | None) -> bool:
        """Whether a use gives a variable another value than *default*."""

    def missing_default(self, name: str) -> str | None:
        """Return why a variable without a default would break a build; None where it would not."""

    def unexpanded(self, occurrence: Occurrence) -> str | None:
        """Return why a variable that is written in a reference has no effect; None where it has."""

    def stages(self, images: Sequence[Sequence[Occurrence]]) -> list[ExtraStage]:
        """Return a stage for each of some images, given the uses of each."""

    def prepared(self, declared: Sequence[str], early: bool, stages: Sequence[ExtraStage]) -> Prepared:
        """Return the text with some variables *declared* and with some extra stages.

        *early* is set where a default that is there already needs one of the variables.
        """


class InlineVariables(NamedTuple):
    """Variables that are written with their default where they are used.

    Attributes:
        view: Reads a text for them.
        beside: The name of a file in the same folder that sets variables as well, if there is any.
    """

    view: Callable[[Source], InlineView]
    beside: str | None = None

    @property
    def declared(self) -> bool:
        """Whether a file has to declare them."""
        return False


class DeclaredVariables(NamedTuple):
    """Variables that are declared at the top of a file.

    Attributes:
        view: Reads a text for them.  Raises ParseError where it cannot be read.
    """

    view: Callable[[Source], DeclaredView]

    @property
    def beside(self) -> None:
        """The name of a file in the same folder that sets variables as well: none does."""

    @property
    def declared(self) -> bool:
        """Whether a file has to declare them."""
        return True


Variables: TypeAlias = InlineVariables | DeclaredVariables
