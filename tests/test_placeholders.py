from __future__ import annotations

import pytest

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.restore import RestoringRuleSet
from rewrite_refs.cache.rule import make_rule
from rewrite_refs.engine.rewrite import PLACEHOLDER
from rewrite_refs.formats import BY_NAME
from rewrite_refs.formats.placeholders import with_placeholders
from rewrite_refs.images.placeholders import (
    Variable,
    begins,
    head_of,
    is_placeholder,
    resolved,
    start_of,
    variables,
    without_actions,
)
from tests.common import HOST, rewrite


@pytest.mark.parametrize(
    ("text", "names", "without"),
    [
        ("$ECR", [("ECR", None)], "$ECR"),
        ("${ECR}", [("ECR", None)], "${ECR}"),
        (f"${{ECR:-{HOST}}}", [("ECR", HOST)], HOST),
        (f"${{ECR-{HOST}}}", [("ECR", HOST)], HOST),
        (
            "${ACCOUNT}.dkr.ecr.${REGION:-eu-west-1}.amazonaws.com",
            [("ACCOUNT", None), ("REGION", "eu-west-1")],
            "${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com",
        ),
        ("{{ .Values.global.imageRegistry }}", [], "{{ .Values.global.imageRegistry }}"),
        ("{{- ecr_registry -}}", [], "{{- ecr_registry -}}"),
    ],
)
def test_placeholders(text: str, names: list[tuple[str, str | None]], without: str) -> None:
    assert is_placeholder(text)
    assert variables(text) == tuple(Variable(*each) for each in names)
    assert resolved(text) == without
    assert begins(f"{text}/nginx", text) == len(text)


@pytest.mark.parametrize("text", ["", HOST, "${A}/x", "https://${A}", "${A} ", "$", "${A", "{{ a", "${A}\n"])
def test_no_placeholders(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    ("text", "placeholder", "length"),
    [
        ("$ECR/x", "${ECR}", 4),
        ("${ECR}", "$ECR", 6),
        ("${ECR:-docker.io}/x", "${ECR}", 17),
        ("${ECR}x/y", "${ECR}", 0),
        ("x${ECR}/y", "${ECR}", 0),
        ("{{.Values.registry}}/x", "{{ .Values.registry }}", 20),
        ("{{- $.Values.registry -}}/x", "{{ .Values.registry }}", 25),
        ("{{ .Values.registry }}/x", "{{ $.Values.registry }}", 22),
        ("{{ .Values.registryX }}/x", "{{ .Values.registry }}", 0),
        ("{{ get  .a  'b' }}/x", "{{ get .a 'b' }}", 18),
        ("${A}.dkr.ecr.$R.amazonaws.com/x", "$A.dkr.ecr.${R}.amazonaws.com", 29),
    ],
)
def test_one_placeholder_in_several_spellings(text: str, placeholder: str, length: int) -> None:
    assert begins(text, placeholder) == length


def test_actions_become_letters() -> None:
    assert without_actions("{{ .a }}/b/${C}") == "xxxxxxxx/b/${C}"


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("${ECR}/acme", "${ECR}"),
        ("${ECR:-a/b}/acme/web", "${ECR:-a/b}"),
        ("{{ .r }}", "{{ .r }}"),
        ("$A.dkr.ecr.$R.amazonaws.com/acme", "$A.dkr.ecr.$R.amazonaws.com"),
        ("ghcr.io/acme", ""),
        ("ghcr.io/${X}", ""),
        ("", ""),
    ],
)
def test_the_placeholder_before_a_path(text: str, head: str) -> None:
    assert head_of(text) == head


@pytest.mark.parametrize(
    ("text", "placeholder", "start"),
    [
        ("image: ${ECR:-x}|/a", "$ECR", 7),
        ("image: registry-$R.example|/a", "registry-${R}.example", 7),
        ("image: my-registry-$R.example|/a", "registry-${R}.example", None),
        ("{{ .r }}|/a", "{{ .r }}", 0),
        ("${ECR}x|/a", "${ECR}", None),
    ],
)
def test_the_placeholder_that_ends_somewhere(text: str, placeholder: str, start: int | None) -> None:
    before, _, after = text.partition("|")
    assert start_of(before + after, len(before), placeholder) == start


