# ruff: noqa: E501 - a row of a table is a line
from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.errors import ConfigError
from rewrite_refs.sources.hcl import blocks
from rewrite_refs.sources.hcl.expressions import evaluate
from rewrite_refs.sources.hcl.types import convert
from rewrite_refs.sources.hcl.values import Large, Set, Unknown, Wrong, equal, kind, members, text, truth

# Expressions that Terraform takes, and their values.
VALUES: list[tuple[str, Any]] = [
    ("null", None),
    ("true", True),
    ("-1.5e1", -15),
    ("0.5", 0.5),
    ('"a\\tb\\n\\r\\"\\\\ \\u00e9\\U0001F600"', 'a\tb\n\r"\\ é😀'),
    ('"$${a} %%{b} $x $ {y}"', "${a} %{b} $x $ {y}"),
    ('" é ${"x"} ${ 1 } ${true}${2.5} "', " é x 1 true2.5 "),
    ('"a ${~ "b" ~} c"', "abc"),
    ('"${["a"]}"', ["a"]),
    ('"${"a"}"', "a"),
    ('""', ""),
    ("<<EOT\n a\\n ${1}\n  é\nEOT\n", " a\\n 1\n  é\n"),
    ("<<-EOT\n    a\n      ${1}b\n    EOT\n", "a\n  1b\n"),
    ("<<EOT\nEOT\n", ""),
    ("[1, /* one */ 2, # two\n 3]", [1, 2, 3]),
    (
        '{ a = 1, "b c" : 2, (upper("d")) = 3, 4 = "x", "${"e"}" = null }',
        {"a": 1, "b c": 2, "D": 3, "4": "x", "e": None},
    ),
    ("{}", {}),
    ("{ a = { b = [{ c = 7 }] } }.a.b[0].c", 7),
    ('{ a = 1 }["a"]', 1),
    ("[5, 6].1", 6),
    ('["a", "b"]["1"]', "b"),
    ("[{ a = 1 }, { a = 2 }][*].a", [1, 2]),
    ("[{ a = [3] }].*.a[0]", [[3][0]]),
    ("null[*]", []),
    ('"x"[*]', ["x"]),
    ("toset([{ a = 1 }])[*].a", [1]),
    ("(1 + 2) * 3 - 4", 5),
    ('"x${2 * "4"}"', "x8"),
    ("-(2 - 3)", 1),
    ('"2" + 1', 3),
    ("1 < 2 && 2 <= 2 && 3 > 2 && !(3 >= 4)", True),
    ("1 == 1.0", True),
    ('1 == "1"', False),
    ('{} == null || [] == "x"', False),
    ("1.5 < 2.5", True),
    (
        '["1" ? "a" : "b", tobool("0"), tobool(null), tostring(null), tonumber(null)]',
        ["a", False, None, None, None],
    ),
    ('try(slice(["a"], 0, 2), ["b"])', ["b"]),
    (
        '[try(["a"][0.5], "b"), try(["a"][true], "b"), try(tonumber("1_0"), "b"), try(tonumber(" 1"), "b")]',
        ["b", "b", "b", "b"],
    ),
    ("sort([10, 9])", ["10", "9"]),
    ("null == null", True),
    ('false || "true"', True),
    ('1 != 2 ? "y" : "n"', "y"),
    ('false ? "y" : "n"', "n"),
    ("[for x in [1, 2, 3] : x * 2 if x != 2]", [2, 6]),
    ("[for i, x in [5, 6] : i + x]", [5, 7]),
    ('[for k, v in { b = 1, a = 2 } : "${k}${v}"]', ["a2", "b1"]),
    ("[for v in { b = 1, a = 2 } : v]", [2, 1]),
    ('{ for k, v in { a = "x", b = "y" } : v => k }', {"x": "a", "y": "b"}),
    ('{ for x in ["a", "b"] : upper(x) => x if x == "b" }', {"B": "b"}),
    ('{ for x in ["a1", "a2"] : substr(x, 0, 1) => x... }', {"a": ["a1", "a2"]}),
    ('[for x in toset(["b", "a", "a"]) : x]', ["a", "b"]),
    ('lower("AB")', "ab"),
    ("upper(true)", "TRUE"),
    ('trimspace(" a ")', "a"),
    ('trim("xax", "x")', "a"),
    ('trimprefix("ab", "a")', "b"),
    ('trimsuffix("ab", "b")', "a"),
    ('[startswith("ab", "a"), endswith("ab", "a"), strcontains("abc", "b")]', [True, False, True]),
    ('replace("a.b.c", ".", "-")', "a-b-c"),
    ('split("/", "a/b")', ["a", "b"]),
    ('join("-", ["a", 1], ["b"])', "a-1-b"),
    ('format("%s-%s%%", "a", 1)', "a-1%"),
    ('[substr("hello", 1, 2), substr("hello", -3, -1)]', ["el", "llo"]),
    ('[tostring(1), tonumber("1.5"), tobool("true")]', ["1", 1.5, True]),
    ('coalesce(null, "", "a")', "a"),
    ('coalescelist([], ["a"])', ["a"]),
    ('[lookup({ a = 1 }, "a", 2), lookup({ a = 1 }, "b", 2)]', [1, 2]),
    ('element(["a", "b"], 3)', "b"),
    ("merge({ a = 1, b = 1 }, null, { b = 2 })", {"a": 1, "b": 2}),
    ("concat([1], [2, 3])", [1, 2, 3]),
    ("keys({ b = 1, a = 2 })", ["a", "b"]),
    ("values({ b = 1, a = 2 })", [2, 1]),
    ('zipmap(["a", "b"], [1, 2])', {"a": 1, "b": 2}),
    ("flatten([1, [2, [3]], []])", [1, 2, 3]),
    ("[one([]), one([7])]", [None, 7]),
    ('setproduct(["b", "a"], [1, 2])', [["b", 1], ["b", 2], ["a", 1], ["a", 2]]),
    ('[for p in setproduct(toset(["b", "a"]), ["x"]) : "${p[0]}-${p[1]}"]', ["a-x", "b-x"]),
    ("setproduct([], [1])", []),
    ("reverse([1, 2])", [2, 1]),
    ("slice([1, 2, 3], 1, 3)", [2, 3]),
    ("tolist(toset([2, 1]))", [1, 2]),
    ("tomap({ a = 1 })", {"a": 1}),
    ('[length("abc"), length([1]), length({ a = 1 })]', [3, 1, 1]),
    ('setunion(["b"], ["a", "b"])', ["a", "b"]),
    ('setsubtract(["a", "b"], ["a"])', ["b"]),
    ('compact(["a", "", null])', ["a"]),
    ('distinct(["b", "a", "b"])', ["b", "a"]),
    ('[contains(["a"], "a"), contains(["a"], "b")]', [True, False]),
    ('sort(["b", "a"])', ["a", "b"]),
    ("[alltrue([true, false]), anytrue([true, false])]", [False, True]),
    ("nonsensitive(sensitive(1))", 1),
    ("concat([[1], [2]]...)", [1, 2]),
    ("try({ a = 1 }.b, { a = 1 }.a)", 1),
    ('[can({ a = 1 }.b), can({ a = 1 }["a"])]', [False, True]),
]
EXPRESSIONS = [expression for expression, _ in VALUES]


