"""References that the configuration leaves unchanged."""

from __future__ import annotations

from rewrite_refs.cache.verdict import Verdict
from rewrite_refs.engine.context import FileContext
from rewrite_refs.repository.workspace import Workspace
from rewrite_refs.text.spans import Occurrence

OFF = "inside other text and not clearly an image: --embedded includes it"


class Embedded:
    """Ignores possible references inside other texts, unless ``embedded`` is set."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def __call__(self, verdict: Verdict, occurrence: Occurrence, context: FileContext) -> Verdict:
        """Return the verdict on a reference, after the option ``embedded``."""
        if not occurrence.embedded or self._workspace.area(context.path.parent).embedded:
            return verdict
        return Verdict("ignored", verdict.reference, reason=OFF, own_code=verdict.code)


class Ignored:
    """Ignores the references that the lint settings ignore."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def __call__(self, verdict: Verdict, occurrence: Occurrence, context: FileContext) -> Verdict:
        """Return the verdict after ``per-file-ignores`` and ``ignore-images``."""
        code = verdict.code
        lint = self._workspace.area(context.path.parent).policies.lint
        reason = lint.ignored(context.path, verdict.reference, code) if code else None
        return Verdict("ignored", verdict.reference, reason=reason) if reason else verdict
