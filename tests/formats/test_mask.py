"""What is left of a template without its actions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.formats.template import actions as mask
from rewrite_refs.text.spans import Span
from rewrite_refs.yaml.references import MASK


def shown(text: str) -> str:
    """A masked text with ``@`` for a hole and, for one that is short, its lines as they are."""
    return mask.masked(text).text.replace(MASK, "@")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b\n", "a: b\n"),
        ("a: {{x}}\n", "a: @@@@@\n"),
        ('a: "{{x}}:{{y}}"\n', 'a: "@@@@@:@@@@@"\n'),
        ("{{k}}: v\n", "@@@@@: v\n"),
        ("- {{x}}\n", "- @@@@@\n"),
        # braces inside strings and comments
        ('a: {{"}}"}}b\n', "a: @@@@@@@@b\n"),
        ("a: {{`}}`}}b\n", "a: @@@@@@@@b\n"),
        ("a: {{'}}'}}b\n", "a: @@@@@@@@b\n"),
        ("a: {{x\n  y}}b\n", "a: @@@@@@@@@b\n"),
        ("a: {{{x}}}b\n", "a: @@@@@@@b\n"),
        ("a: {{ it's }}b\n", "a: @@@@@@@@@@b\n"),
        ('a: {{ "x }}b\n', "a: @@@@@@@@b\n"),
        # what is no action
        ("a: {{ b\n", "a: {{ b\n"),
        ("a: ${#b} #}\n{{x}}: c\n", "a: ${#b} #}\n@@@@@: c\n"),
        # lines of actions, and those that an action begins
        ("{{if x}}\na: b\n{{end}}\n", "\n" * 9 + "a: b\n" + "\n" * 8),
        ("  {{x}} {{y}}\r\na: b", "\n" * 13 + "\r\na: b"),
        ("{{/* }} */}}\na: b\n", "\n" * 13 + "a: b\n"),
        ("{{- /* c */ -}}\na: b\n", "\n" * 16 + "a: b\n"),
        ("{# c #}\n{% set x = 1 %}\na: b\n", "\n" * 24 + "a: b\n"),
        ("%{ if x ~}\na: b\n%{ endif }\n", "\n" * 11 + "a: b\n" + "\n" * 11),
        ("{{$x := 1}}\na: b\n", "\n" * 12 + "a: b\n"),
        ("  {{if x}}a: b{{end}}\n", "\n" * 8 + "  a: b       \n"),
        ("a: b{{/* c */}}\n", "a: b           \n"),
        ("a: b{{!c}}d\n", "a: b@@@@@@d\n"),
        # a part of a value up to its end is one hole, unless there are keys in it
        ("a: {{if x}}b{{else}}c{{end}}\n", "a: " + "@" * 25 + "\n"),
        ("a: {% if x %}b{% endif %}c\n", "a: " + "@" * 22 + "c\n"),
        ("a: {{#x}}b{{/x}}c\n", "a: @@@@@@@@@@@@@c\n"),
        ("a: {{if x}}{{if y}}b{{end}}{{end}}c\n", "a: " + "@" * 31 + "c\n"),
        ("a: {{if x}} b: {{end}}\n", "a:          b:        \n"),
        ("{% set x %}b{% endset %}\n", "\n" * 11 + "b            \n"),
        ("a: {% raw %}b{% endraw %}\n", "a: " + "@" * 22 + "\n"),
        ("a: b{{end}}\n", "a: b       \n"),
        ("a: {{if x}}b\n", "a:         b\n"),
        # words of the engine that are variables
        ("a: {{ if | x }}\n", "a: @@@@@@@@@@@@\n"),
        ("a: {{endpoint}}\n", "a: @@@@@@@@@@@@\n"),
        ("a: {{ end.x }}\n", "a: @@@@@@@@@@@\n"),
        ("a: {{block}}\n", "a: @@@@@@@@@\n"),
        # blanks that an action trims
        ("a: {{x -}} :{{- y}}\n", "a: " + "@" * 8 + ":@@@@@@@\n"),
        ("a: b {{- x}}\n", "a: b@@@@@@@@\n"),
        ("a: {{- x}}\n", "a: @@@@@@@\n"),
        ("a: {{x -}}  # c\n", "a: @@@@@@@  # c\n"),
        ("a: {{x -}} b\n", "a: @@@@@@@@b\n"),
        # what brings YAML, or has some below it
        ("a: {{toYaml x}}\n", "a:             \n"),
        ("a: {{- x | nindent 4}}\n  b: c\n", "a: " + " " * 19 + "\n  b: c\n"),
        ("a: {{x}}\n  b: c\n", "a:      \n  b: c\n"),
        ("a: {{x}}  # c\n  b: c\n", "a:        # c\n  b: c\n"),
        ("a: {{x}}\n- b\n", "a:      \n- b\n"),
        ("a: {{x}}\n-b: c\n", "a: @@@@@\n-b: c\n"),
        ("- a: {{x}}\n  b: c\n", "- a: @@@@@\n  b: c\n"),
        ("- {{x}}\n- b\n", "- @@@@@\n- b\n"),
        ("- {{x}}\n  b: c\n", "-      \n  b: c\n"),
        ("- {{toYaml x}}\n", "-             \n"),
        ('"a": {{toYaml x}}\n', '"a":             \n'),
        ("a: b {{toYaml x}}\n", "a: b @@@@@@@@@@@@\n"),
        ("a: {{toYaml x}} b\n", "a: @@@@@@@@@@@@ b\n"),
        ("a: {{x}}", "a: @@@@@"),
    ],
)
def test_masked(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_branches() -> None:
    text = "a: {{if x}}b{{with y}}c{{else}}d{{end}}{{else if z}}e{{else}}{{end}}"
    (hole,) = mask.masked(text).holes
    assert hole.span == Span(3, len(text))
    assert [text[slice(*each)] for each in mask.branches(hole.actions)] == [
        "b{{with y}}c{{else}}d{{end}}",
        "e",
        "",
    ]


def test_within() -> None:
    template = mask.masked("a: {{x}}-{{y}}\n")
    first, second = template.holes
    assert template.within(Span(0, 3)) == []
    assert template.within(Span(0, 4)) == [first]
    assert template.within(Span(3, 14)) == [first, second]
    assert template.within(Span(8, 9)) == []
    assert template.within(Span(9, 10)) == [second]


PARTS = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{{/*",
    "*/}}",
    '"',
    "`",
    "'",
    "{#",
    "#}",
    "%{ if",
    "}",
    "if x",
    "end",
    "\n",
    " ",
]
PARTS += ["a: ", "- ", "{{ x }}", "{{- if y }}", "{{ else -}}", "{{ end }}", "\\", "|"]


@given(st.lists(st.sampled_from(PARTS), max_size=30).map("".join))
def test_nothing_else_changes(text: str) -> None:
    template = mask.masked(text)
    assert len(template.text) == len(text)
    inside = {at for hole in template.holes for at in range(*hole.span)}
    for at, char in enumerate(text):
        if at not in inside:
            assert template.text[at] == char or (char in " \t" and template.text[at] in "\n" + MASK)
        else:
            assert template.text[at] in " \n" + MASK


@pytest.mark.parametrize(
    "text", ["{{" * 20000, '{{ "' * 20000, "{{ `" * 5000, "{#" * 20000, "{%" * 5000 + "%}"]
)
def test_nothing_takes_long(text: str) -> None:
    assert len(mask.masked(text).text) == len(text)