def value(expression: str, **names: Any) -> Any:
    return evaluate(blocks.parse(f"x = {expression}\n").attributes["x"], names)


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in members(value)] if isinstance(value, list | Set) else value


MANY = f"setproduct({[1] * 101}, {[1] * 101})"


@pytest.mark.parametrize(("expression", "expected"), VALUES, ids=EXPRESSIONS)
def test_value(expression: str, expected: object) -> None:
    found = plain(value(expression))
    assert found == expected
    assert equal(found, expected)


def test_terraform_has_the_same_values(tmp_path: Path) -> None:
    if not shutil.which("terraform"):
        pytest.skip("needs terraform: https://developer.hashicorp.com/terraform/install")
    lines = [f"e{i} = {expression}\n" for i, expression in enumerate(EXPRESSIONS)]
    (tmp_path / "main.tf").write_text(f"locals {{\n{''.join(lines)}}}\n", encoding="utf-8")
    asked = f"jsonencode([{', '.join(f'local.e{i}' for i in range(len(lines)))}])\n"
    done = subprocess.run(
        ["terraform", "console"], input=asked, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(json.loads(done.stdout)) == [expected for _, expected in VALUES]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("{ a = 1 }.b", "a map has no 'b'"),
        ("[1][1]", "a list has no 1"),
        ("[1][-1]", "a list has no -1"),
        ('[1]["x"]', "'x' is not a number"),
        ("[1][null]", "null is not a number"),
        ('tonumber("nan")', "'nan' is not a number"),
        ('"\\UFFFFFFFF"', "\\UFFFFFFFF is not a character"),
        ("null.a", "null has no 'a'"),
        ("toset([1])[0]", "a set has no 0"),
        ('"a${null}"', "null is not text"),
        ('"a${[1]}"', "a list is not text"),
        ("[] ? 1 : 2", "a list is neither true nor false"),
        ("!null", "null is neither true nor false"),
        ('-"x"', "'x' is not a number"),
        ("1 + true", "a bool is not a number"),
        ('{ for x in ["a", "a"] : x => 1 }', "two values for the key 'a'"),
        ('[for x in "a" : x]', "a string has no members"),
        ('lookup({}, "a")', "lookup() finds no 'a'"),
        ("coalesce(null)", "coalesce() has nothing but null"),
        ("coalescelist([])", "coalescelist() has nothing but empty lists"),
        ("element([], 0)", "element() needs a member, and an index that is not negative"),
        ("element([1], -1)", "element() needs a member, and an index that is not negative"),
        ("slice([1], 0, 2)", "slice() from 0 to 2 of 1"),
        ("one([1, 2])", "one() of more than one"),
        ("try(null.a)", "try() has nothing that works"),
        ("lower(null)", "null is not text"),
    ],
)
def test_what_terraform_refuses_is_wrong(expression: str, message: str) -> None:
    with pytest.raises(Wrong) as caught:
        value(expression)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        ("data.x.y.z", "data.x.y.z"),
        ("aws_x.y[0].z", "aws_x.y[0].z"),
        ("data.x.y[*].id", "data.x.y[*].id"),
        ('"a-${data.x}"', "data.x"),
        ('"%{ if true }a%{ endif }"', "%{ if true }a%{ endif }"),
        ("[1][data.x]", "data.x"),
        ("{ (data.x) = 1 }", "data.x"),
        ("-data.x", "data.x"),
        ("!data.x", "data.x"),
        ("data.x + 1", "data.x"),
        ("data.x == 1", "data.x"),
        ("data.x != 1", "data.x"),
        ("true && data.x", "data.x"),
        ("data.x || false", "data.x"),
        ("data.x ? 1 : 2", "data.x"),
        ("data.x ? [data.y] : [1]", "data.x"),
        ("data.x ? {}.a : 1", "data.x"),
        ("data.x < 1", "data.x"),
        ("data.x / 1", "data.x"),
        ("data.x % 1", "data.x"),
        ("0.1 + 0.2", "a calculation"),
        ("2 * 3.5", "a calculation"),
        ("4 / 2", "a calculation"),
        ("-7 % 3", "a calculation"),
        ("9999999999 * 9999999999", "a calculation"),
        ("[] == []", "whether two collections are equal"),
        ("tomap({}) != {}", "whether two collections are equal"),
        ("[for x in data.x : x]", "data.x"),
        ("[for x in [1] : x if data.x]", "data.x"),
        ("{ for x in [1] : data.x => x }", "data.x"),
        ("lower(data.x)", "data.x"),
        ("toset([data.x])", "data.x"),
        ("merge({}, data.x)", "data.x"),
        ("flatten([[data.x]])", "data.x"),
        ("flatten([data.x])", "data.x"),
        ("concat(data.x...)", "data.x"),
        (MANY, MANY),
        ("setproduct(data.x, [1])", "data.x"),
        ("try(data.x, 1)", "data.x"),
        ("can(data.x)", "data.x"),
        ("lookup({}, data.x, 1)", "data.x"),
        ('file("x")', 'file("x")'),
        ("provider::aws::arn_parse(1)", "provider::aws::arn_parse(1)"),
        ('replace("a", "/a/", "b")', 'replace("a", "/a/", "b")'),
        ('format("%d", 1)', 'format("%d", 1)'),
        ('format("%s")', 'format("%s")'),
        ("keys([1])", "keys([1])"),
        ("join(1)", "join(1)"),
        ('concat("a")', 'concat("a")'),
        ('concat("a"...)', 'concat("a"...)'),
        ("try([1]...)", "try([1]...)"),
        ("local", "local"),
        ('local["a"]', 'local["a"]'),
    ],
)
def test_what_nobody_can_know_here_is_unknown(expression: str, what: str) -> None:
    found = value(expression, local=lambda name: name)
    if isinstance(found, list):
        found = found[0]
    assert isinstance(found, Unknown)
    assert found.what == what


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("data.x ? [1] : [1]", [1]),
        ("false && data.x", False),
        ("data.x || true", True),
        ('lookup({ a = 1 }, "a", data.x)', 1),
        ("keys({ a = data.x })", ["a"]),
        ("merge({ a = data.x }, { a = 1 })", {"a": 1}),
        ("length([data.x])", 1),
        ("try({}.a, 1)", 1),
        ("local.name", "name"),
        ("local . name", "name"),
        ("each.value.a", 7),
    ],
)
def test_what_does_not_matter_may_be_unknown(expression: str, expected: object) -> None:
    assert value(expression, local=lambda name: name, each={"value": {"a": 7}}) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "local.texts30",
        "local.lists30",
        "length(local.lists30)",
        "[for a in local.many : [for b in local.many : [for c in local.many : [for d in local.many : a]]]]",
    ],
)
def test_what_has_no_end_is_given_up(expression: str) -> None:
    @cache
    def local(name: str) -> Any:
        """``many``; ``texts20`` and ``lists20`` are twice ``texts19`` and ``lists19``."""
        if name == "many":
            return list(range(100))
        half, number = name[:5], int(name[5:])
        if number == 0:
            return "x"
        half = f"local.{half}{number - 1}"
        return value(f'"${{{half}}}${{{half}}}"' if "texts" in half else f"[{half}, {half}]", local=local)

    with pytest.raises(Large):
        value(expression, local=local)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc_", min_size=1), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values)
