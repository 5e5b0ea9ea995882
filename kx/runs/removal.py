"""What takes room under ``outputs/`` and may go. Links are not followed, and nothing else is."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from kx.base.errors import DataError, StorageError
from kx.base.remark import Remark
from kx.base.storage import PART
from kx.runs.folder import judged, run_ids
from kx.runs.history import CSV, read_history_csv
from kx.runs.lock import hold, is_held
from kx.runs.looks import Looks, remember_looks

GOING = ".going-"
"""How the name of a run's folder begins while it is being removed: no reader takes it for a run."""

AGE = 60.0
"""Seconds for which nothing is left over: a run takes its lock an instant after its folder."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file or folder that nobody needs any more.

    Attributes:
        why: what it is.
        size: in bytes, all files in it together.
    """

    path: Path
    why: Remark
    size: int


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder; links count as what they are."""
    if not path.is_dir():
        return path.lstat().st_size
    files = [Path(parent, name) for parent, _, names in os.walk(path) for name in names]
    return sum(file.lstat().st_size for file in files)


def check_free(folders: Iterable[Path]) -> None:
    """Refuse runs that another process works on.

    Raises:
        RunLockedError: for the first of them.
    """
    for folder in folders:
        hold(folder).release()


def remove_runs(outputs: Path, folders: Sequence[Path], pages: Sequence[Path] = ()) -> Looks:
    """Remove runs, all of them or, if one cannot be, none.

    Args:
        outputs: where runs are kept.
        folders: of the runs, directly in ``outputs``.
        pages: files that show these runs and go with them.

    Returns:
        The looks at test parts that these runs took, which stay counted.

    Raises:
        RunLockedError: if another process works on one of them.
        DataError: if the ledger of looks is damaged.
        StorageError: if something cannot be removed.
    """
    with ExitStack() as held:
        for folder in folders:
            held.callback(hold(folder).release)
        looks = remember_looks(outputs, folders)
        going = [_set_aside(folder) for folder in folders]
    for path in going:
        with _removing(path):
            shutil.rmtree(path)
    for page in pages:
        with _removing(page):
            page.unlink(missing_ok=True)
    return looks


def _set_aside(folder: Path) -> Path:
    """Rename a run at one stroke: whoever is killed while removing leaves no half run behind."""
    path = folder.with_name(GOING + folder.name)
    with _removing(folder):
        folder.rename(path)
    return path


@contextmanager
def _removing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename or path
        raise StorageError(f"{where}: cannot be removed: {error.strerror or error}.") from error


def leftovers(outputs: Path, now: float | None = None) -> list[Leftover]:
    """Return what killed processes left behind in ``outputs``.

    A killed run that finished an epoch is none: its history is worth something.

    Args:
        outputs: where runs are kept.
        now: seconds since 1970; default: the time.

    Raises:
        UsageError: if ``outputs`` cannot be listed.
    """
    runs = [outputs / run for run in run_ids(outputs)]
    found = [*_at_the_top(outputs), *(rest for run in runs for rest in _in_run(run))]
    before = (time.time() if now is None else now) - AGE
    return [rest for rest in found if rest.path.lstat().st_mtime < before]


def _at_the_top(outputs: Path) -> Iterator[Leftover]:
    for path in sorted(outputs.glob(".*")):
        if path.name.startswith(GOING) and path.is_dir() and not path.is_symlink():
            yield Leftover(path, Remark.of("left.removed"), size_of(path))
        elif path.name.startswith(PART) and path.is_file() and not path.is_symlink():
            yield Leftover(path, Remark.of("left.unfinished"), size_of(path))


def _in_run(folder: Path) -> Iterator[Leftover]:
    state, record, _ = judged(folder)
    if state == "running":
        return
    if state == "crashed" and not _has_epochs(folder):
        yield Leftover(folder, Remark.of("left.killed"), size_of(folder))
        return
    for parent, _, names in os.walk(folder):
        for path in (Path(parent, name) for name in sorted(names) if name.startswith(PART)):
            yield Leftover(path, Remark.of("left.unfinished"), path.lstat().st_size)
    models = folder / "models"
    if record is not None and not models.is_symlink():
        for path in sorted(models.glob("*.keras")):
            if f"models/{path.name}" not in record.artefacts and not path.name.startswith(PART):
                yield Leftover(path, Remark.of("left.unkept"), size_of(path))


def _has_epochs(folder: Path) -> bool:
    if not os.path.lexists(folder / CSV):
        return False
    try:
        return bool(read_history_csv(folder / CSV))
    except DataError:
        return True  # whatever it is: not nothing


def clear(outputs: Path, rests: Iterable[Leftover]) -> list[Leftover]:
    """Remove leftovers; return those that are gone, without what a process has taken up again.

    Raises:
        RunLockedError: if another process began to work on a run at this moment.
        StorageError: if something cannot be removed.
    """
    return [rest for rest in rests if _cleared(outputs, rest)]


def _cleared(outputs: Path, rest: Leftover) -> bool:
    path = rest.path
    if path.name.startswith(GOING):
        with _removing(path):
            shutil.rmtree(path)
        return True
    if path.is_dir():
        if is_held(path) or _has_epochs(path):
            return False
        remove_runs(outputs, [path])
        return True
    with _removing(path):
        path.unlink(missing_ok=True)
    return True
