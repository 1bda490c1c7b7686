"""What the configuration and the command line say about the rules of the lint."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rewrite_refs.engine.ignores import Comments
from rewrite_refs.files.patterns import Patterns
from rewrite_refs.images.reference import Reference
from rewrite_refs.results import Severity

if TYPE_CHECKING:
    from rewrite_refs.lint.base import LintRule


class Settings(NamedTuple):
    """Which rules there are, and what they leave alone.

    ``severities`` are by rule, None for one that is off; ``files`` are patterns with the rules that their
    files may break, ``images`` patterns on normalised names (``docker.io/library/nginx``), where ``*`` stands
    for any characters.  ``select`` is None where nobody said which rules to look for.
    """

    severities: Mapping[str, Severity | None] = {}
    files: tuple[tuple[Patterns, frozenset[str]], ...] = ()
    images: tuple[str, ...] = ()
    select: frozenset[str] | None = None
    ignore: frozenset[str] = frozenset()
    strict: bool = False

    def severity(self, rule: LintRule) -> Severity | None:
        """How bad it is to break a rule; None where nobody looks for it."""
        name = rule.NAME
        if name in self.ignore or (self.select is not None and name not in self.select):
            return None
        severity = self.severities.get(name, rule.SEVERITY if rule.ON else None)
        if severity is None and self.select is not None:
            severity = rule.SEVERITY
        return "error" if severity and self.strict and name == "unresolved-reference" else severity

    def ignored(self, path: Path, reference: Reference | None, rule: str) -> str | None:
        """Why a *reference* in a file (absolute) may break a rule, or None where it may not."""
        if rule in self.ignored_in(path):
            return "ignored by per-file-ignores in the configuration"
        if reference is not None and any(fnmatchcase(reference.name, each) for each in self.images):
            return "ignored by ignore-images in the configuration"
        return None

    def is_ignored(self, found: Comments, path: Path, rule: str) -> bool:
        """Whether a file (absolute) with some comments may break a rule, wherever in it."""
        return found.covering((), (rule,)) is not None or rule in self.ignored_in(path)

    def ignored_in(self, path: Path) -> frozenset[str]:
        """The rules that a file may break."""
        return frozenset().union(*(rules for patterns, rules in self.files if patterns.match(path)))
