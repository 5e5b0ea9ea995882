"""Equal examples with different targets: no network can be right about all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kx.base.remark import Remark
from kx.contracts import DatasetInfo
from kx.data.arrays.duplicates import row_hashes

if TYPE_CHECKING:
    import numpy as np

MOST = 0.5
"""Share of contradicted rows above which numbers are remarked on: some scatter is no mistake."""

LEAST = 0.1
"""Share of the squared deviations that must be lost to them, likewise."""


@dataclass(frozen=True, slots=True)
class Contradictions:
    """What equal examples leave to be learned.

    Attributes:
        count: rows of which an equal one has another target.
        pair: numbers of two of them.
        reachable: the best that can be had on all rows: share of right labels, or R² of numbers.
    """

    count: int
    pair: tuple[int, int]
    reachable: float


def remark_on_contradictions(
    hashes: np.ndarray, y: np.ndarray, info: DatasetInfo, origins: Sequence[str] = ()
) -> Remark | None:
    """Say that equal examples of the training part have different targets, if it matters.

    Args:
        hashes: of the examples, as ``row_hashes`` returns them.
        y: their targets.
        info: the form of the data.
        origins: what each of them was read from, if that is known.
    """
    y = y[:, 0] if info.task == "multi_regression" else y  # equal examples differ in all, or none
    found = _of_numbers(hashes, y) if info.numbers else _of_labels(hashes, _codes(y, info))
    if not found.count:
        return None
    first, second = (origins[row] if origins else f"row {row}" for row in found.pair)
    values: dict[str, int | str] = {
        "count": found.count,
        "examples": len(y),
        "first": first,
        "second": second,
    }
    if not info.numbers:
        return Remark.of("targets.contradictory", **values, reachable=found.reachable)
    if found.count <= MOST * len(y) or found.reachable > 1 - LEAST:
        return None
    return Remark.of("targets.contradictory_numbers", **values, reachable=found.reachable)


def _codes(y: np.ndarray, info: DatasetInfo) -> np.ndarray:
    """Return one whole number per row, the same for the same labels."""
    import numpy as np

    if y.ndim == 1:
        return y.astype(np.int64)
    hashes = y.argmax(axis=1) if info.many_classes else row_hashes(y)
    return np.unique(hashes, return_inverse=True)[1].reshape(-1)


def _of_labels(hashes: np.ndarray, codes: np.ndarray) -> Contradictions:
    import numpy as np

    groups = np.unique(hashes, return_inverse=True)[1].reshape(-1)
    width = int(codes.max()) + 1
    kinds, counts = np.unique(groups * width + codes, return_counts=True)
    best = np.zeros(int(groups.max()) + 1, np.int64)
    np.maximum.at(best, kinds // width, counts)
    mixed = np.bincount(kinds // width) > 1
    return _found(groups, codes, mixed, float(best.sum() / len(codes)))


def _of_numbers(hashes: np.ndarray, y: np.ndarray) -> Contradictions:
    import numpy as np

    y = y.astype(np.float64)
    groups = np.unique(hashes, return_inverse=True)[1].reshape(-1)
    means = np.bincount(groups, weights=y) / np.bincount(groups)
    low, high = np.full(len(means), np.inf), np.full(len(means), -np.inf)
    np.minimum.at(low, groups, y)
    np.maximum.at(high, groups, y)
    lost = ((y - means[groups]) ** 2).sum() / (((y - y.mean()) ** 2).sum() or 1.0)
    return _found(groups, y, low < high, float(1 - lost))


def _found(
    groups: np.ndarray, targets: np.ndarray, mixed: np.ndarray, reachable: float
) -> Contradictions:
    """Return what was found, with the first row of a mixed group and one that contradicts it."""
    import numpy as np

    rows = np.flatnonzero(mixed[groups])
    if not len(rows):
        return Contradictions(0, (0, 0), reachable)
    others = rows[(groups[rows] == groups[rows[0]]) & (targets[rows] != targets[rows[0]])]
    return Contradictions(len(rows), (int(rows[0]), int(others[0])), reachable)
