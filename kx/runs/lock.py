"""The lock of a run's folder: one process works on it at a time."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kx.base.errors import RunLockedError
from kx.base.storage import storage_errors

if TYPE_CHECKING:
    from filelock import BaseFileLock

LOCK = ".lock"

PATIENCE = 0.5
"""Seconds to wait for a lock: who looks at a run holds it for an instant."""


def hold(folder: Path) -> BaseFileLock:
    """Take the lock of the run in ``folder``, and note in it who has it.

    Raises:
        RunLockedError: if another process holds it.
        StorageError: if it cannot be written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK, thread_local=False)
    with storage_errors(folder / LOCK):
        try:
            lock.acquire(timeout=PATIENCE, poll_interval=0.02)
        except Timeout:
            holder = _holder(folder / LOCK)
            raise RunLockedError(
                f"{folder.name}: another process ({holder}) is working on this run. "
                "Wait until it has ended."
            ) from None
        _note_holder(folder / LOCK)
    return lock


def _note_holder(path: Path) -> None:
    number = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW)
    with os.fdopen(number, "w", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")


def _holder(path: Path) -> str:
    with suppress(OSError):
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            content = file.read(20).strip()
        if content.isdigit():
            return f"process {content.decode()}"
    return "its process id is not known"


def is_held(folder: Path) -> bool:
    """Whether a process holds the lock of the run in ``folder``; looking leaves no trace."""
    import fcntl

    try:
        number = os.open(folder / LOCK, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # a file system without locks
    finally:
        os.close(number)
    return False
