"""Compose files: by name, or by ``services:`` with an ``image`` or a ``build``.

    before:  image: ${REGISTRY:-docker.io}/mysql:8
    after:   image: ${REGISTRY:-123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub}/library/mysql:8

What is found:

- ``image`` of a service, and of any mapping in an ``x-`` extension field, also through an anchor or a
  merge: it is edited once, where it is written;
- variables (see ``interpolation``): an image in a default is rewritten, and an empty default is filled in;
- ``build.dockerfile_inline``, read as a Dockerfile; ``docker-image://`` in ``build.additional_contexts``;
- ``source`` of a volume of ``type: image``.

What is not changed:

- the image of a service with ``build`` (its own, or through a merge or an ``extends`` in the same
  file): the build makes an image of this name, for this file and every other one in the repository;
- a name that an anchor also puts into other places (``container_name``, ``environment``), unless the
  key there is that of an image (``DB_IMAGE``): reported, because the edit would change them;
- ``build.tags``, ``cache_from`` and ``cache_to``, which also name images that a build makes;
- ``${IMAGE}`` without a default, even if an ``.env`` file sets it: reported as unresolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from rewrite_refs.errors import ParseError, Problem
from rewrite_refs.formats import dockerfile
from rewrite_refs.formats.base import File, Format, Manual, is_manifest
from rewrite_refs.formats.compose.builds import builds, built_by, without_latest
from rewrite_refs.formats.compose.interpolation import InvalidInterpolation, as_chars, expand
from rewrite_refs.formats.compose.references import UNFOLLOWED, read
from rewrite_refs.formats.compose.services import Service, contexts_of, mounted, services_of
from rewrite_refs.formats.variables import InlineVariables, InlineView
from rewrite_refs.formats.yaml_format import has_any, yaml_find, yaml_outline
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence
from rewrite_refs.yaml import scalars
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Node, fields, is_null, is_text

_DOCKER_IMAGE = "docker-image://"
_FILE_NAME = re.compile(r"(?:docker-)?compose.*\.ya?ml", re.IGNORECASE)
# Services with content that is not a list (as it is in GitLab's files), and a key of a service.
_SERVICES = re.compile(
    rb"^[\"']?services[\"']?[ \t]*:[ \t]*(?:#.*)?\r?\n(?:[ \t]*(?:#.*)?\r?\n)*[ ]+[^\s#-]", re.MULTILINE
)
_IN_SERVICE = re.compile(rb"^[ ]+[\"']?(?:image|build)[\"']?[ \t]*:", re.MULTILINE)
# The names of keys whose value is an image, wherever an alias puts it.
_IMAGE_KEY = re.compile(r"(?i:image)\Z|\Asource\Z")
_SIGNS = ("image", "dockerfile_inline")


def _accepts(file: File) -> bool:
    """Whether a file is a Compose file with images or builds, and not a manifest."""
    if _FILE_NAME.fullmatch(file.name):
        if not any(sign.encode() in file.data for sign in _SIGNS):
            return False
    else:
        services = _SERVICES.search(file.data) if b"services" in file.data else None
        if not services or not _IN_SERVICE.search(file.data, services.start()):
            return False
    return b"apiVersion" not in file.data or not is_manifest(file.data)


def _view(source: Source) -> InlineView:
    from rewrite_refs.formats.compose.variables import View

    return source.derived(View)


def _images(text: str, root: Node) -> Iterator[Occurrence]:
    problems: list[Problem] = []
    yield from sorted(in_document(text, root, problems), key=lambda each: each.span)
    if problems:
        raise ParseError(problems)


def in_document(text: str, root: Node, problems: list[Problem]) -> Iterator[Occurrence]:
    """Yield the references of one document, unordered.

    Parts that cannot be read are added to *problems*.
    """
    services = services_of(root)
    owners = _built_reasons(services)
    own = {without_latest(name) for name in built_by(text, services)}
    seen: set[int] = set()
    for service in services:
        nodes = [(service.image, ""), *((node, "") for node in mounted(service))]
        for build in service.builds:
            named = contexts_of(build)
            nodes += [(node, _DOCKER_IMAGE) for _, node in named]
            inline = fields(build).get("dockerfile_inline")
            if is_text(inline) and id(inline) not in seen:
                seen.add(id(inline))
                yield from _inline(text, inline, {name for name, _ in named}, problems)
        for node, scheme in nodes:
            if not is_text(node) or id(node) in seen:
                continue
            seen.add(id(node))
            for occurrence in read(text, node, scheme):
                why = owners.get(id(node))
                if not why and without_latest(occurrence.text) in own:
                    why = "built by a service of this file"
                yield replace(occurrence, own=why)


def _built_reasons(services: Iterable[Service]) -> dict[int, str]:
    """Return why an image is built rather than pulled, by the identity of its node."""
    result: dict[int, str] = {}
    for service in services:
        if not is_null(service.build):
            result.setdefault(id(service.image), f"built by the service {service.name}")
    return result


def _inline(text: str, node: Scalar, named: set[str], problems: list[Problem]) -> Iterator[Occurrence]:
    """Yield the references of a Dockerfile in a scalar; *named* are its contexts."""
    chars = scalars.chars(text, node)
    try:
        if chars is None:
            raise InvalidInterpolation(UNFOLLOWED)
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


_MANUAL = Manual(
    __doc__,
    files=(
        "`compose*.yaml`, `compose*.yml`, `docker-compose*.yaml`, `docker-compose*.yml`, and other `*.yaml` "
        "and `*.yml` with `services:` that have an `image` or a `build`"
    ),
    summary="images of services, defaults of variables, inline Dockerfiles, image volumes",
    found=(
        "`image` of services and of `x-` fields, defaults in `${VAR:-default}`, `build.dockerfile_inline`, "
        "`docker-image://` in `build.additional_contexts`, volumes of `type: image`"
    ),
    reported="`${IMAGE}` without a default; documents that do not parse",
)

FORMAT = Format(
    name="compose",
    patterns=("*.yaml", "*.yml"),
    signs=("image", "build", "dockerfile_inline"),
    find=yaml_find(_images, has_any(_SIGNS)),
    outline=yaml_outline(
        has_any(_SIGNS), lambda top, key: top.startswith("x-") or _IMAGE_KEY.search(key) is not None
    ),
    manual=_MANUAL,
    accepts=_accepts,
    syntax="yaml",
    variables=InlineVariables(_view, beside=".env"),
    builds=builds,
)
