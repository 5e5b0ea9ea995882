"""Arrays that take long to make, kept in files that their content names.

What was not used for longest goes when all of them together become too large. A process that reads
one of them meanwhile keeps it: its pages stay until it ends, or the system does not let it go.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from kx.base.errors import DataError, UsageError
from kx.base.jsontext import parse_json
from kx.base.reading import open_regular, read_regular
from kx.base.remark import Remark

if TYPE_CHECKING:
    import numpy as np

HEADER = 128
"""Bytes before the rows of an ``.npy`` file whose examples have up to three axes."""

STALE = 24 * 3600
"""Seconds after which an unfinished file is nobody's any more."""

PART = ".part-"

MOST_BYTES = 1 << 29
"""Of a note: that of word vectors holds two million words or more."""

LIMIT_MB = 10_000
"""Of all that is kept, if ``KX_CACHE_MB`` says nothing: a few large sets of pictures."""


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """What the cache has under one key.

    Attributes:
        rows: (n, ...) uint8 or float32, mapped from its file, or in memory.
        notes: what was found out while it was made; JSON.
    """

    rows: np.ndarray
    notes: Any


def recall(folder: Path, key: str) -> CacheEntry | None:
    """Return what is kept under ``key``, or None if it is not there or not as it was written."""
    import numpy as np

    path = folder / f"{key}.npy"
    try:
        note = _note(path.with_suffix(".json"))
        if _sha256(path) != note["sha256"]:
            return None
        # The pages of the file are shared between processes, and read when they are needed.
        rows = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
        with suppress(OSError):  # such as a cache that others share, and may only read
            os.utime(path.with_suffix(".json"))
        return CacheEntry(rows, note["notes"])
    except (OSError, ValueError, KeyError, TypeError, DataError):
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


def make_room(folder: Path, key: str) -> Remark | None:
    """Put aside what lies in the place of an entry and is no file, which no file could replace.

    Returns:
        What to tell of it; None if there is nothing like that.

    Raises:
        OSError: if it cannot be moved.
    """
    moved = [_aside(path) for path in _places(folder, key) if path.is_dir()]
    return Remark.of("cache.aside", names=tuple(map(str, moved))) if moved else None


def _places(folder: Path, key: str) -> tuple[Path, Path]:
    return folder / f"{key}.json", folder / f"{key}.npy"


def _aside(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.aside{number}") for number in itertools.count(1))
    free = next(name for name in names if not os.path.lexists(name))
    return path.rename(free)


def seal(folder: Path, key: str, sha256: str, notes: Any) -> None:
    """Make what was kept under ``key`` valid; for its sake, what was not used for long may go.

    Raises:
        OSError: if that cannot be written.
    """
    note = {"sha256": sha256, "notes": notes, "seal": digest([sha256, notes])}
    with _replacing(folder / f"{key}.json") as file:
        file.write(json.dumps(note).encode())
    shrink(folder.parent, limit(), spared=folder / f"{key}.json")


def note(folder: Path, key: str, found: Any) -> None:
    """Keep ``found``, JSON, under ``key``: what needs no array, but takes long to find out.

    Raises:
        OSError: if that cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    seal(folder, key, digest([found]), found)


def noted(folder: Path, key: str) -> Any:
    """Return what ``note`` kept under ``key``, or None if it is not there or not as it was."""
    path = folder / f"{key}.json"
    try:
        kept = _note(path)
    except (OSError, KeyError, TypeError, DataError):
        return None
    with suppress(OSError):
        os.utime(path)
    return kept["notes"]


def _note(path: Path) -> Any:
    """Return what a note says.

    Raises:
        OSError: if it cannot be read.
        DataError, KeyError, TypeError: if it is not as it was written.
    """
    note = parse_json(read_regular(path, MOST_BYTES))
    if note["seal"] != digest([note["sha256"], note["notes"]]):
        raise DataError("its SHA-256 is not that of what it says")
    return note


def limit() -> int:
    """Return how many bytes the cache may have: ``KX_CACHE_MB``, in millions.

    Raises:
        UsageError: if that is no number of at least 0.
    """
    text = os.environ.get("KX_CACHE_MB", str(LIMIT_MB))
    try:
        megabytes = float(text)
    except ValueError:
        megabytes = -1.0
    if not 0 <= megabytes < float("inf"):
        raise UsageError(f"KX_CACHE_MB is {text!r}, but must be a number of megabytes, 0 or more.")
    return int(megabytes * 1e6)


def used(cache_dir: Path) -> int:
    """Return the bytes of all that is kept in the folders below ``cache_dir``."""
    return sum(size for _, size, _ in _entries(cache_dir))


def shrink(cache_dir: Path, most: int, spared: Path | None = None) -> None:
    """Remove what was not used for longest, until ``most`` bytes are left; never ``spared``.

    Args:
        cache_dir: its folders hold what is kept.
        most: bytes.
        spared: the note of what was made just now, however large.
    """
    entries = sorted(_entries(cache_dir))
    surplus = sum(size for _, size, _ in entries) - most
    for _, size, note in entries:
        if surplus <= 0:
            return
        if note != spared:
            with suppress(OSError):  # another process removed it, or the system protects its reader
                note.unlink()  # first: without it, the rest is not valid
                note.with_suffix(".npy").unlink(missing_ok=True)
                surplus -= size


def _entries(cache_dir: Path) -> Iterator[tuple[float, int, Path]]:
    """Yield of everything kept when it was last used, its bytes, and its note."""
    for note in cache_dir.glob("*/*.json"):
        with suppress(OSError):
            array = note.with_suffix(".npy")
            size = note.stat().st_size + (array.stat().st_size if array.exists() else 0)
            yield note.stat().st_mtime, size, note


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
    with open_regular(path) as file:
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
