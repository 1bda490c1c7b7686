"""GitHub Actions pulls an image before any step can log in to the registry.

This applies to the `container` and the `services` of a job, which accept `credentials`, and to `docker://`
in `uses` of a step and in `image` of an action, which do not. The cache is a private registry, so such a
pull through it would fail; the reference is left unchanged.

Give a container or a service credentials for ECR: the user name `AWS`, and as password the output of `aws
ecr get-login-password`, which is valid for twelve hours. An earlier job (`needs`) can pass it on as an
output if it is not masked: with `aws-actions/amazon-ecr-login`, set `mask-password: 'false'`. Then
`rewrite-refs rewrite` rewrites the reference. Replace `docker://` by a step with `docker run` after a step
that logs in.

Runners that have access to ECR by themselves (a credential helper) need none of this: with
`runners-logged-in: true` in the configuration, all these references are rewritten. An action that is used
only from its own repository (`uses: ./`) does not need it either, because its image is pulled when its step
runs. Its file does not show that: write the reference by hand there, with a comment `# rewrite-refs:
ignore[pull-before-login]` above it.

    before:  container:
               image: node:20
    after:   container:
               image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/node:20
               credentials:
                 username: AWS
                 password: ${{ needs.login.outputs.password }}
"""

from __future__ import annotations

from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.lint.base import Message, shortened
from rewrite_refs.results import Severity

NAME = "pull-before-login"
SEVERITY: Severity = "warning"
ON = True
FIXABLE = False


def message(resolution: Resolution) -> Message:
    """Return the message for a reference that violates the rule."""
    verdict = resolution.verdict
    return Message(f"{shortened(resolution)} may be pulled before a step can log in", verdict.reason)
