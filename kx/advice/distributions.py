"""How the values of a column are distributed, alone and against the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kx.advice.table_rows import KINDS
from kx.contracts import ColumnForm
from kx.data.tables.cells import written

if TYPE_CHECKING:
    import numpy as np

SPREAD = 20_000
"""Values, from all over a column, by which it is seen whether they can be few at all."""

BINS = 12
"""Of a histogram of numbers."""

LEVELS = 8
"""Levels that are shown of a category; all others are one."""

TAIL = 0.5
"""Percent of the numbers at each end that share the outermost bar of a histogram."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """How the values of a column are distributed, bar by bar.

    Attributes:
        names: of the bars: a level, or the least value in it.
        counts: rows in each.
        target: what the target is there on average: the mean of numbers, or the share of ``of``;
            None without rows.
        of: the class whose share it is; empty for numbers, or without a target.
    """

    names: tuple[str, ...]
    counts: tuple[int, ...]
    target: tuple[float | None, ...] = ()
    of: str = ""


def bars(form: ColumnForm, values: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Return (n,) the bar of each value, -1 where there is none, and the names of the bars."""
    import numpy as np

    known = values[~np.isnan(values)]
    if form.kind not in KINDS:
        return np.full(len(values), -1), []
    if not form.is_measured:
        levels = form.levels[:LEVELS] if form.kind == "category" else form.levels
        rest = len(form.levels) > len(levels) or bool((known < 0).any())
        codes = np.where((values < 0) | (values >= len(levels)), len(levels), values)
        return np.where(np.isnan(values), -1, codes).astype(int), [
            *levels,
            *(["…"] if rest else []),
        ]
    if not len(known):
        return np.full(len(values), -1), []
    low, high = np.percentile(known, [TAIL, 100 - TAIL])
    if (different := _few(known)) is not None:
        edges = different
    else:
        edges = np.linspace(low, high, BINS + 1)[:-1] if low < high else np.array([low])
    places = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 1)
    return np.where(np.isnan(values), -1, places), [_edge(form, float(e)) for e in edges]


def _few(known: np.ndarray) -> np.ndarray | None:
    """Return the different values, if each can have a bar of its own."""
    import numpy as np

    if len(np.unique(known[:: len(known) // SPREAD + 1])) > BINS:
        return None
    different: np.ndarray = np.unique(known)
    return different if len(different) <= BINS else None


def _edge(form: ColumnForm, value: float) -> str:
    text = written(form, value)
    return text if form.clock else text.partition(" ")[0]


def shape(
    places: np.ndarray, names: Sequence[str], y: np.ndarray | None, classes: Sequence[str]
) -> Distribution:
    """Return how rows are distributed over bars, and what the target is there.

    Args:
        places: (n,) the bar of each row; -1: none.
        names: of the bars.
        y: (n,) targets; None: there are none.
        classes: their names; empty of numbers.
    """
    import numpy as np

    inside = places >= 0
    counts = np.bincount(places[inside], minlength=len(names))
    if y is None:
        return Distribution(tuple(names), tuple(counts.tolist()))
    of = int(np.bincount(y.astype(int)).argmin()) if classes else 0
    of = 1 if len(classes) == 2 else of
    values = (y == of).astype(float) if classes else y.astype(float)
    sums = np.bincount(places[inside], values[inside], minlength=len(names))
    means = tuple(
        float(total / count) if count else None for total, count in zip(sums, counts, strict=True)
    )
    return Distribution(tuple(names), tuple(counts.tolist()), means, classes[of] if classes else "")


def target_shape(y: np.ndarray, classes: Sequence[str], target: str) -> Distribution:
    """Return how (n,) targets are distributed: classes by frequency, or numbers in bars."""
    import numpy as np

    if classes:
        counts = np.bincount(y.astype(int), minlength=len(classes))
        order = np.argsort(-counts, kind="stable")[: 2 * LEVELS]
        return Distribution(tuple(classes[at] for at in order), tuple(counts[order].tolist()))
    places, names = bars(ColumnForm(target, "number"), y.astype(float))
    return shape(places, names, None, ())
