"""ECR can cache the registry of an image, but no rule does.

Make a pull-through-cache rule for the registry and write it into `rules`. `rewrite-refs rules --emit
terraform` prints it (also `cloudformation` and `cli`), and `rewrite-refs init` takes rules that exist. A
registry that is your own belongs into `own`.

    before:  rules: {docker.io: docker-hub}
    after:   rules: {docker.io: docker-hub, quay.io: quay}
"""

from __future__ import annotations

from rewrite_refs.lint.said import Said
from rewrite_refs.results import Severity
from rewrite_refs.rewrite import Judged

NAME = "no-rule"
SEVERITY: Severity = "warning"
ON = True
FIXABLE = False


def says(judged: Judged) -> Said | None:
    """What is to be said of a reference, or None."""
    verdict = judged.verdict
    if verdict.breaks != NAME or verdict.reference is None:
        return None
    host = verdict.reference.registry
    return Said(
        f"{judged.occurrence.text} is pulled directly from {host}, which ECR can cache and no rule maps",
        f"make a rule (rewrite-refs rules --emit terraform), or put {host} into own if it is yours",
    )
