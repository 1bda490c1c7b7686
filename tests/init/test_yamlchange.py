# ruff: noqa: E501 - a row of a table is a line
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.init.yaml_edit import Unchangeable, changed, data, flow

ITEM = {"files": ["b/**"], "registry": "y", "rules": {"e.f": "g"}}


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        # values
        ("a: b\n", {"a": "c"}, "a: c\n"),
        ("a:   b # why\n", {"a": "c"}, "a:   c # why\n"),
        ("a: 'b'\nc: \"d\"\n", {"a": "x", "c": "y"}, "a: 'x'\nc: \"y\"\n"),
        ("a: 'b'\n", {"a": "{{ index .V 'x' }}"}, "a: \"{{ index .V 'x' }}\"\n"),
        ("a: 'b'\nc: d\n", {"a": "12", "c": "12"}, "a: '12'\nc: '12'\n"),
        ("a: {b: c}\n", {"a": {"b": "d"}}, "a: {b: d}\n"),
        ("a: {b: c}\n", {"a": ["x", "y"]}, "a: [x, y]\n"),
        ("a:\n    b: c # old\n\n# of d\nd: e\n", {"a": "x", "d": "e"}, "a: x # old\n\n# of d\nd: e\n"),
        ("r:\n  a:\n  - b\n  - c\n", {"r": {"a": "x"}}, "r:\n  a: x\n"),
        ("a: [b, c]\n", {"a": ["b", "d"]}, "a: [b, d]\n"),
        ("a: [b, c]\n", {"a": ["d"]}, "a: [d]\n"),
        ("a: |-\n  b\n\n# c\nd: e\n", {"a": "x", "d": "e"}, "a: x\n\n# c\nd: e\n"),
        ("a: &x b\nc: d\n", {"a": "y", "c": "d"}, "a: y\nc: d\n"),
        # new keys
        ("", {"a": "b"}, "a: b\n"),
        ("# only\n", {"a": {"b": "c"}}, "# only\na:\n  b: c\n"),
        ("# only", {"a": "b", "c": "d"}, "# only\na: b\nc: d"),
        ("---\n", {"a": "b"}, "---\na: b\n"),
        ("\ufeffa: b\n", {"a": "b", "c": "d"}, "\ufeffa: b\nc: d\n"),
        ("\ufeffa: b\n", {"c": "d", "a": "b"}, "\ufeffc: d\na: b\n"),
        ("# top\na: b\nd: e\n", {"a": "b", "c": {}, "d": "e"}, "# top\na: b\nc: {}\nd: e\n"),
        ("a:\n    b: c # x\n    # y\n\nd: e\n", {"a": {"b": "c", "f": "g", "h": "i"}, "d": "e"}, "a:\n    b: c # x\n    f: g\n    h: i\n    # y\n\nd: e\n"),
        ("a:\r\n  b: c", {"a": {"b": "d", "e": "f"}, "g": "h"}, "a:\r\n  b: d\r\n  e: f\r\ng: h"),
        ("a: b\n...\n", {"a": "b", "c": "d"}, "a: b\nc: d\n...\n"),
        ("a: {}\n", {"a": {"b": "c", "[::1]:5": ["d"]}}, "a: {b: c, '[::1]:5': [d]}\n"),
        ("a: {b: c, }\n", {"a": {"b": "c", "d": "e"}}, "a: {b: c, d: e, }\n"),
        ("a: {b: c}\n", {"a": {"d": "e", "b": "c"}}, "a: {d: e, b: c}\n"),
        ("a: {\n  b: c, # x\n  d: e # y\n}\n", {"a": {"b": "c", "d": "e", "f": "g"}}, "a: {\n  b: c, # x\n  d: e,\n  f: g # y\n}\n"),
        ("{a: b}", {"a": "b", "c": {"d": "e"}}, "{a: b, c: {d: e}}"),
        # the first comment is that of the file, the next one that of its key
        ("# top\na: b\n", {"c": "d", "a": "b"}, "# top\nc: d\na: b\n"),
        ("# top\n\n# a\n# it\na: b\n", {"c": "d", "e": "f", "a": "b"}, "# top\n\nc: d\ne: f\n\n# a\n# it\na: b\n"),
        ("# top\r\n\r\n# a\r\na: b", {"c": "d", "a": "b"}, "# top\r\n\r\nc: d\r\n\r\n# a\r\na: b"),
        ("# top\n---\n# a\na: b\n", {"c": "d", "a": "b"}, "# top\n---\nc: d\n\n# a\na: b\n"),
        # new items
        ("o:\n- files: [a]\n  registry: x\n# end\n", {"o": [{"files": ["a"], "registry": "x", "rules": {"c.d": "p"}}, ITEM]},
         "o:\n- files: [a]\n  registry: x\n  rules:\n    c.d: p\n# O1\n- files: [b/**]\n  registry: y\n  rules:\n    e.f: g\n# end\n"),
        ("o:\n  -   files: a\nz: y\n", {"o": [{"files": "a"}, ITEM], "z": "y"}, "o:\n  -   files: a\n  # O1\n  - files: [b/**]\n    registry: y\n    rules:\n      e.f: g\nz: y\n"),
        ("o: [{files: a}]\n", {"o": [{"files": "a"}, ITEM]}, "o: [{files: a}, {files: [b/**], registry: y, rules: {e.f: g}}]\n"),
        ("o: []\n", {"o": [ITEM]}, "o: [{files: [b/**], registry: y, rules: {e.f: g}}]\n"),
        ("p: q\n", {"p": "q", "o": [ITEM, ITEM]}, "p: q\no:\n  - files: [b/**]\n    registry: y\n    rules:\n      e.f: g\n  # O1\n  - files: [b/**]\n    registry: y\n    rules:\n      e.f: g\n"),
        ("a:\n  - b\n  - c # x\n", {"a": ["b", "c", "d"]}, "a:\n  - b\n  - c # x\n  - d\n"),
        ("a: [b,\n    c]\n", {"a": ["b", "c", "d"]}, "a: [b,\n    c,\n    d]\n"),
        # notes
        ("", {"n": "b", "m": {"k": "v"}}, "n: b  # N\nm:\n  k: v  # K\n"),
    ],
)  # fmt: skip
def test_changes(text: str, wanted: dict[str, Any], expected: str) -> None:
    notes = {("n",): "N", ("m", "k"): "K", ("o", 1): "O1"}
    assert changed(text, wanted, notes) == expected
    assert changed(expected, wanted, notes) == expected


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: &x b\nc: *x\n", {"a": "y", "c": "b"}),
        ("a: &x b\nc: *x\n", {"a": "b", "c": "y"}),
        ("a: |+\n  b\n\n", {"a": "b\n\n", "c": "d"}),
    ],
)
def test_what_cannot_be_changed_safely_is_told_before(text: str, wanted: dict[str, Any]) -> None:
    with pytest.raises(Unchangeable):
        changed(text, wanted, {})


