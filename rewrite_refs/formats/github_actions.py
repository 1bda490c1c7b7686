"""GitHub Actions: workflows in ``.github/workflows``, and ``action.yml`` files.

    before:  container:
               image: node:20
               credentials: {username: AWS, password: "${{ needs.login.outputs.password }}"}
    after:   container:
               image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/node:20
               credentials: {username: AWS, password: "${{ needs.login.outputs.password }}"}

What is found:

- ``container`` of a job and each of its ``services``: a string, or ``image``, with or without ``docker://``;
- ``uses: docker://`` of a step, in a job or in a composite action;
- ``image: docker://`` of an action that runs in Docker;
- where the image of a job is ``${{ matrix.image }}``, the items of the job's ``strategy.matrix`` that it
  refers to, with those of ``include`` and ``exclude``. They are edited there, so the name that GitHub gives
  the job changes as well: update the required status checks of the branch.

What can be pulled through the cache:

- a container or a service whose ``credentials`` are for ECR: the ``username`` is ``AWS``, or contains the
  word ``ecr`` or ``aws``;
- nothing else, because GitHub pulls these images before any step can log in. Such a reference is not
  changed, and the rule ``pull-before-login`` describes the remedy. With ``runners-logged-in: true`` in the
  configuration, for runners that have access to ECR without a login, all are rewritten.

What is not changed:

- an image that is an expression or begins with one (``${{ inputs.image || 'node:20' }}``): reported. An
  expression in a tag does not matter;
- the items of a matrix that the job also uses for something other than an image, and a matrix that is an
  expression: reported;
- ``runs-on``, ``uses: owner/repository@v1`` and ``./path``, ``image: Dockerfile``, the scripts in ``run``.

The workflows of Gitea and Forgejo (``.gitea/workflows``, ``.forgejo/workflows``) are read in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Final, NamedTuple

from rewrite_refs.formats.base import File, Format, Manual, is_manifest
from rewrite_refs.formats.yaml_format import has_any, yaml_find, yaml_outline
from rewrite_refs.text.spans import Blocked, Occurrence, Piece, Span
from rewrite_refs.yaml import scalars
from rewrite_refs.yaml.references import text_of
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Mapping, Node, fields, is_null, is_text, items

_FOLDERS = frozenset({".github", ".gitea", ".forgejo"})
_ACTIONS = ("action.yml", "action.yaml")
_SCHEME = "docker://"
_SIGNS = ("container", "image", "services", _SCHEME)
_KEY = re.compile(r"(?<![\w-])(?:container|image|services)[\"']?[ \t]*:|docker://")
# A quoted string in an expression can contain braces. An unclosed expression extends to the end.
_EXPRESSION = re.compile(r"\$?\{\{(?P<inner>(?:'[^']*'|.)*?)(?:\}\}|\Z)", re.DOTALL)
_CONTEXT = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_MATRIX = re.compile(r"(?<![\w.-])matrix(?P<path>(?:\.[\w-]+)*)")
# Whole words of a name, so that neither "secrets" nor "laws" matches.
_OF_ECR = re.compile(r"(?:(?<![A-Za-z])(?i:ecr|aws)|(?<=[a-z])(?:Ecr|ECR|Aws|AWS))(?![a-z])")

_RULE: Final = "pull-before-login"
_LOGIN = "credentials with username AWS and the output of `aws ecr get-login-password` from an earlier job"
_WITHOUT = Blocked(_RULE, f"to be pulled through the cache it needs {_LOGIN}")
_OTHERS = Blocked(_RULE, f"its credentials are for another registry: the cache needs {_LOGIN}")
_STEP = Blocked(
    _RULE, "docker:// does not support credentials: use docker run in a step after the login to ECR"
)
_ELSEWHERE = "the job also uses {} for something other than an image: use a separate matrix key for that"


def _accepts(file: File) -> bool:
    """Whether a file is a workflow or an action, and not a manifest."""
    is_action = file.name in _ACTIONS and b"runs" in file.data
    return (is_action or _is_workflow(file.path)) and not is_manifest(file.data)


def _is_workflow(path: PurePath) -> bool:
    folders = path.parts[-3:-1]
    return path.suffix in (".yml", ".yaml") and folders[1:] == ("workflows",) and folders[0] in _FOLDERS


def _images(text: str, root: Node) -> Iterator[Occurrence]:
    """Yield the references of a document, in order."""
    # An anchor can put one image into several places: a reason against it in one of them applies to all.
    images = sorted(_in_document(root), key=lambda image: bool(image.reason or image.blocked))
    by_node = {id(image.node): image for image in images}
    yield from (_read(text, each) for each in sorted(by_node.values(), key=lambda each: each.node.span))


def _expected(document: str) -> bool:
    return _KEY.search(document) is not None


# --- locations of images ---------------------------------------------------------------------


class _Image(NamedTuple):
    """A scalar that names an image, and why it cannot be rewritten, if it cannot."""

    node: Scalar
    blocked: Blocked | None
    reason: str | None = None


def _in_document(root: Node) -> Iterator[_Image]:
    """Yield the images of a workflow or an action."""
    top = fields(root)
    for job in fields(top.get("jobs")).values():
        values = fields(job)
        yield from _in_job(values)
        yield from _in_steps(values.get("steps"))
    runs = fields(top.get("runs"))
    yield from _in_steps(runs.get("steps"))
    yield from _with_scheme(runs.get("image"))


def _in_steps(steps: Node | None) -> Iterator[_Image]:
    """Yield the images that steps use."""
    for step in items(steps):
        yield from _with_scheme(fields(step).get("uses"))


def _with_scheme(node: Node | None) -> Iterator[_Image]:
    """Yield the image of a scalar that begins with ``docker://``."""
    if isinstance(node, Scalar) and text_of(node).startswith(_SCHEME):
        yield _Image(node, _STEP)


