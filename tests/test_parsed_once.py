"""A document is parsed once in a run, whoever asks about it, and an edited one once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from rewrite_refs.text.spans import Span
from rewrite_refs.yaml import parsing, tree
from rewrite_refs.yaml.nodes import Root
from tests.commands import GIVEN, POD, repository, run

FILES = {
    "chart/Chart.yaml": """\
name: web
version: 1.0.0
dependencies:
  - {name: sub, repository: "file://../other", version: 1.0.0}
annotations:
  artifacthub.io/images: |
    - name: web
      image: docker.io/acme/annotated:1
""",
    "chart/values.yaml": """\
global: {imageRegistry: ""}
image: {registry: docker.io, repository: acme/web, tag: v1}
sidecar: {repository: acme/side, tag: v2}
sub: {image: {repository: acme/sub-over, tag: v3}}
extra: |
  - name: extra
    image: docker.io/acme/extra:1
""",
    "chart/values-prod.yaml": """\
image: {repository: acme/prod, tag: v1}
sidecar: {repository: acme/side, tag: v5}  # rewrite-refs: ignore known
""",
    "chart/templates/_helpers.tpl": """\
{{- define "web.image" -}}
{{ .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}
{{- end -}}
""",
    "chart/templates/deployment.yaml": """\
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: web
          image: {{ include "web.image" . }}
        - name: fixed
          {{- if .Values.debug }}
          image: docker.io/acme/debug:{{ .Values.tag }}
          {{- else }}
          image: docker.io/acme/fixed:{{ .Values.tag }}
          {{- end }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: second}
data:
  pod.yaml: |
    apiVersion: v1
    kind: Pod
    spec:
      containers:
        - image: docker.io/acme/in-template:1
""",
    "chart/templates/list.yaml": """\
apiVersion: v1
kind: Pod
spec:
  containers:
    - image: docker.io/acme/listed:{{ .Values.tag }}
  volumes:
    {{- if .Values.volumes }}
    - name: x
    {{- else }}
    []
    {{- end }}
---
apiVersion: v1
kind: Pod
metadata: {name: other-than-that}
spec: {containers: [{image: "docker.io/acme/beside:1"}]}
""",
    "chart/charts/sub/Chart.yaml": "name: sub\nversion: 1.0.1\n",
    "chart/charts/sub/values.yaml": "image: {registry: docker.io, repository: acme/sub, tag: v1}\n",
    "other/Chart.yaml": "name: sub\nversion: 1.0.2\n",
    "other/values.yaml": "image: {registry: docker.io, repository: acme/other, tag: v1}\n",
    "base/kustomization.yaml": "resources: [pod.yaml, config.yaml]\n",
    "base/pod.yaml": POD.format("docker.io/acme/based:1"),
    "base/config.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: images}
data:
  inner.yaml: |
    apiVersion: v1
    kind: Pod
    spec: {containers: [{image: "docker.io/acme/inner:1"}]}
""",
    "over/kustomization.yaml": """\
resources: [../base]
images:
  - name: docker.io/acme/based
    newTag: "2"
patches:
  - patch: |
      apiVersion: v1
      kind: Pod
      spec: {containers: [{image: "docker.io/acme/patched:1"}]}
""",
    "compose.yaml": """\
services:
  app: {build: ., image: acme/app}
  db: {image: "postgres:16"}
""",
    "use.yaml": POD.format("acme/app"),
    ".github/workflows/ci.yaml": """\
on: push
jobs: {test: {runs-on: x, container: "node:20", steps: [{run: make}]}}
""",
}


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each text was parsed."""
    count: Counter[str] = Counter()

    def read(text: str, span: Span, events: parsing.Events | None = None) -> list[Root]:
        count[text[span.start : span.end]] += 1
        return parsing.read(text, span, events)

    monkeypatch.setattr(tree, "read", read)
    return count


def _documents(files: Iterable[str]) -> set[str]:
    """The texts of the documents that hold references, but for templates, which are masked first."""
    return {
        text[slice(*span)]
        for text in files
        if "{{" not in text
        for span in tree.split(text)
        if "image:" in text[slice(*span)]
    }


@pytest.mark.parametrize("options", [(), ("--embedded",)])
@pytest.mark.parametrize("command", ["list", "check", "rewrite"])
def test_each_document_is_parsed_once(
    tmp_path: Path, parsed: Counter[str], command: str, options: tuple[str, ...]
) -> None:
    """An edited text is another text: its documents are parsed once, too."""
    root = repository(tmp_path / "repo", FILES)
    diff = ("--diff",) if command == "rewrite" else ()
    ran = run(command, *diff, *options, *GIVEN, cwd=root)
    assert ran.code == (0 if command == "list" else 1)
    assert _documents(FILES.values()) <= parsed.keys()
    assert any("in-template" in text and text.startswith("apiVersion") for text in parsed)
    assert {text: times for text, times in parsed.items() if times > 1} == {}


def test_a_rewriting_parses_what_it_edits_once_more(tmp_path: Path, parsed: Counter[str]) -> None:
    root = repository(tmp_path / "repo", FILES)
    assert run("list", *GIVEN, cwd=root).code == 0
    found = set(parsed)
    parsed.clear()
    assert run("rewrite", *GIVEN, cwd=root).code == 0
    after = {(root / name).read_text() for name in FILES}
    assert found <= parsed.keys()
    assert _documents(after) <= parsed.keys()
    assert len(after - set(FILES.values())) == 10
    assert set(parsed.values()) == {1}
