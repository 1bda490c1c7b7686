"""Changes to a small YAML file that leave every other line as it is.

ruamel.yaml finds the positions of the values and writes the new ones; the rest of the
text is never dumped, so comments, quotes, indentation and line ends stay.  The new
text is parsed again and must have exactly the wanted data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from rewrite_refs.text.edits import Edit, splice

Data: TypeAlias = Any  # the data of a YAML document: mappings with string keys, lists, scalars
Node: TypeAlias = Any  # of ruamel.yaml: a tag, a value and marks
KeyPath: TypeAlias = tuple[str | int, ...]  # the keys and indices that lead to a value
Notes: TypeAlias = Mapping[KeyPath, str]


class Unchangeable(Exception):
    """Raised if the text has a form in which the change cannot be made safely."""


def data(text: str) -> Data:
    """Return the data of one YAML document; raises ruamel's YAMLError and ValueError."""
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load(text)


def changed(text: str, wanted: Mapping[str, Data], notes: Notes) -> str:
    """Return *text*, changed so that its data is *wanted*.

    *text* is a mapping or empty, and *wanted* has each of its keys.  New keys are put in the
    order of *wanted*, new items at the end of a list.  *notes* are comments for new values:
    above an item of a list, after other values (in ``{}`` and ``[]`` there is no room for one).

    Raises Unchangeable if an alias, an unusual layout or the like prevents the change.
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
        # The sort is stable: of two insertions at one offset, the inner one comes first.
        edits = sorted(editor.mapping(root, old, wanted, ()), key=lambda edit: edit.start)
    new = splice(body, edits)
    try:
        if (data(new) or {}) == wanted:
            return text[: len(text) - len(body)] + new
    except (YAMLError, ValueError):
        pass
    raise Unchangeable


def flow(value: Data) -> str:
    """Return a value as YAML on one line, quoted if necessary."""
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
        """Yield the edits that turn the mapping *old* at *node* into *new*."""
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
        """Yield the edits that turn the value *old* at *node* into *new*.

        *key_end* is the offset in characters at which the key ends.
        """
        if old == new:
            return
        if isinstance(old, dict) and isinstance(new, dict):
            yield from self.mapping(node, old, new, keys)
        elif isinstance(old, list) and isinstance(new, list) and 0 < len(old) <= len(new):
            for index, (item, was, wanted) in enumerate(zip(node.value, old, new, strict=False)):
                yield from self.value(item, was, wanted, (*keys, index), self._start(item))
            if len(old) < len(new):
                yield self._items(node, new[len(old) :], (*keys, len(old)))
        elif _is_block(node):  # its indentation may be invalid for any other value
            yield Edit(self.text.index(":", key_end) + 1, self._end(node), f" {flow(new)}")
        else:
            yield Edit(self._start(node), self._end(node), _like(node, new))

    def entries(self, values: Mapping[str, Data], indent: int, keys: KeyPath) -> Iterator[str]:
        """Yield the lines of a mapping in block style."""
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
        """Return the insertion of new lines after the line that contains the offset *end*."""
        at = self.text.find("\n", end) + 1 or len(self.text)
        before = self.text[:at]
        if not before or before.endswith("\n"):
            return Edit(at, at, "".join(line + self.newline for line in lines))
        return Edit(at, at, "".join(self.newline + line for line in lines))

    def _dashed(self, items: Sequence[Mapping[str, Data]], indent: int, keys: KeyPath) -> Iterator[str]:
        """Yield the lines of mappings in a list; *keys* is the path of the first one."""
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
        """Return the insertion of entries after the key *previous*; if None, before all."""
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
        """Return the insertion of items after those of a list; *keys* leads to the first."""
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
        """Return the white space before an item in ``{}`` or ``[]``, for a new item."""
        start = self._line(self._start(node))
        before = self.text[start : self._start(node)]
        return " " if before.strip() or not start else self.newline + before

    def _above(self, at: int) -> int:
        """Return the start of the comment above the line at *at*; *at* if it is the first.

        The first comment of the text is about the whole file.
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
        """Return the end of a value; a block's own mark is after comments and blank lines."""
        if _is_block(node):
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        start, end = self._start(node), int(node.end_mark.index)
        return start + len(self.text[start:end].rstrip())


def _is_block(node: Node) -> bool:
    return isinstance(node.value, list) and not node.flow_style


def _like(node: Node, new: Data) -> str:
    """Return a new value in the quotes of the old one, if it needs no escapes there."""
    quote = getattr(node, "style", None)
    if isinstance(new, str) and quote in ("'", '"') and not set(new) & {quote, "\\"} and new.isprintable():
        return f"{quote}{new}{quote}"
    return flow(new)
