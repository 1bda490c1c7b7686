"""What a rule of the lint says, and what every rule is."""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol

from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.results import Severity

_DIGEST = re.compile(r"(@\w+:[0-9a-f]{8})[0-9a-f]{24,}")


class Message(NamedTuple):
    """What is wrong, in one sentence without a full stop, and what to do about it."""

    problem: str
    help: str | None = None


class LintRule(Protocol):
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


class VerdictRule(LintRule, Protocol):
    """A rule that a verdict names as broken."""

    def message(self, resolution: Resolution) -> Message:
        """What it says of a reference that breaks it."""


class ReferenceRule(LintRule, Protocol):
    """A rule about single references, whatever the verdict."""

    def message(self, resolution: Resolution) -> Message | None:
        """What it says of a reference, or None."""


def shortened(resolution: Resolution) -> str:
    """The reference as a sentence names it: a digest at its beginning alone, the whole stands in the file."""
    return _DIGEST.sub(r"\1...", resolution.occurrence.text)


def suggestion(resolution: Resolution) -> str | None:
    """What to write instead: the target, or why there is none."""
    verdict = resolution.verdict
    if verdict.target is None:
        return verdict.reason
    return f"use {verdict.target}" if resolution.done else f"{verdict.reason}; it would be {verdict.target}"
