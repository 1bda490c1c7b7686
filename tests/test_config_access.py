# ruff: noqa: E501 - a row of a table is a line
"""Files that must not be read as a configuration: what a stranger's pull request may bring.

Each case runs the program, with little memory and not for long.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from rewrite_refs.config.access import LIMIT
from rewrite_refs.config.documents import MAX_NODES
from rewrite_refs.config.load import FILE_NAME, MAX_EXTENDED
from rewrite_refs.files import io as files
from tests.commands import GIVEN, POD, Ran, fill, repository, run
from tests.common import HOST

VALID = f"registry: {HOST}\nrules: {{docker.io: docker-hub}}\n"
SECRET = "s3cr3t"
OUTSIDE = "it is outside of the repository: allow its folder with --allow-extends DIR"
SPECIAL = "it is a device, or a file that a process has opened"
NOT_REGULAR = "it is not a regular file"
KNOWN = (
    "write one of aliases, embedded, exclude, extends, formats, lint, overrides, own, parameters, registry, "
    "required-version, rules, runners-logged-in, style"
)
NO_KEY = f"this is not a configuration of rewrite-refs: it has no known key: {KNOWN}"


def limited() -> None:
    """What a run may use: it is stopped before the machine suffers (macOS knows no such limit)."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))


def tool(*arguments: str, cwd: Path, stdin: Path | None = None) -> Ran:
    """Run the program; one that waits, or needs too much memory, fails the test."""
    with (stdin or Path(os.devnull)).open("rb") as given:
        done = subprocess.run(
            [sys.executable, "-m", "rewrite_refs", *arguments],
            cwd=cwd,
            stdin=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            preexec_fn=limited,
        )
    assert SECRET not in done.stdout + done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


def big(path: Path) -> None:
    """A file that is larger than memory, and that takes no room."""
    path.touch()
    os.truncate(path, 1 << 40)


def checkout(folder: Path, config: str, more: Mapping[str, str | bytes] = {}) -> Path:
    return repository(folder / "co", {FILE_NAME: config, "pod.yaml": POD.format("redis"), **more})


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/dev/zero", f"/dev/zero cannot be extended: {SPECIAL}"),
        ("/dev/stdin", f"/dev/stdin cannot be extended: {SPECIAL}"),
        ("/dev/fd/0", f"/dev/fd/0 cannot be extended: {SPECIAL}"),
        ("stdin.yaml", f"stdin.yaml cannot be extended: {SPECIAL}"),
        ("fds/0", f"fds/0 cannot be extended: {SPECIAL}"),
        ("zero.yaml", f"zero.yaml cannot be extended: {SPECIAL}"),
        ("pipe.yaml", f"pipe.yaml cannot be extended: {NOT_REGULAR}"),
        ("big.yaml", "big.yaml cannot be extended: it is larger than 1 MB"),
        ("/etc/shadow", f"/etc/shadow cannot be extended: {OUTSIDE}"),
        ("/nowhere", f"/nowhere cannot be extended: {OUTSIDE}"),
        ("../secret.yaml", f"../secret.yaml cannot be extended: {OUTSIDE}"),
        ("link.yaml", f"link.yaml cannot be extended: {OUTSIDE}"),
        ("folder/secret.yaml", f"folder/secret.yaml cannot be extended: {OUTSIDE}"),
        (".git/config", f".git/config cannot be extended: {OUTSIDE}"),
        (".Git/config", f".Git/config cannot be extended: {OUTSIDE}"),
        ("loop.yaml", "loop.yaml cannot be extended: "),
        ('"a\\0b"', "a\\x00b cannot be extended: a file cannot have this name"),
        ('"a\\ud800b"', "cannot be extended: a file cannot have this name"),
        ('""', f". cannot be extended: {NOT_REGULAR}"),
        (".", f". cannot be extended: {NOT_REGULAR}"),
    ],
)
def test_what_cannot_be_extended(tmp_path: Path, name: str, reason: str) -> None:
    co = checkout(tmp_path, f"extends: {name}\n", {"own.yaml": VALID})
    fill(tmp_path, {"secret.yaml": f"{SECRET}: {SECRET}\nrules: {{{SECRET}: {SECRET}}}\n"})
    for link, target in {
        "stdin.yaml": "/dev/stdin",
        "fds": "/dev/fd",
        "zero.yaml": "zero2",
        "zero2": "/dev/zero",
        "link.yaml": "../secret.yaml",
        "folder": "..",
        "loop.yaml": "loop.yaml",
    }.items():
        (co / link).symlink_to(target)
    os.mkfifo(co / "pipe.yaml")
    big(co / "big.yaml")
    ran = tool("check", cwd=co, stdin=co / "own.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {FILE_NAME}:1: ")
    assert reason in ran.err


