"""A reference names the cache of another region or account than its file should.

Pull-through-cache rules belong to one account and one region. Where `overrides` gives files a registry of
their own, a reference in them to another one pulls across regions, or fails for want of permissions.

    before:  image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/docker-hub/library/nginx:1.25
    after:   image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx:1.25
"""

from __future__ import annotations

from rewrite_refs.lint.said import Said, use
from rewrite_refs.results import Severity
from rewrite_refs.rewrite import Judged

NAME = "wrong-region"
SEVERITY: Severity = "error"
ON = True
FIXABLE = True


def says(judged: Judged) -> Said | None:
    """What is to be said of a reference, or None."""
    if judged.verdict.breaks != NAME:
        return None
    return Said(f"{judged.occurrence.text} names the registry of other files", use(judged))
