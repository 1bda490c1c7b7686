"""Edits that carry out a verdict.

A placeholder for the registry is replaced as a whole, whatever default a format
has read for it, and is never written into its own default.
"""

from __future__ import annotations

import re
from dataclasses import replace

from rewrite_refs.cache.verdict import Verdict
from rewrite_refs.images.placeholders import resolved, start_of, variables
from rewrite_refs.images.reference import name_of
from rewrite_refs.text.edits import Edit, Unplaceable, edits_for
from rewrite_refs.text.spans import Occurrence, Piece, Span

Plan = tuple[Edit, ...]

_OPENED = re.compile(
    r"(?:\$\{(?P<name>\w+):?-[^{}]*|(?i:\bARG[ \t])[^\n]*?\b(?P<argument>\w+)=[\"']?)\Z", re.ASCII
)
_FURTHEST = 400  # characters that are searched before an edit
_OWN_DEFAULT = "${{{0}}} is the registry, but has a default here: write it without one, or as in registry"
# In Go templates: an action that begins with the dot, and the blocks that can change the dot.
_DOT = re.compile(r"\{\{-?\s*(\.\w+)")
_BLOCK = re.compile(r"\{\{-?\s*(if|range|with|define|block|end)\b")
_NESTED = (
    "the placeholder is a template action, which cannot be inside another one: write the registry "
    "by hand, or set another one for these files in overrides"
)
_REBOUND = "{1} is not available in a {0}: write the placeholder with ${1}"


def plan_edits(text: str, occurrence: Occurrence, verdict: Verdict) -> Plan:
    """Return the edits of the source *text* that carry out a verdict.

    Raises:
        Unplaceable: The text has no place where they can be made.
    """
    slot = occurrence.new_name_slot
    if verdict.as_new_name:
        if slot is None or slot.at is None:
            raise Unplaceable(
                "there is no room for a newName in this entry: write the entry on separate lines"
            )
        return (Edit(slot.at, slot.at, f"{slot.before}{name_of(verdict.target or '')}{slot.after}"),)
    if verdict.placeholder:
        occurrence = _in_one_piece(text, occurrence, verdict.placeholder)
    edits = edits_for(text, occurrence, verdict.changes)
    written = "".join(change.text for change in verdict.changes)
    for edit in edits if "{{" in written else ():
        _check_action(text, edit.start, written)
    names = {each.name for each in variables(verdict.placeholder or written)}
    for edit in edits if names else ():
        around = _OPENED.search(text, max(edit.start - _FURTHEST, 0), edit.start)
        name = around and (around["name"] or around["argument"])
        if name in names:
            raise Unplaceable(_OWN_DEFAULT.format(name))
    return edits


def _check_action(text: str, at: int, action: str) -> None:
    """Raise Unplaceable where a template *action* would be invalid or change meaning.

    Source: the documentation of Go's text/template: ``range`` and ``with`` set the dot, and a
    string in an action is not a template.
    """
    opened = max(text.rfind(mark, 0, at) for mark in ("{{", "{%"))
    if opened > max(text.rfind(mark, 0, at) for mark in ("}}", "%}")):
        raise Unplaceable(_NESTED)
    dot = _DOT.search(action)
    blocks: list[str] = []
    for found in _BLOCK.finditer(text, 0, at) if dot else ():
        if found[1] != "end":
            blocks.append(found[1])
        elif blocks:
            blocks.pop()
    setting = next((block for block in reversed(blocks) if block in ("range", "with")), None)
    if dot and setting:
        raise Unplaceable(_REBOUND.format(setting, dot[1]))


def _in_one_piece(text: str, occurrence: Occurrence, placeholder: str) -> Occurrence:
    """Return an occurrence in which the *placeholder* at its beginning is one piece.

    The occurrence is returned unchanged where the host of the placeholder is written out.
    """
    host = resolved(placeholder)
    indexed = occurrence.indexed_pieces() if occurrence.text.startswith(host) else []
    for start, end, piece in indexed:
        if piece.span is None or not piece.verbatim or not start <= len(host) <= end:
            continue
        stop = piece.span.start + len(host) - start
        for last in (stop, stop + 1):  # the host may be the whole default of its variable
            at = start_of(text, last, placeholder) if last == stop or end == len(host) else None
            if at is not None:
                tail = Piece(piece.text[len(host) - start :], Span(stop, piece.span.end))
                rest = [other for low, _, other in indexed if low > start]
                return replace(
                    occurrence, pieces=(Piece(host, Span(at, last)), *([tail] if tail.text else []), *rest)
                )
    return occurrence
