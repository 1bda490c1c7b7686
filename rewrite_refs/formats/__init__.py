"""The formats, each a module that knows where references stand in one kind of file.

A format is a module with the names of ``Format``; its docstring is what a user
reads about it.  Adding one is a module, a line in ``FORMATS``, a folder of
fixtures, a row in README.md and in docs/found.md, and a run of docs/reference.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Protocol

from rewrite_refs.formats import compose, dockerfile, kubernetes, template
from rewrite_refs.formats import github_actions as githubactions
from rewrite_refs.formats import kustomize as kustomization
from rewrite_refs.formats.base import File
from rewrite_refs.formats.helm import chart as helmchart
from rewrite_refs.formats.helm import helmfile
from rewrite_refs.formats.helm import values as helmvalues
from rewrite_refs.text.outline import Token
from rewrite_refs.text.spans import Occurrence


class Format(Protocol):
    """What a format module offers."""

    @property
    def NAME(self) -> str:  # noqa: N802 - a module constant
        """The format's name in reports and in the configuration."""

    def candidate(self, path: PurePath) -> bool:
        """Whether a file can be of this format, from its path in the repository alone."""

    def claims(self, file: File, data: bytes) -> bool:
        """Whether a file is of this format, from where it stands and from its content."""

    def find(self, text: str) -> Iterator[Occurrence]:
        """The references of a text; raises ParseError last for what could not be read."""

    def outline(self, text: str) -> Iterable[Token]:
        """Everything that an edit must leave alone, in order."""


# The most particular first: the first that claims a file has it.
FORMATS: tuple[Format, ...] = (
    dockerfile,
    githubactions,
    kustomization,
    helmchart,
    helmvalues,
    template,
    helmfile,
    compose,
    kubernetes,
)
BY_NAME = {each.NAME: each for each in FORMATS}


def detect(file: File, data: bytes) -> Format | None:
    """The format of a file, or None where it shows the marks of none."""
    return next((each for each in FORMATS if each.claims(file, data)), None)
