"""SARIF 2.1.0, for GitHub code scanning, editors and other readers of results.

Paths are relative to the top folder of the repository (``%SRCROOT%``).  Findings of
the baseline have the ``baselineState`` ``unchanged``; if there are any, the others
have ``new``.  A fix is included if it consists only of replacements.  Files that could
not be read make the run unsuccessful, and are its notifications.  In a ``list``, each
reference is a note of the rule ``reference``.

GitHub rejects a file with more than 25,000 results, so only the worst ones are kept,
and a notification gives the number of the others.

Sources: OASIS, "Static Analysis Results Interchange Format (SARIF) Version
2.1.0"; GitHub Docs, "SARIF support for code scanning" (what is required, and the
limits).
"""

from __future__ import annotations

import inspect
import os
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rewrite_refs import __version__
from rewrite_refs.lint.base import LintRule
from rewrite_refs.lint.registry import RULES, summary
from rewrite_refs.reports import Diagnostic, Location, Report, Severity, address, in_repository, visible
from rewrite_refs.reports.common import FAILURE, REFERENCE, TOOL, dumps, manual, shown
from rewrite_refs.results import SEVERITIES

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_MOST = 25_000
_TAGS = ("container-images", "ecr")
_PROBLEM: Mapping[Severity, str] = {"error": "error", "warning": "warning", "note": "recommendation"}
_REFERENCE = """A reference to a container image.

It is listed with what it is (`direct`, `wrong`, `cached`, `unmapped`, `own`, `unresolved` or
`ignored`) and what it becomes. This is not a finding.
"""


def lines(report: Report) -> Iterator[str]:
    """Yield the JSON text, on one line."""
    told = shown(report)
    results = [each for each in told if each[0].rule != FAILURE]
    kept = results
    if len(results) > _MOST:
        kept = sorted(results, key=lambda each: SEVERITIES.index(each[0].severity))[:_MOST]
    rules = [*([_listed()] if report.listed else []), *map(_rule, RULES)]
    driver: dict[str, Any] = {"name": TOOL, "version": __version__, "rules": rules}
    if home := address.source():
        driver["informationUri"] = home
    notes = [_notification(report, each) for each, _ in told if each.rule == FAILURE]
    if len(kept) < len(results):
        text = f"{len(results) - len(kept)} results are left out, the least severe: GitHub accepts {_MOST}."
        notes.append({"level": "warning", "message": {"text": text}})
    invocation = {"executionSuccessful": not report.file_failures, "toolExecutionNotifications": notes}
    indices = {rule["id"]: index for index, rule in enumerate(rules)}
    compared = any(each.known for each in report.diagnostics)
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, *each, indices, compared) for each in kept],
    }
    yield dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: LintRule) -> dict[str, Any]:
    """Return the metadata of a rule, from its manual."""
    tags = [*_TAGS, "fixable"] if rule.FIXABLE else [*_TAGS]
    metadata = _descriptor(rule.NAME, rule.__doc__ or rule.NAME, summary(rule), rule.SEVERITY, tags)
    metadata["defaultConfiguration"]["enabled"] = rule.ON
    return metadata


def _listed() -> dict[str, Any]:
    """Return the metadata of the rule ``reference``, used for listed references."""
    return _descriptor(REFERENCE, _REFERENCE, _REFERENCE.partition("\n")[0], "note", _TAGS)


def _descriptor(
    name: str, text: str, summary: str, severity: Severity, tags: Sequence[str]
) -> dict[str, Any]:
    """Return a reportingDescriptor (section 3.49).

    The examples of *text*, which are indented, are only in the help.  GitHub accepts 1,024 characters
    of a description.
    """
    text = inspect.cleandoc(text)
    prose = " ".join(part for part in text.split("\n\n") if not part.startswith(" "))
    descriptor: dict[str, Any] = {
        "id": name,
        "name": name.title().replace("-", ""),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": textwrap.shorten(prose, 1024, placeholder=" ...")},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": severity},
        "properties": {"tags": [*tags], "problem.severity": _PROBLEM[severity]},
    }
    if target := manual(name):
        descriptor["help"]["markdown"] += f"\n\n[The manual of the rule]({target})"
        descriptor["helpUri"] = target
    return descriptor


def _result(
    report: Report, each: Diagnostic, fingerprint: str, indices: Mapping[str, int], compared: bool
) -> dict[str, Any]:
    """Return a result (section 3.27)."""
    result: dict[str, Any] = {
        "ruleId": each.rule,
        "ruleIndex": indices[each.rule],
        "level": each.severity,
        "message": _message(each.message),
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(report, each.location.path),
                    "region": _region(each.location),
                }
            }
        ],
        "partialFingerprints": {"rewriteRefs/v1": fingerprint},
    }
    if compared:
        result["baselineState"] = "unchanged" if each.known else "new"
    if each.fix:
        replacements = [
            {"deletedRegion": _region(location), "insertedContent": {"text": text}}
            for location, text in each.fix
        ]
        change = {"artifactLocation": _artifact(report, each.location.path), "replacements": replacements}
        result["fixes"] = [{"description": _message(each.help or each.problem), "artifactChanges": [change]}]
    return result


def _message(text: str) -> dict[str, str]:
    """Return a plain text message that contains no link (section 3.11.6).

    Braces stay single, contrary to section 3.11.5: readers take them for placeholders only if there are
    arguments, and show doubled ones literally.
    """
    return {"text": visible(text).replace("](", "] (")}


def _notification(report: Report, each: Diagnostic) -> dict[str, Any]:
    """Return a notification of a file that could not be read or written."""
    location = {"physicalLocation": {"artifactLocation": _artifact(report, each.location.path)}}
    return {"level": "error", "message": _message(each.message), "locations": [location]}


def _artifact(report: Report, path: str) -> dict[str, str]:
    """Return the location of a file: a relative, percent-encoded URI (RFC 3986)."""
    from urllib.parse import quote

    return {"uri": quote(os.fsencode(in_repository(report, path))), "uriBaseId": "%SRCROOT%"}


def _region(location: Location) -> dict[str, int]:
    return {
        "startLine": location.line,
        "startColumn": location.column,
        "endLine": location.end_line,
        "endColumn": location.end_column,
    }
