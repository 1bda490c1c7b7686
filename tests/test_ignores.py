from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.engine.ignores import AT_ANCHOR, NOT_ABOVE, NOT_NEAR, comments, lines_of
from rewrite_refs.text.lines import Lines
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence, Piece, Span

TEN = "#\n" * 10


def covered(text: str, *rules: str, own_line: bool = False) -> bool:
    """Whether what stands at HERE and breaks some rules is left."""
    lines = Lines(text)
    at = Span(text.index("HERE"), text.index("HERE") + 4)
    occurrence = Occurrence((Piece("HERE", at),), at, at)
    found = comments(Source(text), own_line)
    return found.covering(lines_of(occurrence, lines), rules) is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("image: HERE", False),
        ("image: HERE # a comment", False),
        ("image: HERE # rewrite-refs: ignore", True),
        ("image: HERE # why not: rewrite-refs: ignore", False),
        ("image: HERE #rewrite-refs:ignore because", True),
        ("image: HERE# rewrite-refs: ignore", False),
        ("image: HERE // rewrite-refs: ignore", True),
        ("image: HERE {{/* rewrite-refs: ignore */}}", True),
        ("image: HERE {{- /* rewrite-refs: ignore */ -}}", True),
        ("image: HERE {# rewrite-refs: ignore #}", True),
        ("image: HERE {{! rewrite-refs: ignore }}", True),
        ("{{! rewrite-refs: ignore }}\nHERE", True),
        ("image: HERE {#- rewrite-refs: ignore -#}", True),
        ("<!-- rewrite-refs: ignore -->\nHERE", True),
        ("image: HERE rewrite-refs: ignore", False),
        ("image: HERE # rewrite-refs: ignored", False),
        ("image: HERE # rewrite-refs: ignore-file", False),
        ("# rewrite-refs: ignore\nimage: HERE", True),
        ("  # rewrite-refs: ignore\r\n  image: HERE\r\n", True),
        ("  {{- /* rewrite-refs: ignore */}}\n  image: HERE", True),
        ("# rewrite-refs: ignore\n# another comment\nimage: HERE", True),
        ("image: a # rewrite-refs: ignore\nimage: HERE", False),
        ("# rewrite-refs: ignore\n\nimage: HERE", False),
        ("# rewrite-refs: ignore\nimage: a\nimage: HERE", False),
        ("image: HERE\n# rewrite-refs: ignore", False),
        ("# rewrite-refs: ignore-file\n" + TEN + "image: HERE", True),
        (TEN[2:] + "  // rewrite-refs: ignore-file\nimage: HERE", True),
        (TEN + "# rewrite-refs: ignore-file\nimage: HERE", False),
        ("a: 1 # rewrite-refs: ignore-file\nimage: HERE", False),
        ("# rewrite-refs: ignore-files\nimage: HERE", False),
        ("image: HERE # rewrite-refs: ignore[a-rule]", True),
        ("# rewrite-refs: ignore\nimage: >-\n  HERE", True),
        ("image: &a |2- # rewrite-refs: ignore\n  HERE", True),
        ("image: # rewrite-refs: ignore\n\n  # more\n  'HERE'", True),
        ("image: !!str # rewrite-refs: ignore\n  HERE", True),
        ("image: x # rewrite-refs: ignore\n  HERE", False),
        ("- # rewrite-refs: ignore\n  HERE", False),
        ("HERE", False),
        ("\ufeff# rewrite-refs: ignore-file\nimage: HERE", True),
        ("\ufeff# rewrite-refs: ignore\nimage: HERE", True),
        ("image: HERE # rewrite-refs: ignore [ other ,a-rule ] why", True),
        ("image: HERE # rewrite-refs: ignore[other]", False),
        ("image: HERE # rewrite-refs: ignore[a-rule", True),
        ("image: HERE # rewrite-refs: ignore[]", True),
        ("# rewrite-refs: ignore-file[other]\nimage: HERE", False),
        ("# rewrite-refs: ignore[other]\n# rewrite-refs: ignore[a-rule]\nimage: HERE", True),
    ],
)
def test_what_a_comment_covers(text: str, expected: bool) -> None:
    assert covered(text, "a-rule") is expected
    assert covered(text, "b-rule", "a-rule") is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# rewrite-refs: ignore\nFROM HERE", True),
        ("FROM HERE # rewrite-refs: ignore", False),
        ("# rewrite-refs: ignore\nFROM --platform=x \\\n HERE", True),
        ("# rewrite-refs: ignore\nFROM --platform=x `\n# between\n HERE", True),
        ("# rewrite-refs: ignore\nFROM a\nFROM HERE", False),
    ],
)
def test_in_a_dockerfile_it_stands_above(text: str, expected: bool) -> None:
    assert covered(text, "a-rule", own_line=True) is expected


def test_without_a_rule_it_covers_what_breaks_none() -> None:
    assert covered("HERE # rewrite-refs: ignore")
    assert not covered("HERE # rewrite-refs: ignore[a-rule]")


def test_lines_of_variables_count() -> None:
    text = "# rewrite-refs: ignore\nARG R=docker.io\nFROM ${R}/nginx"
    lines = Lines(text)
    at = text.index("docker.io")
    site = Span(text.index("${R}"), len(text))
    pieces = (Piece("docker.io", Span(at, at + 9)), Piece("/nginx", Span(len(text) - 6, len(text))))
    numbers = lines_of(Occurrence(pieces, site, site), lines)
    assert numbers == {2, 3}
    assert comments(Source(text), own_line=True).covering(numbers, ["a-rule"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x # rewrite-refs: ignore[a, b-c] the reason", ("ignore", ["a", "b-c"], "the reason", None)),
        ("x # rewrite-refs: ignore: the reason", ("ignore", None, "the reason", None)),
        ("{{/* rewrite-refs: ignore[a] why */}}", ("ignore", ["a"], "why", None)),
        ("{# rewrite-refs: ignore[a] why #}", ("ignore", ["a"], "why", None)),
        ("{{! rewrite-refs: ignore[a] why }}", ("ignore", ["a"], "why", None)),
        ("<!-- rewrite-refs: ignore[a] why -->", ("ignore", ["a"], "why", None)),
        ("# rewrite-refs: ignroe[a]", ("ignroe", ["a"], "", None)),
        (TEN + "# rewrite-refs: ignore-file", ("ignore-file", None, "", NOT_NEAR)),
    ],
)
def test_what_a_comment_says(text: str, expected: tuple[object, ...]) -> None:
    [found] = comments(Source(text)).all
    names = found.rules and [name for name, span in found.rules if text[slice(*span)] == name]
    assert (found.word, names, found.reason, found.lost) == expected
    assert text[slice(*found.span)].startswith(("#", "{", "<"))


def test_what_has_no_effect_says_why() -> None:
    [found] = comments(Source("FROM a # rewrite-refs: ignore"), own_line=True).all
    assert found.lost == NOT_ABOVE
    for text in (
        "image: *n # rewrite-refs: ignore",
        "# rewrite-refs: ignore\n<<: *base",
        "x: {image: *n} # rewrite-refs: ignore",
    ):
        assert comments(Source(text)).all[0].lost == AT_ANCHOR


@given(st.text(alphabet="#/{}*<!- \n\tignore-file[],:rwst", max_size=60))
def test_any_text(text: str) -> None:
    text = f"{text}rewrite-refs: ignore{text}"
    for each in comments(Source(text)).all:
        assert 0 <= each.span.start < each.span.end <= len(text)
