"""References in files embedded in a scalar, such as YAML in a block scalar."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rewrite_refs.errors import ParseError
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence
from rewrite_refs.yaml import scalars
from rewrite_refs.yaml.scalars import Scalar


def nested(text: str, scalar: Scalar, find: Callable[[Source], Iterator[Occurrence]]) -> Iterator[Occurrence]:
    """Yield what *find* finds in the value of a scalar, with spans of the whole text.

    A value that *find* cannot parse is skipped: a string may only look like the format.
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
