"""The image depends on a value that the file does not define.

The reference is left unchanged: check yourself, where the variable gets its value, that the image goes
through the cache. With `--strict` it is an error. Give the variable a default, write the registry into the
file, or ignore the reference.

    before:  FROM ${BASE_IMAGE}
    after:   ARG BASE_IMAGE=123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/python:3.12
             FROM ${BASE_IMAGE}
"""

from __future__ import annotations

from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.lint.base import Message, shortened
from rewrite_refs.results import Severity

NAME = "unresolved-reference"
SEVERITY: Severity = "note"
ON = True
FIXABLE = False


def message(resolution: Resolution) -> Message:
    """Return the message for a reference that violates the rule."""
    verdict = resolution.verdict
    reason = verdict.reason or ""
    if reason.startswith("invalid reference format"):
        reason = "not a valid image name: if something fills it in, rewrite it there"
    return Message(f"this file does not define which image {shortened(resolution)} is", reason)
