"""The rules of an AWS account itself, in one or several regions.

They are queried through boto3, which finds the credentials, the proxy and the endpoints
(profiles, ``AWS_*`` variables, SSO, roles).  The only permission that is needed is
``ecr:DescribePullThroughCacheRules``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from rewrite_refs.errors import ConfigError
from rewrite_refs.sources import Import, Imported, SourceLocation
from rewrite_refs.sources import aws_json as describe

PERMISSION = "ecr:DescribePullThroughCacheRules"

Session: TypeAlias = Any  # of boto3, which has no type annotations

_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
# A region that is not enabled in an account rejects the account's keys with one of these.
_UNKNOWN = ("AuthFailure", "InvalidClientTokenId", "InvalidSignatureException", "UnrecognizedClientException")


def read(profile: str | None, regions: Sequence[str]) -> Import:
    """Return the rules of an account in *regions*.

    Args:
        profile: The profile of the AWS CLI, or None for the default.
        regions: The regions to query; the region of the session if empty.

    Returns:
        The rules; ``registries`` contains every registry that was queried, even one without a rule.

    Raises:
        ConfigError: A region did not answer; it has one argument for each such region.
    """
    session = _session(profile)
    found: list[Imported] = []
    registries: list[tuple[str, str]] = []
    mistakes: list[str] = []
    for region in dict.fromkeys(regions or _own(session)):
        try:
            account, rules = _ask(session, region)
        except ConfigError as error:
            mistakes += error.args
            continue
        registries.append((account, region))
        found += rules
    if mistakes:
        raise ConfigError(*mistakes)
    return Import(tuple(found), registries=tuple(registries))


def _session(profile: str | None) -> Session:
    try:
        import boto3
        from botocore.exceptions import BotoCoreError, ProfileNotFound
        from botocore.session import get_session
    except ImportError:
        raise ConfigError(
            "boto3 is needed to ask AWS for the rules: pip install 'rewrite-refs[aws]'"
        ) from None
    try:
        return boto3.Session(profile_name=profile)
    except ProfileNotFound as error:
        name = error.kwargs["profile"]
        known = ", ".join(get_session().available_profiles)
        one = f"use one of {known}" if known else f"create it with aws configure --profile {name}"
        raise ConfigError(f"AWS: there is no profile {name!r}: {one}") from None
    except BotoCoreError as error:
        raise ConfigError(f"AWS: {_line(error)}: fix the configuration of the AWS CLI") from None


def _own(session: Session) -> tuple[str]:
    """Return the region of the session, as a tuple of one.

    Raises:
        ConfigError: The session has no region.
    """
    region = session.region_name
    if not region:
        raise ConfigError("AWS: no region is configured: set one with --region, such as --region eu-west-1")
    return (region,)


def _ask(session: Session, region: str) -> tuple[str, list[Imported]]:
    """Return the account and its rules in a region.

    Raises:
        ConfigError: AWS did not return them; the message names the region.
    """
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    # botocore retries several times, and would wait a minute for each attempt.
    config = Config(connect_timeout=10)
    try:
        client = session.client("ecr", region_name=region, config=config)
        answer = client.get_paginator("describe_pull_through_cache_rules").paginate().build_full_result()
        rules = describe.rules(answer, f"AWS, {region}")
        account = rules[0].account if rules else None
        if account is None:
            account = str(
                session.client("sts", region_name=region, config=config).get_caller_identity()["Account"]
            )
    except ClientError as error:
        raise ConfigError(f"AWS, {region}: {_refused(error)}") from None
    except BotoCoreError as error:
        raise ConfigError(f"AWS, {region}: {_failed(error)}") from None
    except ValueError as error:
        # botocore raises this for an AWS_ENDPOINT_URL that is not valid.
        raise ConfigError(f"AWS, {region}: {_line(error)}: see AWS_ENDPOINT_URL") from None
    location = SourceLocation(f"AWS account {account}, {region}")
    return account, [rule._replace(account=account, region=region, location=location) for rule in rules]


def _refused(error: Any) -> str:
    """Return the message for an error that AWS returned."""
    code = error.response["Error"]["Code"]
    if code in _EXPIRED:
        return "the credentials have expired: log in again (aws sso login), or renew them"
    if code in _DENIED:
        return f"{_line(error)}: allow {PERMISSION}, all that is needed, or choose another identity"
    if code in _UNKNOWN:
        return f"AWS rejects these credentials ({code}): check whether the region is enabled in the account"
    return f"{_line(error)}: check whether {PERMISSION} works with the AWS CLI"


def _failed(error: Any) -> str:
    """Return the message for a request that got no answer."""
    from botocore import exceptions as known

    if isinstance(error, known.SSOError | known.TokenRetrievalError):
        return f"{_line(error)}: log in with aws sso login"
    if isinstance(error, known.NoCredentialsError | known.PartialCredentialsError):
        return f"{_line(error)}: use a --profile that has them, or log in"
    if isinstance(error, known.CredentialRetrievalError):
        return f"{_line(error)}: check whether aws sts get-caller-identity works"
    if isinstance(error, known.InvalidRegionError):
        return "not a valid region name: use one such as eu-west-1"
    if isinstance(error, known.ConnectionError | known.HTTPClientError):
        return f"{_line(error)}: check the region, the network, the proxy and AWS_ENDPOINT_URL"
    return f"{_line(error)}: check whether aws sts get-caller-identity works"


def _line(error: Exception) -> str:
    """Return the message of an error on one line, shortened and without the full stop.

    Some messages contain a whole page.
    """
    from textwrap import shorten

    return shorten(str(error), 300, placeholder=" ...").rstrip(".")
