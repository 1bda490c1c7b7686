"""The relevant parts of one kustomization, and of one manifest under it.

The behavior of kustomize was tested with kustomize 5.8: an entry of ``images`` matches
``image`` in the lists ``containers`` and ``initContainers``, at any depth and in
any kind, and ``reference`` of image volumes.  With ``configurations`` it matches
other fields, too.  These are not read; but where such a field is usual and holds
a bare name that an entry also has, it is treated as a placeholder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rewrite_refs.formats import kustomize as kustomization
from rewrite_refs.images.reference import name_of
from rewrite_refs.text.source import Source
from rewrite_refs.yaml import scalars as yamlchars
from rewrite_refs.yaml import tree as yamltree
from rewrite_refs.yaml.references import text_of
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Mapping, Node, fields, is_text

_MANIFESTS = ("resources", "bases")
# Transformers may be patches; other transformers add no images.
_PATCHES = ("patches", "patchesStrategicMerge", "patchesJson6902", "transformers")
_PLACES = ("containers[]", "initContainers[]", "volumes[]")
# Fields that are often added to these in ``configurations``.
_CONFIGURED = ("container", "steps[]")
# Keys that add manifests which are not in the repository.
_UNSEEN = ("helmCharts", "helmChartInflationGenerator", "generators")


class Entry(NamedTuple):
    """An entry of ``images``.

    Attributes:
        key: The name that it matches.
        key_at: The offset of that name.
        new_name: The name that replaces it, if any.
        new_at: The offset of the new name; that of the matched name where there is none.
        room: Whether a ``newName`` could be added.
    """

    key: str
    key_at: int
    new_name: str | None
    new_at: int
    room: bool


class Kustomization(NamedTuple):
    """The relevant parts of a kustomization: its entries and the included paths.

    ``unseen`` is set if it also includes something that is not in the repository.
    """

    entries: tuple[Entry, ...] = ()
    manifests: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    patches: tuple[str, ...] = ()
    is_component: bool = False
    unseen: bool = False


def read(source: Source) -> Kustomization:
    """Return the relevant parts of a kustomization, as far as it can be read."""
    entries = tuple(_entry(source.text, each) for each in kustomization.entries(source))
    for root in yamltree.roots(source, lambda document: True, lambda document: False, []):
        if isinstance(root, Mapping):
            values = fields(root)
            drawn = [list(_paths(values, keys)) for keys in (_MANIFESTS, ("components",), _PATCHES)]
            manifests, components, patches = (tuple(path for path in paths if path) for paths in drawn)
            return Kustomization(
                entries,
                manifests,
                components,
                (*patches, *_values_files(values)),
                text_of(values.get("kind")) == "Component",
                any(key in values for key in _UNSEEN) or "" in drawn[0] or "" in drawn[1],
            )
    return Kustomization()


def matchable(source: Source) -> frozenset[int]:
    """Return the offsets of the names in a manifest that an entry is compared with."""
    return frozenset(
        yamlchars.inside(source.text, scalar).start
        for root in yamltree.roots(source, _may_match, lambda document: False, [])
        for scalar in _matchable(root)
    )


def _may_match(document: str) -> bool:
    """Whether a document may have such names.

    kustomize also skips definitions of custom resources.
    """
    return "image" in document and "\nkind: CustomResourceDefinition" not in document


def _entry(text: str, entry: kustomization.Entry) -> Entry:
    new_name = entry.new_name
    return Entry(
        name_of(text_of(entry.name)),
        yamlchars.inside(text, entry.name).start,
        name_of(text_of(new_name)) if new_name else None,
        yamlchars.inside(text, new_name or entry.name).start,
        entry.new_name_slot is not None and entry.new_name_slot.at is not None,
    )


def _matchable(root: Node) -> Iterator[Scalar]:
    pending: list[tuple[Node, str]] = [(root, "")]
    seen: set[tuple[int, str]] = set()
    while pending:
        node, key = pending.pop()
        if isinstance(node, Scalar) or (id(node), key) in seen:
            continue
        seen.add((id(node), key))
        if isinstance(node, yamltree.Sequence):
            inner = "[]" if key.endswith("[]") else f"{key}[]"  # no place is a list of lists
            pending += [(each, inner) for each in node.children]
            continue
        values = fields(node)
        image = values.get("image")
        if key == "volumes[]" and isinstance(image, Mapping):
            image = fields(image).get("reference")
        if isinstance(image, Scalar) and (key in _PLACES or (key in _CONFIGURED and "/" not in image.value)):
            yield image
        pending += [(value, name) for name, value in values.items()]


def _paths(values: dict[str, Node], keys: Iterable[str]) -> Iterator[str]:
    """Yield the paths under some keys; empty for a URL, and none for inline content."""
    for key in keys:
        for each in yamltree.items(values.get(key)):
            node = fields(each).get("path") if isinstance(each, Mapping) else each
            if is_text(node) and "\n" not in node.value.strip():
                yield "" if "://" in node.value else text_of(node)


def _values_files(values: dict[str, Node]) -> Iterator[str]:
    """Yield the values files that are given to charts."""
    for chart in yamltree.items(values.get("helmCharts")):
        keys = fields(chart)
        for node in (keys.get("valuesFile"), *yamltree.items(keys.get("additionalValuesFiles"))):
            if is_text(node):
                yield text_of(node)
