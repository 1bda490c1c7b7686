"""What a whole repository says about a reference: above all, which images it builds itself.

A service with ``build:`` in a compose file names the image that it makes, and
so does an artifact of Skaffold; no upstream has these, in whatever file of
the repository they are used.  An additional context of a build is a name for
``FROM`` in the Dockerfiles alone.  And a manifest is not rewritten under a
kustomization that matches the name of its image.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from rewrite_refs import kustomize
from rewrite_refs.discover import walk
from rewrite_refs.files import read
from rewrite_refs.reference import LIBRARY, InvalidReference, Reference
from rewrite_refs.rules import Rules, Verdict
from rewrite_refs.source import Occurrence

# Images that people build upon under the same name: own only with the very tag that is built.
_WELL_KNOWN = frozenset(
    """
    alpine amazonlinux archlinux bash buildpack-deps busybox caddy cassandra centos clojure composer consul
    couchdb debian docker drupal eclipse-temurin elasticsearch elixir erlang fedora gcc golang gradle groovy
    haproxy haskell httpd influxdb java jenkins joomla jruby julia kibana kong logstash mariadb maven
    memcached mongo mono mysql nats neo4j nextcloud nginx node openjdk oraclelinux perl php postgres pypy
    python r-base
    rabbitmq redis registry rockylinux ruby rust solr sonarqube swift telegraf tomcat traefik ubuntu varnish
    vault wordpress zookeeper
    """.split()  # noqa: SIM905 - a list of sixty quoted words is no better
)


OFF = "inside another text, and not plainly an image: --embedded takes it"


class _Made(NamedTuple):
    """Images and build contexts, by name and by name and tag, each with the file that makes it.

    ``recipes`` holds the names of images with the Dockerfiles that they are built from.
    """

    images: dict[str, str]
    contexts: dict[str, str]
    recipes: set[tuple[str, Path]]


class Project:
    """One repository; its files are read when the first reference asks for them.

    ``root`` is its folder, or None where there is none to look through.
    ``embedded`` takes what may be a reference inside a longer text for one.
    """

    def __init__(self, rules: Rules, root: Path | None = None, embedded: bool = False) -> None:
        self.rules = rules
        self.embedded = embedded
        self._root = root

    def judge(self, occurrence: Occurrence, format: str, path: Path) -> Verdict:
        """What the rules say of a reference in the file *path*, but for what the repository says."""
        verdict = self.rules.judge(occurrence)
        if occurrence.embedded and not self.embedded:
            return Verdict("ignored", verdict.reference, reason=OFF)
        if verdict.reference is None or verdict.status not in ("direct", "unmapped"):
            return verdict
        reason = self._made_by(verdict.reference, format, path)
        if reason:
            return Verdict("own", verdict.reference, reason=reason)
        matched = self._matched(occurrence, path) if format == "kubernetes" else None
        if matched is None or self._root is None:
            return verdict
        by = Path(os.path.relpath(matched.by, self._root.resolve())).as_posix()
        if matched.match.new_name:
            reason = f"the kustomization in {by} puts {matched.match.new_name} in its place"
            return Verdict("ignored", verdict.reference, reason=reason)
        if not verdict.changes:
            return verdict
        reason = f"the kustomization in {by} matches it by name: give its entry there a newName"
        return replace(verdict, changes=(), reason=reason)

    def _matched(self, occurrence: Occurrence, path: Path) -> kustomize.Matched | None:
        """The entry of a kustomization that matches the name of an image, if any does."""
        names = self._kustomized.get(path.resolve())
        return names.get(kustomize.name_of(occurrence.text)) if names else None

    @cached_property
    def _kustomized(self) -> dict[Path, dict[str, kustomize.Matched]]:
        return kustomize.matches(path for path in self._files if path.name in kustomize.NAMES)

    def _made_by(self, reference: Reference, format: str, path: Path) -> str | None:
        if self._root is None:
            return None
        images, contexts, recipes = self._made
        if format == "dockerfile" and (reference.name, path.resolve()) in recipes:
            return None  # nothing is built from itself: this one is pulled
        tagged = _tagged(reference)
        if _bare(reference) not in _WELL_KNOWN:
            if format == "dockerfile" and tagged in contexts:
                return f"a build context in {contexts[tagged]}"
            if reference.name in images:
                return f"built by {images[reference.name]}"
        return f"built by {images[tagged]}" if tagged in images else None

    @cached_property
    def _made(self) -> _Made:
        return _read(self._files, self._root) if self._root else _Made({}, {}, set())

    @cached_property
    def _files(self) -> list[Path]:
        return list(walk(self._root)) if self._root else []


def _bare(reference: Reference) -> str:
    return reference.repository.removeprefix(LIBRARY)


def _tagged(reference: Reference) -> str:
    return f"{reference.name}:{reference.tag or 'latest'}"


def _read(files: Iterable[Path], root: Path) -> _Made:
    from rewrite_refs.formats import compose, kubernetes

    made = _Made({}, {}, set())
    for path in files:
        if not path.name.lower().endswith((".yml", ".yaml")) or path.is_symlink():
            continue
        try:
            data = read(path) or b""
            if b"build" not in data or (b"image" not in data and b"additional_contexts" not in data):
                continue
            text = data.decode("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        shown = path.relative_to(root).as_posix()
        for reference in _references([*compose.built(text), *kubernetes.built(text)]):
            made.images.setdefault(reference.name, shown)
            made.images.setdefault(_tagged(reference), shown)
        for name, recipe in compose.recipes(text):
            dockerfile = (path.parent / recipe).resolve()
            made.recipes.update((each.name, dockerfile) for each in _references([name]))
        for reference in _references(compose.contexts(text)):
            made.contexts.setdefault(_tagged(reference), shown)
    return made


def _references(texts: Iterable[str]) -> Iterator[Reference]:
    for text in texts:
        try:
            yield Reference.parse(text)
        except InvalidReference:
            continue
