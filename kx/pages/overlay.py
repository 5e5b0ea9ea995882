"""The curves of many runs in one chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kx.charts.chart import rounded, thinned
from kx.charts.curves import judged_fits, mean_history
from kx.charts.overlay import RunCurve, overlay
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


def curves_of(run: Run, alone: bool, words: Words) -> dict[str, Any]:
    """Return the mean curves of a run's fits, thinned and rounded: epochs, and name -> values."""
    fits = list((judged_fits(run.curves) or run.curves).values())
    mean = mean_history(fits) if fits else {}
    best = (run.record.best_epoch if run.record else None) or 0
    longest = max(mean.values(), key=len, default=[])
    whole = RunCurve.whole(label_of(run, alone, words), longest, best, 0, words)
    kept = sorted({*thinned(len(longest), POINTS), *range(best - 1, best)} & {*range(len(longest))})
    values = {
        name: [rounded(curve[at]) if at < len(curve) else None for at in kept]
        for name, curve in mean.items()
        if any(value is not None for value in curve)
    }
    epochs = [at + 1 for at in kept]
    return {"name": run.name, "label": whole.label, "x": epochs, "y": values, "best": best}


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
    places = {run.id: at for at, run in enumerate(runs)}
    kinds: dict[str, list[Run]] = {}
    for run in runs:
        kinds.setdefault(kind_of(curves[run.id], metric), []).append(run)
    told = kinds if len(kinds) > 1 else {"": list(runs)}
    found = [_overlay(of, curves, metric, kind, places, words) for kind, of in told.items()]
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
    places: Mapping[str, int],
    words: Words,
) -> Drawing | None:
    shown = [
        RunCurve(each["label"], each["x"], each["y"][metric], each["best"], places[run.id])
        for run in runs
        for each in [curves[run.id]]
    ]
    return drawn(overlay(metric, shown, words, kind=kind))
