"""Metrics of kx's own that sums over rows tell, so that every engine measures them exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from kx.training.pinball import covered, pinball

if TYPE_CHECKING:
    import keras

    from kx.contracts import DatasetInfo

TINY = 1e-7
"""Keras's epsilon: its Poisson loss adds as much to a rate."""


def poisson_deviance(y: Any, said: Any) -> Any:
    """Return how far rates (n, 1) are from counts; see ``kx.evaluators.statistics``."""
    from keras import ops

    true, rates = ops.reshape(y, (-1,)), ops.maximum(ops.reshape(said, (-1,)), TINY)
    logarithm = ops.log(ops.where(true > 0, true, 1.0)) - ops.log(rates)
    return 2 * (true * logarithm - true + rates)


def rank_error(y: Any, said: Any) -> Any:
    """Return by how many classes the likeliest of (n, classes) is off."""
    from keras import ops

    steps = ops.argmax(said, axis=-1) - ops.cast(ops.reshape(y, (-1,)), "int32")
    return ops.cast(ops.abs(steps), "float32")


ROWS: Mapping[str, Callable[[Any, Any], Any]] = {
    "poisson_deviance": poisson_deviance,
    "rank_error": rank_error,
    "coverage": covered,
}
"""Metric, a mean over rows -> what it is of each."""


def summed_metric(label: str, name: str, info: DatasetInfo) -> keras.Metric:
    """Return a new metric of ``kx.components.keras_options.SUMMED`` that is called ``label``."""
    import keras

    if name == "weighted_kappa":
        return _kappa()(name=label)
    if name == "pinball":
        rows = partial(pinball, quantiles=info.quantiles)
        return keras.metrics.MeanMetricWrapper(rows, name=label)

    return keras.metrics.MeanMetricWrapper(ROWS[name], name=label)


@cache
def _kappa() -> type:
    """Make the class late: its base needs Keras."""
    import keras

    ops = keras.ops

    class WeightedKappa(keras.metrics.Metric):  # type: ignore[misc]
        """Quadratic weighted kappa; see ``kx.evaluators.statistics``."""

        def __init__(self, name: str) -> None:
            super().__init__(name=name)
            self._sums = self.add_weight(shape=(6,), initializer="zeros", name="sums")

        def update_state(self, y: Any, said: Any, sample_weight: Any = None) -> None:
            true = ops.cast(ops.reshape(y, (-1,)), "float32")
            rank = ops.cast(ops.argmax(said, axis=-1), "float32")
            rows = ops.stack(
                [ops.ones_like(true), true, rank, true**2, rank**2, (true - rank) ** 2]
            )
            each = 1.0 if sample_weight is None else ops.reshape(sample_weight, (-1,))
            self._sums.assign_add(ops.sum(rows * each, axis=1))

        def result(self) -> Any:
            count, true, rank, squares, other, off = ops.unstack(self._sums, 6)
            chance = squares + other - 2 * true * rank / ops.maximum(count, 1)
            return ops.where(chance > 0, 1 - off / ops.where(chance > 0, chance, 1), 0.0)

    return WeightedKappa
