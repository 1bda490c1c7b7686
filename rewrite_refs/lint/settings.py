"""The settings of the lint rules, from the configuration and the command line."""

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
    """The rules to check, their severities, and what they ignore.

    Attributes:
        severities: The severity of each configured rule; None turns it off.
        files: Patterns of files, each with the rules that are ignored in these files.
        images: Patterns of normalized names to ignore (``docker.io/library/nginx``), in which ``*`` matches
            any characters.
        select: The rules to check; None where no selection is made.
        ignore: The rules not to check.
        strict: Whether unresolved references are errors.
    """

    severities: Mapping[str, Severity | None] = {}
    files: tuple[tuple[Patterns, frozenset[str]], ...] = ()
    images: tuple[str, ...] = ()
    select: frozenset[str] | None = None
    ignore: frozenset[str] = frozenset()
    strict: bool = False

    def severity(self, rule: LintRule) -> Severity | None:
        """Return the severity of a rule; None where the rule is not checked."""
        name = rule.NAME
        if name in self.ignore or (self.select is not None and name not in self.select):
            return None
        severity = self.severities.get(name, rule.SEVERITY if rule.ON else None)
        if severity is None and self.select is not None:
            severity = rule.SEVERITY
        return "error" if severity and self.strict and name == "unresolved-reference" else severity

    def ignored(self, path: Path, reference: Reference | None, rule: str) -> str | None:
        """Return why a violation is ignored, or None.

        Args:
            path: The absolute path of the file.
            reference: The reference that violates the rule, if there is one.
            rule: The name of the rule.
        """
        if rule in self.ignored_in(path):
            return "ignored by per-file-ignores in the configuration"
        if reference is not None and any(fnmatchcase(reference.name, each) for each in self.images):
            return "ignored by ignore-images in the configuration"
        return None

    def is_ignored(self, found: Comments, path: Path, rule: str) -> bool:
        """Whether a rule is ignored in a whole file, by comments or configuration."""
        return found.covering((), (rule,)) is not None or rule in self.ignored_in(path)

    def ignored_in(self, path: Path) -> frozenset[str]:
        """Return the rules that are ignored in a file (absolute)."""
        return frozenset().union(*(rules for patterns, rules in self.files if patterns.match(path)))
