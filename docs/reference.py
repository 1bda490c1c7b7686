"""The pages ``rules.md`` and ``formats.md``, from the docstrings of the modules.

``generate.py`` writes them.
A docstring is a sentence, then paragraphs, lists and indented blocks.  A block with a line of dashes is a
table; in other blocks ``before:`` and ``after:`` (or another label of ``LABELS``) begin a part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import dedent

from rewrite_refs.formats import FORMATS, inline
from rewrite_refs.formats.compose import interpolation
from rewrite_refs.formats.kubernetes import gitops, strings, workflow_parameters
from rewrite_refs.formats.template import actions
from rewrite_refs.lint.registry import RULES, summary

LABELS = ("before", "after", "reference", "pull once")
# Modules shared by several formats, by the names that the manuals use.
SHARED = {
    "strings": strings,
    "embedded": inline,
    "workflows": workflow_parameters,
    "gitops": gitops,
    "interpolation": interpolation,
    "mask": actions,
}
_LABEL = re.compile(rf"({'|'.join(LABELS)}): +")
_MADE = "<!-- Generated from the docstrings in {}: change those, then run python -m tasks generate. -->"
_RULES = """\
# Rules of the check

Every finding of `rewrite-refs check` names one of these rules. `rewrite-refs rule NAME` prints the same
text. [Checking](check.md) explains how to choose rules, change their severity and ignore findings.
"""
_FORMATS = """\
# Formats

What each format finds, and what it leaves alone. The first format that matches a file reads it, by its path
first and by its content second; `formats` in the [configuration](configuration.md) assigns other files.
[What is found](found.md) is a summary, with the rules that all formats share.
"""


def pages() -> dict[str, str]:
    """Return the text of the pages, by path from the top of the repository."""
    return {"docs/rules.md": "\n".join(rules()), "docs/formats.md": "\n".join(formats())}


def rules() -> Iterator[str]:
    """Yield the lines of the rule reference."""
    yield _MADE.format("rewrite_refs/lint")
    yield ""
    yield _RULES
    yield "| rule | severity | checked | fixed by `rewrite-refs rewrite` |"
    yield "|---|---|---|---|"
    for rule in RULES:
        cells = (rule.SEVERITY, "always" if rule.ON else "if selected", "yes" if rule.FIXABLE else "no")
        yield f"| [`{rule.NAME}`](#{rule.NAME}) | {' | '.join(cells)} |"
    yield ""
    for rule in RULES:
        yield f"## {rule.NAME}\n"
        yield f"{markdown(summary(rule))}\n"
        selected = f"checked with `--select {rule.NAME}` or a severity in the configuration"
        checked = "always checked" if rule.ON else selected
        fixed = "fixed by `rewrite-refs rewrite`" if rule.FIXABLE else "to be fixed by hand"
        yield f"*{rule.SEVERITY}; {checked}; {fixed}*\n"
        yield from _body((rule.__doc__ or "").partition("\n")[2])


def formats() -> Iterator[str]:
    """Yield the lines of the format reference."""
    yield _MADE.format("rewrite_refs/formats")
    yield ""
    yield _FORMATS
    for each in FORMATS:
        yield f"## {each.name}\n"
        yield from _manual(each.manual.text)
    yield "## What formats have in common\n"
    for name, module in SHARED.items():
        yield f"### {name}\n"
        yield from _manual(module.__doc__)


def summaries() -> Iterator[str]:
    """Yield the table of README.md: what is rewritten in each format."""
    yield from ("| format | what is rewritten |", "|---|---|")
    for each in FORMATS:
        yield f"| `{each.name}` | {each.manual.summary} |"


def files() -> Iterator[str]:
    """Yield the table of found.md: the files of each format, and what is rewritten."""
    yield from ("| format | files | found and rewritten | reported, not rewritten |", "|---|---|---|---|")
    for each in FORMATS:
        manual = each.manual
        cells = (f"[`{each.name}`](formats.md#{each.name})", manual.files, manual.found, manual.reported)
        yield f"| {' | '.join(cells)} |"


def markdown(text: str) -> str:
    """Return a paragraph or list of a docstring as Markdown, with links to ``SHARED``."""
    text = re.sub(r"``(.+?)``", r"`\1`", re.sub(r"::$", ":", text), flags=re.DOTALL)
    return re.sub(rf"`({'|'.join(SHARED)})`", r"[\1](#\1)", text)


def _manual(docstring: str | None) -> Iterator[str]:
    """Yield a docstring as Markdown, its first sentence first."""
    first, _, rest = (docstring or "").partition("\n")
    yield f"{markdown(first)}\n"
    yield from _body(rest)


def _body(text: str) -> Iterator[str]:
    """Yield the blocks after a docstring's first sentence, each with an empty line."""
    for block in _blocks(dedent(text).strip("\n")):
        yield f"{block}\n"


def _blocks(text: str) -> Iterator[str]:
    """Yield the blocks of a text as Markdown: indented ones as tables or as code."""
    for block in re.split(r"\n\n(?=\S)|(?<=\S)\n\n(?= {4})", text):
        if not block.startswith("    "):
            yield markdown(block)
        elif rule := re.search(r"^ *(---+(?:  +---+)+)$", block, re.MULTILINE):
            yield "\n".join(_table(dedent(block).split("\n"), rule[1]))
        else:
            yield "\n\n".join(_code(dedent(block)))


def _table(lines: list[str], rule: str) -> Iterator[str]:
    """Yield a table, whose columns are at the dashes of *rule*.

    A line with an empty first cell continues the row before it.
    """
    starts = [match.start() for match in re.finditer("-+", rule)]
    spans = list(zip(starts, [*starts[1:], None], strict=True))
    rows: list[list[str]] = []
    for line in lines:
        cells = [line[start:end].strip() for start, end in spans]
        if line == rule:
            cells = ["---"] * len(spans)
        if rows and not cells[0]:
            cells = [" ".join(pair).strip() for pair in zip(rows.pop(), cells, strict=True)]
        rows.append(cells)
    for row in rows:
        yield markdown(f"| {' | '.join(row)} |")


def _code(block: str) -> Iterator[str]:
    """Yield an indented block as fenced code, each part below its label."""
    label, width, lines = "", 0, list[str]()
    for line in block.split("\n"):
        match = _LABEL.match(line)
        if match:
            if lines:
                yield _fence(label, lines)
            label, width, lines = match[1], match.end(), []
        lines.append(line[width:])
    yield _fence(label, lines)


def _fence(label: str, lines: list[str]) -> str:
    text = "\n".join(lines).rstrip()
    language = "dockerfile" if re.match(r"(?:ARG|FROM)\b|# syntax", text) else "yaml"
    if label not in ("before", "after") or re.search(r"(?<!\$){{", text):
        language = "text"
    head = f"{label.capitalize()}:\n\n" if label else ""
    return f"{head}```{language}\n{text}\n```"
