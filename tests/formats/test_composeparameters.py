from __future__ import annotations

import pytest

from rewrite_refs.formats.compose import FORMAT as COMPOSE
from rewrite_refs.formats.compose.variables import UNQUOTED, View, form, is_free
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Piece
from tests.common import occurrences


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("image: nginx", True),
        ("image: ${R:-docker.io}/a", True),
        ("image: ${R:-a.example/docker-hub}/a ${R:-docker.io}", True),
        ("image: ${R:-docker.io}/a ${R}", False),
        ("image: ${R:-docker.io/a}", False),
        ("image: ${R-docker.io}/a", False),
        ("image: ${R:-docker_io}/a", False),
        ("command: echo $$R", False),
        ("image: $R/a", False),
        ("image: $RX/a ${R2:-b}", True),
        ("environment: {R: docker.io}", True),
        # A name alone hands on what the shell has.
        ("environment:\n  - R\n", False),
        ("environment:\r\n  - 'R'  # x\r\n", False),
        ("args: [A, R]", False),
        ("args:\n  R:\n  S: 1", False),
        ("args:\n  R: 1", True),
        ("environment: [RS, R=1]", True),
        ("image: ${R:-docker.io}/a\nargs: [R]", True),
    ],
)
def test_is_free(text: str, free: bool) -> None:
    assert is_free(text, "R", ("docker.io", "a.example/docker-hub")) is free


def test_form() -> None:
    view = View(Source("image: ${R}/a"))
    assert view.form("R", "docker.io") == form("R", "docker.io")
    assert not view.is_free("R", ("docker.io",))
    assert form("R", "docker.io") == "${R:-docker.io}"
    assert is_free(form("R", "docker.io"), "R", ("docker.io",))


@pytest.mark.parametrize(
    ("image", "variable"),
    [
        ("${R:-docker.io}/a", "R"),
        ("${R-docker.io}/a", "R"),
        ("${R:-}a", "R"),
        ("${V:-${R:-docker.io}/a}", "R"),
        ("${R:-docker.io/a}", "R"),
        ("${R:-docker.io/a}:1", "R"),
        ("docker.io/a", None),
        ("x${R:-docker.io}/a", None),
        ("${R}/a", None),
    ],
)
def test_variable(image: str, variable: str | None) -> None:
    text = f"services:\n  a:\n    image: {image}\n"
    (occurrence,) = occurrences(text, COMPOSE)
    view = View(Source(text))
    assert view.variable(occurrence.pieces[0]) == variable
    assert not view.needs_stage(occurrence)
    assert view.variable(Piece("docker.io", None)) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("services: {a: {image: nginx}}", UNQUOTED),
        ("services: {a: {image: 'nginx'}}", None),
        ('services: {a: {image: "nginx"}}', None),
        ("services:\n  a: {ports: [80], image: nginx}\n", UNQUOTED),
        ("services:\n  a: {ports: [80]}\n  b:\n    image: nginx\n", None),
    ],
)
def test_reason(text: str, reason: str | None) -> None:
    (occurrence,) = occurrences(text, COMPOSE)
    assert View(Source(text)).reason(occurrence) == reason
