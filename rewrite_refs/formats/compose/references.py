"""The reference in a scalar of a Compose file, with its variables expanded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rewrite_refs.formats.compose.interpolation import InvalidInterpolation, expand
from rewrite_refs.text.spans import Occurrence, Piece, Span
from rewrite_refs.yaml import scalars
from rewrite_refs.yaml.scalars import Scalar

UNFOLLOWED = "the positions of its characters cannot be determined"


def read(text: str, node: Scalar, scheme: str = "") -> Iterator[Occurrence]:
    """Yield the reference after *scheme* in a scalar, if *scheme* is in it."""
    place = scalars.inside(text, node)
    pieces, reason = _resolved(text, node)
    if scheme:
        at = "".join(piece.text for piece in pieces).find(scheme)
        if at < 0:
            return
        pieces = _without(pieces, at + len(scheme))
        front = None
    else:
        front = place.start if text.startswith("$", place.start) else None
    yield Occurrence(pieces, place, place, head_offset=front, reason=reason)


def _resolved(text: str, node: Scalar) -> tuple[tuple[Piece, ...], str | None]:
    """Return a scalar's pieces, expanded if possible, and why it is not possible."""
    chars = scalars.chars(text, node)
    if chars is None:
        return (Piece(node.value, None),), UNFOLLOWED
    value = chars.text
    chars = chars.slice(len(value) - len(value.lstrip()), len(value.rstrip()))
    try:
        return expand(chars), None
    except InvalidInterpolation as error:
        return chars.pieces(), str(error)


def _without(pieces: Iterable[Piece], count: int) -> tuple[Piece, ...]:
    """Return some pieces without the first *count* characters of their text."""
    result = []
    for piece in pieces:
        cut = min(count, len(piece.text))
        count -= cut
        if not cut:
            result.append(piece)
        elif cut < len(piece.text):
            place = Span(piece.span.start + cut, piece.span.end) if piece.span and piece.verbatim else None
            result.append(Piece(piece.text[cut:], place, piece.known))
    return tuple(result)
