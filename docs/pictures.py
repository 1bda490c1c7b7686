"""Makes ``demo.svg``, the picture in the README, from a run on ``fixtures/demo``.

    python docs/pictures.py

Run it after the text of a report has changed; a test compares the picture with its output.  The run is on
a copy of the demo.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

DOCS = Path(__file__).parent
COMMANDS = (
    "rewrite-refs check deploy/web.yaml",
    "rewrite-refs rewrite deploy/web.yaml",
    "rewrite-refs check deploy/web.yaml",
)
# Pixels of the terminal: width of a character, height of a line, margin.
WIDTH, HEIGHT, MARGIN = 7.2, 18, 16
_ESCAPE = re.compile(r"\x1b\[([\d;]*)m")
_STYLE = """
text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre }
.c1 { font-weight: 600 }
.back { fill: #ffffff; stroke: #d0d7de } text { fill: #1f2328 }
.c31 { fill: #b3261e } .c32 { fill: #1a7f37 } .c33 { fill: #7d4e00 } .c34 { fill: #0550ae }
.c36 { fill: #57606a }
@media (prefers-color-scheme: dark) {
.back { fill: #0d1117; stroke: #30363d } text { fill: #e6edf3 }
.c31 { fill: #ff9a92 } .c32 { fill: #5fd17a } .c33 { fill: #e3b341 } .c34 { fill: #79c0ff }
.c36 { fill: #9198a1 } }
"""


def session() -> str:
    """Return the coloured output of the commands; SystemExit if one cannot run."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "GITHUB_", "REWRITE_REFS_"))
    }
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder) / "demo"
        shutil.copytree(DOCS.parent / "fixtures" / "demo", demo)
        subprocess.run(["git", "init", "-q"], cwd=demo, env=environment, check=True)
        text = ""
        for command in COMMANDS:
            run = subprocess.run(
                [sys.executable, "-m", *command.replace("-refs", "_refs", 1).split(), "--color=always"],
                cwd=demo,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
            )
            if run.returncode > 1:
                raise SystemExit(f"{command}: {run.stdout.decode()}")
            text += f"\x1b[1m$ {command}\x1b[0m\n{run.stdout.decode()}"
    return text


def svg(text: str) -> str:
    """Return a picture of a terminal's text.

    It uses the fonts of the reader's system, and its light or dark colours.
    """
    lines = text.rstrip("\n").split("\n")
    bare = [_ESCAPE.sub("", line) for line in lines]
    width = round(max(map(len, bare)) * WIDTH + 2 * MARGIN)
    height = len(lines) * HEIGHT + 2 * MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">'
    )
    back = f'<rect class="back" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="6"/>'
    title = f"<title>A terminal: {escape(', '.join(COMMANDS))}</title>"
    return "\n".join((head, title, f"<style>{_STYLE}</style>", back, *_rows(lines, bare), "</svg>", ""))


def _rows(lines: list[str], bare: list[str]) -> Iterator[str]:
    """Yield the lines as elements; their fixed length aligns columns in any font."""
    for number, (line, text) in enumerate(zip(lines, bare, strict=True)):
        if text.strip():
            y = MARGIN + number * HEIGHT + 13
            length = f"{len(text) * WIDTH:.1f}"
            spans = "".join(_spans(line))
            yield f'<text x="{MARGIN}" y="{y}" textLength="{length}" xml:space="preserve">{spans}</text>'


def _spans(line: str) -> Iterator[str]:
    """Yield the parts of a line between its escape sequences."""
    first, *rest = _ESCAPE.split(line)
    yield escape(first)
    for code, text in zip(rest[::2], rest[1::2], strict=True):
        if text:
            yield escape(text) if code in ("", "0") else f'<tspan class="c{code}">{escape(text)}</tspan>'


if __name__ == "__main__":
    (DOCS / "demo.svg").write_text(svg(session()), encoding="utf-8", newline="\n")
