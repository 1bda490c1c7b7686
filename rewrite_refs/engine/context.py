"""The context of one file in a run: its path, its format and its rules."""

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
    """One file of a run, passed to everything that judges or edits its references.

    Attributes:
        path: The absolute path of the file.
        root: The root folder of the repository; None outside of a repository.
        format: The format with which it is read.
        rules: The cache rules that apply to it.
        style: How references to the cache are written in it.
    """

    path: Path
    root: Path | None
    format: Format
    rules: RuleSet
    style: Style


class JudgeInFile(Protocol):
    """A function that judges a reference in a file."""

    def __call__(self, occurrence: Occurrence, context: FileContext) -> Verdict:
        """Return the verdict on the reference."""
