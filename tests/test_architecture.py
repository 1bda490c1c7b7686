"""Imports go one way, as the design says."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import rewrite_refs

ROOT = Path(rewrite_refs.__file__).parent
# What each may import, besides those to its left.
LAYERS = """
    errors text images cache files yaml formats results engine lint config repository reports
    emit sources init cli __main__
""".split()  # noqa: SIM905 - a list of thirty quoted words is no better


def test_a_module_imports_only_what_is_below_it() -> None:
    wrong = []
    for path in ROOT.rglob("*.py"):
        layer = path.relative_to(ROOT).with_suffix("").parts[0]
        for node in ast.walk(ast.parse(path.read_text())):
            modules: list[str] = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.ImportFrom) and node.module == "rewrite_refs":
                modules = [f"rewrite_refs.{each.name}" for each in node.names if each.name != "__version__"]
            for module in modules:
                used = module.removeprefix("rewrite_refs.").partition(".")[0]
                ours = module.startswith("rewrite_refs.") and layer != "__init__"
                if ours and LAYERS.index(used) > LAYERS.index(layer):
                    wrong.append(f"{layer} imports {used}")
    assert wrong == []


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
        "json",
        "rewrite_refs.lint.registry",
        "subprocess",
    )
    code = f"import sys, rewrite_refs.cli; print([each for each in {costly} if each in sys.modules])"
    # Measuring coverage imports some of these itself.
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert done.stdout == "[]\n"
