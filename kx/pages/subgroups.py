"""How good the network of a run is for the rows of each group and level."""

from __future__ import annotations

from dataclasses import dataclass

from kx.base.text import number
from kx.charts.subgroups import subgroup_plot
from kx.pages.dots import DotDrawing, placed
from kx.runs.record import Record
from kx.runs.record_parts import LevelScore
from kx.wording.subgroup_words import level_score
from kx.wording.words import Words

NAMED = 5
"""Levels that the sentence names."""


@dataclass(frozen=True, slots=True)
class Subgroups:
    """The plot, what is to be known of it, and for whom the network is worse."""

    plot: DotDrawing
    note: str
    worse: str


def subgroups_shown(record: Record, words: Words) -> Subgroups | None:
    """Return the scores by level; None: not known."""
    facts = record.subgroups
    if not facts or not facts.levels:
        return None
    plot = placed(subgroup_plot(facts, words))
    if not plot:
        return None
    note = words(
        "subgroups.note",
        metric=words.metric(facts.metric),
        part=words(f"part.{facts.part}"),
        value=number(facts.value),
        rows=f"{facts.rows:,}",
    )
    return Subgroups(plot, note, _worse(facts.worse, words))


def _worse(levels: list[LevelScore], words: Words) -> str:
    if not levels:
        return ""
    names = words("join.names").join(level_score(each, words) for each in levels[:NAMED])
    more = words("subgroups.more") if len(levels) > NAMED else ""
    return words("subgroups.worse", count=len(levels), names=names + more)
