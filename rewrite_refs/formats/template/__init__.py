"""Templates of Helm, Go, Jinja and Mustache, and the ``%{ if }`` of Terraform.

    before:  image: "{{ .Values.image | default "quay.io/acme/web" }}:{{ .Values.tag }}"
    after:   image: "{{ .Values.image | default "<registry>/quay/acme/web" }}:{{ .Values.tag }}"

Files: ``*.yaml``, ``*.yml``, ``*.tpl`` and ``*.txt`` below a folder ``templates``; ``*.tmpl``, ``*.tpl``,
``*.j2``, ``*.jinja``, ``*.jinja2``, ``*.gotmpl`` and ``*.mustache``, except documentation; and any YAML file
that would be a manifest or a Compose file without its actions.

A YAML parser cannot read a template, so the actions are masked first (see ``mask``).  The result is nearly
always YAML, and is read as a manifest or a part of one, a Compose file, or Helm values.  In it

- ``image: docker.io/acme/web:{{ .Values.tag }}`` is rewritten, because the edited part contains no action;
- in an action with a literal (``default``, ``coalesce``, ``or``, ``ternary``, ``printf``, ``required``,
  ``quote``; Jinja's ``default``, ``or`` and ``if else``) the literal is rewritten in place, like that of
  ``${VAR:-default}`` in Compose;
- an ``if`` within the value is read branch by branch, and a key that is in several branches in each of them;
- if a reference begins with an action, it is reported with the source of its value
  (``.Values.image.repository``).

A document that is not valid YAML even then is read line by line, and so are most helpers and notes: only
lines of the form ``image: name`` count.  This is less certain, because the context of such a line is not
known; ``list`` marks each one.

In all other actions, a literal counts if it begins with a known registry and has a path
(``default "quay.io/acme/web"``, ``printf "quay.io/acme/web:%s" .tag``), or if it has a tag or a digest and is
assigned to a variable with the name of an image (``$image := "nginx:1.25"``).  Literals that are compared
(``eq``, ``hasPrefix``) are reported and not changed, and so is a registry alone (``default "docker.io"``),
because the image after it is decided elsewhere.

Not changed are comments, names of templates, arguments of ``trimPrefix`` or ``replace``, and, outside of
manifests, names without registry and tag (``image: disk``), except with ``--embedded``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from rewrite_refs.formats.base import File, Format, Manual
from rewrite_refs.formats.inline import WORDS
from rewrite_refs.formats.readers import Readers
from rewrite_refs.text.outline import Token
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence, Span
from rewrite_refs.yaml import tree

_ENDINGS = (".tmpl", ".tpl", ".j2", ".jinja", ".jinja2", ".gotmpl", ".mustache")
_YAML = (".yaml", ".yml")
_DOCUMENTATION = re.compile(r"\.(?:md|rst|adoc|html?)(?:\.|\Z)|\A(?:readme|changelog)\b", re.IGNORECASE)
_ACTIONS = (b"{{", b"{%")


def _accepts(others: Sequence[Format], file: File) -> bool:
    """Whether a file is a template; YAML outside ``templates`` needs another claim.

    That is, one of the *others* must claim it as well.
    """
    name = file.name.lower()
    if _DOCUMENTATION.search(name):
        return False
    if name.endswith(_ENDINGS):
        return True
    if not any(sign in file.data for sign in _ACTIONS):
        return False
    below = "templates" in file.path.parts[:-1]
    if not name.endswith(_YAML):
        return below
    if is_in_chart(file):
        return True
    if not below and not any(each.claims(file) for each in others):
        return False
    try:
        return is_no_yaml(file.source)
    except UnicodeDecodeError:
        return False


def is_in_chart(file: File) -> bool:
    """Whether Helm renders a file, so that it may contain actions even if it has none."""
    return file.chart and "templates" in file.path.parts[:-1]


def find(readers: Readers, source: Source) -> Iterator[Occurrence]:
    """Yield the image references of a template, in order."""
    from rewrite_refs.formats.template import documents, holes, literals

    text, template = source.text, source.once(documents.read)
    found = [
        each
        for document in template.documents
        if documents.has_signs(document.text)
        for occurrence in documents.in_document(document, readers)
        for each in holes.resolved(text, template.masked, occurrence)
    ]
    in_actions = list(literals.in_actions(text, template.masked, found))
    found = [each for each in found if not _is_made_of(each, in_actions)] + in_actions
    once = {(each.span, each.pieces): each for each in reversed(found)}
    yield from sorted(once.values(), key=lambda each: (each.span, _places(each)))


def _is_made_of(occurrence: Occurrence, literals: Iterable[Occurrence]) -> bool:
    """Whether a reference begins with an action that contains some *literals*."""
    first = occurrence.pieces[0]
    if first.known or first.span is None:
        return False
    return any(first.span.start < each.span.start < first.span.end for each in literals)


def _places(occurrence: Occurrence) -> list[Span]:
    return [piece.span for piece in occurrence.pieces if piece.span is not None]


def _outline(source: Source) -> Iterable[Token]:
    from rewrite_refs.formats.template.documents import outline

    return outline(source)


def is_no_yaml(source: Source) -> bool:
    """Whether a text is not valid YAML because of its actions."""
    return any(
        not document.is_readable
        for document in source.once(tree.documents)
        if any(sign in document.text for sign in ("{{", "{%"))
    )


_MANUAL = Manual(
    __doc__,
    files=(
        "`templates/**/*.yaml`, `templates/**/*.yml`, `templates/**/*.txt`; `*.tmpl`, `*.tpl`, `*.j2`, "
        "`*.jinja2`, `*.gotmpl`, `*.mustache`; manifests and Compose files in other `*.yaml` and `*.yml` that"
        " are YAML except for their `{{ }}` or `{% %}`"
    ),
    summary="literal registries and defaults in Helm templates, Go templates, Jinja and Mustache",
    found=(
        "images whose registry or first component is literal (`acme/web:{{ .Values.tag }}`); literals in "
        "`default`, `coalesce`, `or`, `ternary`, `printf` and Jinja's equivalents; in other actions, literals"
        " with a known registry and a path"
    ),
    reported=(
        "a registry or first component from an action, with the values key or the helper that it comes from; "
        'a registry alone (`default "docker.io"`); literals that are compared (`eq`, `hasPrefix`)'
    ),
)


def format_with(readers: Readers, others: Sequence[Format]) -> Format:
    """Return the format, which reads the masked text of a template with *readers*.

    A YAML file that one of the *others* claims is a template if its actions make it invalid YAML.
    """
    return Format(
        name="template",
        patterns=(
            *(f"*{ending}" for ending in (*_ENDINGS, *_YAML)),
            "**/templates/**/*.txt",
        ),
        signs=("mage", "MAGE", "repository", *WORDS),
        find=partial(find, readers),
        outline=_outline,
        manual=_MANUAL,
        accepts=partial(_accepts, others),
        templated=True,
    )
