# ruff: noqa: E501 - a row of a table is a line
from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from rewrite_refs import __version__, cli
from rewrite_refs.cli import output, setup
from rewrite_refs.config.load import FILE_NAME
from tests.commands import GIVEN, POD, Ran, fill, git, repository, run
from tests.common import HOST, LIBRARY

FROM = "FROM nginx:1\n"
NEW = f"FROM {LIBRARY}/nginx:1\n"
CONFIG = f"registry: {HOST}\nrules:\n  docker.io: docker-hub\n"
KEYS = [
    "path",
    "format",
    "line",
    "column",
    "end_line",
    "end_column",
    "text",
    "registry",
    "repository",
    "tag",
    "digest",
    "status",
    "target",
    "rule",
    "reason",
]

FILES: dict[str, str | bytes] = {
    "direct/Dockerfile": FROM,
    "cached/Dockerfile": NEW,
    "none/README": "nginx",
    "unmapped/Dockerfile": "FROM quay.io/a/b\n",
    "unresolved/Dockerfile": "ARG X\nFROM $X\n",
    "own/Dockerfile": "FROM localhost:5000/a\n",
    "ignored/Dockerfile": "# rewrite-refs: ignore\nFROM nginx\n",
    "broken/pod.yaml": "apiVersion: v1\nkind: Pod\nimage: [\n",
    "latin/Dockerfile": b"FROM \xff\n",
    "wide/pod.yaml": "\ufeffapiVersion: v1\nkind: Pod\nimage: a\n".encode("utf-16-le"),
    "image.png": b"\x89PNG\r\n\x1a\n\0\0",
    "template/Dockerfile": "{{ if x }}\nFROM nginx\n{{ end }}\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo", FILES)


def document(ran: Ran) -> dict[str, list[dict[str, object]]]:
    whole: dict[str, list[dict[str, object]]] = json.loads(ran.out)
    assert list(whole) == ["version", "references", "problems", "findings", "failures"]
    assert all(list(each) == KEYS for each in whole["references"])
    assert all(list(each) == ["path", "line", "column", "message"] for each in whole["problems"])
    return whole


# --- exit codes -------------------------------------------------------------------------------


@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize(
    ("folder", "check", "rewrite", "diff"),
    [
        ("direct", 1, 0, 1),
        ("cached", 0, 0, 0),
        ("none", 0, 0, 0),
        ("unmapped", 0, 0, 0),
        ("unresolved", 0, 0, 0),
        ("own", 0, 0, 0),
        ("ignored", 0, 0, 0),
        ("broken", 1, 1, 1),
        ("latin", 1, 1, 1),
        ("wide", 1, 1, 1),
        ("image.png", 2, 2, 2),
        ("template", 0, 0, 0),
        ("missing", 2, 2, 2),
    ],
)
def test_exit_codes(tree: Path, folder: str, check: int, rewrite: int, diff: int, output: str) -> None:
    common = ("--output-format", output, *GIVEN)
    codes = [run(each, folder, *common, cwd=tree).code for each in ("list", "check")]
    assert codes == [2 if check == 2 else 0, check]
    if output == "text":
        assert run("rewrite", "--diff", folder, *common, cwd=tree).code == diff
    assert run("rewrite", folder, *common, cwd=tree).code == rewrite
    assert run("rewrite", folder, *common, cwd=tree).code == rewrite


def test_the_worst_counts_and_the_others_are_done(tree: Path) -> None:
    ran = run("rewrite", "missing", "broken", "direct", *GIVEN, cwd=tree)
    assert ran.code == 2
    assert ran.err.startswith("missing: error: there is no such file or folder\n")
    assert "broken/pod.yaml:4:1: problem: " in ran.out
    assert (tree / "direct/Dockerfile").read_text() == NEW


@pytest.mark.parametrize("command", ["rewrite", "restore", "check", "list", "rules"])
@pytest.mark.parametrize(
    ("paths", "config", "then"),
    [
        (["no/such"], None, ""),
        (["no/such", "no/such", "x/../nor"], None, "nor"),
        (["no/such"], "registry: x\n", f"error: {FILE_NAME}:1: 'x' is not a valid private ECR registry"),
        (
            ["there", "no/such"],
            "registry: x\n",
            f"error: {FILE_NAME}:1: 'x' is not a valid private ECR registry",
        ),
        (["no/such"], "exclude: [no]\n", ""),
        (["there/none"], None, ""),
    ],
)
def test_a_path_that_does_not_exist_is_reported_first(
    tmp_path: Path, command: str, paths: list[str], config: str | None, then: str
) -> None:
    fill(tmp_path, {"there": "FROM redis\n", **({FILE_NAME: config} if config else {})})
    ran = run(command, "-q", *paths, cwd=tmp_path)
    first, *others = ran.err.splitlines()
    name = next(each for each in paths if each != "there")
    assert (ran.code, first) == (2, f"{name}: error: there is no such file or folder")
    assert [each[: len(then)] for each in others] == ([then] if then else [])


def test_a_path_that_does_not_exist_is_a_failure_in_json(tmp_path: Path) -> None:
    fill(tmp_path, {FILE_NAME: "exclude: [none]\n"})
    for command in ("rewrite", "check", "list"):
        shown = json.loads(run(command, "none", "none", "--output-format", "json", cwd=tmp_path).out)
        assert shown["failures"] == [{"path": "none", "message": "there is no such file or folder"}]


