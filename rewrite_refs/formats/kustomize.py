"""Kustomize: kustomizations, and files of JSON patches.

Kustomizations are ``kustomization.yaml``, ``kustomization.yml`` and ``Kustomization``.

    before:  images:
             - name: quay.io/acme/web    # nothing in the repository has this name
               newTag: v2
             - name: controller
               newName: nginx
    after:   images:
             - name: quay.io/acme/web    # nothing in the repository has this name
               newName: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/quay/acme/web
               newTag: v2
             - name: controller
               newName: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx

What is found:

- ``newName`` of an entry of ``images``, with its ``newTag`` and ``digest``;
- ``name`` of an entry without ``newName``.  kustomize compares it with the names in the resources of the
  kustomization, so it must match them: where they are rewritten (in this repository), the name is
  rewritten too; where they are not (remote bases, charts, generated files), it stays, and the entry gets
  a ``newName``.  Outside a repository the entry always gets a ``newName``;
- patches: strategic merge and JSON 6902 patches, inline in ``patches[].patch``, ``patchesStrategicMerge``
  and ``patchesJson6902[].patch``, or in files of their own (a list of ``{op, path, value}``);
- ``helmCharts[].valuesInline``, read as Helm values;
- ``literals`` of generators, read as variables (``WEB_IMAGE=quay.io/acme/web:1``; see ``embedded``).

What is not changed:

- a ``name`` that matches no rewritten image; a name in a manifest that a ``newName`` replaces wherever the
  manifest is used (``controller:latest``): it is a placeholder;
- names that would need two values at once, because one entry matches both images that are rewritten and
  images that are not: the entry and the manifests stay, and the report describes the remedy;
- ``replacements``, ``vars``, and everything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from rewrite_refs.formats import inline
from rewrite_refs.formats.base import File, Format, Manual
from rewrite_refs.formats.kubernetes import json_patch
from rewrite_refs.formats.readers import Readers
from rewrite_refs.formats.yaml_format import yaml_find
from rewrite_refs.text.outline import Token
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import NewNameSlot, Occurrence, Span
from rewrite_refs.yaml import scalars, tree
from rewrite_refs.yaml.nested import nested
from rewrite_refs.yaml.references import joined
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Mapping, Node, fields, is_text, items

NAMES = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})

_ENDINGS = (".yml", ".yaml", ".json")

_GROUP = "kustomize.config.k8s.io/"
_API = re.compile(rb"^[\"']?apiVersion[\"']?[ \t]*:[ \t]*[\"']?([^\s\"']+)", re.MULTILINE)
_KEY = re.compile(r"\b(?:images|image|newName)[\"']?[ \t]*:")
_IMAGE_KEY = re.compile(r"(?i:image|reference|repository|registry|hub)\Z|(?:newName|patch|literals|name)\Z")

_NO_ROOM = NewNameSlot(None, "")

# The text between a key and its value on the same line, and after the value.
_COLON = re.compile(r"[ \t]*:[ \t]*(?:[&!]\S*[ \t]+)*")
_REST = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?=\r?\n|\Z)")
_BEFORE = re.compile(r" *(?:- +)*")


def _accepts(file: File) -> bool:
    """Whether a file is a kustomization (of kustomize, not of Flux) or a patch."""
    if file.name in NAMES:
        group = _API.search(file.data)
        return group is None or group[1].startswith(_GROUP.encode()) or group[1] == b"builtin"
    return file.name.lower().endswith(_ENDINGS) and json_patch.is_file(file.data)


def _images(readers: Readers, text: str, root: Node) -> Iterator[Occurrence]:
    """Yield the references of a document, in order."""
    found = {(each.span, each.key): each for each in _in_document(text, root, readers)}
    yield from sorted(found.values(), key=lambda each: (each.span, not each.key))


def _expected(document: str) -> bool:
    return _KEY.search(document) is not None


def _outline(source: Source) -> Iterator[Token]:
    """Yield everything that an edit must not change, in order.

    A name is one token with the ``newName`` that follows it, or with the slot for one.
    """
    pending = [region for entry in entries(source) if (region := _region(entry))]
    pending.sort(reverse=True)
    last: Span | None = None
    for token in tree.outline(
        source, json_patch.has_signs, lambda top, key: _IMAGE_KEY.search(key) is not None
    ):
        if pending and pending[-1].start == token.span.start < token.span.end:
            last = pending.pop()
            yield Token("entry", source.text[slice(*last)], last)
        elif last is None or not last.start <= token.span.start < last.end:
            yield token


# --- entries of images -----------------------------------------------------------------------


class Entry(NamedTuple):
    """An entry of ``images``: the name that it matches, and the new image.

    ``new_name_slot`` is where a ``newName`` can be inserted, or None if the entry has one;
    ``is_adjacent`` is whether that ``newName`` follows the name.
    """

    name: Scalar
    new_name: Scalar | None
    tag: Node | None
    digest: Node | None
    new_name_slot: NewNameSlot | None
    is_adjacent: bool


def entries(source: Source) -> Iterator[Entry]:
    """Yield the entries of a kustomization.  Raises nothing."""
    for root in tree.roots(source, json_patch.has_signs, lambda document: False, []):
        if isinstance(root, Mapping):
            yield from _entries(source.text, fields(root))


def _entries(text: str, values: dict[str, Node]) -> Iterator[Entry]:
    for node in items(values.get("images")):
        keys = fields(node)
        name, new_name = keys.get("name"), keys.get("newName")
        if isinstance(node, Mapping) and is_text(name):
            new = new_name if is_text(new_name) else None
            slot = _new_name_slot(text, node, name) if "newName" not in keys else None
            beside = new is not None and _is_adjacent(node, name, new)
            yield Entry(name, new, keys.get("newTag"), keys.get("digest"), slot, beside)


def _new_name_slot(text: str, node: Mapping, name: Scalar) -> NewNameSlot:
    """Return where a ``newName`` can be inserted into the entry *node*.

    There is no such place unless the name is a plain pair of key and value in the entry itself.
    """
    key = next((key for key, value in node.pairs() if value is name), None)
    if not isinstance(key, Scalar) or name.style in ("|", ">") or "\n" in text[slice(*name.span)]:
        return _NO_ROOM
    if not _COLON.fullmatch(text, key.span.end, name.span.start):
        return _NO_ROOM
    if text.startswith("{", node.start):
        quote = '"' if key.style == '"' else ""
        return NewNameSlot(name.span.end, f", {quote}newName{quote}: {quote}", quote)
    line = text.rfind("\n", 0, key.span.start) + 1
    rest = _REST.match(text, name.span.end)
    if rest is None or not _BEFORE.fullmatch(text, line, key.span.start):
        return _NO_ROOM
    at_end = "\n" not in text[rest.end() :]
    newline = "\r\n" if text.startswith("\r", rest.end()) or (at_end and "\r\n" in text) else "\n"
    return NewNameSlot(rest.end(), f"{newline}{' ' * (key.span.start - line)}newName: ")


def _is_adjacent(node: Mapping, name: Scalar, new_name: Scalar) -> bool:
    """Whether *new_name* follows *name*, both written in the entry itself."""
    after = iter(node.children)
    for child in after:
        if child is name:
            next(after, None)
            return next(after, None) is new_name and name.span.end < new_name.span.start
    return False


def _region(entry: Entry) -> Span | None:
    """Return the span from an entry's name to its ``newName``, or the slot for it."""
    if entry.is_adjacent and entry.new_name is not None:
        return Span(entry.name.span.start, entry.new_name.span.end)
    at = entry.new_name_slot.at if entry.new_name_slot else None
    return None if at is None else Span(entry.name.span.start, at)


