"""A run on one line: what lists, tables and conditions know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kx.runs.folder import run_ids
from kx.runs.labels import Labels
from kx.runs.marks import MARKS, Mark, marks_of
from kx.runs.reader import Run
from kx.runs.scores import main_score


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
    return [summary(Run(outputs / run)) for run in run_ids(outputs)]


def summary(run: Run) -> RunSummary:
    """Return a run on one line."""
    record = run.record
    if record is None:
        return RunSummary(run.id, run.name, run.state, note=run.trouble, labels=run.labels)
    score = main_score(record)
    name, baseline = (score.best_baseline if score else None) or ("", None)
    return RunSummary(
        id=run.id,
        name=record.name,
        state=run.state,
        dataset=record.dataset.name,
        **dict.fromkeys(marks_of(record), True),
        part=score.part if score else "",
        metric=score.metric if score else "",
        value=score.value if score else None,
        low=score.low if score else None,
        high=score.high if score else None,
        baseline=baseline,
        baseline_name=name,
        best_epoch=record.best_epoch,
        seconds=record.seconds,
        glance=record.glance,
        note=run.trouble,
        labels=run.labels,
    )
