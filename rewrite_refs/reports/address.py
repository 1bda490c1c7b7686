"""The address of the published repository, and of files in it.

It is ``Source`` in ``[project.urls]`` of ``pyproject.toml``, read from the metadata of the installed package
(Core metadata specifications, "Project-URL (multiple use)").  Without it, reports have no links to the manual
and new configurations have no schema line.
"""

from __future__ import annotations

from functools import cache

_LABEL = "source"


@cache
def source() -> str | None:
    """Return the address of the repository without a trailing slash; None if not set."""
    from importlib.metadata import PackageNotFoundError, metadata  # slower than the rest of the start-up

    try:
        urls: list[str] = metadata("rewrite-refs").get_all("Project-URL") or []
    except PackageNotFoundError:  # the package is on the path, but not installed
        return None
    for url in urls:
        label, _, address = url.partition(",")
        if label.strip().lower() == _LABEL:
            return address.strip().rstrip("/")
    return None


def page(path: str) -> str | None:
    """Return the address of the page that shows a file of the repository."""
    return f"{source()}/blob/main/{path}" if source() else None


def raw(path: str) -> str | None:
    """Return the address of the raw text of a file of the repository."""
    return f"{source()}/raw/main/{path}" if source() else None
