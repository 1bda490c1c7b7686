"""``required-version`` of the configuration."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from rewrite_refs import __version__
from rewrite_refs.config.load import FILE_NAME, Config, load
from rewrite_refs.config.nodes import ConfigErrors, parse
from rewrite_refs.config.version import check_version
from rewrite_refs.errors import ConfigError
from tests.commands import fill, run

NO_RANGE = 'is not a valid range of versions: use one such as ">=0.2,<1", in quotes'


def mistakes(text: str, version: str = __version__) -> list[str]:
    """What is said of a configuration, without its name."""
    errors = ConfigErrors("c")
    try:
        check_version(errors, parse(text, "c"), version)
        errors.check()
    except ConfigError as error:
        return [each.removeprefix("c:") for each in error.args]
    return []


def needs(wanted: str, version: str) -> str:
    return f"this configuration needs rewrite-refs {wanted}, but this is {version}: install another version"


@pytest.mark.parametrize(
    ("text", "version", "expected"),
    [
        ("", "0.2", []),
        ("- a", "0.2", []),
        ("other: 1", "0.2", []),
        ("required-version: '>=0.2,<1'", "0.2.0", []),
        ("required-version: ==0.2.*", "0.2.7", []),
        ("required-version: ~=0.2", "0.9", []),
        ("required-version: '>=0.2'", "0.3.0rc1", []),  # who installed a prerelease wants it
        ("required-version: '>=0.2'", "0.2.0.dev1", ["1: " + needs(">=0.2", "0.2.0.dev1")]),
        ("\n\nrequired-version: '<0.2'", "0.2", ["3: " + needs("<0.2", "0.2")]),
        ("required-version: '>= 0.2, < 1'", "1.0", ["1: " + needs(">= 0.2, < 1", "1.0")]),
        ("new: x\nrequired-version: '>=9'\nrequired-version: '>=10'", "9", ["3: " + needs(">=10", "9")]),
        ("? [a]\n: b\nrequired-version: '>=9'", "1", ["3: " + needs(">=9", "1")]),
        ("required-version: new", "1", [f"1: 'new' {NO_RANGE}"]),
        ("required-version: '0.2.0'", "0.2.0", [f"1: '0.2.0' {NO_RANGE}"]),
        ("required-version: ''", "1", [f"1: '' {NO_RANGE}"]),
        ("required-version: ', '", "1", [f"1: ', ' {NO_RANGE}"]),
        (
            "required-version: 0.2",
            "1",
            ['1: required-version is a range of versions: write ">=0.2", in quotes'],
        ),
        ("required-version: [x]", "1", ["1: required-version must be a text, not a list"]),
    ],
)  # fmt: skip
def test_what_is_said(text: str, version: str, expected: list[str]) -> None:
    assert mistakes(text, version) == expected


VERSIONS = st.builds("{}.{}".format, st.integers(0, 3), st.integers(0, 3))
OPERATORS = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "~="])


@given(st.lists(st.builds("{}{}".format, OPERATORS, VERSIONS), min_size=1, max_size=3), VERSIONS)
def test_it_is_what_pip_would_say(specifiers: list[str], version: str) -> None:
    wanted = ",".join(specifiers)
    assert (not mistakes(f"required-version: '{wanted}'", version)) is (version in SpecifierSet(wanted))


def test_it_says_nothing_of_what_else_there_is(tmp_path: Path) -> None:
    """Neither of unknown keys, nor of doubles, nor of a file to extend that is not there."""
    text = "extends: nowhere.yaml\nfuture: {a: 1}\nregistry: 1\nregistry: 2\nrequired-version: '>=99'\n"
    fill(tmp_path, {FILE_NAME: text, "Dockerfile": "FROM alpine\n"})
    done = run("check", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"error: {FILE_NAME}:5: {needs('>=99', __version__)}\n"


def test_one_that_is_met_changes_nothing(tmp_path: Path) -> None:
    text = f"required-version: '>={__version__},<99'\nembedded: true\n"
    assert load(fill(tmp_path, {FILE_NAME: text}) / FILE_NAME, "c") == Config(tmp_path, embedded=True)


def test_a_wrong_one_is_a_mistake_among_others(tmp_path: Path) -> None:
    fill(tmp_path, {FILE_NAME: "registry: 1\nrequired-version: x\n"})
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / FILE_NAME, "c")
    assert caught.value.args == (
        'c:1: registry must be a text, not a number: quote it, "1"',
        f"c:2: 'x' {NO_RANGE}",
    )


def test_that_of_an_extended_file_counts_too(tmp_path: Path) -> None:
    fill(
        tmp_path,
        {
            "base.yaml": "future: 1\nrequired-version: '>=99'\n",
            FILE_NAME: "registry: 1\nrequired-version: '>=0'\nextends: base.yaml\n",
        },
    )
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / FILE_NAME, "c/" + FILE_NAME)
    assert caught.value.args == (f"c/base.yaml:2: {needs('>=99', __version__)}",)


def test_without_the_key_nothing_is_imported_for_it(tmp_path: Path) -> None:
    fill(tmp_path, {FILE_NAME: "embedded: true\n"})
    code = (
        "import sys, pathlib, rewrite_refs.config.load as c; "
        f"c.load(pathlib.Path({FILE_NAME!r}), 'c'); print('packaging' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
