"""Writes the files generated from the code: pages, tables, hooks, and the schema.

    python -m tasks generate

With ``--check`` nothing is written, and the exit code is 1 if a file is not up to date.  A page may be
written by hand, except parts between ``<!-- generated: NAME -->`` and ``<!-- end of NAME -->``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import commands
import hooks
import reference
import schema

ROOT = Path(__file__).parent.parent
Lines = Callable[[], Iterator[str]]
# The generated parts of pages that are written by hand.
PARTS: Mapping[str, Mapping[str, Lines]] = {
    "README.md": {"commands": lambda: commands.table("docs/"), "formats": reference.summaries},
    "docs/command-line.md": {"commands": lambda: commands.table(""), "examples": commands.examples},
    "docs/found.md": {"formats": reference.files},
}


def pages() -> dict[str, str]:
    """Return all generated files and pages with generated parts, by path from the top."""
    parts = {path: filled(path, parts) for path, parts in PARTS.items()}
    return {**reference.pages(), **hooks.pages(), **schema.pages(), **parts}


def filled(path: str, parts: Mapping[str, Lines]) -> str:
    """Return a page with its *parts* generated again.

    Raises ValueError if the page does not have each part exactly once.
    """
    text = (ROOT / path).read_text(encoding="utf-8")
    for name, lines in parts.items():
        start, end = f"<!-- generated: {name} -->\n", f"<!-- end of {name} -->\n"
        if text.count(start) != 1 or text.count(end) != 1:
            raise ValueError(
                f"{path}: write {start.strip()} and {end.strip()} once, each on a line of its own"
            )
        head, _, rest = text.partition(start)
        made = "".join(f"{line}\n" for line in lines())
        text = f"{head}{start}\n{made}\n{end}{rest.partition(end)[2]}"
    return text


def main(check: bool) -> int:
    """Write the files that are not up to date, or with *check* only name them.

    Returns the exit code.
    """
    stale = {
        path: text for path, text in pages().items() if (ROOT / path).read_text(encoding="utf-8") != text
    }
    for path, text in stale.items():
        state = "not up to date: run python -m tasks generate" if check else "written"
        sys.stdout.write(f"{path}: {state}\n")
        if not check:
            (ROOT / path).write_text(text, encoding="utf-8", newline="\n")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
