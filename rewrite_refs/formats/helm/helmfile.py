"""Helmfile: ``helmfile.yaml``, ``helmfile-*.yaml``, and files in ``helmfile.d/``.

    before: set: [{name: image.repository, value: quay.io/acme/web}]
    after:  set: [{name: image.repository, value: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/quay/acme/web}]

What is found, by the rules of Helm values:

- inline ``values`` of a release, of a release template, of an environment and of the file;
- ``set``, ``setString`` and ``setTemplate``; the settings of one release are read together;
- ``strategicMergePatches`` and ``jsonPatches`` of a release, as in a kustomization.

What is left alone: values files that are only named here; charts and their repositories, also at
``oci://``; hooks. A file with actions that are not valid YAML (``{{ range }}``) is read as a template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rewrite_refs.formats.base import File, Format, Manual
from rewrite_refs.formats.helm import set_flags
from rewrite_refs.formats.kubernetes import gitops
from rewrite_refs.formats.readers import Readers
from rewrite_refs.formats.yaml_format import has_any, yaml_find, yaml_outline
from rewrite_refs.text.spans import Occurrence
from rewrite_refs.yaml.outline import in_order
from rewrite_refs.yaml.tree import Mapping, Node, fields, items

_FILE = re.compile(r"helmfile(?:[-_.].*)?\.ya?ml")
_SETTINGS = ("set", "setString", "setTemplate")
_SIGNS = ("image", "Image", "IMAGE", "repository", "hub")


def _accepts(file: File) -> bool:
    """Whether the path of a file is one of Helmfile's."""
    is_part = file.path.parent.name == "helmfile.d" and file.path.suffix in (".yaml", ".yml")
    return is_part or _FILE.fullmatch(file.name) is not None


def in_document(text: str, root: Node, readers: Readers) -> Iterator[Occurrence]:
    """Yield the references of one document; some are yielded twice."""
    top = fields(root)
    yield from _values(text, top.get("values"), readers)
    for environment in fields(top.get("environments")).values():
        yield from _values(text, fields(environment).get("values"), readers)
    for release in [*items(top.get("releases")), *fields(top.get("templates")).values()]:
        values = fields(release)
        yield from _values(text, values.get("values"), readers)
        for key in _SETTINGS:
            yield from readers.values(text, set_flags.as_values(values.get(key)))
        yield from _patches(text, values, readers)


def _values(text: str, node: Node | None, readers: Readers) -> Iterator[Occurrence]:
    """Yield the references of inline values in a list; other items are file names."""
    for each in items(node):
        if isinstance(each, Mapping):
            yield from readers.values(text, each)


def _patches(text: str, release: dict[str, Node], readers: Readers) -> Iterator[Occurrence]:
    """Yield the references of the patches of a release."""
    for patch in items(release.get("strategicMergePatches")):
        yield from readers.fragment(text, patch)
    patches = release.get("jsonPatches")
    if patches is not None:
        yield from gitops.in_kustomization(text, {"patches": patches}, set(), readers)
        yield from readers.fragment(text, patches)


_MANUAL = Manual(
    __doc__,
    files="`helmfile.yaml`, `helmfile-*.yaml`, `helmfile.d/*.yaml`, or `.yml` for each",
    summary="inline values, settings and patches of releases",
    found="inline `values`, `set` and patches of releases and environments",
    reported="a registry alone",
)


def format_with(readers: Readers) -> Format:
    """Return the format; *readers* read values and patches."""
    return Format(
        name="helmfile",
        patterns=(
            "helmfile*.yaml",
            "helmfile*.yml",
            "**/helmfile.d/*.yaml",
            "**/helmfile.d/*.yml",
        ),
        signs=_SIGNS,
        find=yaml_find(lambda text, root: in_order(in_document(text, root, readers)), has_any(_SIGNS)),
        outline=yaml_outline(has_any(_SIGNS)),
        manual=_MANUAL,
        accepts=_accepts,
        syntax="yaml",
    )
