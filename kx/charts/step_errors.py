"""How forecasts get worse the further ahead they are."""

from __future__ import annotations

from kx.charts.chart import Axis, Chart, Series
from kx.runs.record_parts import StepFacts
from kx.wording.words import Words

INKS = {"mean": "c3", "last": "c0", "drift": "c2", "seasonal": "c6", "linear": "c4", "trees": "c5"}
"""Baselines that are drawn -> their colour: a constant like another is not, nor is orange like the
network's."""


def step_chart(facts: StepFacts, unit: str, words: Words) -> Chart:
    """Return a chart with the mean absolute error of each step: network and baselines.

    Args:
        facts: of one part.
        unit: of the target, or what it is.
        words: of the language.
    """
    steps = [float(lead) for lead in facts.leads]
    lines = [
        Series(words.name("baseline", name), steps, facts.baselines[name]["mae"], f"{ink} d1")
        for name, ink in INKS.items()
        if name in facts.baselines
    ]
    network = Series(words("forecast.network"), steps, facts.errors["mae"], "validation")
    x = Axis(words("forecast.ahead"), whole=True)
    return Chart(words("forecast.by_step"), x, Axis(words.metric("mae"), unit), [*lines, network])
