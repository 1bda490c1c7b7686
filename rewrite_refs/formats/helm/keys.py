"""The names of Helm value keys that contain an image reference or part of one.

    {registry: quay.io, repository: acme/web, tag: v1}      proxyImage: acme/proxy:1
    {imageName: acme/web, imageTag: v1}                     proxyImageRegistry with proxyImageRepository

Images are recognized by their keys; the form of the value decides only where a key is not enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeGuard

from rewrite_refs.images.hosts import ECR_HOST
from rewrite_refs.yaml.references import NOT_OF_IMAGES, PLACEHOLDER, is_head, is_host, text_of
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Node, is_null, is_text

REGISTRIES = ("registry", "imageRegistry", "containerRegistry", "hub")
_NAMES = ("image", "repository", "imageRepository", "imageName", "repo", "imageRepo", "name")
_TAGS = ("tag", "imageTag", "version")
_DIGESTS = ("digest", "sha", "imageDigest")
# Keys of an owner between the registry and a name without a slash: certain ones and possible ones.
OWNERS = ("org", "organization", "organisation", "owner")
_MAYBE_OWNERS = ("namespace", "project", "account")
_POLICIES = ("pullPolicy", "imagePullPolicy")
# Keys that are those of an image only together with another key, and the keys that are sufficient.
_VAGUE = frozenset({"repository", "repo", "name"})
_OF_DISKS = frozenset({"container_format", "disk_format", "image_type", "source_url"})
_ENOUGH = frozenset({"tag", "imageTag", *_DIGESTS, *_POLICIES, *REGISTRIES})

IMAGE = re.compile(
    r"(?:.*[a-z0-9])?Image|(?:.*[-_.])?image|[A-Z0-9_]*IMAGE|(?:.*[a-z0-9])?(?:Image|Repository)AndTag"
)
IMAGES = re.compile(r"(?:.*[a-z0-9])?Images|(?:.*[-_.])?images")
_PREFIXED = re.compile(
    r"(?P<head>.*?(?:Image|_image_|_image|image_))(?P<part>Repository|Repo|Name|repository|repo|name)"
)
# Keys with this prefix apply to all images: a single word in them is an owner.
_GENERAL = re.compile(r"(?i:default|global)")
# Keys of pictures, of disks, and of the names of other entries.  A single word in them is not an image.
_PICTURES = re.compile(
    r"(?i:use[-_]?image|.*(?:vm|os|machine|disk|boot|cloud|ami|background|logo|cover|hero|social|og|profile|banner|icon)[-_]?image)"
)
# Below ``images`` the values of these keys are not images, unless they are full references.
_NO_IMAGES = re.compile(
    r"(?i:.*(?:registry|tag|policy|secrets?|enabled|digest|sha|version|prefix|suffix|repository|hub|name))"
)
_FULL = re.compile(r"[^/]+\.[^/]+/.*:[^/]+")
# A name with a tag that is not a port.
_TAGGED = re.compile(r"[a-z0-9][a-z0-9._/-]*:(?:v?\d+\.[\w.-]+|[\w.-]*(?:alpine|latest|slim|stable)[\w.-]*)")
_TAG = re.compile(r"[\w][\w.-]{0,127}(?:@sha256:[0-9a-f]{64})?|sha256:[0-9a-f]{64}")


def named(values: dict[str, Node], key: str) -> Scalar | None:
    """Return the scalar with the image name in *values*, a mapping at *key*, if any."""
    found = [
        node
        for name in _NAMES
        if is_text(node := values.get(name)) and (name not in _VAGUE or _is_enough(name, values, key))
    ]
    if not found:
        registry = values.get("registry")
        return registry if IMAGE.fullmatch(key) and _is_whole(registry, values) else None
    if len(found) > 1 and found[0] is values.get("repository") and _is_registry(found[0], found[1]):
        return found[1]
    return found[0]


def _is_registry(repository: Scalar, name: Scalar) -> bool:
    """Whether *repository* is only a registry, and *name* the repository."""
    host, _, path = text_of(repository).strip("/").partition("/")
    is_cache = ECR_HOST.fullmatch(host) is not None and "/" in text_of(name)
    return is_host(repository) and (not path or is_cache)


def _is_whole(registry: Node | None, values: dict[str, Node]) -> TypeGuard[Scalar]:
    """Whether a ``registry`` is a whole name: it has an owner, and a tag next to it."""
    return is_host(registry) and text_of(registry).strip("/").count("/") > 1 and "tag" in values


def _is_enough(name: str, values: dict[str, Node], key: str) -> bool:
    """Whether the keys around a vague key *name* show that it belongs to an image."""
    if not values.keys().isdisjoint(NOT_OF_IMAGES | _OF_DISKS):
        return False
    if IMAGE.fullmatch(key):
        return True
    registry = values.get("registry")
    if values.keys().isdisjoint(_ENOUGH) or (is_text(registry) and not is_head(registry)):
        return False
    return name != "name" or IMAGES.fullmatch(key) is not None


def prefixed_names(values: dict[str, Node]) -> Iterator[tuple[Scalar, dict[str, Node]]]:
    """Yield the other image names of a mapping, each with registry, tag and digest."""
    for key, value in values.items():
        if not is_text(value) or key in _NAMES:
            continue
        prefixed = _PREFIXED.fullmatch(key)
        if prefixed and not (_GENERAL.match(key) and "/" not in text_of(value)):
            yield value, _parts(values, prefixed["head"], prefixed["part"].islower())
        elif IMAGE.fullmatch(key) and not (_PICTURES.fullmatch(key) and not set(value.value) & set("/:@")):
            yield value, {**_parts(values, key + "_", True), **_parts(values, key, False)}


def _parts(values: dict[str, Node], head: str, lower: bool) -> dict[str, Node]:
    """Return the registry, the tag and the digest whose keys begin with *head*."""
    names = {name: head + (name if lower else name.capitalize()) for name in ("registry", "tag", "digest")}
    return {name: values[key] for name, key in names.items() if key in values}


def names_image(key: str, value: Scalar) -> bool:
    """Whether an entry of a map of images by name is an image."""
    if not is_text(value) or not set(value.value) & set("/:@") or IMAGE.fullmatch(key):
        return False  # keys that match IMAGE are read by ``prefixed_names``
    return is_full(value) or not _NO_IMAGES.fullmatch(key)


def by_name(values: dict[str, Node]) -> Iterator[Scalar]:
    """Yield the images of a mapping of images by name below a key ``image``.

    Such a mapping has no image name of its own; it is read like one below ``images``.
    """
    for key, value in values.items():
        if not is_text(value) or IMAGE.fullmatch(key) or _NO_IMAGES.fullmatch(key):
            continue
        if is_full(value) or _TAGGED.fullmatch(text_of(value)):
            yield value


def is_full(value: Scalar) -> bool:
    """Whether a scalar has a registry and a tag, so it is not only a registry."""
    return _FULL.fullmatch(text_of(value)) is not None


def registry_of(values: dict[str, Node]) -> Scalar | None:
    """Return the registry of a mapping, if it has one that is not empty."""
    return next((node for key in REGISTRIES if is_text(node := values.get(key))), None)


def owner_of(values: dict[str, Node]) -> tuple[str, Scalar] | None:
    """Return the key and the value of an owner that has its own key, if any."""
    for key in (*OWNERS, *_MAYBE_OWNERS):
        node = values.get(key)
        if is_text(node) and ("/" not in text_of(node) or is_host(node)):
            return key, node
    return None


def tag_of(values: dict[str, Node]) -> Node | None:
    """Return the tag of a mapping, or None if it is not a tag (but a range)."""
    tag = next((values[key] for key in _TAGS if not is_null(values.get(key))), None)
    return tag if _TAG.fullmatch(text_of(tag)) or PLACEHOLDER.search(text_of(tag)) else None


def digest_of(values: dict[str, Node]) -> Node | None:
    """Return the digest of a mapping, if any."""
    return next((values[key] for key in _DIGESTS if not is_null(values.get(key))), None)


def is_never_pulled(values: dict[str, Node]) -> bool:
    """Whether the pull policy of a mapping is ``Never``."""
    return "Never" in (text_of(values.get(key)) for key in _POLICIES)
