from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs.errors import ParseError
from rewrite_refs.formats.dockerfile import FORMAT as DOCKERFILE
from rewrite_refs.formats.dockerfile.variables import NUMBERED, ONBUILD, QUOTED, View
from rewrite_refs.formats.variables import ExtraStage, Prepared
from rewrite_refs.text.edits import splice
from rewrite_refs.text.outline import Token
from rewrite_refs.text.source import Source


def outline(source: Source) -> list[Token]:
    return list(DOCKERFILE.outline(source))


def prepared(text: str, *arguments: str, early: bool = False) -> Prepared:
    """*text* with ARGs, and with a stage for each image of --from=; that this is all is proved."""
    view = View(Source(text))
    images: dict[str, list[int]] = {}
    for at, each in enumerate(view.occurrences):
        if view.needs_stage(each):
            images.setdefault(each.text, []).append(at)
    stages = view.stages([[view.occurrences[at] for at in group] for group in images.values()])
    result = view.prepared(arguments, early, stages)
    assert result.is_same(outline(view.source), outline(result.source))
    kept, at, new = "", 0, result.source.text
    for start, end in result.inserted:
        kept, at = kept + new[at:start], end
    assert kept + new[at:] == splice(text, result.edits)
    return result


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM a\n", "ARG R=x\nFROM a\n"),
        ("\n\nFROM a", "\n\nARG R=x\nFROM a"),
        ("\ufeffFROM a\r\nRUN b\r\n", "\ufeffARG R=x\r\nFROM a\r\nRUN b\r\n"),
        ("# syntax=a\n# escape=`\nFROM a\n", "# syntax=a\n# escape=`\nARG R=x\nFROM a\n"),
        # The first comment stays at the top, with a licence or without.
        ("# syntax=a\n# The app.\n\nFROM a\n", "# syntax=a\n# The app.\n\nARG R=x\nFROM a\n"),
        ("# The app.\nFROM a\n", "# The app.\nARG R=x\nFROM a\n"),
        ("#!/usr/bin/x\n# syntax=a\nFROM a\n", "#!/usr/bin/x\n# syntax=a\nARG R=x\nFROM a\n"),
        # A second one stays with what it stands on.
        ("# Licence\n\n# Build\n# it\nFROM a\n", "# Licence\n\nARG R=x\n\n# Build\n# it\nFROM a\n"),
        ("# syntax=a\n\n# Build\nFROM a\n", "# syntax=a\n\n# Build\nARG R=x\nFROM a\n"),
        # And so does one of a line, where other stages have one as well.
        ("# Build\nFROM a\n# Run\nFROM b\n", "ARG R=x\n\n# Build\nFROM a\n# Run\nFROM b\n"),
        (
            "# syntax=a\n# Build\nFROM a\n# Run\nFROM b\n",
            "# syntax=a\nARG R=x\n\n# Build\nFROM a\n# Run\nFROM b\n",
        ),
        ("# Build\n# it\nFROM a\n# Run\nFROM b\n", "# Build\n# it\nARG R=x\nFROM a\n# Run\nFROM b\n"),
        ("# The app.\nFROM a\nFROM b\n", "# The app.\nARG R=x\nFROM a\nFROM b\n"),
        ("# Copyright\nFROM a\n# Run\nFROM b\n", "# Copyright\nARG R=x\nFROM a\n# Run\nFROM b\n"),
        (
            "# App\nFROM a\n# hadolint ignore=X\nFROM b\n",
            "# App\nARG R=x\nFROM a\n# hadolint ignore=X\nFROM b\n",
        ),
        # And so does one that speaks to a tool.
        ("# App\n# check=skip=X\nFROM a\n", "# App\nARG R=x\n# check=skip=X\nFROM a\n"),
        ("# hadolint ignore=DL3006\nFROM a\n", "ARG R=x\n# hadolint ignore=DL3006\nFROM a\n"),
        ("# hadolint global ignore=DL3006\nFROM a\n", "# hadolint global ignore=DL3006\nARG R=x\nFROM a\n"),
        ("# App\n# checkov:skip=X: y\n# z\nFROM a\n", "# App\nARG R=x\n# checkov:skip=X: y\n# z\nFROM a\n"),
        ("# L\n\n  #trivy:ignore:X\nFROM a\n", "# L\n\nARG R=x\n  #trivy:ignore:X\nFROM a\n"),
        ("# renovate: datasource=docker\nFROM a\n", "ARG R=x\n# renovate: datasource=docker\nFROM a\n"),
        ("# rewrite-refs: ignore\nFROM a\n", "ARG R=x\n# rewrite-refs: ignore\nFROM a\n"),
        # Behind the ARGs that are there.
        ("# V\nARG V=1\n\n# Build\nFROM a:$V\n", "# V\nARG V=1\nARG R=x\n\n# Build\nFROM a:$V\n"),
        ("ARG V=1 \\\n  W=2\nFROM a:$V\n", "ARG V=1 \\\n  W=2\nARG R=x\nFROM a:$V\n"),
        # The stages stand before the first FROM.
        ("FROM a\nCOPY --from=b/c d e\n", "ARG R=x\nFROM b/c AS c\n\nFROM a\nCOPY --from=c d e\n"),
        (
            "ARG V\n\n# Build\nFROM a\nCOPY --from=b/c d e\nRUN --mount=from=b/c f\n",
            "ARG V\nARG R=x\n\nFROM b/c AS c\n\n# Build\nFROM a\nCOPY --from=c d e\nRUN --mount=from=c f\n",
        ),
        (
            "ARG V\nFROM a\nCOPY --from=b/c:1 d e\nCOPY --from=f/c g h\n",
            "ARG V\nARG R=x\nFROM b/c:1 AS c\nFROM f/c AS image-c\n\n"
            "FROM a\nCOPY --from=c d e\nCOPY --from=image-c g h\n",
        ),
        (
            "# L\r\n\r\n# B\r\nFROM a\r\nCOPY --from=b d e\r\n",
            "# L\r\n\r\nARG R=x\r\nFROM b AS b\r\n\r\n# B\r\nFROM a\r\nCOPY --from=b d e\r\n",
        ),
    ],
)
def test_where_lines_are_inserted(before: str, after: str) -> None:
    assert prepared(before, "R=x").source.text == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ARG B=a\nFROM $B\n", "ARG R=x\nARG B=a\nFROM $B\n"),
        ("# Base\nARG B=a\nFROM $B\n# Run\nFROM b\n", "# Base\nARG R=x\nARG B=a\nFROM $B\n# Run\nFROM b\n"),
        ("# App\nARG B=a\nFROM $B\n", "# App\nARG R=x\nARG B=a\nFROM $B\n"),
        ("# App\n\n# Base\nARG B=a\nFROM $B\n", "# App\n\nARG R=x\n\n# Base\nARG B=a\nFROM $B\n"),
        (
            "ARG B=a\nFROM $B\nCOPY --from=c d e\n",
            "ARG R=x\nARG B=a\nFROM c AS c\n\nFROM $B\nCOPY --from=c d e\n",
        ),
    ],
)
def test_where_the_default_of_an_arg_needs_one(before: str, after: str) -> None:
    assert prepared(before, "R=x", early=True).source.text == after


