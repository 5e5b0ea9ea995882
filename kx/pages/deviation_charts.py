"""What a report shows of predicted numbers: how far they are off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kx.base.text import number
from kx.charts.chart import Axis, Chart, Series, thinned
from kx.charts.step_errors import step_chart
from kx.pages import deviations
from kx.pages.forecast_charts import forecast_charts
from kx.pages.svg import Drawing, drawn
from kx.runs.reader import Predictions
from kx.runs.record_parts import StepFacts
from kx.wording.words import Words

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Numbers:
    """How far numbers are off."""

    facts: Sequence[tuple[str, str]]
    charts: Sequence[Drawing]


def of_numbers(
    said: Predictions, unit: str, words: Words, inputs: Mapping[str, Any] | None = None
) -> Numbers:
    """Return what there is to show of predicted numbers.

    Args:
        said: targets and outputs.
        unit: of the target, or what it is.
        words: of the language.
        inputs: how examples are read: forecasts are drawn as such.
    """
    y, outputs = said.y.reshape(-1).astype("float64"), said.outputs.reshape(-1)
    found = deviations.deviations(y, outputs)
    values = {
        "mae": found.mae, "rmse": found.rmse, "median_absolute_error": found.median,
        "bias": found.bias,
        "r2": found.r2, "largest": found.largest,
    }  # fmt: skip
    facts = [(_called(name, words), number(value)) for name, value in values.items()]
    forecasts = forecast_charts(said, inputs, unit, words)
    charts = [*forecasts, *_number_charts(y, outputs, unit, words)]
    return Numbers(facts, [one for chart in charts if (one := drawn(chart))])


def of_steps(
    said: Predictions,
    steps: StepFacts,
    unit: str,
    words: Words,
    inputs: Mapping[str, Any] | None = None,
) -> Numbers:
    """Return what there is to show of forecasts of several steps: of all together, and by step.

    Args:
        said: (n, steps) targets and outputs.
        steps: their errors.
        unit: of the target, or what it is.
        words: of the language.
        inputs: how examples are read.
    """
    together = of_numbers(said, unit, words, inputs)
    facts = [
        (words("forecast.at", metric=words.metric("mae"), lead=steps.leads[at]),
         number(steps.errors["mae"][at]))
        for at in (0, -1)
    ]  # fmt: skip
    by_step = drawn(step_chart(steps, unit, words))
    return Numbers([*together.facts, *facts], [*([by_step] if by_step else []), *together.charts])


def of_several(said: Predictions, targets: Sequence[str], words: Words) -> Numbers:
    """Return what there is to show of several predicted numbers: errors and a chart of each."""
    facts, charts = [], []
    for at, name in enumerate(targets):
        y, outputs = said.y[:, at].astype("float64"), said.outputs[:, at]
        found = deviations.deviations(y, outputs)
        mean = float(abs(y - y.mean()).mean())
        facts += [
            (f"{name}: {words.metric('mae')}", number(found.mae)),
            (f"{name}: {words('errors.of_mean')}", number(mean)),
            (f"{name}: {words.metric('r2')}", number(found.r2)),
        ]
        chart = next(_number_charts(y, outputs, name, words))
        charts += [drawn(replace(chart, title=f"{name}: {chart.title}"))]
    return Numbers(facts, [one for one in charts if one])


def _called(name: str, words: Words) -> str:
    measured = ("mae", "rmse", "median_absolute_error")
    return words.metric(name) if name in measured else words(f"errors.{name}")


def _number_charts(y: np.ndarray, outputs: np.ndarray, unit: str, words: Words) -> Iterator[Chart]:
    true_axis, said_axis = (Axis(words(f"gallery.{k}"), unit) for k in ("true", "predicted"))
    kept = thinned(len(y), deviations.DOTS)
    note = words("errors.thinned", shown=len(kept), count=len(y)) if len(kept) < len(y) else ""
    true, said = y[kept].tolist(), outputs[kept].tolist()
    residuals = (outputs - y)[kept].tolist()
    dots = Series(words("errors.diagonal"), true, said, "training", "dots")
    yield Chart(words("errors.against"), true_axis, said_axis, [dots], diagonal=True, note=note)
    around = Series("", said, residuals, "training", "dots")
    zero = Series("", [min(said), max(said)], [0.0, 0.0], "plain", "faint")
    axis = Axis(words("errors.residual"))
    yield Chart(words("errors.residuals"), said_axis, axis, [zero, around], note=note)
    counts = deviations.histogram(outputs - y)
    bars = Series(words("errors.count"), counts.middles, counts.counts, "training", "bars")
    axes = Axis(words("errors.residual"), unit), Axis(words("errors.count"))
    yield Chart(words("errors.spread"), *axes, [bars])
