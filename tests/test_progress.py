"""The line that says how far a long run is."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from rewrite_refs.cli import progress
from rewrite_refs.cli.progress import Progress
from tests.commands import repository
from tests.terminal import on_a_terminal


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("terminal", "quiet", "environment", "shown"),
    [
        (True, False, {}, True),
        (False, False, {}, False),
        (True, True, {}, False),
        (True, False, {"CI": "1"}, False),
        (True, False, {"PRE_COMMIT": "1"}, False),
    ],
)
def test_who_sees_it(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, quiet: bool, environment: dict[str, str], shown: bool
) -> None:
    for name in ("CI", "PRE_COMMIT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "_AFTER", 0.0)
    line = Progress.of(quiet)
    line(3, 2500)
    line(4, 2500)  # too soon after
    line.clear()
    line.clear()
    assert stream.getvalue() == ("\r3 of 2500 files\x1b[K\r\x1b[K" if shown else "")


def test_short_runs_show_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "PRE_COMMIT"):
        monkeypatch.delenv(name, raising=False)
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    line = Progress.of(False)
    line(1, 2)
    line.clear()
    assert stream.getvalue() == ""


def test_a_real_terminal(tmp_path: Path) -> None:
    """Between the line and an error there is no rest of the line."""
    files = {f"{at:04}/Dockerfile": "FROM scratch\n" for at in range(20)}
    root = repository(tmp_path / "repo", {**files, "x.yaml": "apiVersion: v1\nkind: Pod\nimage: nginx\n"})
    (root / "picture.png").write_bytes(b"\x89PNG\0")
    code = "from rewrite_refs.cli import main, progress; progress._AFTER = progress._EVERY = 0; main()"
    shown = on_a_terminal([sys.executable, "-c", code, "check", ".", "picture.png"], root)
    assert "\r3 of 21 files\x1b[K" in shown
    assert "\r\x1b[Kpicture.png: error: cannot be read" in shown
    named = on_a_terminal([sys.executable, "-c", code, "check", *files], root)
    assert "\r3 of 20 files\x1b[K" in named
    assert shown.endswith("1 reference in 1 file: 1 direct\r\n1 error\r\n")
