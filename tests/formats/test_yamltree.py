"""The YAML layer: documents, spans, characters and outlines, with both parsers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.errors import ParseError, Problem
from rewrite_refs.text.edits import Edit, splice
from rewrite_refs.text.outline import Token, same_but
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Span
from rewrite_refs.yaml import parsing
from rewrite_refs.yaml import scalars as yamlchars
from rewrite_refs.yaml import tree as yamltree
from rewrite_refs.yaml.nodes import Root
from rewrite_refs.yaml.parsing import Events
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tokens import tokens
from rewrite_refs.yaml.tree import Mapping, Node, Sequence

PARSERS = {"c": parsing.c_events, "pure": parsing.pure_events}


def scalars(text: str, events: Events | None = None) -> list[Scalar]:
    """Every scalar of a text in order, keys too; an alias's is not repeated."""
    result: list[Scalar] = []
    seen: set[int] = set()
    for span in yamltree.split(text):
        pending: list[Node] = list(reversed(yamltree.parse(text, span, events)))
        while pending:
            node = pending.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, Scalar):
                result.append(node)
            else:
                pending += reversed(node.children)
    return result


def last(text: str) -> Scalar:
    return scalars(text)[-1]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", [""]),
        ("a: 1", ["a: 1"]),
        ("a: 1\n---\nb: 2\n", ["a: 1\n", "---\nb: 2\n"]),
        ("---\na\n--- # two\nb\n---", ["---\na\n", "--- # two\nb\n", "---"]),
        ("---\r\na\r\n---\r\nb", ["---\r\na\r\n", "---\r\nb"]),
        ("a: |\n  ---\n  x\n---x: 1\n----\n", ["a: |\n  ---\n  x\n---x: 1\n----\n"]),
        ("a\n---\n---\nb", ["a\n", "---\n", "---\nb"]),
        ("%YAML 1.1\n---\na\n---\nb", ["%YAML 1.1\n---\na\n---\nb"]),
        ("a\n...\n%TAG ! !x\n---\nb", ["a\n...\n%TAG ! !x\n---\nb"]),
        ("\ufeff%YAML 1.1\n---\na", ["\ufeff%YAML 1.1\n---\na"]),
    ],
)
def test_split(text: str, parts: list[str]) -> None:
    assert [text[span.start : span.end] for span in yamltree.split(text)] == parts


# The source of the last scalar, and its value.
STYLES = [
    ("a: nginx:1  # c\n", "nginx:1", "nginx:1"),
    ("a: &x !!str nginx:1\n", "nginx:1", "nginx:1"),
    ("a: !!str &x nginx:1", "nginx:1", "nginx:1"),
    ("a: &x\n  # why\n  !t\n  nginx\n", "nginx", "nginx"),
    ("a: ! 'it''s'  \n", "'it''s'", "it's"),
    ("a: !<tag:example.com,2024:x> b", "b", "b"),
    ("a: &x\n", "", ""),
    ("[&x , !!str ]", "", ""),
    ("a: one\n  two\n\n\n  three # c\n", "one\n  two\n\n\n  three", "one two\n\nthree"),
    ("a: 'one  \n  two\n\n  three '\n", "'one  \n  two\n\n  three '", "one two\nthree "),
    ("a: ''\n", "''", ""),
    (
        'a: "\\x6e\\u0067\\U00000069\\tn\\\\\\"\\/\\_x"\n',
        '"\\x6e\\u0067\\U00000069\\tn\\\\\\"\\/\\_x"',
        'ngi\tn\\"/\xa0x',
    ),
    (
        'a: "one\\\n   two \\\n\n   three\n   four"\n',
        '"one\\\n   two \\\n\n   three\n   four"',
        "onetwo \nthree four",
    ),
    ("a: |\n  x\n   y\n\n  z\n", "|\n  x\n   y\n\n  z\n", "x\n y\n\nz\n"),
    ("a: |-\n  x\n\n\nb:", "", ""),
    ("a: |- # why\n  x\n  y\n", "|- # why\n  x\n  y\n", "x\ny"),
    ("a: |+\n  x\n\n\n", "|+\n  x\n\n\n", "x\n\n\n"),
    ("a: |2-\n    x\n   y\n", "|2-\n    x\n   y\n", "  x\n y"),
    ("a:\n  b: |+1\n    x\n", "|+1\n    x\n", " x\n"),
    ("a: >\n\n  x\n  y\n\n  z\n   more\n\n   more\n  end\n\n", None, "\nx y\nz\n more\n\n more\nend\n"),
    ("a: >-\n  x", ">-\n  x", "x"),
    ("a: |\n  x", "|\n  x", "x"),
    ("- |\n x\n- >\n\n", None, ""),
    ("a: >+\n\n\n", None, "\n\n"),
    ("\ufeffa: b", "b", "b"),
    ("a: é😀 b # ü", "é😀 b", "é😀 b"),
    ('{"a": "x\\/y"}', '"x\\/y"', "x/y"),
]


