"""Which format a file has: the one that the configuration assigns, or the first that claims it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from rewrite_refs.files.patterns import Patterns
from rewrite_refs.formats import BY_NAME, FORMATS, Format


class Assigned(NamedTuple):
    """The formats that the configuration gives to files by pattern."""

    patterns: tuple[tuple[Format, Patterns], ...] = ()

    @classmethod
    def of(cls, formats: Mapping[str, Sequence[str]], folder: Path) -> Assigned:
        """From the names of formats, each with its patterns."""
        return cls(tuple((BY_NAME[name], Patterns(folder, lines)) for name, lines in formats.items()))

    def format(self, path: Path) -> Format | None:
        """The format assigned to a file, if any."""
        return next((each for each, patterns in self.patterns if patterns.match(path)), None)

    def candidate(self, path: Path, within: PurePath) -> bool:
        """Whether a file can be of any format, from its path, and the one *within* its repository."""
        return any(each.candidate(within) for each in FORMATS) or self.format(path) is not None