HUB = (make_rule("docker.io", "hub"), make_rule("quay.io", "quay"))


@pytest.mark.parametrize(
    ("registry", "before", "after"),
    [
        ("${ECR}", "${IMG:-nginx}", "${IMG:-${ECR}/hub/library/nginx}"),
        (f"${{ECR:-{HOST}}}", "${IMG:-nginx}", f"${{IMG:-${{ECR:-{HOST}}}/hub/library/nginx}}"),
        (f"${{ECR:-{HOST}}}", "'quay.io/a/b:1'", f"'${{ECR:-{HOST}}}/quay/a/b:1'"),
        (
            "$A.dkr.ecr.${R:-eu-west-1}.amazonaws.com",
            "a/b",
            "$A.dkr.ecr.${R:-eu-west-1}.amazonaws.com/hub/a/b",
        ),
        ("${ECR}", "${R:-quay.io}/a/b", "${R:-${ECR}/quay}/a/b"),
        (f"${{ECR:-{HOST}}}", "${R:-quay.io}/a/b", f"${{R:-${{ECR:-{HOST}}}/quay}}/a/b"),
        # No variable comes to stand in its own default.
        ("${ECR}", "${ECR:-docker.io}/library/nginx", "${ECR:-docker.io}/library/nginx"),
        ("${ECR}", "${IMG:-${ECR:-quay.io}/a/b}", "${IMG:-${ECR:-quay.io}/a/b}"),
    ],
)
def test_there_and_back(registry: str, before: str, after: str) -> None:
    text = "services:\n  a:\n    image: {}\n"
    rules = RuleSet(registry, HUB)
    done = rewrite(text.format(before), BY_NAME["compose"], rules.judge)
    assert done.text == text.format(after)
    left = [each.verdict.reason for each in done.resolutions if not each.done]
    assert left == ([] if before != after else ["${ECR} is the registry, but has a default here: "
                                                "write it without one, or as in registry"])  # fmt: skip
    assert rewrite(done.text, BY_NAME["compose"], rules.judge).text == done.text
    assert rewrite(done.text, BY_NAME["compose"], RestoringRuleSet(registry, HUB).judge).text == text.format(
        before
    )


def test_a_literal_host_of_the_placeholder_s_registry_is_restored_as_such() -> None:
    text = f"services:\n  a:\n    image: {HOST}/hub/library/nginx\n"
    back = RestoringRuleSet(f"${{ECR:-{HOST}}}", HUB)
    assert rewrite(text, BY_NAME["compose"], back.judge).text == "services:\n  a:\n    image: nginx\n"
    other = f"services:\n  a:\n    image: ${{ECR:-{HOST}/hub}}/library/nginx\n"
    assert rewrite(other, BY_NAME["compose"], back.judge).text == other


def test_without_a_prefix_the_placeholder_is_all_of_a_default() -> None:
    registry = f"${{ECR:-{HOST}}}"
    rules = (make_rule("quay.io", "ROOT"),)
    text = "services:\n  a:\n    image: ${R:-quay.io}/a/b\n"
    done = rewrite(text, BY_NAME["compose"], RuleSet(registry, rules).judge)
    assert done.text == text.replace("quay.io", registry)
    assert rewrite(done.text, BY_NAME["compose"], RestoringRuleSet(registry, rules).judge).text == text


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("ARG R=${ECR}\nFROM $R/a/b\n", "ARG R=${ECR}\nFROM $R/a/b\n"),
        ("FROM $ECR/a/b\n", "FROM quay.io/a/b\n"),
    ],
)
def test_the_default_of_the_placeholder_itself_stays(text: str, after: str) -> None:
    """Who sets the variable gives the address of the cache."""
    back = RestoringRuleSet(f"${{ECR:-{HOST}}}", (make_rule("quay.io", "ROOT"),))
    done = rewrite(f"ARG ECR={HOST}\n{text}", BY_NAME["dockerfile"], back.judge)
    assert done.text == f"ARG ECR={HOST}\n{after}"


