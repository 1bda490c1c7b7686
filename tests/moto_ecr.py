"""Amazon ECR over real HTTP: moto's server, with the three calls for pull-through-cache rules that it lacks.

Names, fields and errors are those of the botocore model of ECR.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.responses import ActionResult
from moto.ecr.responses import ECRResponse
from moto.server import ThreadedMotoServer

from rewrite_refs.images.upstreams import upstream_of

ACCOUNT = "123456789012"  # whose rules moto serves, whatever the credentials

# Fewer than real pages hold, so that one page is seldom all.
PAGE = 2

Rule: TypeAlias = dict[str, Any]

_rules: dict[tuple[str, str], dict[str, Rule]] = {}
_refusals: dict[str, str] = {}


class AlreadyExists(ServiceException):
    """The prefix has a rule."""

    # moto takes the service from the module of the class.
    __module__ = "moto.ecr.exceptions"
    code = "PullThroughCacheRuleAlreadyExistsException"


class NotFound(ServiceException):
    """The prefix has no rule."""

    __module__ = "moto.ecr.exceptions"
    code = "PullThroughCacheRuleNotFoundException"


class Unsupported(ServiceException):
    """The upstream is none that ECR caches."""

    __module__ = "moto.ecr.exceptions"
    code = "UnsupportedUpstreamRegistryException"


@contextlib.contextmanager
def serve() -> Iterator[str]:
    """A server; its address.  What it serves is kept in this process: ``clear`` forgets the rules."""
    for call in (
        create_pull_through_cache_rule,
        describe_pull_through_cache_rules,
        delete_pull_through_cache_rule,
    ):
        setattr(ECRResponse, call.__name__, call)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


def clear() -> None:
    """Forget all rules and refusals."""
    _rules.clear()
    _refusals.clear()


def refuse(region: str, code: str) -> None:
    """Let a region answer with this error from now on."""
    _refusals[region] = code


def isolate(monkeypatch: pytest.MonkeyPatch, home: Path, endpoint: str) -> None:
    """Let boto3 and the AWS CLI see no configuration but what is given here, and no AWS but *endpoint*.

    *home* is a folder for what they keep in the home of the user.
    """
    for name in os.environ:
        if name.startswith("AWS_") or name.lower() in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            monkeypatch.delenv(name)
    given = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_CONFIG_FILE": str(home / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        "HOME": str(home),
        # Whatever would go out all the same finds nobody there.
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "NO_PROXY": "127.0.0.1",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)


def create_pull_through_cache_rule(self: ECRResponse) -> ActionResult:
    """``CreatePullThroughCacheRule``."""
    prefix, url = self._get_param("ecrRepositoryPrefix"), self._get_param("upstreamRegistryUrl")
    upstream = upstream_of(url.replace("registry-1.docker.io", "docker.io"))
    if upstream is None:
        raise Unsupported("The specified upstream registry is not supported")
    if prefix in _here(self):
        raise AlreadyExists(f"A pull through cache rule with the prefix {prefix!r} is there already")
    now = datetime.now(UTC)
    rule = {
        "ecrRepositoryPrefix": prefix,
        "upstreamRegistryUrl": url,
        "createdAt": now,
        "updatedAt": now,
        "registryId": self.current_account,
        "upstreamRegistry": upstream.kind,
        "upstreamRepositoryPrefix": self._get_param("upstreamRepositoryPrefix") or "ROOT",
    }
    given = {name: self._get_param(name) for name in ("credentialArn", "customRoleArn")}
    _here(self)[prefix] = rule | {name: value for name, value in given.items() if value}
    return ActionResult({name: value for name, value in _here(self)[prefix].items() if name != "updatedAt"})


def describe_pull_through_cache_rules(self: ECRResponse) -> ActionResult:
    """``DescribePullThroughCacheRules``; a token counts the rules of the pages before."""
    rules = _here(self)
    wanted = self._get_param("ecrRepositoryPrefixes") or list(rules)
    if not rules.keys() >= set(wanted):
        raise NotFound("There is no pull through cache rule with that prefix")
    start, size = int(self._get_param("nextToken") or 0), self._get_param("maxResults") or PAGE
    page: dict[str, Any] = {"pullThroughCacheRules": [rules[name] for name in wanted[start : start + size]]}
    if start + size < len(wanted):
        page["nextToken"] = str(start + size)
    return ActionResult(page)


def delete_pull_through_cache_rule(self: ECRResponse) -> ActionResult:
    """``DeletePullThroughCacheRule``."""
    prefix = self._get_param("ecrRepositoryPrefix")
    if prefix not in _here(self):
        raise NotFound(f"There is no pull through cache rule with the prefix {prefix!r}")
    rule = _here(self).pop(prefix)
    return ActionResult({name: rule[name] for name in rule if name not in ("updatedAt", "upstreamRegistry")})


def _here(response: ECRResponse) -> dict[str, Rule]:
    """The rules of the account and the region that a call is for, by prefix."""
    if response.region in _refusals:
        raise JsonRESTError(_refusals[response.region], "This region was told to refuse")
    return _rules.setdefault((response.current_account, response.region), {})
