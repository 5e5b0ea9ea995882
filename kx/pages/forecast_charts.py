"""What a report shows of forecasts: how they go along with what came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kx.charts.chart import Axis, Chart, Number, Series
from kx.contracts import Pace, SeriesForm
from kx.data.inputs.series import series_from
from kx.data.tables.timeline import time_after, told_time
from kx.runs.reader import Predictions
from kx.wording.words import Words

if TYPE_CHECKING:
    import numpy as np

MOST = 400
"""Steps that are drawn: more than a screen has room for."""

UNITS = (("days", 1.0, 3.0), ("hours", 1 / 24, 3 / 24), ("minutes", 1 / 1440, 0.0))
"""Of the horizontal axis: how many days one has, and for which spans, in days, it is taken."""


def forecast_charts(
    said: Predictions, inputs: Mapping[str, Any] | None, unit: str, words: Words
) -> Iterator[Chart]:
    """Yield a chart of the last forecasts and of what came; nothing if they are none.

    Args:
        said: targets and outputs.
        inputs: how examples are read, as the run kept it: it tells of the series.
        unit: of the target, or what it is.
        words: of the language.
    """
    if said.steps is None or said.series is None or not (inputs and "series" in inputs):
        return
    form = series_from(inputs["series"])
    rows = _one_series(said)
    drawn = rows[-MOST:]
    axis, x = _axis(form, said.steps[drawn], words)
    lines = [
        Series(words(f"gallery.{name}"), *_broken(x, said.steps[drawn], values[drawn]), ink)
        for name, values, ink in (
            ("true", said.y.reshape(len(said.y), -1)[:, -1], "plain"),
            ("predicted", said.outputs[:, -1], "validation"),
        )
    ]
    title = words("forecast.title", steps=form.leads[-1])
    yield Chart(title, axis, Axis(unit), lines, note=_note(said, form, rows, drawn, words))


def _one_series(said: Predictions) -> np.ndarray:
    """Return the rows of the series that has most of them, in order of time."""
    import numpy as np

    assert said.series is not None and said.steps is not None  # noqa: S101 - for the type checker
    numbers, counts = np.unique(said.series, return_counts=True)
    rows = np.flatnonzero(said.series == numbers[counts.argmax()])
    ordered: np.ndarray = rows[np.argsort(said.steps[rows], kind="stable")]
    return ordered


def _axis(form: SeriesForm, steps: np.ndarray, words: Words) -> tuple[Axis, np.ndarray]:
    """Return the horizontal axis, and where on it steps are."""
    pace, first = form.pace, int(steps[0])
    begin = _time(pace, first)
    x = (steps - first) * 1.0
    if begin is None:
        return Axis(words("forecast.steps")), steps * 1.0
    if not pace.dates:
        return Axis(form.time), begin + x * pace.size
    days = x * pace.size * (365.2425 / 12 if pace.unit == "month" else 1.0)
    name, length, _ = next(one for one in UNITS if float(days[-1]) >= one[2])
    return Axis(words(f"forecast.{name}", start=told_time(begin, True))), days / length


def _time(pace: Pace, step: int) -> float | None:
    return time_after(pace, pace.start, step)


def _broken(
    x: np.ndarray, steps: np.ndarray, values: np.ndarray
) -> tuple[list[float], list[Number]]:
    """Return a line that is broken where steps lack."""
    import numpy as np

    usual = int(np.median(np.diff(steps))) if len(steps) > 1 else 1
    xs: list[float] = []
    ys: list[Number] = []
    for at, value in enumerate(values.tolist()):
        if at and steps[at] - steps[at - 1] > usual:
            xs.append(float(x[at - 1] + x[at]) / 2)
            ys.append(None)
        xs.append(float(x[at]))
        ys.append(value)
    return xs, ys


def _note(
    said: Predictions, form: SeriesForm, rows: np.ndarray, drawn: np.ndarray, words: Words
) -> str:
    """Return what the chart leaves out."""
    assert said.series is not None  # noqa: S101 - for the type checker
    parts = []
    if form.names:
        name = form.names[int(said.series[rows[0]])]
        parts.append(words("forecast.series", name=name, count=len(form.names)))
    if len(drawn) < len(rows):
        parts.append(words("forecast.last", shown=len(drawn), count=len(rows)))
    return " ".join(parts)
