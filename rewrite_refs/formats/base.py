"""What a format is: a name, the files that it reads, and where references are in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import PurePath
from typing import Literal, NamedTuple

from rewrite_refs.formats.variables import Variables
from rewrite_refs.text.outline import Token
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence

_MARKS = tuple(re.compile(rb"^[\"']?%s[\"']?[ \t]*:" % key, re.MULTILINE) for key in (b"apiVersion", b"kind"))
_GLOB = {"**/": r"(?:[^/]+/)*", "*": "[^/]*", "?": "[^/]"}


class File:
    """A file as the formats are asked about it.

    Attributes:
        path: Its path from the root of the repository, where that is known.
        data: Its content.
        chart: Whether a ``Chart.yaml`` is beside it or above it.
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
        """The text, decoded once.  Raises UnicodeDecodeError where the content is not UTF-8."""
        return Source(self.data.decode("utf-8"))


class Builds(NamedTuple):
    """Names that a build makes, which no registry upstream has.

    Attributes:
        images: Names of images.
        recipes: Names of images, each with the path of its Dockerfile from the folder of the file.
        contexts: Names of additional contexts, which stand for images in Dockerfiles alone.
    """

    images: frozenset[str] = frozenset()
    recipes: frozenset[tuple[str, str]] = frozenset()
    contexts: frozenset[str] = frozenset()


class Manual(NamedTuple):
    """What users read about a format; the pages and tables of the documentation are made from it.

    Attributes:
        text: The docstring of its module: what is found, what is left alone and why, an example.
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
    """A kind of file that holds image references.

    What others need to know of a kind of file is a field here, so that none of them asks for a name.

    Attributes:
        name: The name in reports and in the configuration, such as ``github-actions``.
        patterns: Globs of the paths that can be of this format, from the root of the repository and
            without regard to letter case; one without a slash matches in every folder.  The pre-commit
            hooks, the schema of the configuration and the documentation are made from them.
        signs: Words of which a file has one, or it holds no reference: the cheap test before parsing.
            Without any, every file passes.
        find: Yields the references of a text in order; raises ParseError last for what cannot be parsed.
        outline: Yields everything that an edit must not change, in order.
        manual: What users read about it.
        accepts: Decides from the file's place and content where pattern and sign are not enough.
        comments: Whether an ignore comment can end a line, or needs a line of its own.
        syntax: ``yaml`` where the text has to be valid YAML after an edit as well.
        templated: Whether actions of a template (``{{ }}``) are part of the text.
        manifest: Whether the documents are objects of Kubernetes.
        kustomized: Whether kustomize matches names in files of this format, or they are its own.
        layered: Whether such files are values, which Helm lays over those of a chart.
        recipe: Whether a build reads the file, so that the names of build contexts count in it.
        variables: How a registry can be written as a variable; None where there are no variables.
        builds: Reads the names that a build makes, whatever the format of the text; raises nothing.
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

    def candidate(self, path: PurePath) -> bool:
        """Whether a file can be of this format, judging by its path alone."""
        return path_regex(self.patterns).fullmatch(path.as_posix()) is not None

    def claims(self, file: File) -> bool:
        """Whether a file is of this format and may hold references."""
        return self.candidate(file.path) and self._has_sign(file.data) and self.accepts(file)

    def _has_sign(self, data: bytes) -> bool:
        return not self.signs or any(sign.encode() in data for sign in self.signs)


@cache
def path_regex(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """The paths that some globs match, as one regular expression for the whole path."""
    parts = []
    for glob in patterns:
        glob = glob if "/" in glob else f"**/{glob}"
        parts.append(re.sub(r"\*\*/|[*?]|[^*?]+", lambda m: _GLOB.get(m[0]) or re.escape(m[0]), glob))
    return re.compile("|".join(parts), re.IGNORECASE | re.DOTALL)


def is_manifest(data: bytes) -> bool:
    """Whether a file has the marks of a Kubernetes manifest, and is for that format to claim."""
    return all(mark.search(data) for mark in _MARKS)
