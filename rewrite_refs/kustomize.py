"""What kustomizations match by name, so that a manifest is not rewritten under them.

``images[].name`` of a kustomization is compared with the names in the manifests
that it draws in.  Rewriting such a manifest would leave the entry without a
match, and its ``newTag`` without effect: silently.  (kustomize's image
transformer; ``IsImageMatched`` of ``api/internal/image``.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from rewrite_refs.formats import yamltree
from rewrite_refs.formats.yamltree import Node, fields, is_text

NAMES = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
_DRAWN_IN = ("resources", "bases", "components", "patches", "patchesStrategicMerge", "patchesJson6902")


class Match(NamedTuple):
    """An entry of ``images`` with its ``name``, and the ``newName`` that it gives, if any."""

    name: str
    new_name: str | None


class Kustomization(NamedTuple):
    """What counts of a kustomization: its entries, and the paths that it draws in."""

    images: tuple[Match, ...]
    paths: tuple[str, ...]


class Matched(NamedTuple):
    """The entry that matches a name in one file, and the kustomization that holds it."""

    match: Match
    by: Path


def read(text: str) -> Kustomization:
    """What counts of a kustomization's text; nothing of what cannot be read."""
    images: list[Match] = []
    paths: list[str] = []
    for root in yamltree.roots(text, lambda document: True, lambda document: False, []):
        values = fields(root) if isinstance(root, yamltree.Mapping) else {}
        for entry in _items(values.get("images")):
            name, new_name = (_text(entry.get(key)) for key in ("name", "newName"))
            if name:
                images.append(Match(name, new_name))
        for key in _DRAWN_IN:
            node = values.get(key)
            if isinstance(node, yamltree.Sequence):
                paths += [path for each in node.children if (path := _path(each))]
    return Kustomization(tuple(images), tuple(paths))


def matches(files: Iterable[Path]) -> dict[Path, dict[str, Matched]]:
    """For each manifest that a kustomization among *files* draws in, the names that it matches there."""
    known: dict[Path, Kustomization] = {}
    for file in files:
        try:
            known[file.parent.resolve()] = read(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            continue
    result: dict[Path, dict[str, Matched]] = {}
    for folder, kustomization in known.items():
        if kustomization.images:
            for file in _drawn_in(folder, known):
                names = result.setdefault(file, {})
                for match in kustomization.images:
                    names.setdefault(match.name, Matched(match, folder))
    return result


def name_of(text: str) -> str:
    """The part of a reference that kustomize compares: all before the tag and the digest."""
    name = text.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return head + slash + last.partition(":")[0]


def _drawn_in(folder: Path, known: Mapping[Path, Kustomization]) -> Iterator[Path]:
    """The files that the kustomization in *folder* draws in, directly or through others."""
    pending, seen = [folder], set()
    while pending:
        here = pending.pop()
        if here in seen or here not in known:
            continue
        seen.add(here)
        for path in known[here].paths:
            target = (here / path).resolve()
            if target.is_file():
                yield target
            else:
                pending.append(target)


def _items(node: Node | None) -> Iterator[dict[str, Node]]:
    for each in node.children if isinstance(node, yamltree.Sequence) else ():
        if isinstance(each, yamltree.Mapping):
            yield fields(each)


def _path(node: Node) -> str | None:
    """A path in a list of resources or patches: local and on one line."""
    if isinstance(node, yamltree.Mapping):
        return _path(fields(node)["path"]) if "path" in fields(node) else None
    text = _text(node)
    return text if text and "\n" not in text and "://" not in text else None


def _text(node: Node | None) -> str | None:
    return node.value.strip() if is_text(node) else None
