"""What a report begins with: the score, what it is worth, and what was expected of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kx.base.curves import lower_is_better
from kx.base.text import number
from kx.charts.chart import DotPlot, DotRow
from kx.pages.dots import DotDrawing, placed
from kx.runs.record import Record
from kx.runs.record_scores import ExpectationRecord
from kx.runs.scores import Scored, Standing, main_score, scores_of
from kx.wording.caveats import sentences
from kx.wording.expected import beside_wanted, reason
from kx.wording.remarks import on_network_and_data, on_training
from kx.wording.score_words import against_baseline, beside, brief_ends, full_ends
from kx.wording.words import Words


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
    main = main_score(record)
    if main is None or main.value is None:
        return None
    of = [each for each in scores_of(record) if each.metric == main.metric]
    test_first = sorted(of, key=lambda score: score.part != "test")
    rows = [row for score in test_first for row in _rows(score, words)]
    return Verdict(
        label=words.score(main.part, main.metric),
        score=number(main.value),
        interval=full_ends(main, record, words),
        standing=main.standing,
        sentence=against_baseline(main, record, words),
        plot=placed(DotPlot(_axis(record, main.metric, words), rows, _focus(of))),
    )


def other_scores(record: Record, words: Words) -> list[tuple[str, ...]]:
    """Return the cells of all scores, if there are others than the main one and the loss.

    They are part and metric, value, interval or spread, and the best baseline.
    """
    scores = list(scores_of(record))
    if len({score.metric for score in scores} - {"loss"}) < 2:
        return []
    return [
        (
            words.brief(score.part, score.metric),
            number(score.value),
            brief_ends(score, record, words) or "-",
            beside(score, words),
        )
        for score in scores
    ]


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


def _rows(score: Scored, words: Words) -> Iterator[DotRow]:
    """Yield a score and, below it, its baselines."""
    if score.value is None:
        return
    label = words.name("part", score.part)
    yield DotRow(label, [score.value], score.low, score.high, score.part, number(score.value))
    for name, baseline in score.baselines.items():
        named = words.name("baseline", name)
        yield DotRow(f"- {named}", [baseline], ink="baseline", shown=number(baseline))


def _focus(scores: Sequence[Scored]) -> list[float]:
    """Return what must be seen clearly: the scores, their intervals, the baselines to be beaten."""
    found: list[float | None] = []
    for score in scores:
        best = score.best_baseline
        found += [score.value, score.low, score.high, best[1] if best else None]
    return [value for value in found if value is not None]


def _axis(record: Record, metric: str, words: Words) -> str:
    target = record.dataset.target or ""
    unit = f" · {target}" if target and metric in ("mae", "rmse") else ""
    better = words("opening.lower" if lower_is_better(metric) else "opening.higher")
    return f"{words.metric(metric)}{unit}" + words("join.remark", text=better)


def _wanted(each: ExpectationRecord, words: Words) -> str:
    part, _, metric = each["key"].partition(".")
    key = words.score(part, metric) if metric else words.name("fact", part)
    text = beside_wanted(each, key, words)
    return " · ".join(filter(None, [text, reason(each, words), each["source"]]))
