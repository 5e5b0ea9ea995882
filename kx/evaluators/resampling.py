"""The interval of a metric of a whole part, from draws of its rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kx.evaluators.answers import Statistic

ROW_WORK = 20_000_000
"""Rows times outputs that a bootstrap reads: about a second of one core."""

FEWEST, MOST = 100, 1000
"""Draws of a bootstrap."""


def resampled(statistic: Statistic, rows: int, outputs: int, seed: int) -> tuple[float, float]:
    """Return the 95 % percentile interval of a metric, from draws of all rows with replacement.

    Args:
        statistic: prepared on the rows.
        rows: how many there are.
        outputs: of the network: the more, the fewer draws, but at least ``FEWEST``.
        seed: of the draws.

    Returns:
        Not a number where no draw defines the metric.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    draws = min(MOST, max(FEWEST, ROW_WORK // max(1, rows * outputs)))
    values = [
        statistic(np.bincount(rng.integers(rows, size=rows), minlength=rows).astype(np.float64))
        for _ in range(draws)
    ]
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return math.nan, math.nan
    low, high = np.quantile(known, (0.025, 0.975)).tolist()
    return low, high
