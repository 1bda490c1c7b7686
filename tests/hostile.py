"""Names and texts that would be something else where they are shown, and what would obey them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping

# Of files; none has a slash, each can be the name of a Kubernetes manifest.
NAMES = (
    "::error::EVIL.yaml",
    "::error file=a,line=1::EVIL.yaml",
    "::set-output name=sarif::EVIL.yaml",
    "::add-mask::EVIL.yaml",
    "::stop-commands::EVIL.yaml",
    "  ::add-mask::EVIL.yaml",
    "\t::add-mask::EVIL.yaml",
    "\u00a0\u2003::add-mask::EVIL.yaml",
    "\u034f:\ufe0f:add-mask::EVIL.yaml",
    "a\n::add-mask::EVIL.yaml",
    "a\r::add-mask::EVIL.yaml",
    "a\r\n::add-mask::EVIL.yaml",
    "a\x0b::add-mask::EVIL.yaml",
    "a\x85::add-mask::EVIL.yaml",
    "a\u2028::add-mask::EVIL.yaml",
    "##[group]EVIL.yaml",
    "a ##[set-output name=sarif;]EVIL.yaml",
    "##vso[task.setvariable variable=PATH]EVIL.yaml",
    "#\u034f#vso\ufe0f[task.prependpath]EVIL.yaml",
    "##teamcity[setParameter name='a' value='EVIL'].yaml",
    "section_start:0:x\r\x1b[0KEVIL.yaml",
    "section_end:0:x\r.yaml",
    "\x1b[2J\x1b]0;EVIL\x07.yaml",
    "\x9b2J.yaml",
    "a\u202elmay.EVIL.yaml",
    "=cmd|' !A0.yaml",
    "<script>alert('EVIL')</script>.yaml".replace("/", "\u2215"),
    "]]>&amp;<!--.yaml",
    "![x](javascript:EVIL) [y](x) @root `z` | #1.yaml",
    os.fsdecode(b"\xff##[group]\xfe.yaml"),
    '"\\\x01\x7f.yaml',
)

# What references, values and comments hold; a line of a file each.
TEXTS = (
    *(name for name in NAMES if "\n" not in name and "\udcff" not in name),
    "%0A::add-mask::EVIL",
    "${{ github.token }} ##[command]EVIL",
    "##vso[task.logissue type=error]EVIL",
    "https://evil.example/##[group]",
)

_ENDS = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_STOPPED = re.compile(r"^::stop-commands::([0-9a-f]{32})\n.*?\n::\1::$", re.MULTILINE | re.DOTALL)
_SILENT = re.compile("[\u034f\u202a-\u202e\ufe0f]")


def obeyed(log: str, ours: tuple[str, ...] = ()) -> Iterator[str]:
    """The lines of a log that a CI system would take for a command; *ours* are commands that may be there.

    What stands between a ``::stop-commands::`` and its token is passed over, as the runner of GitHub does.
    """
    read = _STOPPED.sub("", log)
    for raw in _ENDS.split(read):
        line = _SILENT.sub("", raw).lstrip()
        command = re.match("::([^ :]+)[^:]*::", line)
        if not (command and command[1] in ours) and (line.startswith("::") or re.search(r"##\w*\[", line)):
            yield raw
    yield from re.findall("section_(?:start|end):[0-9]+:[^\r]*\r", read)


def raw(text: str) -> list[str]:
    """What a terminal obeys in a text."""
    return re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", text)


def manifest(*texts: str) -> str:
    """A manifest with *texts* as images, in comments and in lines of their own; it is no valid YAML."""
    head = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n"
    rows = (f"  - image: redis:7  # {text}\n  # {text}\n  {text}\n  - image: '{text}'\n" for text in texts)
    return head + "".join(rows)


def dockerfile(*texts: str) -> str:
    """A Dockerfile with *texts* in comments, lines of arguments, and images."""
    rows = (f"{text}\n# {text}\n   # {text}\nFROM redis:7\nRUN a \\\n   {text}\n" for text in texts)
    return "FROM node\n" + "".join(rows) + "".join(f"FROM ${{X:-{text}}}\n" for text in texts)


def files() -> Mapping[str, str]:
    """A manifest by each name, with all references in one that can be read, and all texts in others."""
    pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n  - image: redis:7\n"
    quoted = "".join(f"  - image: '${{X}}{text}'\n".replace("''", "'") for text in TEXTS if "'" not in text)
    return {
        **dict.fromkeys(NAMES, pod),
        **{f"{name[:-5]}-broken.yaml": f"{pod}x: '" for name in NAMES},
        "texts.yaml": manifest(*TEXTS),
        "readable.yaml": "".join(each for each in pod + quoted if each == "\n" or each.isprintable()),
        "Dockerfile": dockerfile(*TEXTS),
        **{
            f"{number}.dockerfile": f"# {text}\n   {text}\nFROM redis:7\n"
            for number, text in enumerate(TEXTS)
        },
        **{
            f"{number}/Dockerfile": f"FROM redis:7\n# {text}\nRUN a \\\n {text}\n"
            for number, text in enumerate(TEXTS)
        },
    }
