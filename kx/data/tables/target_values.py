"""The labels of a table as the numbers that networks are trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kx.base.errors import DataError
from kx.data.tables.several_labels import answer, label_sets
from kx.data.tables.target_columns import TargetColumn
from kx.data.tables.targets import LabelCounts, Target, number_of

if TYPE_CHECKING:
    import numpy as np


def target_values(
    columns: Sequence[TargetColumn], lines: Sequence[int], target: Target
) -> np.ndarray:
    """Return targets as numbers: (n,) int32 of classes, (n, labels) float32 of 0 and 1, or numbers.

    These are (n,) float32, or (n, targets) if several columns are to be predicted.

    Args:
        columns: that are to be predicted, with the value of each row.
        lines: on which the rows stand, for messages.
        target: what they are.

    Raises:
        DataError: if 32 bits cannot hold them.
    """
    import numpy as np

    if target.task == "multilabel":
        return _several(columns, target)
    if target.targets:
        each = [_numbers(column.said, lines, column.labels) for column in columns]
        return np.column_stack(each)
    (column,) = columns
    if target.classes:
        places = {name: at for at, name in enumerate(target.classes)}
        return np.array([places[label] for label in column.said], np.int32)
    return _numbers(column.said, lines, column.labels)


def _several(columns: Sequence[TargetColumn], target: Target) -> np.ndarray:
    """Return (n, labels) float32: 1 where a row has a label."""
    import numpy as np

    if not target.separator:
        known = [{cell: answer(cell) for cell in column.labels.counts} for column in columns]
        rows = [[of[cell] for cell in c.said] for of, c in zip(known, columns, strict=True)]
        return np.array(rows, np.float32).T.copy()
    places = {name: at for at, name in enumerate(target.classes)}
    found = np.zeros((len(columns[0].said), len(places)), np.float32)
    for row, labels in enumerate(label_sets(columns[0], target.separator)):
        found[row, [places[label] for label in labels]] = 1.0
    return found


def _numbers(said: Sequence[str], lines: Sequence[int], labels: LabelCounts) -> np.ndarray:
    """Return (n,) float32.

    Raises:
        DataError: if 32 bits cannot hold them.
    """
    import numpy as np

    exact = np.array([number_of(label) for label in said], np.float64)
    with np.errstate(over="ignore"):
        numbers = exact.astype(np.float32)
    if np.isinf(numbers).any():
        row = int(np.isinf(numbers).argmax())
        raise DataError(
            f"{labels.where}: {labels.place(lines[row])}: {said[row]} is beyond the range of "
            "32-bit numbers, 3.4e38. Divide the column."
        )
    kept, there = len(np.unique(numbers)), len(np.unique(exact))
    if kept < there / 2:
        raise DataError(
            f"{labels.where} holds {there:,} different numbers, of which 32-bit numbers "
            f"distinguish only {kept:,}: they differ too little for their size. Subtract a "
            "constant."
        )
    return numbers
