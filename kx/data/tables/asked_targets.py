"""What labels are only if the spec says so: counts, classes in an order, quantiles."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from kx.base.errors import DataError
from kx.base.text import counted
from kx.data.tables.targets import (
    LabelCounts,
    Target,
    TargetOptions,
    form_remarks,
    is_count,
    number_of,
    places,
    refuse_constant,
    target_of,
)

USUAL = (0.1, 0.5, 0.9)
"""Quantiles if none are stated: the middle, and what holds four of five."""

NO_COUNT = ("value is not a whole number of 0 or more", "values are not whole numbers of 0 or more")


def asked_target(labels: LabelCounts, options: TargetOptions) -> Target | None:
    """Return what labels are if that cannot be inferred; None: it can be, or is.

    Args:
        labels: all that are not missing.
        options: what the spec says they are.

    Raises:
        DataError: if they cannot be that.
    """
    if options.order and options.task not in ("ordered", "auto"):
        raise DataError(f"dataset.order is for dataset.task: ordered, not {options.task}.")
    if options.task == "ordered" or options.order:
        return _ordered(labels, options.order or _rising(labels))
    if options.task == "quantiles" or options.quantiles:
        return _quantiles(labels, options)
    if options.positive:
        return _with_positive(target_of(labels, options.task), options.positive, labels)
    return _counts(labels) if options.task == "counts" else None


def _with_positive(target: Target, positive: str, labels: LabelCounts) -> Target:
    """Return two classes of which the second is the one that is looked for."""
    if target.task != "binary" or positive not in target.classes:
        found = f"{len(target.classes)} classes" if target.classes else "numbers"
        known = ", ".join(target.classes) if target.task == "binary" else found
        raise DataError(
            f"{labels.where}: dataset.positive must be one of two classes; got {positive!r}, and "
            f"there are {known}."
        )
    (other,) = (each for each in target.classes if each != positive)
    return replace(target, classes=(other, positive))


def _quantiles(labels: LabelCounts, options: TargetOptions) -> Target:
    if options.task != "quantiles":
        raise DataError(f"dataset.quantiles is for dataset.task: quantiles, not {options.task}.")
    found = options.quantiles or USUAL
    if any(low >= high for low, high in pairwise(found)):
        told = ", ".join(f"{each:g}" for each in found)
        raise DataError(f"dataset.quantiles must rise, as in [0.1, 0.5, 0.9]; got [{told}].")
    target_of(labels, "regression")
    return Target("quantiles", quantiles=found)


def _counts(labels: LabelCounts) -> Target:
    if wrong := [label for label in labels.counts if not is_count(label)]:
        raise DataError(
            f"{labels.where}: {counted(len(wrong), *NO_COUNT)} ({places(labels, wrong)}). Correct "
            "them, list those that mark a missing label in dataset.missing_labels, or set "
            "dataset.task: regression."
        )
    refuse_constant(labels)
    return Target("counts")


def _ordered(labels: LabelCounts, classes: tuple[str, ...]) -> Target:
    if unknown := [label for label in labels.counts if label not in classes]:
        raise DataError(
            f"{labels.where}: dataset.order does not list {places(labels, unknown)}. Add them, "
            "correct them, or list those that mark a missing label in dataset.missing_labels."
        )
    if len(set(classes)) < len(classes):
        raise DataError(f"dataset.order lists a class twice: {', '.join(classes)}.")
    if len(classes) < 3:
        count = counted(len(classes), "class", "classes")
        raise DataError(
            f"{labels.where} has {count}: an order needs at least three. Set dataset.task: classes."
        )
    return Target("ordered", classes, form_remarks(labels))


def _rising(labels: LabelCounts) -> tuple[str, ...]:
    """Return classes that are numbers, the lowest first."""
    numbers = {label: number_of(label) for label in labels.counts}
    if words := [label for label, number in numbers.items() if number is None]:
        raise DataError(
            f"{labels.where}: the order of the classes is unknown, since not all are numbers "
            f"({places(labels, words)}). Set dataset.order: [LOWEST, …, HIGHEST]."
        )
    return tuple(sorted(numbers, key=lambda label: numbers[label] or 0.0))
