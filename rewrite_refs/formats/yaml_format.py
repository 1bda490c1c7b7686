"""Factories for the ``find`` and ``outline`` functions of YAML formats."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator

from rewrite_refs.errors import ParseError, Problem
from rewrite_refs.text.outline import Token
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence
from rewrite_refs.yaml import tree
from rewrite_refs.yaml.outline import use as use_of
from rewrite_refs.yaml.tree import Node


def has_any(signs: Iterable[str]) -> Callable[[str], bool]:
    """Return a function that tests whether a document contains one of some *signs*."""
    signs = tuple(signs)
    return lambda document: any(sign in document for sign in signs)


def yaml_find(
    images: Callable[[str, Node], Iterable[Occurrence]],
    wanted: Callable[[str], bool],
    expected: Callable[[str], bool] = lambda document: True,
) -> Callable[[Source], Iterator[Occurrence]]:
    """Return the ``find`` of a format.

    Args:
        images: Yields the references of one document, in order, given the whole text and a root node;
            raises ParseError at the end for parts that cannot be read.
        wanted: Whether a document may contain references, by its text.
        expected: Whether a document that is not valid YAML is a problem, by its text.
    """

    def find(source: Source) -> Iterator[Occurrence]:
        problems: list[Problem] = []
        for root in tree.roots(source, wanted, expected, problems):
            try:
                yield from images(source.text, root)
            except ParseError as error:
                problems += error.problems
        if problems:
            raise ParseError(problems)

    return find


def yaml_outline(
    wanted: Callable[[str], bool], use: Callable[[str, str], Hashable] = use_of
) -> Callable[[Source], list[Token]]:
    """Return the ``outline`` of a format; *use* maps two keys to a string's use."""
    return lambda source: tree.outline(source, wanted, use)
