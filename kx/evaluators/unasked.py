"""Metrics that are measured though nobody named them: those that rare classes need.

Where nine rows of ten are of one class, nine tenths is the accuracy of a network that knows nothing
else. Balanced accuracy and Matthews' correlation then are at chance, whatever the shares are, and
the area under precision against recall says how well the rare classes are found.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kx.components.keras_options import OURS
from kx.contracts import DatasetInfo

if TYPE_CHECKING:
    import numpy as np

LARGE = 0.7
"""Share of the largest class above which accuracy alone says little."""

FOR_RARE_CLASSES = ("balanced_accuracy", "mcc", "pr_auc")


def largest_class(y: np.ndarray, info: DatasetInfo) -> tuple[int, float] | None:
    """Return number and share of the most frequent class; None where no classes exclude others."""
    import numpy as np

    if not info.one_class or not len(y):
        return None
    counts = y.sum(axis=0) if info.one_hot else np.bincount(y.astype(int).reshape(-1))
    return int(counts.argmax()), float(counts.max() / len(y))


def unasked(y: np.ndarray, info: DatasetInfo, expected: Iterable[str]) -> list[str]:
    """Return which metrics are measured beside those of the spec.

    Args:
        y: targets of the training part, in the form of the dataset.
        info: tells how to read them.
        expected: results of which the spec expects something, such as ``test.mcc``.
    """
    found = largest_class(y, info)
    named = [name for key in expected if (name := key.partition(".")[2]) in OURS]
    rare = FOR_RARE_CLASSES if found and found[1] > LARGE else ()
    return list(dict.fromkeys((*rare, *named)))
