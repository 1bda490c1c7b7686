from __future__ import annotations

import pytest

from rewrite_refs.cli import cli
from rewrite_refs.text.suggestions import near, nearest


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("rul", "rule"),
        ("rules", "rules"),
        ("ruels", "rules"),
        ("prune", None),
        ("list", "list"),
        ("lsit", "list"),
        ("last", "list"),
        ("lost", "list"),
        ("least", None),
        ("lists!", "list"),
        ("chk", None),
        ("chck", "check"),
        ("explan", "explain"),
        ("explanin", "explain"),
        ("restrore", "restore"),
        ("fix", None),
        ("scan", None),
        ("x", None),
        ("", None),
        ("x" * 100_000, None),
    ],
)
def test_what_is_near_a_command(word: str, meant: str | None) -> None:
    assert near(word, cli.commands) == meant


def test_what_begins_one_known_word() -> None:
    assert near("ignore", ["ignore-images", "per-file-ignores"]) == "ignore-images"
    assert near("ignore", ["ignore-images", "ignore-files"]) is None
    assert near("ign", ["ignore-images"]) is None
    assert near("", ["-x"]) is None


def test_what_to_write() -> None:
    assert nearest("rulez", ["rules", "own"]) == "did you mean rules?"
    assert nearest("zzz", ["rules", "own"]) == "write one of own, rules"
