"""A reference names the cache of another region or account than its file should.

Pull-through-cache rules belong to one account and one region, so such a reference pulls across regions, or
fails because permissions or a rule are missing. Where `overrides` sets a registry for files, any other
cache is wrong in them, and `rewrite` fixes it. Elsewhere a reference is reported if the account is the same
and the name has the prefix of a rule, and it is left unchanged: the file may belong to that region, which
`overrides` can declare.

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
    """Return the message for a reference that violates the rule."""
    verdict = resolution.verdict
    if verdict.rule is None:
        return Message(
            f"{shortened(resolution)} names the cache of a different region than the configuration",
            "use that of the configuration, or set the registry of these files in overrides",
        )
    return Message(f"{shortened(resolution)} names the registry of other files", suggestion(resolution))
