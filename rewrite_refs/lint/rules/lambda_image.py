"""An AWS Lambda function's image comes from an upstream or through the cache.

Lambda takes images from a private repository of the account, and does not cause ECR to import one. Copy the
image to such a repository and name the copy. Found in manifests of functions (ACK, Crossplane).

    before:  imageURI: public.ecr.aws/docker/library/python:3.12
    after:   imageURI: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/functions/python:3.12
"""

from __future__ import annotations

from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.lint.base import Message, shortened
from rewrite_refs.results import Severity

NAME = "lambda-image"
SEVERITY: Severity = "warning"
ON = True
FIXABLE = False


def message(resolution: Resolution) -> Message:
    """Return the message for a reference that violates the rule."""
    verdict = resolution.verdict
    return Message(f"{shortened(resolution)} is the image of a function", verdict.reason)
