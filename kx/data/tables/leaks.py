"""Columns that give the target away: a copy, or several together, such as the parts of a sum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from kx.data.tables.columns import TableColumn
from kx.data.tables.targets import number_of

if TYPE_CHECKING:
    import numpy as np

MOST_ROWS = 5_000
MOST_COLUMNS = 100
"""More are not looked through: they take seconds, and a leak shows in some of them, too."""

EXACT = 1e-5
"""Share of the target's variance that an exact relation may leave, since values are rounded."""

MANY = 10
"""So many different values that are the target's, wherever there is one, are no chance."""

LEAST_GIVEN = 0.5
"""Share of the rows in which a column must have a value to be looked at."""


def exact_relation(columns: Mapping[str, np.ndarray], target: np.ndarray) -> tuple[str, ...]:
    """Return the columns of which the target is a weighted sum; empty: of none.

    Args:
        columns: name -> (n,) numbers, NaN where there are none.
        target: (n,) numbers.
    """
    import numpy as np

    rows = np.linspace(0, len(target) - 1, min(len(target), MOST_ROWS)).astype(int)
    given = {name: values[rows] for name, values in columns.items()}
    names = [n for n, v in given.items() if np.isfinite(v).mean() >= LEAST_GIVEN][:MOST_COLUMNS]
    if not names:
        return ()
    table = np.column_stack([given[name] for name in names])
    whole = np.isfinite(table).all(axis=1)
    x, y = table[whole], target[rows][whole]
    spread = x.std(axis=0)
    used = [at for at in range(len(names)) if spread[at] > 0 and np.isfinite(spread[at])]
    if len(y) < 2 * len(names) + 10 or not y.std() > 0:
        return ()
    x, y = (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1), (y - y.mean()) / y.std()
    if not used or _left(x[:, used], y) > EXACT:
        return ()
    return tuple(names[at] for at in _needed(x, y, used))


def _needed(x: np.ndarray, y: np.ndarray, used: Sequence[int]) -> list[int]:
    """Return those of the columns without which the relation is no longer exact."""
    kept = list(used)
    for at in used:
        others = [other for other in kept if other != at]
        if others and _left(x[:, others], y) <= EXACT:
            kept = others
    return kept


def _left(x: np.ndarray, y: np.ndarray) -> float:
    """Return the share of the variance of ``y`` that no weighted sum of ``x`` tells."""
    import numpy as np

    weights = np.linalg.lstsq(x, y, rcond=None)[0]
    return float(((y - x @ weights) ** 2).mean())


def copies(columns: Sequence[TableColumn], said: Sequence[str]) -> Iterator[TableColumn]:
    """Yield the columns that tell the target exactly: a value of one is a value of the other."""
    for column in columns:
        if column.floats is not None:
            copied = all(
                number_of(label) == number
                for number, label in zip(column.floats, said, strict=True)
            )
        elif 2 <= len(column.values) < (len(column) - column.gaps) / 2:
            copied = _goes_with(column, said)
        else:
            values, sparse = list(column.values), len(column.values) >= MANY
            copied = all(
                sparse if code < 0 else values[code] == label
                for code, label in zip(column.codes, said, strict=True)
            )
        if copied:
            yield column


def _goes_with(column: TableColumn, said: Sequence[str]) -> bool:
    """Whether each value of a column goes with one label, and each label with one value."""
    labels: dict[int, str] = {}
    for code, label in zip(column.codes, said, strict=True):
        if code >= 0 and labels.setdefault(code, label) != label:
            return False
    return len(set(labels.values())) == len(labels)
