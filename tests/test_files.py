import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rewrite_refs.files import io as files
from rewrite_refs.files.io import Unwritable, create, is_folder, put, read, write

ROOT = os.geteuid() == 0
as_user = pytest.mark.skipif(ROOT, reason="needs a user who is not root: root may do anything")
as_root = pytest.mark.skipif(not ROOT, reason="needs root: nobody else can give files away")


def left(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_what_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\xff\r\n")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "fifo")
    assert {name: read(tmp_path / name) for name in ("file", "link")} == {
        "file": b"\xff\r\n",
        "link": b"\xff\r\n",
    }
    for name in ("dangling", "loop", "fifo", ".", "none", "file/below"):
        assert read(tmp_path / name) is None
    with pytest.raises(OSError, match="too long"):
        read(tmp_path / ("x" * 300))
    assert [is_folder(tmp_path / name) for name in (".", "file", "x" * 300)] == [True, False, False]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o664])
def test_write_keeps_the_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(mode)
    write(path, b"old", b"new\r\n")
    assert path.read_bytes() == b"new\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert left(tmp_path) == ["file"]


def test_write_replaces_what_a_link_points_to(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder/target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to("folder/target")
    write(link, b"old", b"new")
    assert (target.read_bytes(), link.is_symlink()) == (b"new", True)
    assert (left(tmp_path), left(target.parent)) == (["folder", "link"], ["target"])


def test_write_takes_the_longest_of_names(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    path.write_bytes(b"old")
    write(path, b"old", b"new")
    assert path.read_bytes() == b"new"


@as_root
@pytest.mark.parametrize("owner", [(4321, 0), (0, 4321), (4321, 1234)])
def test_write_keeps_the_owner(tmp_path: Path, owner: tuple[int, int]) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    os.chown(path, *owner)
    write(path, b"old", b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == owner


def test_write_replaces_no_device(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(files.Unwritable, match="not a regular file"):
        files.write(tmp_path / "fifo", b"", b"x")
    assert (tmp_path / "fifo").is_fifo()


def test_write_leaves_a_file_that_changed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"newer")
    with pytest.raises(Unwritable, match="it changed since it was read: run again"):
        write(path, b"old", b"new")
    assert (path.read_bytes(), left(tmp_path)) == (b"newer", ["file"])


@pytest.mark.parametrize("name", ["none", "none/below", "loop", "dangling"])
def test_write_makes_no_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(Unwritable):
        write(tmp_path / name, b"old", b"new")
    assert left(tmp_path) == ["dangling", "loop"]


def test_write_leaves_nothing_behind_where_replacing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(Unwritable, match="cross-device"):
        write(path, b"old", b"new")
    assert left(tmp_path) == ["file"]


def test_write_leaves_a_folder(tmp_path: Path) -> None:
    with pytest.raises(Unwritable, match="not a regular file"):
        write(tmp_path, b"", b"new")
    assert left(tmp_path) == []


# The rest cannot be had as root, and most not without a second user: what the system
# answers is put in its place.


def denied(*args: object, **more: object) -> None:
    raise PermissionError(1, "Operation not permitted")


def test_write_leaves_what_it_could_not_give_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    theirs = os.stat_result((0o644, 0, 0, 1, os.geteuid() + 1, os.getegid(), 3, 0, 0, 0))
    monkeypatch.setattr(os, "chown", denied)
    with pytest.raises(Unwritable, match="belongs to another user"):
        files._own_as(path, theirs)


def test_a_group_that_cannot_be_kept_is_no_reason_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    theirs = os.stat_result((0o644, 0, 0, 1, os.geteuid(), os.getegid() + 1, 3, 0, 0, 0))
    monkeypatch.setattr(os, "chown", denied)
    files._own_as(path, theirs)
    assert path.read_bytes() == b"old"


def test_write_leaves_a_file_that_is_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o444)
    if ROOT:
        monkeypatch.setattr(os, "access", lambda *args: False)
    with pytest.raises(Unwritable, match="it is read-only"):
        write(path, b"old", b"new")
    assert (path.read_bytes(), left(tmp_path)) == (b"old", ["file"])


@as_user
def test_write_needs_a_folder_that_may_be_written(tmp_path: Path) -> None:
    path = tmp_path / "folder/file"
    path.parent.mkdir()
    path.write_bytes(b"old")
    path.parent.chmod(0o555)
    with pytest.raises(Unwritable, match="denied"):
        write(path, b"old", b"new")
    path.parent.chmod(0o755)


def test_write_survives_a_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", denied)
    monkeypatch.setattr(Path, "unlink", denied)
    with pytest.raises(Unwritable, match="not permitted"):
        write(path, b"old", b"new")
    assert path.read_bytes() == b"old"


def test_create(tmp_path: Path) -> None:
    path = tmp_path / "file"
    umask = os.umask(0o022)
    try:
        create(path, b"new\r\n")
    finally:
        os.umask(umask)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new\r\n", 0o644)
    (tmp_path / "dangling").symlink_to("nowhere")
    for name, reason in (
        ("file", "File exists"),
        ("dangling", "File exists"),
        ("none/x", "No such file or directory"),
    ):
        with pytest.raises(Unwritable, match=reason):
            create(tmp_path / name, b"other")
    assert path.read_bytes() == b"new\r\n"
    assert left(tmp_path) == ["dangling", "file"]


def test_create_leaves_no_half_of_a_file(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, hard))
    try:
        with pytest.raises(Unwritable, match="File too large"):
            create(tmp_path / "file", b"too much")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert left(tmp_path) == []


@pytest.mark.usefixtures("unmeasured")  # coverage could not write what it measures, either
def test_a_report_that_does_not_fit_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"before")
    code = (
        "import resource, signal; from pathlib import Path; from rewrite_refs.files import io as files\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "for name in ('old', 'new'):\n"
        "    try:\n        files.put(Path(name), b'x' * 100)\n"
        "    except files.Unwritable as error:\n        print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "File too large\n" * 2
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("old", b"before")]


def test_a_report_keeps_the_mode_and_the_link(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "a").chmod(0o640)
    (tmp_path / "link").symlink_to("a")
    put(tmp_path / "link", b"2")
    assert (tmp_path / "link").is_symlink()
    assert ((tmp_path / "a").read_bytes(), (tmp_path / "a").stat().st_mode & 0o777) == (b"2", 0o640)
    put(tmp_path / "new", b"3")
    assert (tmp_path / "new").read_bytes() == b"3"
    with pytest.raises(Unwritable):
        put(tmp_path, b"4")
