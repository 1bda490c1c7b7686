"""Image references in the literals of a template's actions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from rewrite_refs.formats.inline import WORDS, may_hold
from rewrite_refs.formats.template.actions import Action, Masked
from rewrite_refs.formats.template.expressions import Parts, alternatives, literals
from rewrite_refs.formats.template.holes import is_known, is_word, pieces, unknown_head
from rewrite_refs.images.hosts import ECR_HOST, SAME_REGISTRY
from rewrite_refs.images.reference import DOCKER_HUB, InvalidReference, parse_partial
from rewrite_refs.text.spans import Occurrence, Piece, Span

_COMPARING = frozenset({"==", "!=", "contains", "eq", "hasPrefix", "in", "ne", "startswith", "regexMatch"})
_ALONE = frozenset({"", "coalesce", "d", "default", "dict", "or", "ternary"})
_COMPARED = "the template compares it ({}): change it together with what it is compared with"
_UNSURE = "ambiguous: it may be an image or the owner of images"
# An assignment to a variable with the name of an image.
_SETS_IMAGE = re.compile(
    r"(?:\{\{|\{%)[-~+]?\s*(?:set\s+)?\$?\w*(?:[iI]mage(?:_?[nN]ame)?|[iI]mg)\s*:?=(?!=)"
)
_REGISTRY = "a registry without an image: which images follow it is decided elsewhere"


def in_actions(text: str, template: Masked, found: Iterable[Occurrence]) -> Iterator[Occurrence]:
    """Yield the references in literals that are not a part of those already *found*."""
    taken = {piece.span.start for each in found for piece in each.pieces if piece.span and piece.known}
    holes = {piece.span for each in found for piece in each.pieces if piece.span and not piece.known}
    for hole in template.holes:
        for action in hole.actions:
            sets_image = _SETS_IMAGE.match(text, *action.span) is not None
            may = sets_image or may_hold(text[action.span.start : action.span.end])
            if not may or _is_comment(text, template, action):
                continue
            alone = hole.span not in holes  # otherwise its value is already reported
            for each in (*_whole_action(text, template, action, sets_image), *_used(text, action, alone)):
                starts = {piece.span.start for piece in each.pieces if piece.span and piece.known}
                if starts and taken.isdisjoint(starts):
                    taken |= starts
                    yield each


def _is_comment(text: str, template: Masked, action: Action) -> bool:
    """Whether an action is a comment, or is inside a YAML comment."""
    if text.startswith(("{{/*", "{{- /*", "{{-/*", "{#", "{{!"), action.span.start):
        return True
    line = template.text.rfind("\n", 0, action.span.start) + 1
    return re.search(r"(?:\A|\s)#", template.text[line : action.span.start]) is not None


def _whole_action(text: str, template: Masked, action: Action, sets_image: bool) -> Iterator[Occurrence]:
    """Yield the references that an action as a whole outputs."""
    for parts in alternatives(text, action.span):
        if is_known(parts):
            occurrence = _read(parts) or (_tagged(parts) if sets_image else None)
            if occurrence is not None:
                reason = unknown_head(text, template, occurrence)
                yield _with(occurrence, reason) if reason else occurrence


def _used(text: str, action: Action, alone: bool) -> Iterator[Occurrence]:
    """Yield the references in the single literals of an action."""
    for used in literals(text, action.span):
        occurrence = _read((used.literal,)) if is_word(used.literal.text) else None
        if occurrence is not None and used.function in _COMPARING:
            yield _with(occurrence, _COMPARED.format(used.function))
        elif occurrence is not None and used.is_handed_on and used.function != "printf":
            yield occurrence
        elif alone and used.function in _ALONE and _is_known(used.literal.text):
            yield _with(_occurrence((Piece(*used.literal),)), _REGISTRY)


def _tagged(parts: Parts) -> Occurrence | None:
    """Return the reference of some literals and holes, if it has a tag or a digest."""
    occurrence = _occurrence(pieces(parts))
    try:
        parse_partial(occurrence.text, occurrence.holes)
    except InvalidReference:
        return None
    return occurrence if set(occurrence.text[: _first_hole(occurrence)]) & set(":@") else None


def _first_hole(occurrence: Occurrence) -> int:
    return occurrence.holes[0][0] if occurrence.holes else len(occurrence.text)


def _read(parts: Parts) -> Occurrence | None:
    """Return the reference of some parts, if it has a known registry and a path."""
    made = pieces(parts)
    occurrence = _occurrence(made)
    host, slash, path = occurrence.text.partition("/")
    if not slash or not path or not _is_known(host):
        return None
    if not occurrence.holes:
        try:
            parse_partial(occurrence.text)
        except InvalidReference:
            return None
        if SAME_REGISTRY.get(host, host) == DOCKER_HUB and not set(path) & set("/:@"):
            return _with(occurrence, _UNSURE)
    return replace(occurrence, by_host=True)


def _occurrence(made: tuple[Piece, ...]) -> Occurrence:
    places = [piece.span for piece in made if piece.span is not None and piece.known]
    span = Span(places[0].start, places[0].end)
    return Occurrence(made, span, span)


def _with(occurrence: Occurrence, reason: str) -> Occurrence:
    return Occurrence(occurrence.pieces, occurrence.span, occurrence.site, reason=reason)


def _is_known(host: str) -> bool:
    return (
        host in WORDS or host.endswith(tuple(f".{word}" for word in WORDS)) or bool(ECR_HOST.fullmatch(host))
    )
