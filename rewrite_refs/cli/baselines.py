"""Reading, writing and applying baseline files."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from rewrite_refs.cli.output import fail, say
from rewrite_refs.errors import ConfigError
from rewrite_refs.files import io as files
from rewrite_refs.files.walk import root_of
from rewrite_refs.lint.baseline import Key, dumped, mark_known, parsed
from rewrite_refs.reports import in_repository, visible
from rewrite_refs.results import Diagnostic, Report


def read(name: str) -> Counter[Key]:
    """Return the baseline in the file *name*; raise ConfigError if it cannot be read."""
    shown = visible(name)
    try:
        text = files.named(Path(name), files.MAX_NAMED).decode("utf-8")
    except files.Unreadable as error:
        raise ConfigError(
            f"{shown}: the baseline cannot be read: {error}: write it with --write-baseline"
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{shown}: invalid baseline: it is not UTF-8") from None
    return parsed(text, shown)


def keys(report: Report) -> Counter[Key]:
    """Return all findings of a report as keys of a baseline, with their counts."""
    return Counter(_key(report, each) for each in report.diagnostics)


def write(name: str, known: Counter[Key]) -> None:
    """Write a baseline to the file *name*."""
    try:
        files.put(Path(name), dumped(known).encode("utf-8", "backslashreplace"))
    except files.Unwritable as error:
        fail(f"{name}: the baseline cannot be written: {error}")
    count = known.total()
    say(visible(f"wrote {name}: {count} finding{'' if count == 1 else 's'}"))


def apply(
    known: Counter[Key], report: Report, paths: Sequence[str], rules: Collection[str]
) -> tuple[Report, Counter[Key]]:
    """Return the report with *known* findings marked, and those that are gone.

    Only findings of *rules*, the rules of this run, in files below *paths* can be gone.  Files that could
    not be read do not count, because their findings are not known.
    """
    diagnostics, rest = mark_known(report.diagnostics, known, lambda each: _key(report, each))
    cwd = Path(os.path.realpath(Path.cwd()))
    top = root_of(cwd) or cwd
    looked = [Path(os.path.realpath(each)) for each in paths or (".",)]
    names = [*(each.path for each in report.parse_failures), *(each.path for each in report.file_failures)]
    closed = {in_repository(report, each) for each in names}
    gone = Counter(
        {
            key: count
            for key, count in rest.items()
            if key.rule in rules
            and key.path not in closed
            and any((top / key.path).is_relative_to(each) for each in looked)
        }
    )
    return report._replace(diagnostics=diagnostics), gone


def gone_messages(gone: Counter[Key], name: str) -> Iterator[str]:
    """Yield messages about findings that are gone; *name* is the baseline's file."""
    for key in sorted(gone):
        yield visible(f"{name}: no longer found: {key.path}: {key.rule} {key.subject}".rstrip())
    if gone:
        yield visible(f"{name}: remove it with --baseline {name} --write-baseline {name}")


def _key(report: Report, diagnostic: Diagnostic) -> Key:
    return Key(in_repository(report, diagnostic.location.path), diagnostic.rule, diagnostic.subject)