@pytest.mark.parametrize(
    ("command", "make", "reason"),
    [
        *(
            (command, lambda path: path.symlink_to("/dev/zero"), SPECIAL)
            for command in ("check", "list", "rewrite", "restore", "explain", "rules", "init")
        ),
        ("check", lambda path: path.symlink_to("/dev/stdin"), SPECIAL),
        ("check", lambda path: path.symlink_to("../secret.yaml"), OUTSIDE),
        ("check", os.mkfifo, NOT_REGULAR),
        ("check", big, "it is larger than 1 MB"),
        ("check", lambda path: path.mkdir(), NOT_REGULAR),
    ],
)
def test_what_is_no_configuration_of_the_repository(
    tmp_path: Path, command: str, make: Callable[[Path], None], reason: str
) -> None:
    co = checkout(tmp_path, "")
    fill(tmp_path, {"secret.yaml": f"registry: {SECRET}\n"})
    (co / FILE_NAME).unlink()
    make(co / FILE_NAME)
    ran = tool(command, *(["redis"] if command == "explain" else []), cwd=co, stdin=tmp_path / "secret.yaml")
    assert ran == Ran(2, "", f"error: {FILE_NAME}: the configuration cannot be read: {reason}\n")


@pytest.mark.parametrize("command", ["check", "init"])
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/dev/zero", SPECIAL),
        ("/dev/stdin", SPECIAL),
        ("/proc/self/fd/0", SPECIAL),
        ("pipe.yaml", NOT_REGULAR),
        ("big.yaml", "it is larger than 1 MB"),
        ("link.yaml", OUTSIDE),
    ],
)
def test_what_cannot_be_named(tmp_path: Path, command: str, name: str, reason: str) -> None:
    co = checkout(tmp_path, VALID)
    os.mkfifo(co / "pipe.yaml")
    big(co / "big.yaml")
    fill(tmp_path, {"secret.yaml": f"registry: {SECRET}\n"})
    (co / "link.yaml").symlink_to("../secret.yaml")
    ran = tool(command, "--config", name, cwd=co, stdin=co / FILE_NAME)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith(f"{name}: the configuration cannot be read: {reason}\n")


