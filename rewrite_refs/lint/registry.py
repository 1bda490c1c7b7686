"""The list of lint rules, each a module whose docstring is its manual.

To add one, write a module, add a line here, and run ``python -m tasks generate``.
"""

from __future__ import annotations

from rewrite_refs.lint.base import LintRule, ReferenceRule, VerdictRule
from rewrite_refs.lint.rules import (
    account_id_exposed,
    blanket_ignore,
    digest_needs_warmup,
    direct_upstream,
    lambda_image,
    missing_library,
    moving_tag,
    needless_library,
    no_rule,
    pull_before_login,
    shared_value_conflict,
    uncacheable_registry,
    unknown_ignore,
    unknown_prefix,
    unparsable_file,
    unresolved_reference,
    unused_ignore,
    wrong_region,
)

# The order is that of the manual.  A verdict names at most one of these.
_VERDICT_RULES: tuple[VerdictRule, ...] = (
    direct_upstream,
    no_rule,
    uncacheable_registry,
    missing_library,
    needless_library,
    unknown_prefix,
    wrong_region,
    shared_value_conflict,
    unresolved_reference,
    lambda_image,
    pull_before_login,
)
VERDICT_RULES = {each.NAME: each for each in _VERDICT_RULES}
# Each of these checks every reference.
REFERENCE_RULES: tuple[ReferenceRule, ...] = (digest_needs_warmup, moving_tag, account_id_exposed)
RULES: tuple[LintRule, ...] = (
    *_VERDICT_RULES,
    *REFERENCE_RULES,
    unparsable_file,
    unused_ignore,
    blanket_ignore,
    unknown_ignore,
)
BY_NAME = {each.NAME: each for each in RULES}


def summary(rule: LintRule) -> str:
    """Return the first sentence of a rule's manual."""
    return (rule.__doc__ or "").partition("\n")[0]
