"""JUnit XML for Jenkins and GitLab: one suite per file, one case per finding.

An error or a warning is a failed case, and a file that could not be read is a case
with an error.  Notes and findings of the baseline are skipped cases: both readers
show the message of a skipped case and do not fail for it, but do not show the output
of a passed case.  In a ``list``, each reference is a skipped case.
If there are no findings, one case passes, because both readers take a report without
a case for a mistake.

Cases are named by rule and image and not by line, so that their history continues
when lines move.  Equal names in one file are numbered, because GitLab keeps only one
case per name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rewrite_refs.reports import Diagnostic, Report, in_repository, inert, visible
from rewrite_refs.reports.common import FAILURE, TOOL, shown


def lines(report: Report) -> Iterator[str]:
    """Yield the XML text, as lines."""
    files: dict[str, list[Diagnostic]] = {}
    for each, _ in shown(report):
        files.setdefault(in_repository(report, each.location.path), []).append(each)
    kinds = Counter(_kind(each) for found in files.values() for each in found)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f"<testsuites {_attributes(name=TOOL, **_counts(kinds))}>"
    for path, found in files.items():
        kinds = Counter(map(_kind, found))
        yield f"  <testsuite {_attributes(name=path, **_counts(kinds), skipped=kinds['skipped'])}>"
        names: Counter[str] = Counter()
        for each in found:
            name = f"{each.rule}: {each.subject}" if each.subject else each.rule
            names[name] += 1
            numbered = f"{name} ({names[name]})" if names[name] > 1 else name
            yield from _case(each, path, numbered)
        yield "  </testsuite>"
    if not files:
        yield f'  <testsuite name="{TOOL}" tests="1" failures="0" errors="0" skipped="0">'
        yield f'    <testcase classname="{TOOL}" name="no findings"/>'
        yield "  </testsuite>"
    yield "</testsuites>"


def _kind(each: Diagnostic) -> str:
    """Return the element of a case: ``failure``, ``error`` or ``skipped``."""
    if each.rule == FAILURE:
        return "error"
    return "skipped" if each.known or each.severity == "note" else "failure"


def _counts(kinds: Counter[str]) -> dict[str, int]:
    return {"tests": kinds.total() or 1, "failures": kinds["failure"], "errors": kinds["error"]}


def _case(each: Diagnostic, path: str, name: str) -> Iterator[str]:
    """Yield a case; GitLab shows the text of its element, Jenkins also the attributes."""
    from xml.sax.saxutils import escape

    kind, location = _kind(each), each.location
    message = f"in the baseline: {each.message}" if each.known else each.message
    about = {"message": message} | ({} if kind == "skipped" else {"type": each.severity})
    where = f"{path}:{location.line}:{location.column}"
    yield f"    <testcase {_attributes(classname=path, name=name, file=path, line=location.line)}>"
    yield f"      <{kind} {_attributes(**about)}>{_inert(escape(visible(f'{where}: {message}')))}</{kind}>"
    yield "    </testcase>"


def _attributes(**values: str | int) -> str:
    """Return XML attributes; characters that XML 1.0 does not allow are escaped.

    Source: XML 1.0, section 2.2, "Characters".
    """
    from xml.sax.saxutils import quoteattr

    return " ".join(f"{name}={_inert(quoteattr(visible(str(value))))}" for name, value in values.items())


def _inert(xml: str) -> str:
    """Return the same XML without anything that a CI log takes for a command."""
    return inert.bracketed(xml, "&#91;")
