"""Detection of a file's format, by the configuration or by path and content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from rewrite_refs.files.patterns import Patterns
from rewrite_refs.formats import BY_NAME, FORMATS
from rewrite_refs.formats.base import File, Format
from rewrite_refs.formats.template import is_in_chart


class Assigned(NamedTuple):
    """The formats that the configuration assigns to files by pattern."""

    patterns: tuple[tuple[Format, Patterns], ...] = ()

    @classmethod
    def of(cls, formats: Mapping[str, Sequence[str]], folder: Path) -> Assigned:
        """Return the assignments for formats by name, with patterns below *folder*."""
        return cls(tuple((BY_NAME[name], Patterns(folder, lines)) for name, lines in formats.items()))

    def format(self, path: Path) -> Format | None:
        """Return the format that is assigned to a file, or None."""
        return next((each for each, patterns in self.patterns if patterns.match(path)), None)

    def candidate(self, path: Path, within: PurePath) -> bool:
        """Whether a file can have any format; *within* is its path in the repository."""
        return any(each.candidate(within) for each in FORMATS) or self.format(path) is not None


def detect(file: File, assigned: Format | None = None, actions: bool = False) -> Format | None:
    """Return the format of a file, or None if no format claims it.

    Args:
        file: The file.
        assigned: The format that the configuration assigns to it, if any.
        actions: Whether the placeholder for a registry is a template action: then a manifest that Helm
            renders is read as a template, because the placeholder makes it one.
    """
    format = assigned or next((each for each in FORMATS if each.claims(file)), None)
    if format is not None and format.manifest and actions and is_in_chart(file):
        return next(each for each in FORMATS if each.templated)
    return format
