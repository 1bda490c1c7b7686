"""References in the strings of Kubernetes objects: where such strings are found.

    before:  args: ["--reloader-image=quay.io/acme/reloader:v1"]
    after:   args: ["--reloader-image=123456789012.dkr.ecr.eu-west-1.amazonaws.com/quay/acme/reloader:v1"]

What a value with a given name must look like is described in ``embedded``.  The name of a value is:

    where                                                 name of the value
    ----------------------------------------------------  ---------------------------------------------
    ``args``, ``command``                                 the flag before ``=``, or the item before
    ``env``, parameters of an OpenShift ``Template``      ``name`` next to ``value``
    ``data`` of a ConfigMap, ``stringData`` of a Secret   the key; YAML and JSON in it are read as such
    ``metadata.annotations``                              the key
    any other scalar of an object                         the key; a value without a registry, a tag and a
                                                          digest is only found with ``--embedded``

Texts of several lines are searched for words: scripts (``args``, ``command``, ``script``, ``source``),
expressions of admission policies and data by default, all others with ``--embedded``. A manifest inside a
string is read as a manifest, patches (``patch``, ``patchesStrategicMerge``, Argo Workflows'
``podSpecPatch``) as parts of one, and the ``dockerfile`` of an OpenShift build as a Dockerfile.

Only with ``--embedded``:

- a bare word in such a Dockerfile, because the build's ``from`` may replace it;
- a ``url`` with ``docker://`` (KubeVirt's disks), because it is not the node that pulls it, so the node's
  credentials are not used; KServe's ``storageUri`` with ``oci://`` is found by default;
- the parameters of Tekton and Argo Workflows, unless they feed an image (see ``workflows``), have the name
  of an image that is pulled (``BUILDER_IMAGE``), or have a digest: many state where a build pushes to.

Never: what ``kubectl apply`` stores in an annotation, what annotations tell image update tools to watch, and
the objects that only check names (policies of Kyverno, Gatekeeper, Sigstore).
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

# API groups of objects that compare the names of images but do not pull them.
JUDGES = frozenset(
    {
        "kyverno.io",
        "policies.kyverno.io",
        "policy.sigstore.dev",
        "constraints.gatekeeper.sh",
        "templates.gatekeeper.sh",
    }
)

# The values of these keys are read together with the keys next to them, or are not images.
_READ_ELSEWHERE = frozenset({"image", "repository", "registry", "hub", "tag", "digest", "sha", "name", "url"})
_ARGUMENTS_BY_NAME = re.compile(r"(?i:.*(?:args|arguments|env|envs|vars|environment))")
# Parts of manifests in strings: of Argo Workflows, and of tools that take patches as kustomize does.
_PATCHES = frozenset({"podSpecPatch", "patch", "patchesStrategicMerge"})
# ``expression`` is that of a policy that adds containers to pods; one that checks names seldom has tags.
_SCRIPTS = frozenset({"script", "source", "expression", *ARGUMENTS})
# Schemes before images: of KubeVirt's disks, and of models that KServe runs as containers next to the server.
_SCHEMES = {"url": "docker://", "storageUri": "oci://"}
# A parameter that feeds no image of the file may be a push target, unless its name matches ``_PULLED``.
_PARAMETERS = frozenset({"default", "value", "enum", "params", "parameters"})
_PULLED = re.compile(
    r"(?i:(?:.*[-_])?(?:base|builder|buildah|cli|cosign|curl|docker|git|git[-_]?init|go|golang|gradle|helm"
    r"|java|jdk|kaniko|kubectl|lifecycle|maven|mvn|node|nodejs|oc|python|run|runner|runtime|scanner|skopeo"
    r"|tkn|tools?|trivy)[-_]?image|bundle)"
)
# Crossplane's packages and artifacts (dashboards) are not images: they are pulled with other credentials.
_UNSURE = _PARAMETERS | {"package", "reference"}
_NEVER = re.compile(
    r"kubectl\.kubernetes\.io/last-applied-configuration|argocd-image-updater\.argoproj\.io/.*|keel\.sh/.*"
)
# A text that is a manifest as a whole, not a script that contains one.
_MANIFEST = re.compile(r"(?:\s|#.*\n|---)*(?:apiVersion|kind)[ \t]*:.*\n")
_KEY = re.compile(r"(?i:image|repository)[\"']?[ \t]*[:=]")
_ASSIGNED = re.compile(r"(?i:image)[ \t]+=[ \t]+\"")
_DATA = {"ConfigMap": "data", "Secret": "stringData"}
_FLAG = re.compile(r"(?P<name>--?[A-Za-z][\w.-]*)(?:(?P<equals>=)(?P<value>.*))?", re.DOTALL)
_VALUES = re.compile(r"(?:.*[-_.])?values(?:[-_.].*)?\.ya?ml", re.IGNORECASE)


def in_object(
    text: str, values: dict[str, Node], claimed: set[int], readers: Readers
) -> Iterator[Occurrence]:
    """Yield the references in the data of an object.

    The ids of the nodes that are read here are added to *claimed*.
    """
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
    """Yield the references in a scalar anywhere in an object, below a *key*."""
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
            if set(each.text) & set("/:@"):  # in a field of a custom resource, a bare word may be anything
                is_sure = (each.text == whole or key in _SCRIPTS) and key not in _UNSURE and _is_named(each)
                yield replace(each, embedded=each.embedded or not is_sure)


def in_mapping(text: str, values: dict[str, Node], key: str, claimed: set[int]) -> Iterator[Occurrence]:
    """Yield the references in arguments, annotations and named values of a mapping.

    The ids of the nodes that are read here are added to *claimed*.
    """
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
    """Yield the references in the words of a command.

    Args:
        text: The file.
        nodes: The lists of words in order; a single string is also accepted.
    """
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
        # Several words in one item are a script, not words of this command.
        before = f"{before}{each.value} " if len(each.value.split()) == 1 else ""


def in_annotations(text: str, metadata: Node | None) -> Iterator[Occurrence]:
    """Yield the references in annotations; those in longer texts are embedded."""
    annotations = fields(metadata).get("annotations") if isinstance(metadata, Mapping) else None
    for key, value in fields(annotations).items() if isinstance(annotations, Mapping) else ():
        if isinstance(value, Scalar) and not _NEVER.fullmatch(key):
            name = key.rpartition("/")[2]
            if set(value.value.strip()) & set(" \t\n,"):
                yield from _marked(_words(text, value), True)
            else:
                # ``notebook:2024.1`` may have another meaning for the tool that reads the annotation.
                unsure = "/" not in value.value and inline.hint_of(name) is not inline.NameHint.IMAGE
                yield from _marked(_value(text, value, name), unsure)


def in_data(text: str, data: Node | None, readers: Readers) -> Iterator[Occurrence]:
    """Yield the references in a ConfigMap's ``data`` or a Secret's ``stringData``."""
    for key, value in fields(data).items() if isinstance(data, Mapping) else ():
        if not isinstance(value, Scalar) or not _may_hold(value, key):
            continue
        if "\n" in value.value.strip() or value.value.lstrip().startswith(("{", "[")):
            yield from nested(text, value, lambda inner, key=key: _file(inner, key, readers))  # type: ignore[misc]
        else:
            yield from _value(text, value, key)


def in_rest_of_values(text: str, root: Node, found: Iterable[Occurrence]) -> Iterator[Occurrence]:
    """Yield the references in Helm values that the rules for values have not *found*.

    These are in arguments and variables of containers.  A value elsewhere that is a whole reference with a
    known registry may be that of a chart or a plugin, so it is embedded.  Texts of several lines are the
    configuration files of programs: only values that they assign to an ``image`` are yielded.
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
    """Yield the references in a string that is a file: YAML, JSON or any other text."""
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
                # In an unknown file, ``image: web`` may be anything.
                is_sure = is_object(root) or not set(each.text).isdisjoint("/:@")
                yield each if is_sure else replace(each, embedded=True)