@pytest.mark.parametrize(("text", "source", "value"), STYLES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("events", PARSERS.values(), ids=PARSERS)
def test_scalars(text: str, source: str | None, value: str, newline: str, events: Events) -> None:
    text = text.replace("\n", newline)
    scalar = scalars(text, events)[-1]
    assert scalar.value == value
    if source is not None:
        assert text[scalar.span.start : scalar.span.end] == source.replace("\n", newline)
    chars = yamlchars.chars(text, scalar)
    assert chars is not None
    assert chars.text == value
    assert "".join(piece.text for piece in yamlchars.pieces(text, scalar)) == value
    places = [place for place in chars.places if place]
    assert len(places) == len(value)
    assert all(one.end <= other.start for one, other in pairwise(places))
    for char, place in zip(value, places, strict=True):
        if place.end - place.start == 1 and char not in " \n":
            assert text[place.start] == char


def test_each_place_of_an_escape() -> None:
    text = "a: \"x\\u0041y\"\nb: 'i''t'\n"
    escaped = yamlchars.pieces(text, scalars(text)[1])
    assert [text[piece.span.start : piece.span.end] for piece in escaped if piece.span] == [
        "x",
        "\\u0041",
        "y",
    ]
    assert [piece.text for piece in yamlchars.pieces(text, last(text), 1, 3)] == ["'", "t"]


@pytest.mark.parametrize(
    ("text", "inside"),
    [("a: b", "b"), ("a: 'b'", "b"), ('a: " b "', " b "), ("a: |-\n\n   b \n\n", "b"), ("a: >\n", "")],
)
def test_inside(text: str, inside: str) -> None:
    place = yamlchars.inside(text, last(text))
    assert text[place.start : place.end] == inside


@pytest.mark.parametrize(
    ("text", "scalar"),
    [
        ("a: nginx", Scalar("other", Span(3, 8), "", None)),
        ("a: nginx", Scalar("other", Span(3, 8), "|", None)),
        ("a: |\n b", Scalar("other", Span(3, 7), "|", None)),
        ("a: 'b'", Scalar("other", Span(3, 6), "'", None)),
    ],
)
def test_a_value_that_cannot_be_followed_has_no_place(text: str, scalar: Scalar) -> None:
    assert yamlchars.chars(text, scalar) is None
    assert yamlchars.pieces(text, scalar) == (("other", None, True),)


def test_a_folded_break_is_no_place_to_edit() -> None:
    text = "'\na\nb'"
    assert yamlchars.pieces(text, last(text)) == (
        (" ", None, True),
        ("a", Span(2, 3), True),
        (" ", None, True),
        ("b", Span(4, 5), True),
    )
    (token,) = (token for token in yamltree.outline(Source(text)) if token.text)
    assert token.origins is not None
    assert token.origins() == [0, 2, 2, 4]


def test_the_tree() -> None:
    text = "a: &x {b: [1, *x]}\nc: *x\n"
    (root,) = yamltree.parse(text, Span(0, len(text)))
    assert isinstance(root, Mapping)
    (_, one), (_, other) = root.pairs()
    assert one is other
    assert isinstance(one, Mapping)
    ((_, inner),) = one.pairs()
    assert isinstance(inner, Sequence)
    assert inner.children[1] is one
    assert (root.start, one.start, inner.start) == (0, 3, 10)


@pytest.mark.parametrize("events", PARSERS.values(), ids=PARSERS)
def test_a_node_keeps_its_properties(events: Events) -> None:
    text = "&m !t\na: &s !u {k: ! 'v'}\nb: !!seq &q\n- x\n"
    (root,) = yamltree.parse(text, Span(0, len(text)), events)
    assert isinstance(root, Mapping)
    (key, flow), (_, block) = root.pairs()
    assert isinstance(flow, Mapping)
    assert isinstance(block, Sequence)
    assert [(each.tag, each.anchor) for each in (root, key, flow, *flow.children, block)] == [
        ("!t", "m"),
        (None, None),
        ("!u", "s"),
        (None, None),
        ("!", None),
        ("tag:yaml.org,2002:seq", "q"),
    ]
    assert [each.flow for each in (root, flow, block)] == [False, True, False]


@pytest.mark.parametrize("events", PARSERS.values(), ids=PARSERS)
def test_a_root_keeps_what_is_around_it(events: Events) -> None:
    text = "%YAML 1.1\n%TAG !e! tag:e,1:\n---\n!e!x a\n...\n--- b\n"
    first, second = parsing.read(text, Span(0, len(text)), events)
    assert first[1:] == (True, True, (1, 1), (("!e!", "tag:e,1:"),))
    assert second[1:] == (True, False, None, ())
    assert first.node.tag == "tag:e,1:x"
    assert parsing.read("# nothing\n", Span(0, 10), events) == []


def test_an_anchor_ends_with_its_document() -> None:
    text = "%YAML 1.1\n---\na: &x 1\n---\nb: *x\n"
    with pytest.raises(ParseError, match="undefined alias"):
        yamltree.parse(text, Span(0, len(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2", {"a": "1", "b": "2"}),
        ("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}", {"a": "1", "b": "3"}),
        ("x: &x {a: 1}\nz: &z {a: 2, c: 3}\ny: {<<: [*x, *z, nothing]}", {"a": "1", "c": "3"}),
        ("w: &w {d: 4, a: 5}\nx: &x {a: 1, <<: *w}\ny: {<<: *x}", {"a": "1", "d": "4"}),
        ("y: &y {<<: *y, a: 1}", {"a": "1"}),
        ("y: {a: 1, a: 2, [b]: 3}", {"a": "2"}),
    ],
)
def test_fields(text: str, expected: dict[str, str]) -> None:
    (root,) = yamltree.parse(text, Span(0, len(text)))
    assert isinstance(root, Mapping)
    node = list(root.pairs())[-1][1]
    found = yamltree.fields(node if isinstance(node, Mapping) else root)
    assert {key: value.value for key, value in found.items() if isinstance(value, Scalar)} == expected


@pytest.mark.parametrize(
    ("value", "null", "text"),
    [
        ("", True, False),
        ("~", True, False),
        ("Null", True, False),
        ("''", False, False),
        ("'null'", False, True),
        ("true", False, False),
        ("'true'", False, True),
        ("1.25", False, False),
        ("-1e3", False, False),
        ("nginx", False, True),
        ("1.25-alpine", False, True),
        ("[]", False, False),
    ],
)
def test_kinds_of_scalars(value: str, null: bool, text: bool) -> None:
    source = f"a: {value}"
    (root,) = yamltree.parse(source, Span(0, len(source)))
    assert isinstance(root, Mapping)
    node = root.children[1]
    assert (yamltree.is_null(node), yamltree.is_text(node)) == (null, text)
    assert yamltree.is_null(None)
    assert not yamltree.is_text(None)
    assert yamltree.items(None) == yamltree.items(root) == []


# --- what is broken, and what only looks so --------------------------------------------------


def problems_of(text: str) -> list[tuple[int, bool]]:
    problems: list[Problem] = []
    for _ in yamltree.roots(Source(text), lambda document: "skip" not in document, lambda _: True, problems):
        pass
    return [(problem.offset, problem.template) for problem in problems]


def test_a_broken_document_costs_no_other() -> None:
    text = "a: 1\n---\nb: [\n---\nc: {{ x }}: y\n---\nskip: [\n---\nd: 4\n"
    found: list[Problem] = []
    roots = list(yamltree.roots(Source(text), lambda document: "skip" not in document, lambda _: True, found))
    assert [root.children[0].value for root in roots if isinstance(root, Mapping)] == ["a", "d"]  # type: ignore[union-attr]
    assert [problem.template for problem in found] == [False, True]
    assert 9 <= found[0].offset <= 14 < found[1].offset
    unexpected: list[Problem] = []
    assert len(list(yamltree.roots(Source(text), lambda _: True, lambda _: False, unexpected))) == 2
    assert not unexpected


def test_a_document_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    spans: list[Span] = []

    def read(text: str, span: Span) -> list[Root]:
        spans.append(span)
        return parsing.read(text, span)

    monkeypatch.setattr(yamltree, "read", read)
    text = "image: &a x\n---\nname: [\n---\nb: {name: &a y, image: *a}\n---\nskip: z\n"
    source = Source(text)
    found = source.once(yamltree.documents)
    assert not spans
    assert [(document.text, document.span) for document in found] == [
        (text[span.start : span.end], span) for span in yamltree.split(text)
    ]
    for _ in range(2):
        problems: list[Problem] = []
        roots = list(yamltree.roots(source, lambda document: "skip" not in document, bool, problems))
        assert roots == [*found[0].roots(), *found[2].roots()]
        assert len(problems) == 1
        assert [each.is_readable for each in found[:3]] == [True, False, True]
        with pytest.raises(ParseError) as caught:
            found[1].roots()
        assert list(caught.value.problems) == problems
        outline = yamltree.outline(source, lambda document: "skip" not in document, lambda top, key: key)
        assert [token.text for token in outline if isinstance(token.kind, str) and token.text] == [
            found[1].text,
            "y",
            found[3].text,
        ]
    assert spans == [document.span for document in found[:3]]


@pytest.mark.parametrize(
    "text",
    ["a: *x", "a: [", "a:\n\tb: 1", "a: \x00", 'a: "\\q"', "a: \ud800", "- \x01"],
)
@pytest.mark.parametrize("events", PARSERS.values(), ids=PARSERS)
def test_every_failure_is_a_problem(text: str, events: Events) -> None:
    with pytest.raises(ParseError, match=r"not valid YAML: .") as caught:
        yamltree.parse("\ufeff" + text, Span(0, len(text) + 1), events)
    (problem,) = caught.value.problems
    assert 0 <= problem.offset <= len(text) + 1


@pytest.mark.parametrize("error", [RecursionError(), ValueError("no\nway"), OverflowError("big")])
def test_no_error_of_a_parser_escapes(error: Exception) -> None:
    def events(text: str) -> Iterator[parsing.Event]:
        raise error
        yield

    with pytest.raises(ParseError) as caught:
        yamltree.parse("a:\tb", Span(0, 4), events)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("unit", ["[", "- ", "{a: ", "? ", "[[]," * 2])
def test_nesting_without_end_is_reported(unit: str) -> None:
    text = unit * 100_000
    assert problems_of(text)
    assert [token.kind for token in yamltree.outline(Source(text))] == ["unreadable"]


def test_nesting_that_is_only_deep_is_read() -> None:
    text = "[" * 900 + "]" * 900
    assert len(yamltree.parse(text, Span(0, len(text)))) == 1


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "\\ud83d\\ude00 \\\\ud83d", "image": "nginx"}',
        '{\t"image":\t"nginx",\n\t"b": ["tab\\t", "\\""]\t}',
        '{\t"a":\t"\\ud83d\\ude00",\t"image":\t"nginx"}',
        "a: 1\nimage:\tnginx\n",
        "-\tnginx\n",
    ],
)
@pytest.mark.parametrize("events", PARSERS.values(), ids=PARSERS)
def test_what_a_parser_would_refuse_is_masked(text: str, events: Events) -> None:
    scalar = next(each for each in scalars(text, events) if each.value == "nginx")
    assert text[scalar.span.start : scalar.span.end].strip('"') == "nginx"


