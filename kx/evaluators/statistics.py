"""Metrics of a whole part as functions of how often each row counts: values, and resampled ones.

A statistic is prepared once, on targets and predictions, and then asked with (n,) weights: with
ones it is the metric, with the counts of a bootstrap draw one of its resampled values. So a draw
costs a few sums, even of metrics that need the rows sorted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kx.contracts import DatasetInfo
from kx.evaluators import amounts, hits, probabilities
from kx.evaluators.answers import Prepare, Statistic, answers, averaged

if TYPE_CHECKING:
    import numpy as np


def whole(name: str, y: np.ndarray, predictions: np.ndarray, info: DatasetInfo) -> Statistic:
    """Prepare a statistic of ``STATISTICS``.

    Args:
        name: of the metric.
        y: targets, in the form of the dataset.
        predictions: (n, outputs), as the network gives them.
        info: tells how to read both.
    """
    return STATISTICS[name](answers(y, predictions, info))


def once(statistic: Statistic, rows: int) -> float:
    """Return the metric: each of the rows counts once."""
    import numpy as np

    return statistic(np.ones(rows))


STATISTICS: Mapping[str, Prepare] = {
    "poisson_deviance": averaged(amounts.deviances),
    "pinball": averaged(amounts.pinball),
    "coverage": averaged(amounts.covered),
    "rank_error": averaged(hits.steps),
    "weighted_kappa": hits.weighted_kappa,
    "balanced_accuracy": hits.counted(hits.balanced_accuracy),
    "mcc": hits.counted(hits.matthews),
    "f1_score": hits.mean_f1,
    "precision": hits.hits_among(2),
    "recall": hits.hits_among(1),
    "auc": probabilities.ranked(probabilities.roc),
    "pr_auc": probabilities.ranked(probabilities.average_precision),
    "log_loss": averaged(probabilities.surprise),
    "brier_score": averaged(probabilities.quadratic),
    "calibration_error": probabilities.calibration,
    "rmse": averaged(amounts.squares, root=True),
    "mape": averaged(amounts.percentages),
    "r2": amounts.determination,
    "median_absolute_error": amounts.median_error,
}
"""Metric -> what prepares it.

Of several labels it is the mean over labels, but for precision and recall, which count the answers
to all labels together, as Keras's do.
"""