def test_nothing_is_inserted_for_nothing() -> None:
    result = prepared("# a\n\n# b\nFROM c\n")
    assert (result.source.text, result.edits, result.inserted) == ("# a\n\n# b\nFROM c\n", (), ())
    assert (
        prepared("FROM scratch\nCOPY --from=c d e\n").source.text
        == "FROM c AS c\n\nFROM scratch\nCOPY --from=c d e\n"
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("FROM a\nCOPY --from=quay.io/b/busybox:1.36@sha256:{} c d\n", "busybox"),
        ("FROM a\nCOPY --from=busybox c d\n", "busybox"),
        ("FROM busybox\nCOPY --from=busybox:1.36 c d\n", "busybox-1.36"),
        ("FROM a AS busybox\nCOPY --from=busybox:1.36 c d\n", "busybox-1.36"),
        ("FROM a AS BusyBox\nFROM b AS busybox-1\nCOPY --from=busybox:1 c d\n", "image-busybox"),
        ("FROM busybox\nCOPY --from=x/busybox c d\n", "image-busybox"),
        ("FROM a\nCOPY --from=3proxy c d\n", "image-3proxy"),
        ("FROM a\nCOPY --from=context c d\n", "image-context"),
        ("ARG X\nFROM busy$X\nCOPY --from=busybox c d\n", "image-busybox"),
        ("ARG X\nFROM $X\nCOPY --from=busybox c d\n", "busybox"),
        ("ARG X\nFROM i$X\nCOPY --from=a/image:1 c d\n", "image-image-999"),
    ],
)
def test_stage_names(text: str, name: str) -> None:
    view = View(Source(text.format("0" * 64)))
    (stage,) = view.stages([[view.occurrences[-1]]])
    assert stage == ExtraStage(name, view.occurrences[-1].text, (view.occurrences[-1],))


