from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from rewrite_refs.engine.rewrite import UNSAFE, rewrite
from rewrite_refs.errors import ParseError, Problem
from rewrite_refs.formats.base import Format, Manual
from rewrite_refs.formats.dockerfile import FORMAT as DOCKERFILE
from rewrite_refs.text.outline import Token
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence, Piece, Span
from tests.common import HUB, LIBRARY, RULES, context_of, rewritten


def words(lie: str = "") -> Format:
    """A format for tests: every word is a reference; ``+`` before one hides a part of it."""

    def find(source: Source) -> Iterator[Occurrence]:
        at, text = 0, source.text
        for word in text.split(" "):
            span = Span(at, at + len(word))
            at += len(word) + 1
            if word.startswith("+"):
                yield Occurrence((Piece("docker.io", None), Piece(f"/{word[1:]}", span)), span, span)
            elif word and not (lie == "lost" and "amazonaws" in word):
                yield Occurrence(
                    (Piece("b" if lie == "other" and "amazon" in text else word, span),), span, span
                )
        if "!" in text:
            raise ParseError([Problem(text.index("!"), "a bang")])

    def outline(source: Source) -> list[Token]:
        if lie == "outline":
            return [Token(source.text, "", Span(0, 0))]
        return [Token("", source.text, Span(0, len(source.text)))]

    return Format("words", ("*",), (), find, outline, Manual("Words.", "", "", ""))


def test_what_cannot_be_placed_is_left_and_said() -> None:
    result = rewritten("nginx +a/b", words())
    assert result.text == f"{LIBRARY}/nginx +a/b"
    assert [(each.done, each.verdict.reason) for each in result.resolutions] == [
        (True, None),
        (False, "a part of the registry is not set in this file"),
    ]


@pytest.mark.parametrize("lie", ["lost", "other", "outline"])
def test_what_cannot_be_proved_is_left(lie: str) -> None:
    result = rewritten("nginx redis quay.io/a/b", words(lie))
    assert result.text == "nginx redis quay.io/a/b"
    assert {each.verdict.reason for each in result.resolutions} == {UNSAFE}
    assert not any(each.done for each in result.resolutions)


def test_what_was_found_before_a_problem_counts() -> None:
    result = rewritten("nginx !", words())
    assert result.text == f"{LIBRARY}/nginx !"
    assert result.problems == (Problem(6, "a bang"),)


def test_a_text_is_searched_once() -> None:
    searched: list[Source] = []

    def find(source: Source) -> Iterator[Occurrence]:
        searched.append(source)
        yield from words().find(source)

    format = replace(words(), find=find)
    source = Source("nginx")
    for _ in range(2):
        result = rewrite(source, context_of(format), RULES.judge)
        assert result.text == f"{LIBRARY}/nginx"
    assert [each.text for each in searched] == ["nginx", result.text]
    assert searched.count(source) == 1


def test_nothing_to_do() -> None:
    assert rewritten("", words()).text == ""
    assert rewritten("mcr.microsoft.com/x", words()).text == "mcr.microsoft.com/x"


def test_ignored() -> None:
    text = "# rewrite-refs: ignore\nFROM nginx\nFROM redis\n"
    result = rewritten(text, DOCKERFILE)
    assert result.text == text.replace("redis", f"{LIBRARY}/redis")
    assert [each.verdict.status for each in result.resolutions] == ["ignored", "direct"]


@pytest.mark.parametrize("text", ["FROM docker.${A:-io}/x/y\n", "ARG A=io\nFROM docker.$A/x/y\n"])
def test_a_registry_from_a_variable_and_other_text_is_left(text: str) -> None:
    result = rewritten(text, DOCKERFILE)
    assert result.text == text
    assert [each.verdict.reason for each in result.resolutions] == [
        "the registry is composed of a variable and other text"
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # One default serves two upstreams, so it stays; what can take a literal head does.
        (
            "ARG T=/x\nFROM nginx\nFROM grafana$T\nFROM quay.io$T/y\n",
            f"ARG T=/x\nFROM {LIBRARY}/nginx\nFROM {HUB}/grafana$T\nFROM {HUB[:-10]}quay$T/y\n",
        ),
        (
            "ARG N=nginx\nFROM $N\nFROM docker.io/$N-$N\nFROM redis\n",
            f"ARG N=nginx\nFROM {LIBRARY}/$N\nFROM {LIBRARY}/$N-$N\nFROM {LIBRARY}/redis\n",
        ),
        (
            "ARG R=docker.io\nFROM $R/x/y\nFROM quay.io/$R/y\nFROM redis\n",
            f"ARG R=docker.io\nFROM $R/x/y\nFROM {HUB[:-10]}quay/$R/y\nFROM {LIBRARY}/redis\n",
        ),
        (
            "ARG N=nginx\nFROM $N\nFROM docker.io/x/$N:$N\nFROM $N-$N\n",
            f"ARG N=nginx\nFROM {LIBRARY}/$N\nFROM {HUB}/x/$N:$N\nFROM {LIBRARY}/$N-$N\n",
        ),
        (
            "ARG N=a\nARG M=/b\nFROM $N\nFROM $N$M\n",
            f"ARG N=a\nARG M=/b\nFROM {LIBRARY}/$N\nFROM {HUB}/$N$M\n",
        ),
    ],
)
def test_shared_text(before: str, after: str) -> None:
    result = rewritten(before, DOCKERFILE)
    assert result.text == after
    assert all(each.done or each.verdict.reason for each in result.resolutions)


def test_many_references_and_one_that_cannot_stay_with_the_others() -> None:
    many = "".join(f"FROM a{number}\n" for number in range(40))
    before = f"ARG R=docker.io\n{many}FROM $R/x/y\nFROM quay.io/$R/y\n"
    result = rewritten(before, DOCKERFILE)
    assert [each.occurrence.text for each in result.resolutions if not each.done] == ["docker.io/x/y"]
    assert rewritten(result.text, DOCKERFILE).text == result.text
