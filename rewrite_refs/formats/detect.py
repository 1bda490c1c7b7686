"""Which format a file has: the one that the configuration assigns, or the first that claims it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from rewrite_refs.files.patterns import Patterns
from rewrite_refs.formats import BY_NAME, FORMATS
from rewrite_refs.formats.base import File, Format
from rewrite_refs.formats.template import is_in_chart


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


def detect(file: File, assigned: Format | None = None, actions: bool = False) -> Format | None:
    """Return the format of a file, or None where it has the marks of none.

    Args:
        file: The file.
        assigned: The format that the configuration gives it, if it does.
        actions: Whether the placeholder for a registry is an action of a template: then a manifest that
            Helm renders is a template, for it is to get one.
    """
    format = assigned or next((each for each in FORMATS if each.claims(file)), None)
    if format is not None and format.manifest and actions and is_in_chart(file):
        return next(each for each in FORMATS if each.templated)
    return format
