"""URLs of lines of files, on the web pages of the forge that hosts the repository.

In GitHub Actions, GitLab CI and Bitbucket Pipelines, their variables give the address.  Elsewhere the remote
``origin`` does, for github.com, gitlab.com, bitbucket.org and hosts that begin with ``github.`` or
``gitlab.``.  Links contain the commit that is checked out, so that they show the files of the report.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from rewrite_refs.files import git as gitcalls

Link = Callable[[str, int], str | None]

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]+)?")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
# git's short form for SSH.  Source: git-fetch(1), "GIT URLS".
_SHORT = re.compile(r"(?:[^@/:]+@)?([^@/:]+):(?!//)/?(.+)")


class _Forge(NamedTuple):
    """The URL parts of a forge: before the commit, and before the number of a line."""

    files: str
    line: str


_GITHUB, _GITLAB, _BITBUCKET = _Forge("blob", "#L"), _Forge("-/blob", "#L"), _Forge("src", "#lines-")
# The variables of each CI system: the base of the address, the repository below it if that is a variable of
# its own, and the commit.
_VARIABLES = (
    (_GITHUB, "GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA"),
    (_GITLAB, "CI_PROJECT_URL", None, "CI_COMMIT_SHA"),
    (_BITBUCKET, "BITBUCKET_GIT_HTTP_ORIGIN", None, "BITBUCKET_COMMIT"),
)


class _Repository(NamedTuple):
    """The web address of a repository, without a trailing slash."""

    scheme: str
    host: str
    path: str


def linker(root: Path, env: Mapping[str, str]) -> Link:
    """Return a function that maps a path and a line to a URL.

    The path is relative to *root*, the repository's top folder.  The function returns None if there is no
    such page: the forge is not known, or the path is outside of the repository.
    A job that checks out several repositories has variables for only one of them: they are used
    if ``origin`` is that repository, or if there is no ``origin``.
    """
    origin = _repository(_git(root, "remote", "get-url", "origin"))
    found = _from_variables(env, origin) or _from_origin(root, origin)
    if found is None:
        return lambda path, line: None
    forge, repository, commit = found
    base = f"{repository.scheme}://{repository.host}/{repository.path}/{forge.files}/{commit}"

    def link(path: str, line: int) -> str | None:
        parts = path.split("/")
        if path.startswith("/") or ".." in parts:
            return None
        try:
            name = quote(path.encode("utf-8", "surrogateescape"))
        except UnicodeEncodeError:
            return None
        return f"{base}/{name}{forge.line}{line}"

    return link


def _from_variables(
    env: Mapping[str, str], origin: _Repository | None
) -> tuple[_Forge, _Repository, str] | None:
    for forge, base, name, commit in _VARIABLES:
        url = env.get(base, "").rstrip("/")
        repository = _repository(f"{url}/{env.get(name, '')}" if name else url)
        if repository and repository.scheme != "ssh" and _COMMIT.fullmatch(env.get(commit, "")):
            return (forge, repository, env[commit]) if _is_same(repository, origin) else None
    return None


def _from_origin(root: Path, origin: _Repository | None) -> tuple[_Forge, _Repository, str] | None:
    if origin is None:
        return None
    if origin.scheme == "ssh":  # the port of SSH is not that of the web server
        origin = _Repository("https", origin.host.partition(":")[0], origin.path)
    forge = _forge(origin.host.partition(":")[0])
    commit = _git(root, "rev-parse", "--verify", "HEAD")
    return (forge, origin, commit) if forge and _COMMIT.fullmatch(commit) else None


def _forge(host: str) -> _Forge | None:
    if "-" in host.rpartition(".")[2]:  # not a domain, but an alias in the SSH configuration: github.com-work
        return None
    if host.startswith("github."):
        return _GITHUB
    if host.startswith("gitlab."):
        return _GITLAB
    return _BITBUCKET if host == "bitbucket.org" else None


def _is_same(repository: _Repository, origin: _Repository | None) -> bool:
    """Whether *origin* can be that repository.

    Only paths are compared, because a runner may clone from another host.
    """
    if origin is None:
        return True
    one, other = f"/{repository.path}".lower(), f"/{origin.path}".lower()
    return one.endswith(other) or other.endswith(one)


def _repository(url: str) -> _Repository | None:
    """Return the repository of a git URL, without credentials; None if it has none."""
    short = _SHORT.fullmatch(url) if "://" not in url else None
    if short:
        scheme, host, path = "ssh", short[1], short[2]
    else:
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        scheme, host, path = parts.scheme, parts.netloc.rpartition("@")[2], parts.path
    path, host = path.strip("/").removesuffix(".git"), host.lower()
    if scheme not in ("https", "http", "ssh") or not _HOST.fullmatch(host) or "/" not in path:
        return None
    return _Repository(scheme, host, quote(path, safe="/~%"))


def _git(root: Path, *arguments: str) -> str:
    """Return the output of git in *root*; empty if git fails or is not installed."""
    try:
        run = gitcalls.run(root, *arguments)
    except TimeoutError:
        return ""
    return os.fsdecode(run.stdout).strip() if run and run.returncode == 0 else ""
