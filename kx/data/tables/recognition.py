"""Columns recognized as numbers, dates, categories and the like, or as nothing to learn from.

What can hardly be meant is refused; what is left out is told, in ``sheet_remarks``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from kx.base.errors import DataError
from kx.base.text import brief, counted
from kx.contracts import ColumnForm, ColumnKind
from kx.data.tables.cells import value_of
from kx.data.tables.columns import TableColumn
from kx.data.tables.dates import (
    are_compact,
    are_dates,
    are_rising_years,
    clock_ahead,
    month_comes_first,
    rise_by_one,
)
from kx.data.tables.mixed_rows import are_texts
from kx.data.tables.numbers import as_number
from kx.data.tables.scales import answers, boolean_words, scale_of

if TYPE_CHECKING:
    import numpy as np

Reading = ColumnKind | Literal["constant", "identifier", "rows", "scattered", "empty"]
"""How a column is read; but for the kinds of columns, nothing is learned from it."""

FEW_NUMBERS = 10
"""As many different whole numbers may be names of kinds."""

MOSTLY = 0.9
"""A share of numbers from which on other values are mistakes rather than categories."""

OFTEN = 0.05
"""A share of the rows from which on a value is worth to be told apart, however many others are."""

NAMED = 5

FORMS: Mapping[str, tuple[str, str]] = {
    "number": ("not a number", "not numbers"),
    "date": ("not a date", "not dates"),
    "boolean": ("neither yes nor no", "neither yes nor no"),
    "ordered": ("not a level", "not levels"),
}
"""How columns are read that cannot hold any value, and what is wrong with one or several others."""

ADVICE: Mapping[str, str] = {
    "date": " (dates are written 2024-03-01, 1.3.2024, 1 Mar 2024 or the like)",
    "ordered": " of those that dataset.ordered lists: {levels}",
}


@dataclass(frozen=True, slots=True)
class Recognized:
    """How a column is read.

    Attributes:
        comma: whether its numbers have a decimal comma.
        month_first: whether its dates begin with the month, as 3/1/2024 may.
        ahead: minutes by which the clock of its times is ahead of UTC.
        few: the different values of a column of few whole numbers, which may be names of kinds.
        levels: of an ordered or boolean column; see ``ColumnForm``.
    """

    reading: Reading
    comma: bool = False
    month_first: bool = False
    ahead: int = 0
    few: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()


def recognized(column: TableColumn) -> Recognized:
    """Return what a column is, by its values.

    Raises:
        DataError: if most are numbers and some are not: nobody can know which is meant.
    """
    if column.floats is not None:
        numbered = _number_the_rows(column.floats)
        return Recognized("rows") if numbered else Recognized("number", column.comma)
    values, rows = list(column.values), len(column)
    if len(values) < 2:
        ticked = values and column.gaps  # as in surveys: a cross, or nothing
        return Recognized("category" if ticked else "constant" if values else "empty")
    comma = column.has_commas()
    numbers = [value for value in values if as_number(value, comma=comma) is not None]
    if len(numbers) == len(values):
        compact = len(values) >= FEW_NUMBERS and are_compact(values)
        return Recognized("date") if compact else _of_numbers(column, values, comma)
    if are_dates(values):
        first = month_comes_first(column.name, values, column.order)
        return Recognized("date", month_first=first, ahead=clock_ahead(values))
    if (levels := answers(values)) or (levels := scale_of(values)):
        return Recognized("ordered" if len(levels) > 2 else "boolean", levels=levels)
    _refuse_mixed(column, values, numbers)
    if rows <= FEW_NUMBERS or len(values) <= rows / 2:
        return Recognized("category")
    if are_texts(values):
        return Recognized("text")
    if len(values) < rows - column.gaps and _has_a_frequent_one(column):
        return Recognized("category")
    return Recognized("identifier" if len(values) == rows - column.gaps else "scattered")


def _has_a_frequent_one(column: TableColumn) -> bool:
    """Whether a value stands in so many rows that something can be learned from it."""
    (_, count), *_ = Counter(code for code in column.codes if code >= 0).most_common(1)
    return count >= max(FEW_NUMBERS, OFTEN * len(column))


def _of_numbers(column: TableColumn, values: Sequence[str], comma: bool) -> Recognized:
    number = {value: as_number(value, comma=comma) or 0.0 for value in values}
    numbers = list(number.values())
    if len(values) == len(column) > FEW_NUMBERS and _number_the_rows(numbers):
        return Recognized("rows")
    whole = all(each.is_integer() for each in numbers)
    if whole and 2 < len(values) <= FEW_NUMBERS:
        return Recognized("number", comma, few=tuple(sorted(values, key=number.__getitem__)))
    return Recognized("number", comma)


def _number_the_rows(numbers: Sequence[float]) -> bool:
    """Whether whole numbers rise by 1 from row to row, and are no years."""
    return rise_by_one(numbers) and not are_rising_years(numbers)


def _refuse_mixed(column: TableColumn, values: Sequence[str], numbers: Sequence[str]) -> None:
    known = set(numbers)
    others = [value for value in values if value not in known]
    if len(numbers) < max(MOSTLY * len(values), 2) or not others:
        return
    lines = list(column.values)
    told = ", ".join(
        f"{value[:40]!r} ({column.place(column.lines[lines.index(value)])})"
        for value in others[:NAMED]
    )
    more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
    raise DataError(
        f"column {brief(column.name)}: all values are numbers except {told}{more}. Correct them; "
        "if they mark missing values, list them in dataset.missing_values; if all values are "
        "categories, list the column in dataset.categories."
    )


def reading_of(
    column: TableColumn, stated: Reading | None, levels: tuple[str, ...] = ()
) -> Recognized:
    """Return how a column is read: as a spec states it, or else by its values.

    Args:
        column: of a table.
        stated: how it is to be read; None: nobody says.
        levels: of one that is read as ordered, the lowest first.

    Raises:
        DataError: if it cannot be read so.
    """
    if stated is None:
        return recognized(column)
    comma = column.comma or (stated == "number" and column.has_commas())
    if stated == "boolean":
        levels = boolean_words(column.values)
    first = stated == "date" and month_comes_first(column.name, column.values, column.order)
    ahead = clock_ahead(column.values) if stated == "date" else 0
    found = Recognized(stated, comma and stated == "number", first, ahead, levels=levels)
    refuse_stated(column, found)
    return found


def amounts(column: TableColumn, form: ColumnForm) -> np.ndarray:
    """Return (n,) float64 of a column of numbers or dates, NaN where there is none."""
    if form.kind == "date":
        return column.days(form.month_first, form.ahead)
    return column.numbers(form.comma)


def form_of(column: TableColumn, how: Recognized) -> ColumnForm:
    """Return the form of a column that something is learned from, as far as it is known so early.

    Of a category, the levels are those of the training part; see ``TableColumn.levels``.
    """
    kind = cast("ColumnKind", how.reading)
    return ColumnForm(
        column.name,
        kind,
        tuple(how.levels),
        comma=how.comma,
        unit=column.unit if kind == "number" else "",
        month_first=how.month_first,
        ahead=how.ahead,
    )


def refuse_stated(column: TableColumn, how: Recognized) -> None:
    """Refuse a column that cannot be read as the spec says.

    Raises:
        DataError: with the first values that are no such thing, and their lines.
    """
    reading = how.reading
    if reading not in FORMS or column.floats is not None:
        return
    form = form_of(column, how)
    wrong = [
        (value, line)
        for value, line in zip(column.values, column.lines, strict=True)
        if value_of(form, value)[1]
    ]
    if wrong:
        told = ", ".join(f"{column.place(line)}: {value[:40]!r}" for value, line in wrong[:NAMED])
        more = f" and {len(wrong) - NAMED} more" if len(wrong) > NAMED else ""
        what = FORMS[reading][len(wrong) > 1]
        hint = ADVICE.get(reading, "").format(levels=", ".join(how.levels))
        raise DataError(
            f"column {brief(column.name)}: {counted(len(wrong), 'value is', 'values are')} {what} "
            f"({told}{more}){hint}. Correct them, or list those that mark a missing value in "
            "dataset.missing_values."
        )
