"""The metadata of an installed package with and without an address of its repository."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from rewrite_refs.reports import address

ADDRESS = "https://git.example.com/platform/rewrite-refs"
MANUAL = f"{ADDRESS}/blob/main/docs/rules.md"
PUBLISHED = (f"Project-URL: Source, {ADDRESS}",)
UNPUBLISHED = ("Project-URL: Changelog, https://changes.example.com",)


def site(folder: Path, *headers: str) -> Path:
    """A folder for ``sys.path`` with the metadata of rewrite-refs, which has some more *headers*."""
    info = folder / "rewrite_refs-9.9.9.dist-info"
    info.mkdir(parents=True)
    lines = ("Metadata-Version: 2.4", "Name: rewrite-refs", "Version: 9.9.9", *headers)
    (info / "METADATA").write_text("".join(f"{line}\n" for line in lines))
    return folder


@contextmanager
def installed(*headers: str) -> Iterator[None]:
    """The package as if it were installed with these *headers* in its metadata."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(site(Path(folder), *headers)))
        address.source.cache_clear()
        yield
    address.source.cache_clear()
