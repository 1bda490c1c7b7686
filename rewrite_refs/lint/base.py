"""The interface of lint rules, and texts that their messages share."""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol

from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.results import Severity

_DIGEST = re.compile(r"(@\w+:[0-9a-f]{8})[0-9a-f]{24,}")


class Message(NamedTuple):
    """The problem, in one sentence without a full stop, and how to fix it."""

    problem: str
    help: str | None = None


class LintRule(Protocol):
    """The interface of a rule's module; its docstring is the rule's manual."""

    @property
    def NAME(self) -> str:  # noqa: N802 - a module constant
        """The name of the rule, which never changes."""

    @property
    def SEVERITY(self) -> Severity:  # noqa: N802
        """The severity where the configuration sets no other."""

    @property
    def ON(self) -> bool:  # noqa: N802
        """Whether the rule is checked by default."""

    @property
    def FIXABLE(self) -> bool:  # noqa: N802
        """Whether ``rewrite-refs rewrite`` can fix a violation."""

    __doc__: str | None


class VerdictRule(LintRule, Protocol):
    """A rule whose violations are named by the verdict."""

    def message(self, resolution: Resolution) -> Message:
        """Return the message for a reference that violates the rule."""


class ReferenceRule(LintRule, Protocol):
    """A rule about single references, whatever the verdict."""

    def message(self, resolution: Resolution) -> Message | None:
        """Return the message for a reference, or None."""


def shortened(resolution: Resolution) -> str:
    """Return the reference for a message; only the beginning of a digest is kept."""
    return _DIGEST.sub(r"\1...", resolution.occurrence.text)


def suggestion(resolution: Resolution) -> str | None:
    """Return what to write instead: the target, or why there is none."""
    verdict = resolution.verdict
    if verdict.target is None:
        return verdict.reason
    return f"use {verdict.target}" if resolution.done else f"{verdict.reason}; it would be {verdict.target}"
