"""From which probability on answers are yes, and why, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kx.base.text import number
from kx.runs.record_parts import ThresholdFacts
from kx.wording.words import Words

NAMED = 5
"""Labels whose thresholds are named one by one."""


def on_threshold(facts: ThresholdFacts, classes: Sequence[str], words: Words) -> Iterator[str]:
    """Yield what the thresholds are, and what the test part says at one half."""
    yield words("remark.threshold_used", what=threshold_line(facts, classes, words))
    if facts.at_half:
        told = (
            words("remark.at_half_score", metric=words.metric(name), value=number(value))
            for name, value in facts.at_half.items()
        )
        yield words("remark.at_half", scores=words.listed(told))
    if facts.rows and not facts.of_best:
        yield words("remark.threshold_late")


def threshold_line(facts: ThresholdFacts, classes: Sequence[str], words: Words) -> str:
    """Return what the thresholds are, and what they were chosen for."""
    values = _values(facts.values, classes, words)
    if not facts.aim:
        return words("remark.threshold_stated", values=values)
    return words("remark.threshold", values=values, aim=aim_of(facts, words), rows=facts.rows)


def aim_of(facts: ThresholdFacts, words: Words) -> str:
    """Return what a threshold was chosen for."""
    if facts.aim == "cost":
        alarm, miss = (number(cost) for cost in facts.costs)
        return words("remark.aim_cost", alarm=alarm, miss=miss)
    if facts.aim == "least_recall":
        return words("remark.aim_recall", share=f"{facts.least:.1%}")
    metric = "f1_score" if facts.aim == "f1" else facts.aim
    return words("remark.aim_metric", metric=words.metric(metric))


def _values(values: Sequence[float], classes: Sequence[str], words: Words) -> str:
    if len(values) == 1 and len(classes) == 2:
        return words("remark.threshold_of_class", name=classes[1], value=number(values[0]))
    if len(values) == 1:
        return number(values[0])
    named = [
        words("remark.threshold_of", name=name, value=number(value))
        for name, value in zip(classes, values, strict=False)
    ]
    more = [words("remark.threshold_more", count=len(named) - NAMED)] if len(named) > NAMED else []
    return words.listed([*named[:NAMED], *more])
