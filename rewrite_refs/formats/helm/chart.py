"""``Chart.yaml`` of Helm charts: the images listed in its annotations.

    before:  artifacthub.io/images: |
               - name: web
                 image: nginx:1.25
    after:   artifacthub.io/images: |
               - name: web
                 image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx:1.25

``annotations["artifacthub.io/images"]`` and ``annotations.images`` contain YAML as a string; each ``image``
in it is found.  Nothing else in the file is an image: the ``repository`` of a dependency contains charts.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rewrite_refs.formats.base import File, Format, Manual
from rewrite_refs.formats.readers import NodeReader, Readers
from rewrite_refs.formats.yaml_format import has_any, yaml_find, yaml_outline
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence
from rewrite_refs.yaml import tree
from rewrite_refs.yaml.nested import nested
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Mapping, Node, fields

_NAMES = ("Chart.yaml", "Chart.yml")
_SIGNS = ("image",)
_LISTS = ("artifacthub.io/images", "images")


def _accepts(file: File) -> bool:
    return file.name in _NAMES and b"annotations" in file.data


def _images(readers: Readers, text: str, root: Node) -> Iterator[Occurrence]:
    """Yield the references of the annotations, in order."""
    annotations = fields(root).get("annotations") if isinstance(root, Mapping) else None
    values = fields(annotations)
    lists = [node for key in _LISTS if isinstance(node := values.get(key), Scalar)]
    for each in sorted(lists, key=lambda node: node.span):
        yield from nested(text, each, partial(in_list, fragment=readers.fragment))


def in_list(source: Source, fragment: NodeReader) -> Iterator[Occurrence]:
    """Yield the references of a text with a list of mappings with ``image``."""
    for root in tree.roots(source, has_any(_SIGNS), lambda document: False, []):
        yield from fragment(source.text, root)


_MANUAL = Manual(
    __doc__,
    files="`Chart.yaml`",
    summary="the images that the annotations of a `Chart.yaml` list",
    found="`image` in the annotations `artifacthub.io/images` and `images`",
)


def format_with(readers: Readers) -> Format:
    """Return the format; *readers* read the lists of images."""
    return Format(
        name="helm-chart",
        patterns=_NAMES,
        signs=_SIGNS,
        find=yaml_find(partial(_images, readers), has_any(_SIGNS)),
        outline=yaml_outline(has_any(_SIGNS), lambda top, key: key in _LISTS),
        manual=_MANUAL,
        accepts=_accepts,
        syntax="yaml",
    )
