"""Compose files: by their name, or because they have ``services:`` with an ``image`` or a ``build``.

    before:  image: ${REGISTRY:-docker.io}/mysql:8
    after:   image: ${REGISTRY:-123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub}/library/mysql:8

What is found:

- ``image`` of a service, and of any mapping in an ``x-`` extension field, also where it comes
  through an anchor or a merge: it is edited where it is written, once;
- variables (see ``interpolation``): what a default holds is rewritten, and an empty default is filled in;
- ``build.dockerfile_inline``, read as a Dockerfile; ``docker-image://`` in ``build.additional_contexts``;
- ``source`` of a volume of ``type: image``.

What is left alone:

- the image of a service with ``build`` (its own, or through a merge or an ``extends`` in the same
  file): its name is what the build makes, here and in every file of the repository;
- a name that an anchor puts into other places as well (``container_name``, ``environment``), unless
  the key there is called some image (``DB_IMAGE``): reported, for the edit would change them;
- ``build.tags``, ``cache_from`` and ``cache_to``, which name what a build makes as well;
- ``${IMAGE}`` without a default and what an ``.env`` file may say: reported as unresolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePath
from typing import NamedTuple

from rewrite_refs.errors import ParseError, Problem
from rewrite_refs.formats import dockerfile
from rewrite_refs.formats.base import File, shows_manifest
from rewrite_refs.formats.compose.interpolation import InvalidInterpolation, as_chars, expand
from rewrite_refs.text.outline import Token
from rewrite_refs.text.spans import Occurrence, Piece, Span
from rewrite_refs.yaml import scalars as yamlchars
from rewrite_refs.yaml import tree as yamltree
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Mapping, Node, Sequence, fields, is_null, is_text

NAME = "compose"

_CONTEXTS = "additional_contexts"
_DOCKER_IMAGE = "docker-image://"
_FILE_NAME = re.compile(r"(?:docker-)?compose.*\.ya?ml", re.IGNORECASE)
# Services with something below them that is no list (as in GitLab's files), and a key of a service.
_SERVICES = re.compile(
    rb"^[\"']?services[\"']?[ \t]*:[ \t]*(?:#.*)?\r?\n(?:[ \t]*(?:#.*)?\r?\n)*[ ]+[^\s#-]", re.MULTILINE
)
_IN_SERVICE = re.compile(rb"^[ ]+[\"']?(?:image|build)[\"']?[ \t]*:", re.MULTILINE)
_BUILD = re.compile(r"build[\"']?[ \t]*:")
# What a key is called whose value is an image, wherever an alias puts it.
_IMAGE_KEY = re.compile(r"(?i:image)\Z|\Asource\Z")
# What else than services the top of a file can hold.
_NO_SERVICES = frozenset(
    {"configs", "include", "models", "name", "networks", "secrets", "services", "version", "volumes"}
)


def candidate(path: PurePath) -> bool:
    """Whether a file can be one of Compose, from its name."""
    return path.name.lower().endswith((".yml", ".yaml"))


def claims(file: File, data: bytes) -> bool:
    """Whether a file is one of Compose with images or builds."""
    if _FILE_NAME.fullmatch(file.name):
        if b"image" not in data and b"dockerfile_inline" not in data:
            return False
    elif not candidate(file.path) or b"services" not in data:
        return False
    else:
        services = _SERVICES.search(data)
        if not services or not _IN_SERVICE.search(data, services.start()):
            return False
    return b"apiVersion" not in data or not shows_manifest(data)


def find(text: str) -> Iterator[Occurrence]:
    """The image references of a text, in order; raises ParseError last for what is broken."""
    problems: list[Problem] = []
    for root in yamltree.roots(text, _wanted, lambda document: True, problems):
        yield from sorted(in_document(text, root, problems), key=lambda each: each.span)
    if problems:
        raise ParseError(problems)


def outline(text: str) -> Iterable[Token]:
    """Everything that an edit must leave alone, in order."""
    return yamltree.outline(
        text, _wanted, lambda top, key: top.startswith("x-") or _IMAGE_KEY.search(key) is not None
    )


def built(text: str) -> frozenset[str]:
    """The names that the services with a ``build`` give to their images.  Raises nothing."""
    roots = yamltree.roots(text, _may_build, lambda document: False, [])
    return frozenset(name for root in roots for name in _built(text, _services(root)))


def recipes(text: str) -> frozenset[tuple[str, str]]:
    """The names that services give to what they build, each with its Dockerfile's path.  Raises nothing.

    The path counts from the folder of the text; one that depends on a variable is left out.
    """
    roots = yamltree.roots(text, _may_build, lambda document: False, [])
    return frozenset(
        (name, path)
        for root in roots
        for service in _services(root)
        for name in _built(text, [service])
        if (path := _dockerfile(service.build))
    )


def contexts(text: str) -> frozenset[str]:
    """The names of the additional contexts that builds have.  Raises nothing."""
    roots = yamltree.roots(text, lambda document: _CONTEXTS in document, lambda document: False, [])
    services = (service for root in roots for service in _services(root))
    builds = (build for service in services for build in service.builds)
    return frozenset(name for build in builds for name, _ in _contexts(build))


def _may_build(document: str) -> bool:
    """Whether a document may have a service with a ``build``; many that are large only speak of one."""
    return _BUILD.search(document) is not None


def _wanted(document: str) -> bool:
    return "image" in document or "dockerfile_inline" in document


# --- services --------------------------------------------------------------------------------


class _Service(NamedTuple):
    """What counts of a service, or of a mapping in an extension field."""

    name: str
    image: Node | None
    build: Node | None  # the nearest, which may be null
    builds: tuple[Mapping, ...]  # all that are merged
    volumes: Node | None


def _services(root: Node) -> list[_Service]:
    """The services of a document, with what they inherit, then the mappings of its extension fields."""
    if not isinstance(root, Mapping):
        return []
    top = fields(root)
    services = top.get("services")
    if isinstance(services, Mapping):
        named = fields(services)
    else:  # the first version of the format has the services at the top
        named = {name: value for name, value in top.items() if name not in _NO_SERVICES and name[:2] != "x-"}
    defined = {name: fields(value) for name, value in named.items() if isinstance(value, Mapping)}
    return [
        *(_service(name, _inherited(name, defined)) for name in defined),
        *(
            _service(name, [fields(mapping)])
            for name, value in top.items()
            if name.startswith("x-")
            for mapping in _mappings(value)
        ),
    ]


def _service(name: str, layers: list[dict[str, Node]]) -> _Service:
    first = {key: value for layer in reversed(layers) for key, value in layer.items()}
    builds = (layer.get("build") for layer in layers)
    mappings = tuple(build for build in builds if isinstance(build, Mapping))
    return _Service(name, first.get("image"), first.get("build"), mappings, first.get("volumes"))


def _inherited(name: str, defined: dict[str, dict[str, Node]]) -> list[dict[str, Node]]:
    """A service's fields and those of the services of this file that it extends, nearest first."""
    layers: dict[str, dict[str, Node]] = {}
    while name in defined and name not in layers:
        layers[name] = defined[name]
        extends = defined[name].get("extends")
        if isinstance(extends, Mapping):
            options = fields(extends)
            extends = None if "file" in options else options.get("service")
        name = extends.value if isinstance(extends, Scalar) else ""
    return list(layers.values())


