"""The rules in Terraform files.

The resource ``aws_ecr_pull_through_cache_rule`` (and Cloud Control's ``awscc_...``) and
the community module that creates it (``hcl.community``) are read.  Variables, locals,
``for_each``, ``count``, the common functions, and modules in the same repository are
evaluated.  A value that cannot be evaluated is Unresolved, with its location and the
expression that is the cause; nothing is guessed.  The ``inputs`` of a ``terragrunt.hcl``
are one possible value of several.  In the output of ``terraform show -json`` all values
are resolved (``terraform_json``).

A folder is a module, as in Terraform; a file as input means its folder.  The account
and the region of a rule are those of its provider, if they are written there.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from rewrite_refs.errors import ConfigError
from rewrite_refs.files.io import MAX_NAMED, Unreadable, named
from rewrite_refs.sources import Import, Imported, SourceLocation, Unresolved
from rewrite_refs.sources import terraform_json as terraformjson
from rewrite_refs.sources.hcl import terragrunt
from rewrite_refs.sources.hcl.blocks import Block, Broken, parse, written
from rewrite_refs.sources.hcl.modules import Given, Instance, Module, Placed
from rewrite_refs.sources.hcl.values import Large
from rewrite_refs.sources.terraform_rules import REMEDY, WORD, Found, UnresolvedRule, roots, rules, tree

# OpenTofu reads NAME.tofu instead of NAME.tf.
_CONFIGURATION = (".tf", ".tofu")
_JSON = (".tf.json", ".tofu.json")
_VALUES = (".tfvars", ".tfvars.json")
_NAMES = (*_CONFIGURATION, *_JSON, *_VALUES, terragrunt.FILE)
_CALLING = (*_CONFIGURATION, terragrunt.FILE)
_LEFT = frozenset({".terraform", ".git"})
_LOCAL = re.compile(r"""\bsource\s*=\s*"(\.\.?/[^"]*)\"""")


def read(files: Mapping[str, str]) -> Import:
    """Return the rules of the ``.tf`` and ``.tfvars`` files of one or several modules.

    Args:
        files: The contents of the files by their names as shown in messages, with ``/``.

    Raises:
        ConfigError: A file that mentions rules is not valid HCL.  If another file is not valid, only the
            values that it may define are unknown.
    """
    if not any(WORD.search(content) for content in files.values()):
        return Import()
    modules = _modules(
        {
            name: content
            for name, content in files.items()
            if not name.endswith(_JSON) and name.removesuffix(".tf") + ".tofu" not in files
        }
    )
    found: list[Found] = [
        Unresolved(SourceLocation(name), f"Terraform's JSON is not read: {REMEDY}")
        for name, content in files.items()
        if name.endswith(_JSON) and WORD.search(content)
    ]
    known = tree(modules)
    for module in roots(modules):
        try:
            found += rules(Instance(module), known)
        except (RecursionError, Large):
            message = f"{module.folder}: the expressions are nested too deeply, or come to too much: {REMEDY}"
            raise ConfigError(message) from None
    distinct = {each[:-1]: each for each in reversed(found) if isinstance(each, Imported)}
    # A module that creates no rules here may create some if it is called with other values.
    told = {each.location for each in found if not isinstance(each, UnresolvedRule)}
    unresolved = dict.fromkeys(
        Unresolved(each.location, each.reason)
        for each in found
        if isinstance(each, Unresolved) or (isinstance(each, UnresolvedRule) and each.location not in told)
    )
    return Import(tuple(reversed(distinct.values())), tuple(unresolved))


def paths(given: Iterable[Path], show: Callable[[Path], str] = str) -> list[Path]:
    """Return the Terraform files in some paths and in the modules that these call.

    Args:
        given: The files and folders.  A folder is searched with its subfolders, except ``.terraform`` and
            ``.git``; a file means its folder without subfolders.
        show: Returns the name of a file for messages.

    Raises:
        ConfigError: A path does not exist, or cannot be read.
    """
    found: dict[Path, None] = {}
    for path in given:
        if path.is_dir():
            for folder, folders, _ in os.walk(path):
                folders[:] = sorted(each for each in folders if each not in _LEFT)
                found.update(dict.fromkeys(_beside(Path(folder), show)))
        elif path.exists():
            found.update(dict.fromkeys([path, *_beside(path.parent, show)]))
        else:
            raise ConfigError(f"{show(path)}: there is no such file or folder")
    pending = [path for path in found if path.name.endswith(_CALLING)]
    while pending:
        path = pending.pop()
        for source in _LOCAL.findall(_text(path, show)):
            called = Path(os.path.normpath(path.parent / source))
            new = [each for each in _beside(called, show) if each not in found] if called.is_dir() else []
            found.update(dict.fromkeys(new))
            pending += (each for each in new if each.name.endswith(_CALLING))
    return list(found)


def load(given: Iterable[Path], show: Callable[[Path], str]) -> Import:
    """Return the rules of Terraform files and of ``terraform show -json`` outputs.

    Args:
        given: The files and folders.
        show: Returns the name of a file for messages.

    Raises:
        ConfigError: A path does not exist, or cannot be read.
    """
    given = list(given)
    outputs = [path for path in given if _is_output(path)]
    files = paths((path for path in given if path not in outputs), show)
    parts = [read({show(path): _text(path, show) for path in files})]
    parts += (terraformjson.read(_text(path, show, terraformjson.HINT), show(path)) for path in outputs)
    distinct = {each[:-1]: each for part in reversed(parts) for each in reversed(part.rules)}
    return Import(
        tuple(reversed(distinct.values())),
        tuple(each for part in parts for each in part.unresolved),
    )


def _is_output(path: Path) -> bool:
    """Whether a path is an output: a file with a name that Terraform does not read.

    It may be a pipe, as in the shell's ``<(terraform show -json)``.
    """
    return not path.name.endswith(_NAMES) and path.exists() and not path.is_dir()


def _beside(folder: Path, show: Callable[[Path], str]) -> list[Path]:
    """Return the Terraform files in a folder, without its subfolders."""
    try:
        beside = sorted(folder.iterdir())
    except OSError as error:
        raise ConfigError(f"{show(folder)}: it cannot be read: {error.strerror}") from None
    return [each for each in beside if each.name.endswith(_NAMES) and each.is_file()]


def _text(path: Path, show: Callable[[Path], str], remedy: str = "convert it") -> str:
    """Return the text of a file; redirections in Windows shells write UTF-16."""
    try:
        data = named(path, MAX_NAMED)
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except Unreadable as error:
        raise ConfigError(f"{show(path)}: it cannot be read: {error}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{show(path)}: it is not UTF-8: {remedy}") from None


def _modules(files: Mapping[str, str]) -> dict[str, Module]:
    """Return the modules of the files by their folders."""
    folders = {_folder(name) for name in files if name.endswith(_CONFIGURATION)}
    blocks: dict[str, list[Placed]] = {folder: [] for folder in folders}
    given: dict[str, dict[str, list[Given]]] = {folder: {} for folder in folders}
    broken: dict[str, SourceLocation] = {}
    for name in sorted(files, key=_order):
        folder = _folder(name)
        if name.endswith(terragrunt.FILE):
            module, values = terragrunt.inputs(files[name])
            for called in (each for each in folders if each == folder or posixpath.basename(each) == module):
                for variable, value in values.items():
                    given[called].setdefault(variable, []).append(Given(name, value, read=False))
            continue
        owner = _owner(folder, folders)
        if owner is None:
            continue
        try:
            block = parse(_values(files[name]) if name.endswith(".json") else files[name])
        except Broken as error:
            if name.endswith(_CONFIGURATION) and WORD.search(files[name]):
                message = "not valid HCL: correct it (see terraform validate)"
                raise ConfigError(f"{name}:{error.line}: {message}") from None
            broken.setdefault(owner, SourceLocation(name, error.line))
            continue
        if name.endswith(_CONFIGURATION):
            blocks[owner] = _overridden(blocks[owner], name, block)
            continue
        for variable, value in block.attributes.items():
            read = owner == folder and _is_read(name)
            given[owner].setdefault(variable, []).append(Given(name, value, read))
    return {
        folder: Module(folder, tuple(blocks[folder]), given[folder], broken.get(folder))
        for folder in sorted(folders)
    }


def _values(content: str) -> str:
    """Return the values of a ``.tfvars.json`` as HCL, which has the same value syntax.

    Raises:
        Broken: The content is not a valid JSON object.
    """
    try:
        values = json.loads(content)
    except json.JSONDecodeError as error:
        raise Broken(error.lineno) from None
    except (RecursionError, ValueError):  # too deep, or a number that is too long
        raise Broken(1) from None
    if not isinstance(values, dict):
        raise Broken(1)
    lines = (f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items())
    return re.sub(r"([$%])\{", r"\1\1{", "".join(lines))


def _folder(name: str) -> str:
    return posixpath.normpath(posixpath.dirname(name) or ".")


def _owner(folder: str, folders: set[str]) -> str | None:
    """Return the module of the values in a folder: the nearest configuration.

    The folder itself and its parents are searched.
    """
    while folder not in folders:
        if folder == posixpath.dirname(folder) or folder == ".":
            return None
        folder = posixpath.dirname(folder) or "."
    return folder


def _is_read(name: str) -> bool:
    """Whether Terraform reads a file of values automatically."""
    base = posixpath.basename(name).removesuffix(".json")
    return base == "terraform.tfvars" or base.endswith(".auto.tfvars")


def _is_override(name: str) -> bool:
    stem = posixpath.splitext(posixpath.basename(name))[0]
    return name.endswith(_CONFIGURATION) and (stem == "override" or stem.endswith("_override"))


def _order(name: str) -> tuple[bool, bool, str]:
    """Return a sort key: overrides last, and ``terraform.tfvars`` first of the values."""
    return _is_override(name), not posixpath.basename(name).startswith("terraform.tfvars"), name


def _overridden(blocks: list[Placed], name: str, block: Block) -> list[Placed]:
    """Return the blocks of a module with those of one more file.

    An override file changes the attributes of existing blocks.
    """
    if not _is_override(name):
        return [*blocks, *(Placed(name, each) for each in block.blocks)]
    for change in block.blocks:
        blocks = [
            Placed(file, _merged(old, change) if _identity(old) == _identity(change) else old)
            for file, old in blocks
        ]
    return blocks


def _merged(old: Block, change: Block) -> Block:
    """Return a block merged with an override.

    The attributes of the override are added, and its blocks replace those of the same type.
    """
    types = {each.type for each in change.blocks}
    kept = (each for each in old.blocks if each.type not in types)
    return old._replace(attributes={**old.attributes, **change.attributes}, blocks=(*kept, *change.blocks))


def _identity(block: Block) -> tuple[str, tuple[str, ...], str]:
    """Return what identifies a block for an override, such as a provider's alias."""
    alias = block.attributes.get("alias")
    return block.type, block.labels, written(alias) if alias else ""
