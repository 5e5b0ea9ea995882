"""What a run makes of the expectations of its spec."""

from __future__ import annotations

from kx.running.bases import Base
from kx.running.fits import Fits
from kx.running.judging import Judged, Tested
from kx.running.loading import Loaded
from kx.running.work import Work
from kx.runs.record_scores import ExpectationRecord


def judge_expectations(
    work: Work, loaded: Loaded, base: Base, fits: Fits, judged: Judged, tested: Tested | None
) -> list[ExpectationRecord]:
    """Compare the results with what the spec expects of them."""
    known: dict[str, float | None] = {
        "best_epoch": judged.best_epoch,
        "parameters": fits.parameters,
    }
    for part, of in (("validation", judged), ("test", tested)):
        scores = of.scores if of else {}
        known |= {f"{part}.{name}": score["value"] for name, score in scores.items()}
    everywhere = _nothing_judged(work, loaded, base)
    return [
        _verdict(work, key, known.get(key), everywhere or _not_judged(key, tested))
        for key in work.plan.spec.expect
    ]


def _verdict(work: Work, key: str, value: float | None, reason: str) -> ExpectationRecord:
    wanted = work.plan.spec.expect[key]
    met = value is not None and (
        (wanted.at_least is None or value >= wanted.at_least)
        and (wanted.at_most is None or value <= wanted.at_most)
    )
    return {
        "key": key,
        "at_least": wanted.at_least,
        "at_most": wanted.at_most,
        "value": value,
        "verdict": "not judged" if reason else "met" if met else "missed",
        "reason": reason,
        "source": wanted.source,
    }


def _nothing_judged(work: Work, loaded: Loaded, base: Base) -> str:
    """Return why no expectation is judged in this run, or an empty text."""
    if loaded.facts.sample:
        return "sample"
    if work.switches.smoke:
        return "smoke"
    return "random" if base.facts and base.facts.fallback else ""


def _not_judged(key: str, tested: Tested | None) -> str:
    """Return why this expectation is not judged, or an empty text."""
    return "unused" if key.startswith("test.") and not tested else ""
