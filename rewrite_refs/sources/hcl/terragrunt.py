"""What a ``terragrunt.hcl`` gives to the variables of the module that it calls.

Only ``inputs`` are read, as they are written: Terragrunt has functions of its own, and
merges what other files say.  Source: the Terragrunt reference ("terraform block", "inputs").
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

    ``module`` is the last folder of its ``source``, empty where the file stands in the module itself.
    """

    module: str
    values: Mapping[str, Node]


def inputs(text: str) -> Inputs:
    """The inputs of a file; none where it is not valid HCL, which is Terragrunt's to say."""
    try:
        file = parse(text)
    except Broken:
        return Inputs("", {})
    sources = [each.attributes["source"] for each in file.blocks if "source" in each.attributes]
    source = written(sources[0]).strip('"').partition("?")[0] if sources else ""
    given = file.attributes.get("inputs")
    return Inputs(source.rstrip("/").rpartition("/")[2], dict(_values(given) if given else ()))


def _values(node: Node) -> Iterator[tuple[str, Node]]:
    """The elements of an object, or of those that are merged here."""
    inner = children(node)[0]
    if inner.type == "collection_value":
        for key, value in elements(inner.children[0]):
            yield written(key).strip('"'), value
    elif inner.type == "function_call":
        for arguments in (each for each in inner.children if each.type == "function_arguments"):
            for each in (each for each in arguments.children if each.type == "expression"):
                yield from _values(each)
