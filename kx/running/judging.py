"""The third stage: scores with their intervals, baselines, the test part, expectations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, stdev
from typing import TYPE_CHECKING

import numpy as np

from kx.base.remark import Remark
from kx.base.seeds import derive
from kx.contracts import DatasetBundle, DatasetInfo
from kx.evaluators.forecast_scores import forecast_names, with_block_intervals
from kx.evaluators.scores import Score, share_interval, with_intervals
from kx.evaluators.thresholds import decisions
from kx.evaluators.unasked import unasked
from kx.models.heads import Head
from kx.running.fits import Fits
from kx.running.guesses import guesses
from kx.running.loading import Loaded
from kx.running.networks import Networks
from kx.running.steps import step_facts
from kx.running.thresholds import chosen_thresholds, decided, decided_labels
from kx.running.vocabulary import with_unknown
from kx.running.work import Work
from kx.runs.looks import take_look
from kx.runs.record_parts import StepFacts, ThresholdFacts, VocabularyFacts
from kx.runs.record_scores import ScoreRecord
from kx.training.judge import measure, measure_one
from kx.training.objectives import estimated

if TYPE_CHECKING:
    from kx.evaluators.linear_models import LinearFit
    from kx.evaluators.scores import Score

Baselines = dict[str, dict[str, float | None]]
"""Metric -> name of the baseline -> value."""

Scores = dict[str, ScoreRecord]
"""Metric -> score, the main metric first."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What the validation part says.

    Attributes:
        best_epoch: that the strategy chose, counted from 1.
        fold_scores: metric -> its value at that epoch, one for each fit.
        streamed: metrics whose scores are Keras's estimates while it trained.
        of_kept: metrics whose scores are of the epochs that the fits ended with.
        threshold: from which probability on answers are yes; None: one half.
        steps: errors of forecasts step by step, if there are several.
    """

    scores: Scores
    baselines: Baselines
    best_epoch: int
    fold_scores: dict[str, list[float]]
    streamed: list[str]
    of_kept: list[str]
    threshold: ThresholdFacts | None = None
    steps: StepFacts | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Tested:
    """What the test part says.

    Attributes:
        predictions: of each final network: (seeds, n, outputs).
        vocabulary: with the share of unknown tokens there.
        linear: how the linear baseline was fitted.
        baseline_note: why one is missing.
        at_half: scores that the threshold changes, as they are at one half.
        steps: as in ``Judged``.
    """

    scores: Scores
    baselines: Baselines
    predictions: np.ndarray
    vocabulary: VocabularyFacts | None
    linear: Sequence[LinearFit]
    baseline_note: Remark | None
    at_half: dict[str, float | None]
    steps: StepFacts | None = None


def judge_validation(work: Work, bundle: DatasetBundle, fits: Fits) -> Judged:
    """Return the scores of the validation strategy, and its baselines on the same rows."""
    conclusion, info = fits.conclusion, bundle.info
    assert conclusion is not None  # noqa: S101 - for the type checker
    head, judged = work.plan.head(info), judged_head(work, bundle)
    late = [name for name in judged.metrics if name not in conclusion.scores]
    values = {
        **conclusion.scores,
        **(_measured(estimated(head), bundle, fits, judged) if fits.is_at_hand else {}),
        **_measured(late, bundle, fits, judged),
    }
    scores = {name: _spread(of, fits) for name, of in values.items()}
    if len(fits.outcomes) == 1:
        known = [*values] if fits.is_at_hand else late
        scores |= _validation_intervals(work, scores, known, bundle, fits, judged)
    return Judged(
        scores=plain(scores, judged.metrics),
        baselines=mean_baselines(bundle.train.y, fits, info, judged),
        best_epoch=conclusion.best_epoch,
        fold_scores={name: list(of) for name, of in values.items()},
        streamed=[
            name
            for name in estimated(head)
            if name in scores and name not in late and not fits.is_at_hand
        ],
        of_kept=[] if fits.is_at_hand else late,
        threshold=chosen_thresholds(work, bundle, fits),
        steps=step_facts(_answers(bundle, fits), _guessed(bundle.train.y, fits), info),
    )


def judged_head(work: Work, bundle: DatasetBundle) -> Head:
    """Return the head with what is measured unasked: what rare classes, or forecasts, need."""
    head = work.plan.head(bundle.info)
    more = unasked(bundle.train.y, bundle.info, work.plan.spec.expect)
    more += forecast_names(bundle.info.series)
    names = {head.measure(label).name for label in head.metrics}
    return replace(head, metrics=(*head.metrics, *(name for name in more if name not in names)))


def _measured(
    names: Sequence[str], bundle: DatasetBundle, fits: Fits, head: Head
) -> dict[str, list[float]]:
    """Return metric -> its value for each fit, of what its network says of its validation rows."""
    info, done = bundle.info, _answers(bundle, fits)
    return {name: [measure_one(name, *each, info, head) for each in done] for name in names}


def _answers(bundle: DatasetBundle, fits: Fits) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the targets of the validation rows of each fit, and what its network says of them."""
    y = bundle.train.y
    return [(y[each.proposal.validation], each.predictions) for each in fits.outcomes]


