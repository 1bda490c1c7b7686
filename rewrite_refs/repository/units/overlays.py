"""Helm values files that override a chart's values.yaml.

A registry in the chart's values may also serve an image that is ignored in such a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from rewrite_refs.engine import rewrite
from rewrite_refs.engine.context import JudgeInFile
from rewrite_refs.engine.ignores import WORD
from rewrite_refs.repository.units.charts import VALUES, VALUES_FORMAT, Charts
from rewrite_refs.repository.workspace import Workspace
from rewrite_refs.text.spans import Occurrence, Span
from rewrite_refs.yaml.references import has_host


class Ignored(NamedTuple):
    """An ignored image without a registry of its own.

    ``registry`` is the span of its registry in the chart's ``values``.
    """

    values: Path
    registry: Span
    shown: str

    def is_served_by(self, occurrence: Occurrence) -> bool:
        """Whether a reference in the chart's values uses that registry."""
        spans = (piece.span for piece in occurrence.pieces if piece.span)
        return any(self.registry.start <= span.start < self.registry.end for span in spans)


def ignored(workspace: Workspace, charts: Charts, root: Path, judge: JudgeInFile) -> Iterator[Ignored]:
    """Yield the ignored images in values that override others in a repository."""
    for path in workspace.listing(root):
        if path.name == VALUES or path.suffix not in (".yaml", ".yml"):
            continue
        lint = workspace.area(path.parent).policies.lint
        source = workspace.source(path)
        any_may_be = bool(lint.files or lint.images)
        chart = workspace.chart_of(path, root) if source and (any_may_be or WORD in source.text) else None
        file = workspace.file(path) if chart else None
        if source is None or chart is None or file is None or not VALUES_FORMAT.claims(file):
            continue
        context = workspace.context_as(path, VALUES_FORMAT)
        for each in rewrite.inspect(source, context, partial(judge, context=context))[0]:
            occurrence = each.occurrence
            is_left = each.verdict.status == "ignored" and not occurrence.embedded
            registry = charts.registry_span(chart, occurrence.keys) if is_left else None
            if registry and not has_host(occurrence.text):
                shown = f"{occurrence.text} in {path.relative_to(root).as_posix()}"
                yield Ignored(chart / VALUES, registry, shown)
