"""Values under ``rules:`` in a configuration, and their update from a source.

The value of an upstream is the prefix of its rule, ``{prefix: ...}``, or a list of
these, of which the first is the one that references are rewritten to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from rewrite_refs.cache.rule import CacheRule, make_rule
from rewrite_refs.init.yaml_edit import Data


class Merged(NamedTuple):
    """The new values, and remarks about them for the user."""

    values: dict[str, Data]
    remarks: list[str]


def name(key: str) -> str:
    """Return the canonical name of the upstream of a key."""
    return make_rule(key, "any").name


def prefixes(value: Data) -> list[str]:
    """Return the prefixes in a value."""
    each = value if isinstance(value, list) else [value]
    texts = (one["prefix"] if isinstance(one, dict) else one for one in each)
    return [str(text).rstrip("/") for text in texts]


def meaning(values: Mapping[str, Data]) -> dict[str, set[str]]:
    """Return the prefixes of each upstream, by its canonical name."""
    return {name(key): set(prefixes(value)) for key, value in values.items()}


def rules(values: Mapping[str, Data]) -> Iterator[CacheRule]:
    """Yield the rules that the values define."""
    for key, value in values.items():
        for prefix in prefixes(value):
            yield make_rule(key, prefix)


def merged(
    old: Mapping[str, Data],
    wanted: Mapping[str, Sequence[str]],
    source: str,
    inherited: Mapping[str, set[str]] = {},
) -> Merged:
    """Return the values *old*, updated to the *wanted* prefixes of each upstream.

    Prefixes that the *source* does not have stay, and are named in the remarks.  *inherited*
    are prefixes of an extended file, which need not be repeated.
    """
    new = dict(old)
    keys = {name(key): key for key in old}
    remarks = []
    for upstream, several in wanted.items():
        if upstream not in keys and inherited.get(upstream) == set(several):
            continue
        key = keys.get(upstream, upstream)
        new[key] = _value(old.get(key), several)
        all_of = prefixes(new[key])
        if len(all_of) > 1 and new[key] != old.get(key):
            remarks.append(
                f"{upstream} has the prefixes {', '.join(all_of)}: the first is written, "
                "the others are recognised; put first the one that you want"
            )
    for upstream, key in keys.items():
        gone = [prefix for prefix in prefixes(new[key]) if prefix not in wanted.get(upstream, ())]
        remarks += [
            f"{upstream}: {prefix}: {source} has no such rule; remove it if it is gone" for prefix in gone
        ]
    return Merged(new, remarks)


def _value(old: Data, several: Sequence[str]) -> Data:
    """Return the value for an upstream's prefixes, as similar to *old* as possible."""
    had = [] if old is None else prefixes(old)
    kept = [prefix for prefix in had if prefix in several]
    fresh = [prefix for prefix in several if prefix not in had]
    if not kept:
        wanted = fresh
    elif had[0] == kept[0]:
        wanted = [*had, *fresh]
    else:  # references are rewritten to the first prefix, which must exist in the source
        wanted = [*kept, *fresh, *(prefix for prefix in had if prefix not in kept)]
    if wanted == had:
        return old
    if len(wanted) > 1 or isinstance(old, list):
        return wanted
    return {**old, "prefix": wanted[0]} if isinstance(old, dict) else wanted[0]