def test_a_literal_is_what_is_written(written: Any) -> None:
    source = json.dumps(written, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
    # In HCL "$${" is "${" and "$$${" is "$${", so that a sign before the two is left out of it.
    if "$$${" not in source and "%%%{" not in source:
        assert equal(value(source), written)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("a = \n", 1),
        ("a = 1\nb {\n", 2),
        ("a = 1\n\nb = [1, }\n", 3),
        ('a = "x\n', 1),
        ("<html>", 1),
        ("b = 1 }\n", 1),
        ("b {\n" * 2000 + "}\n" * 2000, 1),
    ],
)
def test_broken(source: str, line: int) -> None:
    with pytest.raises(blocks.Broken) as caught:
        blocks.parse(source)
    assert caught.value.line == line


def test_blocks_know_their_lines() -> None:
    file = blocks.parse('# top\r\n\r\na = 1\r\nb "c" d {\r\n  e { f = 2 }\r\n}\r\nempty {}\r\n')
    (first, second) = file.blocks
    assert (file.type, list(file.attributes)) == ("", ["a"])
    assert (first.type, first.labels, first.label, first.line) == ("b", ("c", "d"), "c", 4)
    assert (first.blocks[0].type, first.blocks[0].line, list(first.blocks[0].attributes)) == ("e", 5, ["f"])
    assert (second.label, second.line) == ("", 7)
    assert blocks.parse("").blocks == ()


