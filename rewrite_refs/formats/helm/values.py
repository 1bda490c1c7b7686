"""Helm values: ``values*.yaml``, ``*-values.yaml``, ``values/*``, files in charts.

    before:  image: {registry: docker.io, repository: nginx, tag: "1.25"}
    after:   image: {registry: <registry>/docker-hub, repository: library/nginx, tag: "1.25"}

Keys of the same mapping are read together:

- ``registry``, ``repository``, ``tag`` and ``digest`` (or ``sha``), in any subset with a repository.
  ``repo``, ``name``, ``image`` and ``imageName`` are read like ``repository``; ``hub``, ``imageRegistry``
  and ``containerRegistry`` like ``registry``.  An owner (``org``) may be between the two.  All these keys may
  have a prefix (``proxyImageRepository`` with ``proxyImageRegistry``);
- ``image: nginx:1.25``, keys that end in ``image`` (``initImage``, ``backup_image``), lists of images, and
  maps of images by name below ``images`` (below ``image``, if they have a tag);
- a registry for several images: ``imageRegistry``, ``defaultRegistry``, ``hub``, ``global.imageRegistry``,
  ``global.image.registry``, and ``image.registry`` below ``all``, ``common``, ``default`` or ``shared``.

If a registry has a value, the host and the prefix are written there, and ``library/`` into the repository.
If it is empty, null or absent, or if the repository already has a host, all is written into the repository.
A registry that several images share is rewritten if all of them have the same upstream; otherwise each of
them is reported.  A well-known registry without an image in the file is reported, too.  If the chart's other
values or its templates put a registry before the name, the name is not changed (except for the
``library/`` that Docker Hub needs).

Arguments and variables of containers are searched as in a manifest (see ``strings``).  Texts in block
scalars are read as what they usually are, containers that a template adds to a pod; a text with actions is
read as a template.  Bare names in a file with a repository that ends in an owner (``quay.io/acme``) are
reported.

What is left alone: values that are not registries (``registry: txt``), repositories of git and of charts,
``null``, ``auto``, numbers, pictures, the disks of machines (``vmImage: ubuntu-latest``), placeholders, and
the test suites of helm-unittest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeGuard

from rewrite_refs.formats.base import File, Format, Manual, is_manifest
from rewrite_refs.formats.helm.keys import (
    IMAGE,
    IMAGES,
    REGISTRIES,
    by_name,
    is_full,
    named,
    names_image,
    prefixed_names,
)
from rewrite_refs.formats.helm.parts import EnclosingRegistry, Scope, read
from rewrite_refs.formats.inline import WORDS
from rewrite_refs.formats.kubernetes import strings
from rewrite_refs.formats.readers import Readers
from rewrite_refs.formats.yaml_format import has_any, yaml_find, yaml_outline
from rewrite_refs.images.hosts import ECR_HOST
from rewrite_refs.text.spans import Occurrence
from rewrite_refs.yaml import scalars
from rewrite_refs.yaml.nested import nested
from rewrite_refs.yaml.outline import in_order
from rewrite_refs.yaml.references import is_host, is_not_a_reference, pieces_of, text_of
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Mapping, Node, Sequence, fields, is_text

_FILE = re.compile(r"(?:.*[-_.])?values(?:[-_.0-9].*)?\.ya?ml", re.IGNORECASE)
_NO_VALUES = re.compile(
    r"(?:chart|requirements|kustomization|helmfile|ct|\..*|mkdocs|(?:docker-)?compose.*|.*\.schema)\.ya?ml",
    re.IGNORECASE,
)
_TESTS = re.compile(
    r"(?:unit-?)?tests?|.*[-_.]test\.ya?ml", re.IGNORECASE
)  # helm-unittest's; folders or files
_SIGNS = ("image", "Image", "IMAGE", "repo", "Repo", "hub", *WORDS)

_CREDENTIALS = frozenset({"auth", "password", "username"})
# Registries for all images below, by other names.
_DEFAULTS = re.compile(r"(?i:(?:app|base|cluster|common|default|docker|global|private|system)\w*registry)")
# Keys of mappings that apply to all mappings next to them.
_FOR_ALL = re.compile(r"all|base|common|defaults?|shared")
# Registries whose images always have an owner, and the reason for bare names in a file with only an owner.
_WITH_OWNERS = frozenset({"quay.io", "ghcr.io", "public.ecr.aws"})
_OWNED = "ambiguous: it may be appended to a repository of this file that names only an owner"
# Full containers: a registry set around them does not apply to them.
_CONTAINERS = re.compile(r"(?i:.*containers?|.*sidecars)")


def _accepts(file: File) -> bool:
    """Whether a file contains Helm values."""
    if _NO_VALUES.fullmatch(file.name):
        return False
    folders = file.path.parts[:-1]
    named = _FILE.fullmatch(file.name) is not None
    # The ``templates`` folders of other tools contain whole charts; values with actions there are templates.
    if "templates" in folders and not (named and not any(sign in file.data for sign in (b"{{", b"{%"))):
        return False
    if "crds" in folders and not named:
        return False
    if not named and "values" not in folders:
        others = any(part.startswith(".") or _TESTS.fullmatch(part) for part in file.path.parts)
        if not file.chart or others:
            return False
    return not is_manifest(file.data)


def in_values(text: str, root: Node, readers: Readers) -> Iterator[Occurrence]:
    """Yield the references in Helm values: by key, and in arguments and variables."""
    found = list(_by_keys(text, root, readers))
    yield from found
    yield from strings.in_rest_of_values(text, root, found)


# --- where images are ------------------------------------------------------------------------


def _by_keys(text: str, root: Node, readers: Readers) -> Iterator[Occurrence]:
    """Yield the references that are recognized by their keys in a mapping of *text*."""
    found = list(_in_tree(text, root, readers))
    owned = any(_is_owner(each.text) for each in found)
    for each in found:
        unsure = owned and not each.reason and not set(each.text) & set("/:@")
        yield replace(each, reason=_OWNED) if unsure else each


def _is_owner(name: str) -> bool:
    """Whether a name ends in an owner, so templates append the names of images to it."""
    host, *path = name.partition("@")[0].split("/")
    return len(path) == 1 if host in _WITH_OWNERS else len(path) == 2 and bool(ECR_HOST.fullmatch(host))


def _in_tree(text: str, root: Node, readers: Readers) -> Iterator[Occurrence]:
    used: set[int] = set()
    registries: list[Scalar] = []
    pending: list[tuple[Node, Scope]] = [(root, Scope())]
    seen: set[int] = set()
    while pending:
        node, scope = pending.pop()
        if isinstance(node, Scalar):
            yield from _in_scalar(text, node, scope, used, readers)
        elif id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, Sequence):
                pending += [(each, scope._replace(path=None)) for each in reversed(node.children)]
                continue
            values = fields(node)
            scope = _within_all(values, _within_global(values, scope, registries), registries)
            yield from _in_mapping(text, values, scope, used)
            pending += reversed(list(_children(values, scope, registries)))
    for registry in registries:
        if id(registry) not in used and (reason := _lone_registry_reason(registry)):
            place_of = scalars.inside(text, registry)
            yield Occurrence(tuple(pieces_of(text, registry)), place_of, place_of, reason=reason)


def _within_global(values: dict[str, Node], scope: Scope, registries: list[Scalar]) -> Scope:
    """Return the scope with the registry that ``global`` in *values* sets, if any.

    The registry is added to *registries*.
    """
    general = values.get("global")
    if not isinstance(general, Mapping):
        return scope
    inner = fields(general)
    image = inner.get("image")
    more = fields(image)
    for key, source in (("imageRegistry", inner), ("registry", more), ("hub", inner), ("registry", inner)):
        registry = source.get(key)
        if _sets_registry(registry, key):
            registries.append(registry)
            return scope._replace(enclosing=EnclosingRegistry(registry, inner.get("tag"), wins=key != "hub"))
    return scope


def _within_all(values: dict[str, Node], scope: Scope, registries: list[Scalar]) -> Scope:
    """Return the scope with the registry of a mapping such as ``common``, if any.

    Its ``image`` has a registry but no name.  The registry is added to *registries*.
    """
    for key in filter(_FOR_ALL.fullmatch, values):
        general = values[key]
        image = fields(general).get("image") if isinstance(general, Mapping) else None
        inner = fields(image)
        registry = inner.get("registry")
        if _sets_registry(registry, "registry") and named(inner, "image") is None:
            registries.append(registry)
            return scope._replace(enclosing=EnclosingRegistry(registry, inner.get("tag"), wins=False))
    return scope


def _children(
    values: dict[str, Node], scope: Scope, registries: list[Scalar]
) -> Iterator[tuple[Node, Scope]]:
    """Yield the children of a mapping with their scope."""
    enclosing = scope.enclosing
    for key in (*REGISTRIES, *filter(_DEFAULTS.fullmatch, values)):
        registry = values.get(key)
        if _sets_registry(registry, key):
            if _CREDENTIALS.isdisjoint(values):  # else it may only be the registry of these credentials
                registries.append(registry)
            enclosing = EnclosingRegistry(registry, values.get("tag"), wins=False)
            break
    owner = any(is_text(values.get(key)) for key in ("repo", "repository"))
    owned = scope.owned or (owner and named(values, scope.key) is None)
    for key, value in values.items():
        if isinstance(value, Scalar):
            yield value, Scope(key, scope.images, enclosing)
        else:
            images = IMAGES.fullmatch(key) is not None or (key == "tags" and scope.images)
            nearest = "image" if scope.images and isinstance(value, Mapping) else key
            around_it = None if _CONTAINERS.fullmatch(key) else enclosing
            path = None if scope.path is None else (*scope.path, key)
            yield value, Scope(nearest, images, around_it, path, owned)


def _sets_registry(node: Node | None, key: str) -> TypeGuard[Scalar]:
    """Whether a node is a registry for the images below it, not a whole reference."""
    if not is_text(node) or is_full(node):
        return False
    return is_host(node) or (key == "hub" and not is_not_a_reference(node.value))


def _lone_registry_reason(registry: Scalar) -> str | None:
    """Return the reason to report a registry without an image in the file, or None."""
    host = text_of(registry).partition("/")[0]
    if ECR_HOST.fullmatch(host) or not any(host == word or host.endswith("." + word) for word in WORDS):
        return None
    return (
        "a registry without an image in this file: if the cache has all that it serves, "
        "set the ECR registry with the prefix of the rule for it"
    )


# --- which images they are -------------------------------------------------------------------


def _in_scalar(
    text: str, node: Scalar, scope: Scope, used: set[int], readers: Readers
) -> Iterator[Occurrence]:
    """Yield the references of an image in a list or map, or of a block scalar."""
    if node.style in ("|", ">") and "image" in node.value and "\n" in node.value.strip():
        yield from nested(text, node, readers.text)
    elif scope.images and (names_image(scope.key, node) or (is_text(node) and IMAGES.fullmatch(scope.key))):
        yield from read(text, node, {}, scope, used)


def _in_mapping(text: str, values: dict[str, Node], scope: Scope, used: set[int]) -> Iterator[Occurrence]:
    """Yield the references that are recognized by the keys of a mapping."""
    name = named(values, scope.key)
    if name is not None:
        yield from read(text, name, values, scope, used)
    elif IMAGE.fullmatch(scope.key):
        for each in by_name(values):
            yield from read(text, each, {}, scope, used)
    beside = {key: values[key] for key in REGISTRIES if _sets_registry(values.get(key), key)}
    registries = beside if name is None else {}
    for value, parts in prefixed_names(values):
        yield from read(text, value, parts if "registry" in parts else registries | parts, scope, used)


_MANUAL = Manual(
    __doc__,
    files=(
        "`values*.yaml`, `values*.yml`, `*-values.yaml`, `values/*.yaml`; in the folder of a chart, other "
        "`*.yaml` with values"
    ),
    summary=(
        "`registry`, `repository` and `tag` in any combination and under other names; shared registries; "
        "lists and maps of images"
    ),
    found=(
        "`{registry, repository, tag, digest}` in any combination with a repository, and under other names "
        "(`name`, `image`, `imageName`, `hub`, `imageRegistry`, `proxyImageRepository`); `image: nginx:1.25`;"
        " keys that end in `image`; lists and maps of images; a registry that several images share; arguments"
        " and variables of containers"
    ),
    reported=(
        "a shared registry whose images come from several upstreams; a registry without an image in the file;"
        " keys that may or may not be a part of the name"
    ),
)


def format_with(readers: Readers) -> Format:
    """Return the format; *readers* read the texts in values."""
    return Format(
        name="helm-values",
        patterns=("*.yaml", "*.yml"),
        signs=_SIGNS,
        find=yaml_find(lambda text, root: in_order(in_values(text, root, readers)), has_any(_SIGNS)),
        outline=yaml_outline(has_any(_SIGNS)),
        manual=_MANUAL,
        accepts=_accepts,
        syntax="yaml",
        kustomized=True,
        layered=True,
    )
