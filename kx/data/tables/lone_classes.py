"""Classes of a single row, which no split can both train on and test."""

from __future__ import annotations

from kx.base.errors import DataError
from kx.data.tables.rows import LEAST_ROWS
from kx.data.tables.targets import NAMED, LabelCounts, Target, form_of_label, number_of, places

DISPENSABLE = 0.1
"""A share of the rows up to which those of lone classes may be left out without a question."""


def lone_classes(labels: LabelCounts, target: Target) -> tuple[str, ...]:
    """Return the classes of which there is one row; of ordered ones, none: these have neighbours.

    Of a table that is too short for any split, none either: that it is gets told first.

    Args:
        labels: all that are not missing.
        target: what they are.
    """
    if target.task not in ("binary", "multiclass") or labels.rows < LEAST_ROWS:
        return ()
    return tuple(name for name in target.classes if labels.counts[name] == 1)


def dispensable(labels: LabelCounts, target: Target) -> tuple[str, ...]:
    """Return the lone classes if the others, two at least, can do without them; else none."""
    lone = lone_classes(labels, target)
    few = len(lone) <= DISPENSABLE * labels.rows
    return lone if few and _others_suffice(lone, target) else ()


def _others_suffice(lone: tuple[str, ...], target: Target) -> bool:
    return len(target.classes) - len(lone) >= 2


def refuse_lone_classes(labels: LabelCounts, target: Target) -> None:
    """Refuse classes of which there is one row.

    Raises:
        DataError: naming them, with their places and what to do.
    """
    if not (lone := lone_classes(labels, target)):
        return
    have, them, s = ("has", "it", "") if len(lone) == 1 else ("have", "them", "s")
    raise DataError(
        f"{labels.where}: {len(lone)} of {len(target.classes)} classes {have} a single row "
        f"({places(labels, lone)}), and no split can both train on {them} and test {them}. "
        f"Correct the label{s}{_ways(lone, target, them)}."
        f"{_misspelt(labels, lone)}{_as_numbers(labels, target)}"
    )


def _misspelt(labels: LabelCounts, lone: tuple[str, ...]) -> str:
    """Say which other label a lone one may be; empty: none is like it."""
    for name in lone:
        form = form_of_label(name)
        for other in labels.counts:
            if other != name and form_of_label(other) == form:
                return f" {name!r} differs from {other!r} only in spelling."
    return ""


def _ways(lone: tuple[str, ...], target: Target, them: str) -> str:
    """Return what can be done beside correcting labels."""
    if not _others_suffice(lone, target):
        return " or add rows"
    named = ", ".join(map(repr, lone[:NAMED])) + (", …" if len(lone) > NAMED else "")
    return f", add rows, or leave {them} out: dataset.ignore_labels: [{named}]"


def _as_numbers(labels: LabelCounts, target: Target) -> str:
    if len(target.classes) < 3 or None in map(number_of, labels.counts):
        return ""
    return " If the labels are numbers that rise, say dataset.task: ordered or regression."
