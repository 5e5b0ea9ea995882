"""How good the network of a run is for the rows of each level of a column, as a dot plot."""

from __future__ import annotations

from dataclasses import dataclass

from kx.base.text import number
from kx.charts.chart import DotPlot, DotRow
from kx.pages.dots import DotDrawing, placed
from kx.runs.record import Record
from kx.runs.record_parts import LevelScore, SubgroupFacts
from kx.wording.words import Words

SHOWN = 16
"""Levels that are shown: those whose scores differ most from that of all rows."""

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
    ranked = sorted(facts.levels, key=lambda each: (not each["worse"], -_off(each, facts)))
    rows = [
        DotRow(
            _name(each, words),
            [each["value"]],
            each["low"],
            each["high"],
            ink="validation" if each["worse"] else "training",
            shown=number(each["value"]),
        )
        for each in ranked[:SHOWN]
    ]
    plot = placed(DotPlot(words.score(facts.part, facts.metric), rows))
    if not plot:
        return None
    note = words(
        "subgroups.note",
        metric=words.metric(facts.metric),
        part=words(f"part.{facts.part}"),
        value=number(facts.value),
        rows=f"{facts.rows:,}",
    )
    return Subgroups(plot, note, _worse([each for each in ranked if each["worse"]], words))


def _off(each: LevelScore, facts: SubgroupFacts) -> float:
    return abs(each["value"] - facts.value)


def _name(each: LevelScore, words: Words) -> str:
    return words("subgroups.level", column=each["column"], level=each["level"])


def _worse(levels: list[LevelScore], words: Words) -> str:
    if not levels:
        return ""
    named = [
        words(
            "subgroups.of", name=_name(each, words), value=number(each["value"]), rows=each["rows"]
        )
        for each in levels[:NAMED]
    ]
    names = ", ".join(named) + (", …" if len(levels) > NAMED else "")
    return words("subgroups.worse", count=len(levels), names=names)
