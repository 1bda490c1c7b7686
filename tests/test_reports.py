from __future__ import annotations

import json as parser
from pathlib import Path

import pytest

from rewrite_refs.cache.verdict import Status
from rewrite_refs.images.reference import Reference
from rewrite_refs.reports import (
    Diagnostic,
    Location,
    ParseFailure,
    ReferenceRecord,
    Report,
    concise,
    diff,
    groups,
    json,
    statistics,
    text,
    visible,
)
from tests.commands import git

NGINX = Reference("docker.io", "library/nginx", "1")


def entry(status: Status, at: int = 1, **more: object) -> ReferenceRecord:
    if status == "unresolved":
        more = {"code": "unresolved-reference", **more}
    location = Location("a.yaml", at, 2, at, 9)
    plain = ReferenceRecord(location, "kubernetes", "nginx:1", NGINX, status, None, None, None)
    return plain._replace(**more)  # type: ignore[arg-type]


ENTRIES = [
    entry("direct", 1, target="ecr/nginx:1", rule="docker.io"),
    entry("direct", 2, rule="docker.io"),
    entry("direct", 3, reason="no rule maps docker.io"),
    entry("direct", 4, target="ecr/nginx:1", reason="shared"),
    entry("direct", 5, target="ecr/nginx:1", done=True),
    entry("unresolved", 6, reason="depends on $X", reference=None),
    entry("unresolved", 7),
    entry("cached", 8),
    entry("own", 9, reason="ours"),
]
REPORT = Report(ENTRIES, [ParseFailure("b\x1b.yaml", 3, 1, "bad \x1b[2J")])
LISTED = REPORT._replace(listed=True)
TROUBLE = "b\\x1b.yaml:3:1: problem: bad \\x1b[2J"


def lines(kind: str, **options: bool) -> list[str]:
    rows = getattr(text, kind)(REPORT, **options)
    return [row.removeprefix("a.yaml:").replace(":2: ", " ", 1) for row in rows]


def test_rewrite() -> None:
    left = ["1 direct: nginx:1: not rewritten: None", "4 direct: nginx:1: not rewritten: shared"]
    notes = ["6 unresolved: nginx:1: depends on $X", "7 unresolved: nginx:1: "]
    done = ["5 direct: nginx:1: now ecr/nginx:1"]
    assert lines("rewrite") == [*left, *notes, TROUBLE]
    assert lines("rewrite", notes=False) == [*left, TROUBLE]
    assert lines("rewrite", notes=False, done=True) == [*left, *done, TROUBLE]


def test_listing() -> None:
    rows = [row.removeprefix("a.yaml:").replace(":2: ", " ", 1) for row in text.lines(LISTED)]
    assert rows[3:9] == [
        "4 direct: nginx:1 -> ecr/nginx:1 (shared)",
        "5 direct: nginx:1 -> ecr/nginx:1",
        "6 unresolved: nginx:1 (depends on $X)",
        "7 unresolved: nginx:1",
        "8 cached: nginx:1",
        "9 own: nginx:1 (ours)",
    ]
    assert list(concise.lines(LISTED)) == list(text.lines(LISTED))


def test_groups() -> None:
    rows = list(text.lines(groups.grouped(LISTED, "upstream")))
    assert rows[0] == "docker.io: 8 references (5 direct, 1 cached, 1 unresolved, 1 own)"
    assert rows[1] == "  a.yaml:1:2: direct: nginx:1 -> ecr/nginx:1"
    assert rows[9:11] == [
        "(not known): 1 reference (1 unresolved)",
        "  a.yaml:6:2: unresolved: nginx:1 (depends on $X)",
    ]
    cached = entry("cached", reference=Reference("1.dkr", "hub/x", None, None), rule="quay.io/centos")
    assert [each.name for each in groups.grouped(Report([cached], []), "upstream").groups] == ["quay.io"]
    names = [each.name for each in groups.grouped(LISTED, "image").groups]
    assert names == ["docker.io/library/nginx", "nginx:1"]
    assert [each.name for each in groups.grouped(LISTED, "file").groups] == ["a.yaml"]
    assert [
        each.name for each in groups.grouped(Report([entry("own", location=None)], []), "file").groups
    ] == [""]


def test_colours() -> None:
    shown = list(text.lines(LISTED, lambda word, colour: f"<{colour} {word}>"))
    assert shown[0] == "a.yaml:1:2: <red direct>: nginx:1 -> ecr/nginx:1"
    assert shown[-1] == "b\\x1b.yaml:3:1: <red problem>: bad \\x1b[2J"


def test_control_characters_are_never_raw() -> None:
    nasty = "a\x1b[31m\u202e\udcff\n"
    each = entry("direct", text=nasty, target=nasty, reason=nasty, location=Location(nasty, 1, 1, 1, 2))
    diagnostic = Diagnostic("x", "error", Location(nasty, 1, 2, 1, 4), nasty, nasty, line=f"\t{nasty[:-1]}")
    report = groups.grouped(Report([each], [ParseFailure(nasty, 1, 1, nasty)], [diagnostic]), "file")
    listed = report._replace(listed=True)
    shown = [*text.lines(report), *concise.lines(report), *text.rewrite(report), *text.explanation(each)]
    shown += [*text.lines(listed), *statistics.lines(report), *statistics.lines(listed)]
    assert all(line.isprintable() for line in shown)
    assert visible("plain \u00e9") == "plain \u00e9"
    assert visible(nasty) == "a\\x1b[31m\\u202e\\udcff\\n"


