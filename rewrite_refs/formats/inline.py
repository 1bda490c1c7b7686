"""References inside strings: what is taken for one, and how sure of it we are.  For all formats.

A string says less than a key ``image`` does, so here, and here alone, looks decide.  Two things count:
whether the *name* of the string speaks of an image (``SIDECAR_IMAGE``, ``--reloader-image``), and what its
*value* is.

    the value                                      the name says image   is a part of one    says nothing
                                                   (ends in ``image``)   (``IMAGE_WEB``)
    ---------------------------------------------  --------------------  ------------------  ------------
    known registry, and tag or digest              taken                 taken               taken
    any registry, or an owner                      taken                 with a tag          -
    a tag or a digest, no slash                    taken                 if it is no port    -
    known registry, neither tag nor digest         taken                 ``--embedded``      ``--embedded``
    one bare word                                  ``--embedded``        -                   -

``-`` is nothing at all. A name with a word that makes it something else (``IMAGE_TAG``,
``--image-pull-policy``, ``IMAGE_REGISTRY``) says nothing. Booleans, numbers, URLs, paths, files and types
of media are no references, nor is what begins with a variable; ``quay.io/acme/web:$TAG`` is one.

In a longer text (a script, a list) only words that are references with a known registry are looked at:
taken with a tag or a digest, for ``--embedded`` without; and TOML's ``image = "ubuntu:22.04"``, of which
the name speaks, and which wants a tag or a known registry to be taken. A word ends at a blank, a quote, or
one of ``= , ; ( ) [ ] { }``, and may have ``docker://`` before it. Behind ``push``, ``sign``, ``--tag`` or
``--destination``, as the second word of ``copy`` and ``tag``, and in ``OUTPUT_IMAGE`` or ``TARGET_IMAGE`` it
is the repository's own image: nothing pulls it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from functools import cache

from rewrite_refs.images.hosts import ECR_HOST
from rewrite_refs.images.reference import InvalidReference, parse_partial
from rewrite_refs.text.chars import Chars
from rewrite_refs.text.spans import Occurrence, Piece
from rewrite_refs.yaml.references import PLACEHOLDER, is_not_a_reference

# A text with none of these, and no name that speaks of an image, holds nothing.
WORDS = (
    ".dkr",
    "azurecr.io",
    "cgr.dev",
    "docker.com",
    "docker.elastic.co",
    "docker.io",
    "ecr-public.aws.com",
    "gcr.io",
    "ghcr.io",
    "lscr.io",
    "mcr.microsoft.com",
    "nvcr.io",
    "pkg.dev",
    "public.ecr.aws",
    "quay.io",
    "redhat.com",
    "redhat.io",
    "registry.gitlab.com",
    "registry.k8s.io",
)
_HOST = (
    r"(?:(?:index\.|registry-1\.)?docker\.io|registry\.hub\.docker\.com|public\.ecr\.aws|ecr-public\.aws\.com"
    r"|quay\.io|registry\.k8s\.io|(?:[a-z0-9-]+\.)?gcr\.io|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.pkg\.dev|ghcr\.io"
    r"|registry\.gitlab\.com|[a-z0-9]+\.azurecr\.io|cgr\.dev|mcr\.microsoft\.com|nvcr\.io|docker\.elastic\.co"
    rf"|lscr\.io|registry\.(?:access|connect)\.redhat\.com|registry\.redhat\.io|{ECR_HOST.pattern})"
)
_HOLE = PLACEHOLDER.pattern
_PART = rf"(?:[a-z0-9._-]|{_HOLE})+"
_TAIL = rf"(?P<tag>:(?:[\w.-]|{_HOLE})*(?:\w|{_HOLE}))?(?P<digest>@(?:sha256:[0-9a-f]{{64}}|{_HOLE}))?"
_KNOWN = re.compile(rf"{_HOST}(?:/{_PART})+{_TAIL}", re.DOTALL)
# A word must begin at an edge and end at one; an escaped quote and an escaped newline are edges as well.
_WORD = re.compile(
    rf"(?:(?<=docker://)|(?<![^\s\"'`=,;(\[{{])){_KNOWN.pattern}(?=[\s\"'`,;)\]}}]|\\[nt\"'\r\n]|\Z)",
    re.DOTALL,
)

_WORDS_OF_NAMES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# With one of these behind it, the name speaks of something about an image, or of something around many.
_ABOUT = frozenset(
    """
    arch cache count credential credentials dir directory endpoint file files filter format gc hash
    height host id key keys kind list max mirror mirrors mode name namespace org owner path pattern
    platform policy port prefix project proxy pull quality regex registries registry repo repos
    repository secret secrets selected selection selector server service size stream streams suffix tag
    tags threshold time timeout token ttl type upload url user version width
    """.split()  # noqa: SIM905 - a list of fifty quoted words is no better
)
# And with one of these before it, of the disk of a machine, or of what a build puts there.
_OTHERS = frozenset({"ami", "boot", "cache", "cloud", "disk", "machine", "os", "vm"})
_REFERENCE = frozenset({"default", "digest", "fullname", "pullspec", "ref", "reference", "related", "uri"})
_NO_IMAGE = re.compile(
    r"(?i:true|false|yes|no|on|off|none|null|always|never|ifnotpresent|latest|[\d.:_-]+)"
    r"|(?:application|audio|font|image|multipart|text|video)/.*"
)
_PORT = re.compile(r"[^/]*:(?:80|\d{3,5})")
_PUSHED = "a push target of a build"
_PUSHING = frozenset({"destination", "dest", "t", "tag", "output", "push", "target", "to"})
# And before ``image`` in the name of a variable.
_PUSHED_TO = frozenset({"destination", "dest", "output", "push", "target"})
# What stands before a word that a command makes: anywhere behind these, or as the second of two.
_PUSHES = re.compile(
    r"(?:(?<![-\w./])(?:attest|commit|publish|push|sign)[ \t][^;|&\\]*"
    r"|(?<![-\w./])(?:copy|cp|tag)(?:[ \t]+-\S+)*[ \t]+[^\s-]\S*[ \t][^;|&\\]*"
    r"|(?:^|[\s\"'])(?:-t|--?(?:tag|destination|dest|output|target|push))[ \t=\"',]+(?:name=)?)"
    r"[\"']?(?:docker://)?\Z"
)
# As TOML has it; a shell takes no blanks there.
_ASSIGNED = re.compile(r'^[ \t]*(?P<name>[A-Za-z_]\w*)[ \t]+=[ \t]+"(?P<value>[^"\n]+)"', re.MULTILINE)
_CONTINUED = re.compile(r"\\\r?\n")
_FURTHEST = 300  # characters between a command and the image that it pushes; a line of JSON is endless


class NameHint(Enum):
    """How far the name of a string says that its value is an image."""

    IMAGE = "an image"
    PART = "something of an image, which may be the image itself"
    NOTHING = "nothing"


@cache
def hint_of(name: str) -> NameHint:
    """What a name says: of a variable, a flag, a key or a parameter."""
    words = [word.lower() for word in _WORDS_OF_NAMES.findall(name)]
    images = [at for at, word in enumerate(words) if word.endswith(("image", "images"))]
    if not images:
        return NameHint.NOTHING
    before, after = words[: images[-1]], words[images[-1] + 1 :]
    if not _ABOUT.isdisjoint(after) or not _OTHERS.isdisjoint(before):
        return NameHint.NOTHING
    if words[images[-1]].endswith("image") and all(word in _REFERENCE or word.isdecimal() for word in after):
        return NameHint.IMAGE
    return NameHint.IMAGE if words[0] == "related" else NameHint.PART


def is_push_target(name: str, before: str = "") -> bool:
    """Whether a flag or a variable, or else the command *before* it, says that something is pushed there."""
    if name.lstrip("-").lower() in _PUSHING:
        return True
    words = {word.lower() for word in _WORDS_OF_NAMES.findall(name)}
    if "image" in words:
        return not words.isdisjoint(_PUSHED_TO)
    return _PUSHES.search(before) is not None


def may_hold(text: str) -> bool:
    """Whether a text may hold a reference with a known registry."""
    return any(word in text for word in WORDS)


def is_known(value: str) -> bool:
    """Whether a value is a reference with a known registry and a tag or a digest, and nothing else."""
    known = _KNOWN.fullmatch(value.strip())
    return known is not None and bool(known["tag"] or known["digest"])


def in_text(chars: Chars) -> Iterator[Occurrence]:
    """The references that stand as words in a longer text, or that it assigns."""
    words = set()
    for found in _WORD.finditer(chars.text) if may_hold(chars.text) else ():
        own = _PUSHED if _PUSHES.search(_command(chars.text, found.start())) else None
        for each in _read(chars, *found.span(), embedded=not found["tag"] and not found["digest"], own=own):
            words.add(each.span)
            yield replace(each, by_host=True)
    yield from (each for each in in_assignments(chars) if each.span not in words)


def in_assignments(chars: Chars) -> Iterator[Occurrence]:
    """The references in lines of a text such as TOML's ``image = "ubuntu:22.04"``."""
    for found in _ASSIGNED.finditer(chars.text):
        if hint_of(found["name"]) is NameHint.IMAGE:
            for each in in_value(chars.slice(*found.span("value")), found["name"]):
                is_sure = ":" in each.text or _KNOWN.fullmatch(each.text)  # ``debian-cloud/debian-12``?
                yield replace(each, embedded=each.embedded or not is_sure)


