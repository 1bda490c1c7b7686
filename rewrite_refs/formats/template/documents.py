"""The documents of a template with masked actions, and the proof of an edit."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from rewrite_refs.formats import compose, kubernetes
from rewrite_refs.formats.helm import helmfile
from rewrite_refs.formats.kubernetes.containers import is_object
from rewrite_refs.formats.readers import Readers
from rewrite_refs.formats.template.actions import Masked, masked
from rewrite_refs.text.outline import Token
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence, Span
from rewrite_refs.yaml import outline as proof
from rewrite_refs.yaml import tree
from rewrite_refs.yaml.references import MASK, has_host, is_not_a_reference, pieces_of
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Document, Mapping, Node, fields, is_null, items, mappings

# The limit of readings of a document, one for each branch that has a key; real files need fewer.
MAX_BRANCHES = 64

BY_LINE = "found by its line only: the template is not valid YAML even without its actions"

_LINE = re.compile(
    rf"^[ \t{MASK}]*(?:-[ \t]+)*(?P<key>[\"']?)image(?P=key)[ \t]*:[ \t]+(?P<quote>[\"']?)"
    r"(?P<value>[^\s\"'#,{}\[\]]+)(?P=quote)[ \t]*(?(quote),?)[ \t]*(?:#.*)?\r?$",
    re.MULTILINE,
)
_EMPTY = re.compile(r"^[ \t]*(?:\[\]|\{\})[ \t]*(?=\r?$)", re.MULTILINE)
_CONTAINERS = re.compile(
    r"\b(?:apiVersion|(?:[a-z]+C|c)ontainers?|services|sidecars|steps|tasks|workloads)[\"']?[ \t]*:"
)
_VALUES = tuple(
    re.compile(rf"^[ \t]+{key}[ \t]*:", re.MULTILINE)
    for key in ("repo(?:sitory)?", "(?:tag|registry|imageRegistry)")
)


class Template(NamedTuple):
    """A template without its actions.

    Attributes:
        masked: The masked text, and the holes in it.
        documents: The documents of the masked text; one that is valid YAML only with more blanks has these.
    """

    masked: Masked
    documents: tuple[Document, ...]


def read(text: str) -> Template:
    """Return a template without its actions; for ``Source.once``."""
    template = masked(text)
    return Template(template, tuple(map(_readable, tree.documents(template.text))))


def _readable(document: Document) -> Document:
    """Return a document, with the ``else`` of an empty value blanked if only that is valid YAML."""
    text = document.text
    if not has_signs(text) or document.is_readable:
        return document
    # "[]" or "{}" below the branch with the items.
    blank = _EMPTY.sub(_blank, text)
    if blank == text:
        return document
    start, end = document.span
    other = Document(document.whole[:start] + blank + document.whole[end:], document.span)
    return other if other.is_readable else document


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def has_signs(document: str) -> bool:
    """Whether a document may contain references."""
    return any(word in document for word in ("mage", "repository", "MAGE"))


def in_document(document: Document, readers: Readers) -> Iterator[Occurrence]:
    """Yield the references of a masked document, by line if it is not valid YAML."""
    text, body = document.whole, document.text
    roots = document.roots() if document.is_readable else []
    if all(isinstance(root, Scalar) for root in roots):
        found: Iterable[Occurrence] = _in_lines(text, document.span)
    else:
        found = (each for root in roots for each in _in_branches(text, body, root, readers))
    is_plain = _CONTAINERS.search(body) is not None
    for each in found:
        yield each if is_plain or _is_marked(each.text) else replace(each, embedded=True)


def _is_marked(name: str) -> bool:
    """Whether a name is surely that of an image; a bare word may be that of a disk."""
    return has_host(name) or name.startswith(MASK) or ":" in name or "@" in name


def _in_lines(text: str, span: Span) -> Iterator[Occurrence]:
    for found in _LINE.finditer(text, *span):
        place = Span(*found.span("value"))
        if not is_not_a_reference(found["value"]):
            pieces = tuple(pieces_of(text, Scalar(found["value"], place, "", None)))
            yield Occurrence(pieces, place, place, note=BY_LINE)


def _in_branches(text: str, body: str, root: Node, readers: Readers) -> Iterator[Occurrence]:
    """Yield the references of a tree, read once for each branch with the same key."""
    repeated = _repeated(root)
    if not repeated:
        yield from _in_tree(text, body, root, readers)
    for choice in range(min(max(repeated.values(), default=0), MAX_BRANCHES)):
        yield from _in_tree(text, body, _branch(root, choice, repeated), readers)


def _in_tree(text: str, body: str, root: Node, readers: Readers) -> Iterator[Occurrence]:
    if _is_compose(root):
        yield from compose.in_document(text, root, [])
    elif _is_helmfile(root):
        yield from helmfile.in_document(text, root, readers)
    elif is_object(root):
        yield from kubernetes.in_documents(text, [root], readers)
    elif not _CONTAINERS.search(body) and all(each.search(body) for each in _VALUES):
        yield from readers.values(text, root)
    else:
        yield from readers.fragment(text, root)


def _is_compose(root: Node) -> bool:
    top = fields(root)
    services = top.get("services")
    if not isinstance(services, Mapping) or not is_null(top.get("apiVersion")):
        return False
    return any(
        isinstance(each, Mapping) and not fields(each).keys().isdisjoint(("image", "build"))
        for each in fields(services).values()
    )


def _is_helmfile(root: Node) -> bool:
    releases = fields(root).get("releases")
    return any("chart" in fields(each) for each in items(releases))


def _repeated(root: Node) -> dict[int, int]:
    """Return the identities of mappings with repeated keys, and how often."""
    result = {}
    for mapping in mappings(root):
        keys = [key.value for key, _ in mapping.pairs() if isinstance(key, Scalar)]
        if len(set(keys)) < len(keys):
            result[id(mapping)] = max(keys.count(key) for key in set(keys))
    return result


def _branch(root: Node, choice: int, repeated: Collection[int]) -> Node:
    """Return a copy of a tree, aliases kept, with each key of *repeated* once."""
    copies: dict[int, Node] = {}
    pending: list[tuple[Sequence[Node], list[Node]]] = []

    def copied(node: Node) -> Node:
        if isinstance(node, Scalar):
            return node
        if id(node) not in copies:
            children: list[Node] = []
            copies[id(node)] = node._replace(children=children)
            pending.append(
                (_chosen(node.children, choice) if id(node) in repeated else node.children, children)
            )
        return copies[id(node)]

    result = copied(root)
    while pending:
        children, into = pending.pop()
        into.extend(map(copied, children))
    return result


def _chosen(children: Sequence[Node], choice: int) -> list[Node]:
    """Return a mapping's children with each key once, from a branch or the last."""
    pairs: dict[object, list[tuple[Node, Node]]] = {}
    for key, value in zip(children[::2], children[1::2], strict=True):
        pairs.setdefault(key.value if isinstance(key, Scalar) else id(key), []).append((key, value))
    return [node for each in pairs.values() for node in each[min(choice, len(each) - 1)]]


# --- the proof -------------------------------------------------------------------------------


def outline(source: Source) -> Iterator[Token]:
    """Yield the YAML around the actions, then the actions."""
    template = source.once(read)
    for token in tree.outline(template.documents, has_signs, proof.use):
        yield from _between(token, template.masked)
    for hole in template.masked.holes:
        # Without its outer braces, so that text inserted next to it is not inserted into it.
        place = Span(hole.span.start + 1, hole.span.end - 1)
        yield Token("action", source.text[slice(*place)], place)


def _between(token: Token, template: Masked) -> Iterator[Token]:
    """Yield the parts of a token between the actions in it."""
    inside = template.within(token.span) if token.text or token.span.start < token.span.end else []
    origins = token.origins() if inside and token.origins else range(*token.span)
    if not inside or len(origins) != len(token.text):
        yield token
        return
    ends = [token.span.start, *(hole.span.end for hole in inside)]
    starts = [*(hole.span.start for hole in inside), token.span.end]
    for start, end in zip(ends, starts, strict=True):
        low, high = bisect_left(origins, start), bisect_left(origins, end)
        places = list(origins[low:high])
        yield Token(token.kind, token.text[low:high], Span(start, end), partial(list, places))
