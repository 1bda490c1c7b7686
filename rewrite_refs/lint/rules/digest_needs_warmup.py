"""A digest pulled through the cache fails until its tag has been pulled once.

ECR imports an image when it is pulled by a tag. A pull by a digest, or by a tag and a digest, does not find
the image before that. Pull each such image once by its tag: `rewrite-refs rules --emit warmup` prints a
script that does. A file does not show whether the script has run, so this is always a note.

    reference:  123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx:1.25@sha256:...
    pull once:  123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx:1.25
"""

from __future__ import annotations

from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.lint.base import Message
from rewrite_refs.results import Severity

NAME = "digest-needs-warmup"
SEVERITY: Severity = "note"
ON = True
FIXABLE = False


def message(resolution: Resolution) -> Message | None:
    """Return the message for a reference, or None."""
    verdict = resolution.verdict
    served = verdict.status == "cached" or (verdict.target and verdict.status in ("direct", "wrong"))
    if not served or verdict.reference is None or not verdict.reference.digest:
        return None
    name = resolution.occurrence.text.removesuffix(f"@{verdict.reference.digest}")
    if verdict.reference.tag is None:
        return Message(
            f"{name} is pinned by digest alone, and the cache imports images by tag",
            f"write the tag as well, {name}:<tag>@..., and pull it by its tag once",
        )
    return Message(
        f"{name} is pinned by digest, which the cache knows only after the tag was pulled once",
        "pull it by its tag (rewrite-refs rules --emit warmup prints a script)",
    )
