"""From which probability on an answer is yes: chosen on rows that no fit was trained on.

A network's probability says how likely a yes is; what follows depends on what mistakes cost.
One half is right where both kinds of mistakes cost the same and probabilities can be believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

Aim = Literal["f1", "balanced_accuracy", "mcc", "cost", "least_recall"]

HALF = 0.5


@dataclass(frozen=True, slots=True)
class Aimed:
    """How a threshold is chosen.

    Attributes:
        aim: what is made as large as can be, as cheap, or kept at ``least`` with as few false yes.
        costs: of a false positive and of a false negative.
        least: recall.
    """

    aim: Aim
    costs: tuple[float, float] = (1.0, 1.0)
    least: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """What comes of each threshold that tells some rows apart.

    Attributes:
        thresholds: (k,) rising, in [0, 1]: halfway between probabilities that were said.
        hits: (k,) rows that are a yes and above it.
        alarms: (k,) rows that are a no and above it.
        yes: rows that are a yes.
        no: rows that are a no.
    """

    thresholds: np.ndarray
    hits: np.ndarray
    alarms: np.ndarray
    yes: int
    no: int

    def worth(self, rule: Aimed) -> np.ndarray:
        """Return (k,) how good each threshold is by a rule; the largest is the best."""
        import numpy as np

        hits, alarms = self.hits, self.alarms
        missed, passed = self.yes - hits, self.no - alarms
        if rule.aim == "cost":
            paid: np.ndarray = rule.costs[0] * alarms + rule.costs[1] * missed
            return -paid
        if rule.aim == "least_recall":
            enough = hits >= rule.least * self.yes - 1e-9
            worth: np.ndarray = np.where(enough, 1.0 + passed, hits / (self.yes + 1))
            return worth
        if rule.aim == "balanced_accuracy":
            mean: np.ndarray = (_shares(hits, self.yes) + _shares(passed, self.no)) / 2
            return mean
        if rule.aim == "f1":
            return _shares(2 * hits, 2 * hits + alarms + missed)
        return _correlation(hits, alarms, missed, passed)


def _shares(part: np.ndarray, whole: np.ndarray | int) -> np.ndarray:
    import numpy as np

    of = np.asarray(whole, np.float64)
    return part / np.where(of > 0, of, 1)


def _correlation(
    hits: np.ndarray, alarms: np.ndarray, missed: np.ndarray, passed: np.ndarray
) -> np.ndarray:
    """Return Matthews' correlation; 0 where one of both never varies."""
    import numpy as np

    spread = (hits + alarms) * (hits + missed) * (passed + alarms) * (passed + missed)
    together = hits * passed - alarms * missed
    return np.where(spread > 0, together / np.sqrt(np.where(spread > 0, spread, 1)), 0.0)


def sweep(yes: np.ndarray, said: np.ndarray) -> Sweep:
    """Return what comes of all thresholds.

    Args:
        yes: (n,) whether the answer is yes.
        said: (n,) its probability.
    """
    import numpy as np

    values, place = np.unique(said.astype(np.float64), return_inverse=True)
    of_yes = np.bincount(place, yes, len(values))
    of_no = np.bincount(place, ~yes, len(values))
    # Above all values, above all but the last, ..., above none.
    hits = np.concatenate([of_yes[::-1].cumsum()[::-1], [0.0]])
    alarms = np.concatenate([of_no[::-1].cumsum()[::-1], [0.0]])
    edges = np.concatenate([[0.0], values, [1.0]])
    thresholds = ((edges[:-1] + edges[1:]) / 2).clip(0, 1)
    first = int(np.any(values <= 0))  # of 0 itself no threshold makes a yes
    thresholds, hits, alarms = thresholds[first:], hits[first:], alarms[first:]
    return Sweep(thresholds, hits, alarms, int(yes.sum()), int((~yes).sum()))


def chosen(found: Sweep, rule: Aimed) -> float:
    """Return the best threshold; of several, the one that is nearest to one half."""
    import numpy as np

    worth = found.worth(rule)
    best = found.thresholds[worth >= worth.max() - 1e-12]
    return float(best[np.abs(best - HALF).argmin()])


def decisions(said: np.ndarray, thresholds: tuple[float, ...]) -> np.ndarray:
    """Return (n, outputs) float32, 1 where a probability is above its threshold, else 0.

    Args:
        said: (n, outputs) probabilities of yes.
        thresholds: one for each output, or one for all.
    """
    import numpy as np

    found: np.ndarray = (said.astype(np.float64) > np.asarray(thresholds)).astype(np.float32)
    return found


DECIDED = frozenset(
    ("accuracy", "precision", "recall", "f1_score", "balanced_accuracy", "mcc", "true_positives",
     "true_negatives", "false_positives", "false_negatives", "fbeta_score")
)  # fmt: skip
"""Metrics of answers that are yes or no; others look at the probabilities themselves."""