def _command(text: str, end: int) -> str:
    """What stands before a place in its line, and in those that are continued by it."""
    before = _CONTINUED.sub(" ", text[max(end - _FURTHEST, 0) : end])
    return before[before.rfind("\n") + 1 :]


def in_value(chars: Chars, name: str, before: str = "") -> Iterator[Occurrence]:
    """The references in the value of something that has a *name*, perhaps with a command *before* it."""
    value = chars.text.strip()
    start = chars.text.find(value)
    end = start + len(value)
    known = _KNOWN.fullmatch(value)
    hint = hint_of(name)
    own = _PUSHED if is_push_target(name, before) else None
    if known:
        tagged = known["tag"] or known["digest"]
        for each in _read(chars, start, end, embedded=not tagged and hint is not NameHint.IMAGE, own=own):
            yield replace(each, by_host=not tagged or hint is NameHint.NOTHING)
    elif hint is NameHint.NOTHING or not _is_one_word(value):
        for each in in_text(chars):
            yield replace(each, own=each.own or own)
    elif (sure := _is_sure(value, hint)) is not None:
        yield from _read(chars, start, end, embedded=not sure, own=own)


def _is_one_word(value: str) -> bool:
    """Whether a value can be a name with a tag: it is no list, URL, path, number or the like."""
    return bool(value) and not (
        is_not_a_reference(value) or _NO_IMAGE.fullmatch(value) or PLACEHOLDER.match(value) or "=" in value
    )


def _is_sure(value: str, hint: NameHint) -> bool | None:
    """Whether a word without a known registry is an image; None where it is nothing."""
    tagged = ":" in value.rpartition("/")[2] or "@" in value
    if hint is NameHint.IMAGE:
        return tagged or "/" in value
    return True if tagged and not _PORT.fullmatch(value) else None


def _read(chars: Chars, start: int, end: int, embedded: bool, own: str | None) -> Iterator[Occurrence]:
    """The reference at *start* to *end*, unless it is none."""
    place = chars.span(start, end)
    if place is None:
        return
    pieces = tuple(_pieces(chars, start, end))
    occurrence = Occurrence(pieces, place, place, own=own, embedded=embedded)
    try:
        parse_partial(occurrence.text, occurrence.holes)
    except InvalidReference:
        return
    yield occurrence


def _pieces(chars: Chars, start: int, end: int) -> Iterator[Piece]:
    """The pieces of some characters; a placeholder is one of unknown value."""
    at = start
    for found in PLACEHOLDER.finditer(chars.text, start, end):
        yield from chars.slice(at, found.start()).pieces()
        yield Piece(found[0], chars.span(*found.span()), known=False)
        at = found.end()
    yield from chars.slice(at, end).pieces()
