"""Find, judge, edit and verify, for one text.  Pure: text in, text out.

A check is a rewrite whose result is not written, and a diff is one whose result
is printed, so the modes cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rewrite_refs.cache.verdict import LintCode, Verdict
from rewrite_refs.engine.context import FileContext
from rewrite_refs.engine.ignores import WORD, Comments, comments, lines_of
from rewrite_refs.engine.plan import Plan, plan_edits
from rewrite_refs.errors import Problem
from rewrite_refs.formats.base import Format
from rewrite_refs.images.placeholders import is_placeholder, resolved, without_actions
from rewrite_refs.text.edits import Edit, Overlap, Unplaceable, combined, splice
from rewrite_refs.text.lines import Lines
from rewrite_refs.text.outline import Token, same_but
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence
from rewrite_refs.yaml import tree

Judge = Callable[[Occurrence], Verdict]

UNSAFE = "the new text would change the meaning of another use of it"
PLACEHOLDER = (
    "the placeholder for the registry is not allowed here: quote the text, "
    "or set another registry for these files in overrides"
)


@dataclass(frozen=True, slots=True)
class Resolution:
    """An occurrence, its verdict and whether the verdict was carried out.

    Attributes:
        occurrence: The reference in the old text.
        verdict: The decision; where it has a target and ``done`` is False, its reason states why.
        done: Whether the new text contains the target.
        edits: The edits of the text that carry out the verdict, where edits alone can do it.  Those of
            references that share a location with this one are included.
    """

    occurrence: Occurrence
    verdict: Verdict
    done: bool = False
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """The new text of a file and its resolutions, in order.

    The text is the old one where nothing changes.
    """

    source: Source
    resolutions: tuple[Resolution, ...]
    problems: tuple[Problem, ...]

    @property
    def text(self) -> str:
        """The characters of the new text."""
        return self.source.text


def inspect(
    source: Source, context: FileContext, judge: Judge
) -> tuple[list[Resolution], tuple[Problem, ...]]:
    """Return every reference of a text with its verdict, and the parse problems."""
    occurrences, problems = context.format.found(source)
    return list(
        apply_ignores(source, context, [Resolution(each, judge(each)) for each in occurrences])
    ), problems


def apply_ignores(
    source: Source, context: FileContext, resolutions: Sequence[Resolution]
) -> Sequence[Resolution]:
    """Return the resolutions of a text; those with an ignore comment become ignored."""
    if WORD not in source.text or not resolutions:
        return resolutions
    lines = source.once(Lines)
    found = comments(source, context.format.comments == "own-line")
    return [_apply_ignore(each, found, lines) for each in resolutions]


def _apply_ignore(resolution: Resolution, found: Comments, lines: Lines) -> Resolution:
    verdict = resolution.verdict
    if resolution.done or not (verdict.code or verdict.changes) or verdict.status == "ignored":
        return resolution
    comment = found.covering(lines_of(resolution.occurrence, lines), verdict.codes)
    if comment is None:
        return resolution
    reason = f"ignored by a comment: {comment.reason}" if comment.reason else "ignored by a comment"
    ignored = Verdict("ignored", verdict.reference, reason=reason, own_code=verdict.code)
    return Resolution(resolution.occurrence, ignored)


def rewrite(source: Source, context: FileContext, judge: Judge) -> Result:
    """Rewrite the references that the rules map, as far as the result can be verified.

    The other references stay unchanged, and their verdicts state why.
    """
    resolutions, problems = inspect(source, context, judge)
    return carry_out(source, context, judge, resolutions, problems)


def carry_out(
    source: Source,
    context: FileContext,
    judge: Judge,
    decided: Sequence[Resolution],
    problems: tuple[Problem, ...] = (),
) -> Result:
    """Carry out the decided verdicts of a text, as far as the result can be verified.

    Where a verdict fails and has a fallback, all is done again with the fallback.

    Args:
        source: The text.
        context: The file of the text.
        judge: Judges a reference of the new text.
        decided: The verdict on every reference of the text, in order.
        problems: The parse problems of the text; the result contains them.
    """
    resolutions = list(decided)
    plans: dict[int, Plan] = {}
    for index, resolution in enumerate(resolutions):
        if resolution.verdict.changes:
            try:
                plans[index] = plan_edits(source.text, resolution.occurrence, resolution.verdict)
            except Unplaceable as error:
                resolutions[index] = _not_rewritten(resolution, str(error))
    proved = _apply_together(_Attempt(source, context.format, judge, resolutions), plans)
    edits = _edits(proved.plans)
    for index, resolution in enumerate(resolutions):
        if index in proved.plans:
            verdict = replace(resolution.verdict, reason=None)
            resolutions[index] = Resolution(resolution.occurrence, verdict, True, edits[index])
        elif index in plans:
            shared = _shared_value_reason(resolutions, plans, index)
            if shared is None and is_placeholder(_target_registry(resolution)):
                resolutions[index] = _not_rewritten(resolution, PLACEHOLDER)
            else:
                resolutions[index] = _not_rewritten(resolution, shared or UNSAFE, "shared-value-conflict")
    others = [
        old.verdict.fallback if old.verdict.changes and not new.done else None
        for old, new in zip(decided, resolutions, strict=True)
    ]
    if any(others):
        again = [
            replace(each, verdict=other) if other else each
            for each, other in zip(decided, others, strict=True)
        ]
        return carry_out(source, context, judge, again, problems)
    return Result(proved.source, tuple(resolutions), problems)


@dataclass(frozen=True)
class _Attempt:
    """The parts that all attempts to carry out plans on one text have in common."""

    source: Source
    format: Format
    judge: Judge
    resolutions: Sequence[Resolution]

    @cached_property
    def outline(self) -> list[Token]:
        """The outline of the old text."""
        return list(self.format.outline(self.source))

    def apply(self, plans: dict[int, Plan]) -> Source | None:
        """Return the text with some plans carried out, or None if it cannot be verified.

        Verified means: the references found in the new text are the wanted ones,
        one to one; those that were rewritten now go through the cache; nothing
        else of the parsed document differs; and YAML is still YAML.
        """
        if not plans:
            return self.source
        try:
            edits = combined(plans.values())
            new = self.source.edited(splice(self.source.text, edits))
            found, _ = self.format.found(new)
        except Overlap:
            return None
        if len(found) != len(self.resolutions) or self._breaks_yaml(edits, new):
            return None
        for index, (resolution, after) in enumerate(zip(self.resolutions, found, strict=True)):
            if index in plans:
                wanted = resolved(resolution.verdict.target or "")
                if resolved(after.text) != wanted or not _is_as_intended(
                    resolution.verdict, self.judge(after)
                ):
                    return None
            elif after.text != resolution.occurrence.text:
                return None
        return new if self._keeps_the_rest(edits, new) else None

    def _breaks_yaml(self, edits: Sequence[Edit], new: Source) -> bool:
        """Whether the braces of a placeholder have made YAML unreadable.

        Formats read them as a host, so finding the references again does not show it.
        """
        if self.format.syntax != "yaml" or not any("{" in each.text for each in edits):
            return False
        return _count_invalid(new) > _count_invalid(self.source)

    def _keeps_the_rest(self, edits: Sequence[Edit], new: Source) -> bool:
        """Whether the parsed document differs by the edits alone."""
        if not self.format.templated:
            return same_but(self.outline, self.format.outline(new), edits)
        # In templates, actions are not part of the YAML: those of a placeholder are compared as letters.
        text = self.source.text
        kept = [Edit(*each[:2], without_actions(text[each.start : each.end])) for each in edits]
        old = splice(text, kept)
        edits = [edit._replace(text=without_actions(edit.text)) for edit in edits]
        outline = self.outline if old == text else list(self.format.outline(Source(old)))
        changed = splice(old, edits)
        new = new if changed == new.text else Source(changed)
        return same_but(outline, self.format.outline(new), edits)


@dataclass(frozen=True, slots=True)
class _Proved:
    """Plans that were carried out together, and the verified text."""

    plans: dict[int, Plan]
    source: Source


def _apply_together(attempt: _Attempt, plans: dict[int, Plan]) -> _Proved:
    """Carry out as many of the plans as can be carried out together.

    Occurrences that share a location succeed or fail together, unless one of them
    can put a literal head in front of the variable that they share.  Groups
    that fail are found by halving.
    """
    proved = _Proved({}, attempt.source)
    pending = [_groups(plans)]
    while pending:
        groups = pending.pop()
        wanted = {index: plans[index] for group in groups for index in group}
        new = attempt.apply(proved.plans | wanted)
        if new is not None:
            proved = _Proved(proved.plans | wanted, new)
        elif len(groups) > 1:
            middle = len(groups) // 2
            pending += [groups[middle:], groups[:middle]]
        else:
            proved = _apply_singly(attempt, proved, wanted)
    return proved


def _apply_singly(attempt: _Attempt, proved: _Proved, plans: dict[int, Plan]) -> _Proved:
    """Carry out each plan of a group that fails as a whole by itself, if possible.

    Each is tried as planned first, then with a literal head in front of its variable.
    """
    for index, plan in plans.items():
        for each in (plan, _head_before_variable(attempt.resolutions[index])):
            wanted = proved.plans | {index: each} if each else proved.plans
            new = attempt.apply(wanted) if each else None
            if new is not None:
                proved = _Proved(wanted, new)
                break
    return proved


def _shared_value_reason(resolutions: Sequence[Resolution], plans: dict[int, Plan], index: int) -> str | None:
    """Return why a reference stays because another reference contains its registry."""
    for edit in plans.get(index, ()):
        for number, other in enumerate(resolutions):
            spans = [piece.span for piece in other.occurrence.pieces if piece.span and piece.known]
            covers = any(span.start <= edit.start < span.end and edit.end <= span.end for span in spans)
            if number != index and covers and edit not in plans.get(number, ()):
                elsewhere = "maps to another registry" if other.verdict.changes else "stays unchanged"
                return (
                    f"the registry is shared with {other.occurrence.text}, which {elsewhere}: "
                    "use a separate value for each"
                )
    return None


def _is_as_intended(before: Verdict, after: Verdict) -> bool:
    """Whether the new text resolves as the verdict intended.

    A reference that the configuration ignores need not count as direct afterwards; one that is to go
    through the cache must count as cached.
    """
    return after.status == before.status_after or (
        after.status == "ignored" and before.status_after != "cached"
    )


def _groups(plans: dict[int, Plan]) -> list[list[int]]:
    """Return the indices of the plans, grouped by the locations that they share."""
    by_place: dict[int, list[int]] = {}
    groups: list[list[int]] = []
    for index, edits in plans.items():
        joined = [index]
        for other in {
            id(by_place[e.start]): by_place[e.start] for e in edits if e.start in by_place
        }.values():
            joined = [*other, *joined]
            groups.remove(other)
        groups.append(joined)
        for member in joined:
            by_place.update((edit.start, joined) for edit in plans[member])
    return groups


def _edits(plans: dict[int, Plan]) -> dict[int, tuple[Edit, ...]]:
    """Return the edits of each plan together with those of the plans in its group."""
    return {
        index: tuple(combined(plans[member] for member in group))
        for group in _groups(plans)
        for index in group
    }


def _head_before_variable(resolution: Resolution) -> Plan | None:
    """Return the edit that puts the whole head before a reference's leading variable.

    Return None where the reference has no place for it, or where a change is not an insertion at its start.
    """
    front, changes = resolution.occurrence.head_offset, resolution.verdict.changes
    if front is None or any(change.start or change.end for change in changes):
        return None
    return (Edit(front, front, "".join(change.text for change in changes)),)


def _count_invalid(source: Source) -> int:
    """Return the number of documents in a text that are not valid YAML."""
    return sum(not document.is_readable for document in source.once(tree.documents))


def _target_registry(resolution: Resolution) -> str:
    """Return the registry of the target of a resolution."""
    return (resolution.verdict.target or "").partition("/")[0]


def _not_rewritten(resolution: Resolution, reason: str, code: LintCode | None = None) -> Resolution:
    verdict = resolution.verdict
    return replace(resolution, verdict=replace(verdict, reason=reason, own_code=code or verdict.own_code))
