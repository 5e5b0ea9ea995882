"""Whether a regression's targets are brought to a small range for training, and by what numbers.

A network begins near 0 and moves by about a learning rate per step: targets of 300,000 are out of
its reach for as long as most trainings last, and a single step of plain SGD towards them explodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kx.base.remark import Remark
from kx.components import own_objectives
from kx.contracts import DatasetInfo

if TYPE_CHECKING:
    import numpy as np

LARGEST = 50.0
"""Root mean square of targets that a network reaches by itself; Boston's prices have 24."""

NARROWEST = 0.1
"""Standard deviation of targets that a network can tell apart from the start."""

FARTHEST = 10.0
"""Standard deviations that the mean may be away from 0; 2.4 for Boston."""

POWERS = {"mse": (2, 2), "mae": (1, 1), "huber": (2, 1), "log_cosh": (2, 1), "poisson": (1, 1),
          "pinball": (1, 1)}  # fmt: skip
"""Name of a loss -> the power of the targets' unit that it has: of small targets, of large ones."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What the numbers 0 and 1 of a network stand for, in the unit of the targets.

    Attributes:
        mean: of the targets that a fit trains on; of several numbers, of each.
        deviation: their standard deviation; above 0.
    """

    mean: float | tuple[float, ...]
    deviation: float | tuple[float, ...]

    def of_loss(self, loss: str) -> float:
        """Return what a loss is divided by for training, so that it is about 1 at the beginning.

        Percentages and logarithms do not depend on the unit. Losses that are squares near 0 and
        linear beyond 1 are nearly squares for small targets, and nearly linear for large ones.
        """
        if isinstance(self.deviation, tuple):  # their losses are told in their deviations anyway
            return 1.0
        return float(self.deviation ** powers_of(loss)[self.deviation > 1])


def powers_of(loss: str) -> tuple[float, float]:
    """Return the power of the targets' unit that a loss has: of small targets, of large ones."""
    own = own_objectives.loss.get(loss)
    return (own.unit_power, own.unit_power) if own else POWERS.get(loss, (0, 0))


def fit_unit(y: np.ndarray, task: str = "regression") -> Unit:
    """Return the unit for a fit that trains on the targets ``y`` (n,).

    Counts are told as multiples of their mean, 0 staying 0: a rate has no other scale.
    """
    import numpy as np

    if y.ndim > 1:
        means, deviations = y.mean(axis=0, dtype=np.float64), y.std(axis=0, dtype=np.float64)
        above_0 = np.where(deviations > 0, deviations, 1.0)
        return Unit(tuple(means.tolist()), tuple(above_0.tolist()))
    if task == "counts":
        return Unit(0.0, float(y.mean(dtype=np.float64)) or 1.0)
    deviation = float(y.std(dtype=np.float64))
    return Unit(float(y.mean(dtype=np.float64)), deviation or 1.0)


def unit_of(y: np.ndarray, info: DatasetInfo) -> Unit:
    """Return the unit for a fit that trains on the targets ``y``.

    Steps of a series are all in the unit of the series, however many of them are forecast.
    """
    return fit_unit(y.reshape(-1)) if info.series else fit_unit(y, info.task)


def reason_to_scale(y: np.ndarray, info: DatasetInfo) -> Remark | None:
    """Return why the targets ``y`` are scaled where nobody says so; None if they are not."""
    return Remark.of("scaled.forecast") if info.series else why_scaled(y, info.task)


def why_scaled(y: np.ndarray, task: str = "regression") -> Remark | None:
    """Return why a network could hardly learn the targets ``y`` as they are; None if it can."""
    if task == "counts":
        return Remark.of("scaled.rate")
    if task == "multi_regression":
        return Remark.of("scaled.several")
    unit = fit_unit(y, task)
    assert isinstance(unit.mean, float)  # noqa: S101 - for the type checker
    assert isinstance(unit.deviation, float)  # noqa: S101 - likewise
    size = (unit.mean**2 + unit.deviation**2) ** 0.5
    if size > LARGEST:
        return Remark.of("scaled.large", size=size, limit=LARGEST)
    if unit.deviation < NARROWEST:
        return Remark.of("scaled.narrow", size=unit.deviation, limit=NARROWEST)
    if abs(unit.mean) > FARTHEST * unit.deviation:
        return Remark.of("scaled.far", mean=unit.mean, limit=FARTHEST)
    return None