# --- locations of images ---------------------------------------------------------------------


def _in_document(text: str, root: Node, readers: Readers) -> Iterator[Occurrence]:
    if json_patch.is_patch(root):
        yield from json_patch.in_patch(text, root, readers.fragment)
    if not isinstance(root, Mapping):
        return
    values = fields(root)
    for entry in _entries(text, values):
        yield from _in_entry(text, entry)
    patches = [*items(values.get("patches")), *items(values.get("patchesJson6902"))]
    inline = [fields(each).get("patch") for each in patches if isinstance(each, Mapping)]
    for each in (*inline, *items(values.get("patchesStrategicMerge"))):
        if is_text(each):
            yield from nested(text, each, lambda inner: json_patch.in_text(inner, readers.fragment))
    for chart in items(values.get("helmCharts")):
        inlined = fields(chart).get("valuesInline") if isinstance(chart, Mapping) else None
        if isinstance(inlined, Mapping):
            yield from readers.values(text, inlined)
    for key in ("configMapGenerator", "secretGenerator"):
        for generator in items(values.get(key)):
            literals = fields(generator).get("literals") if isinstance(generator, Mapping) else None
            for literal in items(literals):
                yield from _in_literal(text, literal)


def _in_entry(text: str, entry: Entry) -> Iterator[Occurrence]:
    """Yield the name that an entry matches, then the image that replaces it."""
    place = scalars.inside(text, entry.name)
    yield Occurrence(joined(text, (), entry.name), place, place, key=True)
    image = entry.new_name or entry.name
    place = scalars.inside(text, image)
    pieces = joined(text, (), image, entry.tag, entry.digest)
    yield Occurrence(pieces, place, place, new_name_slot=entry.new_name_slot)


def _in_literal(text: str, node: Node) -> Iterator[Occurrence]:
    """Yield the references in ``KEY=value``."""
    key, equals, _ = node.value.partition("=") if isinstance(node, Scalar) else ("", "", "")
    chars = scalars.chars(text, node) if isinstance(node, Scalar) and equals else None
    if chars is not None:
        yield from inline.in_value(chars.slice(len(key) + 1, len(chars)), key)


_MANUAL = Manual(
    __doc__,
    files=(
        "`kustomization.yaml`, `kustomization.yml`, `Kustomization`; lists of JSON 6902 operations in other "
        "`*.yaml`, `*.yml` and `*.json`"
    ),
    summary="`newName` of images, and names that must match their bases; patches; `valuesInline`",
    found=(
        "`newName` of an image; its `name` together with the manifests that it matches, or a `newName` for it"
        " ([below](#kustomize)); patches, strategic and JSON 6902, in files and inline; "
        "`helmCharts[].valuesInline`; `literals` of generators"
    ),
    reported=(
        "a name of an entry that also matches images that are not rewritten; an entry that cannot have a "
        "`newName`"
    ),
)


def format_with(readers: Readers) -> Format:
    """Return the format, which reads patches and values with *readers*."""
    return Format(
        name="kustomize",
        patterns=("kustomization.yaml", "kustomization.yml", "Kustomization", "*.yaml", "*.yml", "*.json"),
        signs=json_patch.WORDS,
        find=yaml_find(partial(_images, readers), json_patch.has_signs, _expected),
        outline=_outline,
        manual=_MANUAL,
        accepts=_accepts,
        syntax="yaml",
        kustomized=True,
    )
