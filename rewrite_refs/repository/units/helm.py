"""Helm: values that override others, and templates that read images from values."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from rewrite_refs.cache.verdict import Verdict, apply_changes
from rewrite_refs.engine.context import FileContext, JudgeInFile
from rewrite_refs.images.reference import LIBRARY, name_of
from rewrite_refs.repository.units import overlays
from rewrite_refs.repository.units.charts import VALUES, Charts, Default, values_used
from rewrite_refs.repository.workspace import Workspace
from rewrite_refs.text.edits import Change
from rewrite_refs.text.spans import Occurrence, Piece
from rewrite_refs.yaml.references import has_host

_OVER = "the registry is shared with {}, which is ignored: set a separate registry for it"


class Templates:
    """Points from a template to the values from which it reads an image."""

    def __init__(self, workspace: Workspace, charts: Charts) -> None:
        self._workspace = workspace
        self._charts = charts

    def __call__(self, verdict: Verdict, occurrence: Occurrence, context: FileContext) -> Verdict:
        """Return the verdict on a reference, after the images in the chart's values."""
        if verdict.status != "unresolved" or not context.format.templated or context.root is None:
            return verdict
        chart = self._workspace.chart_of(context.path, context.root)
        named = self._charts.named_templates(chart) if chart else {}
        for values in values_used(occurrence.text, named) if chart else ():
            if chart and self._charts.names_image(chart, values.split(".")):
                reason = f"the template reads it from .Values.{values}: see {VALUES}"
                return replace(verdict, reason=reason, reported_elsewhere=True)
        return verdict


class Values:
    """Judges values together with those that they override and the chart's templates."""

    def __init__(self, workspace: Workspace, charts: Charts, judge: JudgeInFile) -> None:
        self._workspace = workspace
        self._charts = charts
        self._judge = judge
        self._ignored: dict[Path, list[overlays.Ignored]] = {}

    def __call__(self, verdict: Verdict, occurrence: Occurrence, context: FileContext) -> Verdict:
        """Return the verdict on a reference, after the registries of other values."""
        open_statuses = ("direct", "unmapped", "wrong")
        if not context.format.layered or verdict.reference is None or verdict.status not in open_statuses:
            return verdict
        if context.path.name == VALUES and verdict.changes and context.root is not None:
            for other in self._ignored_overrides(context.root):
                if other.values == context.path and other.is_served_by(occurrence):
                    reason = _OVER.format(other.shown)
                    return replace(verdict, changes=(), reason=reason, own_code="shared-value-conflict")
        if occurrence.keys is not None and context.root is not None:
            below = self._charts.default(context.path, context.root, occurrence.keys)
            if below and (below.owner or not has_host(occurrence.text)):
                return _over_chart_values(below, occurrence, context)
        return verdict

    def _ignored_overrides(self, root: Path) -> list[overlays.Ignored]:
        """Return the ignored images in values that override those of charts."""
        if root not in self._ignored:
            found = overlays.ignored(self._workspace, self._charts, root, self._judge)
            self._ignored[root] = list(found)
        return self._ignored[root]


def _over_chart_values(below: Default, occurrence: Occurrence, context: FileContext) -> Verdict:
    """Return the verdict on values whose registry is set by the overridden values.

    That registry is in another file.  All that can be missing here is the ``library/`` that Docker Hub
    implies and ECR does not.
    """
    rules = context.rules
    if below.owner:  # a template appends the rest
        whole = Piece(f"{name_of(occurrence.text)}/name", None)
        verdict = rules.judge(replace(occurrence, pieces=(whole,)))
        target = apply_changes(occurrence.text, verdict.changes)
        return replace(verdict, target=target if verdict.changes else None)
    registry = below.registry.rstrip("/")
    verdict = rules.judge(replace(occurrence, pieces=(Piece(registry + "/", None), *occurrence.pieces)))
    shown = Path(os.path.relpath(below.path, context.root)).as_posix()
    reason = f"its registry, {registry}, is set in {shown}"
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
        status_after=then.status,
    )