@pytest.mark.parametrize(
    ("format", "registry", "text", "after"),
    [
        ("compose", "${ECR}", "services:\n  a: {image: redis}\n", None),
        (
            "compose",
            "${ECR}",
            'services:\n  a: {image: "redis"}\n',
            'services:\n  a: {image: "${ECR}/hub/library/redis"}\n',
        ),
        (
            "compose",
            "$ECR",
            "services:\n  a: {image: redis}\n",
            "services:\n  a: {image: $ECR/hub/library/redis}\n",
        ),
        ("kubernetes", "${ECR}", "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: redis}]}\n", None),
        ("helm-values", "${ECR}", "image: {repository: redis}\n", None),
        ("helm-values", "{{ .r }}", "image:\n  repository: redis\n", None),
        (
            "kubernetes",
            "{{ .r }}",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: redis\n",
            None,
        ),
        ("kubernetes", "{{ .r }}", "apiVersion: a.b/v1\nkind: C\nspec:\n  imageName: quay.io/a/b:1\n", None),
    ],
)
def test_braces_that_would_end_the_yaml_are_not_written(
    format: str, registry: str, text: str, after: str | None
) -> None:
    known = with_placeholders(BY_NAME[format], (registry,))
    result = rewrite(text, known, RuleSet(registry, HUB).judge)
    assert result.text == (after or text)
    assert [each.verdict.reason for each in result.resolutions] == [None if after else PLACEHOLDER]


@pytest.mark.parametrize(
    ("registry", "before", "after"),
    [
        ("{{ .r }}", "nginx:{{ .t }}", "{{ .r }}/hub/library/nginx:{{ .t }}"),
        ("{{ .r }}", '{{ .i | default "quay.io/a/b:1" }}', None),
        ("{{ r }}", "{{ i or 'quay.io/a/b:1' }}", None),
        ("${ECR}", '{{ .i | default "quay.io/a/b:1" }}', '{{ .i | default "${ECR}/quay/a/b:1" }}'),
    ],
)
def test_no_action_comes_to_stand_in_another(registry: str, before: str, after: str | None) -> None:
    """A template engine prints what stands in the literals of an action as it is."""
    text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: {}\n"
    known = with_placeholders(BY_NAME["template"], (registry,))
    result = rewrite(text.replace("{}", before), known, RuleSet(registry, HUB).judge)
    assert result.text == text.replace("{}", after or before)
    assert len(result.resolutions) == 1
    assert ("cannot be inside another one" in (result.resolutions[0].verdict.reason or "")) == (after is None)


@pytest.mark.parametrize(
    ("registry", "before", "within"),
    [
        ("{{ .Values.r }}", "{{- range .l }}\n", "range"),
        ("{{ .Values.r }}", "{{ with .l }}{{ if .m }}\n", "with"),
        ("{{ $.Values.r }}", "{{ range .l }}\n", ""),
        ("{{ .Values.r }}", "{{ end }}{{ range .l }}{{ if .m }}{{ end }}{{ end }}{{ if .n }}\n", ""),
        ("{{ r }}", "{{ range .l }}\n", ""),
    ],
)
def test_an_action_that_begins_with_a_dot_stands_where_the_dot_is_the_root(
    registry: str, before: str, within: str
) -> None:
    text = f"{before}apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: quay.io/a/b\n"
    known = with_placeholders(BY_NAME["template"], (registry,))
    result = rewrite(text, known, RuleSet(registry, HUB).judge)
    assert result.text == (text if within else text.replace("quay.io", f"{registry}/quay"))
    reason = f".Values is not available in a {within}: write the placeholder with $.Values"
    assert [each.verdict.reason for each in result.resolutions] == [reason if within else None]
