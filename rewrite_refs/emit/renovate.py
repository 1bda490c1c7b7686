"""``registryAliases`` for Renovate, which map cache prefixes back to upstreams.

In the cache, Renovate sees only tags that have been pulled before.  With an alias,
it looks up an image at its upstream and still writes the name as it is in the file.
Renovate uses the first key that is a prefix of the name, up to a ``/``, so the
longest keys come first.  Source: Renovate's documentation of ``registryAliases``, and
how it applies them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from rewrite_refs.emit import parts
from rewrite_refs.emit.survey import Survey
from rewrite_refs.images.placeholders import resolved
from rewrite_refs.reports import inert

SCHEMA = "https://docs.renovatebot.com/renovate-schema.json"
_NOTES = (
    "New versions of images behind the pull-through cache are looked up at their upstream, because the cache "
    "lists only tags that were pulled before. Names stay as they are written.",
    "Lookups go to the upstream registries: give Renovate hostRules with credentials for those that limit or "
    "refuse anonymous requests, such as docker.io.",
)
_ROOT = "The rule with the prefix ROOT has no alias: it would hold for your own images in that registry, too."


def lines(*surveys: Survey) -> Iterator[str]:
    """Yield the JSON text for all registries; raise ConfigError if one is not given."""
    aliases = {alias: name for each in surveys for alias, name in _aliases(each)}
    longest = dict(sorted(aliases.items(), key=lambda each: -len(each[0])))
    notes = [*_NOTES, *{_ROOT for each in surveys for rule in each.rules if not rule.prefix}]
    document = {"$schema": SCHEMA, "description": notes, "registryAliases": longest}
    yield inert.bracketed(json.dumps(document, indent=2, ensure_ascii=False), r"\u005b")


def _aliases(survey: Survey) -> Iterator[tuple[str, str]]:
    """Yield the pairs of a cache prefix in one registry and its upstream."""
    registry = parts.registry(survey, "renovate")
    # Both forms of a placeholder with a default: Renovate resolves an ARG, but not a variable of Compose.
    for head in dict.fromkeys((registry, resolved(registry))):
        for rule in sorted(survey.rules, key=lambda rule: rule.prefix):
            if rule.prefix:
                yield f"{head}/{rule.prefix}", rule.name
