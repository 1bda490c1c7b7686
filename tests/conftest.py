"""Settings for all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

# A machine that is busy makes no example wrong, so there is no deadline.  CI looks at more examples.
settings.register_profile("local", deadline=None, max_examples=25)
settings.register_profile("ci", deadline=None)
settings.load_profile("ci" if os.environ.get("CI_FULL") else "local")

# What changes what the tool prints or finds, on a machine where these tests happen to run.
for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "REWRITE_REFS_REGISTRY", "NO_COLOR", "FORCE_COLOR"):
    os.environ.pop(name, None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """No workers for files that are named one by one: their start costs more than they save."""
    names = (name.partition("::")[0] for name in config.args)
    return 0 if all((config.invocation_params.dir / name).is_file() for name in names) else None


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start subprocesses without coverage, which doubles what a short one costs.

    For tests of documents and of other tools; the code that they run is covered by the tests of the code.
    """
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The address of a server of the AWS API."""
    from tests import moto_ecr  # slow to import

    with moto_ecr.serve() as address:
        yield address
