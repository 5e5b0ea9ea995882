"""What features are shifted by and divided by, to bring them to small, similar ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kx.contracts import Scale

if TYPE_CHECKING:
    import numpy as np


def shift_and_divisor(x: np.ndarray, scale: Scale) -> tuple[np.ndarray, np.ndarray]:
    """Return shift and divisor of (n, …) features, float64; gaps count in neither."""
    import numpy as np

    if scale == "none":
        return np.zeros(()), np.ones(())
    if scale == "unit" and x.dtype == np.uint8:
        return np.zeros(()), np.full((), 255.0)
    axis = None if scale == "unit" and x.ndim > 2 else 0
    low = np.nanmin(x, axis=axis).astype(np.float64)
    high = np.nanmax(x, axis=axis).astype(np.float64)
    if scale == "unit":
        shift, divisor = low, high - low
    else:
        shift = np.nanmean(x, axis=0, dtype=np.float64)
        divisor = np.nanstd(x, axis=0, dtype=np.float64)
    # Rounding gives a constant column a deviation of about 1e-17: it would become 1, not 0. And
    # the deviation of tiny numbers is 0, although they vary.
    constant = (low == high) | (divisor < np.finfo(np.float32).tiny)
    return np.where(constant, low, shift), np.where(constant, 1.0, divisor)
