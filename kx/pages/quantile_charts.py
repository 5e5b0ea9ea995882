"""What a report shows of predicted quantiles: their losses, what they hold, and their band."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kx.base.text import number
from kx.charts.chart import Axis, Band, Chart, Series, thinned
from kx.evaluators.amounts import inside, pinballs
from kx.evaluators.scores import wilson
from kx.pages.deviation_charts import Numbers
from kx.pages.deviations import DOTS
from kx.pages.svg import drawn
from kx.runs.reader import Predictions
from kx.wording.words import Words

if TYPE_CHECKING:
    import numpy as np


def of_quantiles(said: Predictions, quantiles: Sequence[float], unit: str, words: Words) -> Numbers:
    """Return what there is to show of predicted quantiles.

    Args:
        said: targets (n,), and outputs (n, quantiles).
        quantiles: as shares.
        unit: of the target, or what it is.
        words: of the language.
    """
    y, outputs = said.y.reshape(-1).astype("float64"), said.outputs.astype("float64")
    picture = drawn(_chart(y, outputs, quantiles, unit, words))
    return Numbers([*_facts(y, outputs, quantiles, words)], [picture] if picture else [])


def _facts(
    y: np.ndarray, outputs: np.ndarray, quantiles: Sequence[float], words: Words
) -> Iterator[tuple[str, str]]:
    losses = pinballs(y, outputs, quantiles).mean(axis=0).tolist()
    below = (y[:, None] <= outputs).mean(axis=0).tolist()
    for share, loss, part in zip(quantiles, losses, below, strict=True):
        yield words("quantiles.loss", share=f"{share:g}"), number(loss)
        yield words("quantiles.below", share=f"{share:g}"), f"{100 * part:.1f}\u00a0%"
    if len(quantiles) > 1:
        ends = {"low": f"{quantiles[0]:g}", "high": f"{quantiles[-1]:g}"}
        due = f"{100 * (quantiles[-1] - quantiles[0]):.3g}"
        held = float(inside(y, outputs).mean())
        yield words("quantiles.between", **ends, due=due), _share(held, len(y), words)


def _share(share: float, rows: int, words: Words) -> str:
    """Return a share of the rows in percent, with its interval."""
    low, high = (f"{100 * end:.0f}" for end in wilson(share * rows, rows))
    return words("quantiles.share", share=f"{100 * share:.1f}", low=low, high=high)


def _chart(
    y: np.ndarray, outputs: np.ndarray, quantiles: Sequence[float], unit: str, words: Words
) -> Chart:
    """Return true values over the middle quantile, and between which others they should lie."""
    middle = len(quantiles) // 2
    order = outputs[:, middle].argsort(kind="stable")
    order = order[thinned(len(order), DOTS)]
    x = outputs[order, middle].tolist()
    dots = Series(words("quantiles.true"), x, y[order].tolist(), "training", "dots")
    ends = {"low": f"{quantiles[0]:g}", "high": f"{quantiles[-1]:g}"}
    band = Band(
        words("quantiles.band", **ends), x, outputs[order, 0].tolist(), outputs[order, -1].tolist()
    )
    note = words("errors.thinned", shown=len(order), count=len(y)) if len(order) < len(y) else ""
    return Chart(
        words("quantiles.against"),
        Axis(words("quantiles.predicted", share=f"{quantiles[middle]:g}"), unit),
        Axis(words("gallery.true"), unit),
        [dots],
        bands=[band] if len(quantiles) > 1 else [],
        diagonal=True,
        note=note,
    )
