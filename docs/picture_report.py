"""Takes ``report.png``, a picture of the HTML page of a run on ``fixtures/demo``.

    python docs/picture_report.py

The run is on a half migrated copy, in which ``deploy`` is rewritten.  Run this script after the page has
changed.  It needs Chromium, and Playwright (``pip install 'rewrite-refs[test]'``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PICTURE = Path(__file__).with_name("report.png")
WIDTH, HEIGHT = 1280, 1440
_WHO = ("-c", "user.name=docs", "-c", "user.email=docs@example.com", "-c", "commit.gpgsign=false")


def page(folder: Path) -> Path:
    """Return the page of a half migrated demo; SystemExit if a command fails."""
    demo, report = folder / "parcels", folder / "report.html"
    shutil.copytree(ROOT / "fixtures" / "demo", demo)
    _run(demo, "git", "init", "-q")
    _run(demo, "git", "remote", "add", "origin", "https://github.com/parcels-example/parcels.git")
    _run(demo, "git", "add", "-A")
    _run(demo, "git", *_WHO, "commit", "-q", "--no-verify", "-m", "The demo")
    tool = (sys.executable, "-m", "rewrite_refs")
    _run(demo, *tool, "rewrite", "-q", "deploy", codes=(0, 1))
    _run(demo, *tool, "check", "-q", "--output", f"html:{report}", codes=(0, 1))
    return report


def picture(report: Path, path: Path) -> None:
    """Write a screenshot of the page *report* to *path*."""
    sys.path.insert(0, str(ROOT))
    from tests.reports.browser import chromium

    with chromium() as browser:
        window = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        window.goto(report.as_uri())
        window.screenshot(path=path)


def _run(folder: Path, *command: str, codes: tuple[int, ...] = (0,)) -> None:
    dropped = ("GIT_", "GITHUB_", "CI_", "BITBUCKET_", "REWRITE_REFS_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    run = subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True, check=False)
    if run.returncode not in codes:
        raise SystemExit(f"{' '.join(command)}: {run.stderr}")


def main() -> None:
    """Take the picture."""
    with tempfile.TemporaryDirectory() as folder:
        picture(page(Path(folder)), PICTURE)


if __name__ == "__main__":
    main()
