"""The rows of a table, those for training before those for testing, as they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kx.contracts import ColumnForm, DatasetBundle, Split
from kx.data.arrays.duplicates import row_hashes

if TYPE_CHECKING:
    import numpy as np

KINDS = ("number", "category", "ordered", "boolean", "date")
"""Kinds of columns whose values can be counted; of texts and pictures each is its own."""


def all_rows(bundle: DatasetBundle) -> np.ndarray:
    """Return (n, columns) float64, the rows of both parts; see ``plain``."""
    import numpy as np

    return np.concatenate([plain(part.x, bundle.info.table) for part in _both(bundle)])


def all_targets(bundle: DatasetBundle) -> np.ndarray:
    """Return (n,) or (n, targets), the targets of both parts."""
    import numpy as np

    return np.concatenate([part.y for part in _both(bundle)])


def all_places(bundle: DatasetBundle) -> list[str]:
    """Return where the rows of both parts stand, such as ``line 12``, as far as that is known."""
    return [*bundle.origins.get("train", ()), *bundle.origins.get("test", ())]


def _both(bundle: DatasetBundle) -> tuple[Split, Split]:
    return bundle.train, bundle.test


def plain(x: Any, forms: Sequence[ColumnForm]) -> np.ndarray:
    """Return rows of a table as (n, columns) float64: for a text or picture, a number of its own.

    Args:
        x: numbers, or ``TableRows``.
        forms: of the columns.
    """
    import numpy as np

    if not hasattr(x, "beside"):
        numbers: np.ndarray = x
        return numbers
    found = np.array(x.numbers)
    names = [form.name for form in forms]
    for name, values in x.beside.items():
        found[:, names.index(name)] = row_hashes(values).astype(np.float64)
    return found
