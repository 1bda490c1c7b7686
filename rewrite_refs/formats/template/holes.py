"""The values of the holes in a reference of a masked template, as far as known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rewrite_refs.formats.template.actions import Action, Hole, Masked, branches
from rewrite_refs.formats.template.expressions import Parts, alternatives, source
from rewrite_refs.images.reference import InvalidReference, parse_partial
from rewrite_refs.text.spans import Occurrence, Piece, Span
from rewrite_refs.yaml.references import MASK, PLACEHOLDER, has_host, is_not_a_reference


def resolved(text: str, template: Masked, occurrence: Occurrence) -> Iterator[Occurrence]:
    """Yield the source's references for a masked one, one for each possible head."""
    atoms = list(_atoms(text, template, occurrence.pieces))
    first = atoms[0] if atoms else None
    if len(atoms) == 1 and isinstance(first, Hole) and _is_of_others(text, first):
        return
    rest = tuple(_piece(text, each) for each in atoms[1:])
    heads = _heads(text, first, rest) if isinstance(first, Hole) else [(first,) if first else ()]
    for head in heads:
        pieces = tuple(piece for piece in (*head, *rest) if piece is not None)
        whole = replace(occurrence, pieces=pieces)
        if not whole.holes and is_not_a_reference(whole.text):
            continue
        reason = unknown_head(text, template, whole)
        yield replace(whole, reason=reason) if reason else whole


def _atoms(text: str, template: Masked, pieces: Iterable[Piece]) -> Iterator[Piece | Hole]:
    """Yield the pieces of a masked reference, split at its holes."""
    last = None
    for piece in pieces:
        inside = template.within(piece.span) if piece.span else []
        if piece.span is None or not inside:
            yield piece
        elif not piece.known and piece.text.strip(MASK):  # a variable of another kind around it
            yield Piece(_line(text, piece.span), piece.span, known=False)
        else:
            bounds = [piece.span.start, *(at for hole in inside for at in hole.span), piece.span.end]
            for (start, end), hole in zip(_pairs(bounds), [*inside, None], strict=True):
                if start < end:
                    yield Piece(text[start:end], Span(start, end))
                if hole is not None and hole is not last:
                    yield hole
                last = hole or last


def _pairs(bounds: Sequence[int]) -> Iterator[tuple[int, int]]:
    yield from zip(bounds[::2], bounds[1::2], strict=True)


def _line(text: str, span: Span) -> str:
    """Return an action on one line, as a report shows it."""
    return " ".join(text[span.start : span.end].split())


def _hole(text: str, span: Span) -> Piece:
    return Piece(_line(text, span), span, known=False)


def _piece(text: str, atom: Piece | Hole) -> Piece | None:
    """Return a part after the head: a hole unless it is one literal, None if empty."""
    if isinstance(atom, Piece):
        return atom
    if len(atom.actions) == 1 and atom.actions[0].role == "silent":
        return None
    known = _known(text, atom)
    if len(known) == 1 and len(known[0]) == 1:
        return Piece(*known[0][0])
    return _hole(text, atom.span)


def _is_of_others(text: str, hole: Hole) -> bool:
    """Whether an action only outputs a placeholder of another tool, such as Argo."""
    made = alternatives(text, hole.actions[0].span) if len(hole.actions) == 1 else []
    texts = ["".join(part.text for part in parts) for parts in made]
    return bool(texts) and all(is_not_a_reference(each) and not re.search(r"\s", each) for each in texts)


def _known(text: str, hole: Hole) -> list[Parts]:
    """Return the values of a single action that begin with a literal."""
    if len(hole.actions) > 1:
        return []
    return [parts for parts in alternatives(text, hole.actions[0].span) if is_known(parts)]


def is_known(parts: Parts) -> bool:
    """Whether an action's value begins with a possible part of a reference."""
    return bool(parts) and parts[0].known and is_word(parts[0].text)


def is_word(text: str) -> bool:
    """Whether a literal is not empty and contains neither placeholders nor blanks."""
    return bool(text) and not PLACEHOLDER.search(text) and not re.search(r"\s", text)


def _heads(text: str, hole: Hole, rest: Sequence[Piece | None]) -> list[tuple[Piece, ...]]:
    """Return the values of the hole at a reference's start; itself if unknown."""
    tail = next((piece.text[:1] if piece.known else "a hole" for piece in rest if piece is not None), "")
    if len(hole.actions) > 1 and tail in ("", ":", "@"):
        found = [_in_branch(text, hole, span) for span in branches(hole.actions)]
        heads = [each for each in found if each]
    else:
        heads = [pieces(parts) for parts in _known(text, hole)]
    return heads or [(_hole(text, hole.span),)]


def _in_branch(text: str, hole: Hole, span: Span) -> tuple[Piece, ...]:
    """Return the reference in one branch, without quotes and blanks around it."""
    start, end = span
    while start < end and text[start] in " \t\r\n\"'":
        start += 1
    while start < end and text[end - 1] in " \t\r\n\"'":
        end -= 1
    inner = [each for each in hole.actions if start <= each.span.start < end]
    bounds = [start, *(at for each in inner for at in each.span), end]
    result: list[Piece] = []
    for (low, high), action in zip(_pairs(bounds), [*inner, None], strict=True):
        if low < high:
            result.append(Piece(text[low:high], Span(low, high)))
        if action is not None:
            piece = _piece(text, Hole(action.span, (action,)))
            result += [piece] if piece is not None else []
    if any(re.search(r"[\s\"']", piece.text) for piece in result if piece.known):
        return (_hole(text, span),)
    return tuple(result)


def pieces(parts: Parts) -> tuple[Piece, ...]:
    """Return the pieces of a value of an action."""
    return tuple(Piece(part.text, part.span, part.known and is_word(part.text)) for part in parts)


def unknown_head(text: str, template: Masked, occurrence: Occurrence) -> str | None:
    """Return a message that names the source of an unknown head, or None."""
    holes = [piece for piece in occurrence.pieces if not piece.known]
    if not holes or has_host(occurrence.text[: occurrence.holes[0][0]]):
        return None
    try:
        parse_partial(occurrence.text, occurrence.holes)
    except InvalidReference:
        inside = [hole for piece in holes for hole in template.within(piece.span or occurrence.site)]
        found = [source(text, action.span) for hole in inside for action in hole.actions]
        around = [] if any(found) else [source(text, each.span) for each in _around(template, occurrence)]
        return next((each for each in (*found, *around) if each), None)
    return None


def _around(template: Masked, occurrence: Occurrence) -> list[Action]:
    """Return the opening actions that enclose a reference, the nearest first."""
    opened: list[Action] = []
    for action in (action for hole in template.holes for action in hole.actions):
        if action.span.start >= occurrence.site.start:
            break
        if action.role == "open":
            opened.append(action)
        elif action.role == "close" and opened:
            opened.pop()
    return opened[::-1]
