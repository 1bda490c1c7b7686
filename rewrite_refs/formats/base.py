"""The type of a format: its name, its files, and how to find references."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import PurePath
from typing import Literal, NamedTuple

from rewrite_refs.errors import ParseError, Problem
from rewrite_refs.formats.variables import Variables
from rewrite_refs.text.outline import Token
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence

_MARKS = tuple(re.compile(rb"^[\"']?%s[\"']?[ \t]*:" % key, re.MULTILINE) for key in (b"apiVersion", b"kind"))
_GLOB = {"**/": r"(?:[^/]+/)*", "*": "[^/]*", "?": "[^/]"}


class File:
    """A file whose format is to be detected.

    Attributes:
        path: Its path from the root of the repository, if that is known.
        data: Its content.
        chart: Whether a ``Chart.yaml`` is in its folder or in a folder above.
    """

    def __init__(self, path: PurePath, data: bytes, chart: bool = False) -> None:
        self.path = path
        self.data = data
        self.chart = chart

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.name

    @cached_property
    def source(self) -> Source:
        """The decoded text.

        Raises:
            UnicodeDecodeError: The content is not UTF-8.
        """
        return Source(self.data.decode("utf-8"))

    @property
    def weight(self) -> int:
        """The bytes that it takes with all that was read from it, roughly."""
        source = self.__dict__.get("source")
        return len(self.data) + (source.weight if source else 0)


class Builds(NamedTuple):
    """Names that a build makes, which no upstream registry has.

    Attributes:
        images: Names of images.
        recipes: Names of images, each with the path of its Dockerfile relative to the folder of the file.
        contexts: Names of additional build contexts, which replace images in Dockerfiles only.
    """

    images: frozenset[str] = frozenset()
    recipes: frozenset[tuple[str, str]] = frozenset()
    contexts: frozenset[str] = frozenset()


class Manual(NamedTuple):
    """The manual of a format, from which its documentation is generated.

    Attributes:
        text: The docstring of its module: what is found, what is not changed and why, an example.
        files: Which files are read, in Markdown.
        summary: What is rewritten, in one line of Markdown.
        found: What is found and rewritten, in Markdown.
        reported: What is reported and not rewritten, in Markdown.
    """

    text: str | None
    files: str
    summary: str
    found: str
    reported: str = ""


@dataclass(frozen=True)
class Format:
    """A kind of file that contains image references.

    Properties of a format that other modules need are fields here, so that no module compares names.

    Attributes:
        name: The name in reports and in the configuration, such as ``github-actions``.
        patterns: Globs of the paths that can have this format, from the root of the repository and
            ignoring letter case; one without a slash matches in every folder.  The pre-commit hooks,
            the schema of the configuration and the documentation are generated from them.
        signs: Words for a cheap test before parsing: a file without any of them contains no reference.
            If there are none, every file passes.
        find: Yields the references of a text in order; raises ParseError at the end for parts that
            cannot be parsed.
        outline: Yields everything that an edit must not change, in order.
        manual: The manual for users.
        accepts: Decides by path and content where patterns and signs are not enough.
        comments: Whether an ignore comment can end a line, or needs a line of its own.
        syntax: ``yaml`` if the text must also be valid YAML after an edit.
        templated: Whether the text can contain template actions (``{{ }}``).
        manifest: Whether the documents are Kubernetes objects.
        kustomized: Whether the files belong to kustomize, or kustomize matches image names in them.
        layered: Whether the files are Helm values, which override those of a chart.
        recipe: Whether a build reads the file, so that names of build contexts apply in it.
        variables: How a registry can be written as a variable; None if the format has no variables.
        builds: Reads the names that a build makes; accepts text of any format and raises nothing.
    """

    name: str
    patterns: tuple[str, ...]
    signs: tuple[str, ...]
    find: Callable[[Source], Iterator[Occurrence]]
    outline: Callable[[Source], Iterable[Token]]
    manual: Manual
    accepts: Callable[[File], bool] = lambda file: True
    comments: Literal["inline", "own-line"] = "inline"
    syntax: Literal["yaml", "other"] = "other"
    templated: bool = False
    manifest: bool = False
    kustomized: bool = False
    layered: bool = False
    recipe: bool = False
    variables: Variables | None = None
    builds: Callable[[Source], Builds] | None = None

    def found(self, source: Source) -> tuple[Sequence[Occurrence], tuple[Problem, ...]]:
        """Return the references of a text, in order, and what cannot be read of it; looked for once."""
        return source.derived(_Finder(self.find))

    def candidate(self, path: PurePath) -> bool:
        """Whether a file can have this format, by its path alone."""
        return path_regex(self.patterns).fullmatch(path.as_posix()) is not None

    def claims(self, file: File) -> bool:
        """Whether a file has this format and may contain references."""
        return self.candidate(file.path) and self._has_sign(file.data) and self.accepts(file)

    def _has_sign(self, data: bytes) -> bool:
        return not self.signs or any(sign.encode() in data for sign in self.signs)


@dataclass(frozen=True, slots=True)
class _Finder:
    """Finds all references of a text and what cannot be read of it; for ``Source.derived``."""

    find: Callable[[Source], Iterator[Occurrence]]

    def __call__(self, source: Source) -> tuple[Sequence[Occurrence], tuple[Problem, ...]]:
        found: list[Occurrence] = []
        try:
            for occurrence in self.find(source):
                found.append(occurrence)  # noqa: PERF402 - extend() need not keep what came before an error
        except ParseError as error:
            return tuple(found), error.problems
        return tuple(found), ()


@cache
def path_regex(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return one regular expression that matches whole paths as some globs do."""
    parts = []
    for glob in patterns:
        glob = glob if "/" in glob else f"**/{glob}"
        parts.append(re.sub(r"\*\*/|[*?]|[^*?]+", lambda m: _GLOB.get(m[0]) or re.escape(m[0]), glob))
    return re.compile("|".join(parts), re.IGNORECASE | re.DOTALL)


def is_manifest(data: bytes) -> bool:
    """Whether a file has the keys of a Kubernetes manifest, which that format claims."""
    return all(mark.search(data) for mark in _MARKS)
