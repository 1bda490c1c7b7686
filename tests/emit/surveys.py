"""Surveys for the tests: of the references that are given, judged by the rules that are given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hypothesis import strategies as st

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.rule import CacheRule, make_rule
from rewrite_refs.emit.survey import Survey, of
from rewrite_refs.reports import ReferenceRecord
from rewrite_refs.text.spans import Occurrence, Piece, Span
from tests.common import HOST, RULES

DIGEST = "sha256:" + "a" * 64
PLACEHOLDERS = ("${ECR_REGISTRY}", "{{ .Values.registry }}", f"${{ECR_REGISTRY:-{HOST}}}")
UPSTREAMS = (
    "docker.io",
    "public.ecr.aws",
    "quay.io",
    "registry.k8s.io",
    "ghcr.io",
    "registry.gitlab.com",
    "cgr.dev",
    "acme.azurecr.io",
    "acme-2.azurecr.io",
    "a.b.azurecr.io",
)
_VARIABLE = re.compile(r"(\$\{TAG\})")
_PREFIXES = (
    "docker-hub",
    "github",
    "azure",
    "azure/x",
    "azure-acme",
    "quay.io/a",
    "chainguard",
    "k8s",
    "a_b",
)


def entries(texts: Sequence[str], rules: RuleSet = RULES) -> Iterator[ReferenceRecord]:
    """What a run says of some references; ``${TAG}`` is unknown."""
    for text in texts:
        span = Span(0, len(text))
        pieces = [Piece(part, None, part != "${TAG}") for part in _VARIABLE.split(text) if part]
        verdict = rules.judge(Occurrence(tuple(pieces), span, span))
        yield ReferenceRecord(
            None,
            None,
            text,
            verdict.reference,
            verdict.status,
            verdict.target,
            verdict.rule,
            verdict.reason,
        )


def survey(*texts: str, rules: RuleSet = RULES) -> Survey:
    """The survey of some references."""
    return of(entries(texts, rules), rules)


EVERYTHING = survey(
    *(f"{host}/team/app:1" for host in UPSTREAMS),
    f"ghcr.io/team/other@{DIGEST}",
    "mcr.microsoft.com/dotnet/sdk:8.0",
    rules=RuleSet(HOST, (make_rule("quay.io", "quay"), make_rule("cgr.dev/example.com", "cg"))),
)
NOTHING_MISSING = survey("nginx", "quay.io/a/b:1", f"{HOST}/docker-hub/library/redis:7")
AT_ROOT = survey("nginx", "quay.io/a/b:1", rules=RuleSet(HOST, (make_rule("docker.io", "ROOT"),)))
NO_REGISTRY = survey("nginx", "ghcr.io/a/b:1", rules=RuleSet(None, (make_rule("docker.io", "hub"),)))
PLACEHOLDER = survey("nginx", "ghcr.io/a/b:1", rules=RuleSet(PLACEHOLDERS[0], RULES.rules[:2]))
NOTHING = survey(rules=RuleSet())
SURVEYS = {
    "everything": EVERYTHING,
    "nothing missing": NOTHING_MISSING,
    "at root": AT_ROOT,
    "no registry": NO_REGISTRY,
    "placeholder": PLACEHOLDER,
    "nothing": NOTHING,
}


@st.composite
def surveys(draw: st.DrawFn, registries: Sequence[str | None] = (None, HOST, *PLACEHOLDERS)) -> Survey:
    """Surveys with whatever rules and upstreams."""
    prefixes = draw(st.lists(st.sampled_from([*_PREFIXES, "ROOT"]), unique=True, max_size=4))
    rules: list[CacheRule] = [
        make_rule(
            draw(st.sampled_from(UPSTREAMS)),
            prefix,
            "" if prefix == "ROOT" else draw(st.sampled_from(["", "team"])),
        )
        for prefix in prefixes
    ]
    registry = draw(st.sampled_from(list(registries)))
    texts = draw(
        st.lists(
            st.builds(
                "{}/{}{}".format,
                st.sampled_from([*UPSTREAMS, "mcr.microsoft.com", *([registry] if registry else [])]),
                st.sampled_from(["team/app", "app", "docker-hub/library/app", "azure/x/y", "team/team/x"]),
                st.sampled_from(["", ":1", f"@{DIGEST}", f":1@{DIGEST}", ":${TAG}"]),
            ),
            max_size=12,
        )
    )
    return survey(*texts, rules=RuleSet(registry, tuple(rules)))
