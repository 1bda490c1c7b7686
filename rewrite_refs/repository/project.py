"""What a whole repository says about a reference: above all, which images it builds itself.

A service with ``build:`` in a compose file names the image that it makes, and
so does an artifact of Skaffold; no upstream has these, in whatever file of
the repository they are used.  An additional context of a build is a name for
``FROM`` in the Dockerfiles alone.  And names in manifests are rewritten together
with the entries of kustomizations that match them (``kustomize``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

from rewrite_refs.cache.judge import Rules
from rewrite_refs.cache.verdict import Cause, Verdict, changed
from rewrite_refs.engine import rewrite
from rewrite_refs.engine.context import FileContext
from rewrite_refs.engine.style import Style
from rewrite_refs.files.io import text as text_of
from rewrite_refs.files.patterns import Patterns
from rewrite_refs.files.walk import walk
from rewrite_refs.formats import BY_NAME, FORMATS
from rewrite_refs.formats import kustomize as kustomization
from rewrite_refs.formats.base import File
from rewrite_refs.formats.detect import detect
from rewrite_refs.images.reference import LIBRARY, InvalidReference, Reference, name_of
from rewrite_refs.images.upstreams import OFFICIAL
from rewrite_refs.repository import charts, overlays
from rewrite_refs.repository.kustomize.graph import decide
from rewrite_refs.repository.kustomize.names import Decision, Name, Repository
from rewrite_refs.repository.kustomize.reading import matchable
from rewrite_refs.repository.policy import Policies
from rewrite_refs.text.edits import Change
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence, Piece, Span
from rewrite_refs.yaml.references import has_host

_KEPT = (
    "the kustomization in {} matches it by name, and not all of what it matches there can be rewritten: "
    "give it an entry for the old name and one for the new"
)
_OVER = "its registry also serves {}, which is ignored: give that a registry of its own"
_HELD = "what it matches here is ignored"
_STAYS = "the kustomization matches by it what is rewritten and what is not: write an entry for each"

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
    ``embedded`` takes what may be a reference inside a longer text for one, and
    what ``exclude`` matches is not rewritten.  ``nearest`` gives the project of a
    file that goes by another configuration.
    """

    def __init__(
        self,
        policies: Policies,
        root: Path | None = None,
        embedded: bool = False,
        exclude: tuple[Patterns, ...] = (),
        nearest: Callable[[Path], Project] | None = None,
    ) -> None:
        self._nearest = nearest
        self.policies = policies
        self._exclude = exclude
        self.embedded = embedded
        self._root = root
        self._named: dict[Path, dict[str, str]] = {}  # the named templates of charts

    def judge(self, occurrence: Occurrence, format: str, path: Path) -> Verdict:
        """What the rules say of a reference in the file *path*, but for what the repository says."""
        verdict = self._plain(occurrence, format, path)
        if not BY_NAME[format].kustomized or not (
            verdict.changes or verdict.status in ("direct", "unmapped")
        ):
            return verdict
        return self._decided(verdict, occurrence, path)

    def _plain(self, occurrence: Occurrence, format: str, path: Path) -> Verdict:
        """What is to be said of a reference whatever the kustomizations say."""
        verdict = self._wanted(occurrence, format, path)
        breaks = verdict.breaks
        reason = self.policies.lint.ignored(path, verdict.reference, breaks) if breaks else None
        return Verdict("ignored", verdict.reference, reason=reason) if reason else verdict

    def _wanted(self, occurrence: Occurrence, format: str, path: Path) -> Verdict:
        """What is to be said of a reference, if the configuration does not ignore it."""
        rules = self.policies.of(path).rules
        verdict = rules.judge(occurrence)
        if occurrence.embedded and not self.embedded:
            return Verdict("ignored", verdict.reference, reason=OFF, cause=verdict.breaks)
        if verdict.status == "unresolved" and BY_NAME[format].templated and self._root is not None:
            return self._fed(verdict, occurrence, path, self._root)
        if verdict.reference is None or verdict.status not in ("direct", "unmapped", "wrong"):
            return verdict
        reason = self._made_by(verdict.reference, format, path)
        if reason:
            return Verdict("own", verdict.reference, reason=reason)
        if BY_NAME[format].layered and path.name == charts.VALUES and verdict.changes:
            for other in self._ignored_over:
                if other.values == path and other.is_served_by(occurrence):
                    reason = _OVER.format(other.shown)
                    return replace(verdict, changes=(), reason=reason, cause="shared-value-conflict")
        if occurrence.keys is not None and self._root is not None and BY_NAME[format].layered:
            below = charts.default(path, self._root, occurrence.keys)
            if below and (below.owner or not has_host(occurrence.text)):
                return self._behind(below, occurrence, rules)
        return verdict

    def _fed(self, verdict: Verdict, occurrence: Occurrence, path: Path, root: Path) -> Verdict:
        """The verdict on a reference that a template takes from values, which may name the image."""
        chart = charts.chart_of(path, root)
        if chart is not None and chart not in self._named:
            self._named[chart] = charts.named_templates(chart)
        for values in charts.values_behind(occurrence.text, self._named[chart]) if chart else ():
            if charts.feeds(path, root, values.split(".")):
                reason = f"the template takes it from .Values.{values}: see {charts.VALUES}"
                return replace(verdict, reason=reason, elsewhere=True)
        return verdict

    def _behind(self, below: charts.Default, occurrence: Occurrence, rules: Rules) -> Verdict:
        """The verdict on values behind a registry that the values below them set, in another file.

        All that can be missing here is the ``library/`` that Docker Hub implies and ECR does not.
        """
        if below.owner:  # a template puts the rest behind it
            whole = Piece(f"{name_of(occurrence.text)}/name", None)
            verdict = rules.judge(replace(occurrence, pieces=(whole,)))
            target = changed(occurrence.text, verdict.changes)
            return replace(verdict, target=target if verdict.changes else None)
        registry = below.registry.rstrip("/")
        verdict = rules.judge(replace(occurrence, pieces=(Piece(registry + "/", None), *occurrence.pieces)))
        shown = Path(os.path.relpath(below.path, self._root)).as_posix()
        reason = f"its registry, {registry}, stands in {shown}"
        if not (verdict.target or "").endswith("/" + LIBRARY + occurrence.text):
            known = verdict.reason if verdict.reference else None
            return replace(verdict, target=None, changes=(), reason=known or reason)
        whole = Piece(f"{registry}/{LIBRARY}", None)
        then = rules.judge(replace(occurrence, pieces=(whole, *occurrence.pieces)))
        return replace(
            verdict,
            status="direct",
            target=LIBRARY + occurrence.text,
            changes=(Change(0, 0, LIBRARY),),
            reason=reason,
            then=then.status,
        )

    def _decided(self, verdict: Verdict, occurrence: Occurrence, path: Path) -> Verdict:
        """A verdict after what the kustomizations of the repository say of a name and of their entries."""
        name = name_of(occurrence.text)
        decision = self._kustomized
        if occurrence.key or occurrence.apart:
            way = decision.ways.get((path.resolve(), name), "add")
            if way == "add" and verdict.changes and not occurrence.key:
                return replace(verdict, apart=True, otherwise=None)
            if way == "held":
                return Verdict("ignored", verdict.reference, reason=_HELD)
            if way == "follow" or not verdict.changes:
                return verdict
            target = None if occurrence.key else verdict.target
            cause: Cause = "shared-value-conflict"
            return replace(verdict, changes=(), target=target, reason=_STAYS, cause=cause)
        kept = decision.kept.get((path.resolve(), name)) if decision.kept else None
        if kept is None:
            return verdict
        by = Path(os.path.relpath(kept.by.parent, (self._root or kept.by).resolve())).as_posix()
        if kept.new_name:
            reason = f"the kustomization in {by} puts {kept.new_name} in its place"
            return Verdict("ignored", verdict.reference, reason=reason)
        left = replace(verdict, changes=(), reason=_KEPT.format(by), cause="shared-value-conflict")
        return left if verdict.changes else verdict

    @cached_property
    def _kustomized(self) -> Decision:
        """What is decided for the kustomizations on disk, if any has an entry that matches a name."""
        files: dict[Path, str] = {}
        for path in self._files:
            if path.name in kustomization.NAMES and (text := text_of(path)) is not None:
                files[path.resolve()] = text
        if not any(word in text for text in files.values() for word in ("images:", '"images"', "'images'")):
            return Decision()
        return decide(files, Repository(self._names, self._target))

    def _names(self, path: Path, words: Collection[str]) -> Iterator[Name]:
        """The names in a file that an entry may match, with what the rules make of them."""
        root = (self._root or path.parent).resolve()
        text = text_of(path) if path.is_relative_to(root) else None
        if text is None or not any(word in text for word in words):
            return
        placed = File(path.relative_to(root), text.encode(), charts.chart_of(path, root) is not None)
        format = detect(placed)
        if format is None:
            return
        other = self._at(path)
        excluded = any(patterns.match(path) for patterns in (*self._exclude, *other._exclude))
        at = matchable(text) if format.manifest else None
        context = FileContext(path, placed.path.as_posix(), root, format, Rules(), Style())
        judge = partial(other._plain, format=format.name, path=path)
        result = rewrite.rewrite(Source(text), context, judge)
        for finding in result.findings:
            occurrence = finding.occurrence
            if at is None or occurrence.span.start in at:
                verdict = finding.verdict
                target = verdict.target if finding.done and not excluded else None
                held = verdict.status == "ignored" and not occurrence.embedded
                yield Name(name_of(occurrence.text), occurrence.span.start, target and name_of(target), held)

    def _target(self, name: str, path: Path | None = None) -> str | None:
        """What the rules make of a name in the file *path*, or in one that no override is for."""
        span = Span(0, len(name))
        project = self._at(path) if path else self
        path = path or (self._root or Path()) / "kustomization.yaml"
        occurrence = Occurrence((Piece(name, span),), span, span)
        verdict = project._plain(occurrence, "kustomize", path)
        return name_of(verdict.target) if verdict.changes and verdict.target else None

    def _at(self, path: Path) -> Project:
        """The project of a file."""
        return self._nearest(path) if self._nearest else self

    def _made_by(self, reference: Reference, format: str, path: Path) -> str | None:
        if self._root is None:
            return None
        images, contexts, recipes = self._made
        is_recipe = BY_NAME[format].recipe
        if is_recipe and (reference.name, path.resolve()) in recipes:
            return None  # nothing is built from itself: this one is pulled
        tagged = _tagged(reference)
        # People build upon these under the same name: own only with the very tag that is built.
        if _bare(reference) not in OFFICIAL:
            if is_recipe and tagged in contexts:
                return f"a build context in {contexts[tagged]}"
            if reference.name in images:
                return f"built by {images[reference.name]}"
        return f"built by {images[tagged]}" if tagged in images else None

    @cached_property
    def _ignored_over(self) -> list[overlays.Ignored]:
        """The ignored images in values over those of charts."""
        lint, root = self.policies.lint, self._root or Path()
        any_may_be = bool(lint.files or lint.images)
        found = overlays.ignored(
            self._files, root, lambda path: partial(self._judge_values, path), any_may_be
        )
        return list(found)

    def _judge_values(self, path: Path, occurrence: Occurrence) -> Verdict:
        return self._plain(occurrence, next(each.name for each in FORMATS if each.layered), path)

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
    made = _Made({}, {}, set())
    for path in files:
        if not path.name.lower().endswith((".yml", ".yaml")) or path.is_symlink():
            continue
        text = text_of(path) or ""
        if "build" not in text or ("image" not in text and "additional_contexts" not in text):
            continue
        shown = path.relative_to(root).as_posix()
        source = Source(text)
        for builds in (format.builds(source) for format in FORMATS if format.builds):
            for reference in _references(builds.images):
                made.images.setdefault(reference.name, shown)
                made.images.setdefault(_tagged(reference), shown)
            for name, recipe in builds.recipes:
                dockerfile = (path.parent / recipe).resolve()
                made.recipes.update((each.name, dockerfile) for each in _references([name]))
            for reference in _references(builds.contexts):
                made.contexts.setdefault(_tagged(reference), shown)
    return made


def _references(texts: Iterable[str]) -> Iterator[Reference]:
    for text in texts:
        try:
            yield Reference.parse(text)
        except InvalidReference:
            continue
