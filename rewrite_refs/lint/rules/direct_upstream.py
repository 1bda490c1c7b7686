"""An image is pulled from its upstream though a rule maps it, or from Docker Hub.

Docker Hub limits how many images an address may pull, upstreams fail, and images disappear from them; pulls
through the cache of your account are not affected. An image on Docker Hub is reported even where no rule
maps Docker Hub.

`rewrite-refs rewrite` fixes it where a rule maps the image and the registry is in the file.

    before:  image: nginx:1.25
    after:   image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx:1.25
"""

from __future__ import annotations

from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.images.reference import DOCKER_HUB
from rewrite_refs.lint.base import Message, shortened, suggestion
from rewrite_refs.results import Severity

NAME = "direct-upstream"
SEVERITY: Severity = "error"
ON = True
FIXABLE = True


def message(resolution: Resolution) -> Message:
    """Return the message for a reference that violates the rule."""
    verdict = resolution.verdict
    host = verdict.reference.registry if verdict.reference else DOCKER_HUB
    problem = f"{shortened(resolution)} is pulled directly from {host}"
    if verdict.target or (verdict.reason and verdict.rule):
        return Message(problem, suggestion(resolution))
    if verdict.rule:
        return Message(problem, f"the rule for {verdict.rule} applies: set your registry with --registry")
    return Message(problem, f"no rule maps {host}: create one, and add it to rules (rewrite-refs init does)")
