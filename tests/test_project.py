from __future__ import annotations

from pathlib import Path

import pytest

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.verdict import Verdict
from rewrite_refs.files import io as files
from rewrite_refs.formats import BY_NAME
from rewrite_refs.repository import workspace as module
from rewrite_refs.repository.project import Project
from rewrite_refs.repository.units.configured import OFF
from rewrite_refs.repository.workspace import Workspace
from rewrite_refs.text.spans import Occurrence, Piece, Span
from tests.commands import POD, repository
from tests.common import RULES, workspace

FILES: dict[str, str | bytes] = {
    "docker-compose.yml": """\
services:
  web:
    build:
      context: .
      additional_contexts: {base: ./base, golang: docker-image://golang:1, "ctx:2": ./two, "Not a name": ./x}
    image: acme/web:dev
  db: {build: ./db, image: postgres:16-ours}
  bad: {build: ., image: "Bad Name"}
""",
    "only-contexts.yaml": "services:\n  a:\n    build: {context: ., additional_contexts: [more=./more]}\n",
    "skaffold.yaml": "apiVersion: skaffold/v4\nkind: C\nbuild: {artifacts: [{image: ghcr.io/acme/api}]}\n",
    "latin.yml": b"# build image \xff",
    "notes.txt": "services: {x: {build: ., image: notes}}",
    "not.yaml": "build and image",
}
COMPOSE = "built by docker-compose.yml"
CONTEXT = "a build context in docker-compose.yml"


def verdict_of(
    there: Workspace, text: str, format: str, path: Path, key: bool = False, embedded: bool = False
) -> Verdict:
    span = Span(0, len(text))
    occurrence = Occurrence((Piece(text, span),), span, span, key=key, embedded=embedded)
    return Project(there).judge(occurrence, there.context_as(path, BY_NAME[format]))


def judged(there: Workspace, text: str, format: str = "kubernetes") -> tuple[str, str | None]:
    verdict = verdict_of(there, text, format, there.cwd / "any.yaml")
    return verdict.status, verdict.reason


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = repository(tmp_path_factory.mktemp("project"), FILES)
    (root / "link.yaml").symlink_to("docker-compose.yml")
    (root / "dangling.yaml").symlink_to("none")
    (root / "deleted.yaml").touch()
    return workspace(root)


@pytest.mark.parametrize(
    ("text", "format", "expected"),
    [
        ("acme/web", "kubernetes", ("own", COMPOSE)),
        ("acme/web:1", "dockerfile", ("own", COMPOSE)),
        ("docker.io/acme/web:dev", "compose", ("own", COMPOSE)),
        ("acme/web2", "kubernetes", ("direct", None)),
        ("quay.io/acme/web", "kubernetes", ("direct", None)),
        ("postgres:16", "kubernetes", ("direct", None)),
        ("postgres:16-ours", "kubernetes", ("own", COMPOSE)),
        ("ghcr.io/acme/api:2", "kubernetes", ("own", "built by skaffold.yaml")),
        ("notes", "kubernetes", ("direct", None)),
        ("base", "dockerfile", ("own", CONTEXT)),
        ("base:latest", "dockerfile", ("own", CONTEXT)),
        ("base:1", "dockerfile", ("direct", None)),
        ("ctx:2", "dockerfile", ("own", CONTEXT)),
        ("base", "kubernetes", ("direct", None)),
        ("golang", "dockerfile", ("direct", None)),
        ("more", "dockerfile", ("own", "a build context in only-contexts.yaml")),
        ("not an image", "kubernetes", ("unresolved", "invalid reference format")),
        ("localhost:5000/x", "kubernetes", ("own", "a local registry")),
    ],
)
def test_what_a_repository_makes_itself(
    there: Workspace, text: str, format: str, expected: tuple[str, str | None]
) -> None:
    assert judged(there, text, format) == expected


def test_the_repository_is_read_for_a_direct_reference_only_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading is what costs; that it does not happen shows nowhere else."""
    walks: list[Path] = []

    def walk(root: Path) -> list[Path]:
        walks.append(root)
        return []

    monkeypatch.setattr(module, "walk", walk)
    there = workspace(tmp_path)
    for text in (f"{RULES.registry}/quay/x", "localhost/x", "bad name"):
        judged(there, text)
    assert walks == []
    for text in ("nginx", "nginx", "mcr.microsoft.com/x"):
        judged(there, text)
    assert walks == [tmp_path]


def test_without_a_repository_the_rules_decide(tmp_path: Path) -> None:
    there = workspace(tmp_path, RuleSet(), is_repository=False)
    assert judged(there, "acme/web") == ("direct", "no rule maps docker.io")


def test_a_kustomization_that_cannot_be_read_matches_nothing(tmp_path: Path) -> None:
    root = repository(
        tmp_path,
        {
            "a/kustomization.yaml": b"images: [{name: nginx}]\nresources: [pod.yaml] # \xff",
            "a/pod.yaml": "kind: Pod\n",
            "b/kustomization.yaml": "images: [{name: redis}]\n",
        },
    )
    assert verdict_of(workspace(root), "nginx", "kubernetes", root / "a/pod.yaml").changes


def test_a_file_that_cannot_be_read_makes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root can read any file."""
    repository(tmp_path, FILES)

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files, "read", refuse)
    assert judged(workspace(tmp_path), "acme/web") == ("direct", None)


