"""Shared parts of the printed templates, policies and scripts.

Sources: the Amazon ECR user guide ("IAM permissions required to sync an upstream
registry", "Lifecycle policy properties", "Considerations for using pull through
cache rules") and the botocore models of ECR.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from rewrite_refs.emit.survey import MissingRule, Survey
from rewrite_refs.errors import ConfigError
from rewrite_refs.images.hosts import Home, home_of
from rewrite_refs.images.placeholders import resolved
from rewrite_refs.reports import visible

LOGIN_ACTION = "ecr:GetAuthorizationToken"
PULL_ACTIONS = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
# The second action creates the repository of an image at its first pull.
IMPORT_ACTIONS = ("ecr:BatchImportUpstreamImage", "ecr:CreateRepository")
APPLIED_FOR = "PULL_THROUGH_CACHE"

LIFECYCLE_RULE: Mapping[str, Any] = {
    "rulePriority": 1,
    "description": "What a tag that moved upstream leaves behind",
    "selection": {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": 30,
    },
    "action": {"type": "expire"},
}
WHY_LIFECYCLE = (
    "The lifecycle policy: upstream tags follow no pattern, a cached image is as old as its import, and by "
    "sinceImagePulled ECR can only archive what nobody can pull then. So nothing with a tag expires, but "
    "what a moved tag leaves behind does. Take it out where other repositories pin by digest: ECR imports "
    "by tag, and an expired digest does not come back."
)

TITLE = "Pull-through cache of Amazon ECR, printed by rewrite-refs rules"
NOTHING_MISSING = "No rule is missing: every upstream here that ECR can cache has one."
PULLERS = "For the roles that pull, such as those of nodes, tasks and runners."
WHOLE_REGISTRY = "A rule with the prefix ROOT makes these permissions hold for the whole registry."
ONE_POLICY = (
    "A registry has one policy document, and setting it replaces the one that is there: look first (aws "
    "ecr get-registry-policy) and add the statement to what you find. Roles of the same account do not "
    "need it beside the puller's policy. Those of other accounts do, and there the policy of each "
    "repository must let them pull as well."
)
ENDPOINTS = (
    "VPC endpoints for subnets without a route to the internet. Layers come from S3. While they are in "
    "use, the first pull of an image needs a route to the internet all the same, such as a NAT gateway; "
    "later ones do not."
)

_WIDTH = 100


class Credentials(NamedTuple):
    """Descriptions of a secret's two values, in the terms of the upstream."""

    username: str
    token: str


_CREDENTIALS: Mapping[str, Credentials] = {
    "docker-hub": Credentials("Docker Hub user name", "Docker Hub access token that may read"),
    "github-container-registry": Credentials(
        "GitHub user name", "GitHub personal access token (classic) with read:packages"
    ),
    "gitlab-container-registry": Credentials("GitLab user name", "GitLab access token with read_registry"),
    "azure-container-registry": Credentials(
        "Name of a token of the Azure registry", "Password of the token of the Azure registry"
    ),
    "chainguard": Credentials("User name of a Chainguard pull token", "Password of a Chainguard pull token"),
}


def credentials(missing: MissingRule) -> Credentials | None:
    """Return the credentials that a missing rule needs; None if it needs no secret."""
    return _CREDENTIALS[missing.upstream.kind] if missing.upstream.secret else None


def secret_name(missing: MissingRule) -> str:
    """Return the name of a rule's secret; ECR accepts only names with this prefix."""
    return f"ecr-pullthroughcache/{missing.prefix}"


def words(missing: MissingRule) -> list[str]:
    """Return the words of a missing rule's prefix, to name resources and variables."""
    return missing.prefix.split("-")


def repositories(survey: Survey) -> tuple[str, ...]:
    """Return the ARN endings of all rules' repositories; ``*`` if a prefix is ROOT."""
    return ("*",) if "" in survey.prefixes else tuple(f"{prefix}/*" for prefix in survey.prefixes)


def home(survey: Survey) -> Home | None:
    """Return the registry's account and region; None if they are not known.

    Of a placeholder, the default counts.
    """
    return home_of(resolved(survey.registry)) if survey.registry else None


def registry(survey: Survey, what: str) -> str:
    """Return the registry; raise ConfigError if none is given.

    *what* is the value of ``--emit`` that needs it.
    """
    if survey.registry is None:
        raise ConfigError(
            f"--emit {what} needs the registry: use --registry HOST, or set registry in the configuration"
        )
    return survey.registry


def place(survey: Survey) -> str:
    """Return a sentence that names the account and region for the rules."""
    found = home(survey)
    where = f"account {found.account}, region {found.region}" if found else "the cache's account and region"
    return f"For {where}: rules belong to one account and one region."


def pinned(missing: MissingRule) -> str:
    """Return why an upstream with pinned images gets no lifecycle policy."""
    number = "1 reference pins" if missing.pinned == 1 else f"{missing.pinned} references pin"
    return f"No lifecycle policy: {number} an image by digest, and an expired digest does not come back."


def has_lifecycle(survey: Survey) -> bool:
    """Whether the lifecycle policy is used for any of the missing rules."""
    return not all(each.pinned for each in survey.missing)


def comment(text: str, indent: str = "") -> Iterator[str]:
    """Yield *text* as wrapped lines of a comment."""
    start = f"{indent}# "
    yield from textwrap.wrap(
        visible(text), _WIDTH, initial_indent=start, subsequent_indent=start, break_on_hyphens=False
    )


def indented(lines: Iterable[str], indent: str = "  ") -> Iterator[str]:
    """Yield the lines with an indent, except empty ones."""
    for line in lines:
        yield indent + line if line else line
