"""The errors in an input; each is caught in one place and reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Problem(NamedTuple):
    """A part of a text that cannot be read.

    Attributes:
        offset: The position in characters from the start of the text.
        message: What is wrong.
        template: True if the part is not an error in the file, because another
            tool fills it in before the file is parsed.
    """

    offset: int
    message: str
    template: bool = False


class ParseError(Exception):
    """A text looks like a format, but at least one part of it is not valid.

    The ``find`` function of a format raises it after it has yielded the
    occurrences in the other parts.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


class ConfigError(Exception):
    """The configuration or the command line is invalid, so nothing can run.

    The message contains the file and line, if there are any, and the remedy.
    """
