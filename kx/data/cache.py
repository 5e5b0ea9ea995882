"""Arrays that take long to make, kept in files that their content names."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import numpy as np

HEADER = 128
"""Bytes before the rows of an ``.npy`` file whose examples have up to three axes."""

STALE = 24 * 3600
"""Seconds after which an unfinished file is nobody's any more."""

PART = ".part-"


@dataclass(frozen=True, slots=True)
class Kept:
    """What the cache has under one key.

    Attributes:
        rows: (n, ...) uint8 or float32, mapped from its file, or in memory.
        notes: what was found out while it was made; JSON.
    """

    rows: np.ndarray
    notes: Any


def recall(folder: Path, key: str) -> Kept | None:
    """Return what is kept under ``key``, or None if it is not there or not as it was written."""
    import numpy as np

    path = folder / f"{key}.npy"
    try:
        note = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if _sha256(path) != note["sha256"]:
            return None
        # The pages of the file are shared between processes, and read when they are needed.
        rows = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
        return Kept(rows, note["notes"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(
    folder: Path, key: str, rows: Iterator[np.ndarray], shape: tuple[int, ...], kind: str = "|u1"
) -> str:
    """Write ``rows`` one by one under ``key``, to be sealed by ``seal``; they need no memory.

    Args:
        folder: made if it is not there.
        key: names the content.
        rows: arrays of one ``shape``, as many as there are.
        shape: of one of them, up to three axes.
        kind: of their numbers: bytes, or ``<f4`` for float32.

    Returns:
        The SHA-256 of the file.

    Raises:
        OSError: if it cannot be written; nothing is left behind.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    path = folder / f"{key}.npy"
    with _replacing(path) as file:
        file.write(bytes(HEADER))
        count = 0
        for row in rows:
            file.write(row.tobytes())
            count += 1
        file.seek(0)
        file.write(_header((count, *shape), kind))
    return _sha256(path)


def seal(folder: Path, key: str, sha256: str, notes: Any) -> None:
    """Make what was kept under ``key`` valid.

    Raises:
        OSError: if that cannot be written.
    """
    with _replacing(folder / f"{key}.json") as file:
        file.write(json.dumps({"sha256": sha256, "notes": notes}).encode())


def digest(parts: Iterable[object]) -> str:
    """Return the SHA-256, 64 hex digits, over ``parts``: numbers, texts and lists of them."""
    return hashlib.sha256(json.dumps(list(parts)).encode()).hexdigest()


def _header(shape: tuple[int, ...], kind: str) -> bytes:
    import numpy as np

    buffer = io.BytesIO()
    form = {"descr": kind, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, form)
    return buffer.getvalue()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """Yield a new file that takes the place of ``path`` when the block ends well.

    It is not forced to the disk: what a power cut leaves of it has another SHA-256.
    """
    number, name = tempfile.mkstemp(prefix=PART, dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Remove what killed processes left."""
    for part in folder.glob(f"{PART}*"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > STALE:
                part.unlink()
