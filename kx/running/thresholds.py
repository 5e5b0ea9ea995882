"""From which probability on answers are yes: chosen on validation rows, used on the test part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kx.contracts import DatasetBundle, DatasetInfo
from kx.evaluators.answers import answers
from kx.evaluators.thresholds import DECIDED, Aimed, chosen, decisions, sweep
from kx.models.heads import Head
from kx.running.fits import Fits
from kx.running.work import Work
from kx.runs.record_parts import ThresholdFacts
from kx.spec.schema.thresholds import Threshold
from kx.training.judge import measure_one


def rule_of(stated: Threshold) -> Aimed | None:
    """Return by what a threshold is chosen; None where the spec says it."""
    if isinstance(stated, float):
        return None
    if stated.maximize:
        return Aimed(stated.maximize)
    if stated.cost:
        return Aimed("cost", (stated.cost.false_positive, stated.cost.false_negative))
    return Aimed("least_recall", least=stated.least_recall or 0.0)


def chosen_thresholds(work: Work, bundle: DatasetBundle, fits: Fits) -> ThresholdFacts | None:
    """Choose what the spec asks for, on rows that the fits were not trained on; None: one half.

    Each baseline gets thresholds by the same rule, on the same rows.
    """
    stated, info = work.plan.spec.threshold, bundle.info
    if stated is None:
        return None
    y = bundle.train.y[np.concatenate([each.proposal.validation for each in fits.outcomes])]
    said = np.concatenate([each.predictions for each in fits.outcomes])
    held_out = bundle.train.y[np.concatenate([each.validation for each in fits.proposals])]
    rule = rule_of(stated)
    return ThresholdFacts(
        values=_chosen(y, said, info, stated),
        aim=rule.aim if rule else "",
        costs=rule.costs if rule else (),
        least=rule.least if rule else 0.0,
        rows=len(y) if rule else 0,
        of_best=fits.is_at_hand,
        baselines={name: _chosen(held_out, of, info, stated) for name, of in fits.guesses.items()},
    )


def _chosen(
    y: np.ndarray, said: np.ndarray, info: DatasetInfo, stated: Threshold
) -> tuple[float, ...]:
    """Return a threshold for each output."""
    rule = rule_of(stated)
    if rule is None:
        return (float(stated),) * info.outputs  # type: ignore[arg-type]
    return tuple(chosen(sweep(*column), rule) for column in answers(y, said, info).columns())


def decided(
    y: np.ndarray,
    said: np.ndarray,
    info: DatasetInfo,
    head: Head,
    thresholds: Sequence[float],
) -> dict[str, float]:
    """Return the metrics of yes and no, with other thresholds than one half.

    A metric with a threshold among its own options keeps that.
    """
    found = decisions(said, tuple(thresholds))
    return {label: measure_one(label, y, found, info, head) for label in decided_labels(head)}


def decided_labels(head: Head) -> list[str]:
    """Return the labels of metrics that a threshold changes."""
    measures: Mapping[str, object] = {label: head.measure(label) for label in head.metrics}
    return [
        label
        for label in measures
        if head.measure(label).name in DECIDED and "threshold" not in head.measure(label).options
    ]
