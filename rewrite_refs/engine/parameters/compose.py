"""Compose files: ``image: ${REGISTRY:-docker.io}/library/postgres:16``.

The changes name the variable with its default, and the engine does the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rewrite_refs.engine.parameters.names import names_for
from rewrite_refs.engine.parameters.requests import head_of, named, resolved, settled, wish
from rewrite_refs.engine.parameters.style import Style
from rewrite_refs.engine.rewrite import Judged
from rewrite_refs.formats.compose.variables import View, form, is_free


def wished(view: View, style: Style, findings: Sequence[Judged]) -> list[Judged]:
    """Findings with the changes that put variables into the file."""
    names: dict[str, str] = {}
    result = []
    for finding in findings:
        each = wish(finding, view, style)
        if each is None:
            result.append(finding)
            continue
        head = head_of(finding.verdict)
        address = resolved(head, {})
        verdict = settled(each.verdict, head, address)
        if each.rule is not None:
            free = (
                name
                for name in names_for(each.rule, style.names)
                if name not in {*names.values(), *style.taken} and is_free(view.text, name, (each.rule, head))
            )
            name = names.setdefault(each.rule, names.get(each.rule) or next(free))
            default, holds = (each.rule, each.rule) if style.upstream else (head, address)
            verdict = named(each.verdict, form(name, default), holds, address)
        result.append(replace(finding, verdict=verdict))
    return result
