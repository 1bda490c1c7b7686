"""GitLab's code quality report, for ``artifacts: reports: codequality``.

An error is ``major``, a warning ``minor``, a note ``info``, and a file that could
not be read ``critical``.  Findings of the baseline are left out: GitLab compares the
report with that of the target branch, and would show the accepted findings as new in
the first merge request.  In a ``list``, each reference is ``info``.

Source: GitLab Docs, "Code Quality", section "Code Quality report format".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rewrite_refs.reports import Diagnostic, Report, Severity, in_repository, visible
from rewrite_refs.reports.common import FAILURE, dumps, shown

_SEVERITY: Mapping[Severity, str] = {"error": "major", "warning": "minor", "note": "info"}


def lines(report: Report) -> Iterator[str]:
    """Yield the JSON text, on one line."""
    yield dumps(
        [
            {
                "description": visible(each.message),
                "check_name": each.rule,
                "fingerprint": fingerprint,
                "severity": _severity(each),
                "location": {
                    "path": in_repository(report, each.location.path),
                    "lines": {"begin": each.location.line, "end": each.location.end_line},
                },
            }
            for each, fingerprint in shown(report)
            if not each.known
        ]
    )


def _severity(each: Diagnostic) -> str:
    return "critical" if each.rule == FAILURE else _SEVERITY[each.severity]
