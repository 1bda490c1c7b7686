"""Names in manifests, decided together with the kustomization entries that match."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from rewrite_refs.cache.verdict import LintCode, Verdict
from rewrite_refs.engine import rewrite
from rewrite_refs.engine.context import FileContext, JudgeInFile
from rewrite_refs.formats import FORMATS, kustomize
from rewrite_refs.images.reference import name_of
from rewrite_refs.repository.units.kustomize.graph import decide
from rewrite_refs.repository.units.kustomize.names import Decision, Name, Repository
from rewrite_refs.repository.units.kustomize.reading import matchable
from rewrite_refs.repository.workspace import Area, Workspace
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence, Piece, Span

_KEPT = (
    "the kustomization in {} matches it by name, but not everything that it matches can be rewritten: "
    "add an entry for the old name and one for the new"
)
_HELD = "what it matches here is ignored"
_STAYS = "the entry matches names that are rewritten and names that are not: write an entry for each"
# To judge a name alone, any of the formats that kustomize reads will do.
_FORMAT = next(each for each in FORMATS if each.kustomized)
_IMAGES = ("images:", '"images"', "'images'")


class Kustomizations:
    """Decides about names in manifests and about the entries that match them.

    ``judge`` returns the verdict on a reference before kustomizations are applied.
    """

    def __init__(self, workspace: Workspace, judge: JudgeInFile) -> None:
        self._workspace = workspace
        self._judge = judge
        self._decisions: dict[tuple[Path | None, int], Decision] = {}

    def __call__(self, verdict: Verdict, occurrence: Occurrence, context: FileContext) -> Verdict:
        """Return the verdict on a name, after the decision for the kustomizations."""
        open_statuses = ("direct", "unmapped")
        if not context.format.kustomized or not (verdict.changes or verdict.status in open_statuses):
            return verdict
        area = self._workspace.area(context.path.parent)
        asked = context.root, id(area)
        if asked not in self._decisions:
            self._decisions[asked] = self._decided(context.root, area)
        decision = self._decisions[asked]
        key = context.path.resolve(), name_of(occurrence.text)
        if occurrence.key or occurrence.new_name_slot:
            return _of_entry(verdict, occurrence, decision.actions.get(key, "add"))
        pinned = decision.pinned.get(key) if decision.pinned else None
        if pinned is None:
            return verdict
        by = Path(os.path.relpath(pinned.by.parent, (context.root or pinned.by).resolve())).as_posix()
        if pinned.new_name:
            reason = f"the kustomization in {by} replaces it with {pinned.new_name}"
            return Verdict("ignored", verdict.reference, reason=reason)
        left = replace(verdict, changes=(), reason=_KEPT.format(by), own_code="shared-value-conflict")
        return left if verdict.changes else verdict

    def _decided(self, root: Path | None, area: Area) -> Decision:
        """Return the decision for a repository; empty where no entry matches names.

        A name that is in no file is judged by the configuration *area*.
        """
        files: dict[Path, Source] = {}
        for path in self._workspace.listing(root) if root else ():
            if path.name in kustomize.NAMES and (source := self._workspace.source(path)) is not None:
                files[path.resolve()] = source
        if root is None or not any(word in each.text for each in files.values() for word in _IMAGES):
            return Decision()
        top = root.resolve()
        return decide(
            files,
            Repository(
                lambda path, words: self._names(path, words, top),
                lambda name, path: self._target(name, path, root, area),
            ),
        )

    def _names(self, path: Path, words: Collection[str], root: Path) -> Iterator[Name]:
        """Yield the names in a file that an entry may match, with their targets."""
        workspace = self._workspace
        source = workspace.source(path) if path.is_relative_to(root) else None
        file = workspace.file(path) if source and any(word in source.text for word in words) else None
        context = workspace.context(path, file) if file else None
        if source is None or context is None:
            return
        excluded = workspace.excludes(path)
        at = matchable(source) if context.format.manifest else None
        result = rewrite.rewrite(source, context, partial(self._judge, context=context))
        for resolution in result.resolutions:
            occurrence = resolution.occurrence
            if at is None or occurrence.span.start in at:
                verdict = resolution.verdict
                target = verdict.target if resolution.done and not excluded else None
                held = verdict.status == "ignored" and not occurrence.embedded
                yield Name(name_of(occurrence.text), occurrence.span.start, target and name_of(target), held)

    def _target(self, name: str, path: Path | None, root: Path, area: Area) -> str | None:
        """Return the target of a name in the file *path*, or in a file without overrides."""
        if path is None:
            context = self._workspace.context_as(root / "kustomization.yaml", _FORMAT, area)
        else:
            context = self._workspace.context_as(path, _FORMAT)
        span = Span(0, len(name))
        verdict = self._judge(Occurrence((Piece(name, span),), span, span), context)
        return name_of(verdict.target) if verdict.changes and verdict.target else None


def _of_entry(verdict: Verdict, occurrence: Occurrence, action: str) -> Verdict:
    """Return the verdict on an entry of a kustomization after its action."""
    if action == "add" and verdict.changes and not occurrence.key:
        return replace(verdict, as_new_name=True, fallback=None)
    if action == "held":
        return Verdict("ignored", verdict.reference, reason=_HELD)
    if action == "follow" or not verdict.changes:
        return verdict
    target = None if occurrence.key else verdict.target
    code: LintCode = "shared-value-conflict"
    return replace(verdict, changes=(), target=target, reason=_STAYS, own_code=code)
