"""Kubernetes manifests: every YAML or JSON document with ``apiVersion`` and ``kind``.

    before:  - image: nginx:1.25  # the server
    after:   - image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx:1.25  # the server

What is found, in any number of documents and in ``List`` items:

- the scalar of every mapping key ``image``: containers of all kinds, pod templates inside
  any workload, custom resources; ``reference`` below ``image`` (image volumes);
- split forms, read together: ``{registry, repository, tag, digest}`` below a key ``image``, or
  elsewhere where a ``tag`` or ``digest`` stands beside the ``repository``; ``image`` beside
  ``registry``, ``hub`` or ``repository``; a short name below a mapping with ``hub`` or
  ``registry`` (Istio's operator).  Where a registry key is filled in, the host and the prefix
  go into it, and ``library/`` into the repository;
- the images that skaffold builds (``build.artifacts``), as the repository's own.

What is left alone:

- all ``status`` and ``metadata``, labels, annotations and selectors;
- empty values, numbers and booleans, istio's ``auto``, a value that is one placeholder
  (``$(params.image)``, ``{{ .Values.image }}``), URLs, paths, and patterns with ``*``;
- images that are never pulled (``imagePullPolicy: Never``) or that a build pushes
  (``output.image``), as the repository's own;
- machine images (``MACHINES``), names that nothing pulls by (``NAMES``: Flux's ``ImageRepository``,
  Calico's ``ImageSet``), files (``logo.png``), and the schemas of custom resources;
- a name that an anchor puts into other places as well (``name: &n redis`` with ``image: *n``), unless
  the key there is called some image: reported, for the edit would change them;
- YAML inside strings (``data`` of a ConfigMap, Argo CD's ``helm.values``), ``env`` values, and
  keys with other names (``baseImage``, ``imageRepository``, kustomize's ``images``).

``nginx:$(params.tag)``, ``nginx:${TAG}`` and ``nginx:{{ .tag }}`` are rewritten, for their head is
known; where a placeholder stands in the head, the reference is reported as unresolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import NamedTuple

from rewrite_refs.errors import ParseError, Problem
from rewrite_refs.formats import yamlchars, yamltree
from rewrite_refs.formats.file import File
from rewrite_refs.formats.split import (
    NOT_OF_IMAGES,
    PLACEHOLDER,
    has_host,
    is_head,
    is_host,
    is_other,
    joined,
    text_of,
)
from rewrite_refs.formats.yamlchars import Scalar
from rewrite_refs.formats.yamltree import Mapping, Node, Sequence, fields, is_null, is_text
from rewrite_refs.source import Occurrence, Token

NAME = "kubernetes"

# API groups, or one kind of a group, whose ``image`` is the disk of a machine: an AMI, a family of
# GCP, an OpenStack name.  ``debian-cloud/debian-12`` would parse as a name on Docker Hub.
MACHINES = frozenset(
    {
        "cluster.k8s.io",  # Cluster API before v1alpha2
        "compute.cnrm.cloud.google.com",  # Config Connector
        "compute.do.crossplane.io",  # droplets
        "compute.gcp.crossplane.io",
        "compute.gcp.upbound.io",
        "compute.gcp.m.upbound.io",
        "compute.google.com",
        "infrastructure.cluster.x-k8s.io",  # Cluster API
        "kops.k8s.io/InstanceGroup",
        "machine.openshift.io",
        "machine.sapcloud.io",  # Gardener
        "server.hcloud.crossplane.io",
    }
)
# Kinds whose ``image`` must stay as it is.
NAMES = frozenset(
    {
        # Flux looks for new tags there; of a cache it would see those that were pulled already.
        "image.toolkit.fluxcd.io/ImageRepository",
        # Calico's operator looks it up, and puts the registry of its Installation before it.
        "operator.tigera.io/ImageSet",
    }
)
# Keys in such an object that hold containers all the same (kOps' hooks, KubeVirt's machines).
_IN_MACHINES = frozenset({"containers", "initContainers", "containerDisk", "execContainer"})

# Keys below which an ``image`` is a word about something, not an image that is pulled.
_WORDS = frozenset({"metadata", "labels", "annotations", "matchLabels", "selector", "nodeSelector", "status"})

# Keys of full containers: what stands around a list of them says nothing of their registry.
_CONTAINERS = frozenset(
    {"containers", "initContainers", "ephemeralContainers", "container", "script", "sidecars", "steps"}
)

# skaffold's keys whose ``image`` names something that it builds.
_BUILT = frozenset({"artifacts", "requires", "test"})

# What a key is called whose value is an image, or the head of one.
_IMAGE_KEY = re.compile(r"(?i:image|reference|repository|registry|hub)\Z")
_KEY = re.compile(r"\b(?:image|repository)[\"']?[ \t]*:")
_MARKS = tuple(re.compile(rf"^[\"']?{key}[\"']?[ \t]*:", re.MULTILINE) for key in ("apiVersion", "kind"))
_JSON_MARKS = ('"apiVersion"', '"kind"')
_UNSURE = "whether the {} is a part of its name cannot be told"


def candidate(path: PurePath) -> bool:
    """Whether a file can be a manifest, from its name."""
    return path.name.lower().endswith((".yml", ".yaml", ".json"))


def claims(file: File, data: bytes) -> bool:
    """Whether a file may hold manifests with images."""
    if not candidate(file.path):
        return False
    return b"apiVersion" in data and b"kind" in data and (b"image" in data or b"repository" in data)


def is_manifest(text: str) -> bool:
    """Whether a text shows the marks of a manifest, even if nothing can parse it."""
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return all(mark in text for mark in _JSON_MARKS)
    return all(mark.search(text) for mark in _MARKS)


def find(text: str) -> Iterator[Occurrence]:
    """The image references of a text, in order; raises ParseError last for documents that are broken."""
    problems: list[Problem] = []
    for root in yamltree.roots(text, _wanted, _expected, problems):
        found = {(each.span, each.text): each for each in _in_document(text, root)}
        yield from sorted(found.values(), key=lambda each: each.span)
    if problems:
        raise ParseError(problems)


def outline(text: str) -> Iterable[Token]:
    """Everything that an edit must leave alone, in order."""
    return yamltree.outline(text, _wanted, lambda top, key: _IMAGE_KEY.search(key) is not None)


def built(text: str) -> frozenset[str]:
    """The names of the images that a skaffold configuration builds.  Raises nothing."""
    if "skaffold/" not in text:
        return frozenset()
    try:
        return frozenset(each.text for each in find(text) if each.own and not each.holes)
    except ParseError:
        return frozenset()


def _wanted(document: str) -> bool:
    """Whether a document may hold references; definitions of custom resources are large and hold none."""
    words = (
        "apiVersion" in document and "kind" in document and "\nkind: CustomResourceDefinition" not in document
    )
    return words and ("image" in document or "repository" in document)


def _expected(document: str) -> bool:
    """Whether a document that cannot be read may hold references: ``imagePullSecrets`` alone are none."""
    return bool(_KEY.search(document)) and is_manifest(document)


# --- where images stand ----------------------------------------------------------------------


class _Place(NamedTuple):
    """Where in a document a node stands."""

    key: str = ""  # under which it, or the sequence around it, is
    around: dict[str, Node] | None = None  # the nearest mapping around it that names a registry
    machine: bool = False
    skaffold: bool = False
    skipped: frozenset[str] = _WORDS


def _in_document(text: str, root: Node) -> Iterator[Occurrence]:
    if isinstance(root, Mapping) and _is_object(fields(root)):
        yield from in_fragment(text, root)


def in_fragment(text: str, root: Node) -> Iterator[Occurrence]:
    """The images of a manifest or of a part of one, such as a template or a patch holds."""
    pending: list[tuple[Node, _Place]] = [(root, _Place())]
    seen: set[int] = set()
    while pending:
        node, place = pending.pop()
        if isinstance(node, Scalar) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Sequence):
            pending += [(each, place) for each in reversed(node.children)]
            continue
        values = fields(node)
        if _is_object(values):
            kind = text_of(values["kind"])
            if kind == "CustomResourceDefinition":
                continue
            place = place._replace(
                machine=_is_machine(values),
                skaffold=text_of(values["apiVersion"]).startswith("skaffold/"),
                skipped=_WORDS | {"schema"} if kind == "ResourceGraphDefinition" else _WORDS,  # kro's
            )
        yield from _in_mapping(text, values, place)
        around = values if is_text(values.get("hub")) or is_host(values.get("registry")) else place.around
        pending += [
            (value, place._replace(key=key, around=around))
            for key, value in reversed(values.items())
            if key not in place.skipped
        ]


def _is_object(values: dict[str, Node]) -> bool:
    return not is_null(values.get("apiVersion")) and not is_null(values.get("kind"))


def _is_machine(values: dict[str, Node]) -> bool:
    group = text_of(values["apiVersion"]).partition("/")[0]
    kind = f"{group}/{text_of(values['kind'])}"
    return group in MACHINES or kind in MACHINES or kind in NAMES


def _in_mapping(text: str, values: dict[str, Node], place: _Place) -> Iterator[Occurrence]:
    """The image that a mapping names, if it does."""
    if place.machine and place.key not in _IN_MACHINES:
        return
    image, repository, reference = (values.get(key) for key in ("image", "repository", "reference"))
    if is_text(image):
        yield from _read(text, image, values, place)
    elif is_text(repository) and (place.key == "image" or _is_image(values)):
        yield from _read(text, repository, values, place)
    elif is_text(reference) and place.key == "image":
        yield from _read(text, reference, {}, _Place())


def _is_image(values: dict[str, Node]) -> bool:
    """Whether a mapping with a ``repository`` tells of an image by what else it has."""
    return not values.keys() & NOT_OF_IMAGES and not values.keys().isdisjoint(("tag", "digest"))


# --- what they are made of -------------------------------------------------------------------


def _read(text: str, name: Scalar, values: dict[str, Node], place: _Place) -> Iterator[Occurrence]:
    """The reference that ends in *name*, one of *values*; nothing where it is plainly none."""
    if is_other(name.value):
        return
    parts = _parts(name, values, place)
    pieces = joined(text, parts.heads, name, parts.tag, parts.digest)
    inside = yamlchars.inside(text, name)
    yield Occurrence(pieces, inside, inside, own=_own(values, place), reason=parts.reason)


def _own(values: dict[str, Node], place: _Place) -> str | None:
    """Why an image is one that no registry upstream has, or None."""
    if place.skaffold and place.key in _BUILT:
        return "built by skaffold"
    if place.key == "output":
        return "where a build pushes to"
    if "Never" in (text_of(values.get("imagePullPolicy")), text_of(values.get("pullPolicy"))):
        return "never pulled: its pull policy is Never"
    return None


class _Parts(NamedTuple):
    """What belongs to a name: the scalars before it, its tag and digest, and why that is not certain."""

    heads: tuple[Scalar, ...]
    tag: Node | None
    digest: Node | None
    reason: str | None = None


def _parts(name: Scalar, values: dict[str, Node], place: _Place) -> _Parts:
    """Read the keys beside a name, or those of the mapping around that names a registry."""
    tag, digest = values.get("tag"), values.get("digest") or values.get("sha")
    if name is values.get("repository") and place.key == "image" and is_text(values.get("name")):
        # With an owner before it, whatever the name is, the head is edited in the same way.
        path = text_of(name).partition("/")[2] if has_host(text_of(name)) else text_of(name)
        if "/" not in path:
            return _Parts((), tag, digest, _UNSURE.format("name beside it"))
    if name is values.get("repository") and has_host(text_of(name)) and is_text(values.get("registry")):
        return _Parts((), tag, digest, _UNSURE.format("registry beside it"))  # a mirror, and a path on it?
    if has_host(text_of(name)) or PLACEHOLDER.match(text_of(name)):
        return _Parts((), tag, digest)
    repository = values.get("repository")
    registry = next((values[key] for key in ("registry", "hub") if is_text(values.get(key))), None)
    is_hub = registry is not None and registry is values.get("hub")
    if is_text(repository) and repository is not name and "://" not in repository.value:
        tag = tag or values.get("version")
        if is_head(repository):
            return _Parts((repository,), tag, digest)
        if is_text(registry):
            return _Parts((registry, repository), tag, digest, _doubt(registry, is_hub))
        return _Parts((repository,), tag, digest, _UNSURE.format("repository beside it"))
    if is_text(registry):
        return _Parts((registry,), tag, digest, _doubt(registry, is_hub))
    if place.around is None or place.key in _CONTAINERS:
        return _Parts((), tag, digest)
    hub = place.around.get("hub")
    around = hub if is_text(hub) else place.around["registry"]
    if "/" not in text_of(name) and isinstance(around, Scalar):
        return _Parts((around,), tag or place.around.get("tag"), digest)
    # Istio takes it for a full name; of others nobody knows.
    return _Parts((), tag, digest, None if around is hub else _UNSURE.format("registry around it"))


def _doubt(registry: Scalar, is_hub: bool) -> str | None:
    """Why what stands in the registry's key may be none."""
    return None if is_hub or is_head(registry) else _UNSURE.format("registry beside it")
