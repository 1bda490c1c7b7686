"""References in the strings of Kubernetes objects: where such strings stand, and what names them.

    before:  args: ["--reloader-image=quay.io/acme/reloader:v1"]
    after:   args: ["--reloader-image=123456789012.dkr.ecr.eu-west-1.amazonaws.com/quay/acme/reloader:v1"]

What a value must look like, given what its name says, is told by ``embedded``.  The names are:

    where                                                 what names the value
    ----------------------------------------------------  ---------------------------------------------
    ``args``, ``command``                                 the flag before ``=``, or the item before
    ``env``, parameters of an OpenShift ``Template``      ``name`` beside ``value``
    ``data`` of a ConfigMap, ``stringData`` of a Secret   the key; YAML and JSON in it are read as such
    ``metadata.annotations``                              the key
    any other scalar of an object                         the key; a value without a registry, a tag and a
                                                          digest is for ``--embedded``

Texts of several lines are searched for words: scripts (``args``, ``command``, ``script``, ``source``),
expressions of admission policies and data by default, all others with ``--embedded``. A manifest inside a
string is read as a manifest, patches (``patch``, ``patchesStrategicMerge``, Argo Workflows'
``podSpecPatch``) as parts of one, and the ``dockerfile`` of an OpenShift build as a Dockerfile; there a bare
word is for ``--embedded``, as the build's ``from`` may replace it. A ``url`` with ``docker://`` (KubeVirt's
disks) is for ``--embedded``: not the node pulls it, and so not with the node's credentials; KServe's
``storageUri`` with ``oci://`` is taken. The parameters of Tekton and Argo Workflows are for ``--embedded``
unless they feed an image (see ``workflows``) or are called so (``BUILDER_IMAGE``), or have a digest: many
say where a build pushes to.

Never: what ``kubectl apply`` keeps in an annotation, what tools that update images are told to watch, and
the objects that only judge names (policies of Kyverno, Gatekeeper, Sigstore).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from rewrite_refs.errors import ParseError
from rewrite_refs.formats import dockerfile, inline
from rewrite_refs.formats.kubernetes.containers import is_manifest, is_object
from rewrite_refs.formats.readers import NodeReader, Readers
from rewrite_refs.text.chars import Chars
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence
from rewrite_refs.yaml import scalars, tree
from rewrite_refs.yaml.nested import nested
from rewrite_refs.yaml.references import pieces_of, text_of
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Mapping, Node, Sequence, fields, is_text

ARGUMENTS = ("command", "args")

# API groups of objects that compare the names of images, and pull none.
JUDGES = frozenset(
    {
        "kyverno.io",
        "policies.kyverno.io",
        "policy.sigstore.dev",
        "constraints.gatekeeper.sh",
        "templates.gatekeeper.sh",
    }
)

# What these hold is read with the keys beside them, or is no image.
_READ_ELSEWHERE = frozenset({"image", "repository", "registry", "hub", "tag", "digest", "sha", "name", "url"})
_ARGUMENTS_BY_NAME = re.compile(r"(?i:.*(?:args|arguments|env|envs|vars|environment))")
# Parts of manifests in strings: of Argo Workflows, and of what takes patches as kustomize does.
_PATCHES = frozenset({"podSpecPatch", "patch", "patchesStrategicMerge"})
# An expression is the one of a policy that puts containers into pods; one that judges names seldom has tags.
_SCRIPTS = frozenset({"script", "source", "expression", *ARGUMENTS})
# Before images: of KubeVirt's disks, and of models that KServe runs as containers beside the server.
_SCHEMES = {"url": "docker://", "storageUri": "oci://"}
# A parameter that feeds no image of the file may as well say where one is pushed to, but for those called so.
_PARAMETERS = frozenset({"default", "value", "enum", "params", "parameters"})
_PULLED = re.compile(
    r"(?i:(?:.*[-_])?(?:base|builder|buildah|cli|cosign|curl|docker|git|git[-_]?init|go|golang|gradle|helm"
    r"|java|jdk|kaniko|kubectl|lifecycle|maven|mvn|node|nodejs|oc|python|run|runner|runtime|scanner|skopeo"
    r"|tkn|tools?|trivy)[-_]?image|bundle)"
)
# Crossplane's packages are no images, nor are artifacts (dashboards); credentials of their own pull them.
_UNSURE = _PARAMETERS | {"package", "reference"}
_NEVER = re.compile(
    r"kubectl\.kubernetes\.io/last-applied-configuration|argocd-image-updater\.argoproj\.io/.*|keel\.sh/.*"
)
# What is a manifest in the whole, and no script that has one in it.
_MANIFEST = re.compile(r"(?:\s|#.*\n|---)*(?:apiVersion|kind)[ \t]*:.*\n")
_KEY = re.compile(r"(?i:image|repository)[\"']?[ \t]*[:=]")
_ASSIGNED = re.compile(r"(?i:image)[ \t]+=[ \t]+\"")
_DATA = {"ConfigMap": "data", "Secret": "stringData"}
_FLAG = re.compile(r"(?P<name>--?[A-Za-z][\w.-]*)(?:(?P<equals>=)(?P<value>.*))?", re.DOTALL)
_VALUES = re.compile(r"(?:.*[-_.])?values(?:[-_.].*)?\.ya?ml", re.IGNORECASE)


def in_object(
    text: str, values: dict[str, Node], claimed: set[int], readers: Readers
) -> Iterator[Occurrence]:
    """The references in the data of an object; the nodes that this takes are put on *claimed*."""
    kind = text_of(values["kind"])
    if kind in _DATA and (data := values.get(_DATA[kind])) is not None:
        claimed.add(id(data))
        yield from in_data(text, data, readers)
    parameters = values.get("parameters")
    if kind == "Template" and isinstance(parameters, Sequence):
        claimed.add(id(parameters))
        for each in parameters.children:
            if isinstance(each, Mapping):
                yield from in_mapping(text, fields(each), "", claimed)


def in_scalar(text: str, node: Scalar, key: str, readers: Readers) -> Iterator[Occurrence]:
    """The references in a scalar anywhere in an object, below a *key*."""
    scheme = _SCHEMES.get(key)
    if scheme and node.value.startswith(scheme):
        yield from _marked(_value(text, node, "image", len(scheme)), key == "url")
        return
    if key == "dockerfile" and "\n" in node.value.strip():
        yield from _dockerfile(text, node)
        return
    if key in _READ_ELSEWHERE or not _may_hold(node, key):
        return
    if key in _PATCHES:
        found = list(nested(text, node, lambda inner: _fragments(inner, readers.fragment)))
        yield from found or _marked(_words(text, node), True)
    elif "\n" in node.value.strip():
        manifests = _manifests(text, node, readers) if is_manifest(node.value) else []
        yield from manifests or _marked(_words(text, node), key not in _SCRIPTS)
    else:
        whole = node.value.strip()
        for each in _value(text, node, "" if key in _UNSURE else key):
            if set(each.text) & set("/:@"):  # of a custom resource's field, a bare word may be anything
                is_sure = (each.text == whole or key in _SCRIPTS) and key not in _UNSURE and _is_named(each)
                yield replace(each, embedded=each.embedded or not is_sure)


def in_mapping(text: str, values: dict[str, Node], key: str, claimed: set[int]) -> Iterator[Occurrence]:
    """The references in strings that a mapping names; the nodes that this takes are put on *claimed*."""
    yield from in_annotations(text, values.get("metadata"))
    words = [values[name] for name in ARGUMENTS if isinstance(values.get(name), (Scalar, Sequence))]
    claimed.update(map(id, words))
    yield from in_arguments(text, *words)
    named, value = values.get("name"), values.get("value")
    if isinstance(named, Scalar) and isinstance(value, Scalar) and not _MANIFEST.match(value.value):
        claimed.add(id(value))
        is_sure = _PULLED.fullmatch(named.value) or ("@" in value.value and named.value not in _UNSURE)
        unsure = key in _PARAMETERS and not (is_sure and inline.is_known(value.value))
        yield from _marked(_value(text, value, named.value), unsure)


def in_arguments(text: str, *nodes: Node) -> Iterator[Occurrence]:
    """The references in the words of a command, in one list after another; a list may be one string."""
    flag = before = ""
    for each in (
        word for node in nodes for word in (node.children if isinstance(node, Sequence) else [node])
    ):
        if not isinstance(each, Scalar):
            flag = ""
            continue
        found = _FLAG.fullmatch(each.value)
        if found and not found["equals"]:
            flag = found["name"]
        else:
            if found:
                yield from _value(text, each, found["name"], found.start("value"))
            else:
                yield from _value(text, each, flag, before=before)
            flag = ""
        # What is more than a word is a script, and nothing of this command.
        before = f"{before}{each.value} " if len(each.value.split()) == 1 else ""


def in_annotations(text: str, metadata: Node | None) -> Iterator[Occurrence]:
    """The references in annotations; those in longer texts are no more than mentioned."""
    annotations = fields(metadata).get("annotations") if isinstance(metadata, Mapping) else None
    for key, value in fields(annotations).items() if isinstance(annotations, Mapping) else ():
        if isinstance(value, Scalar) and not _NEVER.fullmatch(key):
            name = key.rpartition("/")[2]
            if set(value.value.strip()) & set(" \t\n,"):
                yield from _marked(_words(text, value), True)
            else:
                # ``notebook:2024.1`` may be a word of whoever reads the annotation.
                unsure = "/" not in value.value and inline.hint_of(name) is not inline.NameHint.IMAGE
                yield from _marked(_value(text, value, name), unsure)


def in_data(text: str, data: Node | None, readers: Readers) -> Iterator[Occurrence]:
    """The references in the data of a ConfigMap, or in the ``stringData`` of a Secret."""
    for key, value in fields(data).items() if isinstance(data, Mapping) else ():
        if not isinstance(value, Scalar) or not _may_hold(value, key):
            continue
        if "\n" in value.value.strip() or value.value.lstrip().startswith(("{", "[")):
            yield from nested(text, value, lambda inner, key=key: _file(inner, key, readers))  # type: ignore[misc]
        else:
            yield from _value(text, value, key)


def in_rest_of_values(text: str, root: Node, found: Iterable[Occurrence]) -> Iterator[Occurrence]:
    """The references in Helm values besides those that were *found* by the rules for values.

    They are in arguments and variables of containers.  A value elsewhere that is a whole reference with a
    known registry may be one of a chart or a plugin.  Texts of several lines are the files of programs: of
    these what they assign to an ``image``.
    """
    read = {piece.span for each in found for piece in each.pieces}
    pending: list[tuple[Node, str]] = [(root, "")]
    seen: set[int] = set()
    while pending:
        node, key = pending.pop()
        if isinstance(node, Scalar) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            values = fields(node)
            yield from in_mapping(text, values, key, seen)
            unsure = not _ARGUMENTS_BY_NAME.fullmatch(key)
            for name, value in values.items():
                if not isinstance(value, Scalar) or name in _READ_ELSEWHERE:
                    continue
                if "\n" in value.value.strip() and _ASSIGNED.search(value.value):
                    chars = scalars.chars(text, value)
                    yield from inline.in_assignments(chars) if chars else ()
                if inline.is_known(value.value) and read.isdisjoint(p.span for p in pieces_of(text, value)):
                    yield from _marked(_value(text, value, ""), unsure)
            pending += [(value, name) for name, value in values.items()]
        else:
            pending += [(each, key) for each in node.children]


# --- texts -----------------------------------------------------------------------------------


def _file(source: Source, name: str, readers: Readers) -> Iterator[Occurrence]:
    """The references in a text that is a file of its own: YAML, JSON or anything else."""
    text = source.text
    try:
        roots = [root for document in source.once(tree.documents) for root in document.roots()]
    except ParseError:
        roots = []
    if not roots or any(isinstance(root, Scalar) for root in roots):
        yield from inline.in_text(Chars.at(text, 0))
    elif _VALUES.fullmatch(name):
        for root in roots:
            yield from readers.values(text, root)
    else:
        for root in roots:
            for each in readers.fragment(text, root):
                # In any file, ``image: web`` may be anything.
                is_sure = is_object(root) or not set(each.text).isdisjoint("/:@")
                yield each if is_sure else replace(each, embedded=True)


def _dockerfile(text: str, node: Scalar) -> Iterator[Occurrence]:
    """The images of a Dockerfile in a scalar, unless it is none; a bare word may be what a build replaces."""
    chars = scalars.chars(text, node)
    try:
        for each in dockerfile.find_in(chars) if chars else ():
            yield replace(each, embedded=set(each.text).isdisjoint("/:@"))
    except ParseError:
        return


def _manifests(text: str, node: Scalar, readers: Readers) -> list[Occurrence]:
    """The images of the manifests in a scalar; none of a script that has manifests in it."""
    return list(nested(text, node, lambda inner: _fragments(inner, readers.fragment, is_object)))


def _fragments(
    source: Source,
    fragment: NodeReader,
    wanted: Callable[[Node], bool] = lambda root: not isinstance(root, Scalar),
) -> Iterator[Occurrence]:
    """The images of the documents of a text that are *wanted*."""
    for document in source.once(tree.documents):
        for root in document.roots():
            if wanted(root):
                yield from fragment(source.text, root)


def _is_named(occurrence: Occurrence) -> bool:
    """Whether a reference has a registry, a tag or a digest."""
    name = occurrence.text
    return ":" in name or "@" in name or "." in name.partition("/")[0]


# --- values ----------------------------------------------------------------------------------


def _may_hold(node: Scalar, key: str) -> bool:
    """Whether a scalar is worth a look."""
    if inline.may_hold(node.value):
        return True
    return inline.hint_of(key) is not inline.NameHint.NOTHING or bool(_KEY.search(node.value))


def _value(text: str, node: Scalar, name: str, start: int = 0, before: str = "") -> Iterator[Occurrence]:
    """The references in a scalar from character *start* on, as the value of something with a *name*.

    What stands *before* it are the words of a command.
    """
    if inline.hint_of(name) is inline.NameHint.NOTHING and not inline.may_hold(node.value):
        return
    if start or is_text(node):
        chars = scalars.chars(text, node)
        if chars is not None:
            yield from inline.in_value(chars.slice(start, len(chars)), name, before)


def _words(text: str, node: Scalar) -> Iterator[Occurrence]:
    """The references among the words of a scalar."""
    chars = scalars.chars(text, node) if inline.may_hold(node.value) else None
    if chars is not None:
        yield from inline.in_text(chars)


def _marked(found: Iterator[Occurrence], unsure: bool) -> Iterator[Occurrence]:
    """What was found, as embedded where that is not sure."""
    for each in found:
        yield replace(each, embedded=True) if unsure else each
