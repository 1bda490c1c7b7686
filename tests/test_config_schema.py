"""The JSON Schema of the configuration against the code that reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from rewrite_refs.config.access import Access
from rewrite_refs.config.lint import SEVERITIES, Lint
from rewrite_refs.config.load import FILE_NAME, Override, Parameters, _File, _Reader, load
from rewrite_refs.config.version import KEY
from rewrite_refs.errors import ConfigError
from rewrite_refs.formats import FORMATS
from rewrite_refs.lint.registry import RULES
from tests.checkout import PROJECT
from tests.common import HOST

NAME = "schemas/config.schema.json"
TEXT = files("rewrite_refs").joinpath(NAME).read_text(encoding="utf-8")
SCHEMA = json.loads(TEXT)
VALID = Draft7Validator(SCHEMA)


# --- what follows from the code ---------------------------------------------------------------


def test_its_keys_are_those_of_the_code(tmp_path: Path) -> None:
    parts = SCHEMA["properties"]
    assert set(parts) == {KEY, "extends", *_Reader(_File(tmp_path, "c", Access(tmp_path))).readers}
    assert set(parts["overrides"]["items"]["properties"]) == set(Override._fields)
    assert set(parts["parameters"]["properties"]) == set(Parameters._fields)
    assert set(parts["lint"]["properties"]) == {each.replace("_", "-") for each in Lint._fields}


def test_it_is_a_schema_that_editors_take() -> None:
    Draft7Validator.check_schema(SCHEMA)


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object in a schema."""
    if isinstance(schema, dict):
        yield schema
    for each in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from nodes(each)


def test_every_key_has_a_description_and_every_example_is_right() -> None:
    for key, part in SCHEMA["properties"].items():
        name = part.get("$ref", "").rpartition("/")[2]
        assert part.get("description") or SCHEMA["definitions"][name]["description"], key
    for each in nodes(SCHEMA):
        # What stands beside $ref counts for nothing in draft-07.
        assert "$ref" not in each or len(each) == 1
        for example in each.get("examples", ()):
            own = {key: value for key, value in each.items() if key != "$schema"}
            Draft7Validator({"definitions": SCHEMA["definitions"], **own}).validate(example)


# --- the schema and the loader agree ----------------------------------------------------------


def read(folder: Path, data: object) -> list[str]:
    """What the loader says of a configuration that is written as JSON, which is YAML."""
    (folder / FILE_NAME).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    try:
        load(folder / FILE_NAME, "c")
    except ConfigError as error:
        return list(error.args)
    return []


