"""Requests: how one reference whose registry goes into a variable is rewritten."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from rewrite_refs.cache.verdict import Verdict, apply_changes
from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.engine.style import Style
from rewrite_refs.formats.variables import View
from rewrite_refs.images.reference import name_of
from rewrite_refs.text.edits import Change
from rewrite_refs.text.spans import Occurrence

THROUGH = "through {}, whose default is the upstream"
SYNTAX = "a syntax directive cannot contain a variable: pass --build-arg BUILDKIT_SYNTAX={}"
MISSING_PATH = "{} holds the registry without the path that the rule for {} replaces: add that path to it"

_VARIABLE = re.compile(r"\$(?:(?P<plain>\w+)|\{(?P<braced>\w+)(?::?-(?P<default>[^{}$]*))?\})", re.ASCII)


class Request(NamedTuple):
    """A request to rewrite one reference.

    Attributes:
        verdict: The verdict whose changes are to be made.
        rule: The rule whose variable the changes are to name instead of the registry.
        needs_stage: Whether the reference needs a build stage of its own for that.
        variable: The variable that already holds the registry.
    """

    verdict: Verdict
    rule: str | None = None
    needs_stage: bool = False
    variable: str | None = None


def mark_variables(resolution: Resolution, view: View, style: Style) -> Resolution:
    """Return a resolution, marked if a variable holds its registry or cannot hold it."""
    verdict, occurrence = resolution.verdict, resolution.occurrence
    whole = (
        _replaced_part(resolution)
        if style.parameter and style.upstream and verdict.status == "direct"
        else None
    )
    name = _variable(view, occurrence, whole)
    if name:
        reason = THROUGH.format(name)
        return replace(resolution, verdict=Verdict("cached", verdict.reference, verdict.rule, reason=reason))
    if _needs_variable(verdict) and view.is_directive(occurrence):
        if not (style.upstream or style.variables):
            return resolution
        reason = SYNTAX.format(verdict.target)
        return replace(resolution, verdict=Verdict("unresolved", verdict.reference, reason=reason))
    reasons = (
        view.reason(occurrence) or _missing_path_reason(resolution, view, style)
        if _needs_variable(verdict)
        else None
    )
    return reject(resolution, reasons) if reasons else resolution


def request_for(resolution: Resolution, view: View, style: Style) -> Request | None:
    """Return the request for a marked resolution; None where nothing is to be done."""
    verdict, occurrence = resolution.verdict, resolution.occurrence
    if not _needs_variable(verdict):
        return None
    if not style.parameter or verdict.status != "direct" or view.is_directive(occurrence):
        return Request(verdict, needs_stage=view.needs_stage(occurrence))
    first, *others = verdict.changes
    whole = None if style.upstream else _replaced_part(resolution)
    name = _variable(view, occurrence, whole)
    if name and whole:
        return Request(replace(verdict, changes=(Change(0, len(whole), first.text),)), variable=name)
    name = _variable(view, occurrence, _registry(resolution))
    if name is None:
        return Request(verdict, verdict.rule, needs_stage=view.needs_stage(occurrence))
    if not style.upstream:
        return Request(verdict, variable=name)
    text = occurrence.text
    target = apply_changes(text, others)
    if not occurrence.pieces[0].text:  # nothing may go into the empty default
        others = [Change(each.start, each.start + 1, each.text + text[each.start]) for each in others]
    verdict = replace(verdict, changes=tuple(others), target=target, status_after="direct")
    return Request(verdict, variable=name)


def cache_address(verdict: Verdict) -> str:
    """Return the address of the cache in a verdict that has changes."""
    return verdict.changes[0].text.rstrip("/")


def with_variable(verdict: Verdict, variable: str, holds: str, head: str) -> Verdict:
    """Return a verdict whose changes replace the registry with a *variable*.

    Args:
        verdict: The verdict that writes the address of the cache.
        variable: The variable as it is written.
        holds: The value of the variable: the upstream or the address of the cache.
        head: The address of the cache with the values of its variables.
    """
    length = len(cache_address(verdict))
    first, *others = verdict.changes
    changes = (first._replace(text=variable + first.text[length:]), *others)
    target = holds + (verdict.target or "")[length:]
    return replace(
        verdict, changes=changes, target=target, status_after="cached" if holds == head else "direct"
    )


def resolve_target(verdict: Verdict, head: str, resolved: str) -> Verdict:
    """Return a verdict whose target begins with *resolved* in place of *head*.

    *head* is the address of the cache as it is written, *resolved* the same with the values in its file.
    """
    target = verdict.target or ""
    return replace(verdict, target=resolved + target[len(head) :]) if target.startswith(head) else verdict


def substitute(text: str, values: Mapping[str, str]) -> str:
    """Return an address with its variables replaced by their *values* or defaults."""
    return _VARIABLE.sub(
        lambda found: values.get(found["plain"] or found["braced"]) or found["default"] or found[0], text
    )


def reject(resolution: Resolution, reason: str) -> Resolution:
    """Return a resolution that is left unchanged, with the reason."""
    return replace(resolution, verdict=replace(resolution.verdict, changes=(), reason=reason))


def merge_outcome(resolution: Resolution, outcome: Resolution) -> Resolution:
    """Return a resolution with its reason and whether it was done from the *outcome*."""
    verdict = replace(resolution.verdict, reason=outcome.verdict.reason)
    return replace(resolution, verdict=verdict, done=outcome.done)


def _needs_variable(verdict: Verdict) -> bool:
    """Whether a verdict is to be carried out with a variable."""
    is_direct = verdict.status == "direct" and bool(verdict.changes)
    return is_direct or any("$" in change.text for change in verdict.changes)


def _missing_path_reason(resolution: Resolution, view: View, style: Style) -> str | None:
    """Return why the variable that holds the registry cannot hold the cache instead."""
    name = (
        _variable(view, resolution.occurrence, _registry(resolution))
        if style.parameter and style.upstream
        else None
    )
    is_short = any(not change.text for change in resolution.verdict.changes)
    return MISSING_PATH.format(name, resolution.verdict.rule) if name and is_short else None


def _variable(view: View, occurrence: Occurrence, registry: str | None) -> str | None:
    """Return the variable whose value is exactly the *registry* of a reference."""
    first = occurrence.pieces[0]
    if registry is None or not first.known or first.text not in (registry, registry and registry + "/"):
        return None
    return view.variable(first)


def _registry(resolution: Resolution) -> str:
    """Return the registry of a reference as written; empty where it is only implied."""
    return resolution.occurrence.text[: resolution.verdict.changes[0].end]


def _replaced_part(resolution: Resolution) -> str | None:
    """Return the part of a reference that a rule replaces: its registry and rule path.

    None where the rest of the text is not that of the target, because ``library/`` of Docker Hub is missing.
    """
    verdict, text = resolution.verdict, resolution.occurrence.text
    if not verdict.target:  # without a cache, the name has to be written in full
        is_full = verdict.reference is not None and verdict.reference.name == name_of(text)
        return verdict.rule if is_full and text.startswith(f"{verdict.rule}/") else None
    rest = verdict.target[len(cache_address(verdict)) + 1 :]
    if text == rest:
        return ""
    return text.removesuffix(f"/{rest}") if text.endswith(f"/{rest}") else None
