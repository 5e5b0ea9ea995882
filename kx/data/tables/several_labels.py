"""Targets of which a row may have several: labels in one cell, or columns that say yes or no."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kx.base.errors import DataError
from kx.base.remark import Remark, some_of
from kx.base.text import brief
from kx.data.tables.asked_targets import asked_target
from kx.data.tables.lone_classes import refuse_lone_classes
from kx.data.tables.scales import SAID
from kx.data.tables.target_columns import MOST_TARGETS, TargetColumn
from kx.data.tables.targets import (
    NAMED,
    LabelCounts,
    Target,
    TargetOptions,
    form_remarks,
    in_order,
    target_of,
)

SEPARATORS = (";", "|", ",", "/", "\n")
"""What may stand between the labels of a cell, the likeliest first."""

CLEAR = SEPARATORS[:3]
"""Those of them by which several labels are recognized without being asked for."""

ANSWERS = {**SAID, "x": 1.0, "✓": 1.0, "": 0.0}
"""What a cell says of a label; empty: it is not there."""


def targets_of(columns: Sequence[TargetColumn], options: TargetOptions) -> Target:
    """Return what is learned from the columns that are to be predicted.

    Args:
        columns: one, or several that say yes or no.
        options: what the spec says they are.

    Raises:
        DataError: if they cannot be that, if one has to ask, or if a class has a single row.
    """
    target = seen_targets(columns, options)
    refuse_lone_classes(columns[0].labels, target)
    return replace(target, remarks=(*_told_ignored(columns), *target.remarks))


def _told_ignored(columns: Sequence[TargetColumn]) -> Iterator[Remark]:
    """Yield which rows are left out for their targets."""
    for column in columns:
        counts = column.ignored.items()
        told = [Remark.of("table.ignored_label", label=label, count=n) for label, n in counts]
        if told:
            labels = some_of(told, NAMED, "list.comma_more")
            count = sum(column.ignored.values())
            yield Remark.of("table.ignored", column=column.labels.where, count=count, labels=labels)


def seen_targets(columns: Sequence[TargetColumn], options: TargetOptions) -> Target:
    """Return what is learned, however few rows a class has; see ``targets_of``."""
    if options.positive and (len(columns) > 1 or options.task not in ("auto", "classes")):
        raise DataError("dataset.positive needs a single target with two classes (task: classes).")
    if len(columns) > 1:
        return _of_columns(columns, options)
    (column,) = columns
    if options.task == "multilabel" or options.label_separator:
        return _of_cells(column.labels, options)
    if options.task == "auto" and (separator := _clear_separator(column.labels)):
        return _of_cells(column.labels, options, separator)
    _refuse_empty(column.labels, options)
    return asked_target(column.labels, options) or target_of(column.labels, options.task)


def _refuse_empty(labels: LabelCounts, options: TargetOptions) -> None:
    if options.empty_labels == "none":
        raise DataError(
            f"{labels.where} has one target per row, but dataset.empty_labels: none is for "
            "several labels. Remove it, or set dataset.task: multilabel."
        )


def hint_on_gaps(
    columns: Sequence[TargetColumn], options: TargetOptions, flaws: Sequence[str]
) -> str:
    """Return what to say of rows without a target, if each of them may have no label; else nothing.

    Args:
        columns: the targets of the other rows.
        options: what the spec says they are.
        flaws: of all rows that cannot be used.
    """
    gaps = any(flaw.endswith(f": no {brief(column.name)}") for column in columns for flaw in flaws)
    asked = options.task == "multilabel" or bool(options.label_separator)
    guessed = options.task == "auto" and bool(_clear_separator(columns[0].labels))
    if gaps and (asked or guessed or len(columns) > 1):
        return (
            " If a row with an empty cell has none of the labels, set dataset.empty_labels: none."
        )
    return ""


def label_sets(column: TargetColumn, separator: str) -> list[tuple[str, ...]]:
    """Return the labels of each row."""
    known = {cell: _parts(cell, separator) for cell in column.labels.counts}
    return [known[cell] for cell in column.said]


def answer(cell: str) -> float | None:
    """Return 1 if a cell says yes, 0 if it says no; None: neither."""
    return ANSWERS.get(cell.casefold())


def _parts(cell: str, separator: str) -> tuple[str, ...]:
    """Return the labels in a cell, each once."""
    found = (part.strip() for part in cell.split(separator))
    return tuple(dict.fromkeys(part for part in found if part))


def _clear_separator(labels: LabelCounts) -> str:
    """Return what stands between labels, if nobody would take the cells for classes.

    That is so if there are fewer different labels than different cells, and some rows have more
    of them than others: names of classes such as "male, adult" all have as many parts.
    """
    for separator in CLEAR:
        cells = [_parts(cell, separator) for cell in labels.counts]
        widths = {len(cell) for cell in cells if cell}
        different = {part for cell in cells for part in cell}
        if len(widths) > 1 and len(different) < len(cells):
            return separator
    return ""


def _of_cells(labels: LabelCounts, options: TargetOptions, clear: str = "") -> Target:
    """Return the labels in the cells of one column."""
    if options.task not in ("auto", "multilabel"):
        raise DataError(
            f"dataset.label_separator is for several labels, but dataset.task is {options.task}. "
            "Set dataset.task: multilabel, or remove the separator."
        )
    separator = clear or options.label_separator or _usual_separator(labels)
    parts = LabelCounts(labels.where, labels.option, labels.place)
    for cell, count in labels.counts.items():
        for part in _parts(cell, separator):
            parts.counts[part] = parts.counts.get(part, 0) + count
            parts.lines.setdefault(part, labels.lines[cell])
    if not any(separator in cell for cell in labels.counts):
        raise DataError(
            f"{labels.where}: no cell contains the separator {separator!r}. Correct "
            "dataset.label_separator, or set dataset.task: classes if each cell is one class."
        )
    _refuse_few(labels.where, parts.counts)
    told = [_told(labels, parts, separator)] if clear else []
    remarks = (*told, *form_remarks(parts))
    return Target("multilabel", in_order(parts.counts), remarks, separator)


def _usual_separator(labels: LabelCounts) -> str:
    """Return what stands between labels in most cells."""
    return max(SEPARATORS, key=lambda each: sum(each in cell for cell in labels.counts))


def _refuse_few(where: str, names: Sequence[str] | dict[str, int]) -> None:
    if len(names) < 2:
        raise DataError(
            f"{where} has {len(names)} label, but multilabel needs at least two. For a single "
            "yes-or-no label, set dataset.task: classes."
        )
    if len(names) > MOST_TARGETS:
        raise DataError(
            f"{where} holds {len(names):,} different labels; the limit is {MOST_TARGETS:,}. Is "
            "this the right column?"
        )


def _told(labels: LabelCounts, parts: LabelCounts, separator: str) -> Remark:
    named = sorted(parts.counts, key=lambda label: (-parts.counts[label], label))
    shown = some_of([f"{label} ({parts.counts[label]:,})" for label in named], NAMED)
    return Remark.of("table.labels", column=labels.where, separator=separator, labels=shown)


def _of_columns(columns: Sequence[TargetColumn], options: TargetOptions) -> Target:
    """Return the labels that columns name, each of which says yes or no."""
    names = tuple(column.name for column in columns)
    if options.task == "regression":
        return _of_numbers(columns)
    if options.task not in ("auto", "multilabel"):
        raise DataError(
            f"dataset.{columns[0].labels.option} lists {len(names)} columns, but dataset.task: "
            f"{options.task} predicts one. Name one column, or set dataset.task: multilabel or "
            "regression."
        )
    if options.label_separator:
        raise DataError(
            "dataset.label_separator separates the labels of one column, but "
            f"dataset.{columns[0].labels.option} lists {len(names)}. Remove it, or name one "
            "column."
        )
    for column in columns:
        _refuse_other_words(column.labels)
    told = Remark.of("table.label_columns", labels=some_of(names, NAMED))
    return Target("multilabel", names, (told,) if options.task == "auto" else ())


def _of_numbers(columns: Sequence[TargetColumn]) -> Target:
    for column in columns:
        target_of(column.labels, "regression")
    return Target("multi_regression", targets=tuple(column.name for column in columns))


def _refuse_other_words(labels: LabelCounts) -> None:
    if other := next((cell for cell in labels.counts if answer(cell) is None), None):
        raise DataError(
            f"{labels.where}: {labels.place(labels.lines[other])}: {other[:40]!r} is neither yes "
            "nor no. "
            f"Where dataset.{labels.option} lists several columns, each is a label that a row has "
            "(1, yes, true, x) or has not (0, no, false)."
        )
