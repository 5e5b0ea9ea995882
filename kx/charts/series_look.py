"""The last steps of time series that were looked at."""

from __future__ import annotations

from kx.advice.series_look import LATEST, SeenSeries
from kx.charts.chart import Axis, Chart, Series
from kx.data.tables.timeline import told_time
from kx.wording.series_words import pace_said
from kx.wording.words import Words


def series_picture(seen: SeenSeries, words: Words) -> Chart:
    """Return the chart of the last steps of some series."""
    look = seen.look
    pace, first = pace_said(look.pace, words), told_time(look.pace.start, look.pace.dates)
    x = Axis(words("look_series.after", pace=pace, first=first), whole=True)
    lines = [
        Series(one.name or seen.target, one.steps, one.values, f"c{at}")
        for at, one in enumerate(look.drawn)
    ]
    shown = words("look_series.shown", count=len(lines), series=f"{look.series:,}", steps=LATEST)
    return Chart(words("look_series.latest"), x, Axis(seen.target), lines, note=shown)
