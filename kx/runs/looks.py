"""How often the test part of a dataset has been looked at.

Whoever picks the best of many test scores has tuned on the test part: each look makes the next
score a little less honest (notes, 1.1.2). A ledger beside the runs is told of every look before it
is taken, so that runs that are killed, removed, or carried out at the same time count as well. What
the record of a run tells by itself need not stay in it.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from kx.base.errors import DataError, StorageError
from kx.base.jsonfile import read_json, to_json
from kx.base.remark import Code, Remark, as_remark
from kx.base.storage import atomic_write, storage_errors
from kx.runs.folder import RECORD, run_ids
from kx.runs.record_parts import DataFacts

LEDGER = "looks.json"
SCHEMA_VERSION = 2

PATIENCE = 10.0
"""Seconds to wait for others that write the ledger."""

Warn = Callable[[Code, Remark], None]
"""Is given the code of a title, and what to say."""

LOOKED_AT = ("name", "source", "files", "test_fingerprint")
"""What of a run's data tells which test part it is."""

Looks = dict[str, list[str]]
"""Whose test part -> ids of the runs that looked at its test part."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was looked at.

    Attributes:
        name: what the data are called.
        test: fingerprint of the test part; empty in records of older kx.
        files: digest of the contents of somebody's own files; empty for other data.
        official: whether the name tells which data these are: they come with kx.
    """

    name: str
    test: str = ""
    files: str = ""
    official: bool = False

    @classmethod
    def of(cls, data: DataFacts) -> Look:
        """Return what a run's data were looked at as."""
        hashes = sorted(map(str, data.files.values())) if data.source == "path" else []
        digest = hashlib.sha256(" ".join(hashes).encode()).hexdigest() if any(hashes) else ""
        official = data.source not in ("path", "plugin")
        return cls(whose_test_part(data), str(data.test_fingerprint or ""), digest, official)

    def is_at(self, other: Look) -> bool:
        """Whether both are at the test part of the same data, whatever these are called.

        Of what an older kx recorded only the name is known.
        """
        if not (self.test and other.test) or (self.official and other.official):
            return self.name == other.name
        same_files = bool(self.files) and self.files == other.files
        return self.test == other.test or same_files


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is in the ledger.

    Attributes:
        named: looks of which an older kx knew no more than a name: of removed runs.
        taken: id of a run -> what it looked at.
    """

    named: Looks
    taken: Mapping[str, Look]

    def runs_at(self, look: Look) -> set[str]:
        """Return the ids of the runs that looked at the same."""
        return {
            *(run for name, runs in self.named.items() if Look(name).is_at(look) for run in runs),
            *(run for run, taken in self.taken.items() if taken.is_at(look)),
        }


def take_look(outputs: Path, run: str, data: DataFacts, warn: Warn) -> int:
    """Enter a look that ``run`` is about to take into the ledger; return which it is, from 1.

    Args:
        outputs: where runs are kept.
        run: an id.
        data: of the run.
        warn: is told if the ledger cannot be read or written, and if some record cannot be read;
            the look is counted all the same, by what can be.
    """
    look = Look.of(data)
    try:
        with _locked(outputs):
            ledger = read_ledger(outputs)
            _write(outputs, Ledger(ledger.named, {**ledger.taken, run: look}))
    except (DataError, StorageError) as error:
        warn("title.looks_lost", as_remark(str(error)))
        ledger = Ledger({}, {})
    if unknown := [other for other in unreadable(outputs) if other not in ledger.taken]:
        count = len(unknown)
        remark = Remark.of("looks.unknown", run=unknown[0], more=count - 1, count=count)
        warn("title.looks_unknown", remark)
    return len(_at(outputs, look, ledger) | {run})


def unreadable(outputs: Path) -> list[str]:
    """Return the runs in ``outputs`` whose records are there, but cannot be read."""
    return [run for run in run_ids(outputs) if not _is_readable(outputs / run / RECORD)]


def _is_readable(record: Path) -> bool:
    try:
        record.lstat()
        return isinstance(read_json(record), dict)
    except FileNotFoundError:
        return True
    except (OSError, DataError):  # such as a folder that another user made private
        return False


def settle_look(outputs: Path, run: str) -> None:
    """Take a look out of the ledger again, once the record of ``run`` tells of it."""
    with suppress(DataError, StorageError):  # then it is told twice, and counts once
        if not (outputs / LEDGER).exists() or not looked_at(outputs / run):
            return
        with _locked(outputs):
            ledger = read_ledger(outputs)
            others = {each: look for each, look in ledger.taken.items() if each != run}
            _write(outputs, Ledger(ledger.named, others))


def earlier_looks(outputs: Path, look: Look) -> int:
    """Return how many runs in ``outputs``, or removed from it, looked at the same.

    Runs on samples, smoke runs, and records that cannot be read do not count.

    Raises:
        DataError: if the ledger is damaged or of a newer kx.
    """
    return len(_at(outputs, look, read_ledger(outputs)))


def _at(outputs: Path, look: Look, ledger: Ledger) -> set[str]:
    looks = ((run, looked_at(outputs / run)) for run in run_ids(outputs))
    here = {run for run, other in looks if other and other.is_at(look)}
    return here | ledger.runs_at(look)


def whose_test_part(data: DataFacts) -> str:
    """Return what a run's data are called; somebody's own files, by their names.

    They have nothing in common with others that the same dataset reads, such as ``image_folder``.
    """
    own = data.files if data.source == "path" else {}
    return " ".join([data.name or "?", *own])


def looked_at(folder: Path) -> Look | None:
    """Return the real test part at which a run looked, by its record, or None."""
    # Not read_record: hundreds of records must not delay a run, and damaged ones not end it.
    with suppress(DataError, KeyError, TypeError, AttributeError):
        record = read_json(folder / RECORD)
        data = record["dataset"]
        if record["scores"]["test"] and not data["sample"] and not record["smoke"]:
            return Look.of(DataFacts(**{key: data[key] for key in LOOKED_AT if data.get(key)}))
    return None


def remember_looks(outputs: Path, folders: Iterable[Path]) -> Looks:
    """Enter the looks of the runs in ``folders``, which are to go, into the ledger.

    Returns:
        Those of them that looked.

    Raises:
        DataError: if the ledger is damaged: nothing may be removed then.
        StorageError: if it cannot be written.
    """
    runs = {folder.name: looked_at(folder) for folder in folders}
    if not (outputs / LEDGER).exists() and not any(runs.values()):
        return {}
    with _locked(outputs):
        ledger = read_ledger(outputs)
        going = {run: ledger.taken.get(run) or look for run, look in runs.items()}
        known = {run: look for run, look in going.items() if look}
        if not known.keys() <= ledger.taken.keys():
            _write(outputs, Ledger(ledger.named, {**ledger.taken, **known}))
    looks: Looks = {}
    for run, look in known.items():
        looks.setdefault(look.name, []).append(run)
    return looks


@contextmanager
def _locked(outputs: Path) -> Iterator[None]:
    """Let one process at a time change the ledger, by a lock of the folder that it lies in.

    Raises:
        StorageError: if another holds it for too long.
    """
    with storage_errors(outputs / LEDGER):
        number = os.open(outputs, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _wait_for(number)
        except BaseException:
            os.close(number)
            raise
    try:
        yield
    finally:
        os.close(number)


def _wait_for(number: int) -> None:
    import fcntl

    end = time.monotonic() + PATIENCE
    while True:
        try:
            return fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise
        except OSError:  # a file system without locks of folders
            return None
        time.sleep(0.01)


def read_ledger(outputs: Path) -> Ledger:
    """Return what is in the ledger of ``outputs``; nothing if there is none.

    Raises:
        DataError: if it is damaged or of a newer kx.
    """
    path = outputs / LEDGER
    if not os.path.lexists(path):
        return Ledger({}, {})
    document = read_json(path)
    try:
        if document["schema_version"] > SCHEMA_VERSION:
            raise DataError(f"{path}: written by a newer kx; please upgrade kx.")
        named = {str(name): [str(run) for run in runs] for name, runs in document["looks"].items()}
        taken = {str(run): Look(**look) for run, look in document.get("taken", {}).items()}
    except (KeyError, TypeError, AttributeError):
        raise DataError(f"{path}: damaged: it is no ledger of looks.") from None
    return Ledger(named, taken)


def _write(outputs: Path, ledger: Ledger) -> None:
    if not ledger.named and not ledger.taken:
        with storage_errors(outputs / LEDGER):
            (outputs / LEDGER).unlink(missing_ok=True)
        return
    taken = {run: asdict(look) for run, look in sorted(ledger.taken.items())}
    document = {"schema_version": SCHEMA_VERSION, "looks": ledger.named, "taken": taken}
    atomic_write(outputs / LEDGER, to_json(document))
