"""A reference shows the number of an AWS account.

An account number is not a secret, but many teams do not want it in a public repository, and others cannot
pull from that registry. Off by default. Put the registry into a variable: a placeholder such as
`${ECR_REGISTRY}` as `registry`, or `style: parameter` with `parameters: {default: upstream}`.

    before:  image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/postgres:16
    after:   image: ${ECR_REGISTRY}/docker-hub/library/postgres:16
"""

from __future__ import annotations

from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.images.hosts import home_of
from rewrite_refs.lint.base import Message
from rewrite_refs.results import Severity

NAME = "account-id-exposed"
SEVERITY: Severity = "warning"
ON = False
FIXABLE = False


def message(resolution: Resolution) -> Message | None:
    """Return the message for a reference, or None."""
    text = resolution.occurrence.text
    home = home_of(text.partition("/")[0])
    if home is None:
        return None
    return Message(
        f"{text} shows the account {home.account}", "put the registry into a variable (style: parameter)"
    )
