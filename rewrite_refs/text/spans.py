"""Spans of a source text, and the references found there.

Every offset counts characters of the decoded text from 0; a span is half open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple


class Span(NamedTuple):
    """The characters ``start`` to ``end`` of a text, ``end`` excluded."""

    start: int
    end: int


class Piece(NamedTuple):
    """A part of a resolved reference, and its span in the source.

    ``span`` is None for text that is not in the source (the ``/`` between two
    keys) and for text that must not be edited.  A span as long as the text
    contains exactly this text; any other span (an escape) is replaced whole or
    not at all.  ``known`` is False for a variable without a value; the text is
    then the variable as written.  An empty text with an empty span is an empty
    default, into which a registry can be inserted.
    """

    text: str
    span: Span | None
    known: bool = True

    @property
    def verbatim(self) -> bool:
        """Whether the source contains the text unchanged."""
        return self.span is not None and self.span.end - self.span.start == len(self.text)


class NewNameSlot(NamedTuple):
    """A position where a new name can be added that replaces the written one.

    This is ``newName`` of a kustomization: the name is inserted at the offset
    ``at`` between ``before`` and ``after``, or nowhere if ``at`` is None.
    """

    at: int | None
    before: str
    after: str = ""


class Blocked(NamedTuple):
    """The reason why a reference cannot be pulled through a cache where it is used.

    ``rule`` is the lint rule that reports this.  ``all_images`` is True if no image
    of any upstream can be pulled there, so that every image there is private.
    """

    rule: Literal["lambda-image", "pull-before-login"]
    reason: str
    all_images: bool = False


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One image reference and its position in a text.

    Attributes:
        pieces: The parts of the reference in order.
        span: The span to report.
        site: The word in which the reference is used; pieces outside it come
            from the default of a variable.
        head_offset: Where a literal head can be inserted before a leading variable.
        own: Why the image is built by the repository itself.
        reason: Why the reference cannot be judged.
        embedded: Whether it is inside a longer text, so that it may not be an image.
        key: Whether it is a name that is only compared with other references, never pulled.
        new_name_slot: Where a name can be added that replaces this one.
        keys: The path of keys to the mapping that names the image, if a file
            that this one overrides may set the registry below the same keys.
        note: Why the format is less sure of it than usual.
        by_host: Whether only its registry shows that it is an image.
        blocked: Why the cache does not work here.
    """

    pieces: tuple[Piece, ...]
    span: Span
    site: Span
    head_offset: int | None = None
    own: str | None = None
    reason: str | None = None
    embedded: bool = False
    key: bool = False
    new_name_slot: NewNameSlot | None = None
    keys: tuple[str, ...] | None = None
    note: str | None = None
    by_host: bool = False
    blocked: Blocked | None = None

    @property
    def text(self) -> str:
        """The resolved reference."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def holes(self) -> tuple[tuple[int, int], ...]:
        """The index ranges of ``text`` whose value is unknown."""
        return tuple((start, end) for start, end, piece in self.indexed_pieces() if not piece.known)

    def indexed_pieces(self) -> list[tuple[int, int, Piece]]:
        """Return each piece with its start and end index in ``text``."""
        result, at = [], 0
        for piece in self.pieces:
            result.append((at, at + len(piece.text), piece))
            at += len(piece.text)
        return result
