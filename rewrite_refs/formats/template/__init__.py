"""Templates: Helm's ``templates/``, and Go templates, Jinja, Mustache and ``%{ if }`` in files anywhere.

    before:  image: "{{ .Values.image | default "quay.io/acme/web" }}:{{ .Values.tag }}"
    after:   image: "{{ .Values.image | default "<registry>/quay/acme/web" }}:{{ .Values.tag }}"

Files: ``*.yaml``, ``*.yml``, ``*.tpl`` and ``*.txt`` below a folder ``templates``; ``*.tmpl``, ``*.tpl``,
``*.j2``, ``*.jinja``, ``*.jinja2``, ``*.gotmpl`` and ``*.mustache``, but for documentation; and any YAML file
that would be a manifest or a Compose file, were it not for its actions.

No YAML parser takes a template, so the actions are masked first (see ``mask``).  What is left of nearly every
one is YAML, and is read as what it is: a manifest or a part of one, a Compose file, or Helm values.  In it

- ``image: docker.io/acme/web:{{ .Values.tag }}`` is rewritten, for no action stands in the edited part;
- of an action with a literal (``default``, ``coalesce``, ``or``, ``ternary``, ``printf``, ``required``,
  ``quote``; Jinja's ``default``, ``or`` and ``if else``) the literal is rewritten where it stands, as that of
  ``${VAR:-default}`` is in Compose;
- an ``if`` within the value is read branch by branch, and a key that stands in several branches in each;
- where the head is an action, the reference is reported with what feeds it (``.Values.image.repository``).

A document that is no YAML even then is read line by line, and so are most helpers and notes: of these only
lines that are plainly ``image: name`` count.  That is less sure, for where such a line stands is not known;
``list`` says so of each.

In all other actions a literal counts that begins with a known registry and has a path
(``default "quay.io/acme/web"``, ``printf "quay.io/acme/web:%s" .tag``), and one with a tag or a digest in
what a variable is set to that is called an image (``$image := "nginx:1.25"``).  What is compared (``eq``,
``hasPrefix``) is reported and left, and so is a registry alone (``default "docker.io"``), for what is put
behind it is decided elsewhere.

Left alone are comments, names of templates, what ``trimPrefix`` or ``replace`` are given, and, outside of
manifests, names without registry and tag (``image: disk``), but for ``--embedded``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from rewrite_refs.formats import compose, kubernetes
from rewrite_refs.formats.base import File
from rewrite_refs.text.outline import Token
from rewrite_refs.text.spans import Occurrence, Span
from rewrite_refs.yaml import tree as yamltree

NAME = "template"

_ENDINGS = (".tmpl", ".tpl", ".j2", ".jinja", ".jinja2", ".gotmpl", ".mustache")
_BELOW_TEMPLATES = (".yaml", ".yml", ".tpl", ".txt")
_YAML = (".yaml", ".yml")
_DOCUMENTATION = re.compile(r"\.(?:md|rst|adoc|html?)(?:\.|\Z)|\A(?:readme|changelog)\b", re.IGNORECASE)
_ACTIONS = (b"{{", b"{%")


def candidate(path: PurePath) -> bool:
    """Whether a file can be a template, from its name."""
    name = path.name.lower()
    return name.endswith((*_ENDINGS, *_YAML)) or (
        "templates" in path.parts[:-1] and name.endswith(_BELOW_TEMPLATES)
    )


def claims(file: File, data: bytes) -> bool:
    """Whether a file is a template in which images may be named."""
    name = file.name.lower()
    if not candidate(file.path) or _DOCUMENTATION.search(name):
        return False
    actions = any(sign in data for sign in _ACTIONS)
    if name.endswith(_ENDINGS):
        return _may_hold(data)
    if not actions or not _may_hold(data):
        return False
    below = "templates" in file.path.parts[:-1]
    if is_in_chart(file) or (below and not name.endswith(_YAML)):
        return True
    if not below and not (compose.claims(file, data) or kubernetes.claims(file, data)):
        return False
    try:
        return is_no_yaml(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def is_in_chart(file: File) -> bool:
    """Whether Helm renders a file, so that an action may stand in it even where none does yet."""
    return file.chart and "templates" in file.path.parts[:-1]


def find(text: str) -> Iterator[Occurrence]:
    """The image references of a template, in order."""
    from rewrite_refs.formats.template import documents as templateread
    from rewrite_refs.formats.template import holes as templateholes
    from rewrite_refs.formats.template import literals as templateliterals
    from rewrite_refs.formats.template.actions import masked

    template = masked(text)
    readable = templateread.readable(template)
    found = [
        each
        for span in yamltree.split(readable)
        if templateread.wanted(readable[span.start : span.end])
        for occurrence in templateread.in_document(readable, span)
        for each in templateholes.resolved(text, template, occurrence)
    ]
    literals = list(templateliterals.in_actions(text, template, found))
    found = [each for each in found if not _is_made_of(each, literals)] + literals
    once = {(each.span, each.pieces): each for each in reversed(found)}
    yield from sorted(once.values(), key=lambda each: (each.span, _places(each)))


def _is_made_of(occurrence: Occurrence, literals: Iterable[Occurrence]) -> bool:
    """Whether a reference begins with an action of which no more is known than the literals in it."""
    first = occurrence.pieces[0]
    if first.known or first.span is None:
        return False
    return any(first.span.start < each.span.start < first.span.end for each in literals)


def _places(occurrence: Occurrence) -> list[Span]:
    return [piece.span for piece in occurrence.pieces if piece.span is not None]


def outline(text: str) -> Iterable[Token]:
    """The YAML around the actions, and the actions, in order."""
    from rewrite_refs.formats.template import documents as templateread
    from rewrite_refs.formats.template.actions import masked

    return templateread.outline(text, masked(text))


def _may_hold(data: bytes) -> bool:
    from rewrite_refs.formats.inline import WORDS

    return any(word in data for word in (b"mage", b"MAGE", b"repository")) or any(
        word.encode() in data for word in WORDS
    )


def is_no_yaml(text: str) -> bool:
    """Whether a text cannot be read as it is, for its actions."""
    from rewrite_refs.formats.template.documents import parsed

    return any(
        parsed(text, span) is None
        for span in yamltree.split(text)
        if any(sign in text[span.start : span.end] for sign in ("{{", "{%"))
    )
