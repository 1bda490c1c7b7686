"""``Chart.yaml`` of Helm charts: the images that its annotations list.

    before:  artifacthub.io/images: |
               - name: web
                 image: nginx:1.25
    after:   artifacthub.io/images: |
               - name: web
                 image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx:1.25

``annotations["artifacthub.io/images"]`` and ``annotations.images`` hold YAML as a text; each ``image`` in it
is found where it stands.  Nothing else in the file names an image: the ``repository`` of a dependency is one
of charts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath

from rewrite_refs.errors import ParseError, Problem
from rewrite_refs.formats import kubernetes
from rewrite_refs.formats.base import File
from rewrite_refs.text.outline import Token
from rewrite_refs.text.spans import Occurrence
from rewrite_refs.yaml import tree as yamltree
from rewrite_refs.yaml.nested import nested
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Mapping, fields

NAME = "helm-chart"

_LISTS = ("artifacthub.io/images", "images")


def candidate(path: PurePath) -> bool:
    """Whether a file is a chart's, from its name."""
    return path.name in ("Chart.yaml", "Chart.yml")


def claims(file: File, data: bytes) -> bool:
    """Whether a file is a chart's and lists images."""
    return candidate(file.path) and b"annotations" in data and b"image" in data


def find(text: str) -> Iterator[Occurrence]:
    """The image references of the annotations, in order; raises ParseError last for a file that is broken."""
    problems: list[Problem] = []
    for root in yamltree.roots(text, _wanted, lambda document: True, problems):
        annotations = fields(root).get("annotations") if isinstance(root, Mapping) else None
        values = fields(annotations)
        lists = [node for key in _LISTS if isinstance(node := values.get(key), Scalar)]
        for each in sorted(lists, key=lambda node: node.span):
            yield from nested(text, each, in_text)
    if problems:
        raise ParseError(problems)


def outline(text: str) -> Iterable[Token]:
    """Everything that an edit must leave alone, in order."""
    return yamltree.outline(text, _wanted, lambda top, key: key in _LISTS)


def in_text(text: str) -> Iterator[Occurrence]:
    """The images of a text that is a list of mappings with an ``image`` each, or anything that holds such."""
    for root in yamltree.roots(text, _wanted, lambda document: False, []):
        yield from kubernetes.in_fragment(text, root)


def _wanted(document: str) -> bool:
    return "image" in document
