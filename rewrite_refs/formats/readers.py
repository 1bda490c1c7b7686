"""What reads the parts of a file that are of another format.

A manifest holds Helm values, values hold texts that are manifests or templates, and templates are read as
manifests, Compose files or values.  So these call one another, and each is handed all of them.
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
        fragment: The images of a manifest, or of a part of one.
        values: The images of Helm values.
        text: The images of a text in Helm values, which a template puts somewhere.
    """

    fragment: NodeReader
    values: NodeReader
    text: Callable[[Source], Iterator[Occurrence]]
