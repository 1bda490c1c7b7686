"""References inside strings: which strings count as references, in all formats.

A string is less certain than the value of a key ``image``, so here, and only here, the form decides.  Two
things matter: whether the *name* of the string is that of an image (``SIDECAR_IMAGE``,
``--reloader-image``), and the form of its *value*.

    the value                                      name of an image      contains ``image``  another name
                                                   (ends in ``image``)   (``IMAGE_WEB``)
    ---------------------------------------------  --------------------  ------------------  ------------
    known registry, and tag or digest              found                 found               found
    any registry, or an owner                      found                 with a tag          -
    a tag or a digest, no slash                    found                 unless a port       -
    known registry, neither tag nor digest         found                 ``--embedded``      ``--embedded``
    one bare word                                  ``--embedded``        -                   -

``-`` means: not a reference. A name with a word that gives it another meaning (``IMAGE_TAG``,
``--image-pull-policy``, ``IMAGE_REGISTRY``) counts as another name. Booleans, numbers, URLs, paths, files
and media types are not references. A value that begins with a variable is not one either, but
``quay.io/acme/web:$TAG`` is.

In a longer text (a script, a list) only words that are references with a known registry are considered:
with a tag or a digest they are found, without one only with ``--embedded``. In TOML's
``image = "ubuntu:22.04"`` the name is that of an image, and the value needs a tag or a known registry. A
word ends at a blank, a quote, or one of ``= , ; ( ) [ ] { }``, and can follow ``docker://``. After ``push``,
``sign``, ``--tag`` or ``--destination``, as the second word of ``copy`` and ``tag``, and in ``OUTPUT_IMAGE``
or ``TARGET_IMAGE`` it is an image that the repository itself makes: nothing pulls it.
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

# A text with none of these, and without the name of an image, contains no reference.
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
# A word must begin and end at a boundary; an escaped quote and an escaped newline are boundaries as well.
_WORD = re.compile(
    rf"(?:(?<=docker://)|(?<![^\s\"'`=,;(\[{{])){_KNOWN.pattern}(?=[\s\"'`,;)\]}}]|\\[nt\"'\r\n]|\Z)",
    re.DOTALL,
)

_WORDS_OF_NAMES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# A name in which one of these follows ``image`` is that of a property of an image, or of many images.
_ABOUT = frozenset(
    """
    arch cache count credential credentials dir directory endpoint file files filter format gc hash
    height host id key keys kind list max mirror mirrors mode name namespace org owner path pattern
    platform policy port prefix project proxy pull quality regex registries registry repo repos
    repository secret secrets selected selection selector server service size stream streams suffix tag
    tags threshold time timeout token ttl type upload url user version width
    """.split()  # noqa: SIM905 - a list of fifty quoted words is no better
)
# A name in which one of these precedes ``image`` is that of a disk image, or of an image that a build makes.
_OTHERS = frozenset({"ami", "boot", "cache", "cloud", "disk", "machine", "os", "vm"})
_REFERENCE = frozenset({"default", "digest", "fullname", "pullspec", "ref", "reference", "related", "uri"})
_NO_IMAGE = re.compile(
    r"(?i:true|false|yes|no|on|off|none|null|always|never|ifnotpresent|latest|[\d.:_-]+)"
    r"|(?:application|audio|font|image|multipart|text|video)/.*"
)
_PORT = re.compile(r"[^/]*:(?:80|\d{3,5})")
_PUSHED = "a push target of a build"
_PUSHING = frozenset({"destination", "dest", "t", "tag", "output", "push", "target", "to"})
# The words that mean the same before ``image`` in the name of a variable.
_PUSHED_TO = frozenset({"destination", "dest", "output", "push", "target"})
# What precedes an image that a command makes: anywhere after these, or as the second of two arguments.
_PUSHES = re.compile(
    r"(?:(?<![-\w./])(?:attest|commit|publish|push|sign)[ \t][^;|&\\]*"
    r"|(?<![-\w./])(?:copy|cp|tag)(?:[ \t]+-\S+)*[ \t]+[^\s-]\S*[ \t][^;|&\\]*"
    r"|(?:^|[\s\"'])(?:-t|--?(?:tag|destination|dest|output|target|push))[ \t=\"',]+(?:name=)?)"
    r"[\"']?(?:docker://)?\Z"
)
# An assignment of TOML; a shell does not allow the blanks.
_ASSIGNED = re.compile(r'^[ \t]*(?P<name>[A-Za-z_]\w*)[ \t]+=[ \t]+"(?P<value>[^"\n]+)"', re.MULTILINE)
_CONTINUED = re.compile(r"\\\r?\n")
_FURTHEST = 300  # characters between a command and the image that it pushes; a line of JSON can be very long


class NameHint(Enum):
    """What the name of a string indicates about its value."""

    IMAGE = "an image"
    PART = "something of an image, which may be the image itself"
    NOTHING = "nothing"


@cache
def hint_of(name: str) -> NameHint:
    """Return the hint in the name of a variable, flag, key or parameter."""
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
    """Whether a name, or the command *before* it, means that the image is pushed."""
    if name.lstrip("-").lower() in _PUSHING:
        return True
    words = {word.lower() for word in _WORDS_OF_NAMES.findall(name)}
    if "image" in words:
        return not words.isdisjoint(_PUSHED_TO)
    return _PUSHES.search(before) is not None


def may_hold(text: str) -> bool:
    """Whether a text may contain a reference with a known registry."""
    return any(word in text for word in WORDS)


def is_known(value: str) -> bool:
    """Whether a value is a reference with a known registry and a tag or a digest."""
    known = _KNOWN.fullmatch(value.strip())
    return known is not None and bool(known["tag"] or known["digest"])


def in_text(chars: Chars) -> Iterator[Occurrence]:
    """Yield the references that are words of a longer text, or values that it assigns."""
    words = set()
    for found in _WORD.finditer(chars.text) if may_hold(chars.text) else ():
        own = _PUSHED if _PUSHES.search(_command(chars.text, found.start())) else None
        for each in _read(chars, *found.span(), embedded=not found["tag"] and not found["digest"], own=own):
            words.add(each.span)
            yield replace(each, by_host=True)
    yield from (each for each in in_assignments(chars) if each.span not in words)


def in_assignments(chars: Chars) -> Iterator[Occurrence]:
    """Yield the references in assignments such as ``image = "ubuntu:22.04"`` (TOML)."""
    for found in _ASSIGNED.finditer(chars.text):
        if hint_of(found["name"]) is NameHint.IMAGE:
            for each in in_value(chars.slice(*found.span("value")), found["name"]):
                is_sure = ":" in each.text or _KNOWN.fullmatch(each.text)  # ``debian-cloud/debian-12``?
                yield replace(each, embedded=each.embedded or not is_sure)


def _command(text: str, end: int) -> str:
    """Return the text before an offset in its line and the lines it continues."""
    before = _CONTINUED.sub(" ", text[max(end - _FURTHEST, 0) : end])
    return before[before.rfind("\n") + 1 :]


def in_value(chars: Chars, name: str, before: str = "") -> Iterator[Occurrence]:
    """Yield the references in the value of something with a *name*.

    *before* is the text of a command that precedes the value, if any.
    """
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
    """Whether a value can be a name with a tag, and not a URL, path or number."""
    return bool(value) and not (
        is_not_a_reference(value) or _NO_IMAGE.fullmatch(value) or PLACEHOLDER.match(value) or "=" in value
    )


def _is_sure(value: str, hint: NameHint) -> bool | None:
    """Whether a word of no known registry is surely an image; None if it is not one."""
    tagged = ":" in value.rpartition("/")[2] or "@" in value
    if hint is NameHint.IMAGE:
        return tagged or "/" in value
    return True if tagged and not _PORT.fullmatch(value) else None


def _read(chars: Chars, start: int, end: int, embedded: bool, own: str | None) -> Iterator[Occurrence]:
    """Yield the reference from *start* to *end*, if it is a valid one."""
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
    """Yield the pieces of some characters; a placeholder is a piece of unknown value."""
    at = start
    for found in PLACEHOLDER.finditer(chars.text, start, end):
        yield from chars.slice(at, found.start()).pieces()
        yield Piece(found[0], chars.span(*found.span()), known=False)
        at = found.end()
    yield from chars.slice(at, end).pieces()
