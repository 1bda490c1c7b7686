"""A text report with one line per finding: ``path:line:column: rule message``."""

from rewrite_refs.reports.text import concise as lines

__all__ = ["lines"]
