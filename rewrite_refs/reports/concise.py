"""The report as text, one line for each finding: ``path:line:column: rule message``."""

from rewrite_refs.reports.text import concise as lines

__all__ = ["lines"]