def test_a_masked_value_is_not_edited() -> None:
    text = '{"image": "\\ud83d\\ude00"}'
    scalar = scalars(text, parsing.c_events)[-1]
    assert yamlchars.chars(text, scalar) is None
    origins = next(token.origins for token in yamltree.outline(Source(text)) if token.span == scalar.span)
    assert origins is not None
    assert origins() == []


def test_without_a_c_parser_ruamel_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    parsing.parser.cache_clear()
    assert parsing.parser() is parsing.c_events
    parsing.parser.cache_clear()
    monkeypatch.setitem(sys.modules, "yaml._yaml", None)
    assert parsing.parser() is parsing.pure_events
    assert last("a: {image: nginx:1.2}").value == "nginx:1.2"
    parsing.parser.cache_clear()


# --- outlines --------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "source", "value"), STYLES)
def test_an_edit_of_a_value_is_all_that_an_outline_sees(text: str, source: str | None, value: str) -> None:
    scalar = last(text)
    chars = yamlchars.chars(text, scalar)
    words = [
        place for char, place in zip(value, chars.places if chars else (), strict=True) if char.isalpha()
    ]
    if not words or words[0] is None:
        return
    edits = [Edit(words[0].start, words[0].start, "host/")]
    after = splice(text, edits)
    assert last(after).value != value
    assert same_but(yamltree.outline(Source(text)), yamltree.outline(Source(after)), edits)
    assert not same_but(yamltree.outline(Source(text)), yamltree.outline(Source(after + "\nmore: x")), edits)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: x", "a: 'x'"),
        ("a: x", "a: &b x"),
        ("a: x", "a: !t x"),
        ("a: [x]", "a:\n- x"),
        ("a: x", "--- \na: x"),
        ("a: x", "a: y"),
        ("a: [", "a:  ["),
        ("a: &b x\nb: *b\nc: &c x", "a: &b x\nb: *b\nc: &d x"),
        ('a: "x"', "a: 'x'"),
        ("a: 'x'", "a: ! 'x'"),
        ("a: |-\n  x", "a: >-\n  x"),
        ("a: !t x", "a: !u x"),
        ("a: !!str x", "a: x"),
        ("a: {b: x}", "a:\n  b: x"),
        ("a: {}", "a: []"),
        ("a: !t [x]", "a: [x]"),
        ("a: &b [x]", "a: [x]"),
        ("a: &b {}", "a: &c {}"),
        ("[[x], y]", "[[x, y]]"),
        ("[{}, {a: x}]", "[{a: x}, {}]"),
        ("a: &b x\nb: &c x\nc: *b", "a: &b x\nb: &c x\nc: *c"),
        ("a: &b x\nb: *b", "a: &b x\nb: x"),
        ("a: &b x\nb: *b\nc: x", "a: &b x\nb: x\nc: *b"),
        ("a: &b [*b, x]", "a: &b [x, *b]"),
        ("a: &b [[*b]]", "a: [&b [*b]]"),
        ("a: &b {x: y}\nc: {<<: *b}", "a: &b {x: y}\nc: {d: *b}"),
        ("a: &b {x: y}\nc: {<<: *b}", "a: &b {x: y}\nc: {<<: [*b]}"),
        ("a: &b {x: y}\nc: {<<: *b}", "a: &b {x: y}\nc: {'<<': *b}"),
        ("x", "x\n..."),
        ("--- x", "%YAML 1.1\n--- x"),
        ("%YAML 1.1\n--- x", "%YAML 1.2\n--- x"),
        ("%TAG !e! a\n--- x", "%TAG !e! b\n--- x"),
        ("%TAG !e! a\n--- x", "%TAG !f! a\n--- x"),
        ("%TAG !e! a\n--- !e!b x", "--- !<ab> x"),
        ("--- x\n--- y", "--- x\n...\n--- y"),
        ("--- x\n--- y\n--- z", "--- x\n--- y"),
        ("# nothing", "# nothing\n---\n# more"),
    ],
)
@pytest.mark.parametrize("events", PARSERS.values(), ids=PARSERS)
def test_outlines_tell_documents_apart(before: str, after: str, events: Events) -> None:
    assert not same_but(outlined(before, events), outlined(after, events), [])
    assert not same_but(outlined(after, events), outlined(before, events), [])
    assert same_but(outlined(before, events), outlined(before, events), [])
    assert not same_but(yamltree.outline(Source(before)), yamltree.outline(Source(after)), [])


