"""The verdict on a reference, after everything that depends on its repository.

The rules of the cache judge a reference by itself.  Then each pass may change the verdict for a reason of
its own: the configuration, images that are built here, Helm, kustomize (``units``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from rewrite_refs.cache.verdict import Verdict
from rewrite_refs.engine.context import FileContext
from rewrite_refs.repository.units.builds import Builds
from rewrite_refs.repository.units.charts import Charts
from rewrite_refs.repository.units.configured import Embedded, Ignored
from rewrite_refs.repository.units.helm import Templates, Values
from rewrite_refs.repository.units.kustomize.decide import Kustomizations
from rewrite_refs.repository.workspace import Workspace
from rewrite_refs.text.spans import Occurrence


class Pass(Protocol):
    """Changes a verdict for one reason, or returns it unchanged."""

    def __call__(self, verdict: Verdict, occurrence: Occurrence, context: FileContext) -> Verdict:
        """Return the verdict on a reference in a file, after this pass."""


class Project:
    """The passes over the verdicts of a run, in order."""

    def __init__(self, workspace: Workspace) -> None:
        charts = Charts(workspace)
        self._in_file: tuple[Pass, ...] = (
            Embedded(workspace),
            Templates(workspace, charts),
            Builds(workspace),
            Values(workspace, charts, self.judge_alone),
            Ignored(workspace),
        )
        self._all: tuple[Pass, ...] = (*self._in_file, Kustomizations(workspace, self.judge_alone))

    def judge(self, occurrence: Occurrence, context: FileContext) -> Verdict:
        """Return the verdict on a reference in a file."""
        return _apply_passes(self._all, occurrence, context)

    def judge_alone(self, occurrence: Occurrence, context: FileContext) -> Verdict:
        """Return the verdict on a reference before the kustomizations are applied."""
        return _apply_passes(self._in_file, occurrence, context)


def _apply_passes(passes: Iterable[Pass], occurrence: Occurrence, context: FileContext) -> Verdict:
    verdict = context.rules.judge(occurrence)
    for each in passes:
        verdict = each(verdict, occurrence, context)
    return verdict
