"""ECR can cache the registry of an image, but no rule does.

Create a pull-through-cache rule for the registry and add it to `rules`. `rewrite-refs rules --emit
terraform` prints it (also `cloudformation` and `cli`), and `rewrite-refs init` imports existing rules. Add
a registry of your own to `own`.

    before:  rules: {docker.io: docker-hub}
    after:   rules: {docker.io: docker-hub, quay.io: quay}
"""

from __future__ import annotations

from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.images.reference import Reference
from rewrite_refs.images.upstreams import UPSTREAMS
from rewrite_refs.lint.base import Message, shortened
from rewrite_refs.results import Severity

NAME = "no-rule"
SEVERITY: Severity = "warning"
ON = True
FIXABLE = False


def message(resolution: Resolution) -> Message:
    """Return the message for a reference that violates the rule."""
    verdict = resolution.verdict
    reference = verdict.reference or Reference("", "")
    host = reference.registry
    make = "create a rule for it and add it to rules (rewrite-refs rules --emit terraform prints one)"
    problem = f"{shortened(resolution)} is pulled directly from {host}: ECR can cache it, but no rule does"
    return Message(problem, make + _own(reference))


def _own(reference: Reference) -> str:
    """Return what to do if the image is the user's own; empty for AWS and Kubernetes.

    On a registry that anyone can use, the owner is to be added to ``own``, not the registry.
    """
    host, owner = reference.registry, reference.repository.partition("/")[0]
    if host in ("registry.k8s.io", "public.ecr.aws"):
        return ""
    name = f"{host}/{owner}" if any(host == each.host for each in UPSTREAMS) else host
    return f"; if {name} is yours, add it to own"
