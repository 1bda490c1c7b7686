"""The names that users have written down: in pipelines, configurations, baselines and scripts.

``data/names.json`` has all of them as they were when somebody last looked.  One that goes breaks what users
have; one that comes is there for good.  So both fail here, until the file has the change as well.  Everything
is taken from the code, or from what real runs print.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import click
import pytest

import rewrite_refs
from rewrite_refs.cache.verdict import Status
from rewrite_refs.cli import cli, output
from rewrite_refs.cli.reporting import FORMATS as REPORTS
from rewrite_refs.emit import EMITTERS
from rewrite_refs.engine import ignores
from rewrite_refs.formats import FORMATS
from rewrite_refs.lint import baseline
from rewrite_refs.lint.registry import RULES
from rewrite_refs.results import SEVERITIES
from tests.commands import POD, repository, run
from tests.common import HOST, HUB

PACKAGE = Path(rewrite_refs.__file__).parent
FILE = Path(__file__).parent / "data" / "names.json"
FILES: dict[str, str | bytes] = {
    ".rewrite-refs.yaml": f"registry: {HOST}\nrules: {{docker.io: docker-hub}}\n",
    "Dockerfile": "FROM nginx:1.25\nFROM docker.io/acme/web@sha256:" + "0" * 64 + "\n",
    "broken.yaml": "apiVersion: v1\nkind: Pod\nspec: {image: [}\n",
    "deploy/pod.yaml": POD.format(f"{HUB}/nginx:1.25"),
    "deploy/twice.yaml": POD.format("quay.io/acme/web:1") + "  - image: quay.io/acme/web:2\n",
    "deploy/other.yaml": POD.format("$(IMAGE)"),
}
# What an environment variable is called; so is a commit of git.
_VARIABLE = re.compile(r"(?!HEAD\Z)[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_CHANGED = """\
The names that users have written down are not those of {file}.
Gone: {gone}
New: {new}
If a name was changed by mistake, change it back: it breaks pipelines, configurations or baselines.  If the
change is meant, name it in CHANGELOG.md and write the file again: python -m tests.test_names_of_users"""


def _keys(value: Any, at: str = "") -> Iterator[str]:
    """The keys of a JSON value, at all levels: ``findings[].rule``."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            name = f"{at}.{key}" if at else key
            yield name
            yield from _keys(below, name)
    elif isinstance(value, list):
        for each in value:
            yield from _keys(each, f"{at}[]")


def _described(schema: Any, root: Any, at: str = "") -> Iterator[str]:
    """The keys that a JSON Schema describes, at all levels."""
    if not isinstance(schema, Mapping):
        return
    reference = schema.get("$ref")
    if reference:
        target = root
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        yield from _described(target, root, at)
    for key, below in schema.get("properties", {}).items():
        name = f"{at}.{key}" if at else key
        yield name
        yield from _described(below, root, name)
    yield from _described(schema.get("items"), root, f"{at}[]")
    yield from _described(schema.get("additionalProperties"), root, f"{at}.*")
    for word in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(word, ()):
            yield from _described(each, root, at)


def _schema(name: str) -> list[str]:
    schema = json.loads((PACKAGE / "schemas" / name).read_text())
    return sorted(set(_described(schema, schema)))


def _parameters(command: click.Command) -> list[str]:
    """The options and arguments of a command, with the values that they take."""
    names = []
    for each in command.params:
        called = "/".join((*each.opts, *each.secondary_opts))
        choices = f" {'|'.join(each.type.choices)}" if isinstance(each.type, click.Choice) else ""
        names.append(called + choices)
    return sorted(names)


def _variables() -> list[str]:
    """The environment variables that the command line and the links of reports read."""
    found = set()
    for path in (*(PACKAGE / "cli").glob("*.py"), PACKAGE / "reports" / "links.py"):
        tree = ast.parse(path.read_text())
        shown = {
            keyword.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            for keyword in node.keywords
        }
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and _VARIABLE.fullmatch(node.value)
            and node not in shown
        }
    return sorted(found)


