"""The nodes of a configuration's YAML, with their lines, and mistakes in them.

Nodes are read instead of loaded values, because they have line numbers, and because
duplicate keys are still separate in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from rewrite_refs.errors import ConfigError
from rewrite_refs.text.suggestions import near, nearest

Node: TypeAlias = Any  # of ruamel.yaml: a tag, a value and marks


def parse(text: str, shown: str) -> Node | None:
    """Return the root node of a YAML text, which messages call *shown*.

    Raises:
        ConfigError: The text is not valid YAML.
    """
    from rewrite_refs.config.documents import Invalid, compose  # it imports ruamel.yaml

    try:
        return compose(text)
    except Invalid as error:
        raise ConfigError(f"{shown}:{error.line}: this is not valid YAML: {error}") from None


def kind(node: Node) -> str:
    """Return what a node is, for a message."""
    kinds = {
        "map": "a mapping",
        "seq": "a list",
        "str": "a text",
        "null": "nothing",
        "bool": "true or false",
        "int": "a number",
        "float": "a number",
        "timestamp": "a date",
    }
    return kinds.get(str(node.tag).rpartition(":")[2], "a value with a tag")


class ConfigErrors:
    """Collects mistakes while the parts of a document are read."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self._found: list[tuple[int, str]] = []

    def add(self, line: int, text: str) -> None:
        """Add a mistake."""
        self._found.append((line, text))

    def check(self) -> None:
        """Raise ConfigError with an argument for each mistake, if there is any."""
        if self._found:
            raise ConfigError(*(f"{self.shown}:{line}: {text}" for line, text in sorted(self._found)))

    def check_keys(self, root: Node, known: Sequence[str], quote: bool) -> None:
        """Raise ConfigError if a root node is not that of a configuration.

        That is so if it has keys and none of them is *known*, or nearly so.  Without *quote*, every
        key must be known or nearly so.  The error quotes no key.
        """
        if kind(root) != "a mapping":
            return
        unknown = [
            key
            for key, _ in root.value
            if not isinstance(key.value, str) or (key.value not in known and not near(key.value, known))
        ]
        remedy = f"write one of {', '.join(sorted(known))}"
        if unknown and len(unknown) == len(root.value):
            line = root.start_mark.line + 1
            raise ConfigError(
                f"{self.shown}:{line}: this is not a configuration of rewrite-refs: "
                f"it has no known key: {remedy}"
            )
        if unknown and not quote:
            lines = (key.start_mark.line + 1 for key in unknown)
            raise ConfigError(*(f"{self.shown}:{line}: this key is unknown: {remedy}" for line in lines))

    def items(self, node: Node, what: str, line: int) -> Iterator[tuple[str, Node, int]]:
        """Yield the keys of a mapping, each with its value and its line."""
        if kind(node) != "a mapping":
            remedy = ": fill it in, or remove it" if kind(node) == "nothing" else ""
            self.add(line, f"{what} must be a mapping of keys to values, not {kind(node)}{remedy}")
            return
        seen = set()
        for key, value in node.value:
            at = key.start_mark.line + 1
            if not isinstance(key.value, str):
                self.add(at, f"a key must be a text, not {kind(key)}")
            elif key.value in seen:
                self.add(at, f"{key.value!r} is duplicated: keep one")
            else:
                seen.add(key.value)
                yield key.value, value, at

    def parts(self, node: Node, what: str, line: int, known: Iterable[str]) -> dict[str, tuple[Node, int]]:
        """Return the values of the *known* keys of a mapping with their lines.

        Other keys are mistakes.
        """
        parts = {}
        for key, value, at in self.items(node, what, line):
            if key in known:
                parts[key] = value, at
            else:
                self.add(at, f"unknown key {key!r}: {nearest(key, known)}")
        return parts

    def text(self, node: Node, what: str, line: int) -> str | None:
        """Return the text of a node, or None and add a mistake."""
        if kind(node) == "a text":
            return str(node.value)
        quote = f': quote it, "{node.value}"' if isinstance(node.value, str) and node.value else ""
        self.add(line, f"{what} must be a text, not {kind(node)}{quote}")
        return None

    def texts(self, node: Node, what: str, line: int) -> Iterator[tuple[str, int]]:
        """Yield the texts of a list, or the single text in its place, with their lines."""
        if kind(node) not in ("a list", "a text"):
            self.add(line, f"{what} must be a list of texts, not {kind(node)}: write [one, two]")
            return
        for each in node.value if kind(node) == "a list" else [node]:
            at = max(line, each.start_mark.line + 1)
            text = self.text(each, f"each of {what}", at)
            if text is not None:
                yield text, at

    def choice(self, node: Node, what: str, line: int, known: Sequence[str]) -> str | None:
        """Return the text of a node if it is *known*, or None and add a mistake."""
        text = self.text(node, what, line)
        if text is not None and text not in known:
            self.add(line, f"{what} must be {' or '.join(known)}, not {text!r}")
        return text if text in known else None
