"""JSON 6902 patches: lists of ``{op, path, value}``, in YAML or JSON.

    before:  - {op: replace, path: /spec/template/spec/containers/0/image, value: nginx:1.25}
    after:   - {op: replace, path: /spec/template/spec/containers/0/image, value: <cache>/library/nginx:1.25}

An operation is read as the part of a manifest that it creates: the one above as ``containers: [{image:
nginx:1.25}]``.  So a ``value`` is an image, an argument, a variable or a part of one if it would be one
in a manifest.  The ``value`` of ``test`` is rewritten too, like the text that it is compared with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rewrite_refs.formats import inline
from rewrite_refs.formats.readers import NodeReader
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence
from rewrite_refs.yaml import tree
from rewrite_refs.yaml.references import text_of
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Mapping, Node, Sequence, fields, items

# Every text that contains references contains one of these words.
WORDS = ("image", "Image", "IMAGE", "repository", *inline.WORDS)

_OPERATION = re.compile(rb"^-[ \t]+(?:\{[ \t]*)?[\"']?(?:op|path|value|from)[\"']?[ \t]*:", re.MULTILINE)
_JSON = re.compile(rb"\s*\[\s*\{\s*[\"']?(?:op|path|value|from)[\"']?\s*:")
_INDEX = re.compile(r"-|\d+")


def is_file(data: bytes) -> bool:
    """Whether a file is a list of operations."""
    if b"op" not in data or b"path" not in data:
        return False
    return bool(_OPERATION.search(data) or _JSON.match(data))


def has_signs(text: str) -> bool:
    """Whether a text may contain images."""
    return any(word in text for word in WORDS)


def is_patch(root: Node) -> bool:
    """Whether a node is a list of operations only."""
    if not isinstance(root, Sequence) or not root.children:
        return False
    return all(isinstance(each, Mapping) and {"op", "path"} <= fields(each).keys() for each in root.children)


def in_text(source: Source, fragment: NodeReader) -> Iterator[Occurrence]:
    """Yield the references of the JSON 6902 or strategic merge patches in a text."""
    for root in tree.roots(source, has_signs, lambda document: False, []):
        if is_patch(root):
            yield from in_patch(source.text, root, fragment)
        elif not isinstance(root, Scalar):
            yield from fragment(source.text, root)


def in_patch(text: str, root: Node, fragment: NodeReader) -> Iterator[Occurrence]:
    """Yield the references of a list of operations, each read by *fragment*."""
    for each in items(root):
        values = fields(each)
        path, value = values.get("path"), values.get("value")
        if isinstance(path, Scalar) and value is not None:
            yield from fragment(text, _operation_target(path, value))


def _operation_target(path: Scalar, value: Node) -> Node:
    """Return the part of a manifest that an operation creates.

    Each key has the span of the path.
    """
    steps = [step.replace("~1", "/").replace("~0", "~") for step in text_of(path).split("/") if step]
    if steps[-1:] == ["value"] and steps[-3:-2] == ["env"]:
        steps.pop()  # the name of the variable is not known
    for step in reversed(steps):
        if _INDEX.fullmatch(step):
            value = Sequence([value], path.span.start)
        else:
            value = Mapping([Scalar(step, path.span, path.style, None), value], path.span.start)
    return value
