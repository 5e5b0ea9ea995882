"""A calmer curve for the eye."""

from __future__ import annotations

from collections.abc import Sequence

from kx.errors import UsageError


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