def outlined(text: str, events: Events) -> list[Token]:
    """The outline of a text by one of the parsers; what is broken is a token of its own."""
    result: list[Token] = []
    for span in yamltree.split(text):
        try:
            result += tokens(text, parsing.read(text, span, events), lambda top, key: key)
        except ParseError:
            result.append(Token("unreadable", text[slice(*span)], span))
    return result


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: x # c\n", "a:   x\n\n"),
        ("a: [x, y]", "a: [ x,\n  y, ]"),
        ("a:\n- x", "a:\n    - x"),
        ("{a: &b x, c: *b}", "{ a : &b  x,c: *b }"),
        ("a: !!str x", "a: !<tag:yaml.org,2002:str> x"),
    ],
)
def test_an_outline_leaves_blanks_and_comments_out(before: str, after: str) -> None:
    assert same_but(yamltree.outline(Source(before)), yamltree.outline(Source(after)), [])


@pytest.mark.parametrize("events", PARSERS.values(), ids=PARSERS)
def test_an_outline_is_as_deep_as_the_tree(events: Events, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "MAX_DEPTH", 50)
    assert len(outlined("[" * 50 + "]" * 50, events)) == 102
    with pytest.raises(ParseError, match="nested more than 50 deep"):
        parsing.read("[" * 51 + "]" * 51, Span(0, 102), events)
    assert [token.kind for token in outlined("[" * 51 + "]" * 51, events)] == ["unreadable"]


