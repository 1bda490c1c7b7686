"""Escapes for text that a CI system or a terminal would take for a command.

CI systems read commands from the log of a job, and so from all output of a program there:

- GitHub: a line that begins with ``::``, after white space too, or has ``##[`` anywhere (actions/runner,
  ``src/Runner.Common/ActionCommand.cs``);
- Azure Pipelines: a line with ``##vso[`` or ``##[`` (azure-pipelines-agent, ``src/Agent.Sdk/Command.cs``);
- TeamCity: a line with ``##teamcity[`` (TeamCity documentation, "Service Messages");
- GitLab: ``section_start:TIME:NAME`` before a carriage return (GitLab Docs, "CI/CD job logs").

If a system finds a command only at some positions, all positions count here.  Characters without a width
are skipped, because the string comparison of .NET may ignore them.
"""

from __future__ import annotations

import re

from rewrite_refs.reports import visible

# Of DerivedCoreProperties.txt of Unicode, "Default_Ignorable_Code_Point".
_SILENT = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_BRACKET = re.compile(rf"(#[{_SILENT}]*#[{_SILENT}\w]*)\[")
_START = re.compile(rf"[\s{_SILENT}]*:[{_SILENT}]*:")
_SECTION = re.compile(r"(section_(?:start|end)):")
# Characters that move the cursor, end a line for some readers, or change the direction of writing.
# A carriage return before a newline is an ordinary end of line.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\r(?!\n)"
)


def line(text: str) -> str:
    r"""Return a line for people that is not a command.

    ``##[`` becomes ``##\x5b``, and ``./`` is put before a leading ``::``, which keeps a file name valid.
    """
    text = bracketed(text, r"\x5b")
    return f"./{text}" if is_start(text) else text


def bracketed(text: str, bracket: str) -> str:
    """Return *text* with *bracket* instead of each ``[`` that makes a line a command.

    *bracket* is the escape for ``[`` in the format of the text.
    """
    return _BRACKET.sub(lambda found: found[1] + bracket, text)


def is_start(text: str) -> bool:
    """Whether a line begins like a command of GitHub Actions."""
    return _START.match(text) is not None


def is_obeyed(text: str) -> bool:
    """Whether a text of many lines has commands of a CI system or a terminal."""
    patterns = (_BRACKET, _SECTION, _CONTROL)
    return any(each.search(text) for each in patterns) or any(map(is_start, text.splitlines()))


def tamed(text: str) -> str:
    """Return a text of many lines with all commands of CI and terminals escaped."""
    text = _CONTROL.sub(lambda found: visible(found[0]), text)
    text = _SECTION.sub(r"\1\\x3a", bracketed(text, r"\x5b"))
    lines = text.splitlines(keepends=True)
    return "".join(line.replace(":", r"\x3a", 1) if is_start(line) else line for line in lines)
