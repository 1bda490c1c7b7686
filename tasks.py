"""The tasks of this project: ``python -m tasks NAME [ARGUMENT]...``.

Without a name, the tasks are listed.  Each task yields commands, which are run at the top of the repository
until one fails.  This module uses only the standard library; the commands need the extra ``test``, and
``release`` also needs the extra ``release``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

Command = tuple[str, ...]
Task = Callable[[Sequence[str]], Iterator[Command]]

ROOT = Path(__file__).parent


def tests(arguments: Sequence[str]) -> Iterator[Command]:
    """Run the tests, with pytest arguments if any: the whole suite takes minutes."""
    yield _python("-m", "pytest", *arguments)


def format(arguments: Sequence[str]) -> Iterator[Command]:
    """Run the tests named after a format, such as dockerfile, and its fixtures."""
    if len(arguments) != 1:
        raise SystemExit("format: name one format, such as dockerfile")
    (name,) = arguments
    spellings = {name, name.replace("-", ""), name.replace("-", "_")}
    modules = sorted(
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("test_*.py")
        if any(path.stem.startswith(f"test_{each}") for each in spellings)
    )
    if not modules:
        raise SystemExit(f"format: there is no tests/formats/test_{name.replace('-', '')}.py")
    yield _python("-m", "pytest", "-q", "--no-cov", *modules)
    yield _python("-m", "pytest", "-q", "--no-cov", "tests/test_golden.py", "-k", name)


def generate(_arguments: Sequence[str]) -> Iterator[Command]:
    """Write what follows from the code: pages, tables, hooks, schema, names."""
    yield _python("docs/generate.py")
    yield _python("-m", "tests.test_names_of_users", "--add")


def docs(_arguments: Sequence[str]) -> Iterator[Command]:
    """Build the documentation site in the folder site."""
    yield _python("-m", "sphinx", "-W", "-n", "docs", "site")


def pictures(_arguments: Sequence[str]) -> Iterator[Command]:
    """Take the pictures of the documentation anew: needs Chromium."""
    yield _python("docs/pictures.py")
    yield _python("docs/picture_report.py")


def benchmark(_arguments: Sequence[str]) -> Iterator[Command]:
    """Measure what runs of the tool cost, as ratios."""
    yield _python("tests/benchmark.py")


def release(_arguments: Sequence[str]) -> Iterator[Command]:
    """Check and build a release, and print the commands that publish it."""
    version = _version()
    if _output("git", "status", "--porcelain"):
        raise SystemExit("release: there are changes that are not committed: commit or remove them")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    if not re.search(rf"^## \[{re.escape(version)}\]", changelog, re.MULTILINE):
        raise SystemExit(f"release: CHANGELOG.md has no section ## [{version}]: rename ## [Unreleased]")
    yield (".ci/run",)
    yield _python("-m", "build", "--sdist", "--wheel", "--outdir", "dist")
    print(f"Nothing was pushed. Publish it with:\n  git tag -a v{version} -m 'Version {version}'")
    print(f"  git push origin v{version}")


TASKS: dict[str, Task] = {
    each.__name__: each for each in (tests, format, generate, docs, pictures, benchmark, release)
}


def _python(*arguments: str) -> Command:
    return (sys.executable, *arguments)


def _version() -> str:
    text = (ROOT / "rewrite_refs/__init__.py").read_text(encoding="utf-8")
    (version,) = re.findall(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    return str(version)


def _output(*command: str) -> str:
    return subprocess.check_output(command, cwd=ROOT, text=True)


def main(arguments: Sequence[str]) -> int:
    """Run a task; return the exit code of the first command that fails, or 0."""
    name = arguments[0] if arguments else ""
    if name not in TASKS:
        if name:
            print(f"there is no task {name!r}; the tasks are:", file=sys.stderr)
        for each, task in TASKS.items():
            print(f"{each:10} {(task.__doc__ or '').partition(chr(10))[0]}")
        return 2 if name else 0
    for command in TASKS[name](arguments[1:]):
        print("+", *command, flush=True)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        if code := subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
