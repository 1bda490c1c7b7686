"""Changes to a small YAML file that leave every other line as it is.

ruamel.yaml reads where the values stand and writes the new ones; the rest of the
text is never dumped, so comments, quotes, indentation and line ends stay.  The new
text is read again and must hold exactly what was wanted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from rewrite_refs.text.edits import Edit, splice

Data: TypeAlias = Any  # what YAML holds: mappings by text, lists, scalars
Node: TypeAlias = Any  # of ruamel.yaml: a tag, a value and marks
KeyPath: TypeAlias = tuple[str | int, ...]  # the keys and indices that lead to a value
Notes: TypeAlias = Mapping[KeyPath, str]


class Unchangeable(Exception):
    """The text is written in a way in which the change cannot be made safely."""


def data(text: str) -> Data:
    """What a text of one YAML document holds.  Raises ruamel's YAMLError and ValueError."""
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load(text)


def changed(text: str, wanted: Mapping[str, Data], notes: Notes) -> str:
    """*text* changed to hold *wanted*.

    *text* holds a mapping or nothing, and *wanted* each of its keys.  Keys that it
    has no value for yet come where *wanted* has them, new items at the end of a
    list.  *notes* are comments for values that are new: above an item of a list,
    behind others (in ``{}`` and ``[]`` there is no room for one).

    Raises Unchangeable where an alias, an odd layout or the like is in the way.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    body = text.removeprefix("\ufeff")
    editor = _Editor(body, notes)
    old = data(body)
    if old is None:
        edits = [editor.lines_after(len(body), editor.entries(wanted, 0, ()))]
    else:
        root = YAML(typ="safe", pure=True).compose(body)
        # Stable: of two insertions at one place, the inner one comes first.
        edits = sorted(editor.mapping(root, old, wanted, ()), key=lambda edit: edit.start)
    new = splice(body, edits)
    try:
        if (data(new) or {}) == wanted:
            return text[: len(text) - len(body)] + new
    except (YAMLError, ValueError):
        pass
    raise Unchangeable


def flow(value: Data) -> str:
    """A value on one line, quoted where it has to be."""
    from io import StringIO

    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.default_flow_style = True
    yaml.width = 1 << 30
    stream = StringIO()
    yaml.dump({"k": value}, stream)
    return stream.getvalue().removeprefix("{k: ").removesuffix("}\n")


class _Editor:
    """Finds the edits of one text."""

    def __init__(self, text: str, notes: Notes) -> None:
        self.text = text
        self.notes = notes
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def mapping(self, node: Node, old: Data, new: Mapping[str, Data], keys: KeyPath) -> Iterator[Edit]:
        """What turns the mapping *old* at *node* into *new*."""
        pairs = {str(key.value): (key, value) for key, value in node.value}
        added: dict[str | None, dict[str, Data]] = {}
        previous = None
        for name, value in new.items():
            if name not in pairs:
                added.setdefault(previous, {})[name] = value
                continue
            previous = name
            key, at = pairs[name]
            yield from self.value(at, old[name], value, (*keys, name), self._end(key))
        for before, entries in added.items():
            yield self._insertion(node, pairs, before, entries, keys)

    def value(self, node: Node, old: Data, new: Data, keys: KeyPath, key_end: int) -> Iterator[Edit]:
        """What turns the value *old* at *node* into *new*; its key ends at *key_end*."""
        if old == new:
            return
        if isinstance(old, dict) and isinstance(new, dict):
            yield from self.mapping(node, old, new, keys)
        elif isinstance(old, list) and isinstance(new, list) and 0 < len(old) <= len(new):
            for index, (item, was, wanted) in enumerate(zip(node.value, old, new, strict=False)):
                yield from self.value(item, was, wanted, (*keys, index), self._start(item))
            if len(old) < len(new):
                yield self._items(node, new[len(old) :], (*keys, len(old)))
        elif _is_block(node):  # it may be indented as no other value could be
            yield Edit(self.text.index(":", key_end) + 1, self._end(node), f" {flow(new)}")
        else:
            yield Edit(self._start(node), self._end(node), _like(node, new))

    def entries(self, values: Mapping[str, Data], indent: int, keys: KeyPath) -> Iterator[str]:
        """The lines of a mapping in block style."""
        for name, value in values.items():
            here, head = (*keys, name), f"{' ' * indent}{flow(name)}:"
            if isinstance(value, dict) and value:
                yield head
                yield from self.entries(value, indent + 2, here)
            elif isinstance(value, list) and value and isinstance(value[0], dict):
                yield head
                yield from self._dashed(value, indent + 2, (*here, 0))
            else:
                note = f"  # {self.notes[here]}" if here in self.notes else ""
                yield f"{head} {flow(value)}{note}"

    def lines_after(self, end: int, lines: Iterator[str]) -> Edit:
        """New lines behind the one in which *end* is."""
        at = self.text.find("\n", end) + 1 or len(self.text)
        before = self.text[:at]
        if not before or before.endswith("\n"):
            return Edit(at, at, "".join(line + self.newline for line in lines))
        return Edit(at, at, "".join(self.newline + line for line in lines))

    def _dashed(self, items: Sequence[Mapping[str, Data]], indent: int, keys: KeyPath) -> Iterator[str]:
        """The lines of mappings in a list, the first of which *keys* leads to."""
        *above, first = keys
        for index, item in enumerate(items, int(first)):
            here = (*above, index)
            if here in self.notes:
                yield f"{' ' * indent}# {self.notes[here]}"
            head, *rest = self.entries(item, indent + 2, here)
            yield f"{' ' * indent}- {head.lstrip()}"
            yield from rest

    def _insertion(
        self,
        node: Node,
        pairs: Mapping[str, tuple[Node, Node]],
        previous: str | None,
        values: Mapping[str, Data],
        keys: KeyPath,
    ) -> Edit:
        """New entries of a mapping behind the key *previous*, or before all."""
        if _is_block(node):
            lines = self.entries(values, node.value[0][0].start_mark.column, keys)
            if previous is not None:
                return self.lines_after(self._end(pairs[previous][1]), lines)
            first = self._line(self._start(node.value[0][0]))
            at = self._above(first)
            return Edit(at, at, "".join(line + self.newline for line in [*lines, *[""] * (at < first)]))
        texts = [f"{flow(name)}: {flow(value)}" for name, value in values.items()]
        if previous is None:
            at = self._start(node) + 1
            return Edit(at, at, ", ".join([*texts, *([""] if pairs else [])]))
        key, value = pairs[previous]
        at = self._end(value)
        return Edit(at, at, "".join(f",{self._gap(key)}{each}" for each in texts))

    def _items(self, node: Node, values: Sequence[Data], keys: KeyPath) -> Edit:
        """New items at the end of a list, the first of which *keys* leads to."""
        last = node.value[-1]
        at = self._end(last)
        if not _is_block(node):
            return Edit(at, at, "".join(f",{self._gap(last)}{flow(each)}" for each in values))
        dash = self.text.rindex("-", 0, self._start(last))
        indent = dash - self._line(dash)
        if isinstance(values[0], dict):
            return self.lines_after(at, self._dashed(values, indent, keys))
        return self.lines_after(at, (f"{' ' * indent}- {flow(each)}" for each in values))

    def _gap(self, node: Node) -> str:
        """What stands before an item in ``{}`` or ``[]``: a line of its own, or a blank."""
        start = self._line(self._start(node))
        before = self.text[start : self._start(node)]
        return " " if before.strip() or not start else self.newline + before

    def _above(self, at: int) -> int:
        """Where the comment begins that stands on the line at *at*; *at* if it is the first of the text.

        The first comment speaks of the whole file.
        """
        top = at
        while top and self.text.startswith("#", top_line := self._line(top - 1)):
            top = top_line
        return top if re.search("^#", self.text[:top], re.MULTILINE) else at

    def _line(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def _start(self, node: Node) -> int:
        return int(node.start_mark.index)

    def _end(self, node: Node) -> int:
        """Where a value ends; the mark of a block stands behind the comments and blank lines that follow."""
        if _is_block(node):
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        start, end = self._start(node), int(node.end_mark.index)
        return start + len(self.text[start:end].rstrip())


def _is_block(node: Node) -> bool:
    return isinstance(node.value, list) and not node.flow_style


def _like(node: Node, new: Data) -> str:
    """A new value in the quotes of the old one, where it needs no escapes there."""
    quote = getattr(node, "style", None)
    if isinstance(new, str) and quote in ("'", '"') and not set(new) & {quote, "\\"} and new.isprintable():
        return f"{quote}{new}{quote}"
    return flow(new)
