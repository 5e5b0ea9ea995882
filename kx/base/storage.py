"""The one way in which kx writes files: whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import pwd
import secrets
import shutil
import signal
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kx.base import signals
from kx.base.errors import StorageError
from kx.base.names import READABLE
from kx.base.reading import PATIENCE, open_regular

PART = ".part-"
"""How the names of unfinished files begin; no reader accepts them."""

FAULTS = "KX_FAULT"
"""Tests only: ``kill:N``, ``enospc:N`` or ``eio:N`` strikes at the N-th fault point."""

_points = itertools.count(1)


def atomic_write(path: Path, data: bytes | str) -> None:
    """Make ``data`` the content of ``path``; text as UTF-8, other bytes in names escaped.

    Whatever happens, the file holds its old content or the new one, on the disk as well.

    Raises:
        StorageError: if there is no room, no permission or no such folder.
    """
    content = data.encode(errors=READABLE) if isinstance(data, str) else data
    with signals.writing(), storage_errors(path, len(content)), _replacing(path) as part:
        part.write_bytes(content)


def write_named(path: Path, data: bytes | str) -> None:
    """Write to a path that a user names, and leave what is there what it is.

    A file is replaced as by ``atomic_write``, a link leads to its file, and a device or a pipe is
    written into.

    Raises:
        StorageError: as there, and if nobody reads from the pipe.
    """
    with storage_errors(path):
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            mode = stat.S_IFREG
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            _write_into(path, data.encode(errors=READABLE) if isinstance(data, str) else data)
            return
    atomic_write(Path(os.path.realpath(path)) if path.is_symlink() else path, data)


def _write_into(path: Path, content: bytes) -> None:
    with os.fdopen(_opened_for_writing(path), "wb", buffering=0) as file:
        os.set_blocking(file.fileno(), True)
        while content:
            content = content[file.write(content) :]


def _opened_for_writing(path: Path) -> int:
    """Open what is no file; a pipe, as soon as somebody reads from it."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return os.open(path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO or time.monotonic() > until:
                raise
        time.sleep(0.02)


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield an empty file beside ``path`` that takes its place when the block ends well.

    For libraries that want to write a path themselves. Its name ends as that of ``path``, because
    some look at the suffix. In the block, do nothing but write: its ``OSError`` is a failed write.

    Raises:
        StorageError: if there is no room, no permission or no such folder.
    """
    with storage_errors(path), _replacing(path) as part:
        yield part


@contextmanager
def storage_errors(path: Path, needed: int | None = None) -> Iterator[None]:
    """Tell an ``OSError`` in the block as the failure to write ``path``.

    Args:
        path: file or folder.
        needed: bytes that were to be written, if known.

    Raises:
        StorageError: with the system's reason, and, where it may be that, the room needed and left.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        advice = _advice(path, error.errno, needed)
        raise StorageError(f"{path}: cannot be written: {reason}{advice}") from error


def sweep_partial(folder: Path) -> list[Path]:
    """Remove what a killed process left unfinished in ``folder`` and below; tell what it was.

    Only for the holder of the run's lock: to another process these files may be of use.
    """
    found = [
        Path(parent, name)
        for parent, _, names in os.walk(folder)
        for name in names
        if name.startswith(PART)
    ]
    for part in found:
        with storage_errors(part):
            part.unlink(missing_ok=True)
    return found


def sha256(path: Path) -> str:
    """Return the SHA-256 of the file, as 64 hexadecimal digits.

    Raises:
        OSError: if it cannot be read, or is no regular file.
    """
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    _fault_point()
    part = _new_part(path)
    try:
        yield part
        _fault_point()
        _put_in_place(part, path)
    finally:
        with suppress(OSError):
            part.unlink()


def _new_part(path: Path) -> Path:
    part = path.with_name(f"{PART}{secrets.token_hex(4)}-{path.name}")
    # O_EXCL and O_NOFOLLOW: never through a link that someone put there before us.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    os.close(os.open(part, flags, 0o600))
    return part


def _put_in_place(part: Path, path: Path) -> None:
    _sync(part)
    _fault_point()
    part.chmod(0o666 & ~_umask())
    part.replace(path)
    _fault_point()
    _sync(path.parent)


def _sync(path: Path) -> None:
    """Wait until file or folder is on the disk: a rename may otherwise outrun its content."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _umask() -> int:
    # It can only be read by setting it. For that moment, a strict one: other threads write, too.
    umask = os.umask(0o077)
    os.umask(umask)
    return umask


def _advice(path: Path, code: int | None, needed: int | None) -> str:
    if code in (errno.EISDIR, errno.EEXIST):
        kind = "folder" if path.is_dir() else "file"
        return f". A {kind} of that name is there: choose another name."
    if not path.parent.is_dir():
        return f". {path.parent} is not a folder: make it first, or choose another."
    if code in (errno.EACCES, errno.EPERM) and (owner := _stranger(path.parent)):
        return f". {path.parent} belongs to {owner}: ask for permission, or choose another place."
    if code not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
        return ". Choose another place."
    return f"{_room(path, needed)}. Make room there, or choose another place."


def _stranger(folder: Path) -> str:
    """Return whose a folder is, if it is another user's, else nothing."""
    owner = folder.stat().st_uid
    if owner == os.geteuid():
        return ""
    with suppress(KeyError):
        return f"another user ({pwd.getpwuid(owner).pw_name})"
    return f"another user (number {owner})"


def _room(path: Path, needed: int | None) -> str:
    wanted = "" if needed is None else f"; {needed:,} bytes needed"
    with suppress(OSError):
        return f"{wanted}; {shutil.disk_usage(path.parent).free:,} bytes free"
    return wanted


def _fault_point() -> None:
    kind, _, number = os.environ.get(FAULTS, "").partition(":")
    if not kind or next(_points) != int(number):
        return
    if kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    code = {"enospc": errno.ENOSPC, "eio": errno.EIO}[kind]
    raise OSError(code, os.strerror(code))
