from __future__ import annotations

import pytest

from rewrite_refs.images.hosts import Home, caveat, home_of, host_of, is_same
from rewrite_refs.images.upstreams import UPSTREAMS, advice, upstream_of
from tests.common import HOST


@pytest.mark.parametrize(
    ("region", "domain"),
    [
        ("eu-west-1", "amazonaws.com"),
        ("cn-north-1", "amazonaws.com.cn"),
        ("eusc-de-east-1", "amazonaws.eu"),
        ("us-gov-west-1", "amazonaws.com"),
        ("us-iso-east-1", "c2s.ic.gov"),
        ("us-isob-east-1", "sc2s.sgov.gov"),
    ],
)
def test_a_host_tells_account_and_region(region: str, domain: str) -> None:
    host = host_of("123456789012", region)
    assert host == f"123456789012.dkr.ecr.{region}.{domain}"
    assert home_of(host) == Home("123456789012", region)


def test_endpoints_of_one_registry() -> None:
    assert is_same(HOST, "123456789012.dkr-ecr.eu-west-1.on.aws")
    assert is_same(HOST, "123456789012.dkr.ecr-fips.eu-west-1.amazonaws.com")
    assert not is_same(HOST, "123456789012.dkr.ecr.eu-west-2.amazonaws.com")
    assert not is_same("docker.io", "docker.io")
    assert home_of("docker.io") is None


@pytest.mark.parametrize(
    ("host", "said"),
    [
        (HOST, None),
        ("${ECR_REGISTRY}", None),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "China"),
        ("123456789012.dkr.ecr.us-gov-west-1.amazonaws.com", "GovCloud"),
        ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "GovCloud"),
        ("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com", "FIPS"),
        ("123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov", "not documented"),
    ],
)
def test_caveats(host: str, said: str | None) -> None:
    told = caveat(host)
    assert told is None if said is None else said in (told or "")


def test_upstreams() -> None:
    assert {each.host for each in UPSTREAMS if each.secret} == {
        "docker.io",
        "ghcr.io",
        "registry.gitlab.com",
        "cgr.dev",
    }
    azure = upstream_of("acme.azurecr.io")
    assert azure
    assert (azure.url, azure.kind, azure.secret) == ("acme.azurecr.io", "azure-container-registry", True)
    ecr = upstream_of(HOST)
    assert ecr
    assert (ecr.kind, ecr.secret) == ("ecr", False)
    assert upstream_of("mcr.microsoft.com") is upstream_of(".azurecr.io") is None


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("mcr.microsoft.com", "Microsoft publishes nowhere else"),
        ("gcr.io", "copy it"),
        ("eu.gcr.io", "copy it"),
        ("mirror.gcr.io", "aliases"),
        ("us-docker.pkg.dev", "copy it"),
        ("nvcr.io", "NVIDIA"),
        ("docker.elastic.co", "Docker Hub"),
        ("lscr.io", "ghcr.io/linuxserver"),
        ("registry.example.com", None),
    ],
)
def test_advice(host: str, said: str | None) -> None:
    told = advice(host)
    assert told is None if said is None else said in (told or "")
