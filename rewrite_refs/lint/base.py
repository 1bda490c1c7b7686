"""What a rule of the lint says, and what every rule is."""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol

from rewrite_refs.engine.rewrite import Judged
from rewrite_refs.results import Severity

_DIGEST = re.compile(r"(@\w+:[0-9a-f]{8})[0-9a-f]{24,}")


class Said(NamedTuple):
    """What is wrong, in one sentence without a full stop, and what to do about it."""

    problem: str
    help: str | None = None


class Rule(Protocol):
    """What a module of a rule has; its docstring is the rule's manual."""

    @property
    def NAME(self) -> str:  # noqa: N802 - a module constant
        """The rule's name, for good."""

    @property
    def SEVERITY(self) -> Severity:  # noqa: N802
        """How bad it is where the configuration says nothing else."""

    @property
    def ON(self) -> bool:  # noqa: N802
        """Whether it is looked for where nobody asks for it."""

    @property
    def FIXABLE(self) -> bool:  # noqa: N802
        """Whether ``rewrite-refs rewrite`` can mend it."""

    __doc__: str | None


class VerdictRule(Rule, Protocol):
    """A rule that a verdict names as broken."""

    def says(self, judged: Judged) -> Said:
        """What it says of a reference that breaks it."""


class ReferenceRule(Rule, Protocol):
    """A rule about single references, whatever the verdict."""

    def says(self, judged: Judged) -> Said | None:
        """What it says of a reference, or None."""


def named(judged: Judged) -> str:
    """The reference as a sentence names it: a digest at its beginning alone, the whole stands in the file."""
    return _DIGEST.sub(r"\1...", judged.occurrence.text)


def use(judged: Judged) -> str | None:
    """What to write instead: the target, or why there is none."""
    verdict = judged.verdict
    if verdict.target is None:
        return verdict.reason
    return f"use {verdict.target}" if judged.done else f"{verdict.reason}; it would be {verdict.target}"