def test_a_path_that_nobody_can_look_at_is_not_missing(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    ran = run("check", "loop/x", *GIVEN, cwd=tmp_path)
    assert (ran.code, ran.err.count("loop/x: error: ")) == (2, 1)
    ran = run("check", "-", cwd=tmp_path)
    assert "- reads standard input" in ran.err
    assert "no such file" not in ran.err


@pytest.mark.parametrize(
    ("config", "arguments", "said"),
    [
        ("rules: {docker.io: hub}\n", [], f"{FILE_NAME}: no registry: add the one of your account"),
        ("", [], f"{FILE_NAME}: no registry: add"),
        (f"registry: {HOST}\n", [], f"{FILE_NAME}: no rules: add those of your account"),
        ("", ["--registry", HOST], f"{FILE_NAME}: no rules: add"),
        ("", ["--config", FILE_NAME], f"{FILE_NAME}: no registry: add"),
        ("", ["--no-config"], "there is no registry: `rewrite-refs init` reads"),
    ],
)
def test_what_a_configuration_lacks(tmp_path: Path, config: str, arguments: list[str], said: str) -> None:
    fill(tmp_path, {"Dockerfile": FROM, FILE_NAME: config})
    for paths in ([], ["Dockerfile"]):
        ran = run("rewrite", *paths, *arguments, cwd=tmp_path)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(f"error: {said}")
        assert ("rewrite-refs init" in ran.err) is ("no registry: add" not in ran.err)


def test_a_missing_path_beside_others_does_not_hide_what_is_missing_for_them(tmp_path: Path) -> None:
    fill(tmp_path, {"Dockerfile": "FROM redis\n"})
    ran = run("rewrite", "none", "Dockerfile", cwd=tmp_path)
    assert ran.code == 2
    assert ran.err.startswith("none: error: there is no such file or folder\nerror: there is no registry: ")


def test_what_cannot_be_rewritten_safely_is_a_finding(tree: Path) -> None:
    shared = "ARG R=docker.io\nFROM $R/library/nginx\nFROM $R/acme/x\n"
    fill(tree, {"direct/Dockerfile": shared})
    for _ in range(2):
        ran = run("rewrite", "direct", "--registry", HOST, "--rule", "docker.io/library=lib", cwd=tree)
        assert ran.code == 1
        assert (
            "docker.io/library/nginx: not rewritten: the registry is shared with docker.io/acme/x" in ran.out
        )
    assert (tree / "direct/Dockerfile").read_text() == shared


def test_json_takes_the_place_of_a_diff(tree: Path) -> None:
    ran = run("rewrite", "--diff", "--output-format", "json", "direct", *GIVEN, cwd=tree)
    assert ran.code == 1
    assert [each["status"] for each in json.loads(ran.out)["references"]] == ["direct"]
    assert (tree / "direct/Dockerfile").read_text() == FROM


def test_a_file_that_cannot_be_written(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root can write everywhere; a full disk would do it, too."""

    def refuse(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", refuse)
    ran = run("rewrite", "direct", *GIVEN, cwd=tree)
    assert ran.code == 2
    assert ran.err.startswith("direct/Dockerfile: error: not written: No space left on device\n")
    assert "direct/Dockerfile:1:6: direct: nginx:1: not rewritten: the file was not written\n" in ran.out
    assert [each.name for each in (tree / "direct").iterdir()] == ["Dockerfile"]
    assert (tree / "direct/Dockerfile").read_text() == FROM


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nope"], "Error: No such command 'nope'.\n"),
        (["prune"], "Error: No such command 'prune'.\n"),
        (["lst"], "Error: No such command 'lst'. Did you mean 'list'?\n"),
        (["chekc"], "Error: No such command 'chekc'. Did you mean 'check'?\n"),
        (["rewirte", "x"], "Error: No such command 'rewirte'. Did you mean 'rewrite'?\n"),
        (["lint"], "Error: No such command 'lint'. Did you mean 'check'?\n"),
        (["fix"], "Error: No such command 'fix'. Did you mean 'rewrite'?\n"),
        (["--dry-run"], "Error: No such option '--dry-run': rewrite-refs rewrite --diff does that.\n"),
        (["rewrite", "--dry-run", "x"], "Error: No such option '--dry-run': rewrite-refs rewrite --diff does that.\n"),
        (["check", "--fix"], "Error: No such option '--fix': rewrite-refs rewrite does that.\n"),
        (["check", "--nope"], "Error: No such option '--nope'.\n"),
        (["check", "--exlude=x"], "Error: No such option '--exlude'. Did you mean '--exclude'?\n"),
        (["--versoin"], "Error: No such option '--versoin'. Did you mean '--version'?\n"),
        (["check", "-"], "- reads standard input: name it with --stdin-filename NAME."),
        (["check", "--stdin-filename", "x"], "--stdin-filename NAME requires the path - and no other path."),
        (["check", "--stdin-filename", "", "-"], "--stdin-filename NAME requires the path - and no other path."),
        (["check", "--stdin-filename", "x", "-", "y"], "--stdin-filename NAME requires the path - and no other path."),
        (["check", "--config", "x", "--no-config"], "--config and --no-config cannot be combined."),
        (["check", "--config", "x"], "error: x: the configuration cannot be read: No such file or directory"),
        (["check", "--config", ""], "error: : the configuration cannot be read: it is not a regular file"),
        (["check", "--registry", "x"], "error: --registry: 'x' is not a valid private ECR registry: use a host such as"),
        (["check", "--rule", "https://docker.io=x1"], "error: --rule: 'https://docker.io' is not a valid registry: use a host such as docker.io, without https://"),
        (["check", "--account-id", "123456789012"], "--account-id and --region must be used together."),
        (["check", "--region", "eu-west-1"], "--account-id and --region must be used together."),
        (["check", "--account-id", "1", "--region", "eu-west-1"], "--account-id '1' is not a valid account ID: use its 12 digits."),
        (["check", "--account-id", "", "--region", "eu-west-1"], "--account-id '' is not a valid account ID: use its 12 digits."),
        (["check", "--account-id", "1" * 12, "--region", "here"], "--region 'here' is not a valid region: use one such as eu-west-1."),
        (["check", "--account-id", "1" * 12, "--region", "eu-west-1", "--registry", HOST], "--registry cannot be combined with --account-id and --region."),
        (["check", "--rule", "x"], "error: --rule: 'x' is not a valid rule: use UPSTREAM=PREFIX"),
        (["check", "--rule", "docker.io=-"], "error: --rule: '-' is not a valid ECR repository prefix: use 2 to 30 characters"),
        (["check", "--rule", "docker.io=aa", "--rule", "docker.io=bb"], "error: two rules for docker.io (aa and bb): keep one"),
        (["check", "--exclude", "!"], "error: --exclude: '!' is not a valid .gitignore pattern"),
        (["check", "--output-format", "xml"], "Invalid value for '--output-format'"),
        (["check", "--color", "red"], "Invalid value for '--color'"),
        (["rewrite", "--stdin-filename", "x", "-", "--output-format", "json"], "- prints the new text and --output-format json prints JSON: choose one."),
        (["rewrite"], "error: there is no registry: `rewrite-refs init` reads the rules from your account"),
        (["rewrite", "--registry", HOST], "or use --registry (or --account-id and --region) and --rule docker.io=docker-hub."),
        (["rewrite", "--rule", "docker.io=hub"], "error: there is no registry"),
        (["explain"], "Missing argument 'REFERENCE'"),
        (["explain", "a:b:c"], "'a:b:c' is not a valid image reference: invalid reference format."),
        (["explain", "a\x1bb"], "'a\\x1bb' is not a valid image reference"),
    ],
)  # fmt: skip
def test_wrong_usage(tree: Path, arguments: list[str], said: str) -> None:
    ran = run(*arguments, cwd=tree)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_every_mistake_of_the_configuration_is_told_at_once(tree: Path) -> None:
    fill(tree, {FILE_NAME: "registry: x\nrules: {docker.io: A}\nno\x7fpe: 1\n"})
    for command in ("check", "list", "rewrite"):
        ran = run(command, "direct", cwd=tree)
        assert (ran.code, ran.out) == (2, "")
        lines = ran.err.splitlines()
        assert [line.partition(": ")[2].partition(":")[2][:2] for line in lines] in (
            ["1:", "2:", "3:"],
            ["3:"],
        )
        assert all(line.startswith(f"error: {FILE_NAME}:") and line.isprintable() for line in lines)


def test_a_working_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    ran = CliRunner().invoke(cli.cli, ["check"])
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == "error: the working folder cannot be read: No such file or directory\n"


def test_a_bug_is_no_traceback(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug that nobody knows yet can only be imitated."""
    monkeypatch.setattr(setup, "root_of", lambda path: 1 // 0)
    ran = run("check", cwd=tree)
    assert (ran.code, ran.out) == (2, "")
    assert (
        ran.err
        == "error: internal error, please report it: ZeroDivisionError: integer division or modulo by zero\n"
    )


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, ""),
        (OSError(28, "No space left on device"), 2, "error: No space left on device\n"),
        (OSError(13, "Permission denied", "x"), 2, "error: x: Permission denied\n"),
        (BrokenPipeError(32, "Broken pipe"), 1, ""),
    ],
)
def test_what_the_system_does(
    tree: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str
) -> None:
    """The moment of these cannot be chosen; the test after this one has the real thing."""

    def fail(data: bytes, to_stderr: bool = False) -> None:
        raise error

    monkeypatch.setattr(output, "write", fail)
    ran = run("explain", "nginx", cwd=tree)
    assert (ran.code, ran.err) == (code, said)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device /dev/full of Linux")