def test_explanation() -> None:
    each = entry("direct", target="ecr/nginx:1", rule="docker.io", reason="why", location=None)
    assert list(text.explanation(each)) == [
        "reference:  nginx:1",
        "registry:   docker.io",
        "repository: library/nginx",
        "tag:        1",
        "digest:     (none)",
        "status:     direct",
        "rule:       docker.io",
        "becomes:    ecr/nginx:1",
        "because:    why",
    ]
    bare = entry("cached", reference=Reference("", "x", None, "sha256:0"))
    assert "registry:   (none)" in text.explanation(bare)
    assert [row.split(":")[0] for row in text.explanation(entry("unresolved", reference=None))] == [
        "reference",
        "status",
        "rule",
        "becomes",
    ]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], "no references found"),
        (ENTRIES[:1], "1 reference in 1 file: 1 direct"),
        (ENTRIES, "9 references in 1 file: 5 direct, 1 cached, 2 unresolved, 1 own"),
        ([entry("own", location=None)], "1 reference in 0 files: 1 own"),
    ],
)
def test_counts(records: list[ReferenceRecord], expected: str) -> None:
    assert text.counts(Report(records, [])) == expected


def test_json() -> None:
    document = parser.loads("\n".join(json.lines(REPORT)))
    assert list(document) == ["version", "references", "problems", "findings", "failures"]
    assert document["version"] == 1
    assert document["references"][0] == {
        "path": "a.yaml",
        "format": "kubernetes",
        "line": 1,
        "column": 2,
        "end_line": 1,
        "end_column": 9,
        "text": "nginx:1",
        "registry": "docker.io",
        "repository": "library/nginx",
        "tag": "1",
        "digest": None,
        "status": "direct",
        "target": "ecr/nginx:1",
        "rule": "docker.io",
        "reason": None,
    }
    assert document["problems"] == [{"path": "b\x1b.yaml", "line": 3, "column": 1, "message": "bad \x1b[2J"}]
    nowhere = parser.loads("\n".join(json.lines(Report([entry("own", location=None, reference=None)], []))))
    assert [key for key, value in nowhere["references"][0].items() if value is not None] == [
        "format",
        "text",
        "status",
    ]


# --- diffs: the real git takes them -----------------------------------------------------------

LONG = "".join(f"line {number}\n" for number in range(40))


def changed(*numbers: int) -> str:
    return "".join(f"new {number}\n" if number in numbers else f"line {number}\n" for number in range(40))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a\n", "b\n"),
        ("a", "b"),
        ("a\nb", "a\nc"),
        ("a\nb", "c\nb"),
        ("a\r\nb\r\n", "a\r\nc\r\n"),
        ("a\rb\x0bc\x0cd\x85e\u2028f\n", "a\rb\x0bc\x0cd\x85e\u2028g\n"),
        ("\ufeffa\n", "\ufeffb\n"),
        ("\na\n\n", "\nb\n\n"),
        ("--- a\n+++ b\n", "--- c\n+++ b\n"),
        (LONG, changed(0)),
        (LONG, changed(39)),
        (LONG, changed(2, 3, 9, 10, 17, 18, 25)),
        (LONG, changed(*range(40))),
        (LONG.rstrip(), changed(3, 30).rstrip()),
        ("a \\\n b\nc\n", "ab\nc\n"),
        ("x\na\\\nb", "x\nab"),
        ("a\nb\n" * 20, "a\nb\nb\n" + "a\nb\n" * 19),
        ("a\n", "a\na\n"),
        (
            "a\nFROM x\nb\nc\nd\ne\nf\ng\nh\ni\nFROM y",
            "a\nARG r\nFROM $r/x\nb\nc\nd\ne\nf\ng\nh\ni\nFROM $r/y",
        ),
        ("x\n" + "a\nb\n" * 600 + "y\n", "z\n" + "a\nb\n" * 600 + "z\ny\n"),
    ],
)
def test_git_takes_a_diff(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(old.encode())
    patch = "".join(diff.lines("file", old, new)).encode()
    git(tmp_path, "apply", "-v", "-", stdin=patch)
    assert path.read_bytes() == new.encode()
    git(tmp_path, "apply", "-R", "-", stdin=patch)
    assert path.read_bytes() == old.encode()


@pytest.mark.parametrize(
    "name",
    [
        "a b",
        "a b/c d",
        "\u00e9",
        'a"b',
        "a\\b",
        "a\tb",
        "a\nb",
        "\udcff",
        "a 2024-01-01 00:00:00",
        " a",
        "a ",
        "b/x",
    ],
)
def test_git_takes_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("old\n")
    patch = "".join(diff.lines(name, "old\n", "new\n")).encode("utf-8", "surrogateescape")
    git(tmp_path, "apply", "-", stdin=patch)
    assert path.read_text() == "new\n"


def test_lines_that_stay_between_new_ones_are_context() -> None:
    told = list(diff.lines("a", "FROM x\nRUN y\nFROM z\n", "ARG r\nFROM $r/x\nRUN y\nFROM $r/z\n"))
    assert " RUN y\n" in told


def test_a_diff_as_a_whole() -> None:
    assert "".join(diff.lines("a b", LONG, changed(5, 20))) == (
        "diff --git a/a b b/a b\n--- a/a b\t\n+++ b/a b\t\n"
        "@@ -3,7 +3,7 @@\n line 2\n line 3\n line 4\n-line 5\n+new 5\n line 6\n line 7\n line 8\n"
        "@@ -18,7 +18,7 @@\n line 17\n line 18\n line 19\n-line 20\n+new 20\n line 21\n line 22\n line 23\n"
    )


def test_nothing_to_change_is_no_hunk() -> None:
    assert len(list(diff.lines("a", "a\n", "a\n"))) == 3
