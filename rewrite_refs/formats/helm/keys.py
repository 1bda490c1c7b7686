"""What the keys of Helm values are called that name an image, or a part of one.

    {registry: quay.io, repository: acme/web, tag: v1}      proxyImage: acme/proxy:1
    {imageName: acme/web, imageTag: v1}                     proxyImageRegistry with proxyImageRepository

Nothing here looks at how a value is written, but for single words behind keys of pictures.
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
# What stands between the registry and a name without a slash, surely or perhaps.
OWNERS = ("org", "organization", "organisation", "owner")
_MAYBE_OWNERS = ("namespace", "project", "account")
_POLICIES = ("pullPolicy", "imagePullPolicy")
# Names that need more than themselves to be one of an image, and what is enough.
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
# What these begin with holds for all images: a word alone is an owner.
_GENERAL = re.compile(r"(?i:default|global)")
# Keys of pictures, of disks, and of the names of other entries.  A single word behind one is no image.
_PICTURES = re.compile(
    r"(?i:use[-_]?image|.*(?:vm|os|machine|disk|boot|cloud|ami|background|logo|cover|hero|social|og|profile|banner|icon)[-_]?image)"
)
# Below ``images`` these are no names of images, whatever stands there but a full reference.
_NO_IMAGES = re.compile(
    r"(?i:.*(?:registry|tag|policy|secrets?|enabled|digest|sha|version|prefix|suffix|repository|hub|name))"
)
_FULL = re.compile(r"[^/]+\.[^/]+/.*:[^/]+")
# A name with a tag that is no port.
_TAGGED = re.compile(r"[a-z0-9][a-z0-9._/-]*:(?:v?\d+\.[\w.-]+|[\w.-]*(?:alpine|latest|slim|stable)[\w.-]*)")
_TAG = re.compile(r"[\w][\w.-]{0,127}(?:@sha256:[0-9a-f]{64})?|sha256:[0-9a-f]{64}")


def named(values: dict[str, Node], key: str) -> Scalar | None:
    """The scalar that names the image of the mapping *values* below *key*, if one does."""
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
    """Whether a registry stands in the place of the repository, and the name beside it."""
    host, _, path = text_of(repository).strip("/").partition("/")
    is_cache = ECR_HOST.fullmatch(host) is not None and "/" in text_of(name)
    return is_host(repository) and (not path or is_cache)


def _is_whole(registry: Node | None, values: dict[str, Node]) -> TypeGuard[Scalar]:
    """Whether what is called a registry is all of a name: it has an owner, and a tag beside it."""
    return is_host(registry) and text_of(registry).strip("/").count("/") > 1 and "tag" in values


def _is_enough(name: str, values: dict[str, Node], key: str) -> bool:
    """Whether a vague *name* is one of an image by what stands around it."""
    if not values.keys().isdisjoint(NOT_OF_IMAGES | _OF_DISKS):
        return False
    if IMAGE.fullmatch(key):
        return True
    registry = values.get("registry")
    if values.keys().isdisjoint(_ENOUGH) or (is_text(registry) and not is_head(registry)):
        return False
    return name != "name" or IMAGES.fullmatch(key) is not None


def prefixed_names(values: dict[str, Node]) -> Iterator[tuple[Scalar, dict[str, Node]]]:
    """The other scalars of a mapping that name images, each with the registry, tag and digest of its own."""
    for key, value in values.items():
        if not is_text(value) or key in _NAMES:
            continue
        behind = _PREFIXED.fullmatch(key)
        if behind and not (_GENERAL.match(key) and "/" not in text_of(value)):
            yield value, _parts(values, behind["head"], behind["part"].islower())
        elif IMAGE.fullmatch(key) and not (_PICTURES.fullmatch(key) and not set(value.value) & set("/:@")):
            yield value, {**_parts(values, key + "_", True), **_parts(values, key, False)}


def _parts(values: dict[str, Node], head: str, lower: bool) -> dict[str, Node]:
    """The registry, the tag and the digest whose keys begin with *head*."""
    names = {name: head + (name if lower else name.capitalize()) for name in ("registry", "tag", "digest")}
    return {name: values[key] for name, key in names.items() if key in values}


def names_image(key: str, value: Scalar) -> bool:
    """Whether an entry of a map of images by name is one."""
    if not is_text(value) or not set(value.value) & set("/:@") or IMAGE.fullmatch(key):
        return False  # the last is for ``prefixed_names``
    return is_full(value) or not _NO_IMAGES.fullmatch(key)


def by_name(values: dict[str, Node]) -> Iterator[Scalar]:
    """The images of a mapping below a key ``image`` that names none: by name, as below ``images``."""
    for key, value in values.items():
        if not is_text(value) or IMAGE.fullmatch(key) or _NO_IMAGES.fullmatch(key):
            continue
        if is_full(value) or _TAGGED.fullmatch(text_of(value)):
            yield value


def is_full(value: Scalar) -> bool:
    """Whether a scalar has a registry and a tag, so that it is no registry."""
    return _FULL.fullmatch(text_of(value)) is not None


def registry_of(values: dict[str, Node]) -> Scalar | None:
    """The registry of a mapping, if it has one that is filled in."""
    return next((node for key in REGISTRIES if is_text(node := values.get(key))), None)


def owner_of(values: dict[str, Node]) -> tuple[str, Scalar] | None:
    """The owner that stands in a key of its own, with the key."""
    for key in (*OWNERS, *_MAYBE_OWNERS):
        node = values.get(key)
        if is_text(node) and ("/" not in text_of(node) or is_host(node)):
            return key, node
    return None


def tag_of(values: dict[str, Node]) -> Node | None:
    """The tag of a mapping, unless it is no tag but a range or the like."""
    tag = next((values[key] for key in _TAGS if not is_null(values.get(key))), None)
    return tag if _TAG.fullmatch(text_of(tag)) or PLACEHOLDER.search(text_of(tag)) else None


def digest_of(values: dict[str, Node]) -> Node | None:
    """The digest of a mapping."""
    return next((values[key] for key in _DIGESTS if not is_null(values.get(key))), None)


def is_never_pulled(values: dict[str, Node]) -> bool:
    """Whether a mapping says that its image is there already."""
    return "Never" in (text_of(values.get(key)) for key in _POLICIES)
