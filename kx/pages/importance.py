"""What matters to the network of a run, column by column."""

from __future__ import annotations

from dataclasses import dataclass

from kx.charts.importance import importance_plot
from kx.pages.dots import DotDrawing, placed
from kx.runs.record import Record
from kx.wording.fit_names import fit_name
from kx.wording.words import Words


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
    chart = importance_plot(facts, words)
    plot = placed(chart)
    told = {"metric": words.metric(facts.metric), "rows": f"{facts.rows:,}"}
    fit = fit_name(facts.fit, words)
    note = words(f"importance.{facts.part}_note", repeats=facts.repeats, fit=fit, **told)
    more = len(facts.columns) - len(chart.rows) + facts.left
    note += words("importance.more", count=more) if more else ""
    return Importance(plot, note) if plot else None
