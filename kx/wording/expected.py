"""What a spec expects of a result, in words: the same wherever it is shown."""

from __future__ import annotations

from kx.base.language import Language
from kx.base.text import scored, stated
from kx.runs.record_scores import ExpectationRecord
from kx.wording.words import Words

REASONS = {
    "sample": "caveat.badge.sample",
    "smoke": "caveat.badge.smoke",
    "random": "caveat.badge.random",
    "unused": "reason.unused",
}
"""Why an expectation was not judged, and the text for it."""


def wanted(expectation: ExpectationRecord, language: Language = "en") -> str:
    """Return what is expected, as ``at least 0.87`` or ``0.97 to 0.987``."""
    words = Words(language)
    low, high = expectation["at_least"], expectation["at_most"]
    if low is not None and low == high:
        return words("wanted.equal", value=stated(low))
    if low is not None and high is not None:
        return words("wanted.between", low=stated(low), high=stated(high))
    if low is not None:
        return words("wanted.least", value=stated(low))
    if high is not None:
        return words("wanted.most", value=stated(high))
    return words("wanted.anything")


def beside_wanted(expectation: ExpectationRecord, what: str, words: Words) -> str:
    """Return a result, called ``what``, beside what is expected of it; without one, that alone."""
    key, value = expectation["key"], expectation["value"]
    told = what if value is None else words("wanted.value", what=what, value=scored(key, value))
    return words("wanted.found", found=told, ends=wanted(expectation, words.language))


def reason(expectation: ExpectationRecord, words: Words) -> str:
    """Return why an expectation was not judged; empty if it was."""
    told = expectation["reason"] or ""
    return words(REASONS[told]) if told in REASONS else told
