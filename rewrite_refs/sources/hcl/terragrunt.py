"""The values that a ``terragrunt.hcl`` sets for the variables of a module.

Only ``inputs`` are read, as they are written: Terragrunt has functions of its own, and
merges the contents of other files.  Source: the Terragrunt reference ("terraform block", "inputs").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from rewrite_refs.sources.hcl.blocks import Broken, children, elements, parse, written

if TYPE_CHECKING:
    from tree_sitter import Node

FILE = "terragrunt.hcl"


class Inputs(NamedTuple):
    """The values for the variables of a module.

    ``module`` is the last folder of its ``source``, empty if the file is in the module's own folder.
    """

    module: str
    values: Mapping[str, Node]


def inputs(text: str) -> Inputs:
    """Return the inputs of a file; none if it is not valid, which Terragrunt reports."""
    try:
        file = parse(text)
    except Broken:
        return Inputs("", {})
    sources = [each.attributes["source"] for each in file.blocks if "source" in each.attributes]
    source = written(sources[0]).strip('"').partition("?")[0] if sources else ""
    given = file.attributes.get("inputs")
    return Inputs(source.rstrip("/").rpartition("/")[2], dict(_values(given) if given else ()))


def _values(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield the elements of an object, or of the objects in a call such as ``merge``."""
    inner = children(node)[0]
    if inner.type == "collection_value":
        for key, value in elements(inner.children[0]):
            yield written(key).strip('"'), value
    elif inner.type == "function_call":
        for arguments in (each for each in inner.children if each.type == "function_arguments"):
            for each in (each for each in arguments.children if each.type == "expression"):
                yield from _values(each)
