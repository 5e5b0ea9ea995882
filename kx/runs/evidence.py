"""What runs left behind that can be held against each other, or why it cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from typing_extensions import TypedDict  # Pydantic wants this one below Python 3.12

from kx.base.arrayfile import arrays_of
from kx.base.errors import DataError
from kx.base.jsonfile import read_json, to_json
from kx.evaluators.paired import labels
from kx.runs.folder import damaged_artefacts, judged
from kx.runs.marks import Mark, marks_of
from kx.runs.record import Record

if TYPE_CHECKING:
    import numpy as np

PREDICTIONS, SPLITS = "predictions.npz", "splits.json"

CLASSES, NUMBERS = ("binary", "multiclass"), ("regression", "unit_regression")
"""Tasks with one class, or with one number, per row."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A run that is compared.

    Attributes:
        label: a letter; the reference is ``A``.
        state: as ``kx.runs.folder.state`` returns it.
        recorded: whether there is a record that can be read.
        marks: that it wears.
        note: what is wrong with its record, if it cannot be read.
    """

    label: str
    id: str
    name: str
    state: str
    recorded: bool = False
    dataset: str = ""
    marks: tuple[Mark, ...] = ()
    note: str = ""


class Split(TypedDict):
    """Rows of one split; ``rest``: all that are not held out."""

    name: str
    train: list[int] | Literal["rest"]
    validation: list[int]


class Splits(TypedDict):
    """The content of ``splits.json``."""

    examples: int
    splits: list[Split]


def train_size(splits: Splits, split: Split) -> int:
    """Return how many rows a split trains on."""
    rest = splits["examples"] - len(split["validation"])
    return rest if split["train"] == "rest" else len(split["train"])


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a completed run left behind; where something cannot be used, the reason instead.

    Attributes:
        rows: targets and outputs of the test part; for classes, the targets are (n,) integers.
        splits: the content of ``splits.json``.
    """

    label: str
    record: Record
    rows: tuple[np.ndarray, np.ndarray] | str
    splits: Splits | str

    @property
    def task(self) -> str:
        """Of the dataset, as the record has it."""
        return self.record.dataset.task or ""


@dataclass(frozen=True, slots=True)
class Run:
    """A run, with its evidence if it is completed."""

    about: Contender
    record: Record | None
    evidence: Evidence | None


def read_run(label: str, folder: Path) -> Run:
    """Read what the run in ``folder`` left behind; ``label`` is what it goes by."""
    state, record, note = judged(folder)
    about = Contender(label, folder.name, folder.name, state, note=note)
    if record is None:
        return Run(about, None, None)
    about = replace(
        about,
        name=record.name,
        recorded=True,
        dataset=record.dataset.name,
        marks=tuple(marks_of(record)),
    )
    return Run(about, record, _evidence(label, folder, record) if state == "completed" else None)


def _evidence(label: str, folder: Path, record: Record) -> Evidence:
    damaged = damaged_artefacts(folder, record, (PREDICTIONS, SPLITS))
    readings: list[Any] = []
    for name, read in ((PREDICTIONS, _read_rows), (SPLITS, _read_splits)):
        try:
            readings.append(_intact(folder / name, read, record, name in damaged))
        except DataError as error:
            readings.append(f"{name} of {label} {error}")
    return Evidence(label, record, *readings)


def _intact(path: Path, read: Callable[[Path, Record], Any], record: Record, damaged: bool) -> Any:
    if damaged:
        raise DataError("is damaged: its SHA-256 is not the one of the record")
    if not path.is_file():
        unseen = path.name == PREDICTIONS and "test" not in record.scores
        raise DataError("is missing: no look at the test part" if unseen else "is missing")
    return read(path, record)


def _read_rows(path: Path, record: Record) -> tuple[np.ndarray, np.ndarray]:
    try:
        kept = arrays_of(path)
        y, outputs = kept["y"], kept["predictions"]
    except (DataError, KeyError) as error:
        raise DataError("is damaged") from error
    task = record.dataset.task
    if not _fitting(y, outputs) or (task in NUMBERS and y.ndim > 1):
        raise DataError("does not hold one prediction for each target")
    return (labels(y) if task in CLASSES else y), outputs


def _fitting(y: np.ndarray, outputs: np.ndarray) -> bool:
    import numpy as np

    if {y.dtype.kind, outputs.dtype.kind} - set("biuf"):
        return False
    if y.ndim not in (1, 2) or outputs.ndim != 2 or not outputs.size or len(y) != len(outputs):
        return False
    return bool(y.size and np.isfinite(y).all() and np.isfinite(outputs).all())


def _read_splits(path: Path, record: Record) -> Splits:
    from pydantic import TypeAdapter, ValidationError

    try:
        splits = TypeAdapter(Splits).validate_json(to_json(read_json(path)), strict=True)
    except (DataError, ValidationError) as error:
        raise DataError("is damaged") from error
    if any(train_size(splits, split) < 1 for split in splits["splits"]):
        raise DataError("is damaged: a split has no training rows")
    return splits