def _printed(root: Path) -> dict[str, Any]:
    """The names in what runs print over a small repository, and its baseline."""

    def ran(*arguments: str) -> str:
        return run(*arguments, cwd=root, env={"GITHUB_ACTIONS": None}).out

    def check(format: str, *more: str) -> str:
        return ran("check", ".", "missing", "--output-format", format, *more)

    def listed(format: str) -> str:
        return ran("list", ".", "missing", "--by", "upstream", "--output-format", format)

    def names(*values: Any) -> list[str]:
        return sorted({key for value in values for key in _keys(value)})

    def rows(text: str) -> list[Any]:
        return [json.loads(line) for line in text.splitlines()]

    ran("check", "--write-baseline", str(root / "known.json"))
    known = (root / "known.json").read_text()
    sarif = json.loads(check("sarif", "--baseline", str(root / "known.json")))
    results = sarif["runs"][0]["results"]
    return {
        "keys of the report json": names(json.loads(check("json")), json.loads(listed("json"))),
        "keys of the report jsonl": names(*rows(check("jsonl")), *rows(listed("jsonl"))),
        "keys of the report sarif": names(sarif),
        "keys of the report gitlab": names(json.loads(check("gitlab"))),
        "keys of the report rdjson": names(json.loads(check("rdjson"))),
        "keys of rules --output-format json": names(json.loads(ran("rules", "--output-format", "json"))),
        "columns of the report csv": [
            next(csv.reader(io.StringIO(text))) for text in (check("csv"), listed("csv"))
        ],
        "rules of the report sarif": [each["id"] for each in sarif["runs"][0]["tool"]["driver"]["rules"]],
        "fingerprints of the report sarif": [
            [each["ruleId"], *each["partialFingerprints"].items()] for each in results
        ],
        "baseline": known.splitlines(keepends=True),
    }


def names(root: Path) -> dict[str, Any]:
    """All the names, as JSON has them; *root* is an empty folder for a repository."""
    found = {
        "commands": {"": _parameters(cli)} | {name: _parameters(each) for name, each in cli.commands.items()},
        "exit codes": {
            name: value for name, value in vars(output).items() if name.isupper() and isinstance(value, int)
        },
        "environment variables": _variables(),
        "formats": [each.name for each in FORMATS],
        "reports": list(REPORTS),
        "emitters": list(EMITTERS),
        "statuses": list(get_args(Status)),
        "severities": list(SEVERITIES),
        "rules": {each.NAME: each.SEVERITY if each.ON else f"{each.SEVERITY}, off" for each in RULES},
        "ignore comments": [ignores.WORD, *ignores.WORDS],
        "keys of the configuration": _schema("config.schema.json"),
        "keys of the report's schema": _schema("report.schema.json"),
        "keys of baselines": [*baseline.Key._fields, str(baseline.VERSION)],
        **_printed(repository(root, FILES)),
    }
    return dict(json.loads(json.dumps(found)))


def _lines(found: Mapping[str, Any]) -> list[str]:
    """One line for each name, for a message that shows what differs."""
    return [
        f"{group}: {json.dumps(each)}"
        for group, value in found.items()
        for each in (value.items() if isinstance(value, dict) else value)
    ]


def _check(found: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Fail with what to do where the names differ."""
    if found != known:
        now, before = _lines(found), _lines(known)
        gone = [each for each in before if each not in now]
        new = [each for each in now if each not in before]
        name = FILE.relative_to(FILE.parents[2])
        pytest.fail(_CHANGED.format(file=name, gone=gone or "none", new=new or "none, but in another order"))


def test_names_are_those_that_users_have(tmp_path: Path) -> None:
    _check(names(tmp_path / "repo"), json.loads(FILE.read_text()))


def test_the_runs_print_every_key_that_the_schema_describes(tmp_path: Path) -> None:
    found = names(tmp_path / "repo")
    statuses = re.compile(r"groups\[\]\.statuses\..+")
    printed = {each for each in found["keys of the report json"] if not statuses.fullmatch(each)}
    described = {each for each in found["keys of the report's schema"] if not statuses.fullmatch(each)}
    assert printed == described


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"formats": ["compose"]}, r'Gone: \[.formats: "dockerfile".\]\nNew: none'),
        ({"formats": ["compose", "dockerfile", "x"]}, r'Gone: none\nNew: \[.formats: "x".\]'),
        ({"formats": ["dockerfile", "compose"]}, "New: none, but in another order"),
        ({"more": ["x"]}, r'Gone: \[.formats: "compose".*\nNew: \[.more: "x".\]'),
    ],
)
def test_a_change_fails_with_what_to_do(change: dict[str, Any], message: str) -> None:
    with pytest.raises(pytest.fail.Exception, match=message):
        _check(change, {"formats": ["compose", "dockerfile"]})


def _main(only_add: bool) -> None:
    """Write the file again; with *only_add* not where a name is gone."""
    with tempfile.TemporaryDirectory() as folder:
        found = names(Path(folder) / "repo")
    gone = [each for each in _lines(json.loads(FILE.read_text())) if each not in _lines(found)]
    if gone and only_add:
        sys.exit(
            f"{FILE.name}: these names are gone: {', '.join(gone)}: run python -m tests.test_names_of_users"
        )
    FILE.write_text(f"{json.dumps(found, indent=2, ensure_ascii=False)}\n")


if __name__ == "__main__":
    _main("--add" in sys.argv[1:])
