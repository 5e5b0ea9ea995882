"""How much a column tells of the target alone, corrected for chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kx.contracts import ColumnForm

if TYPE_CHECKING:
    import numpy as np

TELLING = 10
"""Parts, of equally many rows, into which numbers are put to see what they tell of the target."""


def parts_of(form: ColumnForm, values: np.ndarray) -> np.ndarray:
    """Return (n,) the part of each row: a level, or one of ten of equally many numbers."""
    import numpy as np

    absent = np.isnan(values)
    if not form.is_measured:
        return np.where(absent, len(form.levels), values).astype(int) + 1
    known = values[~absent]
    if not len(known):
        return np.zeros(len(values), int)
    edges = np.unique(np.quantile(known, np.linspace(0, 1, TELLING + 1)[1:-1]))
    return np.where(absent, len(edges) + 1, np.searchsorted(edges, values, side="left"))


def explained(parts: np.ndarray, y: np.ndarray, classes: int) -> float:
    """Return the share of ``y`` that is known once the part is, less what chance would give.

    Source:
        Of numbers, the adjusted coefficient of determination; of classes, Theil's uncertainty
        coefficient with the bias of Miller (1955), "Note on the bias of information estimates".
    """
    import numpy as np

    _, parts = np.unique(parts, return_inverse=True)
    count, rows = int(parts.max()) + 1, len(y)
    if rows <= count + 1:
        return 0.0
    if not classes:
        values = y.astype(float)
        sizes = np.bincount(parts)
        means = np.bincount(parts, values) / sizes
        whole = float(((values - values.mean()) ** 2).sum())
        left = float(((values - means[parts]) ** 2).sum())
        share = 1 - (left / (rows - count)) / (whole / (rows - 1)) if whole else 0.0
        return float(np.clip(share, 0, 1))
    table = np.zeros((count, classes))
    np.add.at(table, (parts, y.astype(int)), 1)
    whole = _entropy(table.sum(axis=0))
    told = whole + _entropy(table.sum(axis=1)) - _entropy(table.ravel())
    chance = (count - 1) * (classes - 1) / (2 * rows)
    return float(np.clip((told - chance) / whole, 0, 1)) if whole else 0.0


def _entropy(counts: np.ndarray) -> float:
    """Return the entropy of counts, in nats."""
    from scipy.stats import entropy

    return float(entropy(counts))
