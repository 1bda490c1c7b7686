"""What holds for all formats: how a file gets one, and that a text is parsed once."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath
from typing import Any

import pytest
import yaml._yaml

from rewrite_refs.formats import BY_NAME, FORMATS
from rewrite_refs.formats.base import File, path_regex
from rewrite_refs.formats.detect import detect
from rewrite_refs.formats.dockerfile import stages
from rewrite_refs.formats.dockerfile.lines import Script, scan
from rewrite_refs.text.source import Source

POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers: [{name: &n a, image: nginx}, {name: *n, image: b/c}]\n"
TEXTS = {
    "github-actions": "jobs:\n  a:\n    container: {image: node:20}\n",
    "kustomize": "images:\n- {name: a, newName: nginx}\n",
    "helm-chart": "annotations:\n  a/images: x\n",
    "helm-values": "image: {repository: a/b, tag: 1}\n",
    "template": "{{ if .x }}\n" + POD + "{{ end }}\n",
    "helmfile": "releases:\n- chart: a/b\n  values: [{image: {repository: a/b, tag: 1}}]\n",
    "compose": "services:\n  a: {image: nginx}\n  b: {image: app, build: .}\n",
    "kubernetes": POD,
}


@pytest.mark.parametrize(("name", "text"), TEXTS.items())
def test_a_document_of_yaml_is_parsed_once(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: Counter[str] = Counter()
    parser = yaml._yaml.CParser

    def counting(body: str) -> Any:
        parsed[body] += 1
        return parser(body)

    monkeypatch.setattr(yaml._yaml, "CParser", counting)
    format = BY_NAME[name]
    source = Source(text + "---\n" + text)
    for _ in range(2):
        list(format.find(source))
        list(format.outline(source))
        if format.builds:
            format.builds(source)
    assert len(parsed) == 2
    assert set(parsed.values()) == {1}


def test_a_dockerfile_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: Counter[str] = Counter()

    def counting(text: str) -> Script:
        read[text] += 1
        return scan(text)

    monkeypatch.setattr(stages, "scan", counting)
    format = BY_NAME["dockerfile"]
    source = Source("FROM nginx\nCOPY --from=a/b c d\n")
    for _ in range(2):
        list(format.find(source))
        list(format.outline(source))
        assert format.variables
        format.variables.view(source)
    assert set(read.values()) == {1}


@pytest.mark.parametrize(
    ("path", "chart", "actions", "expected"),
    [
        ("chart/templates/pod.yaml", True, True, "template"),
        ("chart/templates/pod.yaml", True, False, "kubernetes"),
        ("chart/templates/pod.yaml", False, True, "kubernetes"),
        ("chart/crds/pod.yaml", True, True, "kubernetes"),
        ("chart/templates/NOTES.txt", True, True, None),
    ],
)
def test_a_manifest_that_is_to_get_an_action_is_a_template(
    path: str, chart: bool, actions: bool, expected: str | None
) -> None:
    file = File(PurePath(path), POD.encode(), chart)
    format = detect(file, actions=actions)
    assert (format and format.name) == expected


def test_a_format_that_is_assigned_is_taken() -> None:
    file = File(PurePath("pod.txt"), POD.encode(), True)
    assert detect(file) is None
    assert detect(file, BY_NAME["compose"], actions=True) is BY_NAME["compose"]


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.yaml", "a.yaml", True),
        ("*.yaml", "a/b/C.YAML", True),
        ("*.yaml", "a.yaml/b", False),
        ("a?.txt", "ab.txt", True),
        ("a?.txt", "a/.txt", False),
        ("a/*.txt", "a/b.txt", True),
        ("a/*.txt", "c/a/b.txt", False),
        ("**/a/**/*.txt", "c/a/b.txt", True),
        ("**/a/**/*.txt", "a/b/c/d.txt", True),
        ("**/a/**/*.txt", "ca/b.txt", False),
        ("Dockerfile.*", "Dockerfile.a\nb", True),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool) -> None:
    assert (path_regex((pattern,)).fullmatch(path) is not None) is expected


def test_facts_of_a_format_go_together() -> None:
    """A format has a manual, and what is YAML must stay so."""
    for each in FORMATS:
        assert each.manual
        assert each.candidate(PurePath(each.patterns[0].replace("**/", "").replace("*", "x")))
        assert (each.syntax == "yaml") is not (each.recipe or each.templated)
        assert not each.layered or each.kustomized
