"""The rules in manifests of AWS Controllers for Kubernetes (ACK) and Crossplane.

Both have a ``PullThroughCacheRule`` in an API group that begins with ``ecr.``.  Its fields are
those of the ECR API, with different capitals; in Crossplane they are below ``forProvider``.  It
is found anywhere in a document: alone, in a List, in a Composition.

The registry comes from an annotation (``services.k8s.aws/region`` and
``.../owner-account-id``), a field (``registryID``, ``forProvider.region``), or the
status that the controller wrote.  Sources: the CRDs of the ACK ECR controller and of Upbound's
provider for AWS, and "Manage resources in multiple regions" in the ACK documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from rewrite_refs.images.hosts import ACCOUNT, REGION
from rewrite_refs.sources.aws_json import Owner
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Node, fields, items

KIND = "PullThroughCacheRule"

_GROUP = "ecr."


class Manifest(NamedTuple):
    """A manifest of a rule: its node, the node with the rule's fields, its registry."""

    node: Node
    properties: Node
    home: Owner


def rules(root: Node) -> Iterator[Manifest]:
    """Yield the manifests of rules in a document."""
    pending, seen = [root], set()
    while pending:
        node = pending.pop()
        if isinstance(node, Scalar) or id(node) in seen:
            continue
        seen.add(id(node))
        entries = fields(node)
        api, kind = entries.get("apiVersion"), entries.get("kind")
        ours = isinstance(api, Scalar) and api.value.startswith(_GROUP)
        if ours and isinstance(kind, Scalar) and kind.value == KIND:
            spec = entries.get("spec", node)
            yield Manifest(node, fields(spec).get("forProvider", spec), _home(entries))
        else:
            pending += reversed(items(node) or list(entries.values()))


def _home(manifest: Mapping[str, Node]) -> Owner:
    spec, status = fields(manifest.get("spec")), fields(manifest.get("status"))
    notes = fields(fields(manifest.get("metadata")).get("annotations"))
    ack, crossplane = fields(status.get("ackResourceMetadata")), fields(status.get("atProvider"))
    accounts = (
        spec.get("registryID"),
        notes.get("services.k8s.aws/owner-account-id"),
        ack.get("ownerAccountID"),
        crossplane.get("registryId"),
    )
    regions = (
        fields(spec.get("forProvider")).get("region"),
        notes.get("services.k8s.aws/region"),
        ack.get("region"),
    )
    return Owner(_first(accounts, ACCOUNT), _first(regions, REGION))


def _first(nodes: Iterable[Node | None], form: re.Pattern[str]) -> str | None:
    """Return the first text of this form; placeholders of other tools do not match."""
    return next(
        (node.value for node in nodes if isinstance(node, Scalar) and form.fullmatch(node.value)), None
    )
