"""A run's folder: made, locked, found again, judged from outside."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from kx.base.errors import DataError, UsageError, closest
from kx.base.jsonfile import MOST_BYTES
from kx.base.storage import atomic_write, sha256, storage_errors, sweep_partial
from kx.base.text import clean, shortened
from kx.runs.history import HistoryWriter
from kx.runs.labels import LABELS
from kx.runs.lock import hold, is_held
from kx.runs.order import in_order, note_disorder
from kx.runs.record import Record, read_record

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
RUN_ID = re.compile(r"\d{8}-\d{6}-([a-z0-9][a-z0-9._-]{0,42})-[0-9a-f]{4}")

LARGEST = 1 << 35
"""Bytes of a network or of predictions: to hash more would take minutes."""

RECORD, SPEC, PROPOSED = "record.json", "spec.yaml", "proposed.yaml"


class RunFolder:
    """The folder of a run that this process works on; locked until released.

    Attributes:
        path: the folder.
        id: its name.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock of the run in ``path``.

        Raises:
            RunLockedError: if another process holds it.
            StorageError: if it cannot be written.
        """
        self.path, self.id = path, path.name
        self._lock = hold(path)
        sweep_partial(path)

    @classmethod
    def create(
        cls,
        outputs: Path,
        name: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        token: Callable[[], str] = lambda: secrets.token_hex(2),
    ) -> RunFolder:
        """Make and lock ``outputs/<date>-<time>-<name>-<token>``, in UTC.

        Args:
            outputs: made if it is not there.
            name: of the spec; what does not fit into an id is replaced.
            now: the time, in UTC.
            token: four hexadecimal digits; asked again when the id is taken.

        Raises:
            StorageError: if ``outputs`` is not a folder or cannot be written; then no folder stays.
        """
        start = f"{now():%Y%m%d-%H%M%S}-{slug(name)}-"
        with storage_errors(outputs):
            outputs.mkdir(parents=True, exist_ok=True)
            path = _new_folder(outputs, start, token)
        try:
            note_disorder(outputs, path.name, _names(outputs))
            return cls(path)
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise

    @property
    def log_path(self) -> Path:
        """What the run and the libraries below it said."""
        return self.path / "log.txt"

    @property
    def model_path(self) -> Path:
        """The trained model."""
        return self.path / "model.keras"

    @property
    def predictions_path(self) -> Path:
        """What the model says about the test part."""
        return self.path / "predictions.npz"

    @property
    def plots(self) -> Path:
        """The folder of the pictures, made if it is not there."""
        return plots_folder(self.path)

    def history(self) -> HistoryWriter:
        """Begin the history of the run."""
        return HistoryWriter(self.path)

    def write_spec(self, text: str) -> None:
        """Keep the resolved spec, in YAML."""
        atomic_write(self.path / SPEC, text)

    def write_proposed(self, text: str) -> None:
        """Keep a spec that kx proposed, with its comments; its paths begin in this folder."""
        atomic_write(self.path / PROPOSED, text)

    def write_record(self, record: Record) -> None:
        """Keep the record: the last thing that a run does."""
        atomic_write(self.path / RECORD, record.to_json())

    def artefacts(self) -> dict[str, str]:
        """Return the SHA-256 of each file so far, except of what is hidden or may still change.

        The record is there from the first moment, but this is a part of what it will say.
        """
        changing = (self.log_path, self.path / LABELS, self.path / RECORD)
        with storage_errors(self.path):
            return {
                path.relative_to(self.path).as_posix(): sha256(path)
                for path in sorted(self.path.rglob("*"))
                if path.is_file() and path not in changing and not path.name.startswith(".")
            }

    def discard(self) -> None:
        """Remove the folder of a run that could not begin, as far as that can be done."""
        shutil.rmtree(self.path, ignore_errors=True)

    def release(self) -> None:
        """Let go of the lock; a second time does nothing."""
        self._lock.release()

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _new_folder(outputs: Path, start: str, token: Callable[[], str]) -> Path:
    while True:
        with suppress(FileExistsError):
            path = outputs / (start + token())
            path.mkdir()
            return path


def slug(name: str) -> str:
    """Return the form of a spec's name that can be part of an id, at most 43 characters long."""
    text = re.sub(r"[^a-z0-9._-]+", "-", name.lower())
    text = re.sub(r"\.{2,}", ".", text)
    return text.lstrip("._-")[:43].rstrip("._-") or "run"


def state(folder: Path) -> str:
    """Return how the run in ``folder`` stands, judged from outside.

    ``running`` while a process holds its lock, ``damaged`` if its record cannot be read,
    ``crashed`` if it has none or only that of its beginning, else what the record says.
    """
    return judged(folder)[0]


