"""Suggestions for a word that is unknown and perhaps misspelled."""

from __future__ import annotations

from collections.abc import Iterable


def near(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is closest to *word*, or None if none is close.

    A word is close if it is one typing error away, or two for a *word* of six characters or more.  The
    first part of only one known word, such as ``ignore`` of ``ignore-images``, also counts as close.
    """
    names = sorted(known)
    limit = 1 if len(word) < 6 else 2
    close = [each for each in names if abs(len(each) - len(word)) <= limit and _distance(word, each) <= limit]
    begun = [each for each in names if word and each.startswith(f"{word}-")]
    return min(close, key=lambda each: _distance(word, each), default=begun[0] if len(begun) == 1 else None)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the text that proposes what to write instead of an unknown *word*."""
    names = sorted(known)
    close = near(word, names)
    return f"did you mean {close}?" if close else f"write one of {', '.join(names)}"


def _distance(one: str, other: str) -> int:
    """Return the number of insertions, removals, replacements and neighbour swaps."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, left in enumerate(one, 1):
        here = [row]
        for column, right in enumerate(other, 1):
            best = min(last[column] + 1, here[-1] + 1, last[column - 1] + (left != right))
            if row > 1 and column > 1 and left == other[column - 2] and one[row - 2] == right:
                best = min(best, before[column - 2] + 1)
            here.append(best)
        before, last = last, here
    return last[-1]
