"""The registries of a configuration: rules, aliases, own registries and variables.

Every function takes the ``ConfigErrors`` to which it adds mistakes, a node and its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rewrite_refs.cache.rule import CacheRule, check_rules, make_rule
from rewrite_refs.config.nodes import ConfigErrors, Node, kind
from rewrite_refs.images.hosts import SAME_REGISTRY
from rewrite_refs.images.placeholders import head_of
from rewrite_refs.images.reference import DOCKER_HUB, LIBRARY, InvalidReference, Reference

# Variables that BuildKit or a shell sets (source: the Dockerfile reference, "Predefined ARGs").
_PREDEFINED = re.compile(
    r"(?i:(?:https?|ftp|no|all)_proxy)|(?:BUILD|TARGET)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT|STAGE)"
    r"|BUILDKIT_\w+|SOURCE_DATE_EPOCH|PATH|HOME|HOSTNAME|TERM"
)
# A part of a pattern, as fnmatch reads it.
_WILDCARD = re.compile(r"[*?]|\[!?\]?[^]/]*\]")


def rules_of(
    errors: ConfigErrors, node: Node, line: int, registry: str | None, aliases: Mapping[str, str]
) -> tuple[CacheRule, ...]:
    """Return the rules for a *registry*, those of one upstream in the written order."""
    rules: list[CacheRule] = []
    seen: dict[str, str] = {}
    by_prefix: dict[str, CacheRule] = {}
    for upstream, value, at in errors.items(node, "rules", line):
        for prefix in _prefixes(errors, upstream, value, at):
            try:
                rule = make_rule(upstream, prefix)
                if rule.upstream in aliases:
                    name = aliases[rule.upstream]
                    raise ValueError(f"{rule.upstream} is an alias of {name}: write the rule for {name}")
                if seen.setdefault(rule.name, upstream) != upstream:
                    raise ValueError(
                        f"two rules for {rule.name}, as {seen[rule.name]} and as {upstream}: keep one, "
                        "or give it a list of prefixes"
                    )
                same = by_prefix.setdefault(rule.prefix, rule)
                check_rules(registry, [rule] if same is rule else [same, rule])
                rules.append(rule)
            except ValueError as error:
                errors.add(at, str(error))
    return tuple(rules)


def _prefixes(errors: ConfigErrors, upstream: str, node: Node, line: int) -> Iterator[str]:
    """Yield the prefixes of an upstream's rules; the first is used for writing."""
    many = kind(node) == "a list"
    if many and not node.value:
        errors.add(line, f"the rule for {upstream} has no prefix: write one such as docker-hub")
    for each in node.value if many else [node]:
        prefix = _prefix(errors, upstream, each, max(line, each.start_mark.line + 1) if many else line)
        if prefix is not None:
            yield prefix


def _prefix(errors: ConfigErrors, upstream: str, node: Node, line: int) -> str | None:
    what = f"the prefix for {upstream}"
    if kind(node) != "a mapping":
        return errors.text(node, what, line)
    prefix, known = None, True
    for key, value, at in errors.items(node, what, line):
        if key == "prefix":
            prefix = errors.text(value, what, at)
        else:
            known = False
            errors.add(at, f"unknown key {key!r}: write prefix")
    if known and not node.value:
        errors.add(line, f"the rule for {upstream} has no prefix: write {{prefix: docker-hub}}")
    return prefix


def aliases_of(errors: ConfigErrors, node: Node, line: int, known: Mapping[str, str]) -> dict[str, str]:
    """Return the registries by their other names, including the *known* ones."""
    aliases, places = dict(known), {}
    for name, value, at in errors.items(node, "aliases", line):
        upstream = errors.text(value, f"the registry that {name} is", at)
        if upstream is None:
            continue
        alias, host = _host(name), _host(upstream)
        if not alias or not host:
            errors.add(at, "an alias maps a registry's host to another: write mirror.gcr.io: docker.io")
        elif alias == host:
            errors.add(at, f"{name} and {upstream} are already the same registry: remove the alias")
        else:
            aliases[alias] = host
            places[host] = at
    for upstream, at in places.items():
        if upstream in aliases:
            errors.add(at, f"{upstream} is an alias itself: write {aliases[upstream]}")
    return aliases


def own_of(errors: ConfigErrors, node: Node, line: int, aliases: Mapping[str, str]) -> tuple[str, ...]:
    """Return the registries that are never rewritten, as names, paths or patterns."""
    names: list[str] = []
    for text, at in errors.texts(node, "own", line):
        found = _own(text.strip().rstrip("/"), aliases)
        if not found:
            example = "registry.example.com, ghcr.io/acme or ghcr.io/acme/web-*"
            errors.add(at, f"{text!r} is not a valid registry or path in one: use {example}")
        names += found
    return tuple(names)


def _own(name: str, aliases: Mapping[str, str]) -> list[str]:
    """Return the beginnings of the normalized names that an entry of ``own`` covers.

    They are texts or patterns; the list is empty for an invalid entry.  A pattern that begins with ``*``
    applies to any registry; otherwise a name without a host is on Docker Hub.
    """
    placeholder = head_of(name)
    first, _, rest = f"{'x.y' if placeholder else ''}{name[len(placeholder) :]}".partition("/")
    is_anywhere = first.startswith("*")
    if not is_anywhere and not set(first) & set(".:") and first != "localhost":
        first, rest = DOCKER_HUB, f"{first}/{rest}" if rest else first
    is_plain = _is_name(first, rest)
    if not is_plain and not _is_name(_WILDCARD.sub("x", first), _WILDCARD.sub("x", rest), is_anywhere):
        return []
    if placeholder:
        first = placeholder if is_plain else re.sub(r"[*?[]", r"[\g<0>]", placeholder)
    else:
        first = aliases.get(first, SAME_REGISTRY.get(first, first))
    names = [f"{first}/{rest}" if rest else first]
    if first == DOCKER_HUB and rest and "/" not in rest:
        names.append(f"{first}/{LIBRARY}{rest}")
    return names


def _is_name(first: str, rest: str, anywhere: bool = False) -> bool:
    """Whether a registry and a path form an image name.

    With *anywhere*, *first* is the first part of a name instead of a registry.
    """
    try:
        probe = Reference.parse(f"{first}/{rest or 'any/any'}")
    except InvalidReference:
        return False
    return not probe.tag and not probe.digest and (anywhere or probe.registry == first)


def variables_of(errors: ConfigErrors, node: Node, line: int) -> dict[str, str]:
    """Return the variables for the registries of rules, by the names of the rules."""
    names: dict[str, str] = {}
    for upstream, value, at in errors.items(node, "names", line):
        name = errors.text(value, f"the variable for {upstream}", at)
        try:
            rule = make_rule(upstream, "any")
        except ValueError as error:
            errors.add(at, str(error))
            continue
        if name is None:
            continue
        if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name):
            errors.add(at, f"{name!r} is not a valid variable name: use one such as REGISTRY")
        elif _PREDEFINED.fullmatch(name):
            errors.add(at, f"{name} is reserved in a build: use another name, such as REGISTRY")
        elif name in names.values():
            errors.add(at, f"{name} is already used for another upstream: use a different name for each")
        else:
            names[rule.name] = name
    return names


def _host(name: str) -> str | None:
    """Return the canonical name of a registry, or None if the name is not a registry."""
    try:
        rule = make_rule(name, "any")
    except ValueError:
        return None
    return None if rule.path else rule.upstream
