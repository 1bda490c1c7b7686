"""Reading and writing files without losing one."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

MAX_NAMED = 100_000_000  # bytes of a file that an option names
# What the shell has opened before the program starts: ``<(command)`` is such a path.
_OPENED = re.compile(r"/dev/stdin|/(?:dev|proc/self)/fd/[0-9]+")

# Encodings and how a text in them starts: with a byte order mark, or with a character of ASCII.
_WIDE = tuple(
    (name, re.compile(start, re.DOTALL))
    for name, start in (
        ("utf-32-be", rb"\0\0\xfe\xff|\0\0\0."),
        ("utf-32-le", rb"\xff\xfe\0\0|.\0\0\0"),
        ("utf-16-be", rb"\xfe\xff|\0."),
        ("utf-16-le", rb"\xff\xfe|.\0"),
    )
)


class Unwritable(Exception):
    """A file was left as it was; the message says why."""


class Unreadable(Exception):
    """A file was not read; the message says why."""


def is_folder(path: Path) -> bool:
    """Whether there is a folder; False, unlike from Path.is_dir, where one may not even look."""
    return os.path.isdir(path)  # noqa: PTH112


def is_missing(path: Path) -> bool:
    """Whether there is nothing at *path*, not even a link; False where one may not look."""
    try:
        path.lstat()
    except OSError as error:
        return error.errno in (errno.ENOENT, errno.ENOTDIR)
    return False


def read(path: Path) -> bytes | None:
    """The content of a regular file, or None where there is none (a link to nowhere, a FIFO).

    Raises OSError where there is one and it cannot be read.
    """
    try:
        # Asked first: opening a FIFO waits for whoever writes to it.
        return path.read_bytes() if stat.S_ISREG(path.stat().st_mode) else None
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None
        raise


def narrowed(data: bytes) -> bytes | None:
    """The UTF-8 of a text in UTF-16 or UTF-32, with a byte order mark or without; None for all else.

    The first bytes tell (YAML 1.2.2, section 5.2, "Character Encodings").  What is no text after all gives
    replacement characters.
    """
    found = next((name for name, start in _WIDE if start.match(data)), None)
    return (
        None
        if found is None
        else data.decode(found, "replace").removeprefix("\ufeff").encode("utf-8", "replace")
    )


def is_utf8(data: bytes) -> bool:
    """Whether *data* is a text in UTF-8; one has no NUL."""
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


def regular(path: Path, limit: int) -> bytes:
    """The content of a regular file of at most *limit* bytes; nothing else is opened.

    Raises Unreadable.
    """
    try:
        real = Path(os.path.realpath(path))
        found = real.stat()
        _check_regular(found, limit)
        # Another file may have taken the place of that one since: it must neither be followed nor waited for.
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(real, flags), "rb") as file:
            opened = os.fstat(file.fileno())
            _check_regular(opened, limit)
            if not os.path.samestat(found, opened):
                raise Unreadable("it was replaced while it was read: run again")
            return _limited(file, limit)
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from None


def named(path: Path, limit: int) -> bytes:
    """The content of what a user has named: a regular file, or the pipe that is a shell's ``<(command)``.

    Devices are not opened, nor are pipes in the file system, to which perhaps nobody ever writes.
    Raises Unreadable for them, and for what is larger than *limit* bytes.
    """
    if not _OPENED.fullmatch(str(path)):
        return regular(path, limit)
    try:
        with path.open("rb") as file:
            return _limited(file, limit)
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from None


def _check_regular(status: os.stat_result, limit: int) -> None:
    """Raise Unreadable for what is not a regular file of at most *limit* bytes."""
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("it is not a regular file")
    if status.st_size > limit:
        raise _too_large(limit)


def _limited(file: BinaryIO, limit: int) -> bytes:
    """What is in an open file, up to a limit, whatever its size is said to be."""
    data = file.read(limit + 1)
    if len(data) > limit:
        raise _too_large(limit)
    return data


def _too_large(limit: int) -> Unreadable:
    return Unreadable(f"it is larger than {limit // 1_000_000} MB")


def write(path: Path, old: bytes, new: bytes) -> None:
    """Replace *old*, the content of *path*, by *new*, all or nothing.

    A symbolic link stays one and its target is replaced; mode and owner stay.
    Raises Unwritable where the file cannot be written, or no longer holds *old*.
    """
    target = Path(os.path.realpath(path))
    try:
        if not stat.S_ISREG(target.stat().st_mode):  # a device would be replaced by a file
            raise Unwritable("not a regular file")
        _replace(target, new, lambda: _check(target, old))
    except OSError as error:
        raise Unwritable(error.strerror or str(error)) from None


def put(path: Path, data: bytes) -> None:
    """Make *data* the content of the file *path*, whether it is there or not; a device gets it as it is.

    Raises Unwritable where that fails; a file is then as it was.
    """
    try:
        if not path.exists():
            return create(Path(os.path.realpath(path)), data)
        if not path.is_file():  # a device, or a pipe, which has no name of its own
            path.write_bytes(data)
        else:
            _replace(Path(os.path.realpath(path)), data, lambda: None)
    except OSError as error:
        raise Unwritable(error.strerror or str(error)) from None


def _replace(target: Path, new: bytes, check: Callable[[], None]) -> None:
    """Put another content into a regular file, if a *check* at the last moment raises nothing."""
    import tempfile

    status = target.stat()
    handle, name = tempfile.mkstemp(prefix=".rewrite-refs.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(new)
        _own_as(temporary, status)
        temporary.chmod(stat.S_IMODE(status.st_mode))
        if not os.access(target, os.W_OK):
            raise Unwritable("it is read-only")
        check()
        temporary.replace(target)
    finally:
        with suppress(OSError):
            temporary.unlink()


def _check(target: Path, old: bytes) -> None:
    if target.read_bytes() != old:
        raise Unwritable("it changed since it was read: run again")


def create(path: Path, data: bytes) -> None:
    """Make the file *path* with the content *data*, all or nothing.

    Raises Unwritable where it cannot be made, or is there by now.
    """
    try:
        with path.open("xb") as file:
            try:
                file.write(data)
                file.flush()
            except OSError:
                path.unlink()
                raise
    except OSError as error:
        raise Unwritable(error.strerror or str(error)) from None


def _own_as(path: Path, status: os.stat_result) -> None:
    """Give a new file the owner and the group of another."""
    new = path.stat()
    if new.st_uid != status.st_uid:
        try:
            os.chown(path, status.st_uid, -1)
        except PermissionError:
            raise Unwritable(f"it belongs to another user (id {status.st_uid}): run as that user") from None
    if new.st_gid != status.st_gid:
        # As where a container runs under the user's id alone; git would not keep the group either.
        with suppress(PermissionError):
            os.chown(path, -1, status.st_gid)