def judged(folder: Path) -> tuple[str, Record | None, str]:
    """Return the state, the record of a run that ended, and what is wrong with it if it is bad."""
    if is_held(folder):
        return "running", None, ""
    path = folder / RECORD
    try:
        path.lstat()
    except FileNotFoundError:
        return "crashed", None, ""
    except OSError as error:  # another user's folder, or a file system that is gone
        return "damaged", None, f"{folder}: cannot be read: {error.strerror or error}"
    try:
        record = read_record(path)
    except DataError as error:
        return "damaged", None, str(error)
    if record.status == "running":  # whoever wrote that is gone
        return "crashed", None, ""
    return record.status, record, ""


def run_ids(outputs: Path) -> list[str]:
    """Return the names of the run folders in ``outputs``, oldest first; links do not count.

    Raises:
        UsageError: if ``outputs`` is there but cannot be listed.
    """
    try:
        names = _names(outputs)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UsageError(f"{outputs}: cannot be listed: {error.strerror}") from error
    return in_order(outputs, names)


def _names(outputs: Path) -> list[str]:
    with os.scandir(outputs) as entries:
        names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    return [name for name in names if RUN_ID.fullmatch(name)]


def find_run(outputs: Path, reference: str) -> Path:
    """Return the folder that ``reference`` means: the way in for every command that takes a run.

    Args:
        outputs: where runs are kept.
        reference: an id, the beginning of only one id, the name of a spec (its newest run),
            ``last``, or the path of a run's folder.

    Raises:
        UsageError: if it means no run, or several.
    """
    return folder_at(reference) or outputs / find_id(outputs, reference)


def folder_at(reference: str) -> Path | None:
    """Return the run's folder of which ``reference`` is the path; None: it is no such path."""
    if os.sep not in reference:
        return None
    with suppress(OSError, ValueError):  # too long for a path, or with what none has
        folder = Path(reference)
        if RUN_ID.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink():
            return folder
    return None


def find_id(outputs: Path, reference: str, others: Callable[[], Iterable[str]] = tuple[str]) -> str:
    """Return the id of the run that ``reference`` means, or of what else has an id like a run's.

    Args:
        outputs: where runs are kept.
        reference: as for ``find_run``.
        others: returns further ids, oldest first, each a name, a hyphen and some digits; they are
            asked for only if ``reference`` means no run.

    Raises:
        UsageError: if it means nothing, or several.
    """
    if not NAME.fullmatch(reference) or ".." in reference:
        raise UsageError(
            f"{shortened(clean(reference))!r} cannot be a run: give an id, the beginning of one, "
            "the name of a spec, `last`, or the path of its folder."
        )
    ids = run_ids(outputs)
    if not ids:
        raise UsageError(f"{outputs}: no run yet. Start one: kx train SPEC")
    names = {run[16:-5]: run for run in ids}  # the newest of each name stays
    found = _meant(ids, names, reference)
    if len(found) != 1:
        more = list(others())
        ids, names = [*ids, *more], {each.rpartition("-")[0]: each for each in more} | names
        found = _meant(ids, names, reference)
    if len(found) != 1:
        raise UsageError(_unclear(reference, found, {*ids, *names}))
    return found[0]


def damaged_artefacts(folder: Path, record: Record, names: Iterable[str]) -> list[str]:
    """Return those of ``names`` that are there, but not with what the record of the run says."""
    wanted = set(names)
    return [
        name
        for name, expected in record.artefacts.items()
        if name in wanted and os.path.lexists(folder / name) and _digest(folder / name) != expected
    ]


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file; empty if it cannot be read, or is none that a run writes."""
    try:
        most = MOST_BYTES if path.suffix in (".json", ".csv", ".yaml") else LARGEST
        return sha256(path) if path.stat().st_size <= most else ""
    except OSError:
        return ""


def plots_folder(folder: Path) -> Path:
    """Make, if it is not there, and return the folder of a run's pictures.

    Raises:
        StorageError: if it cannot be made, or is a link to elsewhere.
    """
    path = folder / "plots"
    with storage_errors(path):
        path.mkdir(exist_ok=True)
        if path.is_symlink():
            raise OSError("it is a link")
    return path


def _meant(ids: list[str], names: Mapping[str, str], reference: str) -> list[str]:
    """Return the one id that is meant, or several that begin with ``reference``, or none."""
    if reference == "last":
        return ids[-1:]
    for name in (slug(reference), reference):
        if name in names:
            return [names[name]]
    begun = [each for each in ids if each.startswith(reference)]
    return [reference] if reference in begun else begun


def _unclear(reference: str, candidates: list[str], known: set[str]) -> str:
    if candidates:
        shown = ", ".join(candidates[-5:])
        what = "runs" if all(map(RUN_ID.fullmatch, candidates)) else "runs or groups"
        return f"{reference!r} could be {len(candidates)} {what}, the newest: {shown}."
    guess = closest(reference, known)
    hint = f"Did you mean {guess!r}? " if guess else ""
    return f"no run is called {reference!r}. {hint}List them: kx runs"