@pytest.mark.usefixtures("unmeasured")
def test_streams_that_are_full_or_closed(tree: Path) -> None:
    command = f"{sys.executable} -m rewrite_refs list direct"
    for redirection, code in {
        ">/dev/full": 2,
        "2>/dev/full": 0,
        ">/dev/full 2>&1": 2,
        ">&-": 0,
        "2>&-": 0,
        ">&- 2>&-": 0,
        "| true": 0,
    }.items():
        done = subprocess.run(
            f"{command} {redirection}", shell=True, cwd=tree, capture_output=True, text=True, check=False
        )
        assert (redirection, done.returncode) == (redirection, code)
        assert "Traceback" not in done.stderr
        assert "Exception" not in done.stderr
    closed = f"{sys.executable} -m rewrite_refs check --stdin-filename Dockerfile - <&-"
    done = subprocess.run(closed, shell=True, cwd=tree, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "no references found\n")


def test_an_interrupt_ends_quietly(tree: Path) -> None:
    command = [sys.executable, "-m", "rewrite_refs", "check", "--stdin-filename", "Dockerfile", "-"]
    with subprocess.Popen(
        command,
        cwd=tree,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell lets what it starts in the background ignore interrupts, and that is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        assert process.stdin is not None
        process.stdin.write(b"#" * 1_000_000)  # more than a pipe holds: it is read, so all is imported
        process.stdin.flush()
        try:
            process.send_signal(signal.SIGINT)
            process.stdin.close()  # an interrupt that comes between two reads is noticed after the second one
            assert process.wait(timeout=60) == 130
        finally:
            process.kill()
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()


# --- what is printed, and where ---------------------------------------------------------------


def test_check(tree: Path) -> None:
    ran = run("check", "direct", "unresolved", "cached", cwd=tree)
    assert ran == Ran(
        1,
        "error[direct-upstream]: nginx:1 is pulled directly from docker.io\n"
        " --> direct/Dockerfile:1:6\n"
        "  |\n"
        "1 | FROM nginx:1\n"
        "  |      ^^^^^^^\n"
        "  = help: no rule maps docker.io: create one, and add it to rules (rewrite-refs init does)\n"
        "\n"
        "note[unresolved-reference]: this file does not define which image $X is\n"
        " --> unresolved/Dockerfile:2:6\n"
        "  |\n"
        "2 | FROM $X\n"
        "  |      ^^\n"
        "  = help: the registry comes from $X, which is not set in this file: set a default, or rewrite it where it is set\n"
        "\n",
        "3 references in 3 files: 1 direct, 1 unresolved, 1 own\n1 error, 1 note\n",
    )
    assert run("check", "-q", "--output-format", "concise", "direct", "unresolved", *GIVEN, cwd=tree) == Ran(
        1,
        f"direct/Dockerfile:1:6: direct-upstream nginx:1 is pulled directly from docker.io: use {LIBRARY}/nginx:1\n",
        "",
    )


def test_list(tree: Path) -> None:
    ran = run("list", *GIVEN, cwd=tree)
    found = [line.partition(":")[0] for line in ran.out.splitlines() if ": problem: " not in line]
    assert found == sorted(found)
    assert f"direct/Dockerfile:1:6: direct: nginx:1 -> {LIBRARY}/nginx:1\n" in ran.out
    assert "cached/Dockerfile:1:6: cached: " in ran.out
    assert ran.err.endswith("; 1 template not read\n")


def test_templates_are_told_where_asked(tree: Path) -> None:
    fill(tree, {"template/Dockerfile.two": FILES["template/Dockerfile"]})
    told = [f"template/Dockerfile{tail}: a template, not read\n" for tail in ("", ".two")]
    summary = "no references found; 2 templates not read\n"
    assert run("list", "template", cwd=tree).err == summary
    assert run("list", "template", "-v", cwd=tree).err == "".join(told) + summary


def test_what_is_inside_other_texts_is_asked_for(tree: Path) -> None:
    pod = POD.format("nginx:1") + "    args: ['--base-image', web, --x=quay.io/acme/tool]\n"
    fill(tree, {"in/pod.yaml": pod, "conf/.rewrite-refs.yaml": "embedded: true\n", "conf/pod.yaml": pod})
    one = "1 reference in 1 file: 1 direct\n"
    assert run("list", "in", cwd=tree).err == one
    assert run("list", "in", "-v", cwd=tree).err == one.replace("\n", "; 2 more with --embedded\n")
    three = "3 references in 1 file: 2 direct, 1 unmapped\n"
    assert run("list", "in", "-v", "--embedded", cwd=tree).err == three
    assert run("list", "conf", cwd=tree).err == three
    assert run("rewrite", "in", *GIVEN, cwd=tree).code == 0
    assert "args: ['--base-image', web," in (tree / "in/pod.yaml").read_text()
    assert run("rewrite", "in", "--embedded", *GIVEN, cwd=tree).code == 0
    assert f"args: ['--base-image', {LIBRARY}/web, --x=quay.io" in (tree / "in/pod.yaml").read_text()


def test_rewrite(tree: Path) -> None:
    fill(tree, {"direct/Dockerfile.two": FROM * 2})
    assert run("rewrite", "-v", "direct", *GIVEN, cwd=tree) == Ran(
        0,
        f"direct/Dockerfile:1:6: direct: nginx:1: now {LIBRARY}/nginx:1\n"
        f"direct/Dockerfile.two:1:6: direct: nginx:1: now {LIBRARY}/nginx:1\n"
        f"direct/Dockerfile.two:2:6: direct: nginx:1: now {LIBRARY}/nginx:1\n",
        "rewrote 3 of 3 references in 2 files: 3 direct (2 files changed)\n",
    )
    assert (tree / "direct/Dockerfile.two").read_text() == NEW * 2
    again = run("rewrite", "direct", *GIVEN, cwd=tree)
    assert again == Ran(0, "", "3 references in 2 files: 3 cached\n")


def test_rewrite_as_json(tree: Path) -> None:
    ran = run("rewrite", "direct", "broken", "--output-format", "json", *GIVEN, cwd=tree)
    assert ran.code == 1
    whole = document(ran)
    assert [(each["path"], each["target"]) for each in whole["references"]] == [
        ("direct/Dockerfile", f"{LIBRARY}/nginx:1")
    ]
    assert [each["path"] for each in whole["problems"]] == ["broken/pod.yaml"]
    assert (tree / "direct/Dockerfile").read_text() == NEW


def test_json_is_in_order_and_relative_to_the_working_folder(tree: Path) -> None:
    fill(tree, {"b.dockerfile": FROM * 2, "a/Dockerfile": FROM, "B.dockerfile": FROM})
    ran = run(
        "list",
        "../b.dockerfile",
        "../B.dockerfile",
        "../a",
        "Dockerfile",
        "--output-format",
        "json",
        cwd=tree / "direct",
    )
    found = [(each["path"], each["line"]) for each in document(ran)["references"]]
    assert found == [
        ("../B.dockerfile", 1),
        ("../a/Dockerfile", 1),
        ("../b.dockerfile", 1),
        ("../b.dockerfile", 2),
        ("Dockerfile", 1),
    ]
    ran = run("list", str(tree / "direct"), "--output-format", "json", cwd=tree.parent)
    assert [each["path"] for each in document(ran)["references"]] == ["repo/direct/Dockerfile"]


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("nginx:1.25", ("docker.io", "library/nginx", "1.25", None, "direct", f"{LIBRARY}/nginx:1.25", "docker.io")),
        ("index.docker.io/a/b", ("docker.io", "a/b", None, None, "direct", f"{HOST}/docker-hub/a/b", "docker.io")),
        ("quay.io/a/b@sha256:" + "0" * 64, ("quay.io", "a/b", None, "sha256:" + "0" * 64, "unmapped", None, None)),
        (f"{LIBRARY}/nginx", (HOST, "docker-hub/library/nginx", None, None, "cached", None, "docker.io")),
        ("localhost:5000/x", ("localhost:5000", "x", None, None, "own", None, None)),
        ("myquay.io/x", ("myquay.io", "x", None, None, "unmapped", None, None)),
    ],
)  # fmt: skip
def test_explain(tree: Path, reference: str, expected: tuple[object, ...]) -> None:
    ran = run("explain", reference, "--output-format", "json", *GIVEN, cwd=tree)
    (only,) = document(ran)["references"]
    keys = ("registry", "repository", "tag", "digest", "status", "target", "rule")
    assert (ran.code, tuple(only[key] for key in keys)) == (0, expected)
    assert [only[key] for key in KEYS[:6]] == [None] * 6
    text = run("explain", reference, *GIVEN, cwd=tree)
    assert (text.code, text.err) == (0, "")
    assert text.out.startswith(f"reference:  {reference}\nregistry:   {expected[0]}\n")