def _dockerfile(text: str, node: Scalar) -> Iterator[Occurrence]:
    """Yield the references of a Dockerfile in a scalar; none if it does not parse.

    A bare word is embedded, because the build may replace it.
    """
    chars = scalars.chars(text, node)
    try:
        for each in dockerfile.find_in(chars) if chars else ():
            yield replace(each, embedded=set(each.text).isdisjoint("/:@"))
    except ParseError:
        return


def _manifests(text: str, node: Scalar, readers: Readers) -> list[Occurrence]:
    """Return the references of manifests in a scalar; none if it is a script."""
    return list(nested(text, node, lambda inner: _fragments(inner, readers.fragment, is_object)))


def _fragments(
    source: Source,
    fragment: NodeReader,
    wanted: Callable[[Node], bool] = lambda root: not isinstance(root, Scalar),
) -> Iterator[Occurrence]:
    """Yield the references of the documents of a text whose root is *wanted*."""
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
    """Whether a scalar may contain references."""
    if inline.may_hold(node.value):
        return True
    return inline.hint_of(key) is not inline.NameHint.NOTHING or bool(_KEY.search(node.value))


def _value(text: str, node: Scalar, name: str, start: int = 0, before: str = "") -> Iterator[Occurrence]:
    """Yield the references in a scalar that is the value of something with a *name*.

    Args:
        text: The file.
        node: The scalar.
        name: The flag, variable or key that the value belongs to.
        start: The character of the scalar's value at which the search starts.
        before: The preceding words of the same command.
    """
    if inline.hint_of(name) is inline.NameHint.NOTHING and not inline.may_hold(node.value):
        return
    if start or is_text(node):
        chars = scalars.chars(text, node)
        if chars is not None:
            yield from inline.in_value(chars.slice(start, len(chars)), name, before)


def _words(text: str, node: Scalar) -> Iterator[Occurrence]:
    """Yield the references among the words of a scalar."""
    chars = scalars.chars(text, node) if inline.may_hold(node.value) else None
    if chars is not None:
        yield from inline.in_text(chars)


def _marked(found: Iterator[Occurrence], unsure: bool) -> Iterator[Occurrence]:
    """Yield the occurrences, marked as embedded if *unsure*."""
    for each in found:
        yield replace(each, embedded=True) if unsure else each
