"""How good the network of a run is for the rows of each group and level, as a dot plot."""

from __future__ import annotations

from kx.base.text import number
from kx.charts.chart import DotPlot, DotRow
from kx.runs.record_parts import SubgroupFacts
from kx.wording.subgroup_words import level_name
from kx.wording.words import Words

SHOWN = 16
"""Levels that are shown: those whose scores differ most from that of all rows."""


def subgroup_plot(facts: SubgroupFacts, words: Words) -> DotPlot:
    """Return the scores of the levels that differ most, those that are worse above all others."""
    rows = [
        DotRow(
            level_name(each, words),
            [each["value"]],
            each["low"],
            each["high"],
            ink="validation" if each["worse"] else "training",
            shown=number(each["value"]),
        )
        for each in facts.ranked[:SHOWN]
    ]
    return DotPlot(words.score(facts.part, facts.metric), rows)
