"""Commands whose help has examples and names the page of the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import click


class Example(NamedTuple):
    """A command line and its purpose."""

    purpose: str
    line: str


class Documented(click.Command):
    """A command whose help ends with *examples* and the address of a docs *page*."""

    def __init__(self, *given: Any, examples: Sequence[Example], page: str, **more: Any) -> None:
        super().__init__(*given, **more)
        self.examples = tuple(examples)
        self.page = page

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, and the address of the documentation."""
        from rewrite_refs.reports import address  # it reads the metadata of the package

        with formatter.section("Examples"):
            indent = " " * formatter.current_indent
            for purpose, line in self.examples:
                formatter.write(f"{indent}# {purpose}\n{indent}{line}\n")
        path = f"docs/{self.page}"
        place = address.page(path) or f"{path} in the repository of rewrite-refs"
        formatter.write(f"\nDocumentation: {place}\n")
