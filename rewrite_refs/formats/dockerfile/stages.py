"""The global ARGs of a Dockerfile, its stages, and the images that it pulls.

This follows ``frontend/dockerfile/dockerfile2llb`` of BuildKit: ``FROM`` can
name the stages before it, ``COPY --from=`` and mounts can name them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rewrite_refs.errors import Problem
from rewrite_refs.formats.dockerfile.crosscheck import agree
from rewrite_refs.formats.dockerfile.instructions import (
    STAGE_NAME,
    InvalidInstruction,
    Parsed,
    mount_options,
    parse,
)
from rewrite_refs.formats.dockerfile.lines import TOO_DEEP, Directive, refuse, scan, syntax
from rewrite_refs.formats.dockerfile.words import BadSubstitution, Value, empty_at, expand, split_words
from rewrite_refs.text.chars import Chars
from rewrite_refs.text.outline import Token
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence, Piece, Span

_BUILD_ARGS = (
    *(
        f"{side}{part}"
        for side in ("BUILD", "TARGET")
        for part in ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT")
    ),
    "TARGETSTAGE",
)
_INT64 = 1 << 63


class Default(NamedTuple):
    """The default of a global ARG; ``start`` is the offset of its declaration."""

    name: str
    value: Value
    start: int


def outline(source: Source) -> list[Token]:
    """Return tokens for instructions with their heredocs, and for directives.

    Raises:
        ParseError: BuildKit would reject the text.
    """
    script = source.once(Reading).script
    tokens = [_directive_token(directive) for directive in script.directives]
    frontend = syntax(source.text)
    if frontend and all(token.span.start != frontend.start for token in tokens):
        tokens.append(_directive_token(frontend))
    for line in script.instructions:
        index, last = line.segments[-1]
        span = Span(line.segments[0][1], last + len(line.text) - index)
        bodies = [script.lines[number].text for body in line.heredocs for number in body]
        kind = f"{line.last - line.first} {script.escape} {bodies}"
        tokens.append(Token(kind, line.text, span, line.origins))
    return tokens


def _directive_token(directive: Directive) -> Token:
    span = Span(directive.start, directive.start + len(directive.value))
    return Token(directive.name, directive.value, span)


class Reading:
    """The result of one pass over the instructions of a Dockerfile.

    Attributes:
        text: The Dockerfile.
        script: Its instructions.
        parsed: The same instructions, each in parts.
        occurrences: The references, in the order of the instructions that use them.
        problem: Why there may be more references; None if there are no more.
        defaults: The global ARGs.
        all_stages: The names of all stages.

    Raises:
        ParseError: BuildKit's parser would reject the text.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.script = scan(text)
        self.parsed = [parse(line, self.script.escape) for line in self.script.instructions]
        first = next((at for at, each in enumerate(self.parsed) if _is_from(each)), len(self.parsed))
        for each, line in zip(self.parsed[:first], self.script.instructions, strict=False):
            if each.keyword != "arg" or each.trigger:
                raise refuse(line.offset(0), f"{line.keyword.upper()} is not allowed before the first FROM")
        agree(self.script)
        self._scope: dict[str, Value] = {name: Value(None) for name in _BUILD_ARGS}
        self._values: list[Span] = []
        self.defaults: list[Default] = []
        self._bad: dict[str, str] = {}
        self._stages: set[str] = set()
        self.all_stages = {name for each in self.parsed if (name := _stage_name(each))}
        self.problem: Problem | None = None
        found: list[Occurrence] = []
        try:
            for occurrence in self._walked():
                found.append(occurrence)  # noqa: PERF402 - those before an error count
        except RecursionError:
            self.problem = refuse(0, TOO_DEEP).problems[0]
        self.occurrences = tuple(found)

    def _walked(self) -> Iterator[Occurrence]:
        frontend = syntax(self.text)
        if frontend:
            span = Span(frontend.start, frontend.start + len(frontend.value))
            yield Occurrence((Piece(frontend.value, span),), span, span)
        started = False
        for each in self.parsed:
            if _is_from(each):
                started = True
                yield from self._from(each)
            elif each.keyword == "arg" and not started:
                self._arg(each)
            elif each.keyword == "copy":
                yield from self._copy(each)
            elif each.keyword == "run":
                yield from self._mounts(each)

    def _arg(self, each: Parsed) -> None:
        for indices in split_words(each.args.text, self.script.escape):
            places = [each.args.places[index] for index in indices]
            word = Chars("".join(each.args.text[index] for index in indices), places)
            name, equals, _ = word.text.partition("=")
            start = _extent(word).start
            if not equals:
                if name not in self._scope:
                    self._scope[name] = Value(None)
                self.defaults.append(Default(name, Value(None), start))
                continue
            value = word.slice(len(name) + 1, len(word))
            last = word.places[len(name)]
            self._bad.pop(name, None)
            try:
                pieces = expand(value, self._scope, self.script.escape)
            except BadSubstitution as error:
                self._bad[name] = str(error)
                self._scope[name] = Value(None)
                continue
            if not pieces and last:
                pieces = (empty_at(value, last.end),)
            self._scope[name] = Value(pieces)
            self.defaults.append(Default(name, self._scope[name], start))
            if value.places:
                self._values.append(_extent(value))

    def _from(self, each: Parsed) -> Iterator[Occurrence]:
        word = each.words()[0]
        site = _extent(word)
        name = _stage_name(each)
        try:
            pieces = expand(word, self._scope, self.script.escape)
        except BadSubstitution as error:
            yield Occurrence(word.pieces(), site, site, reason=f"BuildKit cannot expand it: {error}")
        else:
            bad = next((name for name in _variables(word.text) if name in self._bad), None)
            reason = f"BuildKit cannot expand the default of {bad}: {self._bad[bad]}" if bad else None
            occurrence = self._occurrence(word, pieces, site, reason)
            if not self._is_stage(occurrence) and occurrence.text != "scratch":
                yield occurrence
        if name:
            self._stages.add(name)

    def _is_stage(self, occurrence: Occurrence) -> bool:
        """Whether a reference names an earlier stage, for some value of its unknown parts."""
        if all(piece.known for piece in occurrence.pieces):
            return occurrence.text in self._stages
        if occurrence.holes[0][0] == 0:
            return False
        pattern = "".join(re.escape(p.text) if p.known else r"[\w.-]*" for p in occurrence.pieces)
        return any(re.fullmatch(pattern, stage) for stage in self._stages)

    def _occurrence(
        self, word: Chars, pieces: tuple[Piece, ...], site: Span, reason: str | None
    ) -> Occurrence:
        lead = word.text[:1] in ("'", '"')
        place = word.places[lead] if len(word) > lead else None
        front = place.start if place and word.text.startswith("$", lead) else None
        text = "".join(piece.text for piece in pieces)
        if not text:
            return Occurrence(word.pieces(), site, site, reason=self._blank(word.text))
        outside = 0  # the number of leading characters that come from the default of an ARG
        for piece in pieces:
            if piece.span and site.start <= piece.span.start < site.end:
                break
            outside += len(piece.text)
        if 0 < outside < len(text) and front is not None and _is_namespace(text, outside):
            pieces = (Piece("", Span(front, front)), *pieces)
        head = next((piece.span for piece in pieces if piece.text and piece.span), site)
        span = next((value for value in self._values if value.start <= head.start < value.end), site)
        if site.start <= head.start < site.end:
            span = site
        return Occurrence(pieces, span, site, front, reason=reason)

    def _blank(self, word: str) -> str:
        for name in _variables(word):
            if name not in self._scope:
                return f"no ARG before the first FROM declares {name}"
        return "it is empty unless a build argument is given"

    def _copy(self, each: Parsed) -> Iterator[Occurrence]:
        for value in each.flag("from"):
            text = value.text
            if self._is_known(text):
                continue
            if re.fullmatch(r"[+-]?[0-9]+", text) and len(text) < 32 and -_INT64 <= int(text) < _INT64:
                continue
            reason = None
            if re.search(r"\$[\w{@*#?!-]", text):
                reason = "COPY --from= cannot contain a variable: name a stage for it instead"
            yield _plain(value, reason)

    def _mounts(self, each: Parsed) -> Iterator[Occurrence]:
        for flag in each.flag("mount"):
            try:
                options = mount_options(flag)
            except InvalidInstruction:  # after ONBUILD, where BuildKit parses it only in a later build
                continue
            if any(key == "type" and value.text.lower() == "secret" for key, value in options):
                continue
            sources = [value for key, value in options if key == "from"]
            for value in sources[-1:]:
                if self._is_known(value.text):
                    continue
                reason = "from= of a mount cannot contain a variable" if "$" in value.text[:-1] else None
                yield _plain(value, reason)

    def _is_known(self, name: str) -> bool:
        """Whether the name in ``--from=`` or ``from=`` is not that of an image."""
        return not name or name == "scratch" or name.lower() in self.all_stages


def _is_from(each: Parsed) -> bool:
    return each.keyword == "from" and not each.trigger


def _stage_name(each: Parsed) -> str | None:
    words = each.words() if _is_from(each) else []
    if len(words) != 3:
        return None
    name = words[2].text.lower()
    return name if STAGE_NAME.fullmatch(name) else None


def _variables(word: str) -> list[str]:
    return re.findall(r"\$\{?(\w+)", word)


def _is_namespace(text: str, outside: int) -> bool:
    """Whether the first *outside* characters are a Docker Hub owner before a name."""
    first = text[:outside].partition("/")[0]
    return "/" in text[outside:] and not set(first) & set(".:") and first != "localhost"


def _plain(value: Chars, reason: str | None) -> Occurrence:
    span = _extent(value)
    return Occurrence(value.pieces(), span, span, reason=reason)


def _extent(chars: Chars) -> Span:
    places = [place for place in chars.places if place]
    return Span(places[0].start, places[-1].end)
