"""References whose parts are separate scalars, for all formats based on YAML.

    image: {registry: quay.io, repository: acme/web, tag: v1}     is    quay.io/acme/web:v1

The functions here read one scalar, or join several; each format decides which
scalars belong together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rewrite_refs.images.reference import MAX_LENGTH
from rewrite_refs.text.spans import Piece, Span
from rewrite_refs.yaml import scalars
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Node, is_null, is_text

# The replacement for a character of a template action (see ``mask``): valid in YAML, and not used in files.
MASK = "\ue000"

# Next to a ``repository`` these keys show that it is a git repository or a chart.
NOT_OF_IMAGES = frozenset({"branch", "chart", "commit", "path", "ref", "repoURL", "revision", "url"})

PLACEHOLDER = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\$\([^)]*\)|\$\{(?:[^{}]|\{[^{}]*\})*\}|\$[A-Za-z_][A-Za-z0-9_]*"
    rf"|{MASK}+",
    re.DOTALL,
)
_SILENT = re.compile(r"\{\{(?:(?!\}\}).)*\}\}|\$\([^)]*\)", re.DOTALL)
_OTHER = re.compile(
    r"://|[\s*?!|,;]|\A(?:[/.]|data:)|"
    r"\A[^:@]*\.(?i:png|jpe?g|gif|svg|ico|webp|iso|img|raw|qcow2|vmdk|vhdx?|ova)\Z"
)
_MAX_VALUE = 4 * MAX_LENGTH  # with room for placeholders; a picture in base64 is longer
_HEX = re.compile(r"[0-9a-f]{64}")


def text_of(node: Node | None) -> str:
    """Return the stripped value of a scalar, or an empty string for other nodes."""
    return node.value.strip() if isinstance(node, Scalar) else ""


def has_host(name: str) -> bool:
    """Whether a name begins with the host of a registry."""
    head, slash, _ = name.partition("/")
    return bool(slash) and ("." in head or ":" in head or head == "localhost")


def is_host(node: Node | None) -> bool:
    """Whether a scalar is the host of a registry, or begins with one."""
    return is_text(node) and "://" not in text_of(node) and has_host(text_of(node).rstrip("/") + "/")


def is_head(node: Node | None) -> bool:
    """Whether a scalar begins with a host, or with a placeholder for one."""
    return is_host(node) or bool(PLACEHOLDER.match(text_of(node)))


def is_not_a_reference(value: str) -> bool:
    """Whether a value is clearly not a reference.

    This includes a value that is only a placeholder of Kubernetes' tools.
    """
    if len(value) > _MAX_VALUE:
        return True
    value = value.strip()
    literal = PLACEHOLDER.sub("x", value)
    return value == "auto" or bool(_SILENT.fullmatch(value) or _OTHER.search(literal))


def joined(
    text: str, heads: Iterable[Scalar], name: Scalar, tag: Node | None = None, digest: Node | None = None
) -> tuple[Piece, ...]:
    """Return the pieces of ``head/name:tag@digest``.

    A tag or a digest inside *name* takes precedence.  A digest may be written as
    the tag, and without its ``sha256:``.
    """
    pieces: list[Piece] = []
    for head in heads:
        pieces += pieces_of(text, head)
        if not text_of(head).endswith("/"):
            pieces.append(Piece("/", None))
    return (*pieces, *pieces_of(text, name), *_tail(text, text_of(name), tag, digest))


def _tail(text: str, name: str, tag: Node | None, digest: Node | None) -> Iterator[Piece]:
    """Yield the pieces of a tag and a digest that have separate keys."""
    if name.endswith("@sha256") and _HEX.fullmatch(text_of(tag)) and isinstance(tag, Scalar):
        yield Piece(":", None)
        yield from pieces_of(text, tag)
    if "@" in name:
        return
    if text_of(tag).startswith("sha256:"):
        tag, digest = None, tag
    if isinstance(tag, Scalar) and text_of(tag) and not is_null(tag) and ":" not in name.rpartition("/")[2]:
        yield Piece(":", None)
        yield from pieces_of(text, tag)
    if isinstance(digest, Scalar) and _HEX.fullmatch(text_of(digest).removeprefix("sha256:")):
        yield Piece("@" if ":" in digest.value else "@sha256:", None)
        yield from pieces_of(text, digest)


def pieces_of(text: str, scalar: Scalar) -> Iterator[Piece]:
    """Yield the pieces of a stripped scalar; the value of a placeholder is unknown."""
    value = scalar.value
    at = len(value) - len(value.lstrip())
    end = len(value.rstrip())
    for found in PLACEHOLDER.finditer(value, at, end):
        if at < found.start():
            yield from scalars.pieces(text, scalar, at, found.start())
        yield Piece(found[0], _covering(scalars.pieces(text, scalar, *found.span())), known=False)
        at = found.end()
    if at < end:
        yield from scalars.pieces(text, scalar, at, end)


def _covering(pieces: tuple[Piece, ...]) -> Span | None:
    """Return the span from the first to the last piece, or None if either has none."""
    first, last = pieces[0].span, pieces[-1].span
    return Span(first.start, last.end) if first and last else None
