"""The modules of Terraform files, with their variables, locals and providers.

A folder is a module.  A module that another one calls is read once per call, with
the arguments of that call; the others are read with the defaults of their variables
and with the ``terraform.tfvars`` and ``*.auto.tfvars`` in their folder, as Terraform
does.  Sources: the Terraform language documentation, and that of the AWS provider
for ``provider "aws"``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from rewrite_refs.sources import SourceLocation
from rewrite_refs.sources.hcl.blocks import Block, written
from rewrite_refs.sources.hcl.expressions import Scope, evaluate
from rewrite_refs.sources.hcl.types import convert
from rewrite_refs.sources.hcl.values import Unknown, Value, Wrong, equal, text

if TYPE_CHECKING:
    from tree_sitter import Node

_ROLE = re.compile(r"arn:[\w-]+:iam::(\d{12}):role/.+")
_NOTHING = object()


class Placed(NamedTuple):
    """A block and the file that contains it."""

    file: str
    block: Block


class Given(NamedTuple):
    """A value that a ``.tfvars`` or ``terragrunt.hcl`` file gives to a variable.

    ``read`` is whether Terraform reads the file automatically.
    """

    file: str
    value: Node
    read: bool


@dataclass(frozen=True, slots=True)
class Module:
    """The files of one folder.

    ``broken`` is the location of a syntax error in one of them.
    """

    folder: str
    blocks: tuple[Placed, ...] = ()
    given: Mapping[str, Sequence[Given]] = field(default_factory=dict)
    broken: SourceLocation | None = None

    def named(self, type: str) -> dict[str, Block]:
        """Return the blocks of a type by their first label."""
        return {each.block.label: each.block for each in self.blocks if each.block.type == type}

    def local(self, block: Block) -> str | None:
        """Return the folder that a ``module`` block calls; None if it is not local."""
        source = source_of(block)
        return posixpath.normpath(f"{self.folder}/{source}") if source.startswith(("./", "../")) else None


class Provider(NamedTuple):
    """The account and the region in the configuration of an AWS provider."""

    account: str | None = None
    region: str | None = None


class Instance:
    """One call of a module: its variables, its locals and its providers.

    ``arguments`` are evaluated on demand; None is for a module that is not called.
    ``providers`` are those of the caller.
    """

    def __init__(
        self,
        module: Module,
        arguments: Mapping[str, Callable[[], Value]] | None = None,
        providers: Mapping[str, Provider] | None = None,
    ) -> None:
        self.module = module
        self.arguments = arguments
        self.variables = module.named("variable")
        self.locals: dict[str, Node] = {}
        for each in module.blocks:
            if each.block.type == "locals":
                self.locals.update(each.block.attributes)
        self.values: dict[str, Value] = {}
        self.scope: Scope = {"var": self.variable, "local": self.local}
        self.providers = {**(providers or {}), **self._providers()}

    def variable(self, name: str) -> Value:
        """Return the value of ``var.NAME``.

        Raises:
            Wrong: Terraform rejects it.
        """
        return self._once(f"var.{name}", lambda: self._variable(name))

    def local(self, name: str) -> Value:
        """Return the value of ``local.NAME``.

        Raises:
            Wrong: Terraform rejects it.
        """
        if name not in self.locals:
            return Unknown(f"local.{name}", self._unread("which no file given defines"))
        return self._once(f"local.{name}", lambda: evaluate(self.locals[name], self.scope))

    def _once(self, name: str, compute: Callable[[], Value]) -> Value:
        if name not in self.values:
            self.values[name] = Unknown(name, "which is defined by itself")
            try:
                self.values[name] = compute()
            except Wrong:
                del self.values[name]
                raise
        return self.values[name]

    def _unread(self, why: str) -> str:
        return (
            f"of which {self.module.broken} may define, and which cannot be read"
            if self.module.broken
            else why
        )

    def _variable(self, name: str) -> Value:
        full = f"var.{name}"
        if name not in self.variables:
            return Unknown(full, self._unread("which no file given declares"))
        declared = self.variables[name].attributes
        value = self._argument(name) if self.arguments is not None else self._given(name)
        nullable = "nullable" not in declared or evaluate(declared["nullable"], {}) is not False
        if value is _NOTHING or (value is None and not nullable):
            if "default" not in declared:
                return Unknown(full, "which has no value here")
            value = evaluate(declared["default"], {})
        return convert(value, declared["type"]) if "type" in declared else value

    def _argument(self, name: str) -> Value:
        argument = (self.arguments or {}).get(name)
        return argument() if argument else _NOTHING

    def _given(self, name: str) -> Value:
        """Return the value that the ``.tfvars`` files give to a variable, if any.

        It is Unknown if a file that Terraform does not read automatically has a different value,
        because it is not known whether that file is used.
        """
        if self.module.broken:
            return Unknown(f"var.{name}", self._unread(""))
        given = self.module.given.get(name, ())
        own = [each.value for each in given if each.read][-1:]
        default = self.variables[name].attributes.get("default")
        values = [evaluate(node, {}) for node in own or ([default] if default else [])]
        for each in (each for each in given if not each.read):
            values.append(evaluate(each.value, {}))
            if not equal(values[0], values[-1]):
                return Unknown(f"var.{name}", f"to which {each.file} gives a value of its own")
        return values[0] if values and given else _NOTHING

    def _providers(self) -> dict[str, Provider]:
        """Return the AWS provider configurations by the names that resources use."""
        result = {}
        for _, block in self.module.blocks:
            if block.type == "provider" and block.label in ("aws", "awscc"):
                alias = known(block, "alias", self.scope)
                roles = (
                    known(each, "role_arn", self.scope) for each in block.blocks if each.type == "assume_role"
                )
                found = _ROLE.fullmatch(next((each for each in roles if each), ""))
                account = found[1] if found else self._only_account(block)
                name = f"{block.label}.{alias}" if alias else block.label
                result[name] = Provider(account, known(block, "region", self.scope))
        return result

    def _only_account(self, block: Block) -> str | None:
        """Return the account that a provider is restricted to, if there is exactly one."""
        node = block.attributes.get("allowed_account_ids")
        try:
            accounts = evaluate(node, self.scope) if node else None
            return known_text(accounts[0]) if isinstance(accounts, list) and len(accounts) == 1 else None
        except Wrong:
            return None


def source_of(block: Block) -> str:
    """Return the ``source`` of a module as it is written; empty if there is none."""
    node = block.attributes.get("source")
    return written(node).strip('"') if node else ""


def value_of(block: Block, name: str, scope: Scope) -> str | Unknown | None:
    """Return an attribute as a text; None if it is absent or null.

    Raises:
        Wrong: Terraform rejects it.
    """
    value = evaluate(block.attributes[name], scope) if name in block.attributes else None
    found: str | Unknown | None = None if value is None else text(value)
    return found


def known(block: Block, name: str, scope: Scope, default: str | None = None) -> str | None:
    """Return an attribute as a text, or *default* if absent or null; None if unknown."""
    try:
        value = value_of(block, name, scope)
    except Wrong:
        return None
    return default if value is None else known_text(value)


def known_text(value: Value) -> str | None:
    """Return a value as a text; None if it is unknown.

    Raises:
        Wrong: The value cannot be converted to a text.
    """
    found = text(value)
    return found if isinstance(found, str) else None
