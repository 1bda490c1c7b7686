"""Texts inside scalars: YAML in a block scalar, found by whoever reads such a text as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rewrite_refs.errors import ParseError
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence
from rewrite_refs.yaml import scalars
from rewrite_refs.yaml.scalars import Scalar


def nested(text: str, scalar: Scalar, find: Callable[[Source], Iterator[Occurrence]]) -> Iterator[Occurrence]:
    """What *find* finds in the value of a scalar, with places of the whole text.

    What *find* cannot read is passed over: a string need not be what it looks like.
    """
    chars = scalars.chars(text, scalar)
    if chars is None:
        return
    try:
        for occurrence in find(Source(chars.text)):
            lifted = chars.lifted(occurrence)
            if lifted is not None:
                yield lifted
    except ParseError:
        return
