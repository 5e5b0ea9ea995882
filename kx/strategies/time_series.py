"""Validation on what comes later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from kx.base.text import counted
from kx.components.registry import evaluator
from kx.contracts import Complaint, DatasetInfo, Proposal, Rows
from kx.evaluators.conclusion import Judge, JudgedStrategy
from kx.evaluators.folds import (
    K,
    divided_groups_complaints,
    fewer_folds,
    fold_names,
    mixed_complaints,
    unused_folds_complaints,
)

if TYPE_CHECKING:
    import numpy as np

Count = Annotated[int, Field(ge=1)]


@evaluator("time_series")
class TimeSeries(JudgedStrategy):
    """Train on what came first, validate on what came later, part by part.

    Rows of equal time are in one part. Of forecasts, those are trained on whose targets were known
    when the first forecast of the part is made.

    Args:
        k: number of parts, and of fits; the parts are the last rows, in their order.
        window: train on all rows before a part (`expanding`), or on equally many (`rolling`).
        gap: rows left out between training and validation, such as those that a forecast spans.
        validation_size: rows in each part; by default all rows divided by k + 1.
        train_size: rows in a `rolling` window; by default as many as the first fold can have.
        shuffle: rows in order of time must not be mixed: `true` is refused.
        judge: how the fits are judged.

    Source:
        Notes 1.1.2: no shuffling for time series (temporal leak).
    """

    k: K = 4
    window: Literal["expanding", "rolling"] = "expanding"
    gap: Annotated[int, Field(ge=0)] = 0
    validation_size: Count | None = None
    train_size: Count | None = None
    shuffle: bool = False
    judge: Judge = Judge()

    def check(self, info: DatasetInfo) -> Iterator[Complaint]:
        """Yield complaints about shuffling, contradictions, and sizes that leave nothing."""
        yield from unused_folds_complaints(info)
        yield from mixed_complaints(info)
        yield from divided_groups_complaints(info)
        if self.shuffle:
            message = "a network would train on rows later than its validation rows"
            yield Complaint("shuffle", message, "remove it, or use strategy: kfold")
        if self.train_size is not None and self.window == "expanding":
            message = "an expanding window grows with every fold"
            yield Complaint("train_size", message, "remove it, or use window: rolling")
        elif info.train_examples is not None:
            yield from self.complaints(Rows(info.train_examples))

    def complaints(self, rows: Rows) -> Iterator[Complaint]:
        """Yield a complaint if a part would be empty, or not as long as it should be."""
        count, k = rows.count, self.k
        if count <= k:
            hint = f"use 2 to {count - 1:,}" if count > 2 else "it takes at least three examples"
            folds = f"{k:,} folds, and rows before them, do not fit into"
            examples = counted(count, "training example", "training examples")
            yield Complaint("k", f"{folds} {examples}", hint)
            return
        held_out, left = self._first_fold(count)
        if left < 1:
            gap = counted(self.gap, "row", "rows")
            message = (
                f"{k:,} parts of {held_out:,} and a gap of {gap} leave nothing of "
                f"{count:,} training examples to train on"
            )
            key = "gap" if self.validation_size is None else "validation_size"
            yield Complaint(key, message, "make one of them smaller, or k")
        elif self.train_size is not None and self.train_size > left:
            message = (
                f"only {counted(left, 'row comes', 'rows come')} before the first gap and part"
            )
            yield Complaint("train_size", message, f"use 1 to {left:,}")
        elif rows.times is not None and (lost := self._undivided(rows)):
            yield lost
        elif rows.spans is not None and not len(self.propose(rows, 0)[0].train):
            message = "no target before the first part is known when its forecasts are made"
            yield Complaint("k", message, "use a smaller k, or a smaller horizon")

    def propose(self, rows: Rows, seed: int) -> Sequence[Proposal]:
        """Validate on the last ``k`` parts, each after what it was trained on; nothing is drawn."""
        import numpy as np

        starts = self._starts(rows)
        most = (self.train_size or starts[0] - self.gap) if self.window == "rolling" else rows.count
        proposals = []
        for name, (start, end) in zip(
            fold_names(self.k), pairwise([*starts, rows.count]), strict=True
        ):
            held, last = np.arange(start, end), start - self.gap
            train = np.arange(max(0, last - most), last)
            proposals.append(Proposal(name, known_before(train, held, rows.spans), held))
        return proposals

    def _starts(self, rows: Rows) -> list[int]:
        """Return the first row of each part; rows of equal time are all in the later one."""
        import numpy as np

        held_out, _ = self._first_fold(rows.count)
        starts = rows.count - held_out * np.arange(self.k, 0, -1)
        if rows.times is not None:
            starts = np.searchsorted(rows.times, rows.times[starts], side="left")
        found: list[int] = starts.tolist()
        return found

    def rescaled(self, factor: float) -> TimeSeries:
        """Make all counts of rows ``factor`` times as large, rounded down, but at least 1."""
        names = ("gap", "validation_size", "train_size")
        stated = {name: size for name in names if (size := getattr(self, name))}
        sizes: dict[str, Any] = {n: max(1, int(size * factor)) for n, size in stated.items()}
        return replace(self, k=fewer_folds(self.k, factor), **sizes)

    def _undivided(self, rows: Rows) -> Complaint | None:
        """Return a complaint if so many rows are of one time that a part would be empty."""
        starts = self._starts(rows)
        if len({*starts}) == self.k and starts[0] > self.gap:
            return None
        message = (
            "rows of equal time stay together, and there are so many that a part would be empty"
        )
        return Complaint("k", message, "use fewer and larger parts: a smaller k")

    def _first_fold(self, count: int) -> tuple[int, int]:
        """Return how many rows each fold validates on, and how many the first can train on."""
        size = self.validation_size
        held_out = count // (self.k + 1) if size is None else size
        return held_out, count - self.k * held_out - self.gap


def known_before(train: np.ndarray, held: np.ndarray, spans: np.ndarray | None) -> np.ndarray:
    """Return those of the rows ``train`` whose targets are no later than any forecast of ``held``.

    Args:
        train: rows to train on.
        held: rows to validate with, at least one.
        spans: as in ``Rows``; None: all of ``train``.
    """
    return train if spans is None else train[spans[train, 1] <= spans[held, 0].min()]
