"""From a YAML text to its nodes, with one of two parsers.

PyYAML's C parser is used where it is installed, ruamel.yaml's pure one
elsewhere; both are asked for events only, and give the same nodes.  (They
differ about the place of a value that is left out, about the start of a
collection with a tag before its anchor, and about U+0085, U+2028 and U+2029,
line breaks of YAML 1.1 alone.)
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

# Real documents stay far below; both parsers are quadratic in nesting.
MAX_DEPTH = 1000

Event: TypeAlias = Any  # of PyYAML or of ruamel.yaml, which share the names but no class
Events: TypeAlias = Callable[[str], Iterator[Event]]


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
def parser() -> Events:
    """The faster of the parsers that are installed."""
    try:
        import yaml._yaml  # noqa: F401 - only whether it is there
    except ImportError:
        return pure_events
    return c_events


def read(text: str, span: Span, events: Events | None = None) -> list[Root]:
    """The roots of the part of a text at *span*, whose places are those of the whole text.

    Raises ParseError for whatever a parser has against it.
    """
    events = events or parser()
    start = span.start
    while text.startswith("\ufeff", start, span.end):  # libyaml does not count it
        start += 1
    body = text[start : span.end]
    try:
        return _roots(events(body), body, start)
    except Exception as error:  # a parser's own errors are not all that it raises
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
    """The roots of a stream; aliases become the nodes that they name."""
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
    """The place of a scalar; its event's marks include the anchor and the tag."""
    start, end = event.start_mark.index, event.end_mark.index
    if event.anchor is not None or event.tag is not None:
        properties = _PROPERTIES.match(body, start, end)
        start = properties.end() if properties else start
    if not event.value and not event.style:
        start = end
    return Span(offset + start, offset + end)


class _Unreadable(Exception):
    """What a parser lets pass and no reader of YAML would."""

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