def test_an_unwanted_document_is_compared_as_it_is() -> None:
    text = "a: x\n---\nb: y\n"
    tokens = yamltree.outline(Source(text), lambda document: "a:" in document)
    assert tokens[-1].text == "---\nb: y\n"
    edits = [Edit(0, 0, ""), Edit(len(text) - 2, len(text) - 2, "z")]
    assert same_but(
        tokens, yamltree.outline(Source(splice(text, edits)), lambda document: "a:" in document), edits
    )


@pytest.mark.parametrize(
    ("text", "shared"),
    [
        ("image: &a x\nb: {image: *a}", []),
        ("image: &a x\nname: *a", ["x"]),
        ("image: &a x\nb: [*a, {*a : c}]", ["x"]),
        ("image: &a {image: x}\nb: *a\nc: {<<: *a}", []),
        ("x-y: {a: &a x, b: [*a]}\nimage: *a", []),
        ("x-y: &a {b: &b x}\nimage: *b\nc: *a\nd: *a", ["x"]),
        ("a: &a {b: *a, image: &b x, ? [c] : *b}", ["x"]),
    ],
)
def test_scalars_that_aliases_share_with_other_places(text: str, shared: list[str]) -> None:
    tokens = yamltree.outline(Source(text), use=lambda top, key: key == "image" or top == "x-y")
    assert [token.text for token in tokens if token.kind == "shared"] == shared


