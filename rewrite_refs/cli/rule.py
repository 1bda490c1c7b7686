"""``rewrite-refs rule``."""

from __future__ import annotations

from collections.abc import Iterator

import click

from rewrite_refs.cli.command import Documented, Example
from rewrite_refs.cli.options import completed_rules
from rewrite_refs.cli.output import write


@click.command(
    cls=Documented,
    page="rules.md",
    examples=(
        Example("List all rules", "rewrite-refs rule"),
        Example("Explain one rule", "rewrite-refs rule direct-upstream"),
    ),
)
@click.argument("name", required=False, shell_complete=completed_rules)
def rule(name: str | None) -> None:
    """Explain the check rule NAME, or list all check rules."""
    from rewrite_refs.lint.registry import BY_NAME
    from rewrite_refs.text.suggestions import nearest

    if name is not None and name not in BY_NAME:
        raise click.UsageError(f"there is no rule {name!r}: {nearest(name, BY_NAME)}")
    write("".join(f"{line}\n" for line in (_explained(name) if name else _listed())).encode("utf-8"))


def _listed() -> Iterator[str]:
    from rewrite_refs.lint.registry import RULES, summary

    width = max(len(each.NAME) for each in RULES)
    for each in RULES:
        yield f"{each.NAME:<{width}}  {each.SEVERITY if each.ON else 'off':<7}  {summary(each)}"


def _explained(name: str) -> Iterator[str]:
    from rewrite_refs.lint.registry import BY_NAME

    found = BY_NAME[name]
    marks = [found.SEVERITY if found.ON else f"{found.SEVERITY}, off by default"]
    if found.FIXABLE:
        marks.append("rewrite-refs rewrite can fix it")
    yield f"{name} ({'; '.join(marks)})"
    yield ""
    yield from (found.__doc__ or "").strip().split("\n")
