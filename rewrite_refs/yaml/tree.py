"""YAML as events with places, for the formats that are written in it.

Nothing is ever loaded or dumped: a document is read into a light tree in which
each scalar knows the characters that it stands for (``yamlchars`` tells of each
where it is), and whoever edits splices those.  PyYAML's C parser is used where
it is installed, ruamel.yaml's pure one elsewhere; both are asked for events
only, and give the same spans.  (They differ about where a value stands that is
left out, and about U+0085, U+2028 and U+2029, line breaks of YAML 1.1 alone.)

A file is split at its ``---`` lines first, so that one bad document costs no
other.  JSON is read as the YAML that it nearly is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias, TypeGuard, TypeVar

from rewrite_refs.errors import ParseError, Problem
from rewrite_refs.text.outline import Token
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Span
from rewrite_refs.yaml.scalars import Scalar, chars

# Real documents stay far below; both parsers are quadratic in nesting.
MAX_DEPTH = 1000

_NOT_TEXT = re.compile(r"~?|null|true|false|yes|no|on|off|[-+]?[.\d][\d_.]*(?:e[-+]?\d+)?", re.IGNORECASE)

Event: TypeAlias = Any  # of PyYAML or of ruamel.yaml, which share the names but no class
Events: TypeAlias = Callable[[str], Iterator[Event]]
Result = TypeVar("Result")


class Mapping(NamedTuple):
    """A mapping: keys and values by turns in ``children``; ``start`` is its offset."""

    children: list[Node]
    start: int

    def pairs(self) -> Iterator[tuple[Node, Node]]:
        """Keys with values, as they are written."""
        return zip(self.children[::2], self.children[1::2], strict=True)


class Sequence(NamedTuple):
    """A sequence; ``start`` is its offset."""

    children: list[Node]
    start: int


# An alias is the node that it names; nodes may therefore hold themselves.
Node: TypeAlias = Scalar | Mapping | Sequence


def split(text: str) -> list[Span]:
    """The documents of a text.  A part may still hold several, after ``...`` or directives."""
    if text.startswith(("%", "\ufeff%")) or "\n%" in text:
        return [Span(0, len(text))]
    starts, at = [0], text.find("\n---")
    while at >= 0:
        if text[at + 4 : at + 5] in " \t\r\n":  # the empty string, at the end of the text, too
            starts.append(at + 1)
        at = text.find("\n---", at + 4)
    return [Span(*pair) for pair in pairwise([*starts, len(text)])]


class Document:
    """One document of a text, parsed when somebody first asks for its nodes, and never again.

    Attributes:
        whole: The text that it is a part of; the places of its nodes are offsets there.
        span: Its place in that text.
    """

    __slots__ = ("_problems", "_roots", "span", "whole")

    def __init__(self, whole: str, span: Span) -> None:
        self.whole = whole
        self.span = span
        self._roots: list[Node] | None = None
        self._problems: tuple[Problem, ...] = ()

    @property
    def text(self) -> str:
        """The characters of the document."""
        return self.whole[self.span.start : self.span.end]

    def roots(self) -> list[Node]:
        """Return the root nodes, which nobody may change.  Raises ParseError where it cannot be read."""
        if self._roots is None and not self._problems:
            try:
                self._roots = parse(self.whole, self.span)
            except ParseError as error:
                self._problems = error.problems
        if self._roots is None:
            raise ParseError(self._problems)
        return self._roots

    @property
    def is_readable(self) -> bool:
        """Whether it can be parsed."""
        try:
            return self.roots() is not None
        except ParseError:
            return False


def documents(text: str) -> list[Document]:
    """The documents of a text, in order; for ``Source.once``."""
    return [Document(text, span) for span in split(text)]


def roots(
    source: Source,
    wanted: Callable[[str], bool],
    expected: Callable[[str], bool],
    problems: list[Problem],
) -> Iterator[Node]:
    """The root nodes of the documents whose text is *wanted*.

    A document that cannot be read is put on *problems* if it is *expected* to
    be readable, and passed over otherwise.
    """
    for document in source.once(documents):
        text = document.text
        if not wanted(text):
            continue
        try:
            yield from document.roots()
        except ParseError as error:
            if expected(text):
                template = "{{" in text or "{%" in text
                problems += [each._replace(template=template) for each in error.problems]


def parse(text: str, span: Span, events: Events | None = None) -> list[Node]:
    """The root nodes of the document at *span* of a text.

    Raises ParseError for whatever a parser has against it.
    """
    return _read(text, span, events or _parser(), _tree)


def outline(
    source: Source,
    wanted: Callable[[str], bool] = lambda document: True,
    use: Callable[[str, str], Hashable] = lambda top, key: None,
) -> list[Token]:
    """A token for each parse event: everything that an edit of scalars must leave alone.

    A document that is not *wanted* is one token.  *use* tells from the top and the
    nearest key of a place what is made of a text there; a scalar that aliases put
    into places with different uses has a token that forbids every edit.
    """
    text = source.text
    tokens: list[Token] = []
    for document in source.once(documents):
        if not wanted(document.text):
            tokens.append(Token("passed over", document.text, document.span))
            continue
        try:
            read = _read(text, document.span, _parser(), lambda *read: _tokens(text, *read))
            if any(token.kind.startswith("AliasEvent") for token in read):
                read += [token for root in document.roots() for token in _shared(root, use)]
        except ParseError:
            read = [Token("unreadable", document.text, document.span)]
        tokens += read
    return tokens


def _shared(root: Node, use: Callable[[str, str], Hashable]) -> Iterator[Token]:
    """A token for each scalar that stands, through aliases, in places with different uses."""
    uses: dict[int, set[Hashable]] = {}
    scalars: dict[int, Scalar] = {}
    pending: list[tuple[Node, str, str]] = [(root, "", "")]
    seen: set[tuple[int, str, str]] = set()
    while pending:
        node, top, key = pending.pop()
        if isinstance(node, Scalar):
            scalars[id(node)] = node
            uses.setdefault(id(node), set()).add(use(top, key))
        elif (id(node), top, key) not in seen:
            seen.add((id(node), top, key))
            if isinstance(node, Sequence):
                pending += [(each, top, key) for each in node.children]
                continue
            for name, value in node.pairs():
                named = name.value if isinstance(name, Scalar) else ""
                pending += [(name, "", ""), (value, top or named, named)]
    for identity, found in uses.items():
        if len(found) > 1:
            yield Token("shared", scalars[identity].value, Span(-1, -1))


def is_null(node: Node | None) -> bool:
    """Whether a node is absent or null."""
    if isinstance(node, Scalar):
        return not node.style and node.value.lower() in ("", "~", "null")
    return node is None


def is_text(node: Node | None) -> TypeGuard[Scalar]:
    """Whether a node is a scalar that can name something: no null, boolean or number."""
    if not isinstance(node, Scalar) or not node.value.strip():
        return False
    return bool(node.style) or not _NOT_TEXT.fullmatch(node.value)


def items(node: Node | None) -> list[Node]:
    """The nodes of a sequence; none of any other node."""
    return node.children if isinstance(node, Sequence) else []


def fields(node: Node | None) -> dict[str, Node]:
    """The values of a mapping by key, with those that ``<<`` merges into it; none of any other node."""
    result: dict[str, Node] = {}
    pending, seen = [node] if isinstance(node, Mapping) else [], set()
    while pending:
        current = pending.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        own = {key.value: value for key, value in current.pairs() if isinstance(key, Scalar)}
        merged = own.pop("<<", None)
        result = {**own, **result}
        if merged is not None:
            sources = merged.children if isinstance(merged, Sequence) else [merged]
            pending += [each for each in reversed(sources) if isinstance(each, Mapping)]
    return result


# --- from events to nodes and tokens ---------------------------------------------------------


def c_events(text: str) -> Iterator[Event]:
    """The events of PyYAML's C parser; ImportError where it is not installed."""
    from yaml._yaml import CParser

    parser = CParser(text)
    while (event := parser.get_event()) is not None:
        yield event