def test_kustomizations_have_a_say_in_what_they_draw_in(tmp_path: Path) -> None:
    root = repository(
        tmp_path,
        {
            "base/kustomization.yaml": "resources: [web.yaml]\n",
            "base/web.yaml": POD.format("nginx:1.25")
            + "  - image: redis\n  - image: gcr.io/x/y\n  - image: busybox\n",
            "prod/kustomization.yaml": "resources: [../base, https://example.com/x]\nimages:\n"
            "- {name: nginx, newTag: '1'}\n- {name: redis, newName: acme/redis}\n"
            "- {name: gcr.io/x/y, newName: acme/y}\n- {name: busybox, newTag: '1'}\n",
            "test/kustomization.yaml": "resources: [web.yaml]\nimages: [{name: busybox, newTag: '1'}]\n",
            "test/web.yaml": POD.format("busybox"),
            "more/kustomization.yaml": "resources: [../base]\nimages: [{name: redis, newName: acme/redis}]\n"
            + "components: [../none]\n",
        },
    )
    project = workspace(root)
    inside, outside = root / "base/web.yaml", root / "web.yaml"
    kept = verdict_of(project, "nginx:1.25", "kubernetes", inside)
    assert (kept.status, kept.changes) == ("direct", ())
    assert kept.target is not None
    assert "the kustomization in prod matches it by name" in (kept.reason or "")
    replaced = verdict_of(project, "redis", "kubernetes", inside)
    assert (replaced.status, replaced.target) == ("ignored", None)
    assert "replaces it with acme/redis" in (replaced.reason or "")
    assert verdict_of(project, "gcr.io/x/y", "kubernetes", inside).status == "unmapped"
    for text, format, path in (
        ("docker.io/nginx", "kubernetes", inside),
        ("nginx", "kubernetes", outside),
        ("nginx", "compose", inside),
        ("busybox", "kubernetes", root / "test/web.yaml"),
    ):
        assert verdict_of(project, text, format, path).changes
    assert verdict_of(workspace(root, is_repository=False), "nginx", "kubernetes", inside).changes
    assert not verdict_of(workspace(root, RuleSet()), "nginx", "kubernetes", inside).changes


def test_what_is_excluded_is_not_rewritten_and_so_kept_in_the_kustomization(tmp_path: Path) -> None:
    root = repository(
        tmp_path,
        {
            "kustomization.yaml": "resources: [web.yaml]\nimages: [{name: nginx, newTag: '1'}]\n",
            "web.yaml": POD.format("nginx"),
        },
    )
    path = root / "kustomization.yaml"
    assert verdict_of(workspace(root), "nginx", "kustomize", path, key=True).changes
    excluded = workspace(root, exclude=("web.yaml",))
    assert not verdict_of(excluded, "nginx", "kustomize", path, key=True).changes


def test_an_image_is_not_built_from_itself(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n"
        "  g: {build: ./g, image: acme/g}\n"
        "  h: {build: {context: h, dockerfile: h.Dockerfile}, image: acme/h}\n"
        "  i: {build: {dockerfile_inline: FROM x}, image: acme/i}\n"
        "  j: {build: $J, image: acme/j}\n",
    }
    project = workspace(repository(tmp_path, files))
    for name, path, status in (
        ("acme/g", "g/Dockerfile", "direct"),
        ("acme/g:2", "g/Dockerfile", "direct"),
        ("acme/g", "h/h.Dockerfile", "own"),
        ("acme/h", "h/h.Dockerfile", "direct"),
        ("acme/i", "Dockerfile", "direct"),
        ("acme/j", "j/Dockerfile", "own"),
    ):
        assert verdict_of(project, name, "dockerfile", tmp_path / path).status == status
    assert verdict_of(project, "acme/g", "kubernetes", tmp_path / "g/Dockerfile").status == "own"


def test_what_may_be_a_reference_in_a_text_is_taken_where_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    off, on = (
        verdict_of(workspace(tmp_path, embedded=embedded), "quay.io/a", "kubernetes", path, embedded=True)
        for embedded in (False, True)
    )
    assert (off.reason, on.status) == (OFF, "direct")
