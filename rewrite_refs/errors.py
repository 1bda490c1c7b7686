"""What can go wrong with an input; each is caught in one place and reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Problem(NamedTuple):
    """A part of a text that cannot be read.

    ``offset`` counts characters of the text.  ``template`` marks a part that is
    no failure of the file: another tool fills it in before anybody parses it.
    """

    offset: int
    message: str
    template: bool = False


class ParseError(Exception):
    """A text shows the marks of a format and cannot be read as it, in one part or more.

    A ``find`` raises it after it has yielded what stands in the other parts.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


class ConfigError(Exception):
    """The configuration or the command line is wrong, so nothing can run.

    The message holds the file and line, where there are any, and the remedy.
    """
