"""Rows of a table that are there more than once, exactly or nearly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kx.advice.table_rows import all_targets, plain
from kx.contracts import ColumnForm, DatasetBundle
from kx.data.arrays.duplicates import count_shared, row_hashes

if TYPE_CHECKING:
    import numpy as np

DIGITS = 3
"""Numbers that agree to so many digits are nearly the same."""

EXAMPLES = 5
"""Pairs of near duplicates that are shown."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """How many rows occur again, by the columns that are learned from.

    Attributes:
        exact: rows that an earlier one equals.
        contradicting: rows that equal others with another target.
        across: rows for testing that equal one for training.
        near: rows for testing that nearly do: numbers agree to three digits, dates to the day,
            names of categories but for case and blanks.
        pairs: places of some of the rows for testing, each with that for training.
    """

    exact: int
    contradicting: int = 0
    across: int = 0
    near: int = 0
    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def within(cls, x: np.ndarray) -> Repeated:
        """Return what is repeated in (n, columns) rows without parts and target."""
        import numpy as np

        return cls(len(x) - len(np.unique(row_hashes(_whole(x)))))


def repeated_rows(bundle: DatasetBundle) -> Repeated:
    """Return which rows occur again, within the table and across its parts."""
    import numpy as np

    forms = bundle.info.table
    x = [plain(part.x, forms) for part in (bundle.train, bundle.test)]
    train, test = (row_hashes(_whole(rows)) for rows in x)
    hashes = np.concatenate([train, test])
    close = [row_hashes(rounded(rows, forms)) for rows in x]
    across = count_shared(test, train)
    likely = np.isin(close[1], close[0]) & ~np.isin(test, train)
    return Repeated(
        len(hashes) - len(np.unique(hashes)),
        _contradicting(bundle, hashes),
        across,
        int(likely.sum()),
        tuple(_pairs(bundle, close, np.flatnonzero(likely)[:EXAMPLES])),
    )


def _contradicting(bundle: DatasetBundle, hashes: np.ndarray) -> int:
    """Return how many rows equal others that have another target."""
    import numpy as np

    y = all_targets(bundle)
    targets = row_hashes(np.ascontiguousarray(y.reshape(len(y), -1)))
    both = np.unique(np.stack([hashes, targets], axis=1), axis=0)[:, 0]
    rows, different = np.unique(both, return_counts=True)
    return int(np.isin(hashes, rows[different > 1]).sum())


def _pairs(
    bundle: DatasetBundle, close: Sequence[np.ndarray], rows: np.ndarray
) -> list[tuple[str, str]]:
    import numpy as np

    order = np.argsort(close[0], kind="stable")
    at = order[np.searchsorted(close[0][order], close[1][rows])]
    test, train = (bundle.origins.get(part, ()) for part in ("test", "train"))
    if not test or not train:
        return []
    return [(test[row], train[other]) for row, other in zip(rows, at, strict=True)]


def _whole(x: np.ndarray) -> np.ndarray:
    """Return rows in which what is missing is one and the same number."""
    import numpy as np

    found: np.ndarray = np.where(np.isnan(x), -np.finfo(np.float64).max, x)
    return found


def rounded(x: np.ndarray, forms: Sequence[ColumnForm]) -> np.ndarray:
    """Return (n, columns) rows in which near values are the same."""
    import numpy as np

    found = np.array(x, np.float64)
    for at, form in enumerate(forms):
        if form.kind == "date":
            found[:, at] = np.floor(found[:, at])
        elif form.kind == "number":
            found[:, at] = _to_digits(found[:, at])
        elif form.kind == "category":
            found[:, at] = _alike(found[:, at], form.levels)
    return _whole(found)


def _to_digits(values: np.ndarray) -> np.ndarray:
    """Return numbers rounded to three digits."""
    import numpy as np

    sizes = np.abs(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = 10.0 ** (np.floor(np.log10(sizes)) - (DIGITS - 1))
        found: np.ndarray = np.where(sizes > 0, np.round(values / unit) * unit, values)
    return found


def _alike(places: np.ndarray, levels: Sequence[str]) -> np.ndarray:
    """Return the places of levels, those that differ in case and blanks alone as one."""
    import numpy as np

    plain = ["".join(level.casefold().split()) for level in levels]
    first = np.array([*(plain.index(text) for text in plain), -1.0, np.nan])
    at = np.where(np.isnan(places), -1, np.where(places < 0, len(levels), places))
    found: np.ndarray = first[at.astype(int)]
    return found
