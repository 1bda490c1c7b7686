"""What is to be done about one reference, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rewrite_refs.images.reference import Reference
from rewrite_refs.text.edits import Change

Status = Literal["direct", "wrong", "cached", "unmapped", "own", "unresolved", "ignored"]


# Why a reference is not as it should be, by the name of the rule of the lint.
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
    """What is to be done about one reference.

    ``changes`` turn the resolved text into ``target``; both are empty where
    nothing is to be done.  ``reason`` says why a reference stays, or what is wrong with it.  ``as_new_name``
    leaves the name as it is and puts the new one beside it.  ``status_after`` is what is
    to be said of it after the changes, and ``fallback`` what to do where these
    cannot be proved right.  ``placeholder`` is the one for the registry that
    goes, if the reference has one.  ``own_code`` is what the reference breaks where
    the status does not say it, and of an ignored one what it would break;
    ``reported_elsewhere`` tells that it breaks nothing here, because what is to be said of it
    is said where it comes from.
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
    def codes(self) -> tuple[LintCode, ...]:
        """The rules by which a comment can mean it: what it breaks, and what its status alone would say."""
        status = _CODES.get(self.status)
        return tuple({each: None for each in (self.code, status) if each and self.code})

    @property
    def code(self) -> LintCode | None:
        """The rule of the lint that the reference breaks, if any."""
        return None if self.reported_elsewhere else self.own_code or _CODES.get(self.status)


def apply_changes(text: str, changes: Sequence[Change]) -> str:
    """A resolved *text* after *changes*, which are in order."""
    for change in reversed(changes):
        text = text[: change.start] + change.text + text[change.end :]
    return text
