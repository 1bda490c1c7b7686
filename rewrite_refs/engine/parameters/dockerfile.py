"""Dockerfiles: ``ARG REGISTRY=docker.io`` and ``FROM ${REGISTRY}/library/python:3.12``.

First lines are inserted and images of ``--from=`` get stages, which changes
nothing that is pulled; then the engine rewrites what came of that.  Both are
proved.  What fails is left, and all is done again without it, so that no line
is there for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from rewrite_refs.cache.verdict import Verdict
from rewrite_refs.engine import rewrite as engine
from rewrite_refs.engine.parameters.names import names_for
from rewrite_refs.engine.parameters.requests import Wish, head_of, named, refused, resolved, settled, wish
from rewrite_refs.engine.parameters.style import Style
from rewrite_refs.engine.plan import planned
from rewrite_refs.engine.rewrite import UNSAFE, Judge, Judged, Result
from rewrite_refs.formats import Format
from rewrite_refs.formats.dockerfile.variables import CHECKED, QUOTED, Lift, Prepared, View, is_same
from rewrite_refs.text.edits import Unplaceable
from rewrite_refs.text.spans import Occurrence

FOREIGN = (
    "ARG {0} has a default of its own: remove it, or write the registry with that default, "
    "as in ${{{0}:-registry.example.com}}"
)


OWN_DEFAULT = (
    "${{{0}}} has a value of its own in this file, which would go once it is declared: "
    "call the one in the file something else"
)


class Task(NamedTuple):
    """A Dockerfile, and how it is to be rewritten."""

    view: View
    format: Format
    judge: Judge
    style: Style


class _Variable(NamedTuple):
    """A variable for the registry of a rule and what it holds then; ``default`` declares one that is new."""

    name: str
    holds: str
    default: str | None = None


class _Asked(NamedTuple):
    """A wish about a finding; ``head`` is the address of the cache, ``spot`` the offset of the first edit.

    What gets a stage of its own has its spot there, at the first ``FROM``.
    """

    finding: Judged
    wish: Wish
    head: str
    spot: int


class _Draft(NamedTuple):
    """What is to be written: the *arguments* of new ARGs, and for each index the verdict to carry out.

    ``early`` tells that the default of an ARG that is there needs one of the new ones.
    """

    arguments: list[str]
    early: bool
    verdicts: dict[int, Verdict]


class _Failed(Exception):
    """Some wishes cannot be carried out; ``reasons`` says why, by their indices."""

    def __init__(self, reasons: Mapping[int, str]) -> None:
        super().__init__()
        self.reasons = reasons


def rewritten(task: Task, findings: Sequence[Judged]) -> Result:
    """The new text, and what became of each of the findings, which were ``seen``."""
    findings = list(findings)
    while True:
        asked = {}
        for index, finding in enumerate(findings):
            if each := wish(finding, task.view, task.style):
                head = head_of(finding.verdict)
                asked[index] = _Asked(finding, each, head, _spot(task.view, finding, each))
        if not asked:
            return engine.carry_out(task.view.text, task.format, task.judge, findings)
        try:
            return _attempt(task, findings, asked)
        except _Failed as failed:
            for index, reason in failed.reasons.items():
                findings[index] = refused(findings[index], _told_apart(task, reason))


def told(finding: Judged, outcome: Judged) -> Judged:
    """A finding with what became of it."""
    verdict = replace(finding.verdict, reason=outcome.verdict.reason)
    return replace(finding, verdict=verdict, done=outcome.done)


def _told_apart(task: Task, reason: str) -> str:
    """The reason why a reference is left, or a better one where it may be any use of its text."""
    defaults = {each.name: each.value for each in task.view.defaults if each.value.pieces is not None}
    foreign = [
        name
        for name, held in task.style.variables
        if name in defaults and defaults[name].text != (held or "")
    ]
    is_vague = reason in (UNSAFE, engine.PLACEHOLDER)
    return FOREIGN.format(foreign[0]) if foreign and is_vague else reason


def _attempt(task: Task, findings: Sequence[Judged], asked: Mapping[int, _Asked]) -> Result:
    """Carry out all that was asked for.  Raises _Failed with what of it has to be left."""
    groups: dict[str, list[int]] = {}
    for index, each in asked.items():
        if each.wish.lift:
            groups.setdefault(each.wish.verdict.target or "", []).append(index)
    draft = _draft(task, asked)
    prepared, found = _prepared(task, findings, draft, list(groups.values()))

    fresh = (group[0] for group in groups.values())
    lifted = {index for group in groups.values() for index in group}
    kept = (index for index in range(len(findings)) if index not in lifted)
    order = [next(fresh if prepared.is_inserted(each.site) else kept) for each in found]
    decided = [
        Judged(each, draft.verdicts.get(index, findings[index].verdict))
        for index, each in zip(order, found, strict=True)
    ]
    result = engine.carry_out(prepared.text, task.format, task.judge, decided)
    outcomes = dict(zip(order, result.findings, strict=True))
    outcomes |= {index: outcomes[group[0]] for group in groups.values() for index in group}
    failed = {index: outcomes[index].verdict.reason or UNSAFE for index in asked if not outcomes[index].done}
    failed = failed or _quoted(task, result.text, order, asked)
    if failed:
        raise _Failed(failed)
    return replace(result, findings=tuple(told(one, outcomes[at]) for at, one in enumerate(findings)))


def _quoted(task: Task, text: str, order: Sequence[int], asked: Collection[int]) -> dict[int, str]:
    """Why some wishes that were carried out in *text* are none: no variable counts where they are written.

    *order* has the indices of the references of the text.
    """
    found = [each.occurrence for each in engine.inspect(text, task.format, task.judge)[0]]
    return {
        index: QUOTED
        for index, each in zip(order, found, strict=True)
        if index in asked and any(piece.known and "$" in piece.text for piece in each.pieces)
    }


def _prepared(
    task: Task, findings: Sequence[Judged], draft: _Draft, groups: Sequence[Sequence[int]]
) -> tuple[Prepared, list[Occurrence]]:
    """The text with its lines inserted, and the references in it.

    *groups* are the findings that get a stage together.  Raises _Failed where a
    stage would change what something else pulls.
    """
    lifts = task.view.lifted([[findings[index].occurrence for index in group] for group in groups])

    def attempt(lifts: Sequence[Lift]) -> tuple[Prepared, list[Occurrence] | None]:
        prepared = task.view.prepared(draft.arguments, draft.early, lifts)
        return prepared, _proved(task, prepared, lifts)

    prepared, found = attempt(lifts)
    if found is None:
        bad = [group for group, lift in zip(groups, lifts, strict=True) if attempt([lift])[1] is None]
        raise _Failed(dict.fromkeys(chain(*(bad or groups or [list(draft.verdicts)])), UNSAFE))
    return prepared, found


def _proved(task: Task, prepared: Prepared, lifts: Sequence[Lift]) -> list[Occurrence] | None:
    """The references of a prepared text; None where they are not the ones that they were."""
    view, format = task.view, task.format
    found = [each.occurrence for each in engine.inspect(prepared.text, format, task.judge)[0]]
    fresh = [each.text for each in found if prepared.is_inserted(each.site)]
    kept = [each.text for each in found if not prepared.is_inserted(each.site)]
    uses = [each for lift in lifts for each in lift.occurrences]
    were = [each.text for each in view.occurrences if each not in uses]
    if (fresh, kept) != ([each.image for each in lifts], were):
        return None
    outlines = list(format.outline(view.text)), list(format.outline(prepared.text))
    return found if is_same(*outlines, prepared) else None


def _draft(task: Task, asked: Mapping[int, _Asked]) -> _Draft:
    """What is to be written for all that was asked for.  Raises _Failed with what of it breaks a build."""
    view, style = task.view, task.style
    values = {name: default for name, default in style.variables if default}
    values |= {each.name: each.value.text for each in view.defaults if each.value.pieces is not None}
    variables = _variables(task, list(asked.values()), values)
    verdicts: dict[int, Verdict] = {}
    broken: dict[int, str] = {}
    for index, each in asked.items():
        address = resolved(each.head, values)
        if each.wish.rule is None:
            verdicts[index] = settled(each.wish.verdict, each.head, address)
        else:
            name, holds, _ = variables[each.wish.rule]
            verdicts[index] = named(each.wish.verdict, f"${{{name}}}", holds, address)
        is_open = re.search(r"\$\{?(\w+)", address)
        if is_open and (verdicts[index].target or "").startswith(address) and view.refuses_missing_defaults:
            broken[index] = CHECKED.format(is_open[1])
    if broken:
        raise _Failed(broken)

    new = {rule: each for rule, each in variables.items() if each.default is not None}
    texts = [each.default or "" for each in new.values()]
    texts += [change.text for verdict in verdicts.values() for change in verdict.changes]
    missing = _missing(task, "\n".join(texts))
    for name, default in style.variables:
        if any(name == each for each, _ in missing) and view.has_own_default(name, default):
            raise _Failed(dict.fromkeys(asked, OWN_DEFAULT.format(name)))
    arguments = [name if default is None else f"{name}={default}" for name, default in missing]
    arguments += [f"{each.name}={each.default}" for each in new.values()]
    needy = [each for each in asked.values() if missing or each.wish.rule in new]
    return _Draft(arguments, any(each.spot < view.first_from for each in needy), verdicts)


def _missing(task: Task, written: str) -> list[tuple[str, str | None]]:
    """The variables of a placeholder that are *written* and that the file does not declare."""
    declared = {each.name for each in task.view.defaults}
    names = set(re.findall(r"\$\{?(\w+)", written)) - declared
    # A default here would become that of an ARG in a stage; what is written has it as well.
    return [
        (name, None if task.view.is_declared_bare(name) else default)
        for name, default in task.style.variables
        if name in names
    ]


def _variables(task: Task, asked: Sequence[_Asked], values: Mapping[str, str]) -> dict[str, _Variable]:
    """A variable for each rule that needs one."""
    through = {each.wish.through for each in asked}
    chosen: dict[str, _Variable] = {}
    for rule in dict.fromkeys(each.wish.rule for each in asked if each.wish.rule is not None):
        members = [each for each in asked if each.wish.rule == rule]
        taken = {each.name for each in chosen.values()}
        names = (name for name in names_for(rule, task.style.names) if name not in taken)
        head, spot = members[0].head, min(each.spot for each in members)
        address = resolved(head, values)
        chosen[rule] = next(
            each
            for name in names
            if (each := _usable(task, rule, name, head, address, spot, name in through))
        )
    return chosen


def _usable(
    task: Task, rule: str, name: str, head: str, address: str, spot: int, is_edited: bool
) -> _Variable | None:
    """A variable of a *name* for a rule; None where the name means something else.

    One that the file declares serves if it stands before the first use, at
    *spot*, and holds the upstream, or the *address* that the cache's *head*
    stands for; *is_edited* tells that it will hold that.
    """
    upstream = task.style.upstream
    if not task.view.is_used(name):
        return _Variable(name, *((rule, rule) if upstream else (address, head)))
    defaults = [each for each in task.view.defaults if each.name == name]
    if len(defaults) != 1 or defaults[0].value.pieces is None or defaults[0].start > spot:
        return None
    held = defaults[0].value.text
    if held == address or (held == rule and is_edited and not upstream):
        return _Variable(name, address)
    return _Variable(name, rule) if held == rule and upstream else None


def _spot(view: View, finding: Judged, wish: Wish) -> int:
    if wish.lift:
        return view.first_from
    try:
        edits = planned(view.text, finding.occurrence, wish.verdict)
    except Unplaceable:  # it will be left for that
        return view.first_from
    return min(edit.start for edit in edits)
