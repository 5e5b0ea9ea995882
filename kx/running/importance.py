"""What matters to the network of a run: how much worse it gets without what a column tells."""

from __future__ import annotations

from statistics import fmean, stdev
from typing import Any

import numpy as np

from kx.base import signals
from kx.base.curves import lower_is_better
from kx.base.remark import Remark
from kx.base.seeds import derive
from kx.data.tables.mixed_rows import TableRows
from kx.running.fits import Fits
from kx.running.judging import judged_head
from kx.running.networks import Networks
from kx.running.thresholds import decided
from kx.runs.record_parts import ColumnImportance, ImportanceFacts, ThresholdFacts
from kx.training.judge import measure

MOST_ROWS, LEAST_ROWS = 1_000, 20
REPEATS = 5
"""How often each column is mixed, each time in another way."""

MOST_COLUMNS = 50
"""Of more, the first: by counts and not by a clock, so that a rerun finds the same."""


def importance(
    networks: Networks, fits: Fits, threshold: ThresholdFacts | None
) -> ImportanceFacts | None:
    """Return how much worse the main metric gets when a column of the test rows is mixed.

    The rows are those of the look that the run has taken already; nothing is trained or chosen
    by it. A mixed column has its own values, each in another row.

    Returns:
        None of data that are no table, of windows of a series, whose steps are no rows of their
        own, of few rows, and of a smoke run.

    Source:
        Breiman (2001), "Random forests", Machine Learning 45; scikit-learn's
        `permutation_importance`.
    """
    work, bundle = networks.work, networks.bundle
    info, rows = bundle.info, _some(len(bundle.test))
    if not info.table or info.series or len(rows) < LEAST_ROWS or work.switches.smoke:
        return None
    work.watcher.stage(Remark.of("stage.importance"))
    final, head = fits.finals[0], judged_head(work, bundle)
    prepare, x, y = fits.preparation(final).apply, bundle.test.x[rows], bundle.test.y[rows]
    metric = next(iter(head.metrics), "loss")

    def score(of: Any) -> float:
        said = networks.trainer.predict_on(final, prepare(of, "test"))
        changed = decided(y, said, info, head, threshold.values) if threshold else {}
        return (measure(y, said, info, head) | changed)[metric]

    whole, sign = score(x), 1 if lower_is_better(metric) else -1
    random = np.random.default_rng(derive(work.seed, "importance"))
    found: list[ColumnImportance] = []
    for at, form in enumerate(info.table[:MOST_COLUMNS]):
        orders = [random.permutation(len(rows)) for _ in range(REPEATS)]
        worse = [sign * (score(mixed(x, at, form.name, order)) - whole) for order in orders]
        found.append(_facts(form.name, worse))
        signals.check()
    left = len(info.table) - len(found)
    return ImportanceFacts(metric, len(rows), REPEATS, found, left)


def _some(count: int) -> np.ndarray:
    """Return rows, evenly chosen."""
    found: np.ndarray = np.linspace(0, count - 1, min(count, MOST_ROWS)).astype(int)
    return found


def mixed(x: Any, at: int, name: str, order: np.ndarray) -> Any:
    """Return rows of a table whose column ``at``, called ``name``, is in another order."""
    rows = isinstance(x, TableRows)
    numbers = np.array(x.numbers if rows else x)
    numbers[:, at] = numbers[order, at]
    if not rows:
        return numbers
    beside = {each: of[order] if each == name else of for each, of in x.beside.items()}
    return TableRows(numbers, beside)


def _facts(name: str, worse: list[float]) -> ColumnImportance:
    mean, deviation = fmean(worse), stdev(worse)
    return {"name": name, "worse": mean, "low": mean - deviation, "high": mean + deviation}
