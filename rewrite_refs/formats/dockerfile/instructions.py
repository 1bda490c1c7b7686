"""The parts of an instruction, with the checks of BuildKit's parser.

This follows ``frontend/dockerfile/instructions`` (``ParseInstruction`` and
``BFlags.Parse``) where it concerns images and stages: names of instructions,
flags, FROM, ONBUILD and mounts.  Arguments of other instructions (a duration of
HEALTHCHECK, the words of ENV) do not affect images, so only the build checks
them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rewrite_refs.formats.dockerfile.lines import Instruction, refuse, split_keyword
from rewrite_refs.formats.dockerfile.words import BLANKS, SPACES, split_flags, split_words
from rewrite_refs.text.chars import Chars

_BOOL, _ONE, _MANY = "bool", "one", "many"
_FLAGS: Mapping[str, Mapping[str, str]] = {
    "add": {
        "chown": _ONE, "chmod": _ONE, "link": _BOOL, "keep-git-dir": _BOOL,
        "checksum": _ONE, "unpack": _BOOL, "exclude": _MANY,
    },
    "copy": {
        "chown": _ONE, "from": _ONE, "chmod": _ONE, "link": _BOOL, "exclude": _MANY, "parents": _BOOL,
    },
    "from": {"platform": _ONE},
    "healthcheck": {
        "interval": _ONE, "timeout": _ONE, "start-period": _ONE, "start-interval": _ONE, "retries": _ONE,
    },
    "run": {"mount": _MANY, "network": _ONE, "security": _ONE, "device": _MANY},
}  # fmt: skip
_KEYWORDS = frozenset(_FLAGS) | {
    "arg", "cmd", "entrypoint", "env", "expose", "label", "maintainer", "onbuild", "shell", "stopsignal",
    "user", "volume", "workdir",
}  # fmt: skip
STAGE_NAME = re.compile(r"[a-z][a-z0-9-_.]*")


@dataclass(frozen=True, slots=True)
class Parsed:
    """An instruction in parts; ``args`` is the text after the flags, trimmed."""

    keyword: str
    flags: tuple[tuple[str, Chars], ...]
    args: Chars
    start: int  # index of the first argument in the logical line
    trigger: bool  # follows ONBUILD

    def words(self) -> list[Chars]:
        """Return the arguments, split at blanks."""
        words, at = [], 0
        for match in BLANKS.finditer(self.args.text):
            words.append(self.args.slice(at, match.start()))
            at = match.end()
        return [*words, self.args.slice(at, len(self.args))] if self.args.text else []

    def flag(self, name: str) -> list[Chars]:
        """Return the values of a flag, in order."""
        return [value for key, value in self.flags if key == name]


def parse(line: Instruction, escape: str) -> Parsed:
    """Parse an instruction; for ONBUILD, its trigger.

    Raises:
        ParseError: BuildKit's parser would reject the instruction.
    """
    lead = len(line.text) - len(line.text.lstrip(SPACES))
    try:
        outer = _parts(line, lead, escape, trigger=False)
        _check(outer, escape)
        if outer.keyword != "onbuild":
            return outer
        return _parts(line, outer.start, escape, trigger=True)
    except InvalidInstruction as refused:
        raise refuse(line.offset(min(lead, len(line.text))), str(refused)) from None


class InvalidInstruction(Exception):
    """BuildKit rejects an instruction; the message gives the reason."""


def _parts(line: Instruction, start: int, escape: str, trigger: bool) -> Parsed:
    """Parse the instruction that begins at index *start* of a logical line."""
    text = line.text.rstrip(SPACES)
    match = BLANKS.search(text, start)
    if not match:
        return Parsed(text[start:].lower(), (), Chars("", ()), len(text), trigger)
    keyword, rest = text[start : match.start()].lower(), match.end()
    indices, skip = split_flags(text[rest:], escape)
    flags = []
    for word in indices:
        chars = line.chars([rest + index for index in word])
        name, equals, _ = chars.text.partition("=")
        flags.append((name + equals, chars.slice(len(name) + len(equals), len(chars))))
    args = rest + skip
    args += len(text[args:]) - len(text[args:].lstrip(SPACES))
    parsed = Parsed(
        keyword,
        tuple((name.removeprefix("--").removesuffix("="), value) for name, value in flags),
        line.chars(range(args, len(text))),
        args,
        trigger,
    )
    if not trigger:
        _check_flags(keyword, parsed.args.text, flags)
    return parsed


def _check_flags(keyword: str, args: str, flags: Sequence[tuple[str, Chars]]) -> None:
    if keyword in ("arg", "stopsignal") or (keyword, args.lower()) == ("healthcheck", "none"):
        return
    allowed = _FLAGS.get(keyword, {})
    used: set[str] = set()
    for written, value in flags:
        name, given = written.removeprefix("--").removesuffix("="), written.endswith("=")
        kind = allowed.get(name)
        if keyword in _KEYWORDS and kind is None:
            raise InvalidInstruction(f"{keyword.upper()} has no flag --{name}")
        if name in used and kind != _MANY:
            raise InvalidInstruction(f"the flag --{name} is duplicated")
        used.add(name)
        if kind == _BOOL:
            if (given and not value.text) or value.text.lower() not in ("", "true", "false"):
                raise InvalidInstruction(f"the flag --{name} must be true or false")
        elif not given:
            raise InvalidInstruction(f"the flag --{name} has no value")


def _check(parsed: Parsed, escape: str) -> None:
    """Check an instruction, except its flags, as ``ParseInstruction`` does."""
    keyword = parsed.keyword
    if keyword not in _KEYWORDS:
        raise InvalidInstruction(f"unknown instruction {keyword.upper()!r}")
    if keyword == "arg" and any(word.startswith("=") for word in _words(parsed.args.text, escape)):
        raise InvalidInstruction("ARG has a blank name")
    check = _CHECKS.get(keyword)
    if check:
        check(parsed)


def _words(rest: str, escape: str) -> list[str]:
    return ["".join(rest[index] for index in word) for word in split_words(rest, escape)]


def _check_from(parsed: Parsed) -> None:
    words = [word.text for word in parsed.words()]
    if len(words) == 3 and words[1].lower() == "as":
        if not STAGE_NAME.fullmatch(words[2].lower()):
            raise InvalidInstruction(f"{words[2]!r} is not a valid stage name")
    elif len(words) != 1:
        raise InvalidInstruction("FROM takes one image, or an image and AS and a name")


def _check_onbuild(parsed: Parsed) -> None:
    trigger = split_keyword(parsed.args.text)[0]
    if trigger in ("onbuild", "maintainer", "from"):
        raise InvalidInstruction(f"{trigger.upper()} is not allowed after ONBUILD")


def _check_run(parsed: Parsed) -> None:
    for value in parsed.flag("mount"):
        for name, source in mount_options(value):
            if name == "from" and "$" in source.text[:-1]:
                raise InvalidInstruction(
                    "from= of a mount cannot contain a variable: name a stage for it instead"
                )


def mount_options(value: Chars) -> list[tuple[str, Chars]]:
    """Return the ``key=value`` fields of a ``--mount``, keys in lower case.

    Raises:
        InvalidInstruction: The value is not a valid line of CSV.
    """
    options = []
    for field in fields(value):
        key, equals, _ = field.text.partition("=")
        if equals:
            options.append((key.lower(), field.slice(len(key) + 1, len(field))))
    return options


def fields(value: Chars) -> list[Chars]:
    """Return the fields of a line of CSV.

    Raises:
        InvalidInstruction: The value is empty or its quotes are wrong.

    Source: go-csvvalue (RFC 4180, one line, strict about quotes).
    """
    result: list[Chars] = []
    text, at = value.text, 0
    if not text:
        raise InvalidInstruction("an empty list of options")
    while True:
        if text.startswith('"', at):
            indices: list[int] = []
            at += 1
            while True:
                if at >= len(text):
                    raise InvalidInstruction("a quote in a list of options is not closed")
                if text[at] != '"':
                    indices.append(at)
                elif text.startswith('""', at):
                    at += 1
                    indices.append(at)
                else:
                    break
                at += 1
            at += 1
            if at < len(text) and text[at] != ",":
                raise InvalidInstruction("a list of options continues after a quote")
            places = [value.places[index] for index in indices]
            result.append(Chars("".join(text[index] for index in indices), places))
        else:
            comma = text.find(",", at)
            stop = len(text) if comma < 0 else comma
            if '"' in text[at:stop]:
                raise InvalidInstruction("a quote inside a list of options")
            result.append(value.slice(at, stop))
            at = stop
        if at >= len(text):
            return result
        at += 1


_CHECKS = {"from": _check_from, "onbuild": _check_onbuild, "run": _check_run}
