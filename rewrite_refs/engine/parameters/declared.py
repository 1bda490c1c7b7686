"""Variables that a file declares at its top.

For example ``ARG REGISTRY=docker.io`` and ``FROM ${REGISTRY}/library/python:3.12``.  First, lines are
inserted and images of ``--from=`` get build stages, which changes nothing that is pulled.  Then the engine
rewrites the result.  Both steps are verified.  References that fail are left, and all is done again without
them, so that no unneeded line is inserted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from rewrite_refs.cache.verdict import Verdict
from rewrite_refs.engine import rewrite as engine
from rewrite_refs.engine.context import FileContext
from rewrite_refs.engine.parameters.names import names_for
from rewrite_refs.engine.parameters.requests import (
    Request,
    cache_address,
    mark_variables,
    merge_outcome,
    reject,
    request_for,
    resolve_target,
    substitute,
    with_variable,
)
from rewrite_refs.engine.plan import plan_edits
from rewrite_refs.engine.rewrite import UNSAFE, Judge, Resolution, Result
from rewrite_refs.engine.style import Style
from rewrite_refs.formats.variables import DeclaredView, ExtraStage, Prepared
from rewrite_refs.text.edits import Unplaceable
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence

FOREIGN = (
    "ARG {0} already has a default: remove it, or write the registry with that default, "
    "as in ${{{0}:-registry.example.com}}"
)


OWN_DEFAULT = (
    "${{{0}}} already has a value in this file, which a declaration would hide: "
    "rename the variable in the file"
)


class Task(NamedTuple):
    """A text whose variables are declared, with what is needed to rewrite it."""

    view: DeclaredView
    context: FileContext
    judge: Judge

    @property
    def style(self) -> Style:
        """How registries are written."""
        return self.context.style


class _Variable(NamedTuple):
    """A variable for the registry of a rule.

    Attributes:
        name: Its name.
        value: The address that it holds after the rewrite.
        default: The default to declare; None where the variable is declared already.
    """

    name: str
    value: str
    default: str | None = None


class _Pending(NamedTuple):
    """A request to rewrite one reference.

    Attributes:
        resolution: The reference and its verdict.
        request: How it is to be rewritten.
        address: The address of the cache.
        offset: The offset of the first edit; ``first_use`` of the view for a reference that gets a stage.
    """

    resolution: Resolution
    request: Request
    address: str
    offset: int


class _Draft(NamedTuple):
    """The lines to insert and the verdicts to carry out.

    Attributes:
        declared: The variables to declare, as ``NAME`` or ``NAME=default``.
        at_top: Whether an existing default already needs one of the new variables.
        verdicts: The verdict to carry out for each index.
    """

    declared: list[str]
    at_top: bool
    verdicts: dict[int, Verdict]


class _Rejected(Exception):
    """Some requests cannot be carried out; ``reasons`` are by their indices."""

    def __init__(self, reasons: Mapping[int, str]) -> None:
        super().__init__()
        self.reasons = reasons


def rewrite_styled(task: Task, resolutions: Sequence[Resolution]) -> Result:
    """Return the new text and the outcome of each resolution."""
    resolutions = [mark_variables(each, task.view, task.style) for each in resolutions]
    while True:
        requests = {}
        for index, resolution in enumerate(resolutions):
            if each := request_for(resolution, task.view, task.style):
                head = cache_address(resolution.verdict)
                requests[index] = _Pending(resolution, each, head, _first_offset(task.view, resolution, each))
        if not requests:
            return engine.carry_out(task.view.source, task.context, task.judge, resolutions)
        try:
            return _attempt(task, resolutions, requests)
        except _Rejected as failed:
            for index, reason in failed.reasons.items():
                resolutions[index] = reject(resolutions[index], _specific_reason(task, reason))


def _specific_reason(task: Task, reason: str) -> str:
    """Return why a reference is left: the given reason, or a more specific one."""
    defaults = _defaults(task.view)
    foreign = [
        name for name, held in task.style.variables if name in defaults and defaults[name] != (held or "")
    ]
    is_vague = reason in (UNSAFE, engine.PLACEHOLDER)
    return FOREIGN.format(foreign[0]) if foreign and is_vague else reason


def _attempt(task: Task, resolutions: Sequence[Resolution], requests: Mapping[int, _Pending]) -> Result:
    """Carry out all requests.

    Raises:
        _Rejected: Some requests have to be left.
    """
    groups: dict[str, list[int]] = {}
    for index, each in requests.items():
        if each.request.needs_stage:
            groups.setdefault(each.request.verdict.target or "", []).append(index)
    draft = _draft(task, requests)
    prepared, found = _prepared(task, resolutions, draft, list(groups.values()))

    fresh = (group[0] for group in groups.values())
    lifted = {index for group in groups.values() for index in group}
    kept = (index for index in range(len(resolutions)) if index not in lifted)
    order = [next(fresh if prepared.is_inserted(each.site) else kept) for each in found]
    decided = [
        Resolution(each, draft.verdicts.get(index, resolutions[index].verdict))
        for index, each in zip(order, found, strict=True)
    ]
    result = engine.carry_out(prepared.source, task.context, task.judge, decided)
    outcomes = dict(zip(order, result.resolutions, strict=True))
    outcomes |= {index: outcomes[group[0]] for group in groups.values() for index in group}
    failed = {
        index: outcomes[index].verdict.reason or UNSAFE for index in requests if not outcomes[index].done
    }
    failed = failed or _without_effect(task, result.source, order, requests)
    if failed:
        raise _Rejected(failed)
    return replace(
        result, resolutions=tuple(merge_outcome(one, outcomes[at]) for at, one in enumerate(resolutions))
    )


def _without_effect(
    task: Task, source: Source, order: Sequence[int], asked: Collection[int]
) -> dict[int, str]:
    """Return why some carried-out requests have no effect where they are written.

    Args:
        task: The text before the rewrite, and its context.
        source: The text after the rewrite.
        order: The index of the resolution for each reference of the new text.
        asked: The indices of the requests.
    """
    found = [each.occurrence for each in engine.inspect(source, task.context, task.judge)[0]]
    reasons = {index: task.view.unexpanded(each) for index, each in zip(order, found, strict=True)}
    return {index: reason for index, reason in reasons.items() if reason and index in asked}


def _prepared(
    task: Task, resolutions: Sequence[Resolution], draft: _Draft, groups: Sequence[Sequence[int]]
) -> tuple[Prepared, list[Occurrence]]:
    """Return the text with its lines inserted, and the references in it.

    *groups* are the indices of the resolutions that share a stage.

    Raises:
        _Rejected: A stage would change what something else pulls.
    """
    stages = task.view.stages([[resolutions[index].occurrence for index in group] for group in groups])

    def attempt(stages: Sequence[ExtraStage]) -> tuple[Prepared, list[Occurrence] | None]:
        prepared = task.view.prepared(draft.declared, draft.at_top, stages)
        return prepared, _proved(task, prepared, stages)

    prepared, found = attempt(stages)
    if found is None:
        bad = [group for group, stage in zip(groups, stages, strict=True) if attempt([stage])[1] is None]
        raise _Rejected(dict.fromkeys(chain(*(bad or groups or [list(draft.verdicts)])), UNSAFE))
    return prepared, found


def _proved(task: Task, prepared: Prepared, stages: Sequence[ExtraStage]) -> list[Occurrence] | None:
    """Return the references of a prepared text; None if they differ from the original."""
    view, format = task.view, task.context.format
    found = [each.occurrence for each in engine.inspect(prepared.source, task.context, task.judge)[0]]
    fresh = [each.text for each in found if prepared.is_inserted(each.site)]
    kept = [each.text for each in found if not prepared.is_inserted(each.site)]
    uses = [each for stage in stages for each in stage.uses]
    were = [each.text for each in view.occurrences if each not in uses]
    if (fresh, kept) != ([each.image for each in stages], were):
        return None
    outlines = list(format.outline(view.source)), list(format.outline(prepared.source))
    return found if prepared.is_same(*outlines) else None


def _draft(task: Task, requests: Mapping[int, _Pending]) -> _Draft:
    """Return what is to be written for all requests.

    Raises:
        _Rejected: Some requests would break a build.
    """
    view, style = task.view, task.style
    values = {name: default for name, default in style.variables if default}
    values |= _defaults(view)
    variables = _variables(task, list(requests.values()), values)
    verdicts: dict[int, Verdict] = {}
    broken: dict[int, str] = {}
    for index, each in requests.items():
        address = substitute(each.address, values)
        if each.request.rule is None:
            verdicts[index] = resolve_target(each.request.verdict, each.address, address)
        else:
            name, holds, _ = variables[each.request.rule]
            verdicts[index] = with_variable(each.request.verdict, f"${{{name}}}", holds, address)
        is_open = re.search(r"\$\{?(\w+)", address)
        if is_open and (verdicts[index].target or "").startswith(address):
            reason = view.missing_default(is_open[1])
            broken |= {index: reason} if reason else {}
    if broken:
        raise _Rejected(broken)

    new = {rule: each for rule, each in variables.items() if each.default is not None}
    texts = [each.default or "" for each in new.values()]
    texts += [change.text for verdict in verdicts.values() for change in verdict.changes]
    missing = _missing(task, "\n".join(texts))
    for name, default in style.variables:
        if any(name == each for each, _ in missing) and view.has_own_default(name, default):
            raise _Rejected(dict.fromkeys(requests, OWN_DEFAULT.format(name)))
    new_names = [name if default is None else f"{name}={default}" for name, default in missing]
    new_names += [f"{each.name}={each.default}" for each in new.values()]
    needy = [each for each in requests.values() if missing or each.request.rule in new]
    return _Draft(new_names, any(each.offset < view.first_use for each in needy), verdicts)


def _missing(task: Task, written: str) -> list[tuple[str, str | None]]:
    """Return the placeholder variables in *written* that the file does not declare."""
    declared = {each.name for each in task.view.declarations}
    names = set(re.findall(r"\$\{?(\w+)", written)) - declared
    # A default here would also become that of a bare ARG in a stage; the written text has the default anyway.
    return [
        (name, None if task.view.is_declared_bare(name) else default)
        for name, default in task.style.variables
        if name in names
    ]


def _variables(task: Task, requests: Sequence[_Pending], values: Mapping[str, str]) -> dict[str, _Variable]:
    """Return a variable for each rule that needs one, by the name of the rule."""
    through = {each.request.variable for each in requests}
    chosen: dict[str, _Variable] = {}
    for rule in dict.fromkeys(each.request.rule for each in requests if each.request.rule is not None):
        members = [each for each in requests if each.request.rule == rule]
        taken = {each.name for each in chosen.values()}
        names = (name for name in names_for(rule, task.style.names) if name not in taken)
        head, spot = members[0].address, min(each.offset for each in members)
        address = substitute(head, values)
        chosen[rule] = next(
            each
            for name in names
            if (each := _usable_variable(task, rule, name, head, address, spot, name in through))
        )
    return chosen


def _usable_variable(
    task: Task, rule: str, name: str, head: str, address: str, spot: int, is_edited: bool
) -> _Variable | None:
    """Return a variable of a given name for a rule; None if it has another meaning.

    A variable that the file declares is usable if it is declared before the first use and
    holds the upstream or the cache.

    Args:
        task: The text and its context.
        rule: The name of the rule.
        name: The name of the variable.
        head: The address of the cache as it is written.
        address: The address of the cache with the values of its variables.
        spot: The offset of the first use.
        is_edited: Whether the default of the variable is to become the cache.
    """
    upstream = task.style.upstream
    if not task.view.is_used(name):
        return _Variable(name, *((rule, rule) if upstream else (address, head)))
    declared = [each for each in task.view.declarations if each.name == name]
    if len(declared) != 1 or declared[0].start > spot:
        return None
    held = declared[0].default
    if held == address or (held == rule and is_edited and not upstream):
        return _Variable(name, address)
    return _Variable(name, rule) if held == rule and upstream else None


def _first_offset(view: DeclaredView, resolution: Resolution, request: Request) -> int:
    if request.needs_stage:
        return view.first_use
    try:
        edits = plan_edits(view.source.text, resolution.occurrence, request.verdict)
    except Unplaceable:  # the engine leaves and reports it later
        return view.first_use
    return min(edit.start for edit in edits)


def _defaults(view: DeclaredView) -> dict[str, str]:
    """Return the variables that a text declares with a default."""
    return {each.name: each.default for each in view.declarations if each.default is not None}
