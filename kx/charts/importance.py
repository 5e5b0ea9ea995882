"""What matters to the network of a run, column by column, as a dot plot."""

from __future__ import annotations

from kx.base.curves import lower_is_better
from kx.base.text import number
from kx.charts.chart import DotPlot, DotRow
from kx.runs.record_parts import ImportanceFacts
from kx.wording.words import Words

SHOWN = 20
"""Columns that are shown: those that matter most."""


def importance_plot(facts: ImportanceFacts, words: Words) -> DotPlot:
    """Return how much worse the metric gets without each of the columns that matter most."""
    ranked = sorted(facts.columns, key=lambda each: -each["worse"])
    rows = [
        DotRow(
            each["name"], [each["worse"]], each["low"], each["high"], shown=number(each["worse"])
        )
        for each in ranked[:SHOWN]
    ]
    change = "rise" if lower_is_better(facts.metric) else "drop"
    metric = words.score(facts.part, facts.metric)
    return DotPlot(words(f"importance.{change}", metric=metric), rows)