def pure_events(text: str) -> Iterator[Event]:
    """The events of ruamel.yaml; its own C parser refuses ``{image: nginx:1.2}``."""
    from ruamel.yaml import YAML

    yield from YAML(typ="safe", pure=True).parse(text)


@cache
def _parser() -> Events:
    try:
        import yaml._yaml  # noqa: F401 - only whether it is there
    except ImportError:
        return pure_events
    return c_events


def _read(
    text: str, span: Span, events: Events, build: Callable[[Iterator[Event], str, int], Result]
) -> Result:
    """What *build* makes of the events of a document, its text and its offset."""
    start = span.start
    while text.startswith("\ufeff", start, span.end):  # libyaml does not count it
        start += 1
    body = text[start : span.end]
    try:
        return build(events(body), body, start)
    except Exception as error:  # a parser's own errors are not all that it raises
        problem = _problem(error, start, len(body))
        masked = _masked(body)
    if masked != body:
        try:
            return build(events(masked), masked, start)
        except Exception as error:
            problem = _problem(error, start, len(body))
    raise ParseError([problem])


def _problem(error: Exception, start: int, length: int) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    at = mark.index if mark is not None else getattr(error, "position", 0)
    message = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    line = str(message).partition("\n")[0] or type(error).__name__
    return Problem(start + min(at, length), f"not valid YAML: {line}")


