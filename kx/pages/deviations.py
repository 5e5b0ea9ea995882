"""How far predicted numbers are from the true ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

DOTS = 1500
"""At most so many points of a scatter plot are drawn; they are evenly chosen by their place."""

BARS = 24
"""Of a histogram."""


@dataclass(frozen=True, slots=True)
class Deviations:
    """What tells predicted and true numbers apart; residual = predicted - true.

    Attributes:
        mae: mean absolute error.
        rmse: root of the mean squared error.
        median: median absolute error.
        bias: mean residual.
        r2: share of the variance that is explained; below 0: worse than the mean.
        largest: absolute error.
    """

    count: int
    mae: float
    rmse: float
    median: float
    bias: float
    r2: float | None
    largest: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many residuals lie in each of several equally wide ranges."""

    middles: list[float]
    counts: list[int]


def deviations(y: np.ndarray, said: np.ndarray) -> Deviations:
    """Summarise the errors of ``said`` (n,) against ``y`` (n,)."""
    import numpy as np
    from sklearn.metrics import max_error, median_absolute_error, r2_score

    residuals = said - y
    return Deviations(
        count=len(y),
        mae=float(np.abs(residuals).mean()),
        rmse=float(np.sqrt((residuals**2).mean())),
        median=float(median_absolute_error(y, said)),
        bias=float(residuals.mean()),
        r2=float(r2_score(y, said)) if len(y) > 1 and np.ptp(y) else None,
        largest=float(max_error(y, said)),
    )


def histogram(residuals: np.ndarray) -> Histogram:
    """Count residuals (n,) in ranges."""
    import numpy as np

    counts, edges = np.histogram(residuals, bins=min(BARS, max(5, len(residuals) // 4)))
    return Histogram(((edges[:-1] + edges[1:]) / 2).tolist(), counts.tolist())
