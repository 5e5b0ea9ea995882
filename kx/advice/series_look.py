"""What is in a time series: its steps, season and trend, and how far simple forecasts are off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kx.base.errors import RowsError
from kx.base.remark import Remark
from kx.contracts import Pace
from kx.data.tables.seasons import naive_error, season_of
from kx.data.tables.timeline import Timeline, timeline

if TYPE_CHECKING:
    import numpy as np

DRAWN = 4
"""Series of which a chart is made, the first ones."""

LATEST = 400
"""Steps of them that it shows, the last ones."""

TREND = 0.1
"""Share of the variance that a straight line must explain to count as a trend."""

HARD = 0.5
"""Of the error of the mean, that of the last value may have at most to be hard to beat."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The last steps of a series.

    Attributes:
        name: of the series; empty: there is one.
        steps: rising, counted from the first time of the table.
        values: None where no row is.
    """

    name: str
    steps: Sequence[float]
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class SeriesLook:
    """What was seen in rows of time series.

    Attributes:
        last: the latest time; the earliest is ``pace.start``.
        series: how many there are.
        gaps: how often steps lack between two rows of a series.
        missing: how many steps lack there.
        timeless: rows without a time, which were left out.
        repeated: rows with the time of an earlier row of their series, which were left out.
        irregular: why rows are taken as steps whatever their times; empty: these are regular.
        season: steps after which the values come back to where they were; 1: no season was found.
        likeness: correlation of the longest unbroken stretch, without its trend, with itself a
            season before.
        change: by which a straight line through that stretch rises from its start to its end.
        straight: share of its variance that the line explains.
        errors: mean absolute errors, one step ahead, of the ``last`` value, of the ``seasonal``
            one, if there is a season, and of the ``mean`` of each series.
        drawn: some series.
    """

    pace: Pace
    last: float
    series: int
    gaps: int
    missing: int
    timeless: int
    repeated: int
    irregular: str
    season: int
    likeness: float
    change: float
    straight: float
    errors: dict[str, float]
    drawn: Sequence[Drawn]

    @property
    def has_trend(self) -> bool:
        """Whether a straight line explains enough."""
        return self.straight >= TREND

    @property
    def best(self) -> str:
        """The simple forecast with the least error."""
        return min(self.errors, key=lambda name: self.errors[name])

    @property
    def is_hard(self) -> bool:
        """Whether the last value is so good a forecast that networks hardly beat it."""
        return self.best == "last" and self.errors["last"] <= HARD * self.errors["mean"]


@dataclass(frozen=True, slots=True)
class SeenSeries:
    """A table of time series as it is shown.

    Attributes:
        name: of the file.
        rows: that have a value.
        written: how the file is written.
        target: name of the column that was looked at.
        unusable: rows that have no value of it, or too few or too many columns.
        look: what was seen.
    """

    name: str
    rows: int
    written: Remark
    target: str
    unusable: int
    look: SeriesLook


def look_at_series(
    y: np.ndarray,
    times: np.ndarray,
    whose: np.ndarray | None,
    names: Sequence[str],
    lines: Sequence[int],
    *,
    dates: bool,
) -> SeriesLook:
    """Return what is in rows of time series.

    Args:
        y: (n,) values.
        times: (n,) days since 1970, or numbers; NaN: there is none.
        whose: (n,) numbers of the series; None: there is one.
        names: of the series, by these numbers; empty: they have none.
        lines: on which each row stands, for messages.
        dates: whether times are days.

    Raises:
        DataError: if no series has two rows.
    """
    import numpy as np

    codes = (
        np.zeros(len(y), np.int64) if whose is None else np.unique(whose, return_inverse=True)[1]
    )
    kept = np.flatnonzero(~np.isnan(times))
    timeless = len(times) - len(kept)
    first = np.unique(np.column_stack([codes[kept], times[kept]]), axis=0, return_index=True)[1]
    rows = kept[np.sort(first)]
    line, irregular = _timeline(times[rows], codes[rows], [lines[at] for at in rows], dates)
    values = y[rows][line.order].astype("float64")
    called = [names[code] for code in np.unique(codes[rows])] if len(names) else []
    season = season_of(values, line.begins, line.pace)
    likeness, change, straight = _shape(values, line.begins, season)
    gaps, series = line.gaps, int(line.whose.max()) + 1
    return SeriesLook(
        pace=line.pace,
        last=float(times[rows].max()),
        series=series,
        gaps=len(gaps),
        missing=int((line.steps[gaps] - line.steps[gaps - 1] - 1).sum()),
        timeless=timeless,
        repeated=len(kept) - len(rows),
        irregular=irregular,
        season=season,
        likeness=likeness,
        change=change,
        straight=straight,
        errors=_errors(values, line, season),
        drawn=[_drawn(values, line, at, called) for at in range(min(DRAWN, series))],
    )


def _timeline(
    times: np.ndarray, codes: np.ndarray, lines: Sequence[int], dates: bool
) -> tuple[Timeline, str]:
    """Return the steps, and why each row is taken as one; empty: times are regular."""
    try:
        return timeline(times, codes, lines, dates=dates), ""
    except RowsError as error:
        return timeline(times, codes, lines, dates=dates, as_rows=True), str(error)


def _shape(values: np.ndarray, begins: np.ndarray, season: int) -> tuple[float, float, float]:
    """Return ``likeness``, ``change`` and ``straight`` of the longest unbroken stretch."""
    import numpy as np

    end = int((np.arange(len(values)) - begins).argmax())
    stretch = values[begins[end] : end + 1]
    at = np.arange(len(stretch))
    if len(stretch) < 3 or np.ptp(stretch) == 0:
        return 0.0, 0.0, 0.0
    slope, start = np.polyfit(at, stretch, 1)
    rest = stretch - start - slope * at
    straight = 1 - float(rest.var() / stretch.var())
    alike = np.corrcoef(rest[season:], rest[:-season])[0, 1] if season > 1 else 0.0
    return float(alike), float(slope * at[-1]), straight


def _errors(values: np.ndarray, line: Timeline, season: int) -> dict[str, float]:
    import numpy as np

    counts = np.bincount(line.whose)
    means = np.bincount(line.whose, values) / counts
    found = {"last": naive_error(values, line.begins, 1)}
    if season > 1:
        found["seasonal"] = naive_error(values, line.begins, season)
    return {**found, "mean": float(np.abs(values - means[line.whose]).mean())}


def _drawn(values: np.ndarray, line: Timeline, series: int, names: Sequence[str]) -> Drawn:
    """Return the last steps of a series, those that lack included."""
    rows = (line.whose == series).nonzero()[0][-LATEST:]
    there = dict(zip(line.steps[rows].tolist(), values[rows].tolist(), strict=True))
    steps = range(max(min(there), max(there) - LATEST + 1), max(there) + 1)
    name = names[series] if series < len(names) else ""
    return Drawn(name, [float(step) for step in steps], [there.get(step) for step in steps])
