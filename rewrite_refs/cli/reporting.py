"""Destinations of reports: standard output, files, and GitHub's job summary."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from rewrite_refs.cli.options import Options
from rewrite_refs.cli.output import Run, fail, say, write
from rewrite_refs.files import io as files
from rewrite_refs.files.walk import root_of
from rewrite_refs.reports import inert, visible
from rewrite_refs.results import Report

FORMATS = (
    "text",
    "concise",
    "json",
    "jsonl",
    "csv",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "rdjson",
    "markdown",
    "html",
)
# Formats in which a list of references cannot include parts that could not be read.
LACKS_PARSE_FAILURES = ("csv", "jsonl")
_FOR_EYES = ("text", "concise")
_Command = TypeVar("_Command", bound=Callable[..., Any])


class ReportOptions(NamedTuple):
    """The reports to write; with the format None, standard output gets none."""

    format: str | None
    outputs: tuple[tuple[str, Path], ...] = ()
    statistics: bool = False

    @classmethod
    def of(cls, options: Options, outputs: tuple[str, ...], statistics: bool) -> ReportOptions:
        """Return the reports of the options; raise UsageError for an invalid ``--output``."""
        chosen = options.output_format or ("github" if os.environ.get("GITHUB_ACTIONS") else "text")
        destinations = tuple(map(_destination, outputs))
        names = [path for _, path in destinations]
        for path in {each for each in names if names.count(each) > 1}:
            raise click.UsageError(
                f"--output writes two reports to {str(path)!r}: use a separate file for each."
            )
        return cls(chosen, destinations, statistics)


def _completed(context: click.Context, option: click.Parameter, given: str) -> list[str]:
    """Return the formats that a destination can begin with, for shell completion."""
    return [f"{each}:" for each in FORMATS if each.startswith(given)]


def report_options(command: _Command) -> _Command:
    """Add the options of the commands that print reports."""
    for option in reversed(
        (
            click.option(
                "--output-format",
                type=click.Choice(FORMATS),
                help="How to print the results: text, or github where GitHub Actions runs it.",
            ),
            click.option(
                "--output",
                metavar="FORMAT:FILE",
                multiple=True,
                help="Also write a report to FILE (- is standard output). Repeatable.",
                shell_complete=_completed,
            ),
            click.option("--statistics", is_flag=True, help="Also print a table of counts."),
        )
    ):
        command = option(command)
    return command


def publish(run: Run, report: Report, report_options: ReportOptions) -> None:
    """Print a report, and write it to the files of ``--output``."""
    shown = report
    if run.options.quiet and report_options.format in _FOR_EYES:
        shown = report._replace(diagnostics=[each for each in report.diagnostics if each.severity != "note"])
    if report_options.format:
        write(_text(_lines(report_options.format, shown, run)))
    if report_options.statistics:
        from rewrite_refs.reports import statistics

        write(
            _text(map(inert.line, statistics.lines(report))), to_stderr=report_options.format not in _FOR_EYES
        )
    for format, path in report_options.outputs:
        text = _text(_lines(format, report, None))
        try:
            if str(path) == "-":
                write(text)
            else:
                files.put(path, text)
        except files.Unwritable as error:
            fail(f"{visible(str(path))}: the report cannot be written: {error}")
    if report_options.format == "github" and os.environ.get("GITHUB_STEP_SUMMARY"):
        _summarise(report, Path(os.environ["GITHUB_STEP_SUMMARY"]))


def _lines(format: str, report: Report, run: Run | None) -> Iterator[str]:
    """Return the lines of a report; only those that a *run* prints are coloured."""
    module = import_module(f"rewrite_refs.reports.{format}")
    if format in _FOR_EYES:
        lines = module.lines(report, run.paint) if run is not None else module.lines(report)
        found: Iterator[str] = map(inert.line, lines)
    elif format == "html":
        from rewrite_refs.reports.links import linker

        cwd = Path(os.path.realpath(Path.cwd()))
        root = root_of(cwd) or cwd
        found = module.lines(report, linker(root, os.environ), root.name)
    else:
        found = module.lines(report)
    return found


def _text(lines: Iterator[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")


def _summarise(report: Report, path: Path) -> None:
    """Add a table to the summary of a job, which other steps write to as well."""
    from rewrite_refs.reports import github

    try:
        with path.open("ab") as file:
            file.write(_text(github.summary(report)))
    except OSError as error:
        say(f"warning: {visible(str(path))}: the summary cannot be written: {error.strerror}")


def _destination(text: str) -> tuple[str, Path]:
    format, colon, name = text.partition(":")
    if not colon or not name or format not in FORMATS:
        example = "--output sarif:results.sarif"
        raise click.UsageError(
            f"--output {text!r}: write FORMAT:FILE with one of {', '.join(FORMATS)}, as in {example}."
        )
    return format, Path(name)