GOOD: list[object] = [
    None,
    {},
    {"required-version": ">=0.0.1"},
    {"required-version": " >= 0.0.1 , <99"},
    {"registry": HOST},
    {"registry": "${ECR}"},
    {"registry": "$ECR"},
    {"registry": "${ACCOUNT}.dkr.ecr.${REGION:-eu-west-1}.amazonaws.com"},
    {"registry": "{{ $.Values.global.imageRegistry }}"},
    {"rules": {}},
    {"rules": {"index.docker.io": "hub", "quay.io": "quay"}},
    {"rules": {"https://quay.io/": "quay", " ghcr.io ": "gh/x", "cgr.dev/a/b": {"prefix": "cg/"}}},
    {"rules": {"localhost:5000": "ROOT", "docker.io": ["a-1", {"prefix": "b__2"}]}},
    {"rules": {"EXAMPLE.azurecr.io": "az"}},
    {"aliases": {}},
    {"aliases": {"mirror.gcr.io": "docker.io"}},
    {"own": "registry.example.com"},
    {"own": ["localhost/x", "acme/", "${ECR}/acme"]},
    {"exclude": "vendor/"},
    {"exclude": []},
    {"formats": {each.name: "*.in" for each in FORMATS}},
    {"formats": {"compose": ["a", "b"]}},
    {"embedded": True, "runners-logged-in": False},
    {"style": "parameter"},
    {"style": {}},
    {"style": {"compose": "literal", "dockerfile": "parameter"}},
    {"parameters": {}},
    {"parameters": {"default": "upstream", "names": {"docker.io": "HUB", "quay.io/x": "_q1"}}},
    {"overrides": []},
    {"overrides": [{"files": "a", "registry": HOST, "rules": {"quay.io": "quay"}, "style": "literal"}]},
    {"lint": {}},
    {"lint": {"severity": {each.NAME: "off" for each in RULES}}},
    {"lint": {"severity": dict(zip((each.NAME for each in RULES), SEVERITIES, strict=False))}},
    {"lint": {"per-file-ignores": {"legacy/**": ["no-rule"], "*.df": "moving-tag", "x": []}}},
    {"lint": {"ignore-images": ["docker.io/library/busybox", "quay.io/acme/*", "*/debug"]}},
    {"lint": {"ignore-images": "nginx"}},
]
BAD: list[object] = [
    [],
    "text",
    {"rule": {}},
    {"required-version": 1},
    {"required-version": ""},
    {"required-version": "0.2"},
    {"extends": ["a"]},
    {"registry": 1},
    {"registry": None},
    {"registry": "https://" + HOST},
    {"registry": "docker.io"},
    {"rules": []},
    {"rules": None},
    {"rules": {"quay": "quay"}},
    {"rules": {"localhost": "local"}},
    {"rules": {"https://quay": "quay"}},
    {"rules": {"quay.io": 1}},
    {"rules": {"quay.io": "Quay"}},
    {"rules": {"quay.io": "q"}},
    {"rules": {"quay.io": "q" * 31}},
    {"rules": {"quay.io": []}},
    {"rules": {"quay.io": {}}},
    {"rules": {"quay.io": {"prefix": "quay", "to": "x"}}},
    {"rules": {"quay.io": [["quay"]]}},
    {"aliases": []},
    {"aliases": {"mirror": "docker.io"}},
    {"aliases": {"mirror.gcr.io": None}},
    {"aliases": {"mirror.gcr.io": "hub"}},
    {"own": {}},
    {"own": [1]},
    {"exclude": None},
    {"exclude": [["a"]]},
    {"formats": []},
    {"formats": {"kubernets": "x"}},
    {"formats": {"compose": 1}},
    {"embedded": "true"},
    {"embedded": 1},
    {"runners-logged-in": "yes"},
    {"style": "other"},
    {"style": []},
    {"style": {"kubernetes": "parameter"}},
    {"style": {"compose": None}},
    {"parameters": {"default": "none"}},
    {"parameters": {"name": {}}},
    {"parameters": {"names": {"quay.io": "A-B"}}},
    {"parameters": {"names": {"x": "A"}}},
    {"overrides": {}},
    {"overrides": ["x"]},
    {"overrides": [{}]},
    {"overrides": [{"files": 1}]},
    {"overrides": [{"files": "x", "own": "y"}]},
    {"overrides": [{"files": "x", "registry": "y"}]},
    {"lint": []},
    {"lint": {"severities": {}}},
    {"lint": {"severity": {"no-rules": "off"}}},
    {"lint": {"severity": {"no-rule": "info"}}},
    {"lint": {"severity": {"no-rule": False}}},
    {"lint": {"per-file-ignores": {"x": "nothing"}}},
    {"lint": {"per-file-ignores": {"x": None}}},
    {"lint": {"per-file-ignores": ["x"]}},
    {"lint": {"ignore-images": {}}},
    {"lint": {"ignore-images": [1]}},
]
# What takes more than a schema: other keys, other files, this version, grammars of names and of patterns.
ONLY_THE_LOADER: list[object] = [
    {"required-version": ">=99"},
    {"required-version": ">=x"},
    {"extends": "nowhere.yaml"},
    {"registry": "${A}/x"},
    {"registry": HOST, "rules": {HOST: "mine"}},
    {"rules": {"docker.io": "hub", "quay.io": "hub"}},
    {"rules": {"docker.io": "hub", "index.docker.io": "hub2"}},
    {"rules": {"-.example": "xx"}},
    {"rules": {"quay.io/acme": "ROOT"}},
    {"rules": {"docker.io": ["hub", "hub"]}},
    {"aliases": {"a.example": "b.example", "b.example": "c.example"}},
    {"aliases": {"index.docker.io": "docker.io"}},
    {"aliases": {"m.example": "docker.io/x"}},
    {"aliases": {"m.example": "docker.io"}, "rules": {"m.example": "mine"}},
    {"own": ["https://x.example"]},
    {"own": ["x.example/y:1"]},
    {"exclude": "!"},
    {"parameters": {"names": {"quay.io": "A", "docker.io": "A"}}},
    {"parameters": {"names": {"quay.io": "PATH"}}},
    {"lint": {"per-file-ignores": {"!": []}}},
    {"lint": {"ignore-images": "nginx:1"}},
    {"lint": {"ignore-images": "acme/*"}},
]


