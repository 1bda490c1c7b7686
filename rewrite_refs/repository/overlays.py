"""Values that are laid over a chart's own: which registries there also serve an image that is to be left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from rewrite_refs.cache.judge import Rules
from rewrite_refs.engine import rewrite
from rewrite_refs.engine.context import FileContext
from rewrite_refs.engine.ignores import WORD
from rewrite_refs.engine.style import Style
from rewrite_refs.files.io import text as text_of
from rewrite_refs.formats import FORMATS
from rewrite_refs.formats.base import File
from rewrite_refs.repository import charts
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence, Span
from rewrite_refs.yaml.references import has_host


class Ignored(NamedTuple):
    """An ignored image without a registry of its own, and where in ``values`` that of the chart stands."""

    values: Path
    registry: Span
    shown: str

    def is_served_by(self, occurrence: Occurrence) -> bool:
        """Whether a reference in the values has that registry."""
        spans = (piece.span for piece in occurrence.pieces if piece.span)
        return any(self.registry.start <= span.start < self.registry.end for span in spans)


def ignored(
    files: Iterable[Path], root: Path, judge: Callable[[Path], rewrite.Judge], any_may_be: bool
) -> Iterator[Ignored]:
    """The ignored images in values over others, among the *files* of a repository.

    *judge* gives what judges the references of a file.  *any_may_be* tells that not comments alone ignore.
    """
    format = next(each for each in FORMATS if each.layered)
    for path in files:
        if path.name == charts.VALUES or path.suffix not in (".yaml", ".yml"):
            continue
        text = text_of(path)
        chart = charts.chart_of(path, root) if text and (any_may_be or WORD in text) else None
        placed = File(path.relative_to(root), (text or "").encode(), chart is not None)
        if text is None or chart is None or not format.claims(placed):
            continue
        context = FileContext(path, placed.path.as_posix(), root, format, Rules(), Style())
        for each in rewrite.inspect(Source(text), context, judge(path))[0]:
            occurrence = each.occurrence
            is_left = each.verdict.status == "ignored" and not occurrence.embedded
            registry = charts.registry_span(chart, occurrence.keys) if is_left else None
            if registry and not has_host(occurrence.text):
                shown = f"{occurrence.text} in {path.relative_to(root).as_posix()}"
                yield Ignored(chart / charts.VALUES, registry, shown)
