"""After how many steps a series comes back to where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kx.contracts import Pace
from kx.data.tables.timeline import PERIODS

if TYPE_CHECKING:
    import numpy as np

LIKE = 0.3
"""Correlation with itself from which on a series is said to have a season."""

SLACK = 0.05
"""By which a shorter season may be less like: seven days are like a week, too."""

SPAN = 3
"""So many seasons must be there to find one."""

MOST = 2_000
"""Steps of a season that is looked for where the calendar gives no hint."""


def season_of(target: np.ndarray, begins: np.ndarray, pace: Pace) -> int:
    """Return the steps of a season; 1: none was found.

    Where times are dates, a day, a week and a year are looked at; elsewhere every lag. It is the
    lag by which the series, without its trend, is most like itself.

    Args:
        target: (m,) of training rows, one series behind the other.
        begins: (m,) the first row from which on no step lacks before each.
        pace: how far apart steps are.
    """
    import numpy as np

    lengths = np.arange(len(target)) - begins + 1
    if not len(target):
        return 1
    end = int(lengths.argmax())
    longest = target[begins[end] : end + 1]
    lags = [lag for lag in _lags(pace, len(longest)) if 2 <= lag <= len(longest) // SPAN]
    if not lags:
        return 1
    likeness = _likeness(longest, max(lags))
    if not pace.dates or pace.unit == "row":
        lags = [lag for lag in lags if _is_peak(likeness, lag)]
    best = max((float(likeness[lag]) for lag in lags), default=0.0)
    near = (lag for lag in lags if likeness[lag] >= best - SLACK)
    return min(near) if best >= LIKE else 1


def _lags(pace: Pace, length: int) -> list[int]:
    if not pace.dates or pace.unit == "row":
        return list(range(2, min(MOST, length // SPAN) + 1))
    size = pace.size * (PERIODS["year"] / 12 if pace.unit == "month" else 1.0)
    return [round(period / size) for period in PERIODS.values()]


def _likeness(values: np.ndarray, most: int) -> np.ndarray:
    """Return the correlation of a series, without its trend, with itself at lags 0 to ``most``."""
    import numpy as np
    from scipy.signal import correlate, detrend

    rest = detrend(values)
    count = len(rest)
    sums = correlate(rest, rest, method="auto")[count - 1 : count + most]
    whole = float(sums[0])
    if whole <= 1e-12 * max(1.0, float(np.square(values).sum())):
        return np.zeros(most + 1)
    fewer = np.arange(count, count - most - 1, -1)
    found: np.ndarray = sums / fewer * (count / whole)
    return found


def _is_peak(likeness: np.ndarray, lag: int) -> bool:
    """Whether neighbours of a lag are less like; the last one has but one neighbour."""
    after = likeness[lag + 1] if lag + 1 < len(likeness) else -1.0
    return bool(likeness[lag - 1] < likeness[lag] >= after)


def naive_error(target: np.ndarray, begins: np.ndarray, season: int) -> float:
    """Return the mean absolute difference of values a season apart; 0: there are none.

    Source:
        Hyndman and Koehler (2006), "Another look at measures of forecast accuracy", International
        Journal of Forecasting 22.
    """
    import numpy as np

    at = np.arange(len(target))
    pairs = at[at - season >= begins]
    return float(np.abs(target[pairs] - target[pairs - season]).mean()) if len(pairs) else 0.0
