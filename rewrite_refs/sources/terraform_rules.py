"""The rules that Terraform modules create when they are called as in the files.

Sources: the Terraform language documentation, and that of the AWS provider for
``aws_ecr_pull_through_cache_rule``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from rewrite_refs.sources import Imported, SourceLocation, Unresolved
from rewrite_refs.sources import aws_json as describe
from rewrite_refs.sources.hcl.blocks import Block, children, elements, parse, written
from rewrite_refs.sources.hcl.community import model
from rewrite_refs.sources.hcl.expressions import Scope, evaluate
from rewrite_refs.sources.hcl.modules import Instance, Module, Placed, Provider, known, source_of, value_of
from rewrite_refs.sources.hcl.values import Set, Unknown, Wrong, number, pairs

if TYPE_CHECKING:
    from tree_sitter import Node

RULES = ("aws_ecr_pull_through_cache_rule", "awscc_ecr_pull_through_cache_rule")
# Every file that creates rules, or passes them to a module, contains one of these words.
WORD = re.compile(
    r'pull[_-]?through|ecr_repository_prefix|upstream_registry|"registry-1\.docker\.io"', re.IGNORECASE
)
REMEDY = "import the output of terraform show -json instead"


class UnresolvedRule(NamedTuple):
    """A block that creates no rule with the values in the files, but may with others."""

    location: SourceLocation
    reason: str


Found = Imported | Unresolved | UnresolvedRule

# A registry has at most 50 rules (Amazon ECR service quotas), but the quota can be raised.
_MOST = 1000
_META = frozenset({"source", "version", "for_each", "count", "providers", "depends_on"})
# The attributes of a rule, and whether they are required.
_VALUES = {"ecr_repository_prefix": True, "upstream_registry_url": True, "upstream_repository_prefix": False}
# Words in the arguments of a module that creates rules.
_NAMES = re.compile(r"pull_?through_?(?:cache_?)?rule", re.IGNORECASE)
_PARTS = re.compile(r'\b(?:upstream_registry|ecr_repository_prefix)|"registry-1\.docker\.io"')
_NAMED = re.compile(r"\b(?:var|local)\.")


class Tree(NamedTuple):
    """The modules by folder; ``makers`` are the folders that may create rules."""

    modules: Mapping[str, Module]
    makers: Collection[str]


def tree(modules: Mapping[str, Module]) -> Tree:
    """Find the modules that may create rules.

    These have a rule, or call such a module or an unknown one that seems to create rules.
    """
    makers: set[str] = set()
    while new := {
        folder
        for folder, module in modules.items()
        if folder not in makers and any(_makes(module, each.block, modules, makers) for each in module.blocks)
    }:
        makers |= new
    return Tree(modules, makers)


def _makes(module: Module, block: Block, modules: Mapping[str, Module], makers: Collection[str]) -> bool:
    """Whether a block of a module creates rules, given the *makers* found so far."""
    if block.type != "module":
        return _is_rule(block)
    local = module.local(block)
    if local in modules:
        return local in makers
    return model(source_of(block)) is not None or _has_values(block)


def _is_rule(block: Block) -> bool:
    return block.type == "resource" and block.label in RULES


def rules(
    instance: Instance, known: Tree, at: SourceLocation | None = None, trail: tuple[str, ...] = ()
) -> Iterator[Found]:
    """Yield the rules of a module and its calls, including unresolved ones.

    Args:
        instance: The module and the values that it is called with.
        known: The modules of the files.
        at: The location to show for a module that is not in the files; such a module does not call others.
        trail: The folders of the modules that led to this one.
    """
    for file, block in instance.module.blocks:
        location = at or SourceLocation(file, block.line)
        if _is_rule(block):
            make = partial(_rule, block, instance, location)
            yield from _repeated(block, instance, location, make, ours=at is None)
        elif block.type == "module":
            yield from _called(block, instance, known, location, (*trail, instance.module.folder))


def _called(
    block: Block, instance: Instance, known: Tree, location: SourceLocation, trail: tuple[str, ...]
) -> Iterator[Found]:
    """Yield the rules of the module that *block* calls."""
    module = _module_of(instance.module, block, known.modules)
    if module is None:
        if _has_values(block):
            yield Unresolved(location, f"the module {source_of(block)} is not known here: {REMEDY}")
        return
    local = module.folder in known.modules
    if module.folder in trail or (local and module.folder not in known.makers):
        return
    inside = None if local else location

    def make(scope: Scope) -> Iterator[Found]:
        arguments = {
            name: partial(evaluate, node, scope)
            for name, node in block.attributes.items()
            if name not in _META
        }
        providers = {name: each for name, each in instance.providers.items() if "." not in name}
        if "providers" in block.attributes:
            passed = _words(block.attributes["providers"])
            providers = {name: instance.providers.get(own, Provider()) for name, own in passed.items()}
        return rules(Instance(module, arguments, providers), known, inside, trail)

    yield from _repeated(block, instance, location, make, ours=local or _has_values(block))


def _repeated(
    block: Block,
    instance: Instance,
    location: SourceLocation,
    make: Callable[[Scope], Iterable[Found]],
    ours: bool,
) -> Iterator[Found]:
    """Yield the results of *make* for each instance of a block.

    *ours* is whether to report a block that creates no rules.
    """
    try:
        scopes = list(_instances(block, instance.scope))
    except Wrong as error:
        yield Unresolved(location, f"{_address(block)}: {error}: {REMEDY}")
        return
    found: list[Found] = []
    for scope in scopes:
        if isinstance(scope, Unknown):
            message = f"the number of {_address(block)} depends on {scope}: {REMEDY}"
            found.append(Unresolved(location, message))
        else:
            found += make(scope)
    yield from found
    if not found and ours and _is_switched(block):
        yield UnresolvedRule(
            location, f"{_address(block)}: with the values in the files there is none: {REMEDY}"
        )


def _is_switched(block: Block) -> bool:
    """Whether variables decide how many rules a block creates."""
    deciding = (
        written(node)
        for name, node in block.attributes.items()
        if name in ("count", "for_each") or _NAMES.search(name)
    )
    return any(_NAMED.search(each) for each in deciding)


def _rule(block: Block, instance: Instance, location: SourceLocation, scope: Scope) -> Iterator[Found]:
    """Yield the rule of one instance of a resource."""
    values: list[str] = []
    for name, needed in _VALUES.items():
        try:
            value = value_of(block, name, scope)
        except Wrong as error:
            yield Unresolved(location, f"{_address(block)}: {name}: {error}: {REMEDY}")
            return
        if isinstance(value, Unknown):
            yield Unresolved(location, f"{_address(block)}: {name} depends on {value}: {REMEDY}")
            return
        if needed and not value:
            yield Unresolved(location, f"{_address(block)} has no {name}: set one")
            return
        values.append(value or "")
    prefix, url, path = values
    provider = instance.providers.get(_provider(block), Provider())
    region = known(block, "region", scope, provider.region)
    yield rule(prefix, url, path, provider.account, region, known(block, "credential_arn", scope), location)


def rule(
    prefix: str,
    url: str,
    path: str,
    account: str | None,
    region: str | None,
    secret: str | None,
    location: SourceLocation,
) -> Imported:
    """Return the rule with the values of a resource.

    Args:
        prefix: The ``ecr_repository_prefix``.
        url: The ``upstream_registry_url``.
        path: The ``upstream_repository_prefix``, or an empty text.
        account: The account of the registry, if known.
        region: The region of the registry, if known.
        secret: The ``credential_arn``, used for an unknown account or region (``aws_json`` explains why).
        location: The location of the resource.
    """
    home = describe.home(secret)
    return Imported(
        describe.host(url),
        prefix,
        describe.path(path),
        account or home.account,
        region or (home.region if account in (None, home.account) else None),
        location,
    )


def roots(modules: Mapping[str, Module]) -> list[Module]:
    """Return the modules that no other module calls."""
    called = {
        module.local(each.block)
        for module in modules.values()
        for each in module.blocks
        if each.block.type == "module"
    }
    return [module for folder, module in modules.items() if folder not in called]


def _module_of(caller: Module, block: Block, modules: Mapping[str, Module]) -> Module | None:
    """Return the module that a block calls, or None if it is unknown.

    It is one of the files, or the model of a community module.
    """
    local = caller.local(block)
    if local is not None:
        return modules.get(local)
    source = source_of(block)
    known = model(source)
    if known is None:
        return None
    return Module(source, tuple(Placed(source, each) for each in parse(known).blocks))


def _has_values(block: Block) -> bool:
    """Whether the call of an unknown module looks like one that creates rules."""
    arguments = ((name, written(node)) for name, node in block.attributes.items() if name not in _META)
    speaks = any(_NAMES.search(name) or _PARTS.search(f"{name} = {value}") for name, value in arguments)
    return speaks or WORD.search(source_of(block)) is not None


def _address(block: Block) -> str:
    return ".".join(block.labels if block.type == "resource" else (block.type, *block.labels))


def _instances(block: Block, scope: Scope) -> Iterator[Scope | Unknown]:
    """Yield the scope of each instance of a block; Unknown if their number is unknown.

    Raises:
        Wrong: Terraform rejects the ``for_each`` or ``count``.
    """
    if "for_each" in block.attributes:
        value = evaluate(block.attributes["for_each"], scope)
        if isinstance(value, Unknown):
            yield value
        elif isinstance(value, dict | Set):
            yield from ({**scope, "each": {"key": key, "value": each}} for key, each in pairs(value))
        else:
            raise Wrong("for_each takes a map or a set")
    elif "count" in block.attributes:
        value = evaluate(block.attributes["count"], scope)
        if isinstance(value, Unknown):
            yield value
        else:
            count = number(value)
            if not 0 <= count <= _MOST:
                raise Wrong(f"{count} is not a valid number of rules")
            yield from ({**scope, "count": {"index": index}} for index in range(int(count)))
    else:
        yield scope


def _provider(block: Block) -> str:
    """Return the name of the provider configuration that a resource uses."""
    node = block.attributes.get("provider")
    return written(node).strip('"') if node else block.label.partition("_")[0]


def _words(node: Node) -> dict[str, str]:
    """Return the source of the keys and values of an object."""
    inner = children(node)[0]
    pairs = elements(inner.children[0]) if inner.type == "collection_value" else ()
    return {written(key): written(value).strip('"') for key, value in pairs}
