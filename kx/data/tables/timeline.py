"""The steps of rows in time: how far apart they are, and where some lack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kx.base.errors import DataError, RowsError
from kx.base.remark import Code, Remark
from kx.contracts import Pace
from kx.data.tables.dates import day_of

if TYPE_CHECKING:
    import numpy as np

NEAR = 0.05
"""Of a step, that a row may be away from it: times are written with few digits."""

DAY = 86_400
"""Seconds."""

MONTH = 28
"""Days that a month has at least."""

PERIODS = {"day": 1.0, "week": 7.0, "year": 365.2425}
"""Days of the cycles that times have a place in."""

CYCLES = 2
"""So many of them must be there to learn from where in one a row stands."""


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Rows in order of time, one series behind the other.

    Attributes:
        order: (n,) int64, where each row stands in the table.
        steps: (n,) int64, counted from the first row of all.
        begins: (n,) int64, the first row from which on no step lacks before this one.
        whose: (n,) int64, the series of each row.
        pace: how far apart the steps are.
    """

    order: np.ndarray
    steps: np.ndarray
    begins: np.ndarray
    whose: np.ndarray
    pace: Pace

    @property
    def gaps(self) -> np.ndarray:
        """Rows behind a gap in their own series."""
        import numpy as np

        first = np.diff(self.whose, prepend=-1) != 0
        return np.flatnonzero((self.begins == np.arange(len(first))) & ~first)


def timeline(
    times: np.ndarray,
    series: np.ndarray | None,
    lines: Sequence[int],
    *,
    dates: bool,
    as_rows: bool = False,
) -> Timeline:
    """Return the steps of rows.

    Args:
        times: (n,) float64, days since 1970, or numbers.
        series: (n,) numbers of what each row belongs to; None: all belong together.
        lines: on which each row stands, for messages.
        dates: whether ``times`` are days.
        as_rows: whether each row is one step behind the last one, however far away that is.

    Raises:
        DataError: if two rows of a series are of one time, or lie between steps.
    """
    import numpy as np

    codes = np.zeros(len(times), np.int64)
    if series is not None:
        codes = np.unique(series, return_inverse=True)[1]
    order = np.lexsort((times, codes))
    times, codes = times[order], codes[order]
    first = np.concatenate([[True], codes[1:] != codes[:-1]])
    _refuse_twins(times, first, order, lines, dates=dates, alone=series is None)
    if as_rows:
        steps = np.argsort(np.argsort(times, kind="stable"), kind="stable")
        if series is not None:  # the same time is the same step in each series
            steps = np.unique(times, return_inverse=True)[1]
        begins = np.maximum.accumulate(np.where(first, np.arange(len(times)), 0))
        return Timeline(order, steps, begins, codes, Pace("row", 1.0, float(times.min()), dates))
    pace, places = _paced(times, first, dates)
    steps = np.rint(places).astype(np.int64)
    _refuse_between(places, steps, order, lines, pace, times)
    broken = first | np.concatenate([[True], np.diff(steps) != 1])
    begins = np.maximum.accumulate(np.where(broken, np.arange(len(steps)), 0))
    return Timeline(order, steps, begins, codes, pace)


def _paced(times: np.ndarray, first: np.ndarray, dates: bool) -> tuple[Pace, np.ndarray]:
    """Return how far apart steps are, and where each row lies, in steps."""
    import numpy as np

    apart = np.diff(times)[~first[1:]]
    if not len(apart):
        raise DataError("no series has two rows: there is nothing to forecast from.")
    least, start = float(apart.min()), float(times.min())
    if dates and least >= MONTH and (months := _months(times)) is not None:
        apart = int(np.diff(months)[~first[1:]].min())
        return Pace("month", float(apart), start, dates), (months - months.min()) / apart
    size = _exact(apart, _usual(apart))
    size = round(size * DAY) / DAY if dates and size * DAY >= 1 else size
    return Pace("day" if dates else "number", size, start, dates), _places(times, first, size)


