"""A run on one line: what lists, tables and conditions know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kx.base.errors import DataError
from kx.runs.folder import RUN_ID, judged, run_ids
from kx.runs.labels import Labels, read_labels
from kx.runs.marks import MARKS, Mark, marks_of
from kx.runs.record import Record, best_baseline, headline


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run on one line.

    Attributes:
        state: as ``state()`` returns it.
        random: whether random weights took the place of those that the spec asks for.
        part: what the score is of, ``test`` or ``validation``.
        low: lower end of the score's interval.
        baseline: the best value that needs no model.
        glance: as the record has it; empty in records of before there was one.
        note: why the rest is missing, if it is.
        labels: what people said of it.
    """

    id: str
    name: str
    state: str
    dataset: str = ""
    sample: bool = False
    smoke: bool = False
    leaky: bool = False
    random: bool = False
    part: str = ""
    metric: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    baseline: float | None = None
    baseline_name: str = ""
    best_epoch: int | None = None
    seconds: float | None = None
    glance: Sequence[float | None] = ()
    note: str = ""
    labels: Labels = field(default_factory=Labels)

    @property
    def marks(self) -> list[Mark]:
        """Those that the run wears."""
        return [mark for mark in MARKS if getattr(self, mark)]

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)


def list_runs(outputs: Path) -> list[RunSummary]:
    """Return all runs in ``outputs``, oldest first; damaged ones too.

    Raises:
        UsageError: if ``outputs`` is there but cannot be listed.
    """
    return [summary(outputs / run) for run in run_ids(outputs)]


def summary(folder: Path) -> RunSummary:
    """Return the run in ``folder`` on one line."""
    return summary_of(folder, *judged(folder))


def summary_of(folder: Path, standing: str, record: Record | None, note: str) -> RunSummary:
    """Return on one line the run that was judged as the other arguments say."""
    labels = Labels()
    try:
        labels = read_labels(folder)
    except DataError as error:
        note = note or str(error)
    if record is not None:
        return _summary_of(record, folder.name, standing, labels, note)
    match = RUN_ID.fullmatch(folder.name)
    name = match[1] if match else folder.name
    return RunSummary(folder.name, name, standing, note=note, labels=labels)


def _summary_of(record: Record, run: str, standing: str, labels: Labels, note: str) -> RunSummary:
    part, metric, score = headline(record) or ("", "", None)
    name, baseline = best_baseline(record, part, metric) or ("", None)
    return RunSummary(
        id=run,
        name=record.name,
        state=standing,
        dataset=record.dataset.name,
        **dict.fromkeys(marks_of(record), True),
        part=part,
        metric=metric,
        value=score["value"] if score else None,
        low=score["low"] if score else None,
        high=score["high"] if score else None,
        baseline=baseline,
        baseline_name=name,
        best_epoch=record.best_epoch,
        seconds=record.seconds,
        glance=record.glance,
        note=note,
        labels=labels,
    )
