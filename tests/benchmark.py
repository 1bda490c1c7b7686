# ruff: noqa: T201 - it prints
"""What the tool costs, as ratios: ``python tests/benchmark.py``; no test, for times differ by machine.

A run on one file is held against importing click, which any such program does;
a run over a whole generated repository against reading its files.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

RULE = ["--registry", "123456789012.dkr.ecr.eu-west-1.amazonaws.com", "--rule", "docker.io=docker-hub"]
CONFIG = "registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com\nrules:\n  docker.io: docker-hub\n"
POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web-{0}}}
spec:
  template:
    spec:
      containers:
      - {{name: one, image: nginx:1.{0}}}
      - {{name: two, image: "quay.io/acme/two:{0}"}}
"""
COMPOSE = "services:\n  web: {{build: ., image: acme/web-{0}}}\n  db: {{image: 'postgres:{0}'}}\n"
DOCKERFILE = "ARG TAG={0}\nFROM golang:$TAG AS build\nRUN make\nFROM alpine\nCOPY --from=build /x /x\n"
FOLDERS = 500
READ = (
    "import pathlib, sys\nfor path in pathlib.Path('.').rglob('*'):\n    path.is_file() and path.read_bytes()"
)


def seconds(arguments: list[str], folder: Path, runs: int) -> float:
    """CPU time of a command, the least of some runs: what else the machine does counts less so."""
    times = []
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(folder.parent / "cache")
    for _ in range(runs + 1):  # the first one compiles
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, *arguments]
        subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times[1:])


def generate(root: Path) -> None:
    """A repository with manifests, compose files and Dockerfiles, and as much that is nothing of it."""
    for number in range(FOLDERS):
        folder = root / f"part-{number}"
        folder.mkdir(parents=True)
        (folder / "web.yaml").write_text(POD.format(number))
        (folder / "values.yaml").write_text("a: {b: [c, d]}\n" * 50)
        (folder / "compose.yml").write_text(COMPOSE.format(number))
        (folder / "Dockerfile").write_text(DOCKERFILE.format(number))
        (folder / "main.go").write_text("package main // image\n" * 100)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)


def main() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as name:
        tree, small = Path(name) / "tree", Path(name) / "small"
        generate(tree)
        small.mkdir()
        subprocess.run(["git", "init", "-q"], cwd=small, check=True)
        (small / "Dockerfile").write_text(DOCKERFILE.format(1))
        (small / "web.yaml").write_text(POD.format(1))
        (small / "values.yaml").write_text("a: {b: [c, d]}\n")
        (small / "conf.yaml").write_text(CONFIG)
        tool = ["-m", "rewrite_refs"]
        click, read = seconds(["-c", "import click"], small, 10), seconds(["-c", READ], tree, 3)
        rows = [
            ("python -c pass", ["-c", "pass"], small, click),
            ("--version", [*tool, "--version"], small, click),
            ("check a file without references", [*tool, "check", "values.yaml", *RULE], small, click),
            ("check a Dockerfile", [*tool, "check", "Dockerfile", *RULE], small, click),
            ("check a manifest", [*tool, "check", "web.yaml", *RULE], small, click),
            (
                "check with a configuration",
                [*tool, "check", "web.yaml", "--config", "conf.yaml"],
                small,
                click,
            ),
            (
                "rewrite --diff of a Dockerfile",
                [*tool, "rewrite", "--diff", "Dockerfile", *RULE],
                small,
                click,
            ),
            ("a hook's file in a large tree", [*tool, "check", "part-1/web.yaml", *RULE], tree, click),
            ("check the tree", [*tool, "check", *RULE], tree, read),
            ("list the tree", [*tool, "list", *RULE], tree, read),
            ("rewrite --diff of the tree", [*tool, "rewrite", "--diff", *RULE], tree, read),
        ]
        migrated = Path(name) / "migrated"
        shutil.copytree(tree, migrated)
        command = [sys.executable, *tool, "rewrite", *RULE]
        subprocess.run(command, cwd=migrated, capture_output=True, check=False)
        rows.append(("check the tree, migrated", [*tool, "check", *RULE], migrated, read))
        print(f"import click: {click * 1000:.0f} ms; reading {FOLDERS * 5} files: {read * 1000:.0f} ms")
        for title, arguments, folder, base in rows:
            taken = seconds(arguments, folder, 10 if folder is small else 3)
            against = "import click" if base is click else "reading"
            print(f"{title:35} {taken * 1000:6.0f} ms  {taken / base:5.1f} x {against}")


if __name__ == "__main__":
    main()
