"""Forecasts that look at nothing but the past of the series: what networks have to beat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kx.contracts import SeriesForm

if TYPE_CHECKING:
    import numpy as np

    from kx.data.arrays.windows import Windows

LAST, SEASONAL, DRIFT = "last", "seasonal", "drift"
"""What the baselines are called in records."""


def naive_forecasts(x: Windows, asked: np.ndarray, series: SeriesForm) -> dict[str, np.ndarray]:
    """Return what the past of each window alone says: name -> (n, targets) float32.

    ``last`` stays where the target was last. ``seasonal`` repeats the last season, where
    there is one; if no step of the past is so far back, it is the last value. ``drift`` goes on as
    from the first step, since the last gap in time, to the last. All read only what was known when
    the forecast is made, and nothing is fitted.

    Args:
        x: windows.
        asked: (n,) numbers of those that are forecast from.
        series: tells leads and season.

    Source:
        Hyndman and Athanasopoulos (2021), "Forecasting: principles and practice", 5.2.
    """
    import numpy as np

    ends, begins = x.ends[asked][:, None], x.begins[asked][:, None]
    leads = np.array(series.leads)
    last = x.target[ends]
    found = {LAST: np.broadcast_to(last, (len(asked), len(leads)))}
    if series.season > 1:
        there = ends + leads - series.season * -(-leads // series.season)
        found[SEASONAL] = np.where(there >= begins, x.target[there.clip(0)], last)
    steps = np.maximum(ends - begins, 1)
    found[DRIFT] = last + (last - x.target[begins]) / steps * leads
    return {name: values.astype(np.float32) for name, values in found.items()}
