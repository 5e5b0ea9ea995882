"""The scores of a run beside their baselines: one list for all who show or pass them on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from kx.base.curves import lower_is_better
from kx.runs.record import Record, headline
from kx.runs.record_scores import ScoreRecord, hardest

Standing = Literal["better", "unclear", "worse", ""]
"""Against the best baseline; empty where there is none to be held against."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A score of a run, with what it is held against.

    Attributes:
        part: ``validation`` or ``test``.
        low: end of the interval, or one standard deviation below the mean of several fits.
        kind: of the interval, as records have it; empty if there is none.
        baselines: name -> value on the same rows, of those that have one.
    """

    part: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    kind: str
    baselines: Mapping[str, float]

    @property
    def key(self) -> str:
        """What specs call it, such as ``test.accuracy``."""
        return f"{self.part}.{self.metric}"

    @property
    def ends(self) -> tuple[float, float] | None:
        """Of the interval or spread, if there is one."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def is_spread(self) -> bool:
        """Whether its ends are a standard deviation away, which is no confidence interval."""
        return self.kind.endswith("spread")

    @property
    def best_baseline(self) -> tuple[str, float] | None:
        """Name and value of the baseline that is hardest to beat."""
        return hardest(self.baselines, self.metric)

    @property
    def beats_baselines(self) -> bool | None:
        """Whether it is better than all baselines; None without any."""
        best = self.best_baseline
        if best is None or self.value is None:
            return None
        return self.value != best[1] and (self.value < best[1]) == lower_is_better(self.metric)

    @property
    def standing(self) -> Standing:
        """Against the best baseline; within the ends, chance may have decided."""
        best, beats = self.best_baseline, self.beats_baselines
        if best is None or beats is None:
            return ""
        within = self.ends is not None and self.ends[0] <= best[1] <= self.ends[1]
        return "unclear" if within else "better" if beats else "worse"


def scores_of(record: Record) -> Iterator[Scored]:
    """Yield all scores of a run: validation before test, each part in its own order."""
    for part in ("validation", "test"):
        for metric, score in record.scores.get(part, {}).items():
            yield _scored(record, part, metric, score)


def main_score(record: Record) -> Scored | None:
    """Return what a run is judged by, or None without scores."""
    found = headline(record)
    return _scored(record, *found) if found else None


def _scored(record: Record, part: str, metric: str, score: ScoreRecord) -> Scored:
    baselines = record.baselines.get(part, {}).get(metric, {})
    return Scored(
        part=part,
        metric=metric,
        value=score["value"],
        low=score["low"],
        high=score["high"],
        kind=score["interval"] or "",
        baselines={name: value for name, value in baselines.items() if value is not None},
    )
