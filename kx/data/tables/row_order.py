"""Whether the rows of a table are in an order of time: all of them, or those of each shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kx.data.tables.columns import TableColumn
from kx.data.tables.dates import YEARS, are_rising_years
from kx.data.tables.recognition import Recognized

if TYPE_CHECKING:
    import numpy as np

LEAST_RUN = 4
"""Rows of a shop on average, from which on it is no chance that they rise."""


def is_in_time(column: TableColumn, how: Recognized) -> bool:
    """Whether a column tells that the rows are in an order of time: by dates, or years."""
    if how.reading == "number":
        return are_rising_years(column.numbers(how.comma))
    return how.reading == "date" and _is_sorted(column, how)


def _is_sorted(column: TableColumn, how: Recognized) -> bool:
    """Whether the dates of a column rise from row to row."""
    import numpy as np

    days = column.days(how.month_first)
    return len(days) > 2 and bool((np.diff(days[~np.isnan(days)]) >= 0).all())


def unit_in_time(
    column: TableColumn,
    how: Recognized,
    others: Sequence[TableColumn],
    readings: Mapping[str, Recognized],
) -> str:
    """Return the column within whose values the rows are in the order of time; empty: none is.

    Such as shops, one below the other, the days of each in their order.

    Args:
        column: of dates or years.
        how: it is read.
        others: columns that may name the shops.
        readings: how these are read.
    """
    import numpy as np

    times = _times(column, how)
    begins = np.flatnonzero(np.diff(times) < 0) + 1 if len(times) else np.empty(0, int)
    runs = len(begins) + 1
    if runs < 2 or np.isnan(times).any() or len(times) < LEAST_RUN * runs:
        return ""
    for other in others:
        named = readings[other.name].reading in ("category", "scattered") and other.floats is None
        if named and other is not column and _is_one_below_the_other(other, begins):
            return other.name
    return ""


def _times(column: TableColumn, how: Recognized) -> np.ndarray:
    """Return (n,) the dates or years of a column; none if it holds neither."""
    import numpy as np

    if how.reading == "date":
        return np.asarray(column.days(how.month_first))
    if how.reading != "number":
        return np.empty(0)
    numbers = np.asarray(column.numbers(how.comma))
    years = (numbers >= YEARS[0]) & (numbers <= YEARS[1]) & (numbers % 1 == 0)
    return numbers if years.all() else np.empty(0)


def _is_one_below_the_other(column: TableColumn, begins: np.ndarray) -> bool:
    """Whether each value has one run of rows, and another one wherever the time begins anew."""
    import numpy as np

    codes = np.asarray(column.codes)
    changes = np.flatnonzero(np.diff(codes)) + 1
    return len(changes) + 1 == len(np.unique(codes)) and set(begins.tolist()) <= set(
        changes.tolist()
    )
