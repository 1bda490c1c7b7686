"""What several tests need: the rules of the examples, and the properties that hold for every format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath

from hypothesis import strategies as st

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.rule import make_rule
from rewrite_refs.engine import rewrite as engine
from rewrite_refs.engine.context import FileContext
from rewrite_refs.engine.rewrite import Judge, Resolution, Result
from rewrite_refs.engine.style import Style
from rewrite_refs.errors import ParseError, Problem
from rewrite_refs.formats.base import File, Format
from rewrite_refs.repository.options import RunOptions
from rewrite_refs.repository.workspace import Workspace
from rewrite_refs.text.edits import edits_for, splice
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence

HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
RULES = RuleSet(
    HOST,
    (
        make_rule("docker.io", "docker-hub"),
        make_rule("quay.io", "quay"),
        make_rule("ghcr.io", "github"),
        make_rule("registry.k8s.io", "kubernetes"),
        make_rule("public.ecr.aws", "ecr-public"),
    ),
)
HUB = f"{HOST}/docker-hub"
LIBRARY = f"{HUB}/library"


def workspace(
    root: Path,
    rules: RuleSet = RULES,
    exclude: tuple[str, ...] = (),
    embedded: bool = False,
    config: Path | None = None,
    is_repository: bool = True,
) -> Workspace:
    """The files below a folder, judged by some rules."""
    options = RunOptions(
        rules.registry,
        rules.rules,
        exclude,
        embedded,
        config,
        no_config=config is None,
        direction=type(rules),
    )
    return Workspace(root, root, root if is_repository else None, options)


def context_of(format: Format, style: Style | None = None) -> FileContext:
    """What holds for a file of a format, of which no more is known."""
    return FileContext(Path("/x"), Path("/"), format, RULES, style or Style())


def rewrite(text: str, format: Format, judge: Judge) -> Result:
    """Rewrite a text, literally."""
    return engine.rewrite(Source(text), context_of(format), judge)


def inspect(text: str, format: Format, judge: Judge) -> tuple[list[Resolution], tuple[Problem, ...]]:
    """Every reference of a text with its verdict, and what could not be read."""
    return engine.inspect(Source(text), context_of(format), judge)


def claims(format: Format, path: str, data: bytes, chart: bool = False) -> bool:
    """Whether a file is of a format."""
    return format.claims(File(PurePath(path), data, chart))


def occurrences(text: str, format: Format) -> list[Occurrence]:
    """The references of a text that has no problems."""
    return list(format.find(Source(text)))


def rewritten(text: str, format: Format, rules: RuleSet = RULES) -> Result:
    """Rewrite a text by the rules of the examples."""
    return rewrite(text, format, rules.judge)


def found(text: str, format: Format) -> list[tuple[str, str]]:
    """Status and text of every reference of a text that has no problems."""
    resolutions, problems = inspect(text, format, RULES.judge)
    assert not problems
    return [(resolution.verdict.status, resolution.occurrence.text) for resolution in resolutions]


def read(text: str, format: Format) -> tuple[list[Occurrence], Sequence[Problem]]:
    """What ``find`` yields, and what it raises in the end."""
    found: list[Occurrence] = []
    try:
        found.extend(format.find(Source(text)))
    except ParseError as error:
        return found, error.problems
    return found, ()


def assert_properties(text: str, format: Format) -> Result:
    """What must hold for every text, whatever is in it; its rewriting."""
    found, problems = read(text, format)
    assert all(0 <= problem.offset <= len(text) for problem in problems)
    for occurrence in found:
        assert 0 <= occurrence.span.start <= occurrence.span.end <= len(text)
        for piece in occurrence.pieces:
            if piece.verbatim and piece.span and piece.known:
                assert text[slice(*piece.span)] == piece.text
    result = rewritten(text, format)
    again = rewritten(result.text, format)
    assert again.text == result.text
    assert [each.occurrence.text for each in again.resolutions] == [
        each.verdict.target if each.done else each.occurrence.text for each in result.resolutions
    ]
    assert all(each.done or each.verdict.reason for each in result.resolutions if each.verdict.target)
    return result


def assert_spliced(text: str, result: Result) -> None:
    """Nothing but the planned edits makes the difference."""
    edits = {
        edit
        for resolution in result.resolutions
        if resolution.done
        for edit in edits_for(text, resolution.occurrence, resolution.verdict.changes)
    }
    assert splice(text, sorted(edits)) == result.text


_PARTS = [
    "\n",
    "\r\n",
    "\t",
    " ",
    "---\n",
    "\ufeff",
    "'",
    '"',
    ":",
    ": ",
    "- ",
    "*i",
    "&i ",
    "[",
    "}",
    "|",
    "é",
]


@st.composite
def mutations(draw: st.DrawFn, texts: Sequence[str], parts: Sequence[str]) -> str:
    """Some of the YAML documents *texts* in a row, with characters replaced, also by *parts*."""
    text = "---\n".join(draw(st.lists(st.sampled_from(texts), min_size=1, max_size=3)))
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from([*_PARTS, *parts])) + text[at + draw(st.integers(0, 3)) :]
    return text
