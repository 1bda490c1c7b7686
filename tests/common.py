"""What several tests need: the rules of the examples, and one call to rewrite a text."""

from __future__ import annotations

from rewrite_refs.formats import Format
from rewrite_refs.rewrite import Result, rewrite
from rewrite_refs.rules import Rules, rule_for

HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
RULES = Rules(
    HOST,
    (
        rule_for("docker.io", "docker-hub"),
        rule_for("quay.io", "quay"),
        rule_for("ghcr.io", "github"),
        rule_for("registry.k8s.io", "kubernetes"),
        rule_for("public.ecr.aws", "ecr-public"),
    ),
)
HUB = f"{HOST}/docker-hub"
LIBRARY = f"{HUB}/library"


def rewritten(text: str, format: Format, rules: Rules = RULES) -> Result:
    """Rewrite a text by the rules of the examples."""
    return rewrite(text, format, rules.judge)
