"""Links to lines, from the variables of CI systems and from real repositories."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.reports.links import linker
from tests.commands import git, repository

SHA = "0123456789abcdef0123456789abcdef01234567"
GITHUB = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "parcels/shop",
    "GITHUB_SHA": SHA,
}
GITLAB = {"CI_PROJECT_URL": "https://git.example.com/parcels/apps/shop", "CI_COMMIT_SHA": SHA}
BITBUCKET = {"BITBUCKET_GIT_HTTP_ORIGIN": "http://bitbucket.org/parcels/shop", "BITBUCKET_COMMIT": SHA}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    root = repository(tmp_path / "shop", {"Dockerfile": "FROM nginx\n"})
    who = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    git(root, *who, "commit", "-q", "--no-verify", "-m", "first")
    return root


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        (GITHUB, f"https://github.com/parcels/shop/blob/{SHA}/a/Dockerfile#L3"),
        (
            GITHUB | {"GITHUB_SERVER_URL": "https://git.corp:8443/"},
            f"https://git.corp:8443/parcels/shop/blob/{SHA}/a/Dockerfile#L3",
        ),
        (GITLAB, f"https://git.example.com/parcels/apps/shop/-/blob/{SHA}/a/Dockerfile#L3"),
        (BITBUCKET, f"http://bitbucket.org/parcels/shop/src/{SHA}/a/Dockerfile#lines-3"),
        (
            GITLAB | {"CI_PROJECT_URL": "https://user:secret@git.example.com/a/b"},
            f"https://git.example.com/a/b/-/blob/{SHA}/a/Dockerfile#L3",
        ),
        ({}, None),
        (GITHUB | {"GITHUB_SHA": "main"}, None),
        (GITHUB | {"GITHUB_SERVER_URL": "javascript:alert(1)//"}, None),
        (GITHUB | {"GITHUB_SERVER_URL": "https://[bad"}, None),
        (GITHUB | {"GITHUB_REPOSITORY": ""}, None),
        (GITLAB | {"CI_PROJECT_URL": "ssh://git@git.example.com/a/b"}, None),
        (GITLAB | {"CI_PROJECT_URL": 'https://a"><img src=x>/a/b'}, None),
    ],
)
def test_variables(tmp_path: Path, env: Mapping[str, str], expected: str | None) -> None:
    assert linker(tmp_path, env)("a/Dockerfile", 3) == expected


@pytest.mark.parametrize(
    ("origin", "base"),
    [
        ("https://github.com/parcels/shop.git", "https://github.com/parcels/shop/blob"),
        ("https://github.com/parcels/shop/", "https://github.com/parcels/shop/blob"),
        ("https://user:ghp_secret@github.com/parcels/shop", "https://github.com/parcels/shop/blob"),
        ("https://x-access-token:s@cret@github.com/parcels/shop", "https://github.com/parcels/shop/blob"),
        ("git@github.com:parcels/shop.git", "https://github.com/parcels/shop/blob"),
        ("github.com:parcels/shop.git", "https://github.com/parcels/shop/blob"),
        ("org-1@github.com:/parcels/shop", "https://github.com/parcels/shop/blob"),
        ("ssh://git@GitHub.com:22/parcels/shop.git", "https://github.com/parcels/shop/blob"),
        ("git@gitlab.com:parcels/apps/shop.git", "https://gitlab.com/parcels/apps/shop/-/blob"),
        ("ssh://git@gitlab.corp:2222/parcels/shop.git", "https://gitlab.corp/parcels/shop/-/blob"),
        ("http://gitlab.corp:8080/parcels/shop.git", "http://gitlab.corp:8080/parcels/shop/-/blob"),
        ("https://github.example.com/parcels/sh%20op", "https://github.example.com/parcels/sh%20op/blob"),
        ("git@bitbucket.org:parcels/shop.git", "https://bitbucket.org/parcels/shop/src"),
        ('https://github.com/parcels/"><script>', "https://github.com/parcels/%22%3E%3Cscript%3E/blob"),
        ("https://github.com/shop", None),
        ("https://git.corp/parcels/shop", None),
        ("https://notgithub.com/parcels/shop", None),
        ("git@github.com-work:parcels/shop.git", None),
        ("user:secret@github.com:parcels/shop", None),
        ("git://github.com/parcels/shop", None),
        ("file:///srv/github.com/parcels/shop", None),
        ("/srv/git/shop.git", None),
        ("javascript://github.com/parcels/shop", None),
    ],
)
def test_origin(clone: Path, origin: str, base: str | None) -> None:
    git(clone, "remote", "add", "origin", origin)
    head = git(clone, "rev-parse", "HEAD").strip()
    line = "#lines-3" if "bitbucket" in origin else "#L3"
    assert linker(clone, {})("Dockerfile", 3) == (base and f"{base}/{head}/Dockerfile{line}")


def test_variables_are_for_the_repository_that_they_name(clone: Path) -> None:
    """A job that checks out others besides its own has the variables of its own."""
    git(clone, "remote", "add", "origin", "git@github.com:parcels/other.git")
    head = git(clone, "rev-parse", "HEAD").strip()
    other = f"https://github.com/parcels/other/blob/{head}/a#L1"
    assert linker(clone, GITHUB)("a", 1) == other
    git(clone, "remote", "set-url", "origin", "https://runner:token@github.internal/Parcels/Shop.git")
    assert linker(clone, GITHUB)("a", 1) == f"https://github.com/parcels/shop/blob/{SHA}/a#L1"
    git(clone, "remote", "set-url", "origin", "git@git.example.com:apps/shop")
    assert linker(clone, GITLAB)("a", 1) == f"{GITLAB['CI_PROJECT_URL']}/-/blob/{SHA}/a#L1"


def test_no_commit_no_git_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "new", {})
    git(root, "remote", "add", "origin", "git@github.com:parcels/shop.git")
    assert linker(root, {})("a", 1) is None
    assert linker(tmp_path / "gone", {})("a", 1) is None
    monkeypatch.setenv("PATH", "")
    assert linker(root, {})("a", 1) is None


def test_in_a_hook_of_another_repository(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(clone, "remote", "add", "origin", "git@github.com:parcels/shop.git")
    other = repository(tmp_path / "other", {})
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    assert linker(clone, {})("a", 1)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a b/#c?.yaml", "a%20b/%23c%3F.yaml"),
        ("\u00e9", "%C3%A9"),
        ("\udcff", "%FF"),
        ('"><img src=x onerror=alert(1)>', "%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("..a/b..", "..a/b.."),
        ("../a", None),
        ("a/../../b", None),
        ("/etc/passwd", None),
        ("\ud800", None),
    ],
)
def test_paths(tmp_path: Path, path: str, name: str | None) -> None:
    base = f"https://github.com/parcels/shop/blob/{SHA}"
    assert linker(tmp_path, GITHUB)(path, 1) == (name and f"{base}/{name}#L1")


@given(st.sampled_from(["{}", "https://{}", "http://me@{}"]), st.text(), st.text(), st.text())
def test_only_addresses_of_the_web_and_nothing_that_ends_an_attribute(
    url: str, server: str, name: str, path: str
) -> None:
    env = {"GITHUB_SERVER_URL": url.format(server), "GITHUB_REPOSITORY": name, "GITHUB_SHA": SHA}
    link = linker(Path("/"), env)(path, 1)
    assert link is None or (link.startswith(("https://", "http://")) and link.isascii())
    assert link is None or not set(link) & set("\"'<>@ \n\\`")
