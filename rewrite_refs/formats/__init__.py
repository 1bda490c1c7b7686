"""The formats; each one finds the references in one kind of file.

To add a format, write a module that makes a ``Format``, a line in ``FORMATS``, a folder of fixtures and a
test, and run ``python -m tasks generate``.
"""

from __future__ import annotations

from collections.abc import Iterator

from rewrite_refs.formats import compose, dockerfile, github_actions, ko, kubernetes, kustomize, template
from rewrite_refs.formats.base import Format
from rewrite_refs.formats.helm import chart, helmfile, values
from rewrite_refs.formats.readers import Readers
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence
from rewrite_refs.yaml.tree import Node


def _readers() -> Readers:
    """Return the readers of embedded parts, which call one another."""

    def fragment(text: str, node: Node) -> Iterator[Occurrence]:
        return kubernetes.in_fragment(text, node, readers)

    def of_values(text: str, node: Node) -> Iterator[Occurrence]:
        return values.in_values(text, node, readers)

    def of_text(source: Source) -> Iterator[Occurrence]:
        if template.is_no_yaml(source):
            return template.find(readers, source)
        return chart.in_list(source, fragment)

    readers = Readers(fragment, of_values, of_text)
    return readers


_READERS = _readers()
_MANIFESTS = kubernetes.format_with(_READERS)

# The most specific first: the first format that claims a file reads it.
FORMATS: tuple[Format, ...] = (
    dockerfile.FORMAT,
    github_actions.FORMAT,
    ko.FORMAT,
    kustomize.format_with(_READERS),
    chart.format_with(_READERS),
    values.format_with(_READERS),
    template.format_with(_READERS, (compose.FORMAT, _MANIFESTS)),
    helmfile.format_with(_READERS),
    compose.FORMAT,
    _MANIFESTS,
)
BY_NAME = {each.name: each for each in FORMATS}
