"""The labels of a table as the numbers that networks are trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kx.base.errors import DataError
from kx.data.tables.targets import Target, number_of

if TYPE_CHECKING:
    import numpy as np


def target_values(
    said: Sequence[str], lines: Sequence[int], target: Target, where: str
) -> np.ndarray:
    """Return labels as numbers: (n,) int32 of classes, or (n,) float32.

    Args:
        said: the label of each row.
        lines: on which these stand, for messages.
        target: what they are.
        where: what the column is called in messages.

    Raises:
        DataError: if 32 bits cannot hold them.
    """
    import numpy as np

    if target.classes:
        places = {name: at for at, name in enumerate(target.classes)}
        return np.array([places[label] for label in said], np.int32)
    exact = np.array([number_of(label) for label in said], np.float64)
    with np.errstate(over="ignore"):
        numbers = exact.astype(np.float32)
    if np.isinf(numbers).any():
        row = int(np.isinf(numbers).argmax())
        raise DataError(
            f"{where}: line {lines[row]}: {said[row]} is beyond the range of "
            "32-bit numbers, 3.4e38. Divide the column."
        )
    kept, there = len(np.unique(numbers)), len(np.unique(exact))
    if kept < there / 2:
        raise DataError(
            f"{where} holds {there:,} different numbers, of which 32 bits tell only "
            f"{kept:,} apart: they differ too little for their size. Subtract what they share."
        )
    return numbers
