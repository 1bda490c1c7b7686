"""Proposals of rules: AWS's own prefixes for the upstreams in use."""

from __future__ import annotations

from rewrite_refs.emit.survey import Survey
from rewrite_refs.init.update import PROPOSED, Old, Overrides, Result, text_of, with_key


def proposed(old: Old, survey: Survey, overrides: Overrides) -> Result:
    """Return a configuration with new rules for upstreams that ECR can cache.

    Upstreams that have a rule get no new one.  Raises ConfigError if the text cannot be changed safely.
    """
    wanted = old.data
    rules = {each.upstream.host: each.prefix for each in survey.missing}
    remarks, others = [], []
    for each in survey.upstreams:
        if not each.unserved:
            continue
        count, s = each.unserved, "" if each.unserved == 1 else "s"
        if each.host in rules:
            remarks.append(f"{each.host}: {rules[each.host]} is proposed for {count} reference{s}")
        else:
            stay = f"{count} reference{s} stay{'s' if count == 1 else ''}"
            advice = f": {each.advice}" if each.advice else ""
            others.append(f"{each.host or 'no host'}: ECR cannot cache it, {stay}{advice}")
    # In the order of the remarks: the most used upstream comes first.
    order = [each.host for each in survey.upstreams if each.host in rules]
    registry = overrides.registry or old.config.registry
    if overrides.registry:
        wanted = with_key(wanted, "registry", registry)
    if rules:
        values = {**wanted.get("rules", {}), **{host: rules[host] for host in order}}
        wanted = with_key(wanted, "rules", values)
    text = text_of(old, wanted, registry, {("rules", host): PROPOSED for host in rules})
    return Result(text, (*remarks, *others), rules=len(rules))
