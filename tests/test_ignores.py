import pytest

from rewrite_refs.ignores import Ignores
from rewrite_refs.source import Lines

TEN = "#\n" * 10


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("image: HERE", False),
        ("image: HERE # a comment", False),
        ("image: HERE # rewrite-refs: ignore", True),
        ("image: HERE # why not: rewrite-refs: ignore", False),
        ("image: HERE #rewrite-refs:ignore because", True),
        ("image: HERE // rewrite-refs: ignore", True),
        ("image: HERE rewrite-refs: ignore", False),
        ("image: HERE # rewrite-refs: ignored", False),
        ("image: HERE # rewrite-refs: ignore-file", False),
        ("# rewrite-refs: ignore\nimage: HERE", True),
        ("  # rewrite-refs: ignore\r\n  image: HERE\r\n", True),
        ("image: a # rewrite-refs: ignore\nimage: HERE", False),
        ("# rewrite-refs: ignore\n\nimage: HERE", False),
        ("image: HERE\n# rewrite-refs: ignore", False),
        ("# rewrite-refs: ignore-file\n" + TEN + "image: HERE", True),
        (TEN[2:] + "  // rewrite-refs: ignore-file\nimage: HERE", True),
        (TEN + "# rewrite-refs: ignore-file\nimage: HERE", False),
        ("a: 1 # rewrite-refs: ignore-file\nimage: HERE", False),
        ("# rewrite-refs: ignore-files\nimage: HERE", False),
    ],
)
def test_what_a_comment_covers(text: str, covered: bool) -> None:
    assert Ignores(text, Lines(text)).covers(text.index("HERE")) is covered
