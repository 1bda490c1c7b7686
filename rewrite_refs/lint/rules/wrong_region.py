"""A reference names the cache of another region or account than its file should.

Pull-through-cache rules belong to one account and one region, so that such a reference pulls across
regions, or fails for want of permissions or of a rule. Where `overrides` gives files a registry of their
own, any other cache is wrong in them, and `rewrite` mends it. Elsewhere it is found where the account is
the same and the name has the prefix of a rule, and is left: the file may belong to that region, which
`overrides` says.

    before:  image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/docker-hub/library/nginx:1.25
    after:   image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx:1.25
"""

from __future__ import annotations

from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.lint.base import Message, shortened, suggestion
from rewrite_refs.results import Severity

NAME = "wrong-region"
SEVERITY: Severity = "error"
ON = True
FIXABLE = True


def message(resolution: Resolution) -> Message:
    """What is to be said of a reference that breaks it."""
    verdict = resolution.verdict
    if verdict.status == "own":
        return Message(
            f"{shortened(resolution)} names the cache of a different region than the configuration",
            "use that of the configuration, or set the registry of these files in overrides",
        )
    return Message(f"{shortened(resolution)} names the registry of other files", suggestion(resolution))