def _usual(apart: np.ndarray) -> float:
    """Return the step that most rows are apart, or the least, if all are whole numbers of it."""
    import numpy as np

    least, middle = float(apart.min()), float(np.sort(apart)[(len(apart) - 1) // 2])
    parts = apart / least
    return least if bool((np.abs(parts - np.rint(parts)) <= NEAR).all()) else middle


def _exact(apart: np.ndarray, size: float) -> float:
    """Return a step as the mean of all: small errors of one would add up."""
    import numpy as np

    return float(apart.sum() / max(1.0, np.rint(apart / size).sum()))


def _places(times: np.ndarray, first: np.ndarray, size: float) -> np.ndarray:
    """Return where times lie in steps: from the row before, and a first row from the first of all.

    What one row is away from its step is not handed on to the next.
    """
    import numpy as np

    ahead = np.diff(times, prepend=times[0]) / size
    ahead[first] = (times[first] - times.min()) / size
    whole = np.rint(ahead)
    begins = np.maximum.accumulate(np.where(first, np.arange(len(times)), 0))
    before = np.cumsum(whole)
    places: np.ndarray = before - before[begins] + whole[begins] + (ahead - whole)
    return places


def _months(days: np.ndarray) -> np.ndarray | None:
    """Return the months since 1970; None: the days are neither the same nor the last in each."""
    import numpy as np

    dates = np.floor(days).astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    of_month = (dates - months.astype("datetime64[D]")).astype(int)
    lasts = (dates + 1).astype("datetime64[M]") > months
    same = (of_month == of_month[0]).all() or lasts.all()
    return months.astype(np.int64) if same else None


def _refuse_twins(
    times: np.ndarray,
    first: np.ndarray,
    order: np.ndarray,
    lines: Sequence[int],
    *,
    dates: bool,
    alone: bool,
) -> None:
    import numpy as np

    twins = np.flatnonzero(~first[1:] & (np.diff(times) == 0)) + 1
    if len(twins):
        at = int(twins[0])
        one, other = sorted((lines[int(order[at - 1])], lines[int(order[at])]))
        hint = (
            (
                "If they belong to several series, name the column that tells them apart in "
                "dataset.series."
            )
            if alone
            else "A series has one row for each time."
        )
        shown = told_time(float(times[at]), dates)
        raise RowsError(f"lines {one} and {other} have the same time, {shown}. {hint}")


def _refuse_between(
    places: np.ndarray,
    steps: np.ndarray,
    order: np.ndarray,
    lines: Sequence[int],
    pace: Pace,
    times: np.ndarray,
) -> None:
    import numpy as np

    away = np.abs(places - steps) > NEAR
    if away.any():
        at = int(np.flatnonzero(away)[np.argmin(order[away])])
        share = float(away.mean())
        raise RowsError(
            f"line {lines[int(order[at])]}: {told_time(float(times[at]), pace.dates)} falls "
            f"between two steps of {told_pace(pace)} ({share:.1%} of the rows do). Make the times "
            "regular; or, if each row is one step after the last, set dataset.steps: rows."
        )


def told_time(value: float, dates: bool) -> str:
    """Return a time as people write it."""
    return day_of(value) if dates else f"{value:,.10g}"


def told_pace(pace: Pace) -> str:
    """Return how far apart steps are, as errors say it."""
    count, unit = pace_in(pace)
    if unit == "row":
        return "one row"
    if unit == "number":
        return f"{count:g}"
    return f"{count:g} {unit}" + ("" if count == 1 and unit != "second" else "s")


PACES: Mapping[str, Code] = {
    "row": "pace.row",
    "number": "pace.number",
    "month": "pace.month",
    "day": "pace.day",
    "hour": "pace.hour",
    "minute": "pace.minute",
    "second": "pace.second",
}
"""Unit of ``pace_in`` -> the code of the remark that says how far apart steps are."""


def pace_remark(pace: Pace) -> Remark:
    """Return how far apart steps are, to be put into words."""
    count, unit = pace_in(pace)
    return Remark.of(PACES[unit], count=f"{count:g}")


def pace_in(pace: Pace) -> tuple[float, str]:
    """Return how far apart steps are: a number, and of what, the longest unit that fits."""
    if pace.unit != "day":
        return pace.size, pace.unit
    seconds = round(pace.size * DAY)
    for name, length in (("day", DAY), ("hour", 3_600), ("minute", 60)):
        if seconds >= length and seconds % length == 0:
            return seconds // length, name
    return pace.size * DAY, "second"


def time_after(pace: Pace, last: float, steps: int) -> float | None:
    """Return the time ``steps`` after ``last``; None: that cannot be known."""
    import numpy as np

    if pace.unit == "row":
        return None
    if pace.unit != "month":
        return last + steps * pace.size
    day = np.floor(last).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    ahead = month + int(steps * pace.size)
    is_last = (day + 1).astype("datetime64[M]") > month
    length = ((ahead + 1).astype("datetime64[D]") - ahead.astype("datetime64[D]")).astype(int)
    of_month = int((day - month.astype("datetime64[D]")).astype(int))
    offset = length - 1 if is_last else min(of_month, int(length) - 1)
    return float((ahead.astype("datetime64[D]") + int(offset)).astype(int))


def cycles_of(pace: Pace, days: float) -> tuple[str, ...]:
    """Return the cycles in which steps have a place, if ``days`` of them are learned from."""
    if not pace.dates:
        return ()
    step = pace.size * (MONTH if pace.unit == "month" else 1.0)
    step = step if pace.unit != "row" else 0.0
    return tuple(
        name for name, period in PERIODS.items() if 2 * step <= period and days >= CYCLES * period
    )


def cyclic(times: np.ndarray, cycles: Sequence[str]) -> np.ndarray:
    """Return (n, 2 · cycles) float64, sine and cosine of the place of days in each cycle."""
    import numpy as np

    if not cycles:
        return np.zeros((len(times), 0))
    angles = times[:, None] * (2 * np.pi / np.array([PERIODS[name] for name in cycles]))
    pairs = np.stack([np.sin(angles), np.cos(angles)], axis=2)
    found: np.ndarray = pairs.reshape(len(times), -1)
    return found


def steps_between(pace: Pace, times: np.ndarray) -> np.ndarray:
    """Return (n - 1,) float64, how many steps each of (n,) rising times is behind the last one."""
    import numpy as np

    if pace.unit == "row":
        return np.ones(max(0, len(times) - 1))
    if pace.unit == "month" and (months := _months(times)) is not None:
        times = months
    apart: np.ndarray = np.diff(times) / pace.size
    return apart
