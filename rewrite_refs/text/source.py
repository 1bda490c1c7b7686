"""A text with the results of parsing it, each computed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

T = TypeVar("T")

# Bytes that a text takes for each of its characters once it was parsed: measured for trees of YAML.
_PARSED = 20


class Source:
    """The text of a file, shared by all code that reads it in a run.

    The results of parsing are kept with the text, so that finding references, proving an edit and
    judging other files parse it only once.  Callers must not change these results.

    Attributes:
        text: The decoded text; offsets count its characters from 0.
    """

    __slots__ = ("_derived", "_edited", "_readings", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._readings: dict[Callable[[str], object], object] = {}
        self._derived: dict[Callable[[Source], object], object] = {}
        self._edited: Source | None = None

    @property
    def weight(self) -> int:
        """The bytes that it takes with all that was read from it, roughly."""
        is_read = self._readings or self._derived
        edited = self._edited.weight if self._edited else 0
        return len(self.text) * (_PARSED if is_read else 1) + edited

    def edited(self, text: str) -> Source:
        """Return a source with another text; the same one where the last edit had the same result."""
        if text == self.text:
            return self
        if self._edited is None or self._edited.text != text:
            self._edited = Source(text)
        return self._edited

    def once(self, read: Callable[[str], T]) -> T:
        """Return ``read(text)``, computed on the first call.

        *read* must be a module-level function, not a lambda.  If it raises an error, it is called
        again, and raises again, each time.
        """
        if read not in self._readings:
            self._readings[read] = read(self.text)
        return cast(T, self._readings[read])

    def derived(self, read: Callable[[Source], T]) -> T:
        """Return ``read(self)``, computed on the first call; *read* may use other results."""
        if read not in self._derived:
            self._derived[read] = read(self)
        return cast(T, self._derived[read])
