"""Imports go one way, as the architecture says, and nobody asks for a format by its name."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import rewrite_refs
from rewrite_refs.formats import BY_NAME

ROOT = Path(rewrite_refs.__file__).parent
# What each may import, besides those to its left.
LINE = """
    errors text images files yaml hcl jsonc gotemplate cache formats results engine lint config repository
    reports emit sources init pulls fleet cli __main__
""".split()  # noqa: SIM905 - a list of twenty quoted words is no better
MODULES = {
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in ROOT.rglob("*.py")
}
# Words that are the name of a format by chance: here the prefix that AWS proposes for registry.k8s.io.
OTHER_WORDS = {("rewrite_refs.images.upstreams", "kubernetes")}


def imports(name: str) -> Iterator[str]:
    """The modules of the package that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rewrite_refs"):
            for each in node.names:
                whole = f"{node.module}.{each.name}"
                yield whole if whole in MODULES else node.module or ""


def room(module: str) -> str:
    return [*module.split("."), "__init__"][1]


def test_a_module_imports_only_what_is_below_it() -> None:
    assert [
        f"{module} imports {other}"
        for module in MODULES
        for other in imports(module)
        if "__init__" not in (room(module), room(other))
        and LINE.index(room(other)) > LINE.index(room(module))
    ] == []


def test_no_modules_import_one_another() -> None:
    below = {module: set(imports(module)) - {module} for module in MODULES}
    while leaves := {module for module, others in below.items() if not others & below.keys()}:
        below = {module: others for module, others in below.items() if module not in leaves}
    assert sorted(below) == []


def test_a_format_is_asked_for_by_what_it_does() -> None:
    """Of what others need to know of a format it has fields; its name is for people."""
    names = [
        f"{module}:{node.lineno}: {node.value}"
        for module, path in MODULES.items()
        if room(module) != "formats"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in BY_NAME
        if (module, node.value) not in OTHER_WORDS
    ]
    assert names == []


def test_help_is_printed_without_what_costs() -> None:
    costly = (
        "boto3",
        "tree_sitter",
        "yaml",
        "ruamel",
        "docker_image",
        "packaging",
        "dockerfile_parse",
        "pathspec",
        "difflib",
        "hashlib",
        "importlib.metadata",
        "json",
        "rewrite_refs.lint.registry",
        "subprocess",
    )
    code = f"import sys, rewrite_refs.cli; print([each for each in {costly} if each in sys.modules])"
    # Measuring coverage imports some of these itself.
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert done.stdout == "[]\n"
