"""The permissions to pull through the cache, as one JSON object.

``pullerPolicy`` is a whole policy for the roles that pull, and
``registryPolicyStatement`` one statement for the registry's policy, which is for
other accounts.  Both cover the prefixes of all rules, including missing ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rewrite_refs.emit import parts
from rewrite_refs.emit.survey import Survey
from rewrite_refs.images.hosts import partition_of

# Placeholders: a policy in which they are left is invalid, rather than valid and wrong.
ACCOUNT, REGION, OTHER_ACCOUNT, PULLER = "ACCOUNT", "REGION", "OTHER_ACCOUNT", "PULLER"


def lines(survey: Survey) -> Iterator[str]:
    """Yield the JSON text, as one piece."""
    home = parts.home(survey)
    account, region = (home.account, home.region) if home else (ACCOUNT, REGION)
    partition = partition_of(region).name
    resources = [
        f"arn:{partition}:ecr:{region}:{account}:repository/{each}" for each in parts.repositories(survey)
    ]
    principal = f"arn:{partition}:iam::{OTHER_ACCOUNT}:role/{PULLER}"
    yield json.dumps(document(resources, principal, [*_notes(survey)]), indent=2)


def document(resources: list[str], principal: str, notes: list[str]) -> dict[str, Any]:
    """Return the two policies for *resources*; without any, only the login is allowed."""
    login = {"Sid": "EcrLogin", "Effect": "Allow", "Action": parts.LOGIN_ACTION, "Resource": "*"}
    pull = {
        "Sid": "PullThroughCache",
        "Effect": "Allow",
        "Action": [*parts.PULL_ACTIONS, *parts.IMPORT_ACTIONS],
        "Resource": resources,
    }
    statement = {
        "Sid": "PullThroughCache",
        "Effect": "Allow",
        "Principal": {"AWS": [principal]},
        "Action": [*parts.IMPORT_ACTIONS],
        "Resource": resources,
    }
    return {
        "note": notes,
        "pullerPolicy": {"Version": "2012-10-17", "Statement": [login, *([pull] if resources else [])]},
        "registryPolicyStatement": statement if resources else None,
    }


def _notes(survey: Survey) -> Iterator[str]:
    yield f"pullerPolicy: {parts.PULLERS[0].lower()}{parts.PULLERS[1:]}"
    yield f"registryPolicyStatement: {parts.ONE_POLICY} Name them where it says {OTHER_ACCOUNT} and {PULLER}."
    if parts.home(survey) is None:
        yield f"Put the registry's own where it says {ACCOUNT} and {REGION}."
    if "" in survey.prefixes:
        yield parts.WHOLE_REGISTRY
    if not survey.prefixes:
        yield "There is no rule, and nothing here needs one."
