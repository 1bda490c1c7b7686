"""References that begin with a placeholder for the registry.

A format finds ``--reloader-image=quay.io/acme/reloader:1`` only by its host.  The rewritten text,
``${ECR_REGISTRY}/quay/acme/reloader:1``, has none; so the text is read a second time, with the host of a
registry in place of the placeholder.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial

from rewrite_refs.errors import ParseError
from rewrite_refs.formats.base import Format
from rewrite_refs.images.placeholders import begins, pattern, resolved
from rewrite_refs.text.outline import Token
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence, Piece, Span

# An account that cannot exist, so that no file contains the host.
_HOST = "000000000000.dkr.ecr.placeholder.amazonaws.com"


def with_placeholders(format: Format, placeholders: Sequence[str]) -> Format:
    """Return a format that also finds references that begin with a placeholder.

    Formats that declare variables are returned unchanged: there a placeholder consists of variables, which
    the format itself reads.
    """
    if not placeholders or (format.variables and format.variables.declared):
        return format
    return _with_hosts(format, _Hosts(tuple(placeholders)))


@cache
def _with_hosts(format: Format, hosts: _Hosts) -> Format:
    return replace(format, find=partial(_find, format, hosts), outline=partial(_outline, format, hosts))


def _outline(format: Format, hosts: _Hosts, source: Source) -> Iterable[Token]:
    view = source.once(hosts)
    return map(view.token, format.outline(view.seen)) if view.places else format.outline(source)


def _find(format: Format, hosts: _Hosts, source: Source) -> Iterator[Occurrence]:
    """Yield the references of a text in order; raise ParseError only at the end."""
    view = source.once(hosts)
    if not view.places:
        yield from format.find(source)
        return
    found, problems = format.found(source)
    more, _ = format.found(view.seen)
    more = [view.back(each) for each in more if each.text.startswith(f"{_HOST}/")]
    # Without the placeholder a name may have been read as one of another registry.
    settled = {each.span.start for each in found if hosts.begin(each)}
    better = [each for each in more if each.span.start not in settled]
    places = {each.span.start for each in better}
    kept = [each for each in found if each.span.start not in places]
    yield from sorted([*kept, *better], key=lambda each: each.span)
    if problems:
        raise ParseError(problems)


@dataclass(frozen=True)
class _Hosts:
    """A replacement of each placeholder by a host; for ``Source.once``."""

    placeholders: tuple[str, ...]

    def __call__(self, text: str) -> _View:
        return _View(text, _places(text, self.placeholders))

    def begin(self, occurrence: Occurrence) -> bool:
        """Whether the registry of an occurrence is a placeholder."""
        text = occurrence.text
        return any(begins(text, each) or text.startswith(resolved(each)) for each in self.placeholders)


@dataclass(frozen=True)
class _View:
    """A *text* in which the placeholders at some *places* are replaced by a host."""

    text: str
    places: list[Span]

    @cached_property
    def seen(self) -> Source:
        """The text with the hosts, which a format reads."""
        parts, at = [], 0
        for place in self.places:
            parts += [self.text[at : place.start], _HOST]
            at = place.end
        return Source("".join([*parts, self.text[at:]]))

    @cached_property
    def _starts(self) -> list[int]:
        """The offsets of the hosts in the text that is read."""
        starts, shift = [], 0
        for place in self.places:
            starts.append(place.start + shift)
            shift += len(_HOST) - (place.end - place.start)
        return starts

    def back(self, occurrence: Occurrence) -> Occurrence:
        """Translate an occurrence of the view into one of the source."""
        pieces = tuple(part for piece in occurrence.pieces for part in self._piece(piece))
        return replace(
            occurrence,
            pieces=pieces,
            span=self._span(occurrence.span),
            site=self._span(occurrence.site),
            head_offset=None,
            new_name_slot=None,
        )

    def token(self, token: Token) -> Token:
        """Translate a token of the view into one of the source."""
        span = self._span(token.span)
        if token.origins is None:
            return replace(token, text=self.text[slice(*span)], span=span) if span.start >= 0 else token
        if _HOST not in token.text:
            return replace(token, span=span, origins=partial(self._origins, token.origins))
        text, origins, at = "", [], 0
        places = token.origins()
        while (host := token.text.find(_HOST, at)) >= 0:
            place = self._span(Span(places[host], places[host] + len(_HOST)))
            text += token.text[at:host] + self.text[slice(*place)]
            origins += [*map(self._at, places[at:host]), *range(*place)]
            at = host + len(_HOST)
        origins += map(self._at, places[at:])
        return replace(token, text=text + token.text[at:], span=span, origins=lambda: origins)

    def _origins(self, origins: Callable[[], Sequence[int]]) -> list[int]:
        return [self._at(each) for each in origins()]

    def _piece(self, piece: Piece) -> Iterator[Piece]:
        if piece.span is None:
            yield piece
        elif piece.text.startswith(_HOST) and piece.verbatim:
            end = piece.span.start + len(_HOST)
            place = self._span(Span(piece.span.start, end))
            yield Piece(self.text[slice(*place)], place)
            yield Piece(piece.text[len(_HOST) :], self._span(Span(end, piece.span.end)))
        else:
            yield piece._replace(span=self._span(piece.span))

    def _span(self, span: Span) -> Span:
        return Span(self._at(span.start), self._at(span.end))

    def _at(self, offset: int) -> int:
        """Return the offset in the source; inside a host, that of the placeholder's end."""
        index = bisect_right(self._starts, offset) - 1
        if index < 0:
            return offset
        start, place = self._starts[index], self.places[index]
        if offset == start:
            return place.start
        return max(offset - start - len(_HOST), 0) + place.end


def with_hosts(data: bytes, placeholders: Sequence[str]) -> bytes:
    """Return a file's content with hosts for placeholders, for format detection."""
    try:
        text = data.decode("utf-8") if placeholders else ""
    except UnicodeDecodeError:
        return data
    places = _places(text, placeholders)
    return _View(text, places).seen.text.encode() if places else data


def _places(text: str, placeholders: Sequence[str]) -> list[Span]:
    """Return the spans of placeholders before a path, in order, without overlaps."""
    places = (
        Span(*each.span())
        for placeholder in placeholders
        for each in pattern(placeholder).finditer(text)
        if text.startswith("/", each.end())
    )
    result: list[Span] = []
    for place in sorted(places):
        if not result or result[-1].end <= place.start:
            result.append(place)
    return result
