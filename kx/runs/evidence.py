"""What runs left behind that can be held against each other, or why it cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kx.base.errors import DataError
from kx.base.remark import Remark, as_remark
from kx.contracts import NUMBERS, ONE_CLASS
from kx.data.inputs.series import series_from
from kx.evaluators.forecast_scores import block_length
from kx.evaluators.paired import labels
from kx.runs.marks import Mark, marks_of
from kx.runs.reader import PREDICTIONS, SPLITS, Run, RunFileError, Splits
from kx.runs.record import Record

if TYPE_CHECKING:
    import numpy as np


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


class Evidence:
    """What a completed run left behind; where something cannot be used, the reason instead.

    Attributes:
        label: of the run.
        record: of the run.
    """

    def __init__(self, label: str, run: Run, record: Record) -> None:
        self.label, self.record, self._run = label, record, run

    @property
    def task(self) -> str:
        """Of the dataset, as the record has it."""
        return self.record.dataset.task or ""

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Above which answers are yes: one for each output, or one for all."""
        return self.record.threshold.values if self.record.threshold else (0.5,)

    @cached_property
    def rows(self) -> tuple[np.ndarray, np.ndarray] | Remark:
        """Targets and outputs of the test part; for classes, the targets are (n,) integers."""
        try:
            return self._test_rows()
        except RunFileError as error:
            unseen = error.why == MISSING and "test" not in self.record.scores
            return self._reason(PREDICTIONS, Remark.of("compare.unseen") if unseen else error.why)
        except _UnusableError as error:
            return self._reason(PREDICTIONS, error.why)
        except DataError:
            return self._reason(PREDICTIONS, Remark.of("compare.damaged"))

    @property
    def block(self) -> int:
        """How many test rows in order of time err alike; 0: rows stand alone."""
        inputs = self._run.inputs
        if not (inputs and "series" in inputs) or isinstance(self.rows, Remark):
            return 0
        return block_length(len(self.rows[0]), series_from(inputs["series"]))

    @cached_property
    def splits(self) -> Splits | Remark:
        """Which rows each fit was trained on and validated with."""
        try:
            return self._run.splits
        except RunFileError as error:
            return self._reason(SPLITS, error.why)

    def _test_rows(self) -> tuple[np.ndarray, np.ndarray]:
        said = self._run.predictions
        y, outputs = said.y, said.outputs
        if said.part != "test":
            raise _UnusableError(Remark.of("compare.no_test_part"))
        if not _fitting(y, outputs) or (self.task in NUMBERS - {"multi_regression"} and y.ndim > 1):
            raise _UnusableError(Remark.of("compare.unfitting"))
        return (labels(y) if self.task in ONE_CLASS else y), outputs

    def _reason(self, name: str, why: str | Remark) -> Remark:
        told = Remark.of("compare.missing") if why == MISSING else as_remark(why)
        return Remark.of("compare.file", file=name, run=self.label, why=told)


MISSING = "is missing"
"""Why a file of a run cannot be used that is not there."""


class _UnusableError(DataError):
    """Predictions of which no test can be made; ``why`` is a clause."""

    def __init__(self, why: Remark) -> None:
        super().__init__(why.code)
        self.why = why


def contender(label: str, run: Run) -> Contender:
    """Return what a comparison shows of a run."""
    record = run.record
    if record is None:
        return Contender(label, run.id, run.id, run.state, note=run.note)
    return Contender(
        label,
        run.id,
        record.name,
        run.state,
        recorded=True,
        dataset=record.dataset.name,
        marks=tuple(marks_of(record)),
        note=run.note,
    )


def evidence(label: str, run: Run) -> Evidence | None:
    """Return what a run left behind, if it is completed."""
    completed = run.record is not None and run.state == "completed"
    return Evidence(label, run, run.recorded) if completed else None


def _fitting(y: np.ndarray, outputs: np.ndarray) -> bool:
    import numpy as np

    if {y.dtype.kind, outputs.dtype.kind} - set("biuf"):
        return False
    if y.ndim not in (1, 2) or outputs.ndim != 2 or not outputs.size or len(y) != len(outputs):
        return False
    return bool(y.size and np.isfinite(y).all() and np.isfinite(outputs).all())
