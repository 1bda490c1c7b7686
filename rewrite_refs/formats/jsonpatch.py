"""JSON 6902 patches: lists of ``{op, path, value}``, in YAML or JSON.

    before:  - {op: replace, path: /spec/template/spec/containers/0/image, value: nginx:1.25}
    after:   - {op: replace, path: /spec/template/spec/containers/0/image, value: <cache>/library/nginx:1.25}

A ``value`` is an image where the path ends in ``/image``; where it is a mapping or a list (a
container, a pod template) the images in it are found as in a manifest.  ``test`` is compared with
what is there, which is rewritten too.  Paths below ``metadata`` lead to no images.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rewrite_refs.formats import kubernetes, yamlchars
from rewrite_refs.formats.split import is_other, joined, text_of
from rewrite_refs.formats.yamlchars import Scalar
from rewrite_refs.formats.yamltree import Mapping, Node, Sequence, fields, is_text
from rewrite_refs.source import Occurrence

_OPERATION = re.compile(rb"^-[ \t]+(?:\{[ \t]*)?[\"']?(?:op|path|value|from)[\"']?[ \t]*:", re.MULTILINE)
_JSON = re.compile(rb"\s*\[\s*\{\s*[\"']?(?:op|path|value|from)[\"']?\s*:")


def claims(data: bytes) -> bool:
    """Whether a file is a list of operations, and may hold images."""
    if b"op" not in data or b"path" not in data or b"image" not in data:
        return False
    return bool(_OPERATION.search(data) or _JSON.match(data))


def is_patch(root: Node) -> bool:
    """Whether a node is a list of operations, and of nothing else."""
    if not isinstance(root, Sequence) or not root.children:
        return False
    return all(isinstance(each, Mapping) and {"op", "path"} <= fields(each).keys() for each in root.children)


def in_patch(text: str, root: Node) -> Iterator[Occurrence]:
    """The images of a list of operations."""
    for each in root.children if isinstance(root, Sequence) else ():
        values = fields(each) if isinstance(each, Mapping) else {}
        path, value = text_of(values.get("path")), values.get("value")
        if "/metadata/" in path or value is None:
            continue
        if not isinstance(value, Scalar):
            yield from kubernetes.in_fragment(text, value)
        elif path.endswith("/image") and is_text(value) and not is_other(value.value):
            place = yamlchars.inside(text, value)
            yield Occurrence(joined(text, (), value), place, place)
