"""The names of the images that the services of a Compose file build."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rewrite_refs.formats.base import Builds
from rewrite_refs.formats.compose.references import read
from rewrite_refs.formats.compose.services import CONTEXTS, Service, contexts_of, services_of
from rewrite_refs.text.source import Source
from rewrite_refs.yaml import tree
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Mapping, Node, Sequence, fields, is_null, is_text

_BUILD = re.compile(r"build[\"']?[ \t]*:")


def builds(source: Source) -> Builds:
    """Return the names that the services of a text build; raise nothing.

    Names and paths of Dockerfiles that depend on a variable are left out.
    """
    text = source.text
    images: set[str] = set()
    recipes: set[tuple[str, str]] = set()
    contexts: set[str] = set()
    for root in tree.roots(source, _may_build, lambda document: False, []):
        for service in services_of(root):
            names = built_by(text, [service])
            path = _dockerfile(service.build)
            images |= names
            recipes |= {(name, path) for name in names if path}
            contexts |= {name for build in service.builds for name, _ in contexts_of(build)}
    return Builds(frozenset(images), frozenset(recipes), frozenset(contexts))


def _may_build(document: str) -> bool:
    """Whether a document may have a service with a ``build``.

    Many large documents only contain the word.
    """
    return _BUILD.search(document) is not None or CONTEXTS in document


def built_by(text: str, services: Iterable[Service]) -> frozenset[str]:
    """Return the names of the images that some services build, if certain."""
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
    """Return the path of a build's Dockerfile; empty for a URL or a variable."""
    values = fields(build) if isinstance(build, Mapping) else {"context": build}
    context, name = values.get("context"), values.get("dockerfile")
    folder = context.value if isinstance(context, Scalar) else "."
    path = f"{folder}/{name.value if isinstance(name, Scalar) else 'Dockerfile'}"
    return "" if "$" in path or "://" in path else path


def _certain(text: str, node: Scalar) -> str:
    """Return the name in a scalar, without a variable tag; else empty if it varies."""
    occurrence = next(read(text, node))
    name, holes = occurrence.text, occurrence.holes
    if not holes or occurrence.reason:
        return "" if occurrence.reason else name
    head, slash, last = name[: holes[0][0]].rpartition("/")
    repository, colon, _ = last.partition(":")
    return head + slash + repository if colon and "/" not in name[holes[0][0] :] else ""


def without_latest(name: str) -> str:
    """Return a name without ``:latest``, which is the default tag."""
    return name.removesuffix(":latest")