def test_a_file_as_large_as_is_allowed(tmp_path: Path) -> None:
    line = f"# {'x' * 97}\n"
    co = checkout(tmp_path, VALID + line * (LIMIT // 100 - 2))
    with (co / FILE_NAME).open("a") as file:
        file.write("#" * (LIMIT - file.tell()))
    assert tool("explain", "redis", cwd=co).code == 0
    with (co / FILE_NAME).open("a") as file:
        file.write("#")
    assert "larger than 1 MB" in tool("explain", "redis", cwd=co).err


@pytest.mark.parametrize(
    "text",
    [
        "own: [" + "a.b," * (MAX_NODES + 1) + "]",
        "own:\n- &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"- &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(20)),
    ],
)
def test_too_much_for_a_configuration(tmp_path: Path, text: str) -> None:
    ran = tool("check", cwd=checkout(tmp_path, text))
    assert ran.code == 2
    assert ran.err == f"error: {FILE_NAME}:1: this is not valid YAML: it has more than 50,000 values\n"


def test_aliases_that_hold_themselves(tmp_path: Path) -> None:
    ran = tool("check", cwd=checkout(tmp_path, "overrides: &a [*a]\nrules: &b {docker.io: *b}\n"))
    assert ran.code == 2
    assert ran.err == (
        f"error: {FILE_NAME}:1: each of overrides must be a mapping of keys to values, not a list\n"
        f"error: {FILE_NAME}:2: unknown key 'docker.io': write prefix\n"
    )


def test_a_pipe_that_is_not_there() -> None:
    with pytest.raises(files.Unreadable, match=r"No such file or directory|Bad file descriptor"):
        files.named(Path("/dev/fd/999"), 10)


def test_a_file_that_is_replaced_before_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, opened = tmp_path / "a", os.open

    def by_a_pipe() -> None:
        path.unlink()
        os.mkfifo(path)

    def by_a_file() -> None:
        fill(tmp_path, {"b": "y"})
        (tmp_path / "b").replace(path)

    for replace, reason in ((by_a_pipe, NOT_REGULAR), (by_a_file, "it was replaced while it was read")):

        def late(name: Path, flags: int, replace: Callable[[], None] = replace) -> int:
            monkeypatch.undo()
            replace()
            return opened(name, flags)

        path.unlink(missing_ok=True)
        path.write_text("x")
        monkeypatch.setattr(os, "open", late)
        with pytest.raises(files.Unreadable, match=reason):
            files.regular(path, 10)


def test_a_file_that_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, fstat = tmp_path / "a", os.fstat

    def grown(handle: int) -> os.stat_result:
        monkeypatch.undo()
        found = fstat(handle)
        path.write_text("x" * 11)
        return found

    path.write_text("x")
    monkeypatch.setattr(os, "fstat", grown)
    with pytest.raises(files.Unreadable, match="it is larger than 0 MB"):
        files.regular(path, 10)


# --- what is allowed --------------------------------------------------------------------------

EXPLAINED = f"becomes:    {HOST}/docker-hub/library/redis\n"


@pytest.mark.parametrize(
    ("config", "arguments", "said"),
    [
        # A folder that is allowed, and chains through it.
        ("extends: ../shared/base.yaml\n", ["--allow-extends", "../shared"], ""),
        ("extends: ../shared/team.yaml\n", ["--allow-extends", "../shared"], ""),
        ("extends: ../shared/team.yaml\n", ["--allow-extends", "../other", "--allow-extends", "../shared"], ""),
        ("extends: ../shared/link.yaml\n", ["--allow-extends", "../shared"], ""),
        ("extends: ../alias/base.yaml\n", ["--allow-extends", "../shared"], ""),
        ("extends: ../shared/base.yaml\n", ["--allow-extends", "../alias"], ""),
        ("extends: ../shared/back.yaml\n", ["--allow-extends", "../shared"], ""),
        ("extends: ../shared/base.yaml\n", [], f"{FILE_NAME}:1: ../shared/base.yaml cannot be extended: {OUTSIDE}"),
        ("extends: ../shared/base.yaml\n", ["--allow-extends", "../other"], f"{FILE_NAME}:1: ../shared/base.yaml cannot be extended: {OUTSIDE}"),
        ("extends: ../shared-too/base.yaml\n", ["--allow-extends", "../shared"], f"{FILE_NAME}:1: ../shared-too/base.yaml cannot be extended: {OUTSIDE}"),
        ("extends: ../shared/out.yaml\n", ["--allow-extends", "../shared"], f"../shared/out.yaml:1: ../other/base.yaml cannot be extended: {OUTSIDE}"),
        ("extends: ../shared/linkout.yaml\n", ["--allow-extends", "../shared"], f"{FILE_NAME}:1: ../shared/linkout.yaml cannot be extended: {OUTSIDE}"),
        ("extends: ../shared/repo.yaml\n", ["--allow-extends", "../shared"], f"leaves.yaml:1: ../other/base.yaml cannot be extended: {OUTSIDE}"),
        ("extends: ../shared/pipe.yaml\n", ["--allow-extends", "../shared"], f"{FILE_NAME}:1: ../shared/pipe.yaml cannot be extended: {NOT_REGULAR}"),
        ("extends: /dev/zero\n", ["--allow-extends", "/"], f"{FILE_NAME}:1: /dev/zero cannot be extended: {SPECIAL}"),
        ("extends: ../shared/loop.yaml\n", ["--allow-extends", "../shared"], f"../shared/loop.yaml:1: ../co/{FILE_NAME} extends this file or is this file: remove one extends"),
        # A configuration that the command line names.
        ("", ["--config", "../shared/base.yaml"], ""),
        ("", ["--config", "../shared/out.yaml"], ""),
        ("", ["--config", "../shared/far.yaml"], ""),
        ("", ["--config", "../shared/linkout.yaml"], ""),
        ("extends: ../other/base.yaml\n", ["--config", FILE_NAME], ""),
        ("", ["--config", "link.yaml", "--allow-extends", "../other"], ""),
        ("", ["--config", "../shared/zero.yaml"], f"../shared/zero.yaml:1: /dev/zero cannot be extended: {SPECIAL}"),
        ("", ["--config", "../shared/repo.yaml"], f"../co/leaves.yaml:1: ../other/base.yaml cannot be extended: {OUTSIDE}"),
        ("", ["--config", "../shared/repo.yaml", "--allow-extends", "../other"], ""),
        # What is no folder.
        ("", ["--allow-extends", "nowhere"], "--allow-extends: there is no folder 'nowhere'."),
        ("", ["--allow-extends", ""], "--allow-extends: there is no folder ''."),
        ("", ["--allow-extends", FILE_NAME], f"--allow-extends: there is no folder '{FILE_NAME}'."),
    ],
)  # fmt: skip
def test_what_may_be_extended(tmp_path: Path, config: str, arguments: list[str], said: str) -> None:
    co = checkout(tmp_path, config, {"own.yaml": VALID, "leaves.yaml": "extends: ../other/base.yaml\n"})
    fill(
        tmp_path,
        {
            "shared/base.yaml": VALID,
            "shared/team.yaml": "extends: base.yaml\n",
            "shared/back.yaml": "extends: ../co/own.yaml\n",
            "shared/repo.yaml": "extends: ../co/leaves.yaml\n",
            "shared/loop.yaml": f"extends: ../co/{FILE_NAME}\n",
            "shared/out.yaml": "extends: ../other/base.yaml\n",
            "shared/far.yaml": "extends: ../other/next.yaml\n",
            "shared/zero.yaml": "extends: /dev/zero\n",
            "shared-too/base.yaml": VALID,
            "other/base.yaml": VALID,
            "other/next.yaml": "extends: ../shared-too/base.yaml\n",
        },
    )
    os.mkfifo(tmp_path / "shared/pipe.yaml")
    (tmp_path / "shared/link.yaml").symlink_to("base.yaml")
    (tmp_path / "shared/linkout.yaml").symlink_to("../other/base.yaml")
    (tmp_path / "alias").symlink_to("shared")
    (co / "link.yaml").symlink_to("../other/base.yaml")
    ran = run("explain", "redis", *arguments, cwd=co)
    if said:
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err
    else:
        assert (ran.code, ran.err) == (0, "")
        assert EXPLAINED in ran.out


def test_a_link_of_the_repository(tmp_path: Path) -> None:
    co = checkout(tmp_path, "", {"conf/real.yaml": VALID, "sub/Dockerfile": "FROM redis\n"})
    (co / FILE_NAME).unlink()
    (co / FILE_NAME).symlink_to("conf/real.yaml")
    assert EXPLAINED in run("explain", "redis", cwd=co).out
    fill(tmp_path, {"shared/base.yaml": VALID})
    (co / "sub" / FILE_NAME).symlink_to("../../shared/base.yaml")
    assert OUTSIDE in run("explain", "redis", cwd=co / "sub").err
    assert EXPLAINED in run("explain", "redis", "--allow-extends", "../../shared", cwd=co / "sub").out


def test_a_configuration_that_git_keeps_to_itself(tmp_path: Path) -> None:
    co = checkout(tmp_path, "")
    fill(co, {".git/info/refs.yaml": VALID})
    assert EXPLAINED in run("explain", "redis", "--config", ".git/info/refs.yaml", cwd=co).out


def test_outside_of_a_checkout_the_working_folder_counts(tmp_path: Path) -> None:
    fill(tmp_path, {"base.yaml": VALID, f"a/{FILE_NAME}": "extends: ../base.yaml\n"})
    assert OUTSIDE in run("explain", "redis", cwd=tmp_path / "a").err
    ran = run("list", "a", *GIVEN, cwd=tmp_path)
    assert (ran.code, ran.out) == (0, "")


def test_a_long_chain(tmp_path: Path) -> None:
    chain = {f"{at}.yaml": f"extends: {at + 1}.yaml\n" for at in range(MAX_EXTENDED)}
    co = checkout(tmp_path, "extends: 1.yaml\n", {**chain, f"{MAX_EXTENDED}.yaml": VALID})
    assert EXPLAINED in run("explain", "redis", cwd=co).out
    fill(co, {FILE_NAME: "extends: 0.yaml\n"})
    expected = f"error: {MAX_EXTENDED - 1}.yaml:1: more than 30 files extend one another: extend fewer\n"
    assert run("explain", "redis", cwd=co) == Ran(2, "", expected)


def test_init_with_an_allowed_folder(tmp_path: Path) -> None:
    co = checkout(tmp_path, "extends: ../shared/base.yaml\n")
    fill(tmp_path, {"shared/base.yaml": f"registry: {HOST}\n"})
    assert OUTSIDE in run("init", cwd=co).err
    ran = run("init", "--allow-extends", "../shared", "--yes", cwd=co)
    assert "docker.io: docker-hub is proposed for 1 reference\n" in ran.err


# --- what is never quoted ---------------------------------------------------------------------

QUIET: list[tuple[str | bytes, str]] = [
    (f"root:${SECRET}$:19000:0:99999:7:::\nuser:!{SECRET}:\n", f"1: {NO_KEY}"),
    (f"root:x:0:0::/root:/bin/sh\nuser:{SECRET}:1:1:::/\n", "1: the configuration must be a mapping of keys to values, not a text"),
    (f"[default]\naws_secret_access_key = {SECRET}\n", "2: this is not valid YAML: expected '<document start>', but found '<scalar>'"),
    (f"[http \"https://x/\"]\n\textraheader = {SECRET}\n", "2: this is not valid YAML: "),
    (f"{SECRET}: 1\ntoken: {SECRET}\n", f"1: {NO_KEY}"),
    (f'{{"type": "{SECRET}", "{SECRET}": {{"rules": 1}}}}', f"1: {NO_KEY}"),
    (f"- {SECRET}\n", "1: the configuration must be a mapping of keys to values, not a list"),
    (f"!{SECRET} {SECRET}", "1: the configuration must be a mapping of keys to values, not a value with a tag"),
    (f"registry: {SECRET}\n{SECRET}: 1\n", f"2: this key is unknown: {KNOWN}"),
    (f"registry: {SECRET}\n? [{SECRET}]\n: 1\n{SECRET}: 1\n", f"2: this key is unknown: {KNOWN}"),
    (f"own: *{SECRET}\n", "1: this is not valid YAML: found undefined alias"),
    (f"own: &{SECRET} a\nrules: &{SECRET} {{}}\n{SECRET}: *{SECRET}", f"3: this key is unknown: {KNOWN}"),
    (f"%TAG !{SECRET}! x\n%TAG !{SECRET}! x\n---\n", "2: this is not valid YAML: duplicate tag handle"),
    (f"own: !{SECRET}!x y\n", "1: this is not valid YAML: found undefined tag handle"),
    (f"own: '{SECRET}\n", "2: this is not valid YAML: found unexpected end of stream"),
    (f'own: "\\x{SECRET}"\n', "1: this is not valid YAML: expected escape sequence of 2 hexdecimal numbers"),
    ('own: "\\Uffffffff"\n', "1: this is not valid YAML: it cannot be parsed"),
    (f"a: 1\nb: {SECRET}\x01\n", "2: this is not valid YAML: it has a character that YAML does not allow"),
    (f"own: {SECRET}\n\xe9".encode("latin-1"), "2: the configuration is not UTF-8: convert it"),
    (f"own: {SECRET}".encode("utf-16"), "1: the configuration is not UTF-8: convert it"),
    (f"a:\n\t{SECRET}: 1\n", "2: this is not valid YAML: found character '\\t' that cannot start any token"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), QUIET)
def test_what_is_not_a_configuration_is_not_quoted(tmp_path: Path, content: str | bytes, said: str) -> None:
    co = checkout(tmp_path, "extends: creds\n", {"creds": content})
    ran = run("check", cwd=co)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: creds:{said}")
    assert SECRET not in ran.err
    (co / FILE_NAME).unlink()
    (co / FILE_NAME).symlink_to("creds")
    assert run("check", cwd=co).err == ran.err.replace("creds:", f"{FILE_NAME}:")


@pytest.mark.parametrize(
    "options",
    [
        ["check", "--baseline"],
        ["init", "--from-json"],
        ["init", "--from-terraform"],
        ["init", "--from-cloudformation"],
    ],
)
def test_other_files_that_options_name(tmp_path: Path, options: list[str]) -> None:
    co = checkout(tmp_path, VALID, {"Dockerfile": "FROM redis\n"})
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "pipe.tf")
    big(tmp_path / "big")
    for name, reason in {
        "/dev/zero": NOT_REGULAR,
        "../pipe": NOT_REGULAR,
        "../pipe.tf": NOT_REGULAR,
        "../big": "it is larger than 100 MB",
        "..": "",
        "/dev/stdin": "it is larger than 100 MB",
    }.items():
        if name == ".." and "--from-json" not in options:
            continue  # a folder of files
        ran = tool(*options, name, cwd=co, stdin=Path("/dev/zero"))
        assert (ran.code, ran.out) == (2, ""), name
        assert reason in ran.err, name
    for content, _ in QUIET:
        fill(tmp_path, {"creds": content})
        ran = run(*options, "../creds", cwd=co)
        assert ran.code == 2
        assert SECRET not in ran.out + ran.err


@pytest.mark.parametrize(
    ("options", "text", "code"),
    [
        ("check --baseline", '{"version": 1, "findings": []}', 1),
        ("init --yes --from-json", '{"pullThroughCacheRules": [{"ecrRepositoryPrefix": "quay", "upstreamRegistryUrl": "quay.io"}]}', 0),
        ("init --from-json", '{"pullThroughCacheRules": []}', 2),
        ("init --from-terraform", '{"format_version": "1.0"}', 2),
        ("init --from-cloudformation", "Resources: {}", 2),
    ],
)  # fmt: skip
def test_a_pipe_of_the_shell_is_read(tmp_path: Path, options: str, text: str, code: int) -> None:
    co = checkout(tmp_path, VALID)
    script = f"{sys.executable} -m rewrite_refs {options} <(sleep 1; printf '%s' '{text}')"
    done = subprocess.run(
        ["bash", "-c", script], cwd=co, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == code, done.stderr
    assert "cannot be read" not in done.stderr