def _mappings(node: Node) -> Iterator[Mapping]:
    """All mappings in a node, each once."""
    pending, seen = [node], set()
    while pending:
        current = pending.pop()
        if isinstance(current, Scalar) or id(current) in seen:
            continue
        seen.add(id(current))
        pending += current.children
        if isinstance(current, Mapping):
            yield current


# --- references ------------------------------------------------------------------------------


def in_document(text: str, root: Node, problems: list[Problem]) -> Iterator[Occurrence]:
    """The references of one document, in no order; *problems* takes what cannot be read of it."""
    services = _services(root)
    owners = _owners(services)
    own = {_without_latest(name) for name in _built(text, services)}
    seen: set[int] = set()
    for service in services:
        nodes = [(service.image, ""), *((node, "") for node in _volumes(service))]
        for build in service.builds:
            named = _contexts(build)
            nodes += [(node, _DOCKER_IMAGE) for _, node in named]
            inline = fields(build).get("dockerfile_inline")
            if is_text(inline) and id(inline) not in seen:
                seen.add(id(inline))
                yield from _inline(text, inline, {name for name, _ in named}, problems)
        for node, scheme in nodes:
            if not is_text(node) or id(node) in seen:
                continue
            seen.add(id(node))
            for occurrence in _read(text, node, scheme):
                why = owners.get(id(node))
                if not why and _without_latest(occurrence.text) in own:
                    why = "built by a service of this file"
                yield replace(occurrence, own=why)


def _owners(services: Iterable[_Service]) -> dict[int, str]:
    """Why the image of a service is none of a registry's, by the node that holds it."""
    result: dict[int, str] = {}
    for service in services:
        if not is_null(service.build):
            result.setdefault(id(service.image), f"built by the service {service.name}")
    return result


