"""Image references as Docker reads them: ``[registry/]repository[:tag][@digest]``.

The grammar and the normalisation are those of distribution/reference
(``reference.go`` and ``normalize.go``, the functions ``ParseNormalizedNamed``
and ``splitDockerDomain``).  docker-image-py does the parsing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docker_image.reference import Reference as _Parser

DOCKER_HUB = "docker.io"
LIBRARY = "library/"

# 253 for a host, 6 for a port, 255 for a path, 128 for a tag and 135 for the
# longest digest fit into it; the parser is quadratic on very long input.
MAX_LENGTH = 1024

_HEX_TAG = re.compile(r"(?:sha256|sha384|sha512):[0-9a-f]{64,}")


class InvalidReference(ValueError):
    """The text is not a valid image reference; the message states why."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A normalised image reference.

    ``registry`` and ``repository`` contain what Docker adds (``nginx`` is
    ``docker.io`` and ``library/nginx``); ``tag`` and ``digest`` are None if
    absent.  ``registry`` is empty for the few names in which Go's parser finds
    no registry (``a_b.example/app``).
    """

    registry: str
    repository: str
    tag: str | None = None
    digest: str | None = None

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Parse *text* as ``docker pull`` does.

        Raises:
            InvalidReference: distribution/reference rejects the text.
        """
        if not isinstance(text, str):
            raise InvalidReference(f"a reference must be text, not {type(text).__name__}")
        if len(text) > MAX_LENGTH:
            raise InvalidReference(f"longer than {MAX_LENGTH} characters")
        parser, errors = _parser()
        try:
            parsed = parser.parse_normalized_named(text)
        except errors as error:
            # The library reports "library/X" even if only X was written.
            reason = str(error) if "library/" in text else str(error).replace("(library/", "(")
            raise InvalidReference(reason) from None
        return cls(parsed.domain() or "", parsed.path(), parsed["tag"], parsed["digest"])

    @property
    def name(self) -> str:
        """Registry and repository, without tag and digest."""
        return f"{self.registry}/{self.repository}" if self.registry else self.repository

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.name}{tag}{digest}"


def name_of(text: str) -> str:
    """Return a reference as written, without its tag and digest."""
    name = text.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return head + slash + last.partition(":")[0]


@dataclass(frozen=True, slots=True)
class ParsedReference:
    """A reference with the text it was parsed from.

    Attributes:
        text: The whole reference as written.
        reference: The normalised reference.
        host: The registry as written, empty if Docker Hub is implied.
        path: The repository as written.
        known_length: The number of characters of ``path`` before its first unknown part.
    """

    text: str
    reference: Reference
    host: str
    path: str
    known_length: int

    @property
    def path_start(self) -> int:
        """The index in ``text`` of the first character of ``path``."""
        return len(self.host) + 1 if self.host else 0


def parse_partial(text: str, holes: Sequence[tuple[int, int]] = ()) -> ParsedReference:
    """Parse a reference that may have unknown parts.

    Args:
        text: The reference as written.
        holes: The index ranges of *text* whose value is unknown, such as
            ``${TAG}`` in ``nginx:${TAG}``.  They may be anywhere as long as they
            decide neither the registry nor, on Docker Hub, whether the
            repository has one component or more.  A hole directly after a name
            is taken as the rest of that name or of the tag.

    Raises:
        InvalidReference: The text is not a reference, or a hole decides its head.
    """
    if not holes:
        reference = Reference.parse(text)
        if _HEX_TAG.fullmatch(text):
            raise InvalidReference("a digest alone, without the name of an image")
        return _parsed(text, text, reference, len(text))
    filled = text
    for start, end in holes:
        filled = filled[:start] + "0" * (end - start) + filled[end:]
    first = holes[0][0]
    hole = text[holes[0][0] : holes[0][1]]
    unknown = InvalidReference(
        f"the registry comes from {hole}, which is not set in this file: "
        "set a default, or rewrite it where it is set"
    )
    if first == 0:
        raise unknown
    digest_at = filled.find("@")
    digest = text[digest_at + 1 :] if 0 < digest_at < holes[-1][1] else None
    named = filled[:digest_at] if digest else filled
    parsed = Reference.parse(named)
    head, slash, _ = named.partition("/")
    if slash and first < len(head):
        raise unknown
    tag_at = named.find(":", named.rfind("/") + 1)
    name_end = tag_at if tag_at > 0 else len(named.partition("@")[0])
    tag = text[tag_at + 1 : len(named.partition("@")[0])] if tag_at > 0 else None
    written = _parsed(text, named[:name_end], parsed, first)
    path = text[written.path_start : name_end]
    if parsed.registry == DOCKER_HUB and "/" not in written.path and written.known_length == 0:
        raise InvalidReference(f"{hole} may hold an owner and a name, or a name alone")
    repository = parsed.repository.removesuffix(written.path) + path
    return ParsedReference(
        text,
        Reference(parsed.registry, repository, tag, digest or parsed.digest),
        written.host,
        path,
        written.known_length,
    )


def _parsed(text: str, named: str, reference: Reference, certain: int) -> ParsedReference:
    head, slash, _ = named.partition("/")
    host = head if slash and head in (reference.registry, "index.docker.io") else ""
    start = len(host) + 1 if host else 0
    path = reference.repository
    if named[start : start + len(path)] != path:
        path = path.removeprefix(LIBRARY)
    return ParsedReference(text, reference, host, path, max(0, min(certain - start, len(path))))


@cache
def _parser() -> tuple[type[_Parser], tuple[type[Exception], ...]]:
    """Import docker-image-py on first use, and adapt its parser to Go's results."""
    from docker_image import digest, reference

    class Parser(reference.Reference):  # type: ignore[misc]
        """A parser without the library's own check.

        That check rejects hosts that Go accepts, and its ``$`` accepts a final newline.
        """

        @classmethod
        def try_validate(cls, s: str) -> None:
            if s.endswith("\n"):
                raise reference.ReferenceInvalidFormat.default()

    return Parser, (reference.InvalidReference, digest.InvalidDigest)
