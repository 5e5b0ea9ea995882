"""The curves of many runs in one chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kx.base.curves import WIDE_APART, needs_logarithm
from kx.drawing.curves import mean_history
from kx.drawing.inks import run_colours
from kx.pages.charts import Chart, Series, rounded, thinned
from kx.pages.curves import judged_names
from kx.pages.groups import member_of_run
from kx.pages.svg import Drawing, drawn
from kx.runs.reader import Run
from kx.wording.steps import called
from kx.wording.words import Words

POINTS = 60
"""At most so many points of a curve are kept: enough for lines that lie over each other."""


def label_of(run: Run, alone: bool, words: Words) -> str:
    """Return what a run's curve is called: of one group, by its part in it; else by its date."""
    member = member_of_run(run)
    if alone and member:
        return called(member.label, member.kind, words.language)
    return f"{run.name} {run.id[:15]}"


def curves_of(run: Run) -> dict[str, Any]:
    """Return the mean curves of a run's fits, thinned and rounded: epochs, and name -> values."""
    fits = [run.curves[name] for name in judged_names(run)] or list(run.curves.values())
    mean = mean_history(fits) if fits else {}
    length = max(map(len, mean.values()), default=0)
    kept = thinned(length, POINTS)
    values = {
        name: [rounded(curve[at]) if at < len(curve) else None for at in kept]
        for name, curve in mean.items()
        if any(value is not None for value in curve)
    }
    return {"name": run.name, "x": [at + 1 for at in kept], "y": values}


def metrics_of(curves: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the names of all curves: validation first, the loss before the metrics."""
    names = dict.fromkeys(name for curve in curves.values() for name in curve["y"])
    return sorted(names, key=lambda n: (not n.startswith("val_"), not n.endswith("loss")))


def overlays(
    runs: Sequence[Run], curves: Mapping[str, Any], metric: str, words: Words
) -> list[Drawing]:
    """Return one metric of several runs: in one chart where it is the same number in all of them.

    Losses of different data, or of different kinds, are no such number: each has its own chart.

    Args:
        runs: to be drawn.
        curves: run -> its label, what ``curves_of`` returns, its data and its loss.
        metric: that all of them have.
        words: of the language.
    """
    count = len(run_colours())  # then they come again
    inks = {run.id: f"c{at % count}" for at, run in enumerate(runs)}
    kinds: dict[str, list[Run]] = {}
    for run in runs:
        kinds.setdefault(kind_of(curves[run.id], metric), []).append(run)
    told = kinds if len(kinds) > 1 else {"": list(runs)}
    found = [_overlay(of, curves, metric, kind, inks, words) for kind, of in told.items()]
    return [drawing for drawing in found if drawing]


def kind_of(curve: Mapping[str, Any], metric: str) -> str:
    """Return what the values of a run's metric are of: its data, and for a loss, which it is."""
    loss = curve["loss"] if metric.endswith("loss") else ""
    return ", ".join(filter(None, (curve["data"], loss)))


def _overlay(
    runs: Sequence[Run],
    curves: Mapping[str, Any],
    metric: str,
    kind: str,
    inks: Mapping[str, str],
    words: Words,
) -> Drawing | None:
    series = [
        Series(
            curves[run.id]["label"], curves[run.id]["x"], curves[run.id]["y"][metric], inks[run.id]
        )
        for run in runs
    ]
    label = words.curve(metric)
    log = needs_logarithm(metric, [value for one in series for value in one.y], WIDE_APART)
    y_label = words("curve.logarithmic", name=label) if log else label
    title = f"{label} · {kind}" if kind else label
    return drawn(Chart(title, words("curve.epoch"), y_label, series, whole=True, logarithmic=log))
