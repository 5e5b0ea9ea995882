"""The worst predictions of pictures, in words: of classes, of several labels, or of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kx.base.remark import Remark
from kx.base.text import number
from kx.contracts import NUMBERS
from kx.explain.mistakes import (
    confusions,
    farthest_off,
    label_errors,
    worst_labels,
    worst_mistakes,
)
from kx.explain.subjects import JudgedPictures

SHOWN = 5
"""Kinds of mistakes that are named."""


@dataclass(frozen=True, slots=True)
class Worst:
    """What is told of the worst predictions.

    Attributes:
        said: how many are wrong, and how.
        facts: the same as values that JSON can hold.
        captions: row of each of the worst, and what stands below its picture.
    """

    said: Sequence[Remark]
    facts: dict[str, Any]
    captions: Sequence[tuple[int, tuple[str, str]]]


def worst_of(judged: JudgedPictures, count: int) -> Worst:
    """Return up to ``count`` of the worst predictions, the worst first."""
    if judged.task in NUMBERS:
        return _of_numbers(judged, count)
    return _of_labels(judged, count) if judged.task == "multilabel" else _of_classes(judged, count)


def _of_classes(judged: JudgedPictures, count: int) -> Worst:
    pairs = confusions(judged.y, judged.predictions, judged.thresholds[0])
    worst = worst_mistakes(judged.y, judged.predictions, count, judged.thresholds[0])
    wrong = sum(pair.count for pair in pairs)
    said = [Remark.of("explained.wrong", count=wrong, rows=len(judged.y))]
    said += [
        Remark.of(
            "explained.confused",
            true=judged.label(pair.true),
            predicted=judged.label(pair.predicted),
            count=pair.count,
        )
        for pair in pairs[:SHOWN]
    ]
    captions = [
        (
            each.row,
            (
                f"true: {judged.label(each.true)} ({number(each.true_probability)})",
                f"predicted: {judged.label(each.predicted)} ({number(each.probability)})",
            ),
        )
        for each in worst
    ]
    kinds = {"confusions": [asdict(pair) for pair in pairs]}
    return Worst(said, _facts(wrong, judged, worst, kinds), captions)


def _of_labels(judged: JudgedPictures, count: int) -> Worst:
    errors = label_errors(judged.y, judged.predictions, judged.thresholds)
    wrong = worst_labels(judged.y, judged.predictions, len(judged.y), judged.thresholds)
    said = [Remark.of("explained.wrong_label", count=len(wrong), rows=len(judged.y))]
    said += [
        Remark.of(
            "explained.labels",
            label=judged.label(each.label),
            missed=each.missed,
            found=each.wrongly_found,
        )
        for each in errors[:SHOWN]
    ]

    def named(labels: Sequence[int], shares: Sequence[float]) -> str:
        told = [f"{judged.label(at)} ({number(shares[at])})" for at in labels]
        return ", ".join(told) or "no label"

    captions = [
        (
            each.row,
            (
                f"true: {named(each.true, each.probabilities)}",
                f"predicted: {named(each.predicted, each.probabilities)}",
            ),
        )
        for each in wrong[:count]
    ]
    kinds = {"labels": [asdict(each) for each in errors]}
    return Worst(said, _facts(len(wrong), judged, wrong[:count], kinds), captions)


def _of_numbers(judged: JudgedPictures, count: int) -> Worst:
    said = judged.predictions.reshape(len(judged.y), -1)
    middle = said[:, said.shape[1] // 2]  # of quantiles, which rise
    worst = farthest_off(judged.y, middle, count)
    off = number(max((abs(each.true - each.predicted) for each in worst), default=0.0))
    captions = [
        (each.row, (f"true: {number(each.true)}", f"predicted: {number(each.predicted)}"))
        for each in worst
    ]
    told = [Remark.of("explained.off", rows=len(judged.y), off=off)]
    return Worst(told, _facts(None, judged, worst, {}), captions)


def _facts(
    wrong: int | None, judged: JudgedPictures, worst: Sequence[Any], kinds: dict[str, Any]
) -> dict[str, Any]:
    known = {} if wrong is None else {"wrong": wrong}
    mistakes = [asdict(each) for each in worst]
    return {**known, "examples": len(judged.y), **kinds, "mistakes": mistakes}
