"""What a report begins with: the score, what it is worth, and what was expected of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kx.base.curves import lower_is_better
from kx.base.text import number, scored
from kx.pages.charts import DotPlot, DotRow
from kx.pages.dots import DotDrawing, placed
from kx.runs.record import ExpectationRecord, Record, ScoreRecord, best_baseline, headline
from kx.wording.caveats import sentences
from kx.wording.expected import reason, wanted
from kx.wording.linear import baseline_name
from kx.wording.recorded import in_a_line
from kx.wording.remarks import on_network_and_data, on_training
from kx.wording.words import Words

Standing = Literal["better", "unclear", "worse", ""]
"""Against the best baseline; empty where there is none to be held against."""

SPREADS = ("fold spread", "seed spread")
"""Kinds of intervals that are no confidence intervals."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run is judged by.

    Attributes:
        label: part and metric.
        interval: in words, with its kind; may be empty.
        sentence: how it stands against the best baseline.
        plot: score and baselines on one scale.
    """

    label: str
    score: str
    interval: str
    standing: Standing
    sentence: str
    plot: DotDrawing | None


@dataclass(frozen=True, slots=True)
class Expected:
    """An expectation of the spec and what became of it.

    Attributes:
        verdict: ``met``, ``missed`` or ``not judged``.
        text: in words.
    """

    verdict: str
    label: str
    text: str


def verdict(record: Record, words: Words) -> Verdict | None:
    """Return what a run is judged by, or None without scores."""
    found = headline(record)
    if found is None or found[2]["value"] is None:
        return None
    part, metric, score = found
    standing, sentence = _against_baseline(record, part, metric, score, words)
    return Verdict(
        label=words.score(part, metric),
        score=number(score["value"]),
        interval=interval(score, record, words),
        standing=standing,
        sentence=sentence,
        plot=placed(
            DotPlot(
                _axis(record, metric, words), list(_rows(record, words)), _focus(record, metric)
            )
        ),
    )


def interval(score: ScoreRecord, record: Record, words: Words) -> str:
    """Return an interval or a spread in words, as what it is; empty where there is none."""
    low, high, kind = score["low"], score["high"], score["interval"]
    if low is None or high is None:
        return ""
    if kind in SPREADS:
        count = len([fit for fit in record.fits if fit.best_epoch is not None])
        fits = record.seeds_count if kind == "seed spread" else count
        what = words(f"score.{'seeds' if kind == 'seed spread' else 'fits'}", count=fits)
        return words("interval.spread", half=number((high - low) / 2), fits=what)
    how = words.name("interval", kind or "")
    return words("interval.text", low=number(low), high=number(high), how=how)


def ends_of(score: ScoreRecord, words: Words) -> str:
    """Return the ends of an interval or half the width of a spread, without what it is."""
    low, high = score["low"], score["high"]
    if low is None or high is None:
        return ""
    if score["interval"] in SPREADS:
        return f"± {number((high - low) / 2)}"
    return words("join.range", low=number(low), high=number(high))


def expectations(record: Record, words: Words) -> list[Expected]:
    """Return the expectations of the spec, with their verdicts."""
    return [
        Expected(each["verdict"], words(f"verdict.{each['verdict']}"), _wanted(each, words))
        for each in record.expectations
    ]


def alarms(record: Record, words: Words) -> list[str]:
    """Return what makes the numbers of a run worth less than they look, or nothing."""
    return sentences(record, words.language)


def remarks(record: Record, words: Words) -> Iterator[str]:
    """Yield what should be known before the scores are believed."""
    yield from on_training(record, words)
    yield from on_network_and_data(record, words)
    if record.baseline_note:
        note = in_a_line(record.baseline_note, words)
        yield words("join.reasoned", what=words("fact.baselines"), why=note)


def _against_baseline(
    record: Record, part: str, metric: str, score: ScoreRecord, words: Words
) -> tuple[Standing, str]:
    found, value = best_baseline(record, part, metric), score["value"]
    if found is None or value is None:
        return "", words("against.none")
    name, baseline = found
    told = {"name": baseline_name(record, name, words), "value": number(baseline)}
    low, high = score["low"], score["high"]
    if low is not None and high is not None and low <= baseline <= high:
        spread = score["interval"] in SPREADS
        return "unclear", words("against.within_spread" if spread else "against.within", **told)
    if value == baseline:
        return "worse", words("against.equal", **told)
    better = (value < baseline) == lower_is_better(metric)
    return ("better", words("against.beaten", **told)) if better else (
        "worse", words("against.not_beaten", **told)
    )  # fmt: skip


def _rows(record: Record, words: Words) -> Iterator[DotRow]:
    """Yield the scores of the main metric and, below each, its baselines."""
    found = headline(record)
    metric = found[1] if found else ""
    for part in ("test", "validation"):
        score = record.scores.get(part, {}).get(metric)
        if score is None or score["value"] is None:
            continue
        label, value = words.name("part", part), score["value"]
        yield DotRow(label, [value], score["low"], score["high"], part, number(value))
        for name, baseline in record.baselines.get(part, {}).get(metric, {}).items():
            if baseline is not None:
                named = words.name("baseline", name)
                yield DotRow(f"- {named}", [baseline], ink="baseline", shown=number(baseline))


def _focus(record: Record, metric: str) -> list[float]:
    """Return what must be seen clearly: the scores, their intervals, the baselines to be beaten."""
    found: list[float | None] = []
    for part, scores in record.scores.items():
        if score := scores.get(metric):
            best = best_baseline(record, part, metric)
            found += [score["value"], score["low"], score["high"], best[1] if best else None]
    return [value for value in found if value is not None]


def _axis(record: Record, metric: str, words: Words) -> str:
    target = record.dataset.target or ""
    unit = f" · {target}" if target and metric in ("mae", "rmse") else ""
    better = words("opening.lower" if lower_is_better(metric) else "opening.higher")
    return f"{words.name('metric', metric)}{unit} ({better})"


def _wanted(each: ExpectationRecord, words: Words) -> str:
    part, _, metric = each["key"].partition(".")
    key = words.score(part, metric) if metric else words.name("fact", part)
    shown = scored(each["key"], each["value"])
    text = words("wanted.found", what=key, value=shown, ends=wanted(each, words.language))
    return " · ".join(filter(None, [text, reason(each, words), each["source"]]))
