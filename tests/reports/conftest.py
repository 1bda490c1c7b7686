"""The reports are tested as those of a published package, whatever pyproject.toml names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.published import PUBLISHED, UNPUBLISHED, installed


@pytest.fixture(scope="package", autouse=True)
def published() -> Iterator[None]:
    """An address of the repository."""
    with installed(*PUBLISHED):
        yield


@pytest.fixture
def unpublished() -> Iterator[None]:
    """No address of the repository."""
    with installed(*UNPUBLISHED):
        yield
