"""Facts about registries that follow from their hosts, independent of any rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from rewrite_refs.images.reference import DOCKER_HUB

# The domains of all partitions, including FIPS and dual-stack endpoints.
ECR_HOST = re.compile(
    r"\d{12}\.dkr[.-]ecr(?:-fips)?\.[a-zA-Z0-9][a-zA-Z0-9_-]*\."
    r"(?:amazonaws\.(?:com(?:\.cn)?|eu)|on\.(?:aws|amazonwebservices\.com\.cn)"
    r"|sc2s\.sgov\.gov|c2s\.ic\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)"
)

# Alternative hosts of the same registry.  k8s.gcr.io was frozen; its names are the same in registry.k8s.io.
SAME_REGISTRY: Mapping[str, str] = {
    "index.docker.io": DOCKER_HUB,
    "registry-1.docker.io": DOCKER_HUB,
    "registry.hub.docker.com": DOCKER_HUB,
    "k8s.gcr.io": "registry.k8s.io",
    "ecr-public.aws.com": "public.ecr.aws",
}

ACCOUNT = re.compile(r"[0-9]{12}")
REGION = re.compile(r"[a-z]+(?:-[a-z]+)+-[0-9]+")

_PARTS = re.compile(r"(\d{12})\.dkr[.-]ecr(?P<fips>-fips)?\.([^.]+)\.(.+)")


class Partition(NamedTuple):
    """A partition of AWS: its name in ARNs, and the domain of its endpoints."""

    name: str
    domain: str


# By the first characters of the region's name.
_PARTITIONS: Mapping[str, Partition] = {
    "cn-": Partition("aws-cn", "amazonaws.com.cn"),
    "us-gov-": Partition("aws-us-gov", "amazonaws.com"),
    "us-isob-": Partition("aws-iso-b", "sc2s.sgov.gov"),
    "us-isof-": Partition("aws-iso-f", "csp.hci.ic.gov"),
    "us-iso-": Partition("aws-iso", "c2s.ic.gov"),
    "eu-isoe-": Partition("aws-iso-e", "cloud.adc-e.uk"),
    "eusc-": Partition("aws-eusc", "amazonaws.eu"),
}


class Home(NamedTuple):
    """The account and the region of an ECR registry."""

    account: str
    region: str


def home_of(host: str) -> Home | None:
    """Return the account and the region of an ECR host, or None for any other host."""
    found = _PARTS.fullmatch(host) if ECR_HOST.fullmatch(host) else None
    return Home(found[1], found[3]) if found else None


def host_of(account: str, region: str) -> str:
    """Return the host of an account's ECR registry in a region."""
    return f"{account}.dkr.ecr.{region}.{partition_of(region).domain}"


def partition_of(region: str) -> Partition:
    """Return the partition of a region."""
    found = (partition for start, partition in _PARTITIONS.items() if region.startswith(start))
    return next(found, Partition("aws", "amazonaws.com"))


def is_same(host: str, other: str) -> bool:
    """Whether two hosts are endpoints of one ECR registry, such as its FIPS endpoint."""
    home = home_of(host)
    return home is not None and home == home_of(other)


def caveat(host: str) -> str | None:
    """Return why the cache of an ECR registry may not work, or None.

    Source: the Amazon ECR user guide, "Considerations for using pull through cache rules".
    """
    found = _PARTS.fullmatch(host) if ECR_HOST.fullmatch(host) else None
    if found is None:
        return None
    region = found[3]
    if region.startswith("cn-"):
        return "the regions in China have no pull-through cache"
    if region.startswith("us-gov-"):
        return "AWS GovCloud (US) has no pull-through cache"
    if region.startswith(("us-iso", "eu-iso")):
        return "whether this partition has a pull-through cache is not documented"
    if found["fips"]:
        return "the first pull through a FIPS endpoint fails: pull once through the regional endpoint"
    return None