# --- properties ------------------------------------------------------------------------------

WORDS = st.text("ab:/-.{}[]'\"|>#&*!%@`,? \t\n\r\\0x", max_size=60)
DOCUMENTS = st.lists(
    st.sampled_from([text for text, *_ in STYLES] + ["\n---\n", "\r\n", "\ufeff", "\t"]), max_size=5
)


@given(st.one_of(WORDS, st.text(max_size=60), DOCUMENTS.map("".join)))
def test_any_text_is_read_or_is_a_problem(text: str) -> None:
    for offset, _ in problems_of(text):
        assert 0 <= offset <= len(text)
    yamltree.outline(Source(text))


PROPERTIES = st.sampled_from(["", "!t ", "!!str ", "! ", "&x ", "&y ", "&x !t ", "!u &y "])
WRITTEN = st.sampled_from(["x", "'x'", '"x"', "|-\n  x", ">-\n  x", "[x]", "{x: y}", "[]", "{}"])
PAIRS = st.lists(st.tuples(PROPERTIES, WRITTEN, st.sampled_from(["a", "<<", "'a'"])), min_size=1, max_size=3)
BEGIN = st.sampled_from(["", "---\n", "%YAML 1.1\n---\n", "%YAML 1.2\n---\n", "%TAG !e! e\n---\n"])
SHEETS = st.tuples(BEGIN, PAIRS, st.sampled_from(["", "...\n"]))


