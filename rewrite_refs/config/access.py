"""Restrictions on the files that may be read as configuration.

CI runs with the configuration of a stranger's pull request.  Such a configuration must not
make CI wait, fill its memory, or print the files of the machine.  So a
configuration, and a file that it extends, must be a regular file of the repository, of
limited size.  The user can allow more: folders with ``--allow-extends``, and
all files that a configuration named on the command line extends.

A symbolic link counts as the file that it leads to.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from rewrite_refs.files import io as files

LIMIT = 1_000_000  # bytes
# As many links as Linux follows for one name (path_resolution(7)).
_MAX_LINKS = 40
_OUTSIDE = "it is outside of the repository: allow its folder with --allow-extends DIR"


class Access(NamedTuple):
    """The folders whose files may be read as configuration."""

    repository: Path
    allowed: tuple[Path, ...] = ()

    def is_in_repository(self, path: Path) -> bool:
        """Whether a file belongs to the repository; git's own files in ``.git`` do not."""
        return self._has(Path(os.path.realpath(path)))

    def is_allowed(self, path: Path) -> bool:
        """Whether a file may be read that the user has not named."""
        real = Path(os.path.realpath(path))
        return self._has(real) or any(real.is_relative_to(os.path.realpath(each)) for each in self.allowed)

    def read(self, path: Path, free: bool = False) -> bytes:
        """Return the content of a configuration; *free* allows other folders as well.

        Raises:
            files.Unreadable: The file may not or cannot be read.  One that may not be is never opened.
        """
        try:
            if _is_special(path):
                raise files.Unreadable("it is a device, or a file that a process has opened")
            if not free and not self.is_allowed(path):
                raise files.Unreadable(_OUTSIDE)
        except ValueError:  # a NUL in it, or half a surrogate pair
            raise files.Unreadable("a file cannot have this name") from None
        return files.regular(path, LIMIT)

    def is_link_outside(self, path: Path) -> bool:
        """Whether a path of the repository is a link that leads out of it."""
        return self._has(Path(os.path.realpath(path.parent), path.name)) and not self.is_allowed(path)

    def _has(self, place: Path) -> bool:
        """Whether a resolved path is in the repository."""
        top = os.path.realpath(self.repository)
        return place.is_relative_to(top) and ".git" not in map(str.casefold, place.relative_to(top).parts)


def _is_special(path: Path) -> bool:
    """Whether a path leads through ``/dev`` or ``/proc``, such as ``/dev/stdin``.

    This holds whatever file it leads to at the moment.
    """
    for _ in range(_MAX_LINKS):
        place = Path(os.path.realpath(path.parent), path.name)
        if place.parts[1:2] in (("dev",), ("proc",)) and place.parts[2:3] != ("shm",):
            return True
        if not place.is_symlink():
            break
        path = place.parent / place.readlink()
    return False