def _validation_intervals(
    work: Work,
    scores: Mapping[str, Score],
    known: Sequence[str],
    bundle: DatasetBundle,
    fits: Fits,
    head: Head,
) -> dict[str, Score]:
    """Return the scores of a single fit with their intervals.

    Those that are ``known`` are of the predictions at hand; of others, accuracy alone has one.
    """
    (outcome,), info = fits.outcomes, bundle.info
    y = bundle.train.y[outcome.proposal.validation]
    values = {name: scores[name].value for name in known}
    seed = derive(work.seed, "bootstrap")
    found = _with_intervals(values, y, outcome.predictions, info, seed, head)
    if "accuracy" in scores and info.task != "multilabel":
        found["accuracy"] = share_interval(scores["accuracy"].value, len(y))
    return found


def _spread(values: Sequence[float], fits: Fits) -> Score:
    """Return the mean of several fits, with one standard deviation to each side."""
    if len(values) == 1:
        return Score(values[0])
    mean, deviation = fmean(values), stdev(values)
    kind = "fold spread" if len(fits.proposals) > 1 else "seed spread"
    return Score(mean, mean - deviation, mean + deviation, kind)


def count_look(work: Work, loaded: Loaded) -> int:
    """Count the look at the test part before it is taken: a killed run may have seen it.

    Returns:
        Which look at this test part it is, counted from 1.
    """
    if loaded.facts.sample or work.switches.smoke:
        return 1
    folder = work.folder
    return take_look(folder.path.parent, folder.id, loaded.facts, work.warn)


def judge_test(networks: Networks, fits: Fits, threshold: ThresholdFacts | None) -> Tested:
    """Evaluate the final networks on the test part, once."""
    work, bundle = networks.work, networks.bundle
    work.watcher.stage(Remark.of("stage.testing"))
    info, y = bundle.info, bundle.test.y
    head, final = judged_head(work, bundle), fits.finals[0]
    said = []
    for fitted in fits.finals:
        x = fits.preparation(fitted).apply(bundle.test.x, "test")
        said.append(networks.trainer.predict_on(fitted, x))
    plainly = [measure(y, predictions, info, head) for predictions in said]
    at, others = (threshold.values, threshold.baselines) if threshold else ((), {})
    changes = [decided(y, each, info, head, at) if at else {} for each in said]
    values = [of | changed for of, changed in zip(plainly, changes, strict=True)]
    answered = decisions(said[0], at) if at else said[0]
    preparation = fits.preparation(final)
    x = preparation.apply(bundle.test.x, "test")
    found = guesses(final.job.data(), final.job.train, (x, np.arange(len(y))), info, 1)
    return Tested(
        scores=plain(_test_scores(work, values, y, (said[0], answered), info, head), head.metrics),
        baselines=_baselines(y, found.said, info, head, others),
        predictions=np.stack(said),
        vocabulary=with_unknown(fits.vocabulary, preparation, bundle.test, part="test"),
        linear=found.linear,
        baseline_note=found.note,
        at_half={name: fmean(of[name] for of in plainly) for name in changes[0]},
        steps=step_facts([(y, each) for each in said], [(y, found.said)], info),
    )


