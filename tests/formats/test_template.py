"""Templates: what is found in them, what is rewritten, what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.engine.rewrite import Result
from rewrite_refs.formats import BY_NAME
from rewrite_refs.formats.template import actions as mask
from rewrite_refs.formats.template import documents as templateread
from rewrite_refs.formats.template import expressions as templatewords
from rewrite_refs.text.spans import Span
from tests import common
from tests.common import HOST as ECR
from tests.common import HUB, RULES, assert_properties, assert_spliced, claims, inspect, rewritten

TEMPLATE = BY_NAME["template"]

POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n"


def run(text: str) -> Result:
    return rewritten(text, TEMPLATE)


def found(text: str) -> list[tuple[str, str]]:
    return common.found(text, TEMPLATE)


def reasons(text: str) -> list[str | None]:
    return [each.verdict.reason for each in run(text).resolutions]


# The value of an ``image``, and what becomes of it; ECR and HUB as in the tests of manifests.
VALUES = [
    # no action in what is edited
    ("nginx:1.25", "HUB/library/nginx:1.25"),
    ('"docker.io/acme/web:{{ .Values.tag }}"', '"HUB/acme/web:{{ .Values.tag }}"'),
    ("busybox:{{ .x }}", "HUB/library/busybox:{{ .x }}"),
    ("busybox{{ .x }}:1", "HUB/library/busybox{{ .x }}:1"),
    ("quay.io/{{ .owner }}/web@{{ .digest }}", "ECR/quay/{{ .owner }}/web@{{ .digest }}"),
    ("quay.io/a/b:{{ .tag\n      | quote }}", "ECR/quay/a/b:{{ .tag\n      | quote }}"),
    ("quay.io/a/b:{{ .tag }}{{/* pinned */}}-x", "ECR/quay/a/b:{{ .tag }}{{/* pinned */}}-x"),
    ("quay.io/a/$(x{{ .y }}):1", "ECR/quay/a/$(x{{ .y }}):1"),
    (
        "acme/web{{ if .tag }}:{{ .tag }}{{ else }}@{{ .digest }}{{ end }}",
        "HUB/acme/web{{ if .tag }}:{{ .tag }}{{ else }}@{{ .digest }}{{ end }}",
    ),
    # literals in actions
    ('{{ .Values.image | default "quay.io/x/y:v1" }}', '{{ .Values.image | default "ECR/quay/x/y:v1" }}'),
    ('{{ default "x/y" .r }}:{{ .t | default "v1" }}', '{{ default "HUB/x/y" .r }}:{{ .t | default "v1" }}'),
    ('"{{ default "quay.io" .r }}/{{ .n }}:1"', '"{{ default "ECR/quay" .r }}/{{ .n }}:1"'),
    ('{{ default "docker.io" .r }}/nginx:1', '{{ default "HUB" .r }}/library/nginx:1'),
    ("{{ coalesce .a .b `quay.io/x/y` | quote }}", "{{ coalesce .a .b `ECR/quay/x/y` | quote }}"),
    ('{{ or .x "nginx" }}', '{{ or .x "HUB/library/nginx" }}'),
    ('{{ "nginx:1" }}', '{{ "HUB/library/nginx:1" }}'),
    ('{{- "nginx:1" -}}', '{{- "HUB/library/nginx:1" -}}'),
    ('{{ ("nginx") }}', '{{ ("HUB/library/nginx") }}'),
    ('{{ "nginx" | trim | quote }}', '{{ "HUB/library/nginx" | trim | quote }}'),
    ('{{ quote "nginx" }}', '{{ quote "HUB/library/nginx" }}'),
    ('{{ tpl (default "nginx" .x) . }}', '{{ tpl (default "HUB/library/nginx" .x) . }}'),
    ('{{ required "no image" (default "a/b" .x) }}', '{{ required "no image" (default "HUB/a/b" .x) }}'),
    ('{{ default "a/b" .x | required "no" }}', '{{ default "HUB/a/b" .x | required "no" }}'),
    ('{{ ternary "a/b" "quay.io/c" .x }}', '{{ ternary "HUB/a/b" "ECR/quay/c" .x }}'),
    ('{{ printf "docker.io/x/y:%s" .tag }}', '{{ printf "HUB/x/y:%s" .tag }}'),
    ('{{ printf "%s:%d" "a/b" 1 }}', '{{ printf "%s:%d" "HUB/a/b" 1 }}'),
    ('{{ .tag | printf "a/b:%v-x" }}', '{{ .tag | printf "HUB/a/b:%v-x" }}'),
    (
        '{{ printf "%s/%s:%s" (default "quay.io" .r) "x/y" .t }}',
        '{{ printf "%s/%s:%s" (default "ECR/quay" .r) "x/y" .t }}',
    ),
    # Jinja
    ("{{ image | default('nginx:1') }}", "{{ image | default('HUB/library/nginx:1') }}"),
    ("{{ image | default('a/b', true) }}:{{ t }}", "{{ image | default('HUB/a/b', true) }}:{{ t }}"),
    ("{{ x or 'nginx' }}", "{{ x or 'HUB/library/nginx' }}"),
    ("{{ 'quay.io/a/b' if x else 'nginx' }}", "{{ 'ECR/quay/a/b' if x else 'HUB/library/nginx' }}"),
    ("{{ 'quay.io/a/b' if x }}", "{{ 'ECR/quay/a/b' if x }}"),
    ("{% if x %}nginx{% else %}a/b{% endif %}", "{% if x %}HUB/library/nginx{% else %}HUB/a/b{% endif %}"),
    # branches
    (
        "{{ if .x }} 'nginx:1' {{ else }} quay.io/a:{{ .t }} {{ end }}",
        "{{ if .x }} 'HUB/library/nginx:1' {{ else }} ECR/quay/a:{{ .t }} {{ end }}",
    ),
    (
        '"{{ if .x }}nginx{{ else }}{{ .y }}{{ end }}:{{ .tag }}"',
        '"{{ if .x }}HUB/library/nginx{{ else }}{{ .y }}{{ end }}:{{ .tag }}"',
    ),
    ("{{ if .x }}nginx{{/* c */}}{{ end }}", "{{ if .x }}HUB/library/nginx{{/* c */}}{{ end }}"),
]


@pytest.mark.parametrize(("before", "after"), VALUES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_values(before: str, after: str, newline: str, bom: str) -> None:
    text, wanted = (
        f"{bom}{POD}  {{{{- if .web }}}}\n  - image: {value}  # c\n    name: a\n  {{{{- end }}}}\n".replace(
            "\n", newline
        )
        for value in (before, after.replace("HUB", HUB).replace("ECR", ECR))
    )
    result = run(text)
    assert result.text.encode() == wanted.encode()
    assert run(result.text).text == result.text


def test_a_literal_in_an_action_of_which_no_more_is_known() -> None:
    text = POD + '  - image: {{ include "web.image" (dict "default" "quay.io/a/b:1") }}\n'
    result = assert_properties(text, TEMPLATE)
    assert result.text == text.replace("quay.io", f"{ECR}/quay")
    assert [each.occurrence.text for each in result.resolutions] == ["quay.io/a/b:1"]


# The value of an ``image`` that stays, with the text and the reason that are reported.
KEPT = [
    ("{{ .Values.image }}", "{{ .Values.image }}", "it from .Values.image: rewrite it in the chart's values"),
    (
        "{{ $.Values.a.b }}:{{ .t }}",
        "{{ $.Values.a.b }}:{{ .t }}",
        "it from .Values.a.b: rewrite it in the chart's",
    ),
    ("{{ $all.Values.a }}:{{ .t }}", None, "it from .Values.a: rewrite it in the chart's"),
    ('{{ include "web.image" . }}', None, 'the template "web.image" makes it'),
    ('{{- template "web.image" (dict "x" .y) -}}', None, 'the template "web.image" makes it'),
    ("{{ web_repo }}/web:{{ tag }}", None, "reads it from web_repo: rewrite it where that is set"),
    ('{{ printf "%s:%s" $image .tag }}', None, "reads it from $image: rewrite"),
    ("{{ x | default('a/b' ~ y) }}", None, "reads it from x: rewrite"),
    ("{{ x ~ ':1' }}", None, "reads it from x: rewrite"),
    ('{{ printf "%q" "a/b" }}', None, "the registry comes from"),
    ('{{ printf $format "a/b" }}', None, "reads it from $format"),
    ('{{ "a\\tb" }}', None, "the registry comes from"),
    ('{{ default "" .x }}nginx', None, "reads it from .x"),
    ('{{ default "two words" .x }}', None, "reads it from .x"),
    ("{{ () }}", None, "the registry comes from"),
    ("{{ ) }}", None, "the registry comes from"),
    ('{{ upper "nginx" }}', None, "it"),
    ('{{ required "an image" }}', None, "it"),
    ("{{ quote }}", None, "it"),
    ('{{ default "docker.io" .r }}/{{ .n }}', "docker.io/{{ .n }}", "{{ .n }} may hold an owner"),
    ('{{ .r }}/{{ ternary "nginx" "a/b" .x }}', None, "reads it from .r"),
    ("{{ if .r }}{{ .r }}/{{ end }}nginx", None, "reads it from .r"),
    ("{{ if .r }}a b{{ end }}", "a b", None),
    ('{{ with (default .r "docker.io") }}{{ . }}/{{ end }}{{ .n }}', None, "reads it from .r"),
]


@pytest.mark.parametrize(("value", "shown", "reason"), KEPT)
def test_kept(value: str, shown: str | None, reason: str | None) -> None:
    text = f"{POD}  - image: {value}\n"
    result = run(text)
    assert result.text == text
    (resolution,) = result.resolutions
    assert resolution.verdict.status == "unresolved"
    assert resolution.occurrence.text == (shown or value)
    assert (reason or "") in (resolution.verdict.reason or "")


@pytest.mark.parametrize(
    "value",
    [
        '{{ "{{inputs.parameters.image}}" }}',
        "{{ `$(params.image)` }}",
        "https://{{ .host }}/logo.png",
        '{{ default "auto" .x }}',
        '{{ "logo" }}{{ ".png" }}',
        "{{ toYaml .image | nindent 4 }}",
        "{{/* none */}}",
        '""',
    ],
)
def test_no_image(value: str) -> None:
    assert found(f"{POD}  - image: {value}\n") == []


def test_what_stands_around_names_the_value() -> None:
    text = (
        POD
        + "{{- with .Values.web.image }}\n  {{- if .x }}{{ end }}\n  - image: {{ . }}\n{{ end }}{{ end }}\n"
    )
    assert reasons(text) == ["the template reads it from .Values.web.image: rewrite it in the chart's values"]


def test_what_stands_around_a_registry() -> None:
    text = POD + "  - image: {registry: {{ . }}, repository: b}\n"
    assert reasons(text) == [
        "the registry comes from {{ . }}, which is not set in this file: "
        "set a default, or rewrite it where it is set"
    ]


def test_a_key_in_several_branches() -> None:
    text = POD + (
        "  - name: a\n    {{- if .x }}\n    image: nginx:1\n    {{- else if .y }}\n"
        "    image: quay.io/a/b:{{ .t }}\n"
        "    {{- else }}\n    image: {{ .z }}\n    {{- end }}\n"
        "  - image: {registry: {{ .r }}, repository: b}\n"
    )
    result = run(text)
    assert [each.occurrence.text for each in result.resolutions] == [
        "nginx:1",
        "quay.io/a/b:{{ .t }}",
        "{{ .z }}",
        "{{ .r }}/b",
    ]
    assert result.text == text.replace("nginx", f"{HUB}/library/nginx").replace("quay.io", f"{ECR}/quay")


def test_parts_in_several_keys() -> None:
    text = (
        POD
        + '  - image:\n      registry: {{ default "quay.io" .r }}\n'
        + "      repository: a/b\n      tag: {{ .t }}\n"
    )
    assert run(text).text == text.replace("quay.io", f"{ECR}/quay")


def test_parts_of_manifests_and_lists() -> None:
    text = (
        '{{- define "web.pod" -}}\ninitContainers:\n- image: nginx\n{{- end }}\n---\n{{ if .x }}\n'
        "- image: quay.io/a\n{{ end }}\n"
        "--- # {{ y }}\nspec: {image: disk}\n"
    )
    result = run(text)
    assert result.text.startswith(text[:60].replace("nginx", f"{HUB}/library/nginx"))
    assert [each.occurrence.embedded for each in result.resolutions] == [False, False, True]


def test_an_empty_list_instead_of_items() -> None:
    text = (
        POD
        + "{{ if .x }}\n  []\n{{ else }}\n  - image: nginx\n{{ end }}\n"
        + "metadata:\n{{ if .y }}\n  {}\n{{ end }}\n  labels: {image: b}\n"
    )
    assert run(text).text == text.replace("nginx", f"{HUB}/library/nginx")


def test_compose() -> None:
    text = (
        "{% if x %}\nx-a: 1\n{% endif %}\nservices:\n  web:\n{% if y %}\n"
        "    image: ${R:-docker.io}/a/b:{{ t }}\n"
        "{% else %}\n    image: quay.io/a/b\n{% endif %}\n  own: {build: ., image: own}\n  '{{ name }}': 1\n"
    )
    assert [status for status, _ in found(text)] == ["direct", "direct", "own"]
    assert run(text).text == text.replace("docker.io", HUB).replace("quay.io", f"{ECR}/quay")


@pytest.mark.parametrize("services", ["[web]", "{web: {port: 1}}", "{web: 1}"])
def test_other_services(services: str) -> None:
    assert found(f"services: {services}\nx: {{image: a/{{{{ y }}}}}}\n") == [("direct", "a/{{ y }}")]


def test_helm_values() -> None:
    text = (
        "web:\n  image:\n    registry: docker.io\n    repository: acme/web\n    tag: {{ .t }}\n"
        "  {{ if .x }}\n  initImage: quay.io/a/b:1\n  {{ end }}\n"
    )
    assert run(text).text == text.replace("docker.io", HUB).replace("quay.io", f"{ECR}/quay")


def test_values_of_a_chart_with_a_registry_for_all() -> None:
    text = (
        "global:\n  imageRegistry: docker.io\nweb:\n  image:\n    repository: acme/web\n  x: {{ .x }}\n"
        "job:\n  image:\n    registry: quay.io\n    repo: acme/job\n"
    )
    assert run(text).text == text.replace("docker.io", HUB).replace("quay.io", f"{ECR}/quay")


def test_line_by_line() -> None:
    broken = "a: b: c\n  - [\n"
    text = (
        f"{broken}containers:\n- image: nginx:1 # c\n  - image: 'quay.io/a/{{{{ .x }}}}'\n"
        f'{{{{ if x }}}} image: "c/d"{{{{ end }}}}\n'
        '"image": "quay.io/e",\n  image: {{ .Values.image }}\n'
        "# image: nope\nmyimage: nope\nimage: two words\nimage:nope\nimage: https://nope/x\nimage: $(nope)\n"
    )
    result = run(text)
    assert [(each.done, each.occurrence.text) for each in result.resolutions] == [
        (True, "nginx:1"),
        (True, "quay.io/a/{{ .x }}"),
        (True, "c/d"),
        (True, "quay.io/e"),
        (False, "{{ .Values.image }}"),
    ]
    assert run(f"{broken}image: disk\n").resolutions[0].occurrence.embedded
    assert found("You can run an\nimage: of {{ .x }}\n") == []


# Actions elsewhere, with what is found in them: status, text and a part of the reason.
ELSEWHERE = [
    ('{{- $image := default "quay.io/x/y:v1" .Values.image -}}', "direct", "quay.io/x/y:v1", None),
    ('{{ printf "%s:%s" "quay.io/x/y" .tag }}', "direct", "quay.io/x/y:%s", None),
    ('{{ printf "docker.io/x/y:%s" .Values.tag }}', "direct", "docker.io/x/y:%s", None),
    ('{{ web "a" (dict "image" "quay.io/x/y") }}', "direct", "quay.io/x/y", None),
    ("{% set image = 'ghcr.io/x/y' %}", "direct", "ghcr.io/x/y", None),
    ('{{ if .x }}{{ "quay.io/x/y" }}{{ end }}', "direct", "quay.io/x/y", None),
    ('{{ else if "quay.io/x/y" }}', "direct", "quay.io/x/y", None),
    ('{{ "eu.gcr.io/x/y" | quote }}', "unmapped", "eu.gcr.io/x/y", "cannot cache"),
    ("{{ x | default('quay.io/x/y') }}", "direct", "quay.io/x/y", None),
    ("{{ f(x) or 'quay.io/x/y' }}", "direct", "quay.io/x/y", None),
    ('{{ f (printf "docker.io/%s" .x) }}', None, "", None),
    ('{{ printf "docker.io/%s" .x }}', "unresolved", "docker.io/%s", "may hold an owner"),
    ('{{ default "docker.io/acme" .x }}', "unresolved", "docker.io/acme", "or the owner of images"),
    ('{{ default "docker.io" .x }}', "unresolved", "docker.io", "a registry without an image"),
    ('{{ f (dict "registry" "quay.io") }}', "unresolved", "quay.io", "a registry without an image"),
    ('{{ if eq .x "quay.io/x/y:1" }}', "unresolved", "quay.io/x/y:1", "the template compares it (eq)"),
    ('{{ if .x | hasPrefix "quay.io/x/y" }}', "unresolved", "quay.io/x/y", "(hasPrefix)"),
    ('{{ "quay.io/x/y" | contains .x }}', "unresolved", "quay.io/x/y", "(contains)"),
    ("{% if x == 'quay.io/x/y' %}", "unresolved", "quay.io/x/y", "(==)"),
    ('{{- $image := "nginx:1.25" -}}', "direct", "nginx:1.25", None),
    ('{{- $image = "acme/web@sha256:' + "a" * 64 + '" -}}', "direct", "acme/web@sha256:" + "a" * 64, None),
    ('{{ $webImageName := printf "nginx:%s" .tag }}', "direct", "nginx:%s", None),
    ('{{ $img := .Values.image | default "a/b:1" }}', "direct", "a/b:1", None),
    ("{% set web_image = 'nginx:1' %}", "direct", "nginx:1", None),
    ('{{ $image := "nginx" }}', None, "", None),
    ('{{ $image := printf "nginx%s" .tag }}', None, "", None),
    ('{{ $image := "A:1" }}', None, "", None),
    ('{{ $imageTag := "nginx:1" }}', None, "", None),
    ('{{ $x := "nginx:1" }}', None, "", None),
    # nothing
    ('{{/* default "quay.io/x/y" */}}', None, "", None),
    ('{{- /* "quay.io/x/y" */ -}}', None, "", None),
    ("{# quay.io/x/y #}", None, "", None),
    ('# {{ default "quay.io/x/y" .x }}', None, "", None),
    ('a: b # {{ default "quay.io/x/y" .x }}', None, "", None),
    ('{{ trimPrefix "docker.io/x/y" .x }}', None, "", None),
    ('{{ replace "quay.io/x" "quay.io/y" .x }}', None, "", None),
    ('{{ include "quay.io/x/y" . }}', None, "", None),
    ('{{ default "docker.io/" .x }}', None, "", None),
    ('{{ default "quay.io/A B" .x }}', None, "", None),
    ('{{ default "quay.io/UPPER" .x }}', None, "", None),
    ('{{ "https://quay.io/x/y" }}', None, "", None),
    ('{{ default "nginx:1" .x }}', None, "", None),
    ('{{ default "{{ quay.io/x }}" .x }}', None, "", None),
    ('{{ default "myquay.io/x/y" .x }}', None, "", None),
]


@pytest.mark.parametrize(("action", "status", "text", "reason"), ELSEWHERE)
def test_literals_in_other_actions(action: str, status: str | None, text: str, reason: str | None) -> None:
    before = f"{action}\na: b\n"
    result = run(before)
    assert [(each.verdict.status, each.occurrence.text) for each in result.resolutions] == (
        [(status, text)] if status else []
    )
    if reason:
        assert reason in (result.resolutions[0].verdict.reason or "")
    assert (result.text != before) == (status == "direct")
    assert_properties(before, TEMPLATE)


def test_literals_inside_block_scalars_and_keys() -> None:
    text = (
        "kind: ConfigMap\napiVersion: v1\ndata:\n  a: |\n    {{- if .x }}\n"
        '    run {{ default "quay.io/a/b:1" .x }} now\n'
        "    {{ $y := \"quay.io/c/d:1\" }}\n  'it''s': '{{ \"quay.io/e/f:1\" }} it''s'\n"
    )
    assert run(text).text == text.replace("quay.io", f"{ECR}/quay")


def test_helpers() -> None:
    text = (
        '{{/*\nimage: nginx\n*/}}\n{{- define "web.image" -}}\n'
        '{{- $r := .Values.registry | default "docker.io" }}\n'
        '{{- printf "%s/acme/web:%s" $r .Values.tag }}\n{{- end }}\n{{- define "web.sidecar" }}\n'
        "- name: x\n  image: quay.io/a/b:{{ .Values.tag }}\n{{- end }}\nname: {{ x }}\n"
    )
    result = run(text)
    assert [each.occurrence.text for each in result.resolutions] == [
        "docker.io",
        "quay.io/a/b:{{ .Values.tag }}",
    ]
    assert result.text == text.replace("quay.io", f"{ECR}/quay")


# --- which files -----------------------------------------------------------------------------

BROKEN = "apiVersion: v1\nkind: Pod\n{{ if x }}\nimage: nginx\n{{ end }}\n"


@pytest.mark.parametrize(
    ("path", "text", "chart", "expected"),
    [
        ("c/templates/web.yaml", BROKEN, True, True),
        ("c/templates/a/web.yml", "image: '{{ .x }}'", True, True),
        ("c/templates/_helpers.tpl", "{{ default 'quay.io/a' }}", False, True),
        ("c/templates/NOTES.txt", "{{ .Values.image }}", False, True),
        ("c/templates/NOTES.txt", "an image", True, False),
        ("c/templates/web.yaml", "image: nginx", True, False),
        ("c/templates/web.yaml", "{{ x }}", True, False),
        ("templates/web.yaml", BROKEN, False, True),
        ("templates/web.yaml", "a: [{{ x\nimage: y", False, True),
        ("templates/web.yaml", "a: '{{ inputs.parameters.image }}'", False, False),
        ("notes.txt", "{{ .Values.image }}", False, False),
        ("web.yaml.tmpl", "image: nginx", False, True),
        ("WEB.J2", "{{ image }}", False, True),
        ("web.yaml.tmpl", "a: b", False, False),
        ("README.md.gotmpl", "image: nginx", False, False),
        ("deploy/web.yaml", BROKEN, False, True),
        ("deploy/web.yaml", BROKEN + "\udcff", False, False),
        (
            "deploy/web.yaml",
            BROKEN.replace("{{ if x }}", "{{ x }}: a").replace("{{ end }}", ""),
            False,
            False,
        ),
        ("deploy/web.yaml", "apiVersion: v1\nkind: Pod\nimage: '{{ x }}'\n", False, False),
        ("deploy/web.yaml", "apiVersion: v1\nkind: Pod\nimage: [\n", False, False),
        ("compose.yaml", "services:\n{{ if x }}\n  a: {image: b}\n", False, True),
        ("other.yaml", "{{ if x }}\nimage: nginx\n", False, False),
        ("web.json", BROKEN, False, False),
    ],
)
def test_claims(path: str, text: str, chart: bool, expected: bool) -> None:
    data = text.encode("utf-8", "surrogateescape")
    assert claims(TEMPLATE, path, data, chart) is expected


# --- what nobody writes ----------------------------------------------------------------------


def test_proof_of_what_cannot_be_followed() -> None:
    # An escape hides the action from the value, so that nothing in the scalar may be edited.
    text = 'a: "\\{{ default "quay.io/a/b:1" .x }}"\n'
    assert_properties(text, TEMPLATE)


def test_more_branches_than_anybody_writes() -> None:
    text = POD + "  - name: a\n" + "".join(f"    image: a/b:{at}\n" for at in range(100)) + "{{ x }}\n"
    assert len(run(text).resolutions) == templateread.MAX_BRANCHES


def test_a_mapping_that_holds_itself() -> None:
    text = "{{ if x }}\na: &a\n  b: *a\n  ? [c]\n  : d\n  image: nginx\n  image: a/b\n{{ end }}\n"
    assert len(run(text).resolutions) == 2


def test_words_of_actions() -> None:
    text = "%{ if x }"
    assert (
        templatewords.source(text, Span(0, len(text)))
        == "the template reads it from x: rewrite it where that is set"
    )
    assert mask.actions(text)[0].role == "open"


TEXTS = (
    [f"{POD}  - image: {before}\n" for before, _ in VALUES]
    + [f"{POD}  - image: {value}\n" for value, _, _ in KEPT]
    + [f"{POD}  - image: nginx\n    args: [a]\n{action}\n" for action, _, _, _ in ELSEWHERE]
)
PARTS = [
    "{{ x }}",
    "{{",
    "}}",
    "{%",
    "{{ if x }}",
    "{{- else -}}",
    "{{ end }}",
    "image: a/b:1",
    '{{ "quay.io/a" }}',
    "# ",
]


@given(
    st.one_of(
        common.mutations(TEXTS, PARTS), st.text(max_size=50), st.lists(st.sampled_from(PARTS)).map("".join)
    )
)
def test_properties(text: str) -> None:
    assert_spliced(text, assert_properties(text, TEMPLATE))


def test_what_is_read_line_by_line_is_said_to_be() -> None:
    text = "a: [\n- }\nimage: nginx:1\nimage: {{ .x }}\n"
    resolutions, _ = inspect(text, TEMPLATE, RULES.judge)
    assert resolutions[0].verdict.reason == templateread.BY_LINE
    result = assert_properties(text, TEMPLATE)
    assert result.text == text.replace("nginx", f"{HUB}/library/nginx")
    assert result.resolutions[0].verdict.reason is None
