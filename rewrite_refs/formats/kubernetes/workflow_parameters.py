"""Parameters that feed images, in Tekton tasks and pipelines and Argo Workflows.

    params: [{name: builder, default: "quay.io/acme/builder:v1"}]     the default is an image,
    steps:  [{image: $(params.builder)}]                              because it is used here

A parameter is followed from the ``image`` to every value that the file gives it: its default, the ``value``
and the ``enum`` of a parameter, and what a run, a pipeline or a step passes on, through any number of
parameters. ``image: $(params.repository):$(params.tag)`` is fed by the first of them. In a manifest inside a
string, only a line that is exactly ``image: $(params.builder)`` counts. All documents of a file are read
together; ``taskRef``, ``pipelineRef``, ``ref``, ``template``, ``templateRef`` and ``workflowTemplateRef``
are looked up by name.

Reported, and not rewritten: a value that is also used elsewhere, such as in a script or in a task of another
file. A name that is pulled in one place and pushed in another must not change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from rewrite_refs.formats.kubernetes.containers import WORDS, is_manifest, is_object
from rewrite_refs.text.spans import Occurrence, Piece, Span
from rewrite_refs.yaml import scalars
from rewrite_refs.yaml.references import is_not_a_reference, pieces_of, text_of
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Node, Sequence, fields, is_text, items

_PARAMETER = re.compile(
    r"\$\((?:inputs\.)?params(?:\.(?P<plain>[\w.-]+)|\[[\"'](?P<quoted>[^\"']+)[\"']\])(?:\[\*\])?\)"
    r"|\$\(tt\.params\.(?P<trigger>[\w.-]+)\)"
    r"|\{\{\s*(?P<argo>(?:inputs|workflow)\.parameters\.[\w-]+)\s*\}\}"
)
_IMAGE_IN_MANIFEST = re.compile(
    rf"^[ \t]*(?:-[ \t]+)?image:[ \t]*([\"']?)(?:{_PARAMETER.pattern})\1[ \t]*(?:#.*)?$", re.MULTILINE
)
_ELSEWHERE = "its parameter is also used for something other than an image"
_SPECS = frozenset({"Pipeline", "StepAction", "Task", "TriggerTemplate"})
_KINDS = {"ClusterTask": "Task", "ClusterWorkflowTemplate": "WorkflowTemplate"}
_REFERENCES = {"taskRef": "Task", "pipelineRef": "Pipeline", "ref": "StepAction"}
_INLINE = ("taskSpec", "pipelineSpec")
_MOST = 200  # parameters that are followed from one use; real files have far fewer


class ParameterImages(NamedTuple):
    """The references in parameter values, and the spans of the images that they feed."""

    occurrences: tuple[Occurrence, ...] = ()
    images: frozenset[Span] = frozenset()


def parameter_images(text: str, roots: Iterable[Node]) -> ParameterImages:
    """Return the references that the parameters of a file feed to its images."""
    if "params" not in text and "parameters" not in text:
        return ParameterImages()
    flow = _Flow()
    for number, root in enumerate(roots):
        _visit(flow, root, number)
    for call in flow.calls:
        scope = flow.scopes.get(call.target)
        if scope is None:
            _passed_on(flow, call.value)
        else:
            scope.names.setdefault(call.name, []).append(call.value)
    elsewhere = {
        id(source.scalar)
        for used in flow.others
        for name in _names(used.scalar)
        for source in _sources(name, used.scope, set())
    }
    occurrences, images = [], set()
    for image, head, pieces in _heads(text, flow):
        if is_text(head) and not is_not_a_reference("".join(piece.text for piece in pieces)):
            place = scalars.inside(text, head)
            reason = _ELSEWHERE if id(head) in elsewhere else None
            occurrences.append(Occurrence(pieces, place, place, reason=reason))
            images.add(image)
    return ParameterImages(tuple(occurrences), frozenset(images))


def _heads(text: str, flow: _Flow) -> Iterator[tuple[Span, Scalar, tuple[Piece, ...]]]:
    """Yield the span of each fed image, the scalar that feeds it, and its pieces."""
    for image in flow.images:
        for head, pieces in _expanded(text, image, set()):
            yield scalars.inside(text, image.scalar), head, pieces
    for name, manifest in flow.in_manifests:
        for value in _followed(name, manifest.scope, set()):
            for head, pieces in _expanded(text, value, set()):
                # No image has the span of the whole manifest.
                yield manifest.scalar.span, head, pieces


# --- what is passed where --------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class _Scope:
    """The parameters that are known in a part of a document.

    A *call* gives values to the parameters that are declared directly below it.
    """

    above: _Scope | None = None
    is_call: bool = False
    names: dict[str, list[_Value]] = field(default_factory=dict)


class _Value(NamedTuple):
    """A scalar, and the scope in which the parameters in it are known."""

    scalar: Scalar
    scope: _Scope


class _Call(NamedTuple):
    """A value that is passed to the parameter *name* of the *target*."""

    target: str
    name: str
    value: _Value


@dataclass(slots=True)
class _Flow:
    """The parameters, calls and images in the documents of a file."""

    scopes: dict[str, _Scope] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)  # of the documents
    calls: list[_Call] = field(default_factory=list)
    images: list[_Value] = field(default_factory=list)
    in_manifests: list[tuple[str, _Value]] = field(default_factory=list)
    others: list[_Value] = field(default_factory=list)


def _visit(flow: _Flow, root: Node, number: int) -> None:
    """Add the contents of a document to *flow*; template names belong to *number*."""
    pending: list[tuple[Node, str, str, _Scope]] = [(root, "", "", _Scope())]
    seen: set[int] = set()
    while pending:
        node, key, title, scope = pending.pop()
        if isinstance(node, Scalar):
            if _PARAMETER.search(node.value):
                is_image = key == "image" and _PARAMETER.match(node.value.strip())
                value = _Value(node, scope)
                flow.images.append(value) if is_image else _passed_on(flow, value)
            continue
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Sequence):
            pending += [(each, key, "", scope) for each in node.children]
            continue
        values = fields(node)
        if is_object(node):
            kind = text_of(values["kind"])
            kind = _KINDS.get(kind, kind)
            title = f"{kind}/{text_of(fields(values.get('metadata')).get('name'))}"
            scope = _Scope()
            flow.scopes.setdefault(title, scope)
            flow.names.setdefault(number, title.partition("/")[2])
        scope = _tekton(flow, values, key, title, scope)
        scope = _argo(flow, values, number, scope)
        pending += [
            (value, name, title if name == "spec" else "", scope)
            for name, value in values.items()
            if name not in _NOT_FOLLOWED
        ]


def _passed_on(flow: _Flow, value: _Value) -> None:
    """Add a scalar that is used outside an image to *flow*.

    A manifest in it is split into the lines of its images and the rest.
    """
    rest = value.scalar.value
    if is_manifest(rest):
        for found in _IMAGE_IN_MANIFEST.finditer(rest):
            flow.in_manifests.append((_name(found), value))
        rest = _IMAGE_IN_MANIFEST.sub("", rest)
    flow.others.append(value._replace(scalar=value.scalar._replace(value=rest)))


# Parameters are followed, not searched; the other keys do not use images.
_NOT_FOLLOWED = WORDS | {"params", "arguments", "inputs", "matrix", "description", "results"}


def _tekton(flow: _Flow, values: dict[str, Node], key: str, title: str, scope: _Scope) -> _Scope:
    """Add what a Tekton mapping declares and passes on; return the scope below it."""
    params = [*_items(values.get("params")), *_items(fields(values.get("inputs")).get("params"))]
    kind = title.partition("/")[0]
    if key in _INLINE or (key == "spec" and kind in _SPECS):
        scope = scope if key == "spec" else _Scope(scope)
        prefix = "tt.params." if kind == "TriggerTemplate" else "params."
        for name, entry in params:
            values_of = [_Value(each, scope) for each in _scalars(entry.get("default"))]
            scope.names.setdefault(prefix + name, []).extend(values_of)
        return scope
    passed = [*params, *_items(fields(values.get("matrix")).get("params"))]
    inline = any(spec in values for spec in _INLINE)
    below = _Scope(scope, is_call=True)
    for name, entry in passed:
        for scalar in _scalars(entry.get("value")):
            value = _Value(scalar, scope)
            below.names.setdefault("params." + name, []).append(value)
            targets = [
                f"{target}/{text_of(fields(values[reference]).get('name'))}"
                for reference, target in _REFERENCES.items()
                if reference in values
            ]
            if not targets and not inline:
                _passed_on(flow, value)
            flow.calls += [_Call(target, "params." + name, value) for target in targets]
    return below if inline else scope


def _argo(flow: _Flow, values: dict[str, Node], number: int, scope: _Scope) -> _Scope:
    """Add what an Argo mapping declares and passes on; return the scope below it."""
    passed = [*_items(fields(values.get("arguments")).get("parameters"))]
    if not values.keys().isdisjoint(("entrypoint", "templates", "workflowTemplateRef")):
        entry = f"template/{number}/{text_of(values.get('entrypoint'))}"
        whole = text_of(fields(values.get("workflowTemplateRef")).get("name"))
        for name, parameter in passed:
            for scalar in _all_of(parameter):
                value = _Value(scalar, scope)
                scope.names.setdefault(f"workflow.parameters.{name}", []).append(value)
                if "entrypoint" in values:
                    flow.calls.append(_Call(entry, f"inputs.parameters.{name}", value))
                if whole:
                    target = f"WorkflowTemplate/{whole}"
                    flow.calls.append(_Call(target, f"workflow.parameters.{name}", value))
    elif passed:
        elsewhere = fields(values.get("templateRef"))
        target = f"template/{number}/{text_of(values.get('template'))}"
        if elsewhere:
            target = f"templateRef/{text_of(elsewhere.get('name'))}/{text_of(elsewhere.get('template'))}"
        for name, parameter in passed:
            for scalar in _all_of(parameter):
                flow.calls.append(_Call(target, f"inputs.parameters.{name}", _Value(scalar, scope)))
    declared = fields(values.get("inputs")).get("parameters")
    if declared is None:
        return scope
    scope = _Scope(scope)
    called = text_of(values.get("name"))
    flow.scopes.setdefault(f"template/{number}/{called}", scope)
    flow.scopes.setdefault(f"templateRef/{flow.names.get(number)}/{called}", scope)
    for name, parameter in _items(declared):
        inner = [_Value(scalar, scope) for scalar in _all_of(parameter)]
        scope.names.setdefault(f"inputs.parameters.{name}", []).extend(inner)
    return scope


def _items(node: Node | None) -> Iterator[tuple[str, dict[str, Node]]]:
    """Yield the entries of a list of parameters with their names."""
    for each in items(node):
        entry = fields(each)
        if "name" in entry:
            yield text_of(entry["name"]), entry


def _all_of(parameter: dict[str, Node]) -> Iterator[Scalar]:
    for key in ("value", "default", "enum"):
        yield from _scalars(parameter.get(key))


def _scalars(node: Node | None) -> Iterator[Scalar]:
    """Yield the scalar itself, or the scalars of a list."""
    for each in node.children if isinstance(node, Sequence) else (node,):
        if isinstance(each, Scalar):
            yield each


# --- following them back ---------------------------------------------------------------------


def _names(scalar: Scalar) -> list[str]:
    """Return the names of the parameters in a scalar."""
    return [_name(found) for found in _PARAMETER.finditer(scalar.value)]


def _name(found: re.Match[str]) -> str:
    if found["argo"]:
        return found["argo"]
    return (
        f"tt.params.{found['trigger']}" if found["trigger"] else f"params.{found['plain'] or found['quoted']}"
    )


def _given(name: str, scope: _Scope | None) -> list[_Value]:
    """Return the values of a parameter: as declared, and from the call directly above."""
    while scope is not None:
        if name in scope.names:
            above = scope.above
            calls = above.names.get(name, []) if above and above.is_call and not scope.is_call else []
            return [*scope.names[name], *calls]
        scope = scope.above
    return []


def _followed(name: str, scope: _Scope, seen: set[tuple[str, int]]) -> list[_Value]:
    """Return the values of a parameter; none if it is in *seen* already."""
    if (name, id(scope)) in seen or len(seen) >= _MOST:
        return []
    seen.add((name, id(scope)))
    return _given(name, scope)


def _sources(name: str, scope: _Scope, seen: set[tuple[str, int]]) -> Iterator[_Value]:
    """Yield all values that a parameter may get, directly or through other parameters."""
    for value in _followed(name, scope, seen):
        yield value
        for inner in _names(value.scalar):
            yield from _sources(inner, value.scope, seen)


def _expanded(
    text: str, image: _Value, seen: set[tuple[str, int]]
) -> Iterator[tuple[Scalar, tuple[Piece, ...]]]:
    """Yield the possible pieces of an image, each with the scalar in which they begin."""
    found = _PARAMETER.match(image.scalar.value.strip())
    pieces = tuple(pieces_of(text, image.scalar))
    if found is None:
        yield image.scalar, pieces
        return
    for value in _followed(_name(found), image.scope, seen):
        for head, first in _expanded(text, value, seen):
            yield head, (*first, *pieces[1:])