def test_stages_are_not_named_like_images_without_a_tag() -> None:
    view = View(Source("FROM a\nCOPY --from=b/redis c d\nCOPY --from=redis c d\nCOPY --from=redis c d\n"))
    _, one, two, three = view.occurrences
    assert [each.name for each in view.stages([[one], [two, three]])] == ["image-redis", "redis"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# syntax=docker/dockerfile:1\nFROM scratch\n", None),
        ("FROM a\n", None),
        ("FROM 'a'\n", QUOTED),
        ('FROM "a"\n', None),
        ("FROM scratch\nCOPY --from=a b c\n", None),
        ("FROM scratch\nRUN --mount=from=a,target=/b c\n", None),
        ("FROM scratch\nONBUILD COPY --from=a b c\n", ONBUILD),
        ("FROM scratch\nONBUILD RUN --mount=from=a,target=/b c\n", ONBUILD),
        ("FROM scratch\nCOPY --from=0 a b\nRUN --mount=from=a,target=/b c\n", NUMBERED),
        (
            "FROM scratch\nCOPY --from=a\\b c d\n",
            "the registry is composed of a variable and other text",
        ),
    ],
)
def test_reason(text: str, reason: str | None) -> None:
    view = View(Source(text))
    assert view.reason(view.occurrences[-1]) == reason


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ("ARG R=docker.io\nFROM $R/a\n", "R"),
        ('ARG R="docker.io/"\nFROM ${R}a\n', "R"),
        ("ARG R=\nFROM ${R}a\n", "R"),
        ("ARG R=docker.io\nARG S=$R\nFROM $S/a\n", "R"),
        ("ARG R=quay.io\nARG R=docker.io\nFROM $R/a\n", "R"),
        ("ARG R\nFROM ${R:-docker.io}/a\n", "R"),
        ("FROM ${R:-docker.io}/a\n", None),
        ("FROM docker.io/a\n", None),
        ("ARG R=docker.io/a\nFROM $R\n", "R"),
        ("ARG R=docker.io V=1\nFROM $R/a:$V\nARG R\n", "R"),
        ("ARG V=1_0\nFROM ${V/_/.}\n", None),
    ],
)
def test_variable(text: str, variable: str | None) -> None:
    view = View(Source(text))
    assert view.variable(view.occurrences[0].pieces[0]) == variable


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("FROM a\nRUN echo R ${RS} $RS AR=1 # $R2\n", False),
        ("FROM a\n# $R ARG R\n", False),
        ("ARG R\nFROM a\n", True),
        ("ARG V=1 R=2\nFROM a\n", True),
        ("ARG V=${R:-x}\nFROM a\n", True),
        ("FROM a:$R\n", True),
        ("FROM a\nENV R b\n", True),
        ("FROM a\nONBUILD ARG R\n", True),
        ("FROM a\nRUN ${R#x}\n", True),
        ("FROM a\nRUN <<E\necho $R\nE\n", True),
        ("FROM a\nRUN <<E\necho R\nE\n", False),
    ],
)
def test_is_used(text: str, used: bool) -> None:
    assert View(Source(text)).is_used("R") is used


def test_what_buildkit_refuses() -> None:
    with pytest.raises(ParseError):
        View(Source("RUN a\n"))


def test_another_outline_is_not_the_same() -> None:
    result = prepared("FROM a\nRUN b\n", "R=x")
    old, new = outline(Source("FROM a\nRUN b\n")), outline(result.source)
    assert not result.is_same(old, [replace(new[0], text="ARG R=y"), *new[1:]])
    assert not result.is_same(old, [*new[:-1], replace(new[-1], text="RUN c")])
    assert not result.is_same(old, new[:-1])
    assert not result.is_same(old, new[1:])


_LINES = [
    "# a",
    "",
    "ARG V=1",
    "FROM a:$V AS a",
    "FROM b",
    "COPY --from=c/d:1 e f",
    "COPY --from=a g h",
    "RUN <<E\nFROM x\nE",
]
_LINES += [
    "RUN i \\",
    "# hadolint ignore=X",
    "RUN --mount=type=bind,from=j/d,target=/k l",
    "COPY --from=b m n",
]


@given(st.lists(st.sampled_from(_LINES), max_size=8), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_lines_are_inserted_and_nothing_else_differs(lines: list[str], end: str, early: bool) -> None:
    text = "\n".join([*lines[:3], "FROM a", *lines[3:], ""]).replace("\n", end)
    try:
        view = View(Source(text))
    except ParseError:
        return
    is_early = early and text.index("FROM") > text.find("ARG") >= 0
    result = prepared(text, "R=x", "S", early=is_early)
    new = result.source.text
    assert new.index(f"ARG R=x{end}ARG S{end}") < new.index("FROM")
    after = View(result.source)
    assert after.first_use == new.index("FROM")
    assert after.parsed[-1].keyword == view.parsed[-1].keyword
    assert {each.text for each in after.occurrences} == {each.text for each in view.occurrences}