def test_explain_needs_no_rules(tree: Path) -> None:
    assert "because:    no rule maps docker.io\n" in run("explain", "nginx", "--no-config", cwd=tree).out


@pytest.mark.parametrize(
    ("option", "environment", "coloured"),
    [
        ("auto", {}, False),
        ("always", {}, True),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
        ("auto", {"FORCE_COLOR": "1"}, True),
        ("auto", {"FORCE_COLOR": ""}, False),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
    ],
)
def test_colours(tree: Path, option: str, environment: dict[str, str], coloured: bool) -> None:
    env = {"NO_COLOR": None, "FORCE_COLOR": None, **environment}
    ran = run("check", "direct", "--color", option, cwd=tree, env=env)
    name = "error[direct-upstream]"
    assert ran.out.startswith(f"\x1b[31m{name}\x1b[0m: " if coloured else f"{name}: ")


def test_names_are_never_raw_on_a_terminal(tree: Path) -> None:
    fill(tree, {"Dockerfile.\x1b[31m": FROM, "Dockerfile.\x07": b"from \xff"})
    ran = run("list", ".", "no\x1bpe", cwd=tree)
    assert "Dockerfile.\\x1b[31m:1:6: direct: nginx:1" in ran.out
    assert "Dockerfile.\\x07:1:6: problem: " in ran.out
    assert "no\\x1bpe: error: there is no such file" in ran.err
    assert all(line.isprintable() for line in (ran.out + ran.err).splitlines())


