"""Image references in mappings of Kubernetes objects, in one key or in several.

    image: quay.io/acme/web:1                                   in one
    image: {registry: quay.io, repository: acme/web, tag: 1}    in several

The keys next to a name decide what belongs to the reference, and the location of
the mapping decides whether it is an image at all; see ``kubernetes`` for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rewrite_refs.text.spans import Occurrence
from rewrite_refs.yaml import scalars
from rewrite_refs.yaml.references import (
    NOT_OF_IMAGES,
    PLACEHOLDER,
    has_host,
    is_head,
    is_not_a_reference,
    joined,
    text_of,
)
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Node, fields, is_null, is_text

# Keys below which an ``image`` is only a description, not an image that is pulled.
WORDS = frozenset({"metadata", "labels", "annotations", "matchLabels", "selector", "nodeSelector", "status"})

# API groups, or one kind of a group, whose ``image`` is the disk of a machine: an AMI, a family of
# GCP, or an OpenStack name.  ``debian-cloud/debian-12`` would parse as a name on Docker Hub.
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
# Kinds whose ``image`` must not be rewritten.
NAMES = frozenset(
    {
        # Flux looks for new tags there; in a cache it would only see tags that have been pulled already.
        "image.toolkit.fluxcd.io/ImageRepository",
        # Calico's operator looks it up there, and prepends the registry of its Installation.
        "operator.tigera.io/ImageSet",
    }
)
# Keys in such an object that contain containers nevertheless (kOps' hooks, KubeVirt's machines).
_IN_MACHINES = frozenset({"containers", "initContainers", "containerDisk", "execContainer"})

# Keys of full containers: a registry set around such a list does not apply to them.
_CONTAINERS = frozenset(
    {"containers", "initContainers", "ephemeralContainers", "container", "script", "sidecars", "steps"}
)

# skaffold's keys whose ``image`` is one that skaffold builds.
_BUILT = frozenset({"artifacts", "requires", "test"})

_MARKS = tuple(re.compile(rf"^[\"']?{key}[\"']?[ \t]*:", re.MULTILINE) for key in ("apiVersion", "kind"))
_JSON_MARKS = ('"apiVersion"', '"kind"')
_PUSHED = "a push target of a build"
_UNSURE = "ambiguous: `{}:` may or may not be part of this image name"


class Scope(NamedTuple):
    """The context of a node within its document."""

    key: str = ""  # the key of the node, or of the sequence around it
    enclosing: dict[str, Node] | None = None  # the nearest mapping around it that sets a registry
    machine: bool = False
    skaffold: bool = False
    group: str = ""  # the API group of the object around it
    skipped: frozenset[str] = WORDS

    @property
    def is_of_disks(self) -> bool:
        """Whether an ``image`` here is a machine's disk, not a container image."""
        return self.machine and self.key not in _IN_MACHINES


def is_manifest(text: str) -> bool:
    """Whether a text looks like a manifest, even if it does not parse."""
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return all(mark in text for mark in _JSON_MARKS)
    return all(mark.search(text) for mark in _MARKS)


def is_object(node: Node) -> bool:
    """Whether a node is a Kubernetes object."""
    values = fields(node)
    return not is_null(values.get("apiVersion")) and not is_null(values.get("kind"))


def is_machine(group: str, kind: str) -> bool:
    """Whether the images of this kind of object are machine disks or fixed names.

    Fixed names (``NAMES``) must not be rewritten.
    """
    name = f"{group}/{kind}"
    return group in MACHINES or name in MACHINES or name in NAMES


def in_mapping(text: str, values: dict[str, Node], scope: Scope) -> Iterator[Occurrence]:
    """Yield the reference that a mapping contains, if any."""
    if scope.is_of_disks:
        return
    image, repository, reference = (values.get(key) for key in ("image", "repository", "reference"))
    if is_text(image):
        yield from _read(text, image, values, scope)
    elif is_text(repository) and (scope.key == "image" or _is_image(values)):
        yield from _read(text, repository, values, scope)
    elif is_text(reference) and scope.key == "image":
        yield from _read(text, reference, {}, Scope())
    elif text_of(values.get("kind")) == "DockerImage" and is_text(name := values.get("name")):
        yield from _read(text, name, {}, Scope(scope.key))  # of OpenShift's builds and image streams


