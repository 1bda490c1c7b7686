from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewrite_refs import InvalidReference, Reference
from rewrite_refs.images.reference import MAX_LENGTH, ParsedReference, parse_partial

DATA = Path(__file__).parent / "data"
VECTORS = [json.loads(line) for line in (DATA / "references.jsonl").read_text().splitlines()]
DIGEST = "sha256:" + "ab" * 32


def parsed(text: str) -> dict[str, object]:
    try:
        reference = Reference.parse(text)
    except InvalidReference:
        return {"ok": False, "domain": "", "path": "", "tag": "", "digest": ""}
    return {
        "ok": True,
        "domain": reference.registry,
        "path": reference.repository,
        "tag": reference.tag or "",
        "digest": reference.digest or "",
    }


def test_agrees_with_go() -> None:
    keys = ("ok", "domain", "path", "tag", "digest")
    differ = [
        (each["input"], each, parsed(each["input"]))
        for each in VECTORS
        if {key: each[key] for key in keys} != parsed(each["input"])
    ]
    assert differ == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nginx", "docker.io/library/nginx"),
        ("nginx:1.25", "docker.io/library/nginx:1.25"),
        ("grafana/loki", "docker.io/grafana/loki"),
        ("index.docker.io/nginx", "docker.io/library/nginx"),
        ("localhost:5000/a/b:1", "localhost:5000/a/b:1"),
        ("localhost:5000", "docker.io/library/localhost:5000"),
        (f"quay.io/a/b:1@{DIGEST}", f"quay.io/a/b:1@{DIGEST}"),
        ("a_b.example/app", "a_b.example/app"),
    ],
)
def test_normalises(text: str, expected: str) -> None:
    assert str(Reference.parse(text)) == expected


@pytest.mark.parametrize(
    "text",
    ["", "nginx\n", "Nginx", "a" * (MAX_LENGTH + 1), "ab" * 32, "a b", "nginx:", "http://nginx", None, 7],
)
def test_refuses(text: str) -> None:
    with pytest.raises(InvalidReference):
        Reference.parse(text)


def test_a_reason_speaks_of_what_was_written() -> None:
    with pytest.raises(InvalidReference, match=r"repository name \(REPLACE_ME\) must be lowercase"):
        Reference.parse("REPLACE_ME")


@given(st.text())
def test_parse_says_yes_or_no(text: str) -> None:
    parsed(text)


@pytest.mark.parametrize(
    ("text", "host", "path", "certain"),
    [
        ("nginx:1", "", "nginx", 5),
        ("library/nginx", "", "library/nginx", 13),
        ("docker.io/nginx", "docker.io", "nginx", 5),
        ("index.docker.io/a/b", "index.docker.io", "a/b", 3),
        ("grafana/loki", "", "grafana/loki", 12),
        ("quay.io/library", "quay.io", "library", 7),
    ],
)
def test_read_keeps_how_it_was_written(text: str, host: str, path: str, certain: int) -> None:
    parsed = parse_partial(text)
    assert (parsed.host, parsed.path, parsed.known_length) == (host, path, certain)
    assert text[parsed.path_start :].startswith(path)


def holed(text: str) -> ParsedReference:
    """Read *text*, in which <...> stands for an unknown part."""
    holes, start = [], text.find("<")
    while start >= 0:
        end = text.index(">", start) + 1
        holes.append((start, end))
        start = text.find("<", end)
    return parse_partial(text, holes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nginx:<tag>", ("docker.io", "library/nginx", "<tag>", None)),
        ("nginx<suffix>", ("docker.io", "library/nginx<suffix>", None, None)),
        ("nginx:1-<os>@" + DIGEST, ("docker.io", "library/nginx", "1-<os>", DIGEST)),
        ("nginx:1@sha256:<hash>", ("docker.io", "library/nginx", "1", "sha256:<hash>")),
        ("grafana/<name>", ("docker.io", "grafana/<name>", None, None)),
        ("docker.io/<owner>/<name>:1", ("docker.io", "<owner>/<name>", "1", None)),
        ("docker.io/library/<name>", ("docker.io", "library/<name>", None, None)),
        ("quay.io/<x>:<y>", ("quay.io", "<x>", "<y>", None)),
    ],
)
def test_reads_around_holes(text: str, expected: tuple[str | None, ...]) -> None:
    reference = holed(text).reference
    assert (reference.registry, reference.repository, reference.tag, reference.digest) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<image>", "comes from <image>"),
        ("<registry>/nginx", "comes from <registry>"),
        ("quay<x>/nginx", "comes from <x>"),
        ("quay.io:<port>/nginx", "comes from <port>"),
        ("docker.io/<name>", "an owner and a name"),
        ("Nginx:<tag>", "lowercase"),
    ],
)
def test_holes_in_the_head(text: str, reason: str) -> None:
    with pytest.raises(InvalidReference, match=reason):
        holed(text)


def test_a_digest_alone_is_no_image() -> None:
    with pytest.raises(InvalidReference, match="digest alone"):
        parse_partial(DIGEST)
