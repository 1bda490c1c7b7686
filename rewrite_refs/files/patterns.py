"""File patterns in the syntax of .gitignore."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class Patterns:
    """Patterns in the syntax of .gitignore, relative to a folder."""

    def __init__(self, folder: Path, lines: Sequence[str]) -> None:
        self._folder = folder
        self._lines = lines
        self._spec: GitIgnoreSpec | None = None

    def match(self, path: Path) -> bool:
        """Whether the patterns match a file, given by its absolute path."""
        if not self._lines:
            return False
        if self._spec is None:
            self._spec = gitignore_spec(self._lines)
        try:
            name = path.relative_to(self._folder).as_posix()
        except ValueError:
            return False
        return self._spec.match_file(name)


def check_pattern(pattern: str) -> str:
    """Return *pattern* if it is a valid .gitignore pattern.

    Raises:
        ValueError: It is not; the message states what to write.
    """
    try:
        gitignore_spec([pattern])
    except ValueError:
        raise ValueError(
            f"{pattern!r} is not a valid .gitignore pattern: use one such as vendor/ or **/*.tmpl"
        ) from None
    return pattern


def gitignore_spec(lines: Iterable[str]) -> GitIgnoreSpec:
    """Return the compiled lines of a .gitignore; raise ValueError for an invalid one."""
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)
