"""Parsing of YAML text to nodes, with one of two parsers.

PyYAML's C parser is used if it is installed, otherwise ruamel.yaml's pure
Python one; both only produce events, and lead to the same nodes.  (They differ
in the position of an omitted value, in the start of a collection with a tag
before its anchor, and in U+0085, U+2028 and U+2029, which are line breaks only
in YAML 1.1.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, TypeAlias

from rewrite_refs.errors import ParseError, Problem
from rewrite_refs.text.spans import Span
from rewrite_refs.yaml.nodes import Mapping, Node, Root, Sequence
from rewrite_refs.yaml.scalars import Scalar

# Real documents are far less deep; both parsers are quadratic in nesting.
MAX_DEPTH = 1000

Event: TypeAlias = Any  # of PyYAML or of ruamel.yaml, which share the names but no class
Events: TypeAlias = Callable[[str], Iterator[Event]]


def c_events(text: str) -> Iterator[Event]:
    """Yield the events of PyYAML's C parser; raise ImportError if it is not installed."""
    from yaml._yaml import CParser

    parser = CParser(text)
    while (event := parser.get_event()) is not None:
        yield event


def pure_events(text: str) -> Iterator[Event]:
    """Yield the events of ruamel.yaml; its C parser rejects ``{image: nginx:1.2}``."""
    from ruamel.yaml import YAML

    yield from YAML(typ="safe", pure=True).parse(text)


@cache
def parser() -> Events:
    """Return the fastest parser that is installed."""
    try:
        import yaml._yaml  # noqa: F401 - only whether it is there
    except ImportError:
        return pure_events
    return c_events


def read(text: str, span: Span, events: Events | None = None) -> list[Root]:
    """Return the roots in the part at *span* of a text, with offsets of the text.

    Raises:
        ParseError: The parser rejects the part, for whatever reason.
    """
    events = events or parser()
    start = span.start
    while text.startswith("\ufeff", start, span.end):  # libyaml does not count it
        start += 1
    body = text[start : span.end]
    try:
        return _roots(events(body), body, start)
    except Exception as error:  # a parser raises other errors besides its own
        problem = _problem(error, start, len(body))
        masked = _masked(body)
    if masked != body:
        try:
            return _roots(events(masked), masked, start)
        except Exception as error:
            problem = _problem(error, start, len(body))
    raise ParseError([problem])


_COLLECTIONS: dict[str, type[Mapping | Sequence]] = {
    "MappingStartEvent": Mapping,
    "SequenceStartEvent": Sequence,
}


def _roots(events: Iterable[Event], body: str, offset: int) -> list[Root]:
    """Return the roots of a stream; aliases become the nodes that they name."""
    result: list[Root] = []
    anchors: dict[str, Node] = {}
    above: list[list[Node]] = []
    children: list[Node] = []
    begin: Event = None
    for event in events:
        kind = type(event).__name__
        if kind == "ScalarEvent":
            anchor = event.anchor
            scalar = Scalar(event.value, _span(event, body, offset), event.style or "", event.tag, anchor)
            children.append(scalar)
            if anchor is not None:
                anchors[anchor] = scalar
        elif kind in _COLLECTIONS:
            at, anchor = offset + event.start_mark.index, event.anchor
            node = _COLLECTIONS[kind]([], at, event.tag, anchor, bool(event.flow_style))
            children.append(node)
            if anchor is not None:
                anchors[anchor] = node
            above.append(children)
            children = node.children
            if len(above) > MAX_DEPTH:
                raise _Unreadable(f"nested more than {MAX_DEPTH} deep", event.start_mark)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            children = above.pop()
        elif kind == "AliasEvent":
            if event.anchor not in anchors:
                raise _Unreadable(f"found undefined alias {event.anchor!r}", event.start_mark)
            children.append(anchors[event.anchor])
        elif kind == "DocumentStartEvent":
            begin, anchors, children = event, {}, []
        elif kind == "DocumentEndEvent":
            result.append(_root(children[0], begin, event))
    return result


def _root(node: Node, begin: Event, end: Event) -> Root:
    tags = tuple((begin.tags or {}).items())
    return Root(node, bool(begin.explicit), bool(end.explicit), begin.version, tags)


_PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s|(?<=\s)#[^\r\n]*)*)+")


def _span(event: Event, body: str, offset: int) -> Span:
    """Return the span of a scalar without the anchor and tag, which its marks include."""
    start, end = event.start_mark.index, event.end_mark.index
    if event.anchor is not None or event.tag is not None:
        properties = _PROPERTIES.match(body, start, end)
        start = properties.end() if properties else start
    if not event.value and not event.style:
        start = end
    return Span(offset + start, offset + end)


class _Unreadable(Exception):
    """An error in YAML that the parsers accept, such as an undefined alias."""

    def __init__(self, problem: str, mark: Any) -> None:
        super().__init__(problem)
        self.problem = problem
        self.problem_mark = mark


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
    """Return a text of the same length and structure that the parsers accept.

    libyaml rejects the surrogate pairs of JSON, and ruamel.yaml rejects tabs before
    a value.  A masked value differs from its source characters, so that it is never
    edited.
    """
    body = _SURROGATE.sub(r"\1\\uFFFD", body)
    if "\t" in body:
        if body.lstrip().startswith(("{", "[")):
            return _STRING_OR_TAB.sub(lambda found: " " if found[0] == "\t" else found[0], body)
        return _TAB_BEFORE_VALUE.sub(lambda found: " " * len(found[0]), body)
    return body
