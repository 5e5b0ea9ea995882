"""Scores in words: their intervals and spreads, and how they stand against the baselines."""

from __future__ import annotations

from kx.base.text import number
from kx.runs.record import Record
from kx.runs.scores import Scored
from kx.wording.linear import baseline_name
from kx.wording.words import Words


def ends(score: Scored, words: Words) -> str:
    """Return the ends of an interval or half the width of a spread, without what it is."""
    if score.ends is None:
        return ""
    low, high = score.ends
    if score.is_spread:
        return f"± {number((high - low) / 2)}"
    return words("join.range", low=number(low), high=number(high))


def brief_ends(score: Scored, record: Record, words: Words) -> str:
    """Return the ends of an interval; of a spread, how wide it is and of what."""
    told = ends(score, words)
    if not told or not score.is_spread:
        return told
    return words("score.spread", half=told, fits=_fits(score, record, words))


def full_ends(score: Scored, record: Record, words: Words) -> str:
    """Return an interval or a spread in words, as what it is; empty where there is none."""
    told = ends(score, words)
    if not told:
        return ""
    if score.is_spread:
        return words("interval.spread", half=told, fits=_fits(score, record, words))
    return words("interval.text", ends=told, how=words.name("interval", score.kind))


def beside(score: Scored, words: Words) -> str:
    """Return the best baseline of a score, as ``0.9 (majority class)``; a dash without any."""
    if score.best_baseline is None:
        return "-"
    name, value = score.best_baseline
    return words("score.beside", value=number(value), name=words.name("baseline", name))


def _fits(score: Scored, record: Record, words: Words) -> str:
    """Return how many fits there were and what they were, as ``4 folds``."""
    if score.kind == "seed spread":
        return words("score.seeds", count=record.seeds_count)
    what = "folds" if record.seeds_count == 1 else "fits"
    count = len([fit for fit in record.fits if fit.best_epoch is not None])
    return words(f"score.{what}" if count else f"score.the_{what}", count=count)


def against_baseline(score: Scored, record: Record, words: Words) -> str:
    """Return in a sentence how a score stands against the best baseline."""
    found = score.best_baseline
    if found is None:
        return words("against.none")
    key = {
        "better": "beaten",
        "worse": "equal" if score.value == found[1] else "not_beaten",
        "unclear": "within_spread" if score.is_spread else "within",
    }[score.standing]
    name = baseline_name(record, found[0], words)
    return words(f"against.{key}", name=name, value=number(found[1]))
