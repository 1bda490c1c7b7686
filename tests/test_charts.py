"""Values of a chart over values of the same chart, and over those of a subchart."""

from __future__ import annotations

from pathlib import Path

import pytest

from rewrite_refs.repository.units.charts import Charts, Default
from tests.commands import repository, run
from tests.common import HOST, HUB, workspace
from tests.test_golden import OPTIONS

FILES: dict[str, str | bytes] = {
    "web/Chart.yaml": "name: web\n",
    "web/values.yaml": """\
image: {registry: docker.io, repository: nginx}
plain: {repository: nginx, tag: 1}
none: {registry: txt, repository: nginx}
list: [{registry: docker.io, repository: nginx}]
""",
    "web/charts/sub/Chart.yaml": "name: sub\n",
    "web/charts/sub/values.yaml": "image: {registry: quay.io/x/, repository: a}\n",
    "web/charts/odd/values.yaml": b"\xff",
    "web/charts/empty/values.yaml": "",
    "web/ci/prod.yaml": """\
image: {repository: redis, tag: 7}
plain: {repository: httpd, tag: 2}
none: {repository: caddy, tag: 2}
sub: {image: {repository: b}}
full: {image: {repository: quay.io/a/b}}
list: [{repository: memcached, tag: 1}]
""",
    "outside.yaml": "image: {repository: redis}\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path, FILES)


def test_where_a_chart_begins(root: Path) -> None:
    there = workspace(root)
    for _ in range(2):
        assert there.chart_of(root / "web/ci/prod.yaml", root) == root / "web"
        assert there.chart_of(root / "web/charts/sub/values.yaml", root) == root / "web/charts/sub"
        assert there.chart_of(root / "outside.yaml", root) is None
        assert there.chart_of(Path("/x/y"), root) is None


def test_a_key_of_values_leads_to_no_other_folder(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "values.yaml": "image: {registry: quay.io/elsewhere}\n",
        "repo/Chart.yaml": "name: web\n",
        "repo/charts/sub/values.yaml": "image: {registry: quay.io/sub}\n",
        "repo/prod-values.yaml": "{../..: {image: {repository: a}}, ..: {image: {repository: b}}}\n",
    }
    root = repository(tmp_path, files) / "repo"
    there = Charts(workspace(root))
    assert there.default(root / "prod-values.yaml", root, ["sub", "image"]) is not None
    for key in ("../..", "..", ".", "sub/../../.."):
        assert there.default(root / "prod-values.yaml", root, [key, "image"]) is None


def test_defaults(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def default(name: str, *keys: str) -> Default | None:
        return Charts(workspace(root)).default(root / name, root, keys)

    values, sub = root / "web/values.yaml", root / "web/charts/sub/values.yaml"
    assert default("web/ci/prod.yaml", "image") == Default("docker.io", values)
    assert default("web/ci/prod.yaml", "sub", "image") == Default("quay.io/x/", sub)
    assert default("web/values.yaml", "sub", "image") == Default("quay.io/x/", sub)
    for name, keys in (
        ("web/values.yaml", ["image"]),
        ("web/ci/prod.yaml", ["plain"]),
        ("web/ci/prod.yaml", ["none"]),
        ("web/ci/prod.yaml", ["list", "image"]),
        ("web/ci/prod.yaml", ["odd", "image"]),
        ("web/ci/prod.yaml", ["empty", "image"]),
        ("web/ci/prod.yaml", []),
        ("outside.yaml", ["image"]),
    ):
        assert default(name, *keys) is None

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("rewrite_refs.files.io.read", refuse)
    assert default("web/ci/prod.yaml", "image") is None


@pytest.mark.parametrize("order", [("web/values.yaml", "web/ci"), ("web/ci", "web/values.yaml"), (".",)])
def test_a_name_behind_a_registry_of_another_file_gets_its_library_alone(
    root: Path, order: tuple[str, ...]
) -> None:
    for _ in range(2):
        for path in order:
            assert run("rewrite", *OPTIONS, path, cwd=root).code == 0
    assert (root / "web/ci/prod.yaml").read_text() == (
        f"""\
image: {{repository: library/redis, tag: 7}}
plain: {{repository: {HUB}/library/httpd, tag: 2}}
none: {{repository: {HUB}/library/caddy, tag: 2}}
sub: {{image: {{repository: b}}}}
full: {{image: {{repository: {HOST}/quay/a/b}}}}
list: [{{repository: {HUB}/library/memcached, tag: 1}}]
"""
    )
    assert f"registry: {HUB}, repository: library/nginx" in (root / "web/values.yaml").read_text()


def test_what_is_said_of_it(root: Path) -> None:
    ran = run("list", "-q", *OPTIONS, "web/ci/prod.yaml", cwd=root)
    first, *_, sub, _, _ = ran.out.splitlines()
    assert first.endswith("redis:7 -> library/redis:7 (its registry, docker.io, is set in web/values.yaml)")
    assert sub.endswith("direct: b (its registry, quay.io/x, is set in web/charts/sub/values.yaml)")


FALLBACKS: dict[str, str | bytes] = {
    "web/Chart.yaml": "name: web\n",
    "web/values.yaml": """\
image: {registry: "", repository: acme/web}
hub: {repository: nginx, tag: 1}
c: {image: {registry: "", name: cron}}
plain: {image: {registry: "", repository: redis}}
all: {defaultRegistry: acme}
nothing: {registry: ""}
compared: {image: {repository: caddy}}
sub: {image: {registry: "", repository: b/c}}
set: {image: {registry: "", repository: b/d}}
list: [{repository: memcached, tag: 1}]
""",
    "web/templates/_image.tpl": """{{ define "set" }}
{{ $registry := .Values.set.image.registry }}
{{ $other := "quay.io" }}
{{ if not $registry }}{{ include "set.name" $registry }}{{ $registry = "ghcr.io" }}{{ end }}
{{ end }}
{{ define "other" }}{{ $registry := "docker.io" }}{{ end }}
""",
    "web/templates/_last.tpl": "{{ $one := .Values.plain.image.registry }}{{ $one }}",
    "web/templates/pod.yaml": """\
kind: Pod
spec:
  containers:
  - image: "{{ tpl .Values.image.registry $ | default "quay.io" }}/{{ .Values.image.repository }}"
  - image: "{{ .Values.hub.registry | default "docker.io" }}/{{ .Values.hub.repository }}"
  - image: {{ default .Values.all.defaultRegistry .Values.c.image.repository }}/{{ .Values.c.image.name }}
  - image: {{ .Values.plain.image.repository }}
  - image: {{ .Values.compared.image.repository }}
  - name: {{ default .Values.nothing.registry .Values.compared.image.registry }}{{ include "x.io" . }}
""",
    "web/templates/bytes.yaml": b"\xff",
    "web/templates/notes.md": '{{ .Values.plain.image.registry | default "quay.io" }}',
    "web/charts/sub/templates/_pod.tpl": "{{ .Values.image.registry | default `ghcr.io` }}/{{ .x }}",
}


@pytest.mark.parametrize(
    "order", [("web/values.yaml", "web/templates"), ("web/templates", "web/values.yaml")]
)
def test_a_name_behind_a_registry_that_a_template_falls_back_to_stays(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    root = repository(tmp_path, FALLBACKS)
    for _ in range(2):
        for path in order:
            assert run("rewrite", *OPTIONS, path, cwd=root).code == 0
    assert (root / "web/values.yaml").read_text() == (
        f"""\
image: {{registry: "", repository: acme/web}}
hub: {{repository: library/nginx, tag: 1}}
c: {{image: {{registry: "", name: cron}}}}
plain: {{image: {{registry: "", repository: {HUB}/library/redis}}}}
all: {{defaultRegistry: acme}}
nothing: {{registry: ""}}
compared: {{image: {{repository: {HUB}/library/caddy}}}}
sub: {{image: {{registry: "", repository: b/c}}}}
set: {{image: {{registry: "", repository: b/d}}}}
list: [{{repository: {HUB}/library/memcached, tag: 1}}]
"""
    )


def test_an_empty_registry_hides_one_of_other_values(tmp_path: Path) -> None:
    root = repository(
        tmp_path,
        {
            "web/Chart.yaml": "name: web\n",
            "web/values.yaml": "image: {registry: quay.io, repository: a/b}\n",
            "web/ci/own-values.yaml": "image: {registry: '', repository: a/b}\n",
        },
    )
    assert Charts(workspace(root)).default(root / "web/ci/own-values.yaml", root, ["image"]) is None
    assert Charts(workspace(root)).default(root / "web/ci/other-values.yaml", root, ["image"]) is not None


def test_a_name_behind_another_value_stays(tmp_path: Path) -> None:
    pod = """\
kind: Pod
spec:
  containers:
  - image: {{ .Values.mirror }}/{{ .Values.behind.repository }}
  - image: "{{ .Values.owner }}/{{- .Values.owned.image }}"
  - image: "{{ $.Values.own.hub.registry }}/{{ $.Values.absent.imageName }}:{{ .x }}"
  - image: {{ .Values.nothing }}/{{ .Values.empty.repository }}
  - image: "{{ .Values.other.path }}/{{ .Values.other.repository }}"
  {{- if and .x .Values.asked }}
  - image: {{ .Values.asked }}/{{ .Values.sure.repository }}
  {{- end }}
"""
    values = """\
mirror: docker.io
owner: acme
nothing: ""
behind: {repository: nginx, tag: 1}
owned: {image: web}
absent: {imageName: acme/web, imageTag: 1}
empty: {repository: caddy, tag: 1}
other: {repository: httpd, tag: 1}
sure: {repository: redis, tag: 1}
"""
    root = repository(
        tmp_path,
        {"web/Chart.yaml": "name: web\n", "web/values.yaml": values, "web/templates/pod.yaml": pod},
    )
    for _ in range(2):
        assert run("rewrite", *OPTIONS, "web/values.yaml", cwd=root).code == 0
    new = values.replace("nginx", "library/nginx").replace("caddy", f"{HUB}/library/caddy")
    new = new.replace("httpd", f"{HUB}/library/httpd").replace("redis", f"{HUB}/library/redis")
    assert (root / "web/values.yaml").read_text() == new
    template = root / "web/templates/pod.yaml"
    assert Charts(workspace(root)).default(root / "web/values.yaml", root, ["absent"]) == Default(
        ".Values.own.hub.registry", template
    )


def test_a_name_behind_which_a_template_puts_the_rest_is_an_owner(tmp_path: Path) -> None:
    """Also where it stands in the values of a chart that draws that one in from a folder."""
    values = "image: {repository: parcels}\nquay: {repository: quay.io/a/b, tag: 1}\n"
    root = repository(
        tmp_path,
        {
            "app/Chart.yaml": "name: app\n",
            "app/values.yaml": values,
            "app/templates/pod.yaml": "image: {{ .Values.image.repository }}/app:{{ .Values.tag }}\n",
            "all/Chart.yaml": "name: all\ndependencies:\n- {name: app, alias: web, repository: 'file://../app'}\n"
            "- {name: web, repository: 'https://example.com'}\n- text\n",
            "all/requirements.yaml": "dependencies: none\n",
            "all/values.yaml": "web: {image: {repository: acme}}\napp: {image: {repository: shop}}\n"
            "other: {image: {repository: nginx}}\n",
            "own/Chart.yaml": "name: own\n",
            "own/values.yaml": "image: {repository: parcels}\n",
            "own/templates/pod.yaml": "image: {{ .Values.image.repository }}/app\n",
        },
    )
    ran = run("list", "-q", "own/values.yaml", cwd=root)
    assert ran.out == "own/values.yaml:1:21: direct: parcels (no rule maps docker.io)\n"
    for _ in range(2):
        assert run("rewrite", *OPTIONS, cwd=root).code == 0
    assert (root / "app/values.yaml").read_text() == values.replace(": parcels", f": {HUB}/parcels").replace(
        "quay.io", f"{HOST}/quay"
    )
    assert (root / "all/values.yaml").read_text() == (
        f"web: {{image: {{repository: {HUB}/acme}}}}\napp: {{image: {{repository: {HUB}/shop}}}}\n"
        f"other: {{image: {{repository: {HUB}/library/nginx}}}}\n"
    )


def test_a_name_behind_a_registry_in_another_file_stays_when_that_goes_back(tmp_path: Path) -> None:
    """Whether both go back at once is not known; with library/ the name is right in either case."""
    chart = {
        "web/Chart.yaml": "name: web\n",
        "web/values.yaml": "image: {registry: docker.io, repository: nginx, tag: 1}\n",
        "web/ci/a-values.yaml": "image: {repository: redis, tag: 2}\n",
    }
    root = repository(tmp_path, chart)
    assert run("restore", *OPTIONS, cwd=root).code == 0
    assert {name: (root / name).read_text() for name in chart} == chart
    assert run("rewrite", *OPTIONS, cwd=root).code == 0
    assert (root / "web/ci/a-values.yaml").read_text() == "image: {repository: library/redis, tag: 2}\n"
    assert run("restore", *OPTIONS, cwd=root).code == 0
    assert (root / "web/values.yaml").read_text() == chart["web/values.yaml"]
    assert (root / "web/ci/a-values.yaml").read_text() == "image: {repository: library/redis, tag: 2}\n"


def test_a_rule_for_library_needs_none_in_the_other_file(tmp_path: Path) -> None:
    chart = {
        "web/Chart.yaml": "name: web\n",
        "web/values.yaml": "image: {registry: docker.io, repository: library/nginx, tag: 1}\n",
        "web/ci/a-values.yaml": "image: {repository: redis, tag: 2}\n",
        ".rewrite-refs.yaml": f"registry: {HOST}\nrules: {{docker.io: hub, docker.io/library: official}}\n",
    }
    root = repository(tmp_path, chart)
    run("rewrite", cwd=root)
    assert (root / "web/ci/a-values.yaml").read_text() == chart["web/ci/a-values.yaml"]


def test_values_that_contain_themselves(tmp_path: Path) -> None:
    """An alias can be inside the value that it names."""
    files = {
        "Chart.yaml": "name: web\n",
        "values.yaml": "loop: &a {b: *a, c: x}\nimages: &b {again: *b, web: {image: nginx}}\n",
    }
    root = repository(tmp_path, files)
    charts = Charts(workspace(root))
    assert not charts.names_image(root, ["loop"])
    assert charts.names_image(root, ["images"])
    assert not charts.names_image(root, ["missing"])


@pytest.mark.parametrize(
    "registry", ["${ECR_REGISTRY}", "$ECR_REGISTRY", f"${{R:-{HOST}}}", "mirror-${REGION}", HOST]
)
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("web/values.yaml", "image:\n  registry: quay.io\n  repository: x/y\n"),
        (
            "web/templates/a.yaml",
            'image: {{ .Values.image.registry | default "quay.io" }}/{{ .Values.image.repository }}\n',
        ),
        (
            "web/templates/a.yaml",
            'image: {{ default "quay.io" .Values.image.registry }}/{{ .Values.image.repository }}\n',
        ),
    ],
)
def test_a_registry_that_was_rewritten_is_still_the_one_of_other_values(
    tmp_path: Path, path: str, text: str, registry: str
) -> None:
    other = "image: {repository: redis, tag: 2}\n"
    chart = {
        "web/Chart.yaml": "name: web\n",
        path: text,
        "web/values-prod.yaml": other,
        ".rewrite-refs.yaml": f'registry: "{registry}"\nrules: {{docker.io: docker-hub, quay.io: quay}}\n',
    }
    root = repository(tmp_path, chart)
    for names in ([path], ["web/values-prod.yaml"], []):
        assert run("rewrite", *names, cwd=root).code == 0
        assert f"{registry}/quay" in (root / path).read_text()
        assert (root / "web/values-prod.yaml").read_text() == other
