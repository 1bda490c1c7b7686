"""Helm values: ``values*.yaml`` and ``*-values.yaml``, files below ``values/``, values in a chart's folder.

    before:  image: {registry: docker.io, repository: nginx, tag: "1.25"}
    after:   image: {registry: <registry>/docker-hub, repository: library/nginx, tag: "1.25"}

Keys that stand side by side are read together:

- ``registry``, ``repository``, ``tag`` and ``digest`` (or ``sha``), in any subset with a repository;
  ``repo``, ``name``, ``image`` and ``imageName`` may stand in its place, ``hub`` and ``imageRegistry`` in
  that of the registry, and all of them behind a word (``proxyImageRepository`` with ``proxyImageRegistry``);
- ``image: nginx:1.25``, keys that end in ``image`` (``initImage``, ``backup_image``), lists of images, and
  maps of images by name below ``images``;
- a registry around images: ``imageRegistry``, ``hub``, ``global.imageRegistry``, ``global.image.registry``.

Where a registry is filled in, the host and the prefix go into it, and ``library/`` into the repository.
Where it is empty, null or absent, or where the repository names a host already, the repository takes all.
A registry that several images share is rewritten if all of them go to the same upstream; otherwise each of
them is reported.  A registry behind which no image of the file stands is reported, too.

Texts in block scalars are read as what they mostly are: containers that a template puts into a pod.

What is left alone: registries that are none (``registry: txt``), repositories of git and of charts, ``null``,
``auto``, numbers, pictures, the disks of machines (``vmImage: ubuntu-latest``), placeholders, and the test
suites of helm-unittest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import NamedTuple, TypeGuard

from rewrite_refs.errors import ParseError, Problem
from rewrite_refs.formats import helmchart, yamlchars, yamltree
from rewrite_refs.formats.file import File
from rewrite_refs.formats.imagekeys import (
    IMAGE,
    IMAGES,
    REGISTRIES,
    behind_words,
    digest_of,
    is_full,
    is_never_pulled,
    named,
    names_image,
    registry_of,
    tag_of,
)
from rewrite_refs.formats.nested import nested
from rewrite_refs.formats.split import (
    PLACEHOLDER,
    has_host,
    is_head,
    is_host,
    is_other,
    joined,
    pieces_of,
    text_of,
)
from rewrite_refs.formats.yamlchars import Scalar
from rewrite_refs.formats.yamltree import Mapping, Node, Sequence, fields, is_text
from rewrite_refs.rules import ECR_HOST
from rewrite_refs.source import Occurrence, Token

NAME = "helm-values"

_YAML = (".yaml", ".yml")
_FILE = re.compile(r"(?:.*[-_.])?values(?:[-_.0-9].*)?\.ya?ml", re.IGNORECASE)
_NO_VALUES = re.compile(
    r"(?:chart|requirements|kustomization|helmfile|ct|\..*|mkdocs|(?:docker-)?compose.*|.*\.schema)\.ya?ml",
    re.IGNORECASE,
)
_OTHER_FOLDERS = frozenset({"templates", "crds"})
_TESTS = re.compile(
    r"(?:unit-?)?tests?|.*[-_.]test\.ya?ml", re.IGNORECASE
)  # helm-unittest's; folders or files
_MANIFEST = tuple(
    re.compile(rb"^[\"']?%s[\"']?[ \t]*:" % key, re.MULTILINE) for key in (b"apiVersion", b"kind")
)
_WORDS = ("image", "Image", "IMAGE", "repo", "hub")

_NO_HUB = "Docker Hub has no names of three parts: give it a registry, if it is an image"
# Full containers: what stands around them says nothing of their registry.
_CONTAINERS = re.compile(r"(?i:.*containers?|.*sidecars)")
_IMAGE_KEY = re.compile(r"(?i:image|images|reference|repository|repo|registry|hub)\Z")


def candidate(path: PurePath) -> bool:
    """Whether a file can hold values, from its name."""
    return path.name.lower().endswith(_YAML)


def claims(file: File, data: bytes) -> bool:
    """Whether a file holds Helm values in which images may be named."""
    if not candidate(file.path) or _NO_VALUES.fullmatch(file.name):
        return False
    folders = file.path.parts[:-1]
    if not _OTHER_FOLDERS.isdisjoint(folders):
        return False
    if not _FILE.fullmatch(file.name) and "values" not in folders:
        others = any(part.startswith(".") or _TESTS.fullmatch(part) for part in file.path.parts)
        if not file.chart or others:
            return False
    if not any(word.encode() in data for word in _WORDS):
        return False
    return not all(mark.search(data) for mark in _MANIFEST)


def find(text: str) -> Iterator[Occurrence]:
    """The image references of a text, in order; raises ParseError last for documents that are broken."""
    problems: list[Problem] = []
    for root in yamltree.roots(text, _wanted, lambda document: True, problems):
        yield from sorted(dict.fromkeys(in_values(text, root)), key=lambda each: each.span)
    if problems:
        raise ParseError(problems)


def outline(text: str) -> Iterable[Token]:
    """Everything that an edit must leave alone, in order."""
    return yamltree.outline(text, _wanted, lambda top, key: _IMAGE_KEY.search(key) is not None)


def _wanted(document: str) -> bool:
    return any(word in document for word in _WORDS)


# --- where images stand ----------------------------------------------------------------------


class _Around(NamedTuple):
    """The registry that is set for images further down."""

    registry: Scalar
    tag: Node | None
    wins: bool  # over one of an image's own, where a chart follows the custom of Bitnami


class _Place(NamedTuple):
    """Where a node stands."""

    key: str = ""  # under which it, or the sequence around it, is
    images: bool = False  # whether the keys of the mapping are names of images
    around: _Around | None = None


def in_values(text: str, root: Node) -> Iterator[Occurrence]:
    """The images of a mapping of values, wherever it stands in *text*."""
    used: set[int] = set()
    registries: list[Scalar] = []
    pending: list[tuple[Node, _Place]] = [(root, _Place())]
    seen: set[int] = set()
    while pending:
        node, place = pending.pop()
        if isinstance(node, Scalar):
            yield from _in_scalar(text, node, place, used)
        elif id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, Sequence):
                pending += [(each, place) for each in reversed(node.children)]
                continue
            values = fields(node)
            place = _within_global(values, place, registries)
            yield from _in_mapping(text, values, place, used)
            pending += reversed(list(_below(values, place, registries)))
    for registry in registries:
        if id(registry) not in used and (reason := _alone(registry)):
            place_of = yamlchars.inside(text, registry)
            yield Occurrence(tuple(pieces_of(text, registry)), place_of, place_of, reason=reason)


def _within_global(values: dict[str, Node], place: _Place, registries: list[Scalar]) -> _Place:
    """The place with the registry that ``global`` beside it sets."""
    general = values.get("global")
    if not isinstance(general, Mapping):
        return place
    inner = fields(general)
    image = inner.get("image")
    more = fields(image) if isinstance(image, Mapping) else {}
    for key, source in (("imageRegistry", inner), ("registry", more), ("hub", inner), ("registry", inner)):
        registry = source.get(key)
        if _sets_registry(registry, key):
            registries.append(registry)
            return place._replace(around=_Around(registry, inner.get("tag"), wins=key != "hub"))
    return place


def _below(values: dict[str, Node], place: _Place, registries: list[Scalar]) -> Iterator[tuple[Node, _Place]]:
    """What stands in a mapping, each with its place."""
    around = place.around
    for key in ("imageRegistry", "hub", "registry"):
        registry = values.get(key)
        if _sets_registry(registry, key):
            registries.append(registry)
            around = _Around(registry, values.get("tag"), wins=False)
            break
    for key, value in values.items():
        if isinstance(value, Scalar):
            yield value, _Place(key, place.images, around)
        else:
            images = IMAGES.fullmatch(key) is not None or (key == "tags" and place.images)
            named = "image" if place.images and isinstance(value, Mapping) else key
            yield value, _Place(named, images, None if _CONTAINERS.fullmatch(key) else around)


def _sets_registry(node: Node | None, key: str) -> TypeGuard[Scalar]:
    """Whether a node under *key* is a registry for what stands below, and not a whole reference."""
    if not is_text(node) or is_full(node):
        return False
    return is_host(node) or (key == "hub" and not is_other(node.value))


def _alone(registry: Scalar) -> str | None:
    """What to say of a registry behind which no image of the file stands."""
    host = text_of(registry).partition("/")[0]
    if ECR_HOST.fullmatch(host):
        return None
    return (
        "a registry alone: no image of this file stands behind it; if all that it serves is there, "
        "set the ECR registry with the prefix of the rule for it"
    )


# --- which they are --------------------------------------------------------------------------


def _in_scalar(text: str, node: Scalar, place: _Place, used: set[int]) -> Iterator[Occurrence]:
    """An item of a list of images, an image by name, or a text with containers."""
    if node.style in ("|", ">") and "image" in node.value and "\n" in node.value.strip():
        yield from nested(text, node, helmchart.in_text)
    elif place.images and (names_image(place.key, node) or (is_text(node) and IMAGES.fullmatch(place.key))):
        yield from _read(text, node, {}, place, used)


def _in_mapping(text: str, values: dict[str, Node], place: _Place, used: set[int]) -> Iterator[Occurrence]:
    """The images that the keys of a mapping name."""
    name = named(values, place.key)
    if name is not None:
        yield from _read(text, name, values, place, used)
    registries = {key: values[key] for key in REGISTRIES if key in values and name is None}
    for value, parts in behind_words(values):
        yield from _read(text, value, parts if "registry" in parts else registries | parts, place, used)


# --- what they are made of -------------------------------------------------------------------


class _Parts(NamedTuple):
    """The scalars before a name, the tag that comes with them, and why that is not certain."""

    heads: tuple[Scalar, ...] = ()
    tag: Node | None = None
    reason: str | None = None


def _read(
    text: str, name: Scalar, values: dict[str, Node], place: _Place, used: set[int]
) -> Iterator[Occurrence]:
    """The reference that ends in *name*, one of *values*; nothing where it is plainly none."""
    if is_other(name.value):
        return
    own = "never pulled: its pull policy is Never" if is_never_pulled(values) else None
    inside = yamlchars.inside(text, name)
    for parts in _parts(name, values, place):
        used.update(id(head) for head in parts.heads)
        pieces = joined(text, parts.heads, name, tag_of(values) or parts.tag, digest_of(values))
        yield Occurrence(pieces, inside, inside, own=own, reason=parts.reason)


def _parts(name: Scalar, values: dict[str, Node], place: _Place) -> list[_Parts]:
    """What stands before a name; twice where two registries may."""
    own = registry_of(values)
    is_hub = own is not None and own is values.get("hub")
    if has_host(text_of(name)) or PLACEHOLDER.match(text_of(name)):
        doubt = own is not None and has_host(text_of(name))
        return [_Parts(reason=_unsure("registry beside it") if doubt else None)]
    repository = values.get("repository")
    if name is repository and IMAGE.fullmatch(place.key) and is_text(values.get("name")):
        if "/" not in text_of(name):  # with an owner before it the head is edited in the same way
            return [_Parts(reason=_unsure("name beside it"))]
    elif name is not repository and is_text(repository) and "://" not in repository.value:
        return [_under(repository, own)]
    around = place.around
    if own is None:
        if around is not None:
            return [_Parts((around.registry,), around.tag)]
        if "hub" in values and "/" not in text_of(name):
            return [_Parts(reason="its hub is empty here, and set elsewhere")]
        return [_Parts(reason=_NO_HUB if text_of(name).count("/") > 1 else None)]
    if not is_head(own) and not is_hub:
        return [_Parts((own,), reason=_unsure("registry beside it"))]
    if around is None or not around.wins:
        return [_Parts((own,))]
    if text_of(own) == text_of(around.registry):
        return [_Parts((own,)), _Parts((around.registry,))]
    both = f"{text_of(own)} or {text_of(around.registry)}"
    reason = f"whether {both} stands before it is for the chart to say: leave one"
    return [_Parts((own,), reason=reason)]


def _under(repository: Scalar, registry: Scalar | None) -> _Parts:
    """What stands before a name that has the path to it in a key ``repository``."""
    if is_head(repository):
        return _Parts((repository,))
    if is_head(registry) and registry is not None:
        return _Parts((registry, repository))
    return _Parts((repository,), reason=_unsure("repository beside it"))


def _unsure(what: str) -> str:
    return f"whether the {what} is a part of its name cannot be told"
