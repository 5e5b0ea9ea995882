"""The third stage: scores with their intervals, baselines, the test part, expectations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from kx.base.seeds import derive
from kx.contracts import DatasetBundle, DatasetInfo, Split
from kx.models.heads import Head
from kx.running.vocabulary import note_vocabulary
from kx.running.work import Work
from kx.runs.looks import take_look
from kx.runs.record import Expectation

if TYPE_CHECKING:
    import numpy as np

    from kx.evaluators.baselines import LinearFit
    from kx.evaluators.scores import Score
    from kx.running.fitting import Fitter, Validation

Asked = tuple[Any, "np.ndarray"]
"""Features, and which of their rows."""

Baselines = dict[str, dict[str, float]]
"""Metric -> name of the baseline -> value."""


def guesses(
    work: Work, data: Split, rows: np.ndarray, asked: Asked, info: DatasetInfo, times: int
) -> dict[str, np.ndarray]:
    """Return what the baselines say of ``asked``: name -> (n, outputs).

    Args:
        work: is told why the linear model is left out, if it is.
        data: prepared.
        rows: of ``data`` that they learn from.
        asked: prepared features, and the rows of these to be predicted.
        info: form of the data.
        times: how often this is to be done: many times a second are minutes.
    """
    from kx.evaluators.baselines import baseline_predictions, linear_too_large

    x, asked_rows = asked
    reason = linear_too_large(data, info, times, rows)
    if reason:
        work.facts["baseline_note"] = f"no linear model: {reason}"
        # The constants look at no features, and these may be too many to be copied.
        x, data = x[:, :0], replace(data, x=data.x[:, :0])
    return baseline_predictions(
        data.take(rows),
        x[asked_rows],
        info,
        linear=not reason,
        times=times,
        told=lambda fit: _note_linear(work, fit),
    )


def _note_linear(work: Work, fit: LinearFit) -> None:
    """Take down how a linear model was fitted, one after the other: each chooses for itself."""
    from kx.evaluators.baselines import STRENGTHS

    start = {"penalties": [], "of": sorted(STRENGTHS), "converged": True}
    facts = work.facts.setdefault("linear", start)
    facts["penalties"] += fit.strengths
    facts["converged"] = facts["converged"] and fit.converged
    facts |= {"folds": fit.folds, "rows": fit.rows}


def judge_validation(work: Work, bundle: DatasetBundle, found: Validation) -> None:
    """Take down the scores of the validation strategy, and its baselines on the same rows."""
    import numpy as np

    from kx.evaluators.scores import STREAMED

    conclusion, info = found.conclusion, bundle.info
    assert conclusion is not None  # noqa: S101 - for the type checker
    head = work.plan.head(info)
    values = {**conclusion.scores, **_estimates_at_hand(bundle, found, list(conclusion.scores))}
    scores = {name: _spread(of, found) for name, of in values.items()}
    if len(found.results) == 1 and "accuracy" in scores and info.task != "multilabel":
        from kx.evaluators.scores import share_interval

        held_out = len(found.proposals[0].validation)
        scores["accuracy"] = share_interval(scores["accuracy"].value, held_out)
    rows = np.concatenate([proposal.validation for proposal in found.proposals])
    said = {name: np.concatenate(parts) for name, parts in found.guesses.items()}
    work.facts |= {
        "scores": {"validation": plain(scores, head.metrics)},
        "fold_scores": {name: list(of) for name, of in values.items()},
        "streamed": [name for name in STREAMED if name in scores and not found.is_at_hand],
        "best_epoch": conclusion.best_epoch,
        "baselines": {"validation": _baselines(bundle.train.y[rows], said, info, head)},
        "seeds_count": len(found.seeds),
        "leaky": work.plan.spec.preparation.leaky,
    }


def _estimates_at_hand(
    bundle: DatasetBundle, found: Validation, names: Sequence[str]
) -> dict[str, list[float]]:
    """Return exactly, fit by fit, what Keras only estimates, where that epoch's networks are kept.

    Args:
        bundle: has the targets.
        found: fits and what they predict.
        names: of the metrics.
    """
    from kx.evaluators.scores import STREAMED, exact

    fits = list(zip(found.rows, found.predictions, strict=True)) if found.is_at_hand else []
    return {
        name: [exact(name, bundle.train.y[rows], said, bundle.info) for rows, said in fits]
        for name in names
        if name in STREAMED and fits
    }


def _spread(values: Sequence[float], found: Validation) -> Score:
    """Return the mean of several fits, with one standard deviation to each side."""
    from kx.evaluators.scores import Score

    if len(values) == 1:
        return Score(values[0])
    mean, deviation = fmean(values), stdev(values)
    kind = "fold spread" if len(found.proposals) > 1 else "seed spread"
    return Score(mean, mean - deviation, mean + deviation, kind)


def judge_test(work: Work, bundle: DatasetBundle, found: Validation, fitter: Fitter) -> np.ndarray:
    """Look at the test part, once.

    Returns:
        What each final network says of it: (seeds, n, outputs).
    """
    import numpy as np

    from kx.training.judge import measure

    work.watcher.stage("testing")
    info, head, y = bundle.info, work.plan.head(bundle.info), bundle.test.y
    _count_look(work)
    said = []
    for fitted in found.finals:
        x = fitter.preparation(fitted).apply(bundle.test.x, "test")
        said.append(fitter.trainer.predict_on(fitted, x))
    values = [measure(y, predictions, info, head) for predictions in said]
    work.facts["scores"]["test"] = plain(_test_scores(work, values, y, said[0], info), head.metrics)
    final = found.finals[0]
    note_vocabulary(work, fitter.preparation(final), bundle.test, part="test")
    x = fitter.preparation(final).apply(bundle.test.x, "test")
    guessed = guesses(work, final.job.data(), final.job.train, (x, np.arange(len(y))), info, 1)
    work.facts["baselines"]["test"] = _baselines(y, guessed, info, head)
    return np.stack(said)


def _count_look(work: Work) -> None:
    """Count the look before it is taken: whoever is killed while looking may have seen."""
    folder, dataset = work.folder, work.facts["dataset"]
    counts = not dataset["sample"] and not work.switches.smoke
    looks = take_look(folder.path.parent, folder.id, dataset, work.warn) if counts else 1
    work.facts["test_looks"] = looks


def _test_scores(
    work: Work,
    values: Sequence[Mapping[str, float]],
    y: np.ndarray,
    predictions: np.ndarray,
    info: DatasetInfo,
) -> dict[str, Score]:
    from kx.evaluators.scores import Score, with_intervals

    if len(values) == 1:
        seed = derive(work.seed, "bootstrap")
        return with_intervals(values[0], y, predictions, info, seed)
    scores = {}
    for name in values[0]:
        each = [of[name] for of in values]
        mean, deviation = fmean(each), stdev(each)
        scores[name] = Score(mean, mean - deviation, mean + deviation, "seed spread")
    return scores


def _baselines(
    y: np.ndarray, said: Mapping[str, np.ndarray], info: DatasetInfo, head: Head
) -> Baselines:
    """Return metric -> baseline -> value; of the loss too, which the class prior makes sense of."""
    from kx.training.judge import measure

    found: Baselines = {}
    for name, guess in said.items():
        for metric, value in measure(y, guess, info, head).items():
            if metric != "loss" or name != "majority":  # being sure, it has a loss beyond measure
                found.setdefault(metric, {})[name] = value
    return found


def plain(scores: Mapping[str, Score], metrics: tuple[str, ...]) -> dict[str, Any]:
    """Return the scores as the record has them, the main metric first."""
    order = [*metrics, "loss"]
    return {
        name: {**asdict(scores[name]), "interval": scores[name].interval or None}
        for name in order
        if name in scores
    }


def judge_expectations(work: Work) -> None:
    """Hold the results against what the spec expects of them."""
    known: dict[str, float | None] = {
        "best_epoch": work.facts["best_epoch"],
        "parameters": work.facts["parameters"],
    }
    for part, scores in work.facts["scores"].items():
        known |= {f"{part}.{name}": score["value"] for name, score in scores.items()}
    work.facts["expectations"] = [
        _verdict(work, key, known.get(key)) for key in work.plan.spec.expect
    ]


def _verdict(work: Work, key: str, value: float | None) -> Expectation:
    wanted = work.plan.spec.expect[key]
    reason = _not_judged(work, key)
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


def _not_judged(work: Work, key: str) -> str:
    """Return why an expectation is not judged in this run, or an empty text."""
    if work.facts["dataset"]["sample"]:
        return "sample data"
    if work.switches.smoke:
        return "smoke run"
    if work.facts.get("base", {}).get("fallback"):
        return "random weights"
    if key.startswith("test.") and "test" not in work.facts["scores"]:
        return "no look at the test part"
    return ""
