"""Files as kx reads them: nothing blocks it, and nothing that has no end is read to its end.

What lies in a folder may be a named pipe, a device, or larger than any memory. Each is opened
before it is looked at, so that nobody can exchange it in between.
"""

from __future__ import annotations

import errno
import os
import select
import stat
from io import BufferedReader
from pathlib import Path

PATIENCE = 2.0
"""Seconds in which somebody must begin to write to a named pipe that a user names."""

KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


class OddFileError(OSError):
    """What was to be read is no file: a pipe, a device."""

    def __init__(self, what: str, path: Path) -> None:
        super().__init__(errno.EINVAL, f"this is {what}", str(path))


def open_regular(path: Path, *, follow: bool = True) -> BufferedReader:
    """Open a file for reading.

    Args:
        path: of the file.
        follow: whether it may be a link.

    Raises:
        OSError: if it cannot be opened, or is no regular file.
    """
    file = _opened(path, follow=follow)
    try:
        _refuse_odd(os.fstat(file.fileno()), path)
    except OSError:
        file.close()
        raise
    return file


def regular_size(path: Path) -> int:
    """Return how many bytes a file has.

    Raises:
        OSError: if it cannot be asked, or is no regular file.
    """
    found = path.stat()
    _refuse_odd(found, path)
    return found.st_size


def read_regular(path: Path, most: int, *, follow: bool = True) -> bytes:
    """Return the content of a file.

    Args:
        path: of the file.
        most: bytes that it may have.
        follow: whether it may be a link.

    Raises:
        OSError: if it cannot be read, is no regular file, or has more bytes.
    """
    with open_regular(path, follow=follow) as file:
        size = os.fstat(file.fileno()).st_size
        content = _up_to(file, most, size) if size <= most else b""
    if max(size, len(content)) > most:
        raise OSError(errno.EFBIG, f"it has more than {most:,} bytes", str(path))
    return content


def read_named(path: Path, most: int) -> bytes:
    """Return what a file holds, or what is written to a pipe such as ``<(command)``.

    For what a user names: nothing else may be a pipe.

    Returns:
        At most one byte more than ``most``: whoever gets that has not got all.

    Raises:
        OSError: if it cannot be read, is a device, or a pipe that nobody writes to.
    """
    with _opened(path) as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISFIFO(about.st_mode):
            _refuse_odd(about, path)
        begun_or_ended, _, _ = select.select([file], [], [], PATIENCE)
        begun = file.read(1)  # None: somebody will write, but has not yet
        if begun == b"" and not begun_or_ended:
            raise OddFileError("a pipe that nobody writes to", path)
        os.set_blocking(file.fileno(), True)
        begun = begun or b""
        return begun + _up_to(file, most - len(begun), about.st_size)


def _refuse_odd(about: os.stat_result, path: Path) -> None:
    kind = stat.S_IFMT(about.st_mode)
    if kind != stat.S_IFREG:
        raise OddFileError(f"{KINDS.get(kind, 'something else')}, not a file", path)


def _up_to(file: BufferedReader, most: int, size: int) -> bytes:
    """Return the rest of a file, but at most one byte more than ``most``."""
    parts, left = [], most + 1
    step = max(size + 1, 1 << 16)  # not ``left``: so much would be allocated
    while left > 0 and (part := file.read(min(left, step))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _opened(path: Path, *, follow: bool = True) -> BufferedReader:
    # Without O_NONBLOCK, a pipe is opened when somebody opens its other end: perhaps never.
    flags = os.O_NONBLOCK | os.O_NOCTTY | (0 if follow else os.O_NOFOLLOW)
    return open(path, "rb", opener=lambda name, mode: os.open(name, mode | flags))
