"""What a spec expects of a result, in words: the same wherever it is told."""

from __future__ import annotations

from kx.base.language import Catalogue, Language
from kx.base.text import stated
from kx.runs.record import ExpectationRecord

WORDS = Catalogue(
    {
        "least": ("at least {value}", "至少 {value}"),
        "most": ("at most {value}", "至多 {value}"),
        "equal": ("{value}", "为 {value}"),
        "between": ("{low} to {high}", "在 {low} 至 {high} 之间"),
        "anything": ("anything", "任意值"),
    }
)


def wanted(expectation: ExpectationRecord, language: Language = "en") -> str:
    """Return what is expected, as ``at least 0.87`` or ``0.97 to 0.987``."""
    low, high = expectation["at_least"], expectation["at_most"]
    if low is not None and low == high:
        return WORDS.text("equal", language, value=stated(low))
    if low is not None and high is not None:
        return WORDS.text("between", language, low=stated(low), high=stated(high))
    if low is not None:
        return WORDS.text("least", language, value=stated(low))
    return WORDS.text("most" if high is not None else "anything", language, value=stated(high or 0))
