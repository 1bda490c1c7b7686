"""What holds for one file of a run: where it is, how it is read, and by which rules it is judged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.verdict import Verdict
from rewrite_refs.engine.style import Style
from rewrite_refs.formats.base import Format
from rewrite_refs.text.spans import Occurrence


@dataclass(frozen=True, slots=True)
class FileContext:
    """One file of a run, made once and handed to everyone who judges or edits its references.

    Attributes:
        path: The file, absolute.
        name: Its path from the root of the repository, with ``/``.
        root: The folder of the repository, or None where there is none.
        format: How it is read.
        rules: The cache rules that hold for it.
        style: How references to the cache are written in it.
        in_chart: Whether it belongs to a Helm chart.
    """

    path: Path
    name: str
    root: Path | None
    format: Format
    rules: RuleSet
    style: Style
    in_chart: bool = False


class JudgeInFile(Protocol):
    """Judges a reference in a file."""

    def __call__(self, occurrence: Occurrence, context: FileContext) -> Verdict:
        """Return what is to be done about the reference."""