@pytest.mark.parametrize("data", GOOD, ids=json.dumps)
def test_good(data: object, tmp_path: Path) -> None:
    VALID.validate(data)
    assert read(tmp_path, data) == []


@pytest.mark.parametrize("data", BAD, ids=json.dumps)
def test_bad(data: object, tmp_path: Path) -> None:
    assert not VALID.is_valid(data)
    assert read(tmp_path, data)


@pytest.mark.parametrize("data", ONLY_THE_LOADER, ids=json.dumps)
def test_what_only_the_loader_knows(data: object, tmp_path: Path) -> None:
    VALID.validate(data)
    assert read(tmp_path, data)


def test_every_configuration_of_the_fixtures_is_good() -> None:
    found = sorted((PROJECT / "fixtures").rglob(FILE_NAME))
    assert found
    for path in found:
        VALID.validate(plain(path))


def plain(path: Path) -> object:
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


PLAIN = "abz019AZ.:/-_*!$ {}\\^"
WORDS = st.one_of(
    st.text(PLAIN, max_size=6),
    st.sampled_from(
        ["docker.io", "quay.io/acme", "https://ghcr.io", "index.docker.io", "localhost", "hub", "q.io:1"]
    ),
    st.sampled_from([HOST, "${ECR}", "{{ .r }}", "ROOT", "a/b", "literal", "parameter", "cache", "upstream"]),
    st.sampled_from([*SEVERITIES, *(each.NAME for each in RULES), *(each.name for each in FORMATS)]),
    st.sampled_from(["vendor/", "**", ">=0.0.1", "nginx", "acme/*", "HUB", "prefix", "files"]),
)
KEYS = st.one_of(
    WORDS,
    st.sampled_from(
        sorted(
            {name for each in nodes(SCHEMA) for name in each.get("properties", ()) if isinstance(name, str)}
        )
    ),
)
SCALARS = st.one_of(WORDS, st.booleans(), st.none(), st.integers(0, 9), st.just(1.5))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


def of(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that are near to what a part of the schema wants, and often are it."""
    if "$ref" in schema:
        return of(SCHEMA["definitions"][schema["$ref"].rpartition("/")[2]])
    if "allOf" in schema:
        return of(schema["allOf"][0])
    options = [of(each) for each in schema.get("anyOf", ()) if "pattern" not in each]
    if "enum" in schema:
        options.append(st.sampled_from(schema["enum"]))
    if schema.get("type") == "boolean":
        options.append(st.booleans())
    if schema.get("type") == "array":
        options.append(st.lists(of(schema["items"]), max_size=3))
    if "object" in schema.get("type", ()):
        named = {key: of(value) for key, value in schema.get("properties", {}).items()}
        required = {key: named.pop(key) for key in schema.get("required", ())}
        options.append(st.fixed_dictionaries(required, optional=named))
        if isinstance(schema.get("additionalProperties"), dict):
            options.append(st.dictionaries(WORDS, of(schema["additionalProperties"]), max_size=3))
    if schema.get("type") == "string":
        options += [WORDS, st.sampled_from(schema.get("examples", ["x.io"])).filter(is_text)]
    return st.one_of(*options) if options else WORDS


def is_text(value: object) -> bool:
    return isinstance(value, str)


def part(key: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({key: of(SCHEMA["properties"][key]) | VALUES})


PARTS = [part(key) for key in SCHEMA["properties"]]


@given(
    st.lists(st.one_of(PARTS), max_size=3).map(
        lambda found: {k: v for each in found for k, v in each.items()}
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400)
def test_what_the_loader_takes_the_schema_takes(tmp_path: Path, data: dict[str, Any]) -> None:
    """So that an editor never marks what works; and what the schema refuses, the loader refuses."""
    mistakes = read(tmp_path, data)
    assert mistakes or VALID.is_valid(data), (data, list(VALID.iter_errors(data)))