def _is_image(values: dict[str, Node]) -> bool:
    """Whether the other keys next to a ``repository`` show that it is an image."""
    return not values.keys() & NOT_OF_IMAGES and not values.keys().isdisjoint(("tag", "digest"))


def _read(text: str, name: Scalar, values: dict[str, Node], scope: Scope) -> Iterator[Occurrence]:
    """Yield the reference that ends in *name*, unless it is clearly not one.

    *name* is one of *values*.
    """
    if is_not_a_reference(name.value):
        return
    parts = _parts(name, values, scope)
    pieces = joined(text, parts.heads, name, parts.tag, parts.digest)
    inside = scalars.inside(text, name)
    yield Occurrence(pieces, inside, inside, own=_own(values, scope), reason=parts.reason)


def _own(values: dict[str, Node], scope: Scope) -> str | None:
    """Return why no upstream registry has the image, or None."""
    if scope.skaffold and scope.key in _BUILT:
        return "built by skaffold"
    if scope.key in ("output", "to"):
        return _PUSHED
    if "Never" in (text_of(values.get("imagePullPolicy")), text_of(values.get("pullPolicy"))):
        return "never pulled: its pull policy is Never"
    return None


class _Parts(NamedTuple):
    """The other parts of a reference: the scalars before its name, its tag and digest.

    ``reason`` is why these are not certain.
    """

    heads: tuple[Scalar, ...]
    tag: Node | None
    digest: Node | None
    reason: str | None = None


def _parts(name: Scalar, values: dict[str, Node], scope: Scope) -> _Parts:
    """Return the parts next to a name, or those of the enclosing registry."""
    tag, digest = values.get("tag"), values.get("digest") or values.get("sha")
    if name is values.get("repository") and scope.key == "image" and is_text(values.get("name")):
        # If there is an owner before it, the start is edited in the same way whatever the name is.
        path = text_of(name).partition("/")[2] if has_host(text_of(name)) else text_of(name)
        if "/" not in path:
            return _Parts((), tag, digest, _UNSURE.format("name"))
    if name is values.get("repository") and has_host(text_of(name)) and is_text(values.get("registry")):
        return _Parts((), tag, digest, _UNSURE.format("registry"))  # a mirror, and a path on it?
    if has_host(text_of(name)) or PLACEHOLDER.match(text_of(name)):
        return _Parts((), tag, digest)
    repository = values.get("repository")
    registry = next((values[key] for key in ("registry", "hub") if is_text(values.get(key))), None)
    is_hub = registry is not None and registry is values.get("hub")
    if is_text(repository) and repository is not name and "://" not in repository.value:
        if is_head(repository):
            return _Parts((repository,), tag or values.get("version"), digest)
        if is_text(registry):
            return _Parts(
                (registry, repository),
                tag or values.get("version"),
                digest,
                _doubt_about_registry(registry, is_hub),
            )
        if "/" in text_of(name):
            # Names on Docker Hub do not have three parts: this is the repository of a source or a backup.
            return _Parts((), tag, digest)
        tag = tag or values.get("version")
        return _Parts((repository,), tag, digest, _UNSURE.format("repository"))
    if is_text(registry):
        return _Parts((registry,), tag, digest, _doubt_about_registry(registry, is_hub))
    if scope.enclosing is None or scope.key in _CONTAINERS:
        return _Parts((), tag, digest)
    hub = scope.enclosing.get("hub")
    around = hub if is_text(hub) else scope.enclosing["registry"]
    if "/" not in text_of(name) and isinstance(around, Scalar):
        return _Parts((around,), tag or scope.enclosing.get("tag"), digest)
    # Istio uses it as a full name; for other tools this is not known.
    return _Parts((), tag, digest, None if around is hub else _UNSURE.format("registry"))


def _doubt_about_registry(registry: Scalar, is_hub: bool) -> str | None:
    """Return why the value of the registry's key may not be a registry, or None."""
    return None if is_hub or is_head(registry) else _UNSURE.format("registry")
