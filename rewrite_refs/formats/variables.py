"""Interfaces of formats in which a registry can be written as a variable.

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
    """A text in which registries can be variables, by either mechanism."""

    @property
    def source(self) -> Source:
        """The text."""

    def variable(self, piece: Piece) -> str | None:
        """Return the variable whose whole default is a piece, or None."""

    def reason(self, occurrence: Occurrence) -> str | None:
        """Return why no variable can be written in a reference; None if one can."""

    def needs_stage(self, occurrence: Occurrence) -> bool:
        """Whether a reference can have a variable only through a build stage of its own."""

    def is_directive(self, occurrence: Occurrence) -> bool:
        """Whether a reference is read before variables exist, so that it must be literal."""


class InlineView(View, Protocol):
    """A text whose variables are written with their default where they are used."""

    def form(self, name: str, default: str) -> str:
        """Return the text of a variable with a default."""

    def is_free(self, name: str, defaults: Collection[str]) -> bool:
        """Whether a name is unused, or used only for a variable with some defaults."""


class Declaration(NamedTuple):
    """A variable that a file declares at its top.

    Attributes:
        name: Its name.
        default: Its default; None if only a build argument sets it.
        start: The offset of its declaration, in characters.
    """

    name: str
    default: str | None
    start: int


class ExtraStage(NamedTuple):
    """A build stage for an image whose uses cannot contain a variable.

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
        edits: The edits of the old text, without the inserted lines.
        inserted: The spans of the inserted lines in the new text.
    """

    source: Source
    edits: tuple[Edit, ...]
    inserted: tuple[Span, ...]

    def is_inserted(self, place: Span) -> bool:
        """Whether a span of the new text is in an inserted line."""
        return any(span.start <= place.start and place.end <= span.end for span in self.inserted)

    def is_same(self, old: Sequence[Token], new: Sequence[Token]) -> bool:
        """Whether two outlines differ only by the inserted lines and the edits."""
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
        """The variables that the text declares, in order."""

    @property
    def first_use(self) -> int:
        """The offset, in characters, before which variables must be declared."""

    def is_used(self, name: str) -> bool:
        """Whether a variable is declared or used anywhere."""

    def is_declared_bare(self, name: str) -> bool:
        """Whether a variable is also declared further down without a default.

        Such a declaration takes the default from the top of the file.
        """

    def has_own_default(self, name: str, default: str | None) -> bool:
        """Whether a use gives a variable a value other than *default*."""

    def missing_default(self, name: str) -> str | None:
        """Return why a variable without a default would break a build, or None."""

    def unexpanded(self, occurrence: Occurrence) -> str | None:
        """Return why a variable written in a reference has no effect; None if it has one."""

    def stages(self, images: Sequence[Sequence[Occurrence]]) -> list[ExtraStage]:
        """Return an extra stage for each image, given the references to each."""

    def prepared(self, declared: Sequence[str], early: bool, stages: Sequence[ExtraStage]) -> Prepared:
        """Return the text with some variables *declared* and with some extra stages.

        *early* is set if an existing default needs one of the variables.
        """


class InlineVariables(NamedTuple):
    """Variables that are written with their default where they are used.

    Attributes:
        view: Returns the view of a text.
        beside: The name of a file in the same folder that also sets variables, if there is one.
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
        view: Returns the view of a text; raises ParseError if the text cannot be parsed.
    """

    view: Callable[[Source], DeclaredView]

    @property
    def beside(self) -> None:
        """The name of a file in the same folder that also sets variables: always None."""

    @property
    def declared(self) -> bool:
        """Whether a file has to declare them."""
        return True


Variables: TypeAlias = InlineVariables | DeclaredVariables
