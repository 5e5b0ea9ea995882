"""Curves over epochs: which end of one is good, where it is best, its mean, calmer form, scale."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from kx.base.errors import UsageError

Points = Sequence[float | None]
"""A curve: one value per epoch; None where there is none."""

WIDE = 1000.0
"""From this ratio of the largest to the smallest on, the small ones would lie on a linear axis."""

WIDE_APART = 10.0
"""The same for curves of several runs, whose ends are to be told apart."""


LOW = frozenset(
    ("mae", "mse", "rmse", "mape", "msle", "log_cosh", "poisson", "hinge", "squared_hinge",
     "categorical_hinge", "false_positives", "false_negatives", "poisson_deviance", "pinball",
     "brier_score")
)  # fmt: skip
"""Metrics of which a small value is good, though their names do not end like those of errors."""


def lower_is_better(metric: str) -> bool:
    """Whether a small value is a good one, as far as the name tells."""
    short = metric.removeprefix("val_")
    return short in LOW | OF_FORECASTS or short.endswith(
        ("loss", "error", "crossentropy", "divergence")
    )


OF_FORECASTS = frozenset(("mase", "smape"))
"""Likewise, metrics of forecasts alone."""


def main_metric(metrics: Iterable[str]) -> str | None:
    """Return which of the metrics of a part a run is judged by; None without any.

    The first, and any before the loss; but balanced accuracy before accuracy: where it was
    measured, classes are rare, and nearly all of what knows nothing of them is accurate.
    """
    names = sorted(metrics, key=lambda name: name == "loss")
    if names and names[0] == "accuracy" and "balanced_accuracy" in names:
        return "balanced_accuracy"
    return names[0] if names else None


ROUNDING = 1e-6
"""Scores that differ by a smaller share of them are the same: metrics are counted in float32."""


def difference(value: float, base: float) -> float:
    """Return ``value - base`` of two scores, or 0 where rounding alone tells them apart."""
    found = value - base
    return found if abs(found) > ROUNDING * max(abs(value), abs(base)) else 0.0


def best_epoch(values: Sequence[float | None], name: str, skipped: int = 0) -> int:
    """Return the first epoch, counted from 1, with the best of ``values`` of metric ``name``.

    Values that are no numbers are passed over; with no number at all it is the last epoch.

    Args:
        values: one per epoch.
        name: of the metric; decides whether small or large is good.
        skipped: epochs at the start that cannot be the best.
    """
    sign = 1 if lower_is_better(name) else -1
    finite = [
        (sign * value, epoch)
        for epoch, value in enumerate(values, 1)
        if epoch > skipped and value is not None and math.isfinite(value)
    ]
    return min(finite)[1] if finite else max(1, len(values))


def smooth_curve(points: Sequence[float | None], factor: float) -> list[float | None]:
    """Replace each point by an exponential mean of it and those before it.

    The first point stays as it is; then s = previous s * factor + point * (1 - factor). Gaps
    (None) stay gaps, and the mean goes on behind them.

    Args:
        points: one per epoch.
        factor: weight of the past, in [0, 1); 0 changes nothing.

    Raises:
        UsageError: if the factor is out of range.
    """
    if not 0 <= factor < 1:
        raise UsageError(f"a smoothing factor is at least 0 and below 1; got {factor}")
    smoothed: list[float | None] = []
    previous: float | None = None
    for point in points:
        if point is not None:
            previous = point if previous is None else previous * factor + point * (1 - factor)
        smoothed.append(None if point is None else previous)
    return smoothed


def mean_curve(curves: Sequence[Sequence[float | None]]) -> list[float | None]:
    """Return the mean per epoch, over the epochs that all ``curves`` reached.

    Where one of them has a gap (None), so has the mean.
    """
    means: list[float | None] = []
    for values in zip(*curves, strict=False):
        known = [value for value in values if value is not None]
        means.append(sum(known) / len(known) if len(known) == len(values) else None)
    return means


def needs_logarithm(metric: str, values: Iterable[float | None], wide: float = WIDE) -> bool:
    """Whether ``values`` of an error lie so far apart that a linear axis would hide most of them.

    Those of a score, such as accuracy, never do. An error that is zero somewhere has no logarithm.

    Args:
        metric: its name tells whether it is an error.
        values: of all curves on the axis; None and what is not finite are passed over.
        wide: from which ratio of the largest to the smallest on they are far apart.
    """
    known = [value for value in values if value is not None and math.isfinite(value)]
    if not known or not lower_is_better(metric):
        return False
    return min(known) > 0 and max(known) / wide > min(known)
