"""What a run left behind, read once, and only if it is what its record says."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kx.base.arrayfile import arrays_of
from kx.base.errors import DataError
from kx.base.reading import read_regular
from kx.runs.folder import SPEC, damaged_artefacts, judged
from kx.runs.history import CSV, JSON, Curves, read_history
from kx.runs.labels import Labels
from kx.runs.record import Record
from kx.runs.run_summary import summary_of
from kx.spec.document import MAX_BYTES

if TYPE_CHECKING:
    import numpy as np

PREDICTIONS, ORIGINS = "predictions.npz", "rows.json"


@dataclass(frozen=True, slots=True)
class Run:
    """A run, well or badly ended.

    Attributes:
        name: of its spec.
        state: as ``kx.runs.folder.state`` returns it.
        record: None if there is none that can be read.
        note: what is wrong with it, if something is.
        curves: of each fit; empty if there are none.
        curves_note: why there are none.
        labels: what people said of it.
        plugins: whether the plugin files that its spec names may be imported.
    """

    folder: Path
    name: str
    state: str
    record: Record | None
    note: str
    curves: dict[str, Curves]
    curves_note: str
    labels: Labels
    plugins: bool = False

    @property
    def id(self) -> str:
        """The name of its folder."""
        return self.folder.name


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What the network of a run says of rows that it was not trained on.

    Attributes:
        part: ``test``, or ``validation`` where the test part was not looked at.
        rows: (n,) places in the part of the dataset, counted from 0.
        y: (n, …) targets, as the dataset has them.
        outputs: (n, outputs) of the network; all finite.
        left_out: rows for which it said no finite number.
    """

    part: str
    rows: np.ndarray
    y: np.ndarray
    outputs: np.ndarray
    left_out: int = 0


def read_run(folder: Path, *, plugins: bool = False) -> Run:
    """Read record and history of a run; what is missing or damaged is noted.

    Args:
        folder: of the run.
        plugins: whether the plugin files that its spec names may be imported later.
    """
    state, record, note = judged(folder)
    curves, why = _curves(folder, record)
    told = summary_of(folder, state, record, note)
    return Run(folder, told.name, state, record, told.note, curves, why, told.labels, plugins)


def read_predictions(run: Run) -> Predictions:
    """Return what the run kept of its network's predictions.

    Raises:
        DataError: if it kept none, or they are damaged.
    """
    path = run.folder / PREDICTIONS
    _refuse_damage(run.folder, run.record, PREDICTIONS)
    if not os.path.lexists(path):
        raise DataError(f"{PREDICTIONS} is not there: the run ended before")
    kept = arrays_of(path)
    part = "test" if "predictions" in kept else "validation"
    start = "" if part == "test" else "validation_"
    try:
        y, outputs = kept[f"{start}y"], kept[f"{start}predictions"]
    except KeyError as error:
        raise DataError(f"{PREDICTIONS} is damaged: it has no {error}") from None
    try:
        return _finite(part, kept.get(f"{start}rows"), y, outputs)
    except (IndexError, TypeError, ValueError):
        raise DataError(f"{PREDICTIONS} is damaged: rows and outputs do not fit") from None


def _finite(part: str, rows: np.ndarray | None, y: np.ndarray, outputs: np.ndarray) -> Predictions:
    import numpy as np

    rows = np.arange(len(y)) if part == "test" or rows is None else rows
    finite = np.isfinite(outputs.reshape(len(outputs), -1)).all(axis=1)
    return Predictions(
        part, rows[finite], y[finite], outputs[finite].astype("float64"), int((~finite).sum())
    )


def read_origins(run: Run, part: str) -> list[str]:
    """Return what each row of a part was read from, or nothing if the run does not tell."""
    from kx.base.jsonfile import read_json

    part = "train" if part == "validation" else part
    path = run.folder / ORIGINS
    if not os.path.lexists(path):
        return []
    _refuse_damage(run.folder, run.record, ORIGINS)
    document = read_json(path)
    found = document.get(part) if isinstance(document, dict) else None
    return [str(origin) for origin in found] if isinstance(found, list) else []


def read_spec(run: Run) -> str:
    """Return the spec that the run kept, or an empty text."""
    try:
        return read_regular(run.folder / SPEC, MAX_BYTES).decode(errors="replace")
    except OSError:
        return ""


def _curves(folder: Path, record: Record | None) -> tuple[dict[str, Curves], str]:
    try:
        for name in (JSON, CSV):
            _refuse_damage(folder, record, name)
        return read_history(folder), ""
    except DataError as error:
        return {}, str(error).replace(str(folder), folder.name)


def _refuse_damage(folder: Path, record: Record | None, name: str) -> None:
    """Raise DataError if a file is not the one that the record tells of."""
    if record and damaged_artefacts(folder, record, (name,)):
        raise DataError(f"{name} is damaged: its SHA-256 is not the one of the record")