def _volumes(service: _Service) -> Iterator[Node]:
    """The images that a service mounts."""
    for volume in service.volumes.children if isinstance(service.volumes, Sequence) else ():
        if isinstance(volume, Mapping):
            values = fields(volume)
            kind = values.get("type")
            if isinstance(kind, Scalar) and kind.value == "image" and "source" in values:
                yield values["source"]


def _contexts(build: Mapping) -> list[tuple[str, Scalar]]:
    """The additional contexts of a build: names, and the scalars that hold what they stand for."""
    node = fields(build).get(_CONTEXTS)
    if isinstance(node, Mapping):
        return [(name, value) for name, value in fields(node).items() if isinstance(value, Scalar)]
    if isinstance(node, Sequence):
        return [(each.value.partition("=")[0], each) for each in node.children if isinstance(each, Scalar)]
    return []


def _read(text: str, node: Scalar, scheme: str = "") -> Iterator[Occurrence]:
    """The reference in a scalar behind *scheme*; nothing where that is not in it."""
    place = yamlchars.inside(text, node)
    pieces, reason = _resolved(text, node)
    if scheme:
        at = "".join(piece.text for piece in pieces).find(scheme)
        if at < 0:
            return
        pieces = _without(pieces, at + len(scheme))
        front = None
    else:
        front = place.start if text.startswith("$", place.start) else None
    yield Occurrence(pieces, place, place, front=front, reason=reason)


def _resolved(text: str, node: Scalar) -> tuple[tuple[Piece, ...], str | None]:
    """The pieces of a scalar with its variables expanded, and why that is not possible."""
    chars = yamlchars.chars(text, node)
    if chars is None:
        return (Piece(node.value, None),), "what its characters stand for cannot be told"
    value = chars.text
    chars = chars.slice(len(value) - len(value.lstrip()), len(value.rstrip()))
    try:
        return expand(chars), None
    except InvalidInterpolation as error:
        return chars.pieces(), str(error)


def _without(pieces: Iterable[Piece], count: int) -> tuple[Piece, ...]:
    """Some pieces without the first *count* characters of their text."""
    result = []
    for piece in pieces:
        cut = min(count, len(piece.text))
        count -= cut
        if not cut:
            result.append(piece)
        elif cut < len(piece.text):
            place = Span(piece.span.start + cut, piece.span.end) if piece.span and piece.verbatim else None
            result.append(Piece(piece.text[cut:], place, piece.known))
    return tuple(result)


def _inline(text: str, node: Scalar, named: set[str], problems: list[Problem]) -> Iterator[Occurrence]:
    """The references of a Dockerfile in a scalar; *named* are the contexts that it can name."""
    chars = yamlchars.chars(text, node)
    try:
        if chars is None:
            raise InvalidInterpolation("what its characters stand for cannot be told")
        chars = as_chars(expand(chars))
    except InvalidInterpolation as error:
        problems.append(Problem(node.span.start, f"dockerfile_inline: {error}"))
        return
    try:
        for occurrence in dockerfile.find_in(chars):
            if occurrence.text in named:
                occurrence = replace(occurrence, own="an additional context of the build")
            yield occurrence
    except ParseError as error:
        problems += error.problems


# --- names that are built --------------------------------------------------------------------


def _built(text: str, services: Iterable[_Service]) -> frozenset[str]:
    """The names of what the services build, as far as they are certain."""
    nodes: list[Node | None] = []
    for service in services:
        if is_null(service.build):
            continue
        nodes.append(service.image)
        for build in service.builds:
            tags = fields(build).get("tags")
            nodes += tags.children if isinstance(tags, Sequence) else []
    return frozenset(name for node in nodes if is_text(node) and (name := _certain(text, node)))


def _dockerfile(build: Node | None) -> str:
    """The path of the Dockerfile that a ``build`` reads; empty where there is none."""
    values = fields(build) if isinstance(build, Mapping) else {"context": build}
    context, name = values.get("context"), values.get("dockerfile")
    folder = context.value if isinstance(context, Scalar) else "."
    path = f"{folder}/{name.value if isinstance(name, Scalar) else 'Dockerfile'}"
    return "" if "$" in path or "://" in path else path


def _certain(text: str, node: Scalar) -> str:
    """The name in a scalar; without its tag where only that depends on a variable, empty if more does."""
    occurrence = next(_read(text, node))
    name, holes = occurrence.text, occurrence.holes
    if not holes or occurrence.reason:
        return "" if occurrence.reason else name
    head, slash, last = name[: holes[0][0]].rpartition("/")
    repository, colon, _ = last.partition(":")
    return head + slash + repository if colon and "/" not in name[holes[0][0] :] else ""


def _without_latest(name: str) -> str:
    return name.removesuffix(":latest")
