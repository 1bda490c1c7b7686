"""Output of the commands, and their exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click

from rewrite_refs.cli.options import Options
from rewrite_refs.cli.progress import Progress
from rewrite_refs.files.io import is_missing
from rewrite_refs.files.walk import root_of
from rewrite_refs.reports import inert, visible
from rewrite_refs.repository.outcome import Outcome
from rewrite_refs.results import Diagnostic, FileFailure, ParseFailure, ReferenceRecord, Report

OK, FINDINGS, FAILED, INTERRUPTED = 0, 1, 2, 130


def say(text: str) -> None:
    """Print a message of one or more lines to standard error, if that is open."""
    lines = "\n".join(inert.line(visible(line)) for line in text.split("\n"))
    with suppress(OSError):  # standard error is closed
        click.echo(lines.encode("utf-8"), err=True)


def write(data: bytes, to_stderr: bool = False) -> None:
    """Print *data* unchanged, for programs."""
    if data:
        click.echo(data, nl=False, err=to_stderr)


def write_lines(lines: Iterable[str], to_stderr: bool = False) -> None:
    """Print lines for people, in which control characters are escaped already."""
    write("".join(f"{inert.line(line)}\n" for line in lines).encode("utf-8"), to_stderr)


def fail(*messages: str) -> NoReturn:
    """Print errors and exit with 2."""
    for message in messages:
        say(f"error: {message}")
    sys.exit(FAILED)


class Run:
    """The results of a run: collects and prints them, and exits with their code."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.records: list[ReferenceRecord] = []
        self.parse_failures: list[ParseFailure] = []
        self.templates = 0
        self.embedded = 0
        self.file_failures: list[FileFailure] = []
        self.missing: set[str] = set()  # paths that were reported not to exist
        self.diagnostics: list[Diagnostic] = []
        self.rules: frozenset[str] = frozenset()  # the lint rules of this run
        self.progress = Progress.of(options.quiet)

    @property
    def failed(self) -> bool:
        """Whether a file could not be read or written."""
        return bool(self.file_failures)

    def announce_missing(self, paths: Iterable[str]) -> None:
        """Report the *paths* that do not exist, before the configuration is read."""
        try:
            cwd = Path.cwd()
        except OSError:  # reported later, as an error of its own
            return
        for name in dict.fromkeys(paths):
            path = os.path.abspath(cwd / name)
            if name not in ("", "-") and is_missing(Path(path)):
                self.missing.add(os.path.relpath(path, cwd))
                self._fail(os.path.relpath(path, cwd), "there is no such file or folder")

    def _fail(self, shown: str, error: str) -> None:
        self.file_failures.append(FileFailure(shown, error))
        say(visible(f"{shown}: error: {error}"))

    def take(self, outcome: Outcome) -> None:
        """Keep the results of a file; report its error at once."""
        self.records += outcome.records
        self.parse_failures += outcome.parse_failures
        self.templates += outcome.templates
        self.embedded += outcome.embedded
        self.diagnostics += outcome.diagnostics
        if outcome.error is not None or (self.options.verbose and outcome.templates):
            self.progress.clear()
        if outcome.error is not None and outcome.shown not in self.missing:
            self._fail(outcome.shown, outcome.error)
        elif self.options.verbose and outcome.templates:
            say(visible(f"{outcome.shown}: a template, not read"))

    def report(self) -> Report:
        """Return all results, sorted."""
        self.progress.clear()
        cwd = Path(os.path.realpath(Path.cwd()))
        root = root_of(cwd)
        return Report(
            sorted(self.records, key=lambda each: each.location or ()),
            sorted(self.parse_failures),
            sorted(self.diagnostics, key=lambda each: each.order),
            sorted(self.file_failures),
            cwd.relative_to(root).as_posix() if root else "",
        )

    def paint(self, text: str, colour: str) -> str:
        """Return *text* in a colour, if colours are enabled."""
        return click.style(text, fg=colour) if self._coloured else text

    @property
    def _coloured(self) -> bool:
        choice = self.options.color
        if choice != "auto":
            return choice == "always"
        if os.environ.get("NO_COLOR"):
            return False
        return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout is not None and sys.stdout.isatty())

    def print(self, report: Report, lines: Iterable[str], to_stderr: bool = False) -> None:
        """Print *lines*, or with ``--output-format json`` the JSON report instead."""
        if self.options.json:
            from rewrite_refs.reports import json

            lines = json.lines(report)
        write_lines(lines, to_stderr)

    def summary(self, text: str) -> None:
        """Print a summary of the run to standard error, unless it is quiet."""
        if self.templates:
            text += f"; {self.templates} template{'s' if self.templates > 1 else ''} not read"
        if self.embedded and self.options.verbose:
            text += f"; {self.embedded} more with --embedded"
        self.note(text)

    def note(self, text: str) -> None:
        """Print a line to standard error, unless the run is quiet."""
        if not self.options.quiet:
            say(text)

    def finish_rewrite(self, verbs: tuple[str, str], would_change: bool, to_stderr: bool) -> None:
        """Print the results of a rewriting, and exit; *verbs* are present and past tense."""
        from rewrite_refs.reports import text

        report = self.report()
        done_too = self.options.verbose and not would_change
        lines = text.rewrite(report, self.paint, notes=not self.options.quiet, done=done_too)
        self.print(report, lines, to_stderr)
        done = [record for record in report.records if record.done]
        count = len({record.location.path for record in done if record.location})
        summary = text.counts(report)
        if done:
            verb = f"would {verbs[0]}" if would_change else verbs[1]
            summary = f"{verb} {len(done)} of {summary} ({count} file{'s' if count > 1 else ''} changed)"
        self.summary(summary)
        pinned = sum(
            record.status != "cached" and bool(record.reference and record.reference.digest)
            for record in done
        )
        if pinned and not self.options.quiet:
            say(f"{pinned} of them by digest: pull the tags once first (rewrite-refs rules --emit warmup)")
        left = would_change or any(record.left for record in report.records)
        self.exit(FINDINGS if left or report.parse_failures else OK)

    def exit(self, code: int) -> NoReturn:
        """Exit with *code*, or with 2 if a file could not be read or written."""
        sys.exit(FAILED if self.failed else code)
