"""The YAML of a configuration as nodes, within limits; errors quote nothing of it.

A configuration may be the file of a stranger, and a file that it extends may not be a
configuration at all: a message has only the line and the kind of the problem.
"""

from __future__ import annotations

import re
import warnings
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.reader import ReaderError

# Nodes; those of an alias count each time it is used.  ruamel.yaml needs about 70 microseconds for one.
MAX_NODES = 50_000
_VALUE = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""  # as repr() writes a text
# ruamel.yaml writes some of the values as tuples.
_FOUND = re.compile(rf",? but (?:found|got) \(?(?:{_VALUE})(?:,\))?")
_KIND = re.compile(r"'<[a-z ]+>'")
_QUOTED = re.compile(rf" (?!'\\t')(?:{_VALUE})")


class Invalid(Exception):
    """A text is not YAML or too large; ``line`` is from 1, the problem quotes no text."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


class _TooMuch(Exception):
    """A text has more nodes than a configuration needs."""


class _Composer(Composer):
    """Counts nodes, so that length or nested aliases cannot use up time and memory."""

    count = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self.sizes: dict[int, int] = getattr(self, "sizes", {})
        is_alias, before = self.parser.check_event(AliasEvent), self.count
        self.count += 1
        if self.count > MAX_NODES:
            raise _TooMuch
        node = super().compose_node(parent, index)
        if is_alias:
            self.count += self.sizes.get(id(node), 0)  # an alias to an enclosing node adds nothing
        else:
            self.sizes[id(node)] = self.count - before
        return node


def compose(text: str) -> Any:
    """Return the root node of a YAML text; None for an empty text.

    Raises:
        Invalid: The text is not valid YAML, or has more than ``MAX_NODES`` nodes.
    """
    parser = YAML(typ="safe", pure=True)
    parser.Composer = _Composer
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # one about anchors quotes lines of the text
            return parser.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, problem = (mark.line + 1 if mark else 1), error.problem or ""
        if "chomping" in problem:
            problem = "a text that begins with > or | must be quoted"
    except ReaderError as error:
        line, problem = text.count("\n", 0, error.position) + 1, "it has a character that YAML does not allow"
    except RecursionError:
        line, problem = 1, "it is nested too deeply"
    except _TooMuch:
        line, problem = 1, f"it has more than {MAX_NODES:,} values"
    except Exception:  # such as the OverflowError of an invalid escape: its message may quote the text
        line, problem = 1, "it cannot be parsed"
    raise Invalid(line, without_values(problem)) from None


def without_values(problem: str) -> str:
    """Return a YAML parser's problem without the quoted parts of the text."""
    problem = _FOUND.sub(
        lambda match: "".join(f", but found {each}" for each in _KIND.findall(match[0])), problem
    )
    return problem if "expected " in problem else _QUOTED.sub("", problem)
