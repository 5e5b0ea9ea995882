"""The loss of quantiles, and what else is measured of them, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def pinball(y: Any, said: Any, quantiles: Sequence[float]) -> Any:
    """Return the mean loss of each row's quantiles (n, quantiles): what is too low costs q a unit.

    Source:
        Koenker and Bassett (1978), "Regression quantiles", Econometrica 46.
    """
    from keras import ops

    shares = ops.convert_to_tensor(quantiles, dtype=said.dtype)
    off = ops.cast(ops.reshape(y, (-1, 1)), said.dtype) - said
    return ops.mean(ops.maximum(shares * off, (shares - 1) * off), axis=-1)


def covered(y: Any, said: Any) -> Any:
    """Return whether targets lie between the first and the last quantile, ends included."""
    from keras import ops

    true = ops.cast(ops.reshape(y, (-1,)), said.dtype)
    inside = ops.logical_and(said[:, 0] <= true, true <= said[:, -1])
    return ops.cast(inside, said.dtype)
