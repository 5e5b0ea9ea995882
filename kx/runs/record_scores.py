"""The scores of a record: their form, and which of them counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from typing_extensions import TypedDict  # Pydantic wants this one below Python 3.12

from kx.base.curves import lower_is_better

Verdict = Literal["met", "missed", "not judged"]


class ScoreRecord(TypedDict):
    """A metric's value, with the ends and the kind of its interval where one is known.

    ``interval`` is ``wilson``, ``bootstrap`` or ``block bootstrap``: from low to high there is 95 %
    confidence. With ``fold spread`` and ``seed spread`` the value is the mean of several fits, and
    low and high are one standard deviation of them away from it, which is no confidence interval.
    """

    value: float | None
    low: float | None
    high: float | None
    interval: str | None


class ExpectationRecord(TypedDict):
    """What a spec expects of a score, and whether it came true.

    ``key`` is ``part.metric``; ``reason`` says why nothing was judged: a mark of the run, or
    ``unused`` where the test part was not looked at; ``source`` where the expectation is from.
    """

    key: str
    at_least: float | None
    at_most: float | None
    value: float | None
    verdict: Verdict
    reason: str
    source: str


def hardest(values: Mapping[str, float | None], metric: str) -> tuple[str, float] | None:
    """Return name and value of the best of several baselines' values of ``metric``, if any."""
    known = [(name, value) for name, value in values.items() if value is not None]
    choose = min if lower_is_better(metric) else max
    return choose(known, key=lambda pair: pair[1]) if known else None
