"""Baselines: known findings, kept in a file, that do not fail a check.

A finding is identified by its file, its rule and its subject (the name of the image,
without the tag), so that moved lines and new versions do not matter.  Equal findings
are known up to the number in the baseline.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from rewrite_refs.errors import ConfigError
from rewrite_refs.results import Diagnostic

VERSION = 1


class Key(NamedTuple):
    """The stable part of a finding; ``path`` is relative to the repository's root."""

    path: str
    rule: str
    subject: str


def dumped(known: Counter[Key]) -> str:
    """Return the JSON text of a baseline.

    It has a line for each finding, in order, so that versions are easy to compare.
    """
    import json

    rows = [
        json.dumps({**key._asdict(), "count": count}, ensure_ascii=False)
        for key, count in sorted(known.items())
    ]
    body = "".join(f"\n    {row}," for row in rows).rstrip(",") + ("\n  " if rows else "")
    return f'{{\n  "version": {VERSION},\n  "findings": [{body}]\n}}\n'


def parsed(text: str, shown: str) -> Counter[Key]:
    """Return the findings of a baseline with their counts.

    Messages call the file *shown*.

    Raises:
        ConfigError: The text is not a valid baseline.
    """
    import json

    remedy = "write it again with --write-baseline"
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{shown}:{error.lineno}: invalid baseline: {error.msg}: {remedy}") from None
    except (RecursionError, ValueError):
        what = "it is nested too deeply, or holds a number that is too long"
        raise ConfigError(f"{shown}: invalid baseline: {what}: {remedy}") from None
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise ConfigError(f"{shown}: not a baseline of version {VERSION}: {remedy}")
    rows = document.get("findings")
    if not isinstance(rows, list) or not all(map(_is_row, rows)):
        raise ConfigError(f"{shown}: invalid baseline: entry is missing path, rule or subject: {remedy}")
    known: Counter[Key] = Counter()
    for row in rows:
        known[Key(row["path"], row["rule"], row["subject"])] += row["count"]
    return known


def _is_row(row: Any) -> bool:
    if not isinstance(row, dict) or type(row.get("count")) is not int:
        return False
    return all(isinstance(row.get(name), str) for name in Key._fields)


def mark_known(
    diagnostics: Sequence[Diagnostic], baseline: Counter[Key], key: Callable[[Diagnostic], Key]
) -> tuple[list[Diagnostic], Counter[Key]]:
    """Return the findings, marked if they are known, and the rest of the *baseline*.

    The rest is the part of the baseline that no finding matches any more.
    """
    rest = baseline.copy()
    result = []
    for each in diagnostics:
        name = key(each)
        is_known = rest[name] > 0
        rest[name] -= is_known
        result.append(each._replace(known=is_known))
    return result, +rest
