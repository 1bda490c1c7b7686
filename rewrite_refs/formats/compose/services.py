"""The services of a Compose file with inherited fields, and its extension fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Mapping, Node, Sequence, fields, mappings

CONTEXTS = "additional_contexts"

# Keys at the top of a file that are not services.
_NO_SERVICES = frozenset(
    {"configs", "include", "models", "name", "networks", "secrets", "services", "version", "volumes"}
)


class Service(NamedTuple):
    """The image fields of a service, or of a mapping in an extension field."""

    name: str
    image: Node | None
    build: Node | None  # the nearest, which may be null
    builds: tuple[Mapping, ...]  # all that are merged
    volumes: Node | None


def services_of(root: Node) -> list[Service]:
    """Return the services of a document, then the mappings of extension fields."""
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
        *(_merged(name, _inherited(name, defined)) for name in defined),
        *(
            _merged(name, [fields(mapping)])
            for name, value in top.items()
            if name.startswith("x-")
            for mapping in mappings(value)
        ),
    ]


def _merged(name: str, layers: list[dict[str, Node]]) -> Service:
    first = {key: value for layer in reversed(layers) for key, value in layer.items()}
    builds = (layer.get("build") for layer in layers)
    merged = tuple(build for build in builds if isinstance(build, Mapping))
    return Service(name, first.get("image"), first.get("build"), merged, first.get("volumes"))


def _inherited(name: str, defined: dict[str, dict[str, Node]]) -> list[dict[str, Node]]:
    """Return the fields of a service and of those that it extends, nearest first."""
    layers: dict[str, dict[str, Node]] = {}
    while name in defined and name not in layers:
        layers[name] = defined[name]
        extends = defined[name].get("extends")
        if isinstance(extends, Mapping):
            options = fields(extends)
            extends = None if "file" in options else options.get("service")
        name = extends.value if isinstance(extends, Scalar) else ""
    return list(layers.values())


def mounted(service: Service) -> Iterator[Node]:
    """Yield the images that a service mounts."""
    for volume in service.volumes.children if isinstance(service.volumes, Sequence) else ():
        if isinstance(volume, Mapping):
            values = fields(volume)
            kind = values.get("type")
            if isinstance(kind, Scalar) and kind.value == "image" and "source" in values:
                yield values["source"]


def contexts_of(build: Mapping) -> list[tuple[str, Scalar]]:
    """Return the additional contexts of a build: names, and scalars with values."""
    node = fields(build).get(CONTEXTS)
    if isinstance(node, Mapping):
        return [(name, value) for name, value in fields(node).items() if isinstance(value, Scalar)]
    if isinstance(node, Sequence):
        return [(each.value.partition("=")[0], each) for each in node.children if isinstance(each, Scalar)]
    return []
