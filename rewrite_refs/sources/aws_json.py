"""The JSON that ``aws ecr describe-pull-through-cache-rules`` prints.

Several answers, one for each region, can be given as a list (``jq -s .`` makes one).
An answer does not contain its region.  If a rule has a secret with credentials, the
secret's ARN contains it, because Amazon ECR requires the secret in the account and the
region of the rule (source: the Amazon ECR user guide, "Storing your upstream repository
credentials in an AWS Secrets Manager secret").
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from rewrite_refs.errors import ConfigError
from rewrite_refs.sources import Import, Imported, SourceLocation

COMMAND = "aws ecr describe-pull-through-cache-rules"

_SECRET = re.compile(r"arn:[a-z-]+:secretsmanager:([a-z0-9-]+):(\d{12}):")
# The first is the field of the service, the second that of the AWS CLI with --max-items.
_MORE = ("nextToken", "NextToken")


class Owner(NamedTuple):
    """The account and region of the registry that has a rule, each None if unknown."""

    account: str | None
    region: str | None


def read(text: str, shown: str) -> Import:
    """Return the rules of an answer, or of a list of answers.

    Args:
        text: The JSON.
        shown: The name of the source in messages.

    Raises:
        ConfigError: The text is not such an answer, or it is one page of several.
    """
    answers = _parse(text.removeprefix("\ufeff"), shown)
    found: list[Imported] = []
    for index, answer in enumerate(answers if isinstance(answers, list) else [answers]):
        at = f"{shown}: answer {index + 1}" if isinstance(answers, list) else shown
        found += (rule._replace(location=SourceLocation(shown)) for rule in rules(answer, at))
    return Import(tuple(dict.fromkeys(found)))


def rules(answer: object, at: str) -> list[Imported]:
    """Return the rules of one ``DescribePullThroughCacheRules`` answer, unlocated.

    Args:
        answer: The parsed JSON.
        at: The start of messages.

    Raises:
        ConfigError: The answer does not have the form of the API, or it is one page of several.
    """
    entries = answer.get("pullThroughCacheRules") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(entries, list):
        raise ConfigError(
            f"{at}: the list pullThroughCacheRules is missing: use all of the output of {COMMAND}"
        )
    for key in _MORE:
        if answer.get(key):
            raise ConfigError(
                f"{at}: this is one page of several ({key} is there), so rules are missing: "
                f"run {COMMAND} without --no-paginate, --max-items and --max-results"
            )
    return _placed(
        [_rule(entry, f"{at}: pullThroughCacheRules[{number}]") for number, entry in enumerate(entries)]
    )


def host(url: str) -> str:
    """Return the host of an ``upstreamRegistryUrl``, which may have a scheme."""
    return url.strip().removeprefix("https://").removeprefix("http://").rstrip("/")


def path(prefix: str | None) -> str:
    """Return the path of an ``upstreamRepositoryPrefix``; empty if absent or ``ROOT``."""
    return "" if prefix in (None, "ROOT") else str(prefix).strip("/")


def home(secret: str | None) -> Owner:
    """Return the registry of a rule whose secret has the ARN *secret*."""
    found = _SECRET.match(secret or "")
    return Owner(found[2], found[1]) if found else Owner(None, None)


def _parse(text: str, shown: str) -> object:
    if not text.strip():
        raise ConfigError(
            f"{shown}:1: this is empty: use the output of {COMMAND}, and check whether it failed"
        )
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        several = ", several answers as a list (jq -s .)" if error.msg == "Extra data" else ""
        raise ConfigError(
            f"{shown}:{error.lineno}: not valid JSON: {error.msg}: "
            f"use the output of {COMMAND} --output json{several}"
        ) from None
    except (RecursionError, ValueError):
        what = "nested too deeply, or holds a number that is too long"
        raise ConfigError(f"{shown}:1: this is {what}: use the output of {COMMAND}") from None


def _rule(entry: object, at: str) -> Imported:
    """Return the rule of one entry; unused fields (timestamps) are not checked."""
    if not isinstance(entry, dict):
        raise ConfigError(f"{at} must be a mapping, not {_kind(entry)}: use the output of {COMMAND}")
    upstream = _text(entry, "upstreamRegistryUrl", at)
    prefix = _text(entry, "ecrRepositoryPrefix", at)
    if not upstream or not prefix:
        missing = "ecrRepositoryPrefix" if upstream else "upstreamRegistryUrl"
        raise ConfigError(f"{at} has no {missing}: use the output of {COMMAND}, without --query")
    account = _text(entry, "registryId", at)
    secret = home(_text(entry, "credentialArn", at))
    return Imported(
        host(upstream),
        prefix,
        path(_text(entry, "upstreamRepositoryPrefix", at)),
        account or secret.account,
        # The secret of another account does not give the region: ECR does not accept such a secret.
        secret.region if account in (None, secret.account) else None,
    )


def _text(entry: Mapping[str, object], field: str, at: str) -> str | None:
    value = entry.get(field)
    if value is not None and not isinstance(value, str):
        raise ConfigError(f"{at}.{field} must be a text, not {_kind(value)}: use the output of {COMMAND}")
    return value


def _kind(value: object) -> str:
    kinds = {dict: "a mapping", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")


def _placed(found: list[Imported]) -> list[Imported]:
    """Return the rules, all with the region that some of them have.

    An answer is of one registry.  The rules are returned unchanged if several answers have been merged into
    one.  Signs of this are several accounts or regions, or a prefix that occurs twice, because a prefix is
    unique in a registry.
    """
    regions = {rule.region for rule in found if rule.region}
    one = len(regions) == 1 and len({rule.account for rule in found}) == 1
    if not one or len({rule.prefix for rule in found}) < len(found):
        return found
    return [rule._replace(region=next(iter(regions))) for rule in found]
