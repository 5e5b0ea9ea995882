"""What matters to the network of a run, column by column, as a dot plot."""

from __future__ import annotations

from dataclasses import dataclass

from kx.base.text import number
from kx.charts.chart import DotPlot, DotRow
from kx.pages.dots import DotDrawing, placed
from kx.runs.record import Record
from kx.wording.words import Words

SHOWN = 20
"""Columns that are shown: those that matter most."""


@dataclass(frozen=True, slots=True)
class Importance:
    """The plot, and what is to be known of it."""

    plot: DotDrawing
    note: str


def importance_shown(record: Record, words: Words) -> Importance | None:
    """Return how much worse the run gets without what each column tells; None: not known."""
    facts = record.importance
    if not facts or not facts.columns:
        return None
    ranked = sorted(facts.columns, key=lambda each: -each["worse"])
    rows = [
        DotRow(
            each["name"], [each["worse"]], each["low"], each["high"], shown=number(each["worse"])
        )
        for each in ranked[:SHOWN]
    ]
    plot = placed(DotPlot(words.score("test", facts.metric), rows))
    told = {"metric": words.metric(facts.metric), "rows": f"{facts.rows:,}"}
    note = words("importance.note", repeats=facts.repeats, **told)
    more = len(ranked) - len(rows) + facts.left
    note += words("importance.more", count=more) if more else ""
    return Importance(plot, note) if plot else None
