"""What matters to the network of a run: how much worse it gets without what a column tells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

import numpy as np

from kx.base import signals
from kx.base.curves import lower_is_better, main_metric
from kx.base.remark import Remark
from kx.base.seeds import derive
from kx.contracts import DatasetBundle, Split
from kx.data.tables.mixed_rows import TableRows
from kx.running.fits import Fits
from kx.running.judging import judged_head
from kx.running.networks import Networks
from kx.running.thresholds import decided
from kx.runs.record_parts import ColumnImportance, ImportanceFacts, ThresholdFacts
from kx.training.judge import measure

if TYPE_CHECKING:
    from kx.training.jobs import Fitted

MOST_ROWS, LEAST_ROWS = 1_000, 20
REPEATS = 5
"""How often each column is mixed, each time in another way."""

MOST_COLUMNS = 50
"""Of more, the first: by counts and not by a clock, so that a rerun finds the same."""


@dataclass(frozen=True, slots=True, eq=False)
class _HeldOut:
    """Rows of a part, and a network that was not trained on them."""

    part: str
    split: Split
    rows: np.ndarray
    fitted: Fitted


def importance(
    networks: Networks, fits: Fits, threshold: ThresholdFacts | None, *, tested: bool
) -> ImportanceFacts | None:
    """Return how much worse the main metric gets when a column of held-out rows is mixed.

    The rows are those of the look at the test part that the run has taken already, or else those
    that its first fit is validated on; nothing is trained or chosen by it. A mixed column has its
    own values, each in another row.

    Returns:
        None of data that are no table, of windows of a series, whose steps are no rows of their
        own, of few rows, of rows on which the metric is not defined, and of a smoke run.

    Source:
        Breiman (2001), "Random forests", Machine Learning 45; scikit-learn's
        `permutation_importance`.
    """
    work, bundle = networks.work, networks.bundle
    info, asked = bundle.info, _held_out(bundle, fits, tested=tested)
    if not info.table or info.series or work.switches.smoke:
        return None
    if asked is None or len(asked.rows) < LEAST_ROWS:
        return None
    work.watcher.stage(Remark.of("stage.importance"))
    head = judged_head(work, bundle)
    prepare = fits.preparation(asked.fitted).apply
    x, y = asked.split.x[asked.rows], asked.split.y[asked.rows]
    metric = main_measure(head.metrics)

    def score(of: Any) -> float:
        said = networks.trainer.predict_on(asked.fitted, prepare(of, asked.part))
        changed = decided(y, said, info, head, threshold.values) if threshold else {}
        return (measure(y, said, info, head) | changed)[metric]

    whole, sign = score(x), 1 if lower_is_better(metric) else -1
    if not math.isfinite(whole):
        return None
    random = np.random.default_rng(derive(work.seed, "importance"))
    found: list[ColumnImportance] = []
    for at, form in enumerate(info.table[:MOST_COLUMNS]):
        orders = [random.permutation(len(asked.rows)) for _ in range(REPEATS)]
        worse = [sign * (score(mixed(x, at, form.name, order)) - whole) for order in orders]
        found.append(_facts(form.name, worse))
        signals.check()
    left, fit = len(info.table) - len(found), "" if tested else asked.fitted.job.name
    return ImportanceFacts(metric, len(asked.rows), REPEATS, found, left, asked.part, fit)


def _held_out(bundle: DatasetBundle, fits: Fits, *, tested: bool) -> _HeldOut | None:
    if tested:
        return _HeldOut("test", bundle.test, _some(np.arange(len(bundle.test))), fits.finals[0])
    if fits.first is None:
        return None
    return _HeldOut("validation", bundle.train, _some(fits.first.job.validation), fits.first)


def main_measure(metrics: Sequence[str]) -> str:
    """Return the main metric; of rare classes, one that a network need not say yes for."""
    main = main_metric(metrics)
    return "pr_auc" if main == "balanced_accuracy" and "pr_auc" in metrics else main or "loss"


def _some(rows: np.ndarray) -> np.ndarray:
    """Return some of the rows, evenly chosen."""
    chosen = np.linspace(0, len(rows) - 1, min(len(rows), MOST_ROWS)).astype(int)
    found: np.ndarray = rows[chosen]
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
