"""What the printed templates, policies and scripts have in common.

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
# The second one makes the repository of an image at its first pull.
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
    """What a secret's two keys are called where the upstream hands them out."""

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
    """What the secret of a missing rule holds; None where it needs none."""
    return _CREDENTIALS[missing.upstream.kind] if missing.upstream.secret else None


def secret_name(missing: MissingRule) -> str:
    """The name of a rule's secret: ECR takes no secret with another beginning."""
    return f"ecr-pullthroughcache/{missing.prefix}"


def words(missing: MissingRule) -> list[str]:
    """The words of a missing rule's prefix, to make names of resources and variables of."""
    return missing.prefix.split("-")


def repositories(survey: Survey) -> tuple[str, ...]:
    """The repositories of all rules, as the ends of ARNs; one for all of them where a prefix is ROOT."""
    return ("*",) if "" in survey.prefixes else tuple(f"{prefix}/*" for prefix in survey.prefixes)


def home(survey: Survey) -> Home | None:
    """The account and region of the registry, where it or its placeholder's default tells."""
    return home_of(resolved(survey.registry)) if survey.registry else None


def registry(survey: Survey, what: str) -> str:
    """The registry, for what cannot be printed without it; ConfigError where nobody gave one."""
    if survey.registry is None:
        raise ConfigError(
            f"--emit {what} needs the registry: use --registry HOST, or set registry in the configuration"
        )
    return survey.registry


def place(survey: Survey) -> str:
    """Where the rules are to be made, as a sentence."""
    found = home(survey)
    where = f"account {found.account}, region {found.region}" if found else "the cache's account and region"
    return f"For {where}: rules belong to one account and one region."


def pinned(missing: MissingRule) -> str:
    """Why there is no lifecycle policy for an upstream of which images are pinned."""
    number = "1 reference pins" if missing.pinned == 1 else f"{missing.pinned} references pin"
    return f"No lifecycle policy: {number} an image by digest, and an expired digest does not come back."


def has_lifecycle(survey: Survey) -> bool:
    """Whether the lifecycle policy is good for any of the missing rules."""
    return not all(each.pinned for each in survey.missing)


def comment(text: str, indent: str = "") -> Iterator[str]:
    """*text* as lines of a comment."""
    start = f"{indent}# "
    yield from textwrap.wrap(
        visible(text), _WIDTH, initial_indent=start, subsequent_indent=start, break_on_hyphens=False
    )


def indented(lines: Iterable[str], indent: str = "  ") -> Iterator[str]:
    """Lines with an indent, but for empty ones."""
    for line in lines:
        yield indent + line if line else line
