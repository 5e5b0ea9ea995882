"""What counts as better, and which epoch was best."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kx.reporting.history import lower_is_better


def best_epoch(values: Sequence[float], name: str) -> int:
    """Return the first epoch, counted from 1, with the best of ``values`` of metric ``name``.

    Values that are no numbers are passed over; with no number at all it is the last epoch.
    """
    sign = 1 if lower_is_better(name) else -1
    finite = [
        (sign * value, epoch) for epoch, value in enumerate(values, 1) if math.isfinite(value)
    ]
    return min(finite)[1] if finite else max(1, len(values))