def _test_scores(
    work: Work,
    values: Sequence[Mapping[str, float]],
    y: np.ndarray,
    predictions: tuple[np.ndarray, np.ndarray],
    info: DatasetInfo,
    head: Head,
) -> dict[str, Score]:
    """Return the scores; ``predictions`` are what is said, and what of it is yes and no."""
    if len(values) == 1:
        seed, changed = derive(work.seed, "bootstrap"), decided_labels(head)
        parts: list[dict[str, float]] = [{}, {}]
        for name, value in values[0].items():
            parts[name in changed][name] = value
        found = dict[str, Score]()
        for part, said in zip(parts, predictions, strict=True):
            found |= _with_intervals(part, y, said, info, seed, head)
        return {name: found[name] for name in values[0]}
    scores = {}
    for name in values[0]:
        each = [of[name] for of in values]
        mean, deviation = fmean(each), stdev(each)
        scores[name] = Score(mean, mean - deviation, mean + deviation, "seed spread")
    return scores


def _with_intervals(
    values: Mapping[str, float],
    y: np.ndarray,
    said: np.ndarray,
    info: DatasetInfo,
    seed: int,
    head: Head,
) -> dict[str, Score]:
    """Put intervals around ``values`` that were measured on targets and predictions."""
    if info.series:
        return with_block_intervals(values, y, said, info.series, seed)
    return with_intervals(values, y, said, info, seed, _plain_names(head))


def _plain_names(head: Head) -> dict[str, str]:
    """Return label -> metric; empty for one with options."""
    measures = {label: head.measure(label) for label in head.metrics}
    return {label: "" if of.options else of.name for label, of in measures.items()}


def mean_baselines(y: np.ndarray, fits: Fits, info: DatasetInfo, head: Head) -> Baselines:
    """Return metric -> baseline -> mean of its values in the splits, as the scores of fits are.

    Of all rows together an R² may be 0.8 where it is 0.3 in each of some groups.

    Args:
        y: targets of the whole training part.
        fits: all that were proposed.
        info: form of the data.
        head: whose metrics are measured.
    """
    each = [_baselines(true, said, info, head) for true, said in _guessed(y, fits)]
    return {
        metric: {name: _mean([of[metric][name] for of in each]) for name in values}
        for metric, values in each[0].items()
    }


def _guessed(y: np.ndarray, fits: Fits) -> list[tuple[np.ndarray, dict[str, np.ndarray]]]:
    """Return the targets of each split's validation rows, and what each baseline says of them."""
    names = fits.guessing
    return [
        (y[proposal.validation], {name: of.said[name] for name in names})
        for proposal, of in zip(fits.proposals, fits.guessed, strict=True)
    ]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None and np.isfinite(value)]
    return fmean(known) if len(known) == len(values) else None


def _baselines(
    y: np.ndarray,
    said: Mapping[str, np.ndarray],
    info: DatasetInfo,
    head: Head,
    thresholds: Mapping[str, Sequence[float]] | None = None,
) -> Baselines:
    """Return metric -> baseline -> value; of the loss too, which the class prior makes sense of."""
    found: Baselines = {}
    sure = ("majority", "median") if info.task in ("counts", "ordered") else ("majority",)
    for name, guess in said.items():
        at = (thresholds or {}).get(name)
        values = measure(y, guess, info, head) | (decided(y, guess, info, head, at) if at else {})
        for metric, value in values.items():
            if metric == "coverage":  # the right one is neither the largest nor the least
                continue
            if metric != "loss" or name not in sure:  # being sure, it has a loss beyond measure
                found.setdefault(metric, {})[name] = value
    return found


def plain(scores: Mapping[str, Score], metrics: tuple[str, ...]) -> Scores:
    """Return the scores as the record has them, the main metric first."""
    order = [*metrics, "loss"]
    return {
        name: ScoreRecord(value=of.value, low=of.low, high=of.high, interval=of.interval or None)
        for name in order
        if (of := scores.get(name))
    }
