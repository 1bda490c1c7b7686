"""The project as a clone of its own, for tests that install it or run its documentation."""

import shutil
import subprocess
from pathlib import Path

PROJECT = Path(__file__).parent.parent
_BUILT = (
    ".venv",
    "build",
    "dist",
    "__pycache__",
    "*.egg-info",
    ".coverage*",
    ".git",
    ".*_cache",
    ".hypothesis",
)


def snapshot(folder: Path) -> Path:
    """A git repository in *folder* whose one commit is the project as it stands, committed or not."""
    names = _git(PROJECT, "ls-files", "-zco", "--exclude-standard")
    if names is None:  # an archive, not a clone
        shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns(*_BUILT), dirs_exist_ok=True)
    for name in (names or "").split("\0"):
        if name and (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)
    _git(folder, "init", "-q")
    _git(folder, "add", "-A")
    who = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    _git(folder, *who, "commit", "-q", "--no-verify", "-m", "snapshot")
    return folder


def _git(folder: Path, *arguments: str) -> str | None:
    run = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return run.stdout if run.returncode == 0 else None