def sheet(begin: str, pairs: list[tuple[str, str, str]], end: str) -> str:
    return begin + "".join(f"{key}: {properties}{value}\n" for properties, value, key in pairs) + end


@given(SHEETS, SHEETS)
def test_only_what_is_written_alike_has_the_same_outline(
    one: tuple[str, list[tuple[str, str, str]], str], other: tuple[str, list[tuple[str, str, str]], str]
) -> None:
    text, changed = sheet(*one), sheet(*other)
    assert same_but(yamltree.outline(Source(text)), yamltree.outline(Source(changed)), []) == (
        text == changed
    )


@given(SHEETS)
def test_both_parsers_give_the_same_tree(
    written: tuple[str, list[tuple[str, str, str]], str],
) -> None:
    text = sheet(*written)
    read = [
        # Not the place of a collection: with a tag before its anchor the parsers differ about that.
        [(token.kind, token.text, token.span if token.text else None) for token in outlined(text, events)]
        for events in PARSERS.values()
    ]
    assert read[0] == read[1]


@given(st.one_of(WORDS, DOCUMENTS.map("".join)))
def test_a_value_comes_from_its_characters(text: str) -> None:
    try:
        found = scalars(text)
    except ParseError:
        return
    for scalar in found:
        chars = yamlchars.chars(text, scalar)
        if chars is not None:
            assert chars.text == scalar.value
        for piece in yamlchars.pieces(text, scalar):
            if piece.verbatim and piece.span:
                assert text[slice(*piece.span)] == piece.text


VALUES = st.text("ab:/é \n'\"\\#", max_size=20)


@given(VALUES, st.sampled_from(["'", '"', "|", ">", "|-", ">+"]), st.booleans())
def test_both_parsers_give_the_same_spans(value: str, style: str, crlf: bool) -> None:
    if style == "'":
        written = "'" + value.replace("'", "''").replace("\n", "\n  ") + "'"
    elif style == '"':
        written = '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n\\\n  ") + '"'
    else:
        lines = [f"  {line}" if line.strip() else "" for line in value.split("\n")]
        written = style + "\n" + "\n".join(lines) + "\n"
    text = f"k: &a {written}\nl: [x, *a]\n"
    if crlf:
        text = text.replace("\n", "\r\n")
    read: list[object] = []
    for events in PARSERS.values():
        try:
            read.append([(each.value, each.span, each.style, each.tag) for each in scalars(text, events)])
        except ParseError:
            read.append(None)
    assert read[0] == read[1]
