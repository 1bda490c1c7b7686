"""A text with what was read from it, each reading done once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

T = TypeVar("T")


class Source:
    """The text of a file, for everyone who asks about it in a run.

    What is read from the text is kept with it, so that finding references, proving an edit and
    judging other files parse it once.  A reading must not be changed by those who get it.

    Attributes:
        text: The decoded text; offsets count its characters from 0.
    """

    __slots__ = ("_derived", "_readings", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._readings: dict[Callable[[str], object], object] = {}
        self._derived: dict[Callable[[Source], object], object] = {}

    def once(self, read: Callable[[str], T]) -> T:
        """Return ``read(text)``, computed the first time; *read* is a function of a module, not a lambda.

        What *read* raises is raised each time.
        """
        if read not in self._readings:
            self._readings[read] = read(self.text)
        return cast(T, self._readings[read])

    def derived(self, read: Callable[[Source], T]) -> T:
        """Return ``read(self)``, computed the first time: a reading that builds on others of this text."""
        if read not in self._derived:
            self._derived[read] = read(self)
        return cast(T, self._derived[read])
