"""The parts of an image reference in Helm values: registry, owner, tag and digest.

    registry: quay.io                   global: {imageRegistry: quay.io}
    repository: acme/web                image: {repository: acme/web, tag: v1}

If it is ambiguous whether a key is a part of the name, the reference is found nevertheless, with a reason
why it is not rewritten.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rewrite_refs.formats.helm.keys import (
    IMAGE,
    OWNERS,
    digest_of,
    is_never_pulled,
    owner_of,
    registry_of,
    tag_of,
)
from rewrite_refs.images.hosts import SAME_REGISTRY
from rewrite_refs.images.reference import DOCKER_HUB
from rewrite_refs.text.spans import Occurrence
from rewrite_refs.yaml import scalars
from rewrite_refs.yaml.references import (
    PLACEHOLDER,
    has_host,
    is_head,
    is_host,
    is_not_a_reference,
    joined,
    text_of,
)
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Node, is_text

_NO_HUB = "names on Docker Hub have at most two parts: add a registry if it is an image"
_EMPTY = "its repository is empty here and set elsewhere"
_NO_DOT = "names on Docker Hub without an owner have no dot: add a registry if it is an image"


class EnclosingRegistry(NamedTuple):
    """The registry that an enclosing mapping sets for the images below it."""

    registry: Scalar
    tag: Node | None
    wins: bool  # whether it overrides an image's own registry in charts that follow Bitnami's convention


class Scope(NamedTuple):
    """The context of a node within the values."""

    key: str = ""  # the key of the node, or of the sequence around it
    images: bool = False  # whether the keys of the mapping are names of images
    enclosing: EnclosingRegistry | None = None
    path: tuple[str, ...] | None = ()  # the keys that lead to it; None below a list
    owned: bool = False  # whether an enclosing mapping sets a repository, which may be a part of the name


class _Parts(NamedTuple):
    """The scalars before a name, the tag set with them, and why they are not certain."""

    heads: tuple[Scalar, ...] = ()
    tag: Node | None = None
    reason: str | None = None


def read(
    text: str, name: Scalar, values: dict[str, Node], scope: Scope, used: set[int]
) -> Iterator[Occurrence]:
    """Yield the reference that ends in *name*, unless it is clearly not one.

    It is yielded twice if two registries may be its own.

    Args:
        text: The file.
        name: The image name, one of *values*.
        values: The mapping with the other parts of the reference.
        scope: The context of the mapping.
        used: The ids of the scalars that are parts of references; those read here are added.
    """
    if is_not_a_reference(name.value):
        return
    own = "never pulled: its pull policy is Never" if is_never_pulled(values) else None
    inside = scalars.inside(text, name)
    used.add(id(name))
    for parts in _parts(name, values, scope):
        used.update(id(head) for head in parts.heads)
        pieces = joined(text, parts.heads, name, tag_of(values) or parts.tag, digest_of(values))
        keys = None if parts.heads or name not in values.values() else scope.path
        yield Occurrence(pieces, inside, inside, own=own, reason=parts.reason, keys=keys)


def _parts(name: Scalar, values: dict[str, Node], scope: Scope) -> list[_Parts]:
    """Return the possible parts before a name: two if two registries are possible."""
    own = registry_of(values)
    if has_host(text_of(name)) or PLACEHOLDER.match(text_of(name)):
        doubt = own not in (None, name) and has_host(text_of(name))
        return [_Parts(reason=_ambiguous("registry") if doubt else None)]
    found = _registry_parts(name, own, values, scope)
    if not IMAGE.fullmatch(scope.key) or "/" in text_of(name):
        return found
    owner = owner_of(values)
    if owner is None:
        return found
    key, node = owner
    reason = None if key in OWNERS else _ambiguous(key)
    return [each._replace(heads=(*each.heads, node), reason=each.reason or reason) for each in found]


def _registry_parts(name: Scalar, own: Scalar | None, values: dict[str, Node], scope: Scope) -> list[_Parts]:
    """Return the same for a name without a host; *own* is the registry next to it."""
    is_hub = own is not None and own is values.get("hub")
    repository = values.get("repository")
    is_image = IMAGE.fullmatch(scope.key) is not None
    if name is repository and is_image and is_text(values.get("name")):
        # With an owner before it, or on a registry other than Docker Hub, the edit of the start is the same.
        if "/" not in text_of(name) and (own is None or not is_host(own) or _is_docker_hub(own)):
            return [_Parts((own,) if own else (), reason=_ambiguous("name"))]
    elif name is not repository and is_text(repository) and "://" not in repository.value:
        return [_with_repository(repository, own)]
    enclosing = scope.enclosing
    if own is None:
        if enclosing is not None:
            is_hub = _is_docker_hub(enclosing.registry) and "/" not in text_of(name)
            reason = _EMPTY if is_hub and _lacks_repository(name, values) else None
            return [_Parts((enclosing.registry,), enclosing.tag, reason)]
        if "hub" in values and "/" not in text_of(name):
            return [_Parts(reason="its hub is empty here and set elsewhere")]
        return [_Parts(reason=_unlikely_reason(name, values, scope))]
    if not is_head(own) and not is_hub:
        is_owner = is_image and "/" not in text_of(own) + text_of(name)  # as in ``registry: prom``
        return [_Parts((own,), reason=None if is_owner else _ambiguous("registry"))]
    if enclosing is None or not enclosing.wins:
        return [_Parts((own,))]
    if text_of(own) == text_of(enclosing.registry):
        return [_Parts((own,)), _Parts((enclosing.registry,))]
    if "/" in text_of(name):  # whichever registry the chart uses, library/ is not needed
        return [_Parts((own,))]
    both = f"{text_of(own)} or {text_of(enclosing.registry)}"
    reason = f"whether {both} comes before it is decided by the chart: keep one"
    return [_Parts((own,), reason=reason)]


def _with_repository(repository: Scalar, registry: Scalar | None) -> _Parts:
    """Return the parts before a name whose path is in the key ``repository``."""
    if is_head(repository):
        return _Parts((repository,))
    if is_head(registry) and registry is not None:
        return _Parts((registry, repository))
    return _Parts((repository,), reason=_ambiguous("repository"))


def _unlikely_reason(name: Scalar, values: dict[str, Node], scope: Scope) -> str | None:
    """Return why a name without any registry is not one of Docker Hub, or None."""
    text = text_of(name)
    if text.count("/") > 1:
        return _NO_HUB
    if "/" in text:
        return None
    if _lacks_repository(name, values):
        return _EMPTY
    if scope.owned:
        return _ambiguous("repository")
    return _NO_DOT if "." in text.partition(":")[0] and owner_of(values) is None else None


def _lacks_repository(name: Scalar, values: dict[str, Node]) -> bool:
    """Whether the key ``repository`` next to a name is empty."""
    return name in (values.get("image"), values.get("name")) and "repository" in values


def _is_docker_hub(registry: Scalar) -> bool:
    host = text_of(registry).partition("/")[0]
    return SAME_REGISTRY.get(host, host) == DOCKER_HUB


def _ambiguous(what: str) -> str:
    return f"ambiguous: `{what}:` may or may not be part of this image name"
