"""The places for new lines in a Dockerfile; every comment stays with its subject.

A new ``ARG`` is inserted

- after the last ``ARG`` before the first ``FROM``, or before the first one if
  the default of one of them needs the new variable;
- if there is none, after the directives and the comments at the top, and
  before the ``FROM`` and the comment that belongs to it.

A comment belongs to the ``FROM`` if it is an instruction to a tool about the
next line (``hadolint ignore``), if it follows another comment, such as a
licence, or if it is a single line in a file in which other stages have comments
too (``# Build stage``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rewrite_refs.formats.dockerfile.lines import Line, Script
from rewrite_refs.formats.dockerfile.words import SPACES

# Comments that instruct a tool about the line below.
_PRAGMA = re.compile(
    r"#\s*(?:hadolint\s+(?!global)|(?:checkov|trivy|renovate|rewrite-refs|dockle|kics-scan|semgrep|snyk|tfsec)\b"
    r"|nosemgrep|noqa|nosec|check\s*=|[\w-]+[: ]ignore\b)",
    re.IGNORECASE,
)
_LICENCE = re.compile("copyright|licen[cs]e|spdx", re.IGNORECASE)


def offset_above(script: Script, index: int, froms: Sequence[int]) -> tuple[int, bool]:
    """Return the place for lines above an instruction and its comment.

    Args:
        script: The Dockerfile.
        index: The index of the instruction: 0, or that of the first ``FROM``.
        froms: The indices of all ``FROM``.

    Returns:
        The offset in characters, and whether the first line there is a comment for people.
    """
    lines, instructions = script.lines, script.instructions
    low = instructions[index - 1].last + 1 if index else len(script.directives)
    bottom = top = instructions[index].first
    while top > low and _is_comment(lines[top - 1]):
        top -= 1
    follows = index > 0 or any(_is_comment(line) for line in lines[low:top])
    if follows or (bottom - top == 1 and index == froms[0] and _is_heading(script, lines[top], froms)):
        return lines[top].start, top < bottom and not _is_pragma(lines[top])
    first = next((number for number in range(top, bottom) if _is_pragma(lines[number])), bottom)
    return lines[first].start, False


def offset_after(script: Script, index: int) -> int:
    """Return the offset of the line after an instruction, in characters."""
    return script.lines[script.instructions[index].last + 1].start


def _is_heading(script: Script, line: Line, froms: Sequence[int]) -> bool:
    """Whether a comment at the top is that of the first stage, as others have one."""
    if _LICENCE.search(line.text):
        return False
    others = [script.lines[script.instructions[index].first - 1] for index in froms[1:]]
    return any(_is_comment(each) and not _is_pragma(each) for each in others)


def _is_comment(line: Line) -> bool:
    return line.text.lstrip(SPACES).startswith("#")


def _is_pragma(line: Line) -> bool:
    return _PRAGMA.match(line.text.lstrip(SPACES)) is not None
