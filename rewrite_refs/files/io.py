"""Safe reading and writing of files, without data loss."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

MAX_NAMED = 100_000_000  # bytes of a file that is named in an option
# Files that the shell opens before the program starts: ``<(command)`` becomes such a path.
_OPENED = re.compile(r"/dev/stdin|/(?:dev|proc/self)/fd/[0-9]+")

# Encodings and how a text in them starts: with a byte order mark, or with an ASCII character.
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
    """A file was left unchanged; the message states why."""


class Unreadable(Exception):
    """A file was not read; the message states why."""


def is_folder(path: Path) -> bool:
    """Whether there is a folder; False, unlike Path.is_dir, if access is denied."""
    return os.path.isdir(path)  # noqa: PTH112


def is_missing(path: Path) -> bool:
    """Whether there is nothing at *path*, not even a link; False if access is denied."""
    try:
        path.lstat()
    except OSError as error:
        return error.errno in (errno.ENOENT, errno.ENOTDIR)
    return False


def read(path: Path) -> bytes | None:
    """Return the content of a regular file, or None if there is none.

    A broken link or a FIFO also gives None.

    Raises:
        OSError: The file exists but cannot be read.
    """
    try:
        # Checked first: opening a FIFO waits for a writer.
        return path.read_bytes() if stat.S_ISREG(path.stat().st_mode) else None
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None
        raise


def narrowed(data: bytes) -> bytes | None:
    """Convert UTF-16 or UTF-32 text to UTF-8; return None for any other encoding.

    The encoding follows from the first bytes, with or without a byte order mark.  Invalid text becomes
    replacement characters.  Source: YAML 1.2.2, section 5.2, "Character Encodings".
    """
    found = next((name for name, start in _WIDE if start.match(data)), None)
    return (
        None
        if found is None
        else data.decode(found, "replace").removeprefix("\ufeff").encode("utf-8", "replace")
    )


def is_utf8(data: bytes) -> bool:
    """Whether *data* is UTF-8 text without NUL characters."""
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


def regular(path: Path, limit: int) -> bytes:
    """Return the content of a regular file; nothing else is opened.

    Raises:
        Unreadable: The path is not a regular file, is larger than *limit* bytes, or cannot be read.
    """
    try:
        real = Path(os.path.realpath(path))
        found = real.stat()
        _check_regular(found, limit)
        # The file may have been replaced since: a link must not be followed, and a FIFO not waited for.
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
    """Return the content of a file or shell pipe (``<(command)``) named by the user.

    Devices are not opened, nor are pipes in the file system, which may never have a writer.

    Raises:
        Unreadable: The path is one of those, or the content is larger than *limit* bytes or unreadable.
    """
    if not _OPENED.fullmatch(str(path)):
        return regular(path, limit)
    try:
        with path.open("rb") as file:
            return _limited(file, limit)
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from None


def _check_regular(status: os.stat_result, limit: int) -> None:
    """Raise Unreadable unless this is a regular file of at most *limit* bytes."""
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("it is not a regular file")
    if status.st_size > limit:
        raise _too_large(limit)


def _limited(file: BinaryIO, limit: int) -> bytes:
    """Read an open file up to a limit, without relying on its reported size."""
    data = file.read(limit + 1)
    if len(data) > limit:
        raise _too_large(limit)
    return data


def _too_large(limit: int) -> Unreadable:
    return Unreadable(f"it is larger than {limit // 1_000_000} MB")


def write(path: Path, old: bytes, new: bytes) -> None:
    """Replace *old*, the content of the file *path*, with *new*, atomically.

    A symbolic link is kept and its target is replaced; mode and owner are kept.

    Raises:
        Unwritable: The file cannot be written, or its content is no longer *old*.
    """
    target = Path(os.path.realpath(path))
    try:
        if not stat.S_ISREG(target.stat().st_mode):  # a device would be replaced by a file
            raise Unwritable("it is not a regular file")
        _replace(target, new, lambda: _check(target, old))
    except OSError as error:
        raise Unwritable(error.strerror or str(error)) from None


def put(path: Path, data: bytes) -> None:
    """Write *data* to the file *path*, new or existing, or to a device.

    Raises:
        Unwritable: The data cannot be written; a file is then unchanged.
    """
    try:
        if not path.exists():
            return create(Path(os.path.realpath(path)), data)
        if not path.is_file():  # a device, or an unnamed pipe
            path.write_bytes(data)
        else:
            _replace(Path(os.path.realpath(path)), data, lambda: None)
    except OSError as error:
        raise Unwritable(error.strerror or str(error)) from None


def _replace(target: Path, new: bytes, check: Callable[[], None]) -> None:
    """Replace the content of a regular file unless *check*, called last, raises."""
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
    """Create the file *path* with the content *data*, or nothing.

    Raises:
        Unwritable: The file cannot be created, or it already exists.
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
    """Set the owner and the group of a new file to those in *status*.

    Raises:
        Unwritable: The owner cannot be set.
    """
    new = path.stat()
    if new.st_uid != status.st_uid:
        try:
            os.chown(path, status.st_uid, -1)
        except PermissionError:
            raise Unwritable(f"it belongs to another user (id {status.st_uid}): run as that user") from None
    if new.st_gid != status.st_gid:
        # As when a container runs with only the user's id; git would not keep the group either.
        with suppress(PermissionError):
            os.chown(path, -1, status.st_gid)