def test_a_text_is_quoted_where_it_would_be_something_else() -> None:
    for text in ("12", "1.5", "null", "true", "2026-01-01", "**/x/**", "{{ .V }}", "", "a: b", "~", "0x1f"):
        assert data(f"[{flow(text)}]") == [text]
    assert flow("docker-hub") == "docker-hub"
    assert flow("x" * 500) == "x" * 500


# --- whatever the layout ----------------------------------------------------------------------

_HOSTS = ["docker.io", "quay.io", "ghcr.io", "registry.k8s.io", "cgr.dev/example.com", "reg.example:5000"]
_VALUES = ["hub", "mirror/quay.io", "'q1'", '"g1"', "{prefix: pp}", "[aa, bb]", "12x", "&anchor an"]
_ENDS = ["", "  # why", " # é😀", "   "]
_BETWEEN = ["", "# a line", "  # a deep one", "      # deeper", "\t", "   "]


@st.composite
def layouts(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A configuration, and the upstreams for which it has rules."""
    hosts = draw(st.lists(st.sampled_from(_HOSTS), unique=True))
    indent = " " * draw(st.integers(1, 6))
    lines = draw(st.lists(st.sampled_from(["# first", "", "---"]), max_size=1))
    if draw(st.booleans()):
        lines.append(f"registry: x{draw(st.sampled_from(_ENDS))}")
    on_one_line = draw(st.booleans())
    if hosts and on_one_line:
        values = ", ".join(f"{host}: {draw(st.sampled_from(_VALUES[:-1]))}" for host in hosts)
        lines.append(f"rules: {{{values}}}{draw(st.sampled_from(_ENDS))}")
    elif hosts:
        lines.append(f"rules:{draw(st.sampled_from(_ENDS))}")
        for number, host in enumerate(hosts):
            lines += draw(st.lists(st.sampled_from(_BETWEEN[:-2]), max_size=2))
            value = draw(st.sampled_from(_VALUES)).replace("anchor", f"a{number}")
            lines.append(f"{indent}{host}: {value}{draw(st.sampled_from(_ENDS))}")
    for key in draw(st.lists(st.sampled_from(["own", "exclude"]), unique=True)):
        lines += draw(st.lists(st.sampled_from(_BETWEEN[:-2]), max_size=2))
        lines += [f"{key}:", f"{indent if draw(st.booleans()) else ''}- a/b", ""]
    text = draw(st.sampled_from(["\n", "\r\n"])).join([*lines, *draw(st.lists(st.just(""), max_size=1))])
    return text, hosts


@given(layouts(), st.dictionaries(st.sampled_from(_HOSTS), st.sampled_from(["new", "12", "zz/yy"])))
def test_lines_of_other_keys_stay_as_they_are(layout: tuple[str, list[str]], new: dict[str, str]) -> None:
    text, hosts = layout
    old = data(text) or {}
    wanted = {**old, "rules": {**old.get("rules", {}), **new}} if new else old
    result = changed(text, wanted, {})
    assert (data(result) or {}) == wanted
    before, after = text.split("\n"), result.split("\n")
    kept = [line for line in before if not any(host in line for host in [*new, *(["rules"] if new else [])])]
    rest = iter(line.removesuffix("\r") for line in after)
    assert all(line.removesuffix("\r") in rest for line in kept)  # in order
    assert all(line.endswith("\r") for line in after[:-1]) or "\r" not in result or "\r\n" not in text
    if not {*new} - {*hosts} and hosts:
        assert len(before) == len(after)
