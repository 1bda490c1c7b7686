"""Places in a source text, and the references that have them.

Every offset counts characters of the decoded text from 0; a span is half open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple


class Span(NamedTuple):
    """The characters ``start`` to ``end`` of a text, ``end`` not among them."""

    start: int
    end: int


class Piece(NamedTuple):
    """A part of a resolved reference, and where in the source it stands.

    ``span`` is None for what stands nowhere (the ``/`` between two keys) and
    for what must not be edited.  Where the span is as long as the text, the
    text stands there as it is; otherwise (an escape) it is replaced whole or
    not at all.  ``known`` is False for a variable without a value; its text is
    then the variable as it is written.  An empty text with an empty span is an
    empty default: the place where a registry is meant to go.
    """

    text: str
    span: Span | None
    known: bool = True

    @property
    def verbatim(self) -> bool:
        """Whether the text stands in the source as it is."""
        return self.span is not None and self.span.end - self.span.start == len(self.text)


class NewNameSlot(NamedTuple):
    """A place where a new name can stand beside the one that is written, and count instead of it.

    That is ``newName`` of a kustomization: between ``before`` and ``after`` the
    name is put at the offset ``at``, or nowhere if that is None.
    """

    at: int | None
    before: str
    after: str = ""


class Blocked(NamedTuple):
    """Why what stands in a place cannot be pulled through a cache.

    ``rule`` is the rule of the lint that says so.  ``all_images`` tells that nothing of
    any upstream can be pulled there, so that no image there is one of an upstream.
    """

    rule: Literal["lambda-image", "pull-before-login"]
    reason: str
    all_images: bool = False


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One image reference where it stands.

    ``span`` is the place to show, ``site`` the word in which the reference is
    used (pieces outside it come from a variable's default elsewhere), and
    ``head_offset`` an offset at which a literal head can be put before a leading
    variable.  ``own`` says why the image is one that the repository builds;
    ``reason`` why nothing can be said of it.  ``embedded`` marks one inside a
    longer text, of which it is not sure that it is an image at all.  ``key``
    marks a name that other references are compared with, and that nobody pulls;
    ``new_name_slot`` is where a name can be put that counts instead of this one.
    ``keys`` leads to the mapping that names the image, where a registry for it
    may stand below the same keys in a file that this one is laid over.  ``note``
    says how sure the format is of it, where it is less so; ``by_host`` marks one
    that nothing but its registry shows to be an image; ``blocked`` says why the
    cache does not work in this place.
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
        """The reference as resolved."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def holes(self) -> tuple[tuple[int, int], ...]:
        """Index ranges of ``text`` that have no known value."""
        return tuple((start, end) for start, end, piece in self.indexed_pieces() if not piece.known)

    def indexed_pieces(self) -> list[tuple[int, int, Piece]]:
        """Each piece with the index range that it has in ``text``."""
        result, at = [], 0
        for piece in self.pieces:
            result.append((at, at + len(piece.text), piece))
            at += len(piece.text)
        return result
