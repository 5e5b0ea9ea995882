"""What counts as better, and which epoch was best."""

from __future__ import annotations

import math
from collections.abc import Sequence

LOWER_IS_BETTER = ("loss", "mae", "mse", "rmse", "mape")


def lower_is_better(name: str) -> bool:
    """Whether a metric of the history, such as ``val_loss``, should fall."""
    return name.removeprefix("val_") in LOWER_IS_BETTER


def best_epoch(values: Sequence[float], name: str) -> int:
    """Return the first epoch, counted from 1, with the best of ``values`` of metric ``name``.

    Values that are no numbers are passed over; with no number at all it is the last epoch.
    """
    sign = 1 if lower_is_better(name) else -1
    finite = [
        (sign * value, epoch) for epoch, value in enumerate(values, 1) if math.isfinite(value)
    ]
    return min(finite)[1] if finite else max(1, len(values))