def _in_job(job: dict[str, Node]) -> Iterator[_Image]:
    """Yield the images of a job's container and services, or their matrix items."""
    containers = (job.get("container"), *fields(job.get("services")).values())
    images = [image for each in containers for image in _of_container(each)]
    places = {id(image.node) for image in images if _path(image.node)}
    for image in images:
        path = _path(image.node)
        name = ".".join(("matrix", *path))
        if not path:
            yield image
        elif listed := _listed(job, path, image):
            reason = _ELSEWHERE.format(name) if _is_used(job, path, places) else None
            yield from (each._replace(reason=reason) for each in listed)
        else:
            yield image._replace(reason=f"it comes from {name}, which the matrix of this job does not list")


def _of_container(node: Node | None) -> Iterator[_Image]:
    """Yield the image of a container or service, which is a string or a mapping."""
    values = fields(node)
    image = values.get("image") if isinstance(node, Mapping) else node
    if is_text(image):
        yield _Image(image, _blocked(values.get("credentials")))


def _blocked(credentials: Node | None) -> Blocked | None:
    """Return why credentials do not allow a pull through the cache, or None.

    Credentials for ECR Public are made in the same way but are not valid for the cache.
    """
    if is_null(credentials):
        return _WITHOUT
    values = fields(credentials)
    username, password = text_of(values.get("username")), text_of(values.get("password"))
    is_public = "public" in f"{username} {password}".lower()
    return _OTHERS if is_public or not _OF_ECR.search(username) else None


# --- expressions -----------------------------------------------------------------------------


def _path(node: Scalar) -> tuple[str, ...]:
    """Return the matrix keys if a scalar is a single ``matrix`` expression."""
    value = text_of(node)
    found = _EXPRESSION.match(value)
    if not found or found.end() < len(value):
        return ()
    path = _MATRIX.fullmatch(found["inner"].strip())
    return _keys(path) if path else ()


def _keys(found: re.Match[str]) -> tuple[str, ...]:
    return tuple(found["path"].split(".")[1:])


def _undecided(value: str) -> str | None:
    """Return why an image is unknown if it begins with an expression, or None."""
    found = _EXPRESSION.match(value)
    if not found:
        return None
    inner = found["inner"].strip()
    what = "it" if found.end() == len(value) else "its registry"
    if _CONTEXT.fullmatch(inner):
        return f"{what} comes from {inner}: rewrite it where that is set"
    return f"{what} comes from an expression: rewrite the values in it"