def test_without_the_parser_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks._parser.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "tree_sitter_hcl", None)
    with pytest.raises(ConfigError, match=r"pip install 'rewrite-refs\[terraform\]'"):
        blocks.parse("")
    blocks._parser.cache_clear()


@pytest.mark.parametrize(
    ("given", "type", "expected"),
    [
        ("1", "string", "1"),
        ("1", '"string"', "1"),
        ('"1"', "number", 1),
        ('"true"', "bool", True),
        ("[1]", "any", [1]),
        ("null", "list(string)", None),
        ("[1, true]", "list(string)", ["1", "true"]),
        ("[2, 1, 1]", "set(string)", Set(("1", "2"))),
        ("{ a = 1 }", "map(string)", {"a": "1"}),
        ("{ a = 1 }", "map(any)", {"a": 1}),
        ("[1]", "tuple([string])", [1]),
        ("[1]", "list()", [1]),
        ("{ a = 1, z = 1 }", "object({ a = string, b = optional(string), c = optional(number, 3) })", {"a": "1", "b": None, "c": 3}),
        ("{ c = null }", 'object({ "c" = optional(object({ d = optional(string, "e") }), {}) })', {"c": {"d": "e"}}),
        ("{ x = {} }", "map(object({ a = optional(string) }))", {"x": {"a": None}}),
    ],
)  # fmt: skip
def test_a_type_changes_a_value(given: str, type: str, expected: object) -> None:
    assert convert(value(given), blocks.parse(f"type = {type}\n").attributes["type"]) == expected


@pytest.mark.parametrize(
    ("given", "type", "message"),
    [
        ('"x"', "list(string)", "'x' is not a list"),
        ("1", "object({})", "1 is not an object"),
        ("{}", "object({ a = string })", "it needs 'a'"),
        ("1", "map(string)", "a number has no members"),
        ('"x"', "number", "'x' is not a number"),
    ],
)
def test_a_value_that_is_not_of_its_type_is_wrong(given: str, type: str, message: str) -> None:
    with pytest.raises(Wrong) as caught:
        convert(value(given), blocks.parse(f"type = {type}\n").attributes["type"])
    assert str(caught.value) == message


def test_what_is_unknown_has_no_type() -> None:
    type = blocks.parse("type = set(string)\n").attributes["type"]
    assert isinstance(convert(Unknown("x"), type), Unknown)
    assert isinstance(convert([Unknown("x"), "a"], type), Unknown)


def test_values_have_names_for_messages() -> None:
    values: list[Any] = [True, 1, "", [], {}, Set(()), None]
    assert [kind(each) for each in values] == [
        "a bool", "a number", "a string", "a list", "a map", "a set", "null",
    ]  # fmt: skip
    assert str(text(Unknown("a", "which is b"))) == "a, which is b"
    assert isinstance(truth(Unknown("a")), Unknown)
