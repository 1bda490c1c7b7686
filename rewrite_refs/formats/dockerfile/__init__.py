"""Dockerfiles and Containerfiles, as BuildKit reads them.

Files: ``Dockerfile``, ``Dockerfile.*``, ``*.Dockerfile`` and ``Containerfile*``
in any letter case.

Found are the images of ``FROM``, ``COPY --from=``, ``RUN --mount=...,from=``,
the same after ``ONBUILD``, and the frontend image of ``# syntax=``.  If the
image, its registry, or an empty default for a registry is in an ``ARG`` before
the first ``FROM``, the default of the ``ARG`` is edited:

    before:  ARG REGISTRY=docker.io
             FROM ${REGISTRY}/library/alpine:3
    after:   ARG REGISTRY=123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub
             FROM ${REGISTRY}/library/alpine:3

Not changed are names and numbers of stages, ``scratch``, comments, heredocs,
and images that only a build argument names.  A file whose instructions, flags,
stages or mounts BuildKit's parser rejects, or that dockerfile-parse reads
differently, is reported and not changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rewrite_refs.errors import ParseError
from rewrite_refs.formats.base import File, Format, Manual
from rewrite_refs.formats.variables import DeclaredVariables, DeclaredView
from rewrite_refs.text.chars import Chars
from rewrite_refs.text.outline import Token
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence, Piece, Span

_WHOLE = re.compile(r"(?:.*\.)?dockerfile|containerfile", re.IGNORECASE | re.DOTALL)
_FROM = re.compile(rb"^[^\w#]*f(?:[\\`]\s+)?r(?:[\\`]\s+)?o(?:[\\`]\s+)?m", re.IGNORECASE | re.MULTILINE)
_IGNORED = re.compile(r"\.(?:dockerignore|containerignore|md|rst|txt)\Z", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\s*(?:\$\{?\w+\}?|@\w+@|%%\w+%%|<%.*%>)\s*")


def find(source: Source) -> Iterator[Occurrence]:
    """Yield the references of a Dockerfile.

    Raises:
        ParseError: BuildKit would reject the file.
    """
    from rewrite_refs.formats.dockerfile.lines import TOO_DEEP, refuse
    from rewrite_refs.formats.dockerfile.stages import Reading

    try:
        reading = source.once(Reading)
    except RecursionError:
        raise refuse(0, TOO_DEEP) from None
    except ParseError as error:
        if not _is_template(source.text, error.problems[0].offset):
            raise
        raise ParseError([error.problems[0]._replace(template=True)]) from None
    yield from reading.occurrences
    if reading.problem:
        raise ParseError([reading.problem])


def find_in(chars: Chars) -> Iterator[Occurrence]:
    """Yield the references of a Dockerfile in another file, with spans of that file.

    Raises:
        ParseError: BuildKit would reject the Dockerfile.
    """
    try:
        for occurrence in find(Source(chars.text)):
            yield _through(chars, occurrence)
    except ParseError as error:
        problems = [
            problem._replace(offset=_through_span(chars, Span(problem.offset, problem.offset)).start)
            for problem in error.problems
        ]
        raise ParseError(problems) from None


def _outline(source: Source) -> list[Token]:
    from rewrite_refs.formats.dockerfile.stages import outline

    return outline(source)


def _view(source: Source) -> DeclaredView:
    from rewrite_refs.formats.dockerfile.variables import View

    return source.derived(View)


def _accepts(file: File) -> bool:
    """Whether a file is a whole Dockerfile; included fragments have no ``FROM``."""
    if _IGNORED.search(file.name):
        return False
    is_whole = _WHOLE.fullmatch(file.name) is not None and bool(file.data.strip())
    return is_whole or _FROM.search(file.data) is not None


def _is_template(text: str, offset: int) -> bool:
    """Whether the text that cannot be parsed at *offset* is that of a template engine."""
    line = text[text.rfind("\n", 0, offset) + 1 :].partition("\n")[0]
    if _PLACEHOLDER.fullmatch(line):
        return True
    return "{{" in line or "{%" in line or re.search(r"^\s*(?:\{\{|\{%)", text, re.MULTILINE) is not None


def _through(chars: Chars, occurrence: Occurrence) -> Occurrence:
    """Translate an occurrence of the inner text into one of the outer text."""
    pieces: list[Piece] = []
    for piece in occurrence.pieces:
        if piece.span is None:
            pieces.append(piece)
        elif not piece.known or not piece.text:
            pieces.append(piece._replace(span=_through_span(chars, piece.span)))
        else:
            pieces += Chars(piece.text, chars.places[piece.span.start : piece.span.end]).pieces()
    front = occurrence.head_offset
    return Occurrence(
        tuple(pieces),
        _through_span(chars, occurrence.span),
        _through_span(chars, occurrence.site),
        None if front is None else _through_span(chars, Span(front, front)).start,
        occurrence.own,
        occurrence.reason,
    )


def _through_span(chars: Chars, span: Span) -> Span:
    """Translate a span of the inner text; a missing place is that of a neighbour."""
    places = [place for place in chars.places[span.start :] if place]
    if not places:
        places = [place for place in chars.places if place][-1:]
        end = places[0].end if places else 0
        return Span(end, end)
    inside = [place for place in chars.places[span.start : span.end] if place]
    return Span(places[0].start, inside[-1].end if inside else places[0].start)


_MANUAL = Manual(
    __doc__,
    files=(
        "`Dockerfile`, `Dockerfile.*`, `*.Dockerfile`, `Containerfile*`, in any letter case, except names "
        "that end in `.md`, `.rst`, `.txt`, `.dockerignore` or `.containerignore`"
    ),
    summary=(
        "`FROM`, `COPY --from=`, `RUN --mount=...,from=`, `# syntax=`, and the defaults of the `ARG`s that "
        "they use"
    ),
    found=(
        "`FROM`, `COPY --from=`, `RUN --mount=...,from=`, these after `ONBUILD`, `# syntax=`; an image or a "
        "registry in the default of an `ARG`"
    ),
    reported="images that only a build argument names; files that BuildKit's parser rejects",
)

FORMAT = Format(
    name="dockerfile",
    patterns=("Dockerfile", "Dockerfile.*", "*.Dockerfile", "Containerfile*"),
    signs=(),
    find=find,
    outline=_outline,
    manual=_MANUAL,
    accepts=_accepts,
    comments="own-line",
    recipe=True,
    variables=DeclaredVariables(_view),
)
