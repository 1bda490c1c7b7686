"""Names of the variables for registries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import count

from rewrite_refs.images.hosts import ECR_HOST
from rewrite_refs.images.reference import DOCKER_HUB

_STEMS: Mapping[str, str] = {
    DOCKER_HUB: "DOCKER_HUB",
    "quay.io": "QUAY",
    "ghcr.io": "GHCR",
    "registry.k8s.io": "K8S",
    "public.ecr.aws": "ECR_PUBLIC",
    "registry.gitlab.com": "GITLAB",
    "cgr.dev": "CHAINGUARD",
}
# Parts of hosts that do not identify the registry.
_GENERIC = frozenset({"cr", "docker", "hub", "images", "registry"})


def names_for(rule: str, given: Mapping[str, str]) -> Iterator[str]:
    """Yield names for the variable of a rule, the best one first, without end.

    Args:
        rule: The name of the rule, such as ``docker.io`` or ``quay.io/centos``.
        given: The names that the user chose, by the names of the rules.
    """
    taken = set() if rule in given else set(given.values())
    yield from (name for name in _names(rule, given.get(rule)) if name not in taken)


def _names(rule: str, given: str | None) -> Iterator[str]:
    host, _, path = rule.partition("/")
    if given is not None:
        last = given
    else:
        if rule == DOCKER_HUB:
            yield "REGISTRY"
        last = "_".join((_stem(host), *re.findall(r"[A-Z0-9]+", path.upper()), "REGISTRY"))
    yield last
    yield from (f"{last}_{number}" for number in count(2))


def _stem(host: str) -> str:
    """Return the part of a variable's name that identifies a registry."""
    if host in _STEMS:
        return _STEMS[host]
    labels = re.findall(r"[A-Z0-9]+", host.upper())
    if ECR_HOST.fullmatch(host):
        return f"ECR_{labels[0]}"
    stem = next((each for each in labels if each.lower() not in _GENERIC), labels[0])
    return f"_{stem}" if stem[0].isdigit() else stem