@pytest.mark.parametrize(
    "arguments", [["-h"], ["--help"], ["rewrite", "-h"], ["check", "-h"], ["list", "-h"], ["explain", "-h"]]
)
def test_help(tree: Path, arguments: list[str]) -> None:
    ran = run(*arguments, cwd=tree)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Usage: ")


def test_version_and_module(tree: Path) -> None:
    for command in ([sys.executable, "-m", "rewrite_refs"], [Path(sys.executable).parent / "rewrite-refs"]):
        done = subprocess.run([*command, "--version"], cwd=tree, capture_output=True, text=True, check=True)
        assert done.stdout == f"rewrite-refs, version {__version__}\n"


def test_main(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    monkeypatch.setattr(sys, "argv", ["rewrite-refs", "explain", "localhost/x"])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 0
    assert capsysbinary.readouterr().out.startswith(b"reference:  localhost/x\n")


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8", ""])
def test_any_locale(tree: Path, locale: str) -> None:
    fill(tree, {"Dockerfile.\u00e9": FROM})
    env = {**os.environ, "LC_ALL": locale, "LANG": locale}
    done = subprocess.run(
        [sys.executable, "-m", "rewrite_refs", "list", "Dockerfile.\u00e9"],
        cwd=tree,
        env=env,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout.decode()[:14]) == (0, "Dockerfile.\u00e9:1")


# --- diffs ------------------------------------------------------------------------------------

ODD: dict[str, str | bytes] = {
    "Dockerfile": FROM,
    "no newline/Dockerfile": FROM.rstrip(),
    "crlf.dockerfile": "# x\r\n" * 9 + "FROM nginx:1\r\nRUN x\r\n" * 9,
    'q"uo\\te.dockerfile': "\ufeff" + FROM,
    "\u00e9\u4e2d.dockerfile": FROM,
    os.fsdecode(b"\xff.dockerfile"): FROM,
    "sub/sub/pod.yaml": POD.format("nginx") * 1,
    "sub/Dockerfile": "FROM \\\n  nginx\n",
    "sub/tab\t.dockerfile": FROM,
}


@pytest.mark.parametrize("where", [".", "sub"])
@pytest.mark.parametrize("paths", [[], ["."]])
def test_git_apply_takes_a_diff(tmp_path: Path, where: str, paths: list[str]) -> None:
    one, two = (repository(tmp_path / name, ODD) for name in ("one", "two"))
    (one / "sub/link.dockerfile").symlink_to("Dockerfile")
    ran = run("rewrite", "--diff", *paths, *GIVEN, cwd=one / where)
    assert ran.code == 1
    assert git(one, "diff", "--stat") == ""  # nothing is written
    git(
        two / where,
        "apply",
        "--whitespace=nowarn",
        "-",
        stdin=raw(one / where, "rewrite", "--diff", *paths, *GIVEN),
    )
    assert run("rewrite", *paths, *GIVEN, cwd=one / where).code == 0
    assert {path: (one / path).read_bytes() for path in ODD} == {
        path: (two / path).read_bytes() for path in ODD
    }
    assert git(two, "diff", "--stat") != ""
    assert run("rewrite", "--diff", *paths, *GIVEN, cwd=one / where).out == ""


def raw(cwd: Path, *arguments: str) -> bytes:
    """The bytes on standard output."""
    done = subprocess.run(
        [sys.executable, "-m", "rewrite_refs", *arguments], cwd=cwd, capture_output=True, check=False
    )
    return done.stdout


def test_a_diff_for_files_outside_of_the_working_folder(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", ODD)
    ran = run("rewrite", "--diff", "../Dockerfile", *GIVEN, cwd=root / "sub")
    assert ran.out.startswith("diff --git a/Dockerfile b/Dockerfile\n")
    git(root, "apply", "-", stdin=ran.out.encode())
    assert (root / "Dockerfile").read_text() == NEW


def test_a_diff_of_a_link_is_one_of_its_target(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"a/Dockerfile": FROM})
    (root / "Dockerfile").symlink_to("a/Dockerfile")
    git(root, "apply", "-", stdin=run("rewrite", "--diff", "Dockerfile", *GIVEN, cwd=root).out.encode())
    assert (root / "a/Dockerfile").read_text() == NEW
    assert (root / "Dockerfile").is_symlink()


def test_a_diff_outside_of_a_checkout(tmp_path: Path) -> None:
    fill(tmp_path, {"sub/Dockerfile": FROM})
    ran = run("rewrite", "--diff", *GIVEN, cwd=tmp_path / "sub")
    git(tmp_path / "sub", "apply", "-", stdin=ran.out.encode())
    assert (tmp_path / "sub/Dockerfile").read_text() == NEW


# --- standard input ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "content", "code", "out"),
    [
        (["rewrite"], FROM.encode(), 0, NEW.encode()),
        (["rewrite"], b"\xef\xbb\xbfFROM nginx:1\r\n\r\n", 0, b"\xef\xbb\xbf" + NEW.encode()[:-1] + b"\r\n\r\n"),
        (["rewrite"], b"", 0, b""),
        (["rewrite"], NEW.encode(), 0, NEW.encode()),
        (["rewrite"], b"FROM \xff\n", 1, b"FROM \xff\n"),
        (["rewrite", "--diff"], b"FROM \xff\n", 1, b""),
        (["rewrite", "--diff"], NEW.encode(), 0, b""),
        (["rewrite", "--diff"], FROM.encode(), 1, f"diff --git a/x/Dockerfile b/x/Dockerfile\n--- a/x/Dockerfile\n+++ b/x/Dockerfile\n@@ -1 +1 @@\n-{FROM}+{NEW}".encode()),
        (["rewrite", "--exclude", "x/"], FROM.encode(), 0, FROM.encode()),
        (["check", "--output-format", "concise"], FROM.encode(), 1, f"x/Dockerfile:1:6: direct-upstream nginx:1 is pulled directly from docker.io: use {LIBRARY}/nginx:1\n".encode()),
        (["list"], FROM.encode(), 0, f"x/Dockerfile:1:6: direct: nginx:1 -> {LIBRARY}/nginx:1\n".encode()),
    ],
)  # fmt: skip
def test_standard_input(tree: Path, arguments: list[str], content: bytes, code: int, out: bytes) -> None:
    command = [
        sys.executable,
        "-m",
        "rewrite_refs",
        *arguments,
        *GIVEN,
        "--stdin-filename",
        "x/Dockerfile",
        "-",
    ]
    done = subprocess.run(command, cwd=tree, input=content, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (code, out)
    assert not (tree / "x").exists()


def test_notes_about_standard_input_go_to_standard_error(tree: Path) -> None:
    text = "ARG X\nFROM $X\n"
    ran = run("rewrite", *GIVEN, "--stdin-filename", "Dockerfile", "-", cwd=tree, stdin=text.encode())
    assert (ran.code, ran.out) == (0, text)
    assert ran.err.startswith("Dockerfile:2:6: unresolved: $X: ")


# --- the configuration ------------------------------------------------------------------------


def statuses(cwd: Path, *arguments: str) -> dict[str, tuple[object, object]]:
    ran = run("list", "--output-format", "json", *arguments, cwd=cwd)
    assert ran.code == 0, ran.err
    return {str(each["path"]): (each["status"], each["target"]) for each in document(ran)["references"]}


def test_where_the_configuration_is_looked_for(tmp_path: Path) -> None:
    fill(tmp_path, {FILE_NAME: "no"})  # above the repository's root
    root = repository(
        tmp_path / "repo",
        {"a/b/Dockerfile": FROM, "c/Dockerfile": FROM, f"c/{FILE_NAME}": "rules: {docker.io: cc}"},
    )
    nothing = ("direct", None)
    assert statuses(root, "a") == {"a/b/Dockerfile": nothing}
    fill(root, {FILE_NAME: CONFIG})
    for cwd, path in ((root, "a/b/Dockerfile"), (root / "a", "b"), (root / "a/b", "."), (tmp_path, "repo/a")):
        assert [target for _, target in statuses(cwd, path).values()] == [f"{LIBRARY}/nginx:1"]
    assert statuses(root, "c/Dockerfile") == {"c/Dockerfile": nothing}
    found = ("direct", f"{LIBRARY}/nginx:1")
    assert statuses(root, "c", "a") == {"c/Dockerfile": nothing, "a/b/Dockerfile": found}
    assert statuses(root, ".") == {"c/Dockerfile": nothing, "a/b/Dockerfile": found}
    assert statuses(root, "a", "--no-config") == {"a/b/Dockerfile": nothing}
    assert statuses(root, "c", "--config", FILE_NAME) == {"c/Dockerfile": ("direct", f"{LIBRARY}/nginx:1")}


def test_both_endings_of_its_name(tmp_path: Path) -> None:
    root = repository(
        tmp_path / "r", {"a/Dockerfile": "FROM redis\n", "a/.rewrite-refs.yml": "own: [redis]\n"}
    )
    fill(root, {FILE_NAME: ""})
    for cwd, path in ((root / "a", "Dockerfile"), (root, ".")):
        assert "is your own" in run("list", path, cwd=cwd).out
    ran = run("init", "--registry", HOST, "--yes", cwd=root / "a")
    assert (root / "a/.rewrite-refs.yml").read_text().startswith(f"registry: {HOST}\n"), ran.err
    fill(root, {f"a/{FILE_NAME}": ""})
    for command in ("list", "check", "rewrite", "explain", "rules", "init"):
        ran = run(command, *(["redis"] if command == "explain" else []), cwd=root / "a")
        expected = f"error: {FILE_NAME} and .rewrite-refs.yml are both in one folder: keep one of them\n"
        assert ran == Ran(2, "", expected)
    assert f"error: a/{FILE_NAME} and a/.rewrite-refs.yml are both" in run("list", cwd=root).err
    assert run("list", "--config", FILE_NAME, cwd=root / "a").code == 0


def test_each_file_goes_by_the_configuration_nearest_to_it(tmp_path: Path) -> None:
    root = repository(
        tmp_path / "repo",
        {
            "Dockerfile": FROM,
            "team/Dockerfile": FROM,
            f"team/{FILE_NAME}": CONFIG.replace("docker-hub", "team-hub") + "exclude: [old/]\n",
            "team/old/Dockerfile": FROM,
            "team/deep/Dockerfile": FROM,
            "other/Dockerfile": FROM,
            f"other/{FILE_NAME}": "formats: {dockerfile: [odd]}\n",
            "other/odd": FROM,
        },
    )
    assert run("rewrite", "Dockerfile", "other/Dockerfile", cwd=root).code == 2
    assert run("rewrite", "other", cwd=root).code == 2
    ran = run("rewrite", cwd=root)
    assert ran.err == "rewrote 2 of 5 references in 5 files: 5 direct (2 files changed)\n"
    changed = f"FROM {HOST}/team-hub/library/nginx:1\n"
    assert (root / "team/deep/Dockerfile").read_text() == (root / "team/Dockerfile").read_text() == changed
    fill(root, {FILE_NAME: CONFIG + "exclude: [other/odd]\n"})
    assert run("rewrite", cwd=root).code == 0
    assert (root / "Dockerfile").read_text() == f"FROM {HOST}/docker-hub/library/nginx:1\n"
    assert (root / "other/Dockerfile").read_text() == FROM  # no merging
    (tmp_path / FILE_NAME).write_text(CONFIG)  # above the repository
    (root / FILE_NAME).unlink()
    assert run("rewrite", "team/old", cwd=root).code == 0
    assert run("rewrite", "other", cwd=root).code == 2
    fill(root, {FILE_NAME: CONFIG + "exclude: [other/odd]\n"})
    rules = json.loads(run("rules", "--output-format", "json", cwd=root).out)
    assert [each["registry"] for each in rules["registries"]] == [HOST, None, HOST]


def test_outside_of_a_checkout_it_is_looked_for_up_to_the_working_folder(tmp_path: Path) -> None:
    fill(tmp_path, {"a/b/Dockerfile": FROM, FILE_NAME: CONFIG, "a/deep/x": ""})
    assert statuses(tmp_path, "a/b/Dockerfile") == {"a/b/Dockerfile": ("direct", f"{LIBRARY}/nginx:1")}
    assert statuses(tmp_path / "a", "b") == {"b/Dockerfile": ("direct", None)}
    assert statuses(tmp_path / "a/deep", "../b") == {"../b/Dockerfile": ("direct", None)}


@pytest.mark.parametrize(
    ("arguments", "target"),
    [
        ([], f"{HOST}/docker-hub/library/nginx:1"),
        (["--rule", "docker.io=other"], f"{HOST}/other/library/nginx:1"),
        (["--rule", "docker.io/library=lib"], f"{HOST}/lib/nginx:1"),
        (["--rule", "docker.io=ROOT"], f"{HOST}/library/nginx:1"),
        (["--rule", "quay.io=quay"], f"{HOST}/docker-hub/library/nginx:1"),
        (["--registry", HOST.replace("123", "999")], f"{HOST.replace('123', '999')}/docker-hub/library/nginx:1"),
        (["--account-id", "210987654321", "--region", "us-gov-west-1"], "210987654321.dkr.ecr.us-gov-west-1.amazonaws.com/docker-hub/library/nginx:1"),
        (["--account-id", "210987654321", "--region", "cn-north-1"], "210987654321.dkr.ecr.cn-north-1.amazonaws.com.cn/docker-hub/library/nginx:1"),
        (["--account-id", "210987654321", "--region", "eusc-de-east-1"], "210987654321.dkr.ecr.eusc-de-east-1.amazonaws.eu/docker-hub/library/nginx:1"),
    ],
)  # fmt: skip
def test_options_come_before_the_configuration(tree: Path, arguments: list[str], target: str) -> None:
    fill(tree, {FILE_NAME: CONFIG})
    assert statuses(tree, "direct", *arguments) == {"direct/Dockerfile": ("direct", target)}


@pytest.mark.parametrize(
    ("own", "reference", "is_own"),
    [
        ("retail-store-*", "retail-store-ui:1", True),
        ("retail-store-*", "retail-store-x/ui", True),
        ("retail-store-*", "retail-store", False),
        ("retail-store-*", "ghcr.io/retail-store-ui", False),
        ("retail-store-*", "retail-store-${NAME}", True),
        ("acme/*", "acme/a/b:1", True),
        ("acme/*", "docker.io/acme/a", True),
        ("acme/*", "acme", False),
        ("acme/*", "acmes/a", False),
        ("acme", "acme/a", True),
        ("acme", "acmes/a", False),
        ("*/acme/*", "quay.io/acme/a", True),
        ("*-ui", "quay.io/a/b-ui", True),
        ("*-ui", "quay.io/a/b-ui/c", True),
        ("*-ui", "quay.io/a/b-uix", False),
        ("*.example.com", "r1.example.com/a", True),
        ("*.example.com", "r1.example.com.au/a", False),
        ("quay.io/a/[bc]?", "quay.io/a/b1", True),
        ("quay.io/a/[bc]?", "quay.io/a/d1", False),
    ],
)
def test_patterns_of_own_images(tmp_path: Path, own: str, reference: str, is_own: bool) -> None:
    text = CONFIG + f"own: ['{own}']\n"
    root = fill(tmp_path, {FILE_NAME: text, "compose.yaml": f"services: {{a: {{image: '{reference}'}}}}\n"})
    (shown,) = json.loads(run("list", "--output-format", "json", cwd=root).out)["references"]
    assert (shown["status"] == "own") is is_own
    found = json.loads(run("check", "--output-format", "json", cwd=root).out)["findings"]
    assert not (is_own and found)
    if "$" not in reference:
        explained = json.loads(run("explain", reference, "--output-format", "json", cwd=root).out)
        assert explained["references"][0]["status"] == shown["status"]


def test_aliases_own_exclude_and_formats(tmp_path: Path) -> None:
    config = CONFIG + (
        "aliases: {mirror.example.com: docker.io}\n"
        "own: [ghcr.io/acme, tools]\n"
        "exclude: [vendor/, '/deploy/skip*']\n"
        "formats: {kubernetes: ['deploy/**/*.yaml.in', '/odd']}\n"
    )
    root = repository(
        tmp_path / "repo",
        {
            f"conf/{FILE_NAME}": config,
            "conf/alias.dockerfile": "FROM mirror.example.com/nginx:1\n",
            "conf/own.dockerfile": "FROM ghcr.io/acme/x\n",
            "conf/own2.dockerfile": "FROM tools/x\n",
            "conf/other.dockerfile": "FROM ghcr.io/acme2/x\n",
            "conf/vendor/Dockerfile": FROM,
            "conf/x/vendor/Dockerfile": FROM,
            "vendor/Dockerfile": FROM,
            "conf/deploy/skip.dockerfile": FROM,
            "conf/deploy/a/web.yaml.in": POD.format("nginx:1"),
            "conf/odd": POD.format("nginx:1"),
        },
    )
    direct = ("direct", f"{LIBRARY}/nginx:1")
    assert statuses(root, "conf", "conf/vendor/Dockerfile", "vendor", "conf/deploy/skip.dockerfile") == {
        "conf/alias.dockerfile": direct,
        "conf/deploy/a/web.yaml.in": direct,
        "conf/odd": direct,
        "conf/other.dockerfile": ("unmapped", None),
        "conf/own.dockerfile": ("own", None),
        "conf/own2.dockerfile": ("own", None),
        "vendor/Dockerfile": ("direct", None),  # no configuration is above it
    }
    assert statuses(root / "conf", "vendor/Dockerfile") == {}
    assert list(statuses(root / "conf", "x/../../vendor", "--config", FILE_NAME)) == ["../vendor/Dockerfile"]
    assert list(statuses(root, "conf", "--exclude", "*.dockerfile", "--exclude", "conf/odd")) == [
        "conf/deploy/a/web.yaml.in"
    ]


def test_an_image_that_the_repository_builds_is_its_own(tmp_path: Path) -> None:
    root = repository(
        tmp_path / "repo",
        {
            "docker-compose.yml": "services:\n  a: {build: ., image: acme/a}\n",
            "deploy/a.yaml": POD.format("acme/a:1"),
            "deploy/b.yaml": POD.format("acme/b:1"),
        },
    )
    found = statuses(root / "deploy", "a.yaml", "b.yaml", *GIVEN)
    assert found == {"a.yaml": ("own", None), "b.yaml": ("direct", f"{HOST}/docker-hub/acme/b:1")}
    (root / ".git").rename(root / "git")
    assert statuses(root, *GIVEN)["deploy/a.yaml"] == ("own", None)
    assert statuses(root, "deploy/a.yaml", *GIVEN)["deploy/a.yaml"][0] == "direct"


def test_without_a_command_the_help_is_shown() -> None:
    done = CliRunner().invoke(cli.cli, [])
    assert done.exit_code == 2
    assert "Usage:" in done.output
    assert "rewrite-refs init --from-aws" in done.output
