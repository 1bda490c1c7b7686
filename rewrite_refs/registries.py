"""What is known of registries by their hosts, whatever rules there are."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rewrite_refs.reference import DOCKER_HUB

# The domains of all partitions, with FIPS and dual-stack endpoints.
ECR_HOST = re.compile(
    r"\d{12}\.dkr[.-]ecr(?:-fips)?\.[a-zA-Z0-9][a-zA-Z0-9_-]*\."
    r"(?:amazonaws\.(?:com(?:\.cn)?|eu)|on\.(?:aws|amazonwebservices\.com\.cn)"
    r"|sc2s\.sgov\.gov|c2s\.ic\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)"
)

# Other names of one registry.  k8s.gcr.io was frozen and renamed, one to one.
SAME_REGISTRY: Mapping[str, str] = {
    "index.docker.io": DOCKER_HUB,
    "registry-1.docker.io": DOCKER_HUB,
    "registry.hub.docker.com": DOCKER_HUB,
    "k8s.gcr.io": "registry.k8s.io",
    "ecr-public.aws.com": "public.ecr.aws",
}
