"""Flux and Argo CD: Helm values and kustomizations inside their objects.

    before:  kind: HelmRelease
             spec: {values: {image: {repository: quay.io/acme/web}}}
    after:   kind: HelmRelease
             spec: {values: {image: {repository: <registry>/quay/acme/web}}}

What is found:

- Helm values, as in a values file: ``spec.values`` of a ``HelmRelease``, ``spec.valuesContent``
  of K3s, ``helm.values`` (YAML in a string), ``helm.valuesObject`` and ``helm.parameters`` of Argo CD's
  sources, also in the templates of an ``ApplicationSet`` and its ``templatePatch``; the parameters of one
  image (``image.registry``, ``image.repository``) are read together;
- kustomizations: ``newName`` of ``images``, together with its ``newTag`` or ``digest``; the part after
  ``=`` in Argo CD's ``old=new:tag``; patches, both strategic merges and JSON 6902, also in strings.

Reported, and not rewritten: the name by which kustomize looks for an image (``name`` without a ``newName``,
and ``name:tag`` of Argo CD). It must equal the name in the manifests, which may be in another repository.
"""

from __future__ import annotations

from collections.abc import Iterator

from rewrite_refs.formats.helm import set_flags
from rewrite_refs.formats.kubernetes import json_patch
from rewrite_refs.formats.readers import Readers
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence
from rewrite_refs.yaml import scalars, tree
from rewrite_refs.yaml.nested import nested
from rewrite_refs.yaml.references import is_not_a_reference, joined, text_of
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Mapping, Node, fields, is_text, items

FLUX_HELM = "helm.toolkit.fluxcd.io"
FLUX_KUSTOMIZE = "kustomize.toolkit.fluxcd.io"
ARGO_CD = "argoproj.io"
K3S = "helm.cattle.io"

_APPLICATIONS = frozenset({"Application", "ApplicationSet"})
_MATCHED = "kustomize matches this name in the manifests: add a newName to the entry"
_MATCHED_BY_ARGO = "kustomize matches this name in the manifests: write {}= and then the new name"
_PATCHES = ("patches", "patchesStrategicMerge", "patchesJson6902")


def in_object(
    text: str, values: dict[str, Node], claimed: set[int], readers: Readers
) -> Iterator[Occurrence]:
    """Yield the references in the Helm and kustomize fields of an object.

    The ids of the nodes that are read here are added to *claimed*.
    """
    group, kind = text_of(values["apiVersion"]).partition("/")[0], text_of(values["kind"])
    spec = fields(values.get("spec"))
    if group == FLUX_HELM and kind == "HelmRelease":
        yield from _values(text, spec.get("values"), claimed, readers)
        for renderer in map(fields, items(spec.get("postRenderers"))):
            yield from in_kustomization(text, fields(renderer.get("kustomize")), claimed, readers)
    elif group == FLUX_KUSTOMIZE and kind == "Kustomization":
        yield from in_kustomization(text, spec, claimed, readers)
    elif group == K3S and kind in ("HelmChart", "HelmChartConfig"):
        yield from _values_in_string(text, spec.get("valuesContent"), claimed, readers)
        yield from _values(text, spec.get("values"), claimed, readers)
    elif group == ARGO_CD and kind in _APPLICATIONS:
        yield from _in_sources(text, values.get("spec"), claimed, readers)
        patch = spec.get("templatePatch")
        if isinstance(patch, Scalar):
            found = list(nested(text, patch, lambda inner: _in_template_patch(inner, readers)))
            claimed.update([id(patch)] if found else ())
            yield from found


def in_kustomization(
    text: str, values: dict[str, Node], claimed: set[int], readers: Readers
) -> Iterator[Occurrence]:
    """Yield the references in the images and patches of an inner kustomization."""
    for entry in map(fields, items(values.get("images"))):
        name, new_name = entry.get("name"), entry.get("newName")
        named, reason = (new_name, None) if is_text(new_name) else (name, _MATCHED)
        if is_text(named) and not is_not_a_reference(named.value):
            pieces = joined(text, (), named, entry.get("newTag"), entry.get("digest"))
            place = scalars.inside(text, named)
            yield Occurrence(pieces, place, place, reason=reason)
    if "images" in values:
        claimed.add(id(values["images"]))
    for key in _PATCHES:
        patches = values.get(key)
        for patch in items(patches):
            node = fields(patch).get("patch", patch)
            yield from _in_patch(text, node, claimed, readers)


