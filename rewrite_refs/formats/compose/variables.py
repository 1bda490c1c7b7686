"""Registries in variables of a Compose file.

An example is ``image: ${REGISTRY:-docker.io}/library/postgres:16``.  Compose
expands variables wherever an image can be, also in ``dockerfile_inline``, so
the same form is valid everywhere.  Nothing has to be declared.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from rewrite_refs.formats.compose.interpolation import variable_of
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence, Piece

# A name as an item of a list, or as a key without a value.
_ALONE = r"^[ \t]*(?:-[ \t]+)?([\"']?){0}\1[ \t]*:?[ \t]*(?:#.*)?\r?$|[\[,][ \t]*([\"']?){0}\2[ \t]*[\],]"
_CLOSED = re.compile(r"\$\{[^{}]*\}")

UNQUOTED = "the braces of a variable are not allowed in unquoted text here: quote it"


class View:
    """A Compose file in which registries can move into variables; an ``InlineView``."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def variable(self, piece: Piece) -> str | None:
        """Return the variable whose whole default is a piece, or None."""
        return variable_of(self.source.text, piece.span) if piece.span else None

    def reason(self, occurrence: Occurrence) -> str | None:
        """Return why a reference cannot contain a variable; None if no reason is known."""
        text, start = self.source.text, occurrence.site.start
        before = text[text.rfind("\n", 0, start) + 1 : start]
        line = _outside_variables(before)
        is_flow = line.count("{") > line.count("}") or line.count("[") > line.count("]")
        return UNQUOTED if is_flow and before[-1] not in "'\"" else None

    def needs_stage(self, occurrence: Occurrence) -> bool:
        """Whether a reference needs a build stage of its own: always False."""
        return False

    def is_directive(self, occurrence: Occurrence) -> bool:
        """Whether a reference must be literal: never, Compose expands all variables."""
        return False

    def form(self, name: str, default: str) -> str:
        """Return the text of a variable with a default."""
        return form(name, default)

    def is_free(self, name: str, defaults: Collection[str]) -> bool:
        """Whether a name is unused, or used only for a variable with some defaults."""
        return is_free(self.source.text, name, defaults)


def form(name: str, default: str) -> str:
    """Return the text of a variable with a default in a Compose file."""
    return f"${{{name}:-{default}}}"


def is_free(text: str, name: str, defaults: Collection[str]) -> bool:
    """Whether a text uses a variable only with some defaults, so as a registry.

    A name alone (``environment: [NAME]``) passes on the shell's variable, which means something else.
    """
    allowed = "|".join(re.escape(each) for each in defaults)
    if re.search(rf"\$(?:\{{{name}(?!\w)(?!:-(?:{allowed})\}})|{name}(?!\w))", text, re.ASCII):
        return False
    is_known = re.search(rf"\$\{{{name}:-(?:{allowed})\}}", text) is not None
    return is_known or not re.search(_ALONE.format(name), text, re.MULTILINE)


def _outside_variables(line: str) -> str:
    """Return a line without its variables, the last of which may not be closed yet."""
    longer = ""
    while longer != line:
        longer, line = line, _CLOSED.sub("", line)
    return line.replace("${", "")
