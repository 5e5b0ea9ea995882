"""What would have come of other thresholds, on the rows that one was chosen on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from kx.base.errors import DataError
from kx.base.text import number
from kx.charts.chart import Axis, Chart, Series, VerticalLine, thinned
from kx.evaluators.thresholds import Aim, Aimed, Sweep, sweep
from kx.runs.reader import Run
from kx.runs.record import Record
from kx.runs.record_parts import ThresholdFacts
from kx.wording.words import Words

POINTS = 200
"""At most so many thresholds are drawn: enough for any screen."""


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """A threshold, and what it was chosen from.

    Attributes:
        found: what comes of each threshold on the validation rows; None: they are not at hand.
    """

    facts: ThresholdFacts
    found: Sweep | None = None


def choice_of(run: Run, record: Record) -> Chosen | None:
    """Return the threshold of a run with two classes; None: it is one half, by default."""
    facts = record.threshold
    if facts is None or len(facts.values) != 1:
        return None
    try:
        said = run.held_out.finite()
    except DataError:
        return Chosen(facts)
    return Chosen(facts, sweep(said.y.reshape(-1) > 0, said.outputs.reshape(-1)))


def threshold_charts(choice: Chosen | None, words: Words) -> Iterator[Chart]:
    """Yield the chart of scores against thresholds, if there is something to draw it from."""
    if choice is None or choice.found is None:
        return
    found, at = choice.found, choice.facts.values[0]
    kept = thinned(len(found.thresholds), POINTS)
    aims = _drawn(choice.facts)
    yield Chart(
        title=words("threshold.title", value=number(at)),
        x=Axis(words("threshold.x"), span=(-0.02, 1.02)),
        y=Axis(_label(choice.facts, words)),
        series=[
            Series(
                _named(aim, words) if len(aims) > 1 else "",
                [float(found.thresholds[place]) for place in kept],
                [float(values[place]) for place in kept],
                f"c{number_}" if len(aims) > 1 else "validation",
            )
            for number_, (aim, values) in enumerate(_curves(found, choice.facts, aims))
        ],
        marks=[VerticalLine(at, words("threshold.chosen", value=number(at)))],
        note=words("threshold.note", rows=found.yes + found.no),
    )


def _drawn(facts: ThresholdFacts) -> tuple[str, ...]:
    """Return what is drawn: what was aimed at, or all metrics that could have been."""
    if facts.aim in ("cost", "f1", "balanced_accuracy", "mcc"):
        return (facts.aim,)
    if facts.aim == "least_recall":
        return ("recall", "precision")
    return tuple(aim for aim in get_args(Aim) if aim not in ("cost", "least_recall"))


def _curves(found: Sweep, facts: ThresholdFacts, aims: tuple[str, ...]) -> Iterator[tuple]:  # type: ignore[type-arg]
    for aim in aims:
        if aim == "cost":
            costs = (facts.costs[0], facts.costs[1])
            yield aim, -found.worth(Aimed("cost", costs)) / max(1, found.yes + found.no)
        elif aim == "recall":
            yield aim, found.hits / max(1, found.yes)
        elif aim == "precision":
            said = found.hits + found.alarms
            yield aim, found.hits / said.clip(1)
        else:
            yield aim, found.worth(Aimed(aim))  # type: ignore[arg-type]


def _named(aim: str, words: Words) -> str:
    return words.metric("f1_score" if aim == "f1" else aim)


def _label(facts: ThresholdFacts, words: Words) -> str:
    aims = _drawn(facts)
    if facts.aim == "cost":
        return words("threshold.cost")
    return _named(aims[0], words) if len(aims) == 1 else words("score.score")
