"""Kubernetes manifests: YAML or JSON documents with ``apiVersion`` and ``kind``.

    before:  - image: nginx:1.25  # the server
    after:   - image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx:1.25  # the server

What is found, in any number of documents and in ``List`` items:

- the scalar of every mapping key ``image``: containers of all kinds, pod templates inside
  any workload, custom resources; ``reference`` below ``image`` (image volumes);
- references split over several keys, which are read together: ``{registry, repository, tag, digest}``
  below a key ``image``, or below another key if the ``repository`` has a ``tag`` or ``digest`` next to it;
  ``image`` next to ``registry``, ``hub`` or ``repository``; a short name below a mapping with ``hub`` or
  ``registry`` (Istio's operator).  If a registry key has a value, the host and the prefix are written
  there, and ``library/`` into the repository;
- what Flux and Argo CD deploy: Helm values, kustomizations and patches in their objects (see ``gitops``);
- the parameters of Tekton and Argo Workflows that feed an ``image`` of the file (see ``workflows``);
- references in strings: arguments, variables, annotations, the data of a ConfigMap (see ``strings`` for the
  locations, and ``embedded`` for what is found by default and what with ``--embedded``);
- the images of OpenShift's builds and image streams (``kind: DockerImage``);
- the images that skaffold builds (``build.artifacts``), as the repository's own images.

What is left alone:

- all ``status`` and ``metadata`` (except annotations), labels and selectors;
- empty values, numbers and booleans, Istio's ``auto``, a value that is only a placeholder
  (``$(params.image)``, ``{{ .Values.image }}``), URLs, paths, and patterns with ``*``;
- images that are never pulled (``imagePullPolicy: Never``) or that a build pushes
  (``output.image``), as the repository's own images;
- images of AWS Lambda functions (ACK, Crossplane), which can only be pulled from a repository of the account;
- machine images (``MACHINES``), names that are not used for a pull (``NAMES``: Flux's ``ImageRepository``,
  Calico's ``ImageSet``), files (``logo.png``), and the schemas of custom resources;
- a name that an alias also uses elsewhere (``name: &n redis`` with ``image: *n``), unless the key there is
  one of images, too: it is reported, because the edit would change the other values as well;
- a bare word below any other key (``baseImage: ubuntu``, ``imageRepository: registry.k8s.io``).

``nginx:$(params.tag)``, ``nginx:${TAG}`` and ``nginx:{{ .tag }}`` are rewritten, because the start of the
name is known; if a placeholder is in the start, the reference is reported as unresolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from rewrite_refs.errors import ParseError, Problem
from rewrite_refs.formats import inline
from rewrite_refs.formats.base import Builds, File, Format, Manual
from rewrite_refs.formats.kubernetes import containers, gitops, strings, workflow_parameters
from rewrite_refs.formats.kubernetes.containers import WORDS, Scope, is_manifest, is_object
from rewrite_refs.formats.readers import Readers
from rewrite_refs.formats.yaml_format import yaml_outline
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Blocked, Occurrence
from rewrite_refs.yaml import tree
from rewrite_refs.yaml.outline import in_order
from rewrite_refs.yaml.references import is_host, text_of
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Node, Sequence, fields, is_text

_KEY = re.compile(r"\b(?:image|repository)[\"']?[ \t]*:")
# Every file, or every document, that contains references contains one of these words.
_SIGNS_OF_FILE = ("image", "Image", "IMAGE", "repository", "docker://", *inline.WORDS)
_SIGNS = ("params", "parameters", *_SIGNS_OF_FILE)

_IS_LAMBDA = re.compile(r"lambda\.(?:services\.k8s\.aws|aws\.(?:m\.)?(?:upbound|crossplane)\.io)\Z")
_LAMBDA = Blocked(
    "lambda-image",
    "AWS Lambda cannot pull through the cache: copy the image to a repository of your own account",
    all_images=True,
)


def _accepts(file: File) -> bool:
    """Whether a file may contain manifests."""
    return b"apiVersion" in file.data and b"kind" in file.data


def _find(readers: Readers, source: Source) -> Iterator[Occurrence]:
    problems: list[Problem] = []
    roots = [root for root in tree.roots(source, _has_signs, _expected, problems) if is_object(root)]
    yield from in_documents(source.text, roots, readers)
    if problems:
        raise ParseError(problems)


def _builds(readers: Readers, source: Source) -> Builds:
    """Return the names of the images that a skaffold configuration builds."""
    if "skaffold/" not in source.text:
        return Builds()
    try:
        return Builds(frozenset(each.text for each in _find(readers, source) if each.own and not each.holes))
    except ParseError:
        return Builds()


def in_documents(text: str, roots: Iterable[Node], readers: Readers) -> list[Occurrence]:
    """Return the references in all manifests of a file, in order.

    The values of parameters that feed images are included.
    """
    roots = list(roots)
    parameters = workflow_parameters.parameter_images(text, roots)
    fed_from = {each.span for each in parameters.occurrences}
    found = [
        each
        for root in roots
        for each in in_fragment(text, root, readers)
        if each.span not in parameters.images
    ]
    found = [each for each in found if not (each.embedded and each.span in fed_from)]
    return in_order([*parameters.occurrences, *found])


def in_fragment(text: str, root: Node, readers: Readers) -> Iterator[Occurrence]:
    """Yield the references of a manifest, or of a part of one (a template, a patch)."""
    yield from in_order(_walked(text, root, readers))


def _has_signs(document: str) -> bool:
    """Whether a document may contain references.

    Custom resource definitions are skipped: they are large and contain none.
    """
    words = (
        "apiVersion" in document and "kind" in document and "\nkind: CustomResourceDefinition" not in document
    )
    return words and any(sign in document for sign in _SIGNS)


def _expected(document: str) -> bool:
    """Whether a document that does not parse may contain references.

    ``imagePullSecrets`` alone is not a sign of one.
    """
    return bool(_KEY.search(document)) and is_manifest(document)


# --- where images are ------------------------------------------------------------------------


def _walked(text: str, root: Node, readers: Readers) -> Iterator[Occurrence]:
    """Yield the references anywhere in a node; some are yielded twice."""
    pending: list[tuple[Node, Scope]] = [(root, Scope())]
    seen: set[int] = set()
    while pending:
        node, scope = pending.pop()
        if id(node) in seen:
            continue
        if isinstance(node, Scalar):
            if scope.group not in strings.JUDGES and not scope.is_of_disks:
                yield from _placed(strings.in_scalar(text, node, scope.key, readers), scope)
            continue
        seen.add(id(node))
        if isinstance(node, Sequence):
            pending += [(each, scope) for each in reversed(node.children)]
            continue
        values = fields(node)
        if is_object(node):
            if text_of(values["kind"]) == "CustomResourceDefinition":
                continue
            scope = _of_object(values, scope)
            yield from gitops.in_object(text, values, seen, readers)
            yield from strings.in_object(text, values, seen, readers)
        yield from _placed(containers.in_mapping(text, values, scope), scope)
        yield from _placed(strings.in_mapping(text, values, scope.key, seen), scope)
        around = values if is_text(values.get("hub")) or is_host(values.get("registry")) else scope.enclosing
        pending += [
            (value, scope._replace(key=key, enclosing=around))
            for key, value in reversed(values.items())
            if key not in scope.skipped
        ]


def _placed(occurrences: Iterable[Occurrence], scope: Scope) -> Iterator[Occurrence]:
    """Yield the occurrences, blocked if they belong to an AWS Lambda object."""
    for each in occurrences:
        yield replace(each, blocked=_LAMBDA) if _IS_LAMBDA.match(scope.group) else each


def _of_object(values: dict[str, Node], scope: Scope) -> Scope:
    """Return the scope of the contents of an object."""
    version, kind = text_of(values["apiVersion"]), text_of(values["kind"])
    group = version.partition("/")[0]
    return scope._replace(
        machine=containers.is_machine(group, kind),
        skaffold=version.startswith("skaffold/"),
        group=group,
        skipped=WORDS | {"schema"} if kind == "ResourceGraphDefinition" else WORDS,  # kro's
    )


_MANUAL = Manual(
    __doc__,
    files="`*.yaml`, `*.yml`, `*.json` with `apiVersion` and `kind`",
    summary=(
        "images in workloads and custom resources; Flux, Argo CD, Tekton, Argo Workflows; references inside "
        "strings"
    ),
    found=(
        "`image` in workloads and custom resources, image volumes, split forms; Flux (`HelmRelease`, "
        "`Kustomization`) and Argo CD (`values`, `parameters`, `old=new:tag`); parameters of Tekton and Argo "
        "Workflows that feed an `image`; references inside strings ([below](#inside-strings))"
    ),
    reported=(
        "a name that begins with a placeholder; a name that a kustomization matches; a parameter that is also"
        " used for something else; documents that do not parse"
    ),
)


def format_with(readers: Readers) -> Format:
    """Return the format; *readers* read the contents of objects."""
    return Format(
        name="kubernetes",
        patterns=("*.yaml", "*.yml", "*.json"),
        signs=_SIGNS_OF_FILE,
        find=partial(_find, readers),
        outline=yaml_outline(_has_signs),
        manual=_MANUAL,
        accepts=_accepts,
        syntax="yaml",
        manifest=True,
        kustomized=True,
        builds=partial(_builds, readers),
    )
