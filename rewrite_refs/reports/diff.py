"""Changes as a unified diff that ``git apply`` accepts.

Edits seldom add or remove a line, so lines are compared in pairs.  That is linear,
while difflib is quadratic on the long and repetitive files of Kubernetes.
difflib is used only for files that gain lines, which are short.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_CONTEXT = 3
_SHORT = 1000  # lines between the first difference and the last
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NO_NEWLINE = "\\ No newline at end of file\n"


class _Change(NamedTuple):
    """A change of the lines ``start`` to ``stop`` into ``start_new`` to ``stop_new``.

    Lines are counted from 0, and the ends are exclusive.
    """

    start: int
    stop: int
    start_new: int
    stop_new: int


def lines(path: str, old: str, new: str) -> Iterator[str]:
    """Yield the diff of one file, each line with its line ending.

    *path* is relative to the repository's root: with git's own header, such a
    diff applies from every folder of the repository.
    """
    before, after = _split(old), _split(new)
    yield f"diff --git {_quoted(f'a/{path}')} {_quoted(f'b/{path}')}\n"
    yield f"--- {_ended(f'a/{path}')}\n"
    yield f"+++ {_ended(f'b/{path}')}\n"
    for hunk in _hunks(_changes(before, after)):
        head, tail = hunk[0], hunk[-1]
        first, last = max(head.start - _CONTEXT, 0), min(tail.stop + _CONTEXT, len(before))
        first_new, last_new = first + head.start_new - head.start, last + tail.stop_new - tail.stop
        yield f"@@ -{_range(first, last)} +{_range(first_new, last_new)} @@\n"
        at = first
        for change in hunk:
            yield from _marked(" ", before[at : change.start])
            yield from _marked("-", before[change.start : change.stop])
            yield from _marked("+", after[change.start_new : change.stop_new])
            at = change.stop
        yield from _marked(" ", before[at:last])


def _changes(before: Sequence[str], after: Sequence[str]) -> Iterator[_Change]:
    """Yield the runs of lines that differ."""
    if len(before) == len(after):
        start = None
        for at, (one, other) in enumerate(zip([*before, ""], [*after, ""], strict=True)):
            if one != other:
                start = at if start is None else start
            elif start is not None:
                yield _Change(start, at, start, at)
                start = None
        return
    shorter = min(len(before), len(after))
    same = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    tail = next((at for at in range(shorter - same) if before[-1 - at] != after[-1 - at]), shorter - same)
    old, new = before[same : len(before) - tail], after[same : len(after) - tail]
    if max(len(old), len(new)) > _SHORT:
        yield _Change(same, same + len(old), same, same + len(new))
        return
    from difflib import SequenceMatcher

    for kind, *places in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield _Change(*(same + place for place in places))


def _hunks(changes: Iterable[_Change]) -> Iterator[list[_Change]]:
    """Yield the changes in groups, so that changes whose contexts touch share a hunk."""
    hunk: list[_Change] = []
    for change in changes:
        if hunk and change.start - hunk[-1].stop > 2 * _CONTEXT:
            yield hunk
            hunk = []
        hunk.append(change)
    if hunk:
        yield hunk


def _marked(mark: str, some: Iterable[str]) -> Iterator[str]:
    for line in some:
        yield mark + line if line.endswith("\n") else f"{mark}{line}\n{_NO_NEWLINE}"


def _range(first: int, last: int) -> str:
    count = last - first
    return f"{first + 1}" if count == 1 else f"{first + 1 if count else first},{count}"


def _split(text: str) -> list[str]:
    """Return the lines with their ends; only a newline ends one, unlike in str.splitlines."""
    return _LINE.findall(text)


def _ended(name: str) -> str:
    """Return a path for a ``---`` or ``+++`` line, with a tab where git needs it.

    Without a tab, git takes the text after a blank for a date.
    """
    quoted = _quoted(name)
    return f"{quoted}\t" if " " in quoted and not quoted.startswith('"') else quoted


def _quoted(name: str) -> str:
    """Return a path as git writes it: in C quotes if it has special characters."""
    if name.isascii() and name.isprintable() and '"' not in name and "\\" not in name:
        return name
    quoted = []
    for byte in name.encode("utf-8", "surrogateescape"):
        char = chr(byte)
        if char in '"\\':
            quoted.append("\\" + char)
        elif 0x20 <= byte < 0x7F:
            quoted.append(char)
        else:
            quoted.append(f"\\{byte:03o}")
    return '"' + "".join(quoted) + '"'
