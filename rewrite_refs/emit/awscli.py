"""A shell script that creates the missing rules with the AWS CLI.

Credentials come from environment variables and reach the CLI through a pipe, so
that no process has them in its arguments.  An existing secret is used without
changes.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

from rewrite_refs.emit import parts
from rewrite_refs.emit.survey import MissingRule, Survey

_AGAIN = (
    "It stops at the first call that fails. To run it again, delete the calls that went through: ECR "
    "refuses to make a rule twice."
)
_SECRET = """\
json() {
  printf '%s' "$1" | sed 's/[\\\\"]/\\\\&/g'
}

# secret NAME USERNAME TOKEN: prints the ARN of the secret; one that is there stays as it is
secret() {
  aws secretsmanager describe-secret --region "$region" --secret-id "$1" \\
    --query ARN --output text 2>/dev/null && return
  printf '{"username":"%s","accessToken":"%s"}' "$(json "$2")" "$(json "$3")" |
    aws secretsmanager create-secret --region "$region" --name "$1" \\
      --secret-string file:///dev/stdin --query ARN --output text
}"""


def lines(survey: Survey) -> Iterator[str]:
    """Yield the script; if no rule is missing, a script with only comments."""
    yield "#!/bin/sh"
    yield from parts.comment(f"{parts.TITLE} --emit cli.")
    yield from parts.comment(parts.place(survey))
    if not survey.missing:
        yield from parts.comment(parts.NOTHING_MISSING)
        return
    yield from parts.comment(_AGAIN)
    yield "set -eu"
    secrets = [each for each in survey.missing if parts.credentials(each)]
    yield from _where(survey)
    for missing in secrets:
        credentials = parts.credentials(missing)
        for name, about in zip(_variables(missing), credentials or (), strict=True):
            yield f': "${{{name}:?{about}}}"'
    if secrets:
        yield from ("", *_SECRET.split("\n"))
    if parts.has_lifecycle(survey):
        policy = json.dumps({"rules": [parts.LIFECYCLE_RULE]}, indent=2)
        yield from ("", *parts.comment(parts.WHY_LIFECYCLE), f"lifecycle={shlex.quote(policy)}")
    for missing in survey.missing:
        yield from _rule(missing)


def _where(survey: Survey) -> Iterator[str]:
    """Yield the region of all calls, and a check that they go to the right account."""
    home = parts.home(survey)
    if home is None:
        yield 'region="${AWS_REGION:-${AWS_DEFAULT_REGION:?the region of the cache}}"'
        return
    yield f"region={shlex.quote(home.region)}"
    yield 'account="$(aws sts get-caller-identity --region "$region" --query Account --output text)"'
    yield f'if [ "$account" != {home.account} ]; then'
    yield f'  echo "these are credentials of account $account, and the cache is in {home.account}" >&2'
    yield "  exit 1"
    yield "fi"


def _variables(missing: MissingRule) -> tuple[str, str]:
    name = "_".join(parts.words(missing)).upper()
    return f"{name}_USERNAME", f"{name}_ACCESS_TOKEN"


def _rule(missing: MissingRule) -> Iterator[str]:
    """Yield the calls for one upstream: secret, rule and repository creation template."""
    yield from ("", f"# {missing.upstream.host}")
    calls = [f"--ecr-repository-prefix {shlex.quote(missing.prefix)}"]
    calls.append(f"--upstream-registry {missing.upstream.kind}")
    calls.append(f"--upstream-registry-url {shlex.quote(missing.upstream.url)}")
    if parts.credentials(missing):
        username, token = _variables(missing)
        yield f'arn="$(secret {shlex.quote(parts.secret_name(missing))} "${username}" "${token}")"'
        calls.append('--credential-arn "$arn"')
    yield from _call("create-pull-through-cache-rule", calls)
    options = [f"--prefix {shlex.quote(missing.prefix)} --applied-for {parts.APPLIED_FOR}"]
    options.append("--image-tag-mutability MUTABLE")
    if missing.pinned:
        yield from parts.comment(parts.pinned(missing))
    else:
        options.append('--lifecycle-policy "$lifecycle"')
    yield from _call("create-repository-creation-template", options)


def _call(name: str, options: list[str]) -> Iterator[str]:
    yield f'aws ecr {name} --region "$region" \\'
    yield from (f"  {option} \\" for option in options[:-1])
    yield f"  {options[-1]}"