_SURROGATE = re.compile(r"(?<!\\)((?:\\\\)*)\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_STRING_OR_TAB = re.compile(r'"(?:[^"\\]|\\.)*"|\t', re.DOTALL)
_TAB_BEFORE_VALUE = re.compile(r"(?<=[:-])( *\t[ \t]*)")


def _masked(body: str) -> str:
    """A text of the same length and structure that the parsers take.

    libyaml refuses the surrogate pairs of JSON, and ruamel.yaml tabs before a
    value.  A value in which something was masked differs from its characters,
    which keeps it from being edited.
    """
    body = _SURROGATE.sub(r"\1\\uFFFD", body)
    if "\t" in body:
        if body.lstrip().startswith(("{", "[")):
            return _STRING_OR_TAB.sub(lambda found: " " if found[0] == "\t" else found[0], body)
        return _TAB_BEFORE_VALUE.sub(lambda found: " " * len(found[0]), body)
    return body


_PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s|(?<=\s)#[^\r\n]*)*)+")


def _span(event: Event, body: str, offset: int) -> Span:
    """The place of a scalar; its event's marks include the anchor and the tag."""
    start, end = event.start_mark.index, event.end_mark.index
    if event.anchor is not None or event.tag is not None:
        properties = _PROPERTIES.match(body, start, end)
        start = properties.end() if properties else start
    if not event.value and not event.style:
        start = end
    return Span(offset + start, offset + end)


def _tree(events: Iterator[Event], body: str, offset: int) -> list[Node]:
    """The root nodes of a stream; aliases become the nodes that they name."""
    result: list[Node] = []
    anchors: dict[str, Node] = {}
    above: list[list[Node]] = []
    children = result
    for event in events:
        kind = type(event).__name__
        node: Node
        if kind == "ScalarEvent":
            node = Scalar(event.value, _span(event, body, offset), event.style or "", event.tag)
        elif kind == "MappingStartEvent":
            node = Mapping([], offset + event.start_mark.index)
        elif kind == "SequenceStartEvent":
            node = Sequence([], offset + event.start_mark.index)
        elif kind == "AliasEvent":
            if event.anchor not in anchors:
                raise _Unreadable(f"found undefined alias {event.anchor!r}", event.start_mark)
            children.append(anchors[event.anchor])
            continue
        else:
            if kind in ("MappingEndEvent", "SequenceEndEvent"):
                children = above.pop()
            elif kind == "DocumentStartEvent":
                anchors = {}
            continue
        children.append(node)
        if event.anchor is not None:
            anchors[event.anchor] = node
        if kind != "ScalarEvent":
            above.append(children)
            children = node.children  # type: ignore[union-attr]
            _limit(len(above), event)
    return result


def _tokens(text: str, events: Iterator[Event], body: str, offset: int) -> list[Token]:
    """A token for each event."""
    result: list[Token] = []
    depth = 0
    for event in events:
        kind = type(event).__name__
        marks = [kind] + [
            f"{name}={getattr(event, name, None)}"
            for name in ("anchor", "tag", "implicit", "style", "flow_style", "explicit", "version", "tags")
        ]
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        _limit(depth, event)
        if kind == "ScalarEvent":
            scalar = Scalar(event.value, _span(event, body, offset), event.style or "", event.tag)
            result.append(Token(" ".join(marks), scalar.value, scalar.span, _origins(text, scalar)))
        else:
            at = offset + event.start_mark.index
            result.append(Token(" ".join(marks), "", Span(at, at)))
    return result


def _origins(text: str, scalar: Scalar) -> Callable[[], list[int]]:
    """The source offset of each character of a value, worked out when somebody asks.

    None of them where the value cannot be followed: no edit then looks right.
    """

    def origins() -> list[int]:
        at, result = scalar.span.start, []
        found = chars(text, scalar)
        for place in found.places if found else ():
            at = place.start if place else at
            result.append(at)
        return result

    return origins


class _Unreadable(Exception):
    """What a parser lets pass and no reader of YAML would."""

    def __init__(self, problem: str, mark: Any) -> None:
        super().__init__(problem)
        self.problem = problem
        self.problem_mark = mark


def _limit(depth: int, event: Event) -> None:
    if depth > MAX_DEPTH:
        raise _Unreadable(f"nested more than {MAX_DEPTH} deep", event.start_mark)
