"""The rules in CloudFormation and SAM templates, and in manifests of Kubernetes.

Templates are read in YAML, short forms and long ones, and in JSON, which is also what
the AWS CDK leaves in ``cdk.out``.  A ``AWS::ECR::PullThroughCacheRule`` comes out with
the functions in its properties worked out (``intrinsics``).  Manifests hold the
``PullThroughCacheRule`` of AWS Controllers for Kubernetes, or that of Crossplane (``manifests``).

What a file does not tell is Unresolved, with the line of the resource and the reason.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import repeat
from pathlib import Path

from rewrite_refs.config.documents import without_values
from rewrite_refs.errors import ConfigError, ParseError
from rewrite_refs.files import io as files
from rewrite_refs.images.upstreams import UPSTREAMS
from rewrite_refs.sources import Import, Imported, SourceLocation, Unresolved, cdk
from rewrite_refs.sources import aws_json as describe
from rewrite_refs.sources import kubernetes as manifests
from rewrite_refs.sources.cloudformation_functions import Scope, Unknown, call, expand, holds, resolve
from rewrite_refs.text.lines import Lines
from rewrite_refs.yaml import tree as yamltree
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Node, fields, items

TYPE = "AWS::ECR::PullThroughCacheRule"
STACK_SET = "AWS::CloudFormation::StackSet"

_NAMES = (".yaml", ".yml", ".json", ".template")
_PASSED_OVER = {".git", "node_modules"}
# Narrower than the bare name, which also stands in the names of IAM actions.
_SCREEN = re.compile(rb"AWS::ECR::PullThroughCacheRule|[\"']?kind[\"']?\s*:\s*[\"']?PullThroughCacheRule")

# Kinds that stand for one registry; those of Azure and of private ECR registries stand for many.
_URLS = {each.kind: each.url for each in UPSTREAMS}
_FOREACH = "Fn::ForEach::"
# How many values a file may have that are worked out; a rule takes about ten.
_STEPS = 20_000


def load(
    paths: Iterable[Path], show: Callable[[Path], str], account: str | None = None, region: str | None = None
) -> Import:
    """The rules in files, and in the ``.yaml``, ``.yml``, ``.json`` and ``.template`` files of folders.

    *show* gives the name of a file for messages; *account* and *region* are those of
    the deployment, for files that do not tell theirs.  In a folder, files that hold no rule are passed over.

    Raises ConfigError where a file cannot be read.
    """
    found: list[Import] = []
    for path in paths:
        for file, named in _files(path, show):
            data = _bytes(file, show(file), named)
            if data is not None:
                home = cdk.home(file)
                deployed = home.account or account, home.region or region
                found.append(read(_text(data, show(file)), show(file), *deployed))
    return _together(found)


def read(text: str, shown: str, account: str | None = None, region: str | None = None) -> Import:
    """The rules in the documents of a file, which messages call *shown*.

    Raises ConfigError where a document is neither YAML nor JSON.
    """
    lines = Lines(text)
    found: list[Import] = []
    whole = Scope(text, {}, account, region, steps=repeat(None, _STEPS))
    for span in yamltree.split(text):
        try:
            roots = yamltree.parse(text, span)
        except ParseError as error:
            problem = error.problems[0]
            line = lines.position(problem.offset)[0]
            message = without_values(problem.message)
            raise ConfigError(
                f"{shown}:{line}: {message}: fix it, or name the files that hold the rules"
            ) from None
        try:
            for root in roots:
                for scope, node, at, why in _rules(root, whole):
                    found.append(_import(scope, node, SourceLocation(shown, lines.position(at)[0]), why))
        except RecursionError:
            line = lines.position(span.start)[0]
            raise ConfigError(f"{shown}:{line}: an Fn::ForEach in it contains itself: fix it") from None
    return _together(found)


# --- files -----------------------------------------------------------------------------------


def _files(path: Path, show: Callable[[Path], str]) -> Iterator[tuple[Path, bool]]:
    """A file, or the files below a folder; whether somebody named it."""
    if not files.is_folder(path):
        yield path, True
        return

    def stop(error: OSError) -> None:
        raise ConfigError(f"{show(Path(error.filename))}: the folder cannot be read: {error.strerror}")

    for folder, folders, names in os.walk(path, onerror=stop):
        folders[:] = sorted(set(folders) - _PASSED_OVER)
        yield from ((Path(folder, name), False) for name in sorted(names) if name.endswith(_NAMES))


def _bytes(path: Path, shown: str, named: bool) -> bytes | None:
    """The content of a file; None for one that nobody named and that holds no rule."""
    try:
        data = files.named(path, files.MAX_NAMED) if named else files.read(path)
    except files.Unreadable as error:
        raise ConfigError(f"{shown}: it cannot be read: {error}") from None
    except OSError as error:
        raise ConfigError(f"{shown}: it cannot be read: {error.strerror}") from None
    return data if data is not None and (named or _SCREEN.search(data)) else None


def _text(data: bytes, shown: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{shown}:{line}: it is not UTF-8: convert it") from None


def _together(found: Iterable[Import]) -> Import:
    """Several imports as one; what is there twice comes once, with the place where it was first."""
    rules: dict[Imported, Imported] = {}
    unresolved: dict[Unresolved, None] = {}
    for each in found:
        for rule in each.rules:
            rules.setdefault(rule._replace(location=None), rule)
        unresolved.update(dict.fromkeys(each.unresolved))
    return Import(tuple(rules.values()), tuple(unresolved))


# --- resources -------------------------------------------------------------------------------


def _rules(root: Node, scope: Scope) -> Iterator[tuple[Scope, Node, int, str]]:
    """Each resource that is a rule: its scope, its properties, its offset, and why nobody can read it.

    The properties of one that is not read may be of any form.
    """
    # The Serverless Framework has templates below its own ``resources``.
    below = fields(root).get("resources")
    for template in [root, *items(below), *([below] if below else [])]:
        inside = scope._replace(sections=fields(template))
        for at, resource, here, why in _resources(inside.sections.get("Resources"), inside, ""):
            entries = fields(resource)
            kind = entries.get("Type")
            if isinstance(kind, Scalar) and kind.value == TYPE:
                yield here, entries.get("Properties", resource), at, why or _condition(entries, here)
            elif isinstance(kind, Scalar) and kind.value == STACK_SET:
                body = fields(entries.get("Properties")).get("TemplateBody")
                if isinstance(body, Scalar) and TYPE in body.value:
                    yield (
                        here,
                        resource,
                        at,
                        "the TemplateBody of a stack set is not read: import it as a file",
                    )
    for manifest in manifests.rules(root):
        here = scope._replace(
            account=manifest.home.account or scope.account, region=manifest.home.region or scope.region
        )
        yield here, manifest.properties, _start(manifest.node), ""


def _resources(node: Node | None, scope: Scope, why: str) -> Iterator[tuple[int, Node, Scope, str]]:
    """The resources in a mapping of them, those of loops too, with their offsets."""
    pairs = list(node.pairs()) if isinstance(node, yamltree.Mapping) else []
    places = {key.value: key.span.start for key, _ in pairs if isinstance(key, Scalar)}
    for name, resource in fields(node).items():
        if not name.startswith(_FOREACH):
            yield places.get(name, _start(resource)), resource, scope, why
            continue
        body = items(resource)[-1] if items(resource) else None
        try:
            for each in expand(resource, scope):
                yield from _resources(body, each, why)
        except Unknown as reason:
            yield from _resources(body, scope, f"{name}: {reason}")


def _condition(resource: Mapping[str, Node], scope: Scope) -> str:
    """Why a resource is not made, or nobody knows; empty where it is made."""
    condition = resource.get("Condition")
    if not isinstance(condition, Scalar):
        return ""
    name = condition.value
    try:
        made = holds(name, scope)
    except Unknown as reason:
        return f"the condition {name}: {reason}"
    except RecursionError:
        return f"the condition {name} refers to itself"
    return "" if made else f"left out, as the condition {name} is false with the values that are known here"


def _start(node: Node) -> int:
    return node.span.start if isinstance(node, Scalar) else node.start


# --- from a resource to a rule -----------------------------------------------------------------


def _import(scope: Scope, properties: Node, location: SourceLocation, why: str) -> Import:
    """The rule of one resource, or why it has none (*why*, where that is known already)."""
    try:
        if why:
            raise Unknown(why)
        return Import((_rule(properties, scope, location),))
    except Unknown as reason:
        return Import(unresolved=(Unresolved(location, str(reason)),))
    except RecursionError:
        return Import(unresolved=(Unresolved(location, "its properties refer to themselves"),))


def _rule(properties: Node, scope: Scope, location: SourceLocation) -> Imported:
    called = call(properties, scope)
    if called:
        raise Unknown(f"its properties come from {called[0]}")
    # ACK and Crossplane write upstreamRegistryURL and upstreamRegistryUrl.
    nodes = {name.lower(): (name, node) for name, node in fields(properties).items()}
    prefix = _property(nodes, "EcrRepositoryPrefix", scope)
    if not prefix:
        raise Unknown("it has no EcrRepositoryPrefix")
    secret = describe.Owner(None, None)
    # The ARN of a secret that the template makes itself tells nothing, and need not.
    with suppress(Unknown):
        secret = describe.home(_property(nodes, "CredentialArn", scope))
    return Imported(
        _upstream(nodes, scope),
        prefix,
        describe.path(_property(nodes, "UpstreamRepositoryPrefix", scope)),
        secret.account or scope.account,
        secret.region or scope.region,
        location,
    )


def _upstream(nodes: Mapping[str, tuple[str, Node]], scope: Scope) -> str:
    """The upstream registry: from its URL, or else from its kind where that stands for one registry."""
    try:
        url = _property(nodes, "UpstreamRegistryUrl", scope)
        reason = "it has neither an UpstreamRegistryUrl nor an UpstreamRegistry that means one registry"
    except Unknown as unknown:
        url, reason = None, str(unknown)
    if url:
        return describe.host(url)
    kind = _property(nodes, "UpstreamRegistry", scope)
    if kind not in _URLS:
        raise Unknown(reason)
    return _URLS[kind]


def _property(nodes: Mapping[str, tuple[str, Node]], name: str, scope: Scope) -> str | None:
    """The text of a property, or None where it is absent.  Raises Unknown."""
    if name.lower() not in nodes:
        return None
    written, node = nodes[name.lower()]
    try:
        value = resolve(node, scope)
    except Unknown as reason:
        raise Unknown(f"{written}: {reason}") from None
    if isinstance(value, tuple):
        raise Unknown(f"{written}: a list is not text")
    if value is not None and set(value) & set("${}"):
        raise Unknown(f"{written}: {value} is filled in by another tool, or at deployment")
    return value
