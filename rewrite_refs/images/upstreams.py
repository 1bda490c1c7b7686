"""The upstream registries that Amazon ECR can cache, and advice about others.

Sources: the Amazon ECR user guide ("Sync an upstream registry with an Amazon ECR
private registry", with the prefixes of its examples) and the botocore model of
``CreatePullThroughCacheRule`` for the names of ``upstreamRegistry``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rewrite_refs.images.hosts import ECR_HOST
from rewrite_refs.images.reference import DOCKER_HUB

_AZURE = ".azurecr.io"

# The most used official images of Docker Hub, by their names below library/.
OFFICIAL = frozenset(
    """
    alpine amazonlinux archlinux bash buildpack-deps busybox caddy cassandra centos clojure composer consul
    couchdb debian docker drupal eclipse-temurin elasticsearch elixir erlang fedora gcc golang gradle groovy
    haproxy haskell httpd influxdb java jenkins joomla jruby julia kibana kong logstash mariadb maven
    memcached mongo mono mysql nats neo4j nextcloud nginx node openjdk oraclelinux perl php postgres pypy
    python r-base rabbitmq redis registry rockylinux ruby rust solr sonarqube swift telegraf tomcat traefik
    ubuntu varnish vault wordpress zookeeper
    """.split()  # noqa: SIM905 - a list of eighty quoted words is not better
)


class Upstream(NamedTuple):
    """One upstream registry.

    Attributes:
        host: The registry in references.
        url: The host in rules (``upstreamRegistryUrl``).
        kind: The value of ``upstreamRegistry``.
        prefix: The ECR repository prefix of AWS's own examples.
        secret: Whether a rule needs a secret with credentials.
    """

    host: str
    url: str
    kind: str
    prefix: str
    secret: bool = False


UPSTREAMS = (
    Upstream(DOCKER_HUB, "registry-1.docker.io", "docker-hub", "docker-hub", secret=True),
    Upstream("public.ecr.aws", "public.ecr.aws", "ecr-public", "ecr-public"),
    Upstream("quay.io", "quay.io", "quay", "quay"),
    Upstream("registry.k8s.io", "registry.k8s.io", "k8s", "kubernetes"),
    Upstream("ghcr.io", "ghcr.io", "github-container-registry", "github", secret=True),
    Upstream(
        "registry.gitlab.com", "registry.gitlab.com", "gitlab-container-registry", "gitlab", secret=True
    ),
    Upstream("cgr.dev", "cgr.dev", "chainguard", "chainguard", secret=True),
)
_BY_HOST = {each.host: each for each in UPSTREAMS}

_COPY = "copy it to a repository of your account (crane copy, skopeo copy) and write that name here"
# Where Kubernetes published in gcr.io before registry.k8s.io existed.
_OF_KUBERNETES = ("google-containers/", "google_containers/", "k8s-")
# Registries that ECR cannot cache, by host or by the end of the host (with a leading dot).
_ADVICE: Mapping[str, str] = {
    "lscr.io": "the same images are at ghcr.io/linuxserver, which ECR can cache",
    "mirror.gcr.io": "it is a mirror of Docker Hub: add mirror.gcr.io: docker.io to aliases",
    "gcr.io": _COPY,
    "mcr.microsoft.com": f"Microsoft publishes nowhere else: {_COPY}",
    "nvcr.io": f"NVIDIA publishes some images at Docker Hub and ghcr.io too; else {_COPY}",
    "docker.elastic.co": "Elastic publishes the same images at Docker Hub (elasticsearch, elastic/...)",
    "dhi.io": _COPY,
    ".gcr.io": _COPY,
    ".pkg.dev": _COPY,
}


def upstream_of(host: str) -> Upstream | None:
    """Return the upstream with this host, or None if ECR cannot cache it.

    *host* is canonical (``docker.io``).  Each Azure registry and each ECR registry is a separate upstream.
    """
    if host.endswith(_AZURE) and host != _AZURE:
        return Upstream(host, host, "azure-container-registry", "azure", secret=True)
    if ECR_HOST.fullmatch(host):
        return Upstream(host, host, "ecr", "ecr")
    return _BY_HOST.get(host)


def advice(host: str, repository: str = "") -> str | None:
    """Return specific advice about a host that ECR cannot cache, or None."""
    if host == "gcr.io" and repository.startswith(_OF_KUBERNETES):
        return "Kubernetes publishes its images at registry.k8s.io, which ECR can cache"
    if host in _ADVICE:
        return _ADVICE[host]
    return next((text for end, text in _ADVICE.items() if end[0] == "." and host.endswith(end)), None)
