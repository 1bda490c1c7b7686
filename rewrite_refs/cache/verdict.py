"""The verdict on a reference: how it is to be changed, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rewrite_refs.images.reference import Reference
from rewrite_refs.text.edits import Change

Status = Literal["direct", "wrong", "cached", "unmapped", "own", "unresolved", "ignored"]


# The names of the lint rules that a reference can violate.
LintCode = Literal[
    "direct-upstream",
    "lambda-image",
    "missing-library",
    "needless-library",
    "no-rule",
    "pull-before-login",
    "shared-value-conflict",
    "uncacheable-registry",
    "unknown-prefix",
    "unresolved-reference",
    "wrong-region",
]


_CODES: Mapping[Status, LintCode] = {"direct": "direct-upstream", "unresolved": "unresolved-reference"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one reference.

    Attributes:
        status: How the reference relates to the cache.
        reference: The normalised reference, or None if it cannot be parsed.
        rule: The name of the cache rule that applies.
        target: The new text, or None if there is nothing to change.
        changes: The changes that turn the resolved text into ``target``.
        reason: Why the reference is left unchanged, or what is wrong with it.
        as_new_name: Whether the name is kept and the new one is added next to it.
        status_after: The expected status after the changes.
        fallback: The verdict to try if these changes cannot be proved right.
        placeholder: The placeholder for the registry that is removed, if any.
        own_code: The violated lint rule if it does not follow from the status; for
            an ignored reference, the rule that it would violate.
        reported_elsewhere: Whether no rule is violated here, because the problem
            is reported where the value comes from.
    """

    status: Status
    reference: Reference | None = None
    rule: str | None = None
    target: str | None = None
    changes: tuple[Change, ...] = ()
    reason: str | None = None
    as_new_name: bool = False
    status_after: Status = "cached"
    fallback: Verdict | None = None
    placeholder: str | None = None
    own_code: LintCode | None = None
    reported_elsewhere: bool = False

    @property
    def is_in_other_region(self) -> bool:
        """Whether it is in the cache of another region, where it stays: the file may belong to it."""
        return self.own_code == "wrong-region" and self.rule is None

    @property
    def codes(self) -> tuple[LintCode, ...]:
        """The lint rules that an ignore comment can name: ``code`` and the status's."""
        status = _CODES.get(self.status)
        return tuple({each: None for each in (self.code, status) if each and self.code})

    @property
    def code(self) -> LintCode | None:
        """The lint rule that the reference violates, if any."""
        return None if self.reported_elsewhere else self.own_code or _CODES.get(self.status)


def apply_changes(text: str, changes: Sequence[Change]) -> str:
    """Return a resolved *text* with *changes* applied; these must be sorted."""
    for change in reversed(changes):
        text = text[: change.start] + change.text + text[change.end :]
    return text
