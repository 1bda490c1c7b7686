"""The rules in CloudFormation and SAM templates, and in Kubernetes manifests.

Templates are read in YAML, with short or long functions, and in JSON, which the AWS CDK
also writes to ``cdk.out``.  The functions in the properties of a
``AWS::ECR::PullThroughCacheRule`` are evaluated (``cloudformation_functions``).  Manifests contain
the ``PullThroughCacheRule`` of AWS Controllers for Kubernetes or of Crossplane (``kubernetes``).

A value that a file does not contain is Unresolved, with the line of the resource and the reason.
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
# Narrower than the bare name, which is also part of the names of IAM actions.
_SCREEN = re.compile(rb"AWS::ECR::PullThroughCacheRule|[\"']?kind[\"']?\s*:\s*[\"']?PullThroughCacheRule")

# Kinds of upstreams that mean one registry; those of Azure and of private ECR registries mean many.
_URLS = {each.kind: each.url for each in UPSTREAMS}
_FOREACH = "Fn::ForEach::"
# The most values that are evaluated in a file; a rule needs about ten.
_STEPS = 20_000


def load(
    paths: Iterable[Path], show: Callable[[Path], str], account: str | None = None, region: str | None = None
) -> Import:
    """Return the rules in files and folders.

    Args:
        paths: The files and folders.  In a folder, ``.yaml``, ``.yml``, ``.json`` and ``.template`` files
            are read, and those without a rule are skipped.
        show: Returns the name of a file for messages.
        account: The account of the deployment, for files that do not state theirs.
        region: The region of the deployment, for files that do not state theirs.

    Raises:
        ConfigError: A file cannot be read.
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
    """Return the rules in the documents of a file, which messages call *shown*.

    Raises:
        ConfigError: A document is neither YAML nor JSON.
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
    """Yield a file, or the files below a folder, each with whether the user named it."""
    if not files.is_folder(path):
        yield path, True
        return

    def stop(error: OSError) -> None:
        raise ConfigError(f"{show(Path(error.filename))}: the folder cannot be read: {error.strerror}")

    for folder, folders, names in os.walk(path, onerror=stop):
        folders[:] = sorted(set(folders) - _PASSED_OVER)
        yield from ((Path(folder, name), False) for name in sorted(names) if name.endswith(_NAMES))


def _bytes(path: Path, shown: str, named: bool) -> bytes | None:
    """Return the content of a file; None if it was not named and has no rule."""
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
    """Return several imports as one; a duplicate keeps its first location."""
    rules: dict[Imported, Imported] = {}
    unresolved: dict[Unresolved, None] = {}
    for each in found:
        for rule in each.rules:
            rules.setdefault(rule._replace(location=None), rule)
        unresolved.update(dict.fromkeys(each.unresolved))
    return Import(tuple(rules.values()), tuple(unresolved))


# --- resources -------------------------------------------------------------------------------


def _rules(root: Node, scope: Scope) -> Iterator[tuple[Scope, Node, int, str]]:
    """Yield the scope, properties and offset of each rule, and why it cannot be read.

    The reason is empty for a rule that can be read.  The properties of one that cannot may have any form.
    """
    # The Serverless Framework has templates below its key ``resources``.
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
    """Yield the resources of a mapping, including those in loops, with their offsets."""
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
    """Return why a resource is not created, or may not be; empty if it is created."""
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
    """Return the rule of one resource, or why it has none (*why* if not empty)."""
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
    # The ARN of a secret that the template itself creates is unknown, and not needed.
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
    """Return the host of the upstream, from its URL or its kind.

    Raises:
        Unknown: Neither is known.
    """
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
    """Return the text of a property, or None if it is absent.

    Raises:
        Unknown: The template does not contain the value.
    """
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
