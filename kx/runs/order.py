"""The order in which runs were made, though clocks are set back.

The id of a run begins with the time when it was made, and so runs are sorted by their ids. Where
the clock was behind that of an earlier run, a file beside the runs says after which time the run
is to be sorted; it is there only if that has ever happened.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from kx.base.storage import storage_errors
from kx.runs.lock import LOCK

ORDER = ".order"
STAMP = 15
"""Characters of an id that tell the time, to the second: ``20261123-101502``."""
LINE = re.compile(r"(\d{8}-\d{6}) (\S{1,64})")
MOST_BYTES = 1_000_000

Key = tuple[str, int, int]
"""Time to the second; place among the runs that were made with a clock behind; when exactly."""


def in_order(outputs: Path, ids: Iterable[str]) -> list[str]:
    """Return ``ids`` as their runs were made; those of the same second by when their locks were."""
    behind = _behind(outputs)
    found = sorted(ids)
    stamps = [_stamp(run, behind) for run in found]
    if len(set(stamps)) == len(stamps) and not behind:
        return found
    return sorted(found, key=lambda run: _key(outputs, run, behind))


def note_disorder(outputs: Path, run: str, ids: Iterable[str]) -> None:
    """Take down that ``run`` was made just now, if by their ids others are to be made later.

    Raises:
        StorageError: if that cannot be written.
    """
    behind = _behind(outputs)
    newest = max((_stamp(other, behind) for other in ids if other != run), default="")
    tied = any(stamp == newest for stamp, _ in behind.values())
    if run[:STAMP] > newest or (run[:STAMP] == newest and not tied):
        return
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
    with storage_errors(outputs / ORDER):
        number = os.open(outputs / ORDER, flags, 0o666)
        with os.fdopen(number, "ab", buffering=0) as file:
            file.write(f"{newest} {run}\n".encode())


def _behind(outputs: Path) -> dict[str, tuple[str, int]]:
    """Return the runs that were made with a clock behind -> time to sort by, and their place."""
    return {run: (stamp, place) for place, (stamp, run) in enumerate(_lines(outputs / ORDER), 1)}


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    with suppress(OSError):
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(number, "rb") as file:
            text = file.read(MOST_BYTES).decode("ascii", errors="replace")
        for line in text.splitlines():
            if match := LINE.fullmatch(line):
                yield match[1], match[2]


def _stamp(run: str, behind: dict[str, tuple[str, int]]) -> str:
    return behind[run][0] if run in behind else run[:STAMP]


def _key(outputs: Path, run: str, behind: dict[str, tuple[str, int]]) -> Key:
    place = behind[run][1] if run in behind else 0
    return _stamp(run, behind), place, _made_at(outputs / run)


def _made_at(run: Path) -> int:
    with suppress(OSError):
        return (run / LOCK).stat(follow_symlinks=False).st_mtime_ns
    return 0
