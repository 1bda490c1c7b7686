from __future__ import annotations

from pathlib import Path

import pytest

from rewrite_refs.kustomize import Kustomization, Match, matches, name_of, read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Kustomization((), ())),
        ("[]", Kustomization((), ())),
        ("images: [", Kustomization((), ())),
        ("images: nginx\nresources: x.yaml", Kustomization((), ())),
        (
            "resources:\n- a.yaml\n- ../base\n- https://example.com/x\n- |\n  kind: X\n  y: 1\n- 7\n"
            "patches:\n- path: p.yaml\n- patch: |-\n    a: 1\n"
            "images:\n- name: nginx\n  newTag: '2'\n- name: a/b\n  newName: c/d\n- newName: x\n- text\n",
            Kustomization((Match("nginx", None), Match("a/b", "c/d")), ("a.yaml", "../base", "p.yaml")),
        ),
    ],
)
def test_read(text: str, expected: Kustomization) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nginx", "nginx"),
        ("nginx:1.25", "nginx"),
        ("localhost:5000/a/b:1@sha256:00", "localhost:5000/a/b"),
        ("a/b@sha256:00", "a/b"),
    ],
)
def test_name_of(text: str, name: str) -> None:
    assert name_of(text) == name


def test_matches_reach_what_is_drawn_in(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": "resources: [web.yaml, ../base, gone.yaml]",
        "base/web.yaml": "kind: Deployment",
        "base/other.yaml": "kind: Deployment",
        "over/kustomization.yml": "resources: [../base]\nimages: [{name: nginx, newTag: '2'}]",
        "more/Kustomization": "resources: [../over]\nimages: [{name: nginx, newName: x/y}, {name: redis}]",
        "bad/kustomization.yaml": "images: [{name: nginx}]",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "bad/kustomization.yaml").write_bytes(b"\xff")
    found = matches([*sorted(tmp_path.rglob("[kK]ustomization*")), tmp_path / "none/kustomization.yaml"])
    (only,) = found
    assert only == tmp_path / "base/web.yaml"
    assert set(found[only]) == {"nginx", "redis"}
    assert found[only]["redis"].by == tmp_path / "more"
