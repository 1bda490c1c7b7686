"""Helmfile: ``helmfile.yaml``, ``helmfile-*.yaml`` and the files of ``helmfile.d/``.

    before: set: [{name: image.repository, value: quay.io/acme/web}]
    after:  set: [{name: image.repository, value: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/quay/acme/web}]

What is found, by the rules of Helm values:

- ``values`` of a release, of a release template, of an environment and of the file, as far as they stand
  in it;
- ``set``, ``setString`` and ``setTemplate``, the settings of one release together;
- ``strategicMergePatches`` and ``jsonPatches`` of a release, as in a kustomization.

What is left alone: files of values, which are named here and stand elsewhere; charts and their
repositories, also at ``oci://``; hooks. A file with actions that no parser of YAML takes (``{{ range }}``)
is read as a template.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from rewrite_refs.errors import ParseError, Problem
from rewrite_refs.formats import kubernetes
from rewrite_refs.formats.base import File
from rewrite_refs.formats.helm import set_flags as dotted
from rewrite_refs.formats.kubernetes import gitops, strings
from rewrite_refs.text.outline import Token
from rewrite_refs.text.spans import Occurrence
from rewrite_refs.yaml import tree as yamltree
from rewrite_refs.yaml.outline import in_order, outlined
from rewrite_refs.yaml.tree import Mapping, Node, fields, items

NAME = "helmfile"

_FILE = re.compile(r"helmfile(?:[-_.].*)?\.ya?ml")
_SETTINGS = ("set", "setString", "setTemplate")
_SIGNS = ("image", "Image", "IMAGE", "repository", "hub")


def candidate(path: PurePath) -> bool:
    """Whether a file is one of Helmfile, from its path."""
    return _FILE.fullmatch(path.name) is not None or (
        path.parent.name == "helmfile.d" and path.suffix in (".yaml", ".yml")
    )


def claims(file: File, data: bytes) -> bool:
    """Whether a file is one of Helmfile in which images may be named."""
    return candidate(file.path) and any(sign.encode() in data for sign in _SIGNS)


def find(text: str) -> Iterator[Occurrence]:
    """The image references of a text, in order; raises ParseError last for documents that are broken."""
    problems: list[Problem] = []
    found: list[Occurrence] = []
    for root in yamltree.roots(text, _wanted, lambda document: True, problems):
        found += in_document(text, root)
    yield from in_order(found)
    if problems:
        raise ParseError(problems)


def outline(text: str) -> Iterable[Token]:
    """Everything that an edit must leave alone, in order."""
    return outlined(text, _wanted)


def _wanted(document: str) -> bool:
    return any(sign in document for sign in _SIGNS)


def in_document(text: str, root: Node) -> Iterator[Occurrence]:
    """The images of one document, some of them twice."""
    top = fields(root)
    yield from _values(text, top.get("values"))
    for environment in fields(top.get("environments")).values():
        yield from _values(text, fields(environment).get("values"))
    for release in [*items(top.get("releases")), *fields(top.get("templates")).values()]:
        values = fields(release)
        yield from _values(text, values.get("values"))
        for key in _SETTINGS:
            yield from strings.in_values(text, dotted.as_values(values.get(key)))
        yield from _patches(text, values)


def _values(text: str, node: Node | None) -> Iterator[Occurrence]:
    """The images of the values in a list; the rest of it are names of files."""
    for each in items(node):
        if isinstance(each, Mapping):
            yield from strings.in_values(text, each)


def _patches(text: str, release: dict[str, Node]) -> Iterator[Occurrence]:
    """The images of the patches of a release."""
    for patch in items(release.get("strategicMergePatches")):
        yield from kubernetes.in_fragment(text, patch)
    patches = release.get("jsonPatches")
    if patches is not None:
        yield from gitops.in_kustomization(text, {"patches": patches}, set(), kubernetes.in_fragment)
        yield from kubernetes.in_fragment(text, patches)
