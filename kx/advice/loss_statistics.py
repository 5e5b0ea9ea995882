"""The course of a run's losses, in numbers: how far they fell, rose, and were moved by chance."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from kx.base.curves import Points, best_epoch, mean_curve, smooth_curve
from kx.spec.stated import Stated

SHORT = 5
"""Fewer judged epochs than these show no course."""

TINY = 0.01
"""Of what was won over a constant guess: no change is measured against less, such as the loss of a
network that knows all by heart, which is all but zero."""

ROUNDING = 1e-9
"""Of the values that it is between: a smaller difference is one of rounding."""


@dataclass(frozen=True, slots=True)
class Course:
    """The mean loss of all fits, epoch by epoch.

    Attributes:
        skipped: epochs at the start that are not judged.
        factor: of the smoothing.
        best: epoch, counted from 1.
    """

    training: list[float | None]
    validation: list[float | None]
    skipped: int
    factor: float
    best: int

    @classmethod
    def of(
        cls, fits: Sequence[Mapping[str, Points]], spec: Mapping[str, Any], best: int | None
    ) -> Course:
        """Return the mean course of ``fits``.

        Args:
            fits: of each, metric -> one value per epoch; all have ``val_loss``.
            spec: resolved; its validation strategy may smooth, and skip epochs.
            best: epoch, as that strategy chose it; None: it did not come so far.
        """
        training = mean_curve([curves.get("loss", ()) for curves in fits])
        validation = mean_curve([curves["val_loss"] for curves in fits])
        own = Stated(spec).skip_epochs, Stated(spec).smooth
        best = best or _best(validation, *own)
        skipped, factor = _smoothing(len(validation))
        return cls(training, validation, max(skipped, own[0]), max(factor, own[1]), best)

    def numbers(self, constant: float | None) -> dict[str, float]:
        """Return what the rules look at; of curves that are too short only what there is.

        Args:
            constant: loss of the best constant guess on the validation rows, if it is known.
        """
        known = [value for value in self.validation[self.skipped :] if value is not None]
        trained = [value for value in self.training[self.skipped :] if value is not None]
        judged = min(len(known), len(trained))
        found = {"judged": float(judged), "smoothing": self.factor}
        found |= {name: v for name, v in self._points() if v is not None}
        found |= self._growth(constant)
        if judged < SHORT:
            return found
        return found | _course(known, trained, self.factor, constant) | self._since_best()

    def _growth(self, constant: float | None) -> dict[str, float]:
        """Return how many times its first value the training loss is at the end.

        A first value that is all but zero counts as a hundredth of a constant guess's loss, and one
        below zero can be no measure.
        """
        ends = self.training[:1] + self.training[-1:]
        if len(ends) < 2 or ends[0] is None or ends[1] is None or ends[0] < 0:
            return {}
        first = max(ends[0], TINY * abs(constant or 0.0))
        return {"training_growth": ends[1] / first} if first else {}

    def _points(self) -> Iterator[tuple[str, float | None]]:
        for name, curve in (("", self.validation), ("training_", self.training)):
            if 1 <= self.best <= len(curve):
                yield f"{name}best", curve[self.best - 1]
                yield f"{name}last", curve[-1]

    def _since_best(self) -> dict[str, float]:
        """Return the share of the epochs after the best one, and of the training loss they took."""
        smoothed = smooth_curve(self.training, self.factor)
        at, end = smoothed[min(self.best, len(smoothed)) - 1], smoothed[-1]
        fell = 0.0 if at is None or end is None else share_fallen(at, end)
        since = (len(self.validation) - self.best) / len(self.validation)
        return {"training_fall": fell, "since_best": max(since, 0.0)}


def _best(validation: Points, skipped: int, factor: float) -> int:
    """Return the best epoch as the run's strategy would, had it come so far."""
    kept = [None if epoch < skipped else value for epoch, value in enumerate(validation)]
    return best_epoch(smooth_curve(kept, factor), "val_loss")


def _smoothing(epochs: int) -> tuple[int, float]:
    """Return how many first epochs a curve of this length leaves out, and its smoothing factor.

    A huge first value would live on in the mean of a long, strongly smoothed curve.
    """
    if epochs >= 50:
        return epochs // 10, 0.8
    return 0, 0.5 if epochs >= 10 else 0.0


def _course(
    validation: list[float], training: list[float], factor: float, constant: float | None
) -> dict[str, float]:
    """Return how the smoothed curves went.

    ``rise``, ``noise`` and ``uncertainty`` are shares of the lowest validation loss, ``fall`` of
    what it was before, ``gap`` of the larger of the two losses; those ``_of_won`` and ``lost`` are
    shares of what was won over a constant guess, 1 at most.
    """
    calm = [value for value in smooth_curve(validation, factor) if value is not None]
    lowest, end, before = min(calm), calm[-1], calm[-1 - max(2, len(calm) // 4)]
    trained = [value for value in smooth_curve(training, factor) if value is not None][-1]
    reference = validation[0] if constant is None else constant
    won = max(reference - lowest, 0.0)
    noise = _noise(validation)
    # Of a difference of two smoothed points.
    error = math.sqrt(2 * (1 - factor) / (1 + factor)) * noise
    scale = max(abs(lowest), TINY * won, math.ulp(1.0))
    shares = {"lost": end - lowest, "fall_of_won": before - end, "noise_of_won": noise}
    return {
        "least": min(validation),
        "lowest": lowest,
        "before": before,
        "end": end,
        "training_end": trained,
        "rise": (end - lowest) / scale,
        "fall": share_fallen(before, end, TINY * won),
        "noise": noise / scale,
        "noise_size": noise,
        "uncertainty": error / scale,
        "standard_error": error,
        "gap": share_fallen(end, trained, TINY * won),
        **{name: _share_of(won, of) for name, of in shares.items()},
        "gap_of_won": _share_of(won, end - trained),
        "constant_loss": reference,
        # Of a loss that goes below zero nobody knows how much there is to be won.
        **({"won": won / reference} if reference > 0 and lowest >= 0 else {}),
    }


def share_fallen(before: float, after: float, floor: float = 0.0) -> float:
    """Return by which share of the larger of two values the second is below the first.

    It is from -1 to 1, and below 0 if the second is above the first.
    """
    change, scale = before - after, max(abs(before), abs(after), floor)
    return max(-1.0, min(1.0, change / scale)) if abs(change) > ROUNDING * scale else 0.0


def _share_of(won: float, part: float) -> float:
    """Return ``part`` as a share of what was won, from 0 to 1; of nothing, any part is all."""
    if part <= 0:
        return 0.0
    return min(part / won, 1.0) if won else 1.0


def _noise(values: Sequence[float]) -> float:
    """Return the standard deviation of what chance adds to each point of a smooth course.

    From the second differences, on which a straight course leaves nothing and chance six times
    its variance; their median is not impressed by the bend of the first epochs.
    """
    triples = zip(values, values[1:], values[2:], strict=False)
    bends = [abs(a - 2 * b + c) for a, b, c in triples]
    found = median(bends) / (0.6745 * math.sqrt(6)) if bends else 0.0
    return found if found > ROUNDING * max(map(abs, values)) else 0.0