def _listed(job: dict[str, Node], path: tuple[str, ...], image: _Image) -> list[_Image]:
    """Return the matrix items for an expression; a container can be a mapping."""
    matrix = fields(fields(job.get("strategy")).get("matrix"))
    entries = [fields(each) for key in ("include", "exclude") for each in items(matrix.get(key))]
    key, *rest = path
    first = matrix.get(key)
    nodes: list[Node | None] = [first, *items(first), *(entry.get(key) for entry in entries)]
    for name in rest:
        nodes = [fields(node).get(name) for node in nodes]
    result = [image._replace(node=node) for node in nodes if is_text(node)]
    if image.node is job.get("container"):
        result += [each for node in nodes if isinstance(node, Mapping) for each in _of_container(node)]
    return result


def _is_used(job: dict[str, Node], path: tuple[str, ...], places: set[int]) -> bool:
    """Whether a job uses matrix values at *path* for anything but images and names.

    *places* are the identities of the scalars that are such an image and nothing else.
    """
    parts = [each for each in job.items() if each[0] not in ("name", "strategy", "steps")]
    steps = [fields(step) for step in items(job.get("steps"))]
    parts += [each for step in steps for each in step.items() if each[0] != "name"]
    found = (each for key, node in parts for each in _scalars(key, node) if id(each[1]) not in places)
    used = (each for key, node in found for each in _paths(key, node.value))
    return any(each == path[: len(each)] for each in used)


def _scalars(key: str, node: Node) -> Iterator[tuple[str, Scalar]]:
    """Yield the scalars in the value of a *key*, each with the key nearest to it."""
    pending, seen = [(key, node)], set()
    while pending:
        key, node = pending.pop()
        if isinstance(node, Scalar):
            yield key, node
        elif id(node) not in seen:
            seen.add(id(node))
            pending += fields(node).items()
            pending += [(key, each) for each in items(node)]


def _paths(key: str, value: str) -> Iterator[tuple[str, ...]]:
    """Yield the matrix keys in expressions of a value; an ``if`` needs no braces."""
    for inner in [value] if key == "if" else [each["inner"] for each in _EXPRESSION.finditer(value)]:
        for found in _MATRIX.finditer(inner):
            yield _keys(found)


# --- references ------------------------------------------------------------------------------


def _read(text: str, image: _Image) -> Occurrence:
    """Return the reference in a scalar, without ``docker://``."""
    node = image.node
    value = node.value
    start = len(value) - len(value.lstrip())
    if value.startswith(_SCHEME, start):
        start += len(_SCHEME)
    place = scalars.inside(text, node)
    if text.startswith(value[:start], place.start):
        place = Span(place.start + start, place.end)
    pieces = tuple(_pieces(text, node, start))
    reason = image.reason or _undecided(value[start:].rstrip())
    return Occurrence(pieces, place, place, reason=reason, blocked=image.blocked)


def _pieces(text: str, node: Scalar, at: int) -> Iterator[Piece]:
    """Yield the pieces of a scalar from index *at*; expressions are unknown pieces."""
    value = node.value.rstrip()
    for found in _EXPRESSION.finditer(value, at):
        if at < found.start():
            yield from scalars.pieces(text, node, at, found.start())
        places = scalars.pieces(text, node, *found.span())
        yield Piece(found[0], places[0].span if len(places) == 1 else None, known=False)
        at = found.end()
    if at < len(value):
        yield from scalars.pieces(text, node, at, len(value))


_MANUAL = Manual(
    __doc__,
    files=(
        "`.github/workflows/*.yml`, `.github/workflows/*.yaml`, the same below `.gitea` and `.forgejo`; "
        "`action.yml`, `action.yaml`"
    ),
    summary=(
        "images of `container` and `services` with credentials for ECR, items of a matrix; `uses: docker://` "
        "on runners that are logged in"
    ),
    found=(
        "the images of `container` and `services` that have credentials for ECR, and the items of "
        "`strategy.matrix` that such an image names; with `runners-logged-in`, all of them, and `docker://` "
        "in `uses` and in `image` of an action"
    ),
    reported=(
        "what GitHub pulls [before any login](rules.md#pull-before-login); an image that is an expression"
    ),
)

FORMAT = Format(
    name="github-actions",
    patterns=(
        *(f"**/{folder}/workflows/*{ending}" for folder in sorted(_FOLDERS) for ending in (".yml", ".yaml")),
        *_ACTIONS,
    ),
    signs=(),
    find=yaml_find(_images, has_any(_SIGNS), _expected),
    outline=yaml_outline(has_any(_SIGNS), lambda top, key: "image" if key == "container" else key),
    manual=_MANUAL,
    accepts=_accepts,
    syntax="yaml",
)
