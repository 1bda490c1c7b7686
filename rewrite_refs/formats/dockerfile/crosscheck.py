"""A check of the instructions of a Dockerfile against dockerfile-parse.

Two independent parsers must agree before a byte is changed.  dockerfile-parse
2.0 does not know heredocs, blank lines inside continuations, a BOM,
``# check=`` and some ends of continuations; so it reads a copy with the same
lines in which these are masked.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from io import BytesIO
from itertools import zip_longest
from typing import NamedTuple

from rewrite_refs.formats.dockerfile.lines import Instruction, Script, refuse
from rewrite_refs.formats.dockerfile.words import BLANKS, SPACES


class _Seen(NamedTuple):
    """An instruction for comparison: line numbers from 0, value without blanks."""

    first: int
    last: int
    keyword: str
    value: str


def agree(script: Script) -> None:
    """Compare the instructions of *script* with those that dockerfile-parse reads.

    Raises:
        ParseError: They differ.
    """
    from dockerfile_parse import DockerfileParser

    copy = BytesIO("".join(line + "\n" for line in masked(script)).encode("utf-8", "replace"))
    theirs = (
        _Seen(each["startline"], each["endline"], each["instruction"].lower(), _bare(each["value"]))
        for each in DockerfileParser(fileobj=copy).structure
        if each["instruction"] != "COMMENT"
    )
    ours = (seen for line in script.instructions if (seen := _seen(script, line)))
    for one, other in zip_longest(ours, theirs):
        if one != other:
            first = min(each.first for each in (one, other) if each)
            raise refuse(
                script.lines[first].start,
                "dockerfile-parse reads this instruction differently (please report the file)",
            )


def masked(script: Script) -> list[str]:
    """Return the lines of *script*, without line ends, for dockerfile-parse."""
    result = [
        "#" if line.text.lstrip(SPACES).startswith("#") else line.text.replace("\ufeff", "?")
        for line in script.lines
    ]
    for directive in script.directives:
        is_escape = directive.name == "escape"
        result[_number(script, directive.start)] = f"# escape={script.escape}" if is_escape else "# syntax=x"
    for number in script.skipped:
        result[number] = "#"
    for line in script.instructions:
        for number in (number for body in line.heredocs for number in body):
            result[number] = "#"
        filled = _filled(script, line)
        for number in range(line.first, filled[0]):
            result[number] = "#"
        keyword, *_ = BLANKS.split(line.text.strip(SPACES), maxsplit=1)
        head = result[filled[0]].rstrip(SPACES).removesuffix(script.escape).strip(SPACES)
        if len(filled) > 1 and keyword.startswith(head):
            # The keyword ends with the line, or continues in the next ones.
            result[filled[0]] = f"{keyword} {script.escape}"
            rest = len(keyword) - len(head)
            for number in filled[1:]:
                cut = min(rest, len(result[number].rstrip(SPACES).removesuffix(script.escape)))
                result[number] = result[number][cut:]
                rest -= cut
        # BuildKit ends the instruction here; dockerfile-parse would continue it.
        result[filled[-1]] = _closed(result[filled[-1]], script.escape)
        if not _seen(script, line):
            for number in filled:
                result[number] = "#"
    return result


def _seen(script: Script, line: Instruction) -> _Seen | None:
    keyword, *rest = BLANKS.split(line.text.strip(SPACES), maxsplit=1)
    filled = _filled(script, line)
    if not rest:
        return None
    return _Seen(filled[0], filled[-1], keyword.lower(), _bare(_closed(rest[0], script.escape)))


def _filled(script: Script, line: Instruction) -> list[int]:
    """Return the line numbers of an instruction, from the first nonblank line."""
    numbers = [_number(script, start) for _, start in line.segments]
    ends = [at for at, _ in line.segments[1:]] + [len(line.text)]
    lead = len(line.text) - len(line.text.lstrip(SPACES))
    return numbers[bisect_right(ends, lead) :]


def _number(script: Script, offset: int) -> int:
    return bisect_right(script.lines, offset, key=lambda line: line.start) - 1


def _closed(text: str, escape: str) -> str:
    """Return *text* without escapes and blanks at its end, if it ends with an escape."""
    bare = text.rstrip()
    return bare.rstrip(escape + SPACES) if bare.endswith(escape) else text


def _bare(value: str) -> str:
    return re.sub(r"\s|\ufeff|\?", "", value)