def _in_patch(text: str, node: Node, claimed: set[int], readers: Readers) -> Iterator[Occurrence]:
    """Yield the references in a patch's strings and in its operations' values.

    All others are found by the search of the whole object.
    """
    if isinstance(node, Scalar):
        claimed.add(id(node))
        yield from nested(text, node, lambda inner: json_patch.in_text(inner, readers.fragment))
    elif json_patch.is_patch(node):
        claimed.add(id(node))
        yield from json_patch.in_patch(text, node, readers.fragment)


# --- Argo CD ---------------------------------------------------------------------------------


def _in_sources(text: str, node: Node | None, claimed: set[int], readers: Readers) -> Iterator[Occurrence]:
    for source in _sources(node):
        yield from _in_source(text, source, claimed, readers)


def _in_template_patch(source: Source, readers: Readers) -> Iterator[Occurrence]:
    """Yield the references of an ApplicationSet's ``templatePatch``.

    A patch with Go template actions is not read.
    """
    for document in source.once(tree.documents):
        for root in document.roots():
            yield from _in_sources(source.text, root, set(), readers)


def _sources(node: Node | None) -> Iterator[dict[str, Node]]:
    """Yield the sources of an Application or ApplicationSet, at any depth."""
    pending, seen = [node], set()
    while pending:
        current = pending.pop()
        if current is None or isinstance(current, Scalar) or id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, Mapping):
            values = fields(current)
            if "helm" in values or "kustomize" in values:
                yield values
        pending += current.children


def _in_source(
    text: str, source: dict[str, Node], claimed: set[int], readers: Readers
) -> Iterator[Occurrence]:
    helm, kustomize = fields(source.get("helm")), fields(source.get("kustomize"))
    yield from _values_in_string(text, helm.get("values"), claimed, readers)
    yield from _values(text, helm.get("valuesObject"), claimed, readers)
    parameters = helm.get("parameters")
    if parameters is not None:
        claimed.add(id(parameters))
        yield from readers.values(text, set_flags.as_values(parameters))
    images = kustomize.get("images")
    for image in items(images):
        if is_text(image) and not is_not_a_reference(image.value):
            yield _argo_image(text, image)
    yield from in_kustomization(text, kustomize, claimed, readers)


def _argo_image(text: str, image: Scalar) -> Occurrence:
    """Return the new image of ``old=new:tag``, or the fixed name of ``name:tag``."""
    old, equals, _ = image.value.partition("=")
    place = scalars.inside(text, image)
    pieces = scalars.pieces(text, image, len(old) + 1 if equals else 0)
    head, slash, last = text_of(image).partition("@")[0].rpartition("/")
    reason = None if equals else _MATCHED_BY_ARGO.format(head + slash + last.partition(":")[0])
    return Occurrence(pieces, place, place, reason=reason)


# --- values ----------------------------------------------------------------------------------


def _values(text: str, node: Node | None, claimed: set[int], readers: Readers) -> Iterator[Occurrence]:
    if isinstance(node, Mapping):
        claimed.add(id(node))
        yield from readers.values(text, node)


def _values_in_string(
    text: str, node: Node | None, claimed: set[int], readers: Readers
) -> Iterator[Occurrence]:
    if isinstance(node, Scalar):
        claimed.add(id(node))
        yield from nested(text, node, lambda inner: _in_values_text(inner, readers))


def _in_values_text(source: Source, readers: Readers) -> Iterator[Occurrence]:
    """Yield the references of Helm values in a string."""
    for document in source.once(tree.documents):
        for root in document.roots():
            yield from readers.values(source.text, root)
