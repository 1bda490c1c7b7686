"""What Helm itself renders before and after: images mapped, all else equal.

go install helm.sh/helm/v3/cmd/helm@v3.22.0
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from rewrite_refs.images.reference import parse_partial
from tests.commands import repository, run
from tests.common import RULES
from tests.test_golden import FIXTURES, OPTIONS

PROGRAM = shutil.which("helm") or shutil.which("helm", path=str(Path.home() / "go/bin"))
pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="needs helm: go install helm.sh/helm/v3/cmd/helm@v3.22.0"
)

_IMAGE = re.compile(r"(?P<key>\s*(?:- )?image: \"?)(?P<text>[^\s\"]+)(?P<end>\"?)")

CHART = "apiVersion: v2\nname: parcels\nversion: 1.0.0\n"
VALUES = """\
global: {imageRegistry: ""}
web: {image: {registry: docker.io, repository: nginx, tag: "1.25"}}
api: {image: {registry: "", repository: quay.io/parcels/api, tag: v2}}
db: {image: {repository: postgres, tag: 16}}
job: {image: "busybox:1.36"}
"""
PROD = """\
web: {image: {repository: httpd, tag: "2.4"}}
db: {image: {repository: ghcr.io/parcels/db}}
"""
TEMPLATE = """\
{{- define "image" -}}
{{- $registry := .global.imageRegistry | default .image.registry -}}
{{- if $registry }}{{ $registry }}/{{ end }}{{ .image.repository }}:{{ .image.tag }}
{{- end -}}
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}
spec:
  containers:
    {{- range $name, $each := dict "web" .Values.web "api" .Values.api "db" .Values.db }}
    - name: {{ $name }}
      image: {{ include "image" (dict "global" $.Values.global "image" $each.image) }}
    {{- end }}
    - name: job
      image: {{ .Values.job.image | quote }}
    - name: probe
      image: "{{ .Values.probe | default "quay.io/parcels/probe" }}:{{ .Values.tag | default "v1" }}"
    - name: sidecar
      image: docker.io/redis:{{ .Values.tag | default "7" }}
"""


def rendered(chart: Path, *options: str) -> list[str]:
    command = [PROGRAM or "", "template", "x", str(chart), *options]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def mapped(line: str) -> str:
    """A rendered line as it should be afterwards."""
    image = _IMAGE.fullmatch(line)
    if image is None:
        return line
    target = RULES.judge_reference(parse_partial(image["text"])).target
    return f"{image['key']}{target or image['text']}{image['end']}"


@pytest.mark.parametrize("options", [(), ("-f", "values-prod.yaml"), ("-f", "global.yaml")])
def test_a_chart(tmp_path: Path, options: tuple[str, ...]) -> None:
    root = repository(
        tmp_path,
        {
            "Chart.yaml": CHART,
            "values.yaml": VALUES,
            "values-prod.yaml": PROD,
            "global.yaml": "global: {imageRegistry: ''}\n",
            "templates/pod.yaml": TEMPLATE,
        },
    )
    absolute = [str(root / each) if each.endswith(".yaml") else each for each in options]
    before = rendered(root, *absolute)
    assert len([line for line in before if _IMAGE.fullmatch(line)]) == 6
    assert run("rewrite", *OPTIONS, cwd=root).code == 0
    assert rendered(root, *absolute) == [mapped(line) for line in before]


@pytest.mark.parametrize("chart", ["template/helm-chart/{}/charts/shop"])
def test_fixtures(chart: str) -> None:
    before, after = (rendered(FIXTURES / chart.format(which)) for which in ("before", "after"))
    assert before != after
    assert after == [mapped(line) for line in before]
