"""The part ``lint`` of a configuration: severities and ignores.

Every function takes the ``ConfigErrors`` to which it adds mistakes, a node and its line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from rewrite_refs.config.nodes import ConfigErrors, Node
from rewrite_refs.images.reference import InvalidReference, Reference
from rewrite_refs.results import Severity
from rewrite_refs.text.suggestions import nearest

_SEVERITIES: Mapping[str, Severity | None] = {
    "error": "error",
    "warning": "warning",
    "note": "note",
    "off": None,
}
SEVERITIES = tuple(_SEVERITIES)
KEYS = ("severity", "per-file-ignores", "ignore-images")


class Lint(NamedTuple):
    """The part ``lint`` of a configuration; a severity of None turns a rule off."""

    severity: Mapping[str, Severity | None] = {}
    per_file_ignores: Mapping[str, tuple[str, ...]] = {}
    ignore_images: tuple[str, ...] = ()


def lint_of(errors: ConfigErrors, node: Node, line: int, base: Lint, pattern: Callable[[str], str]) -> Lint:
    """Return the part ``lint`` of a configuration, merged over *base*.

    *pattern* raises ValueError for a text that is not a valid pattern of files.
    """
    parts = errors.parts(node, "lint", line, KEYS)
    severity, files, images = base
    if "severity" in parts:
        severity = {**severity, **_severities(errors, *parts["severity"])}
    if "per-file-ignores" in parts:
        files = {**files, **_files(errors, *parts["per-file-ignores"], pattern)}
    if "ignore-images" in parts:
        images = (*images, *_images(errors, *parts["ignore-images"]))
    return Lint(severity, files, images)


def _severities(errors: ConfigErrors, node: Node, line: int) -> dict[str, Severity | None]:
    severities = {}
    for rule, value, at in errors.items(node, "severity", line):
        word = errors.choice(value, f"the severity of {rule}", at, SEVERITIES)
        if _is_rule(errors, rule, at) and word is not None:
            severities[rule] = _SEVERITIES[word]
    return severities


def _files(
    errors: ConfigErrors, node: Node, line: int, check: Callable[[str], str]
) -> dict[str, tuple[str, ...]]:
    files = {}
    for pattern, value, at in errors.items(node, "per-file-ignores", line):
        try:
            check(pattern)
        except ValueError as error:
            errors.add(at, str(error))
            continue
        rules = errors.texts(value, f"per-file-ignores of {pattern}", at)
        files[pattern] = tuple(rule for rule, where in rules if _is_rule(errors, rule, where))
    return files


def _images(errors: ConfigErrors, node: Node, line: int) -> tuple[str, ...]:
    return tuple(
        name for text, at in errors.texts(node, "ignore-images", line) if (name := _image(errors, text, at))
    )


def _image(errors: ConfigErrors, text: str, line: int) -> str | None:
    """Return a pattern on normalized names; one without ``*`` is read as by Docker."""
    host = text.partition("/")[0]
    if set("*?[") & set(text):
        if "/" in text and not set(host) & set(".:*?[") and host != "localhost":
            errors.add(line, f"{text!r} has no registry: write docker.io/{text}")
            return None
        if "/" not in text and not text.startswith("*"):
            errors.add(line, f"{text!r} has no registry: write docker.io/library/{text}")
            return None
        return text
    try:
        reference = Reference.parse(text)
    except InvalidReference as error:
        errors.add(line, f"{text!r} is not a valid image: {error}")
        return None
    if reference.tag or reference.digest:
        errors.add(line, f"{text!r} has a tag: use the name alone, {reference.name}")
        return None
    return reference.name


def _is_rule(errors: ConfigErrors, name: str, line: int) -> bool:
    from rewrite_refs.lint.registry import BY_NAME  # only needed where a rule is configured

    if name not in BY_NAME:
        errors.add(line, f"there is no rule {name!r}: {nearest(name, BY_NAME)}")
    return name in BY_NAME
