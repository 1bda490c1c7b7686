"""Characters of a value, each with its position in the source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rewrite_refs.text.spans import Occurrence, Piece, Span


class Chars:
    """A text with the source position of each of its characters.

    ``places`` holds for each character the source span that it was read from,
    or None.  Nested formats (a Dockerfile inside a YAML scalar) pass these
    spans on, so that the innermost one always refers to the source.
    """

    __slots__ = ("places", "text")

    def __init__(self, text: str, places: Sequence[Span | None]) -> None:
        self.text = text
        self.places = places

    @classmethod
    def at(cls, text: str, start: int) -> Chars:
        """Return *text*, which is at offset *start* of the source, unchanged."""
        return cls(text, [Span(start + i, start + i + 1) for i in range(len(text))])

    def __len__(self) -> int:
        return len(self.text)

    def slice(self, start: int, end: int) -> Chars:
        """Return the characters from *start* to *end*, exclusive."""
        return Chars(self.text[start:end], self.places[start:end])

    def span(self, start: int, end: int) -> Span | None:
        """Return the source span of the characters *start* to *end*, or None."""
        places = [place for place in self.places[start:end] if place is not None]
        return Span(places[0].start, places[-1].end) if places else None

    def lifted(self, occurrence: Occurrence) -> Occurrence | None:
        """Return an occurrence found in these characters with spans of the source.

        Returns None if it has no span in the source.
        """
        span, site = self.span(*occurrence.span), self.span(*occurrence.site)
        if span is None or site is None:
            return None
        pieces = tuple(part for piece in occurrence.pieces for part in self._lifted(piece))
        return replace(occurrence, pieces=pieces, span=span, site=site, head_offset=None)

    def _lifted(self, piece: Piece) -> Iterable[Piece]:
        if piece.span is None:
            return (piece,)
        if piece.verbatim and piece.known:
            return self.slice(*piece.span).pieces()
        return (piece._replace(span=self.span(*piece.span)),)

    def pieces(self) -> tuple[Piece, ...]:
        """Return the characters as the fewest possible pieces."""
        result: list[Piece] = []
        for char, place in zip(self.text, self.places, strict=True):
            last = result[-1] if result else None
            if last is not None and place is None and last.span is None:
                result[-1] = Piece(last.text + char, None)
            elif (
                last is not None
                and place is not None
                and last.span is not None
                and last.verbatim
                and place == (last.span.end, last.span.end + 1)
            ):
                result[-1] = Piece(last.text + char, Span(last.span.start, place.end))
            else:
                result.append(Piece(char, place))
        return tuple(result)
