"""The readers for parts of a file that have another format.

A manifest can contain Helm values, values can contain manifests or templates as strings, and templates are
read as manifests, Compose files or values.  So the readers call one another, and each gets all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence
from rewrite_refs.yaml.tree import Node

# Yields the images of a node of a text.
NodeReader: TypeAlias = Callable[[str, Node], Iterator[Occurrence]]


class Readers(NamedTuple):
    """The readers of parts; made once, in ``formats``.

    Attributes:
        fragment: Yields the images of a manifest, or of a part of one.
        values: Yields the images of Helm values.
        text: Yields the images of a string in Helm values that a template inserts somewhere.
    """

    fragment: NodeReader
    values: NodeReader
    text: Callable[[Source], Iterator[Occurrence]]
