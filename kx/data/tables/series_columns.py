"""What a spec says of the columns of a table of time series."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from kx.data.tables.column_options import ColumnOptions, Levels, Names
from kx.data.tables.columns import Decimal
from kx.data.tables.dates import DateOrder
from kx.data.tables.targets import MISSING


@dataclass(frozen=True, slots=True)
class SeriesColumns:
    """What the columns of a table of series are.

    Attributes:
        numbers: columns that are numbers, whatever their values look like.
        categories: columns that are names of kinds, also where they look like numbers.
        dates: further columns that are dates.
        booleans: columns that say yes or no, true or false, 1 or 0.
        ordered: columns whose values are levels with an order, the lowest first, such as
            `{wind: [calm, breeze, storm]}`.
        ignore: columns that nothing is learned from.
        inputs: columns that are learned from, beside the past of the target; by default all.
        known: those of them whose values are known ahead, such as holidays: networks read them
            at the steps up to the one that is forecast.
        decimal: what stands before decimals: a `point`, as in 1,234.5, or a `comma`, as in 1.234,5;
            `auto` tells by the values.
        date_order: of dates such as 3/1/2024: `day_first`, or `month_first`; `auto` tells by the
            values of the column.
        missing_values: what means that there is no value, besides an empty one; upper and lower
            case are the same.
        header: whether the first line names the columns: `present`, or `none`: they are then
            called c1, c2 and so on; `auto` tells by the values below.
    """

    numbers: Names = ()
    categories: Names = ()
    dates: Names = ()
    booleans: Names = ()
    ordered: dict[str, Levels] = field(default_factory=dict, hash=False)
    ignore: Names = ()
    inputs: Names | None = None
    known: Names = ()
    decimal: Decimal = "auto"
    date_order: DateOrder = "auto"
    missing_values: Annotated[tuple[str, ...], Field(max_length=100)] = (*MISSING, "?")
    header: Literal["auto", "present", "none"] = "auto"

    def of_table(self, time: str, series: str | None) -> ColumnOptions:
        """Return what is said of the columns when the table is read."""
        return ColumnOptions(
            numbers=self.numbers,
            categories=self.categories,
            dates=self.dates,
            booleans=self.booleans,
            ordered=self.ordered,
            ignore=self.ignore,
            time=time,
            group=series,
            decimal=self.decimal,
            date_order=self.date_order,
            missing_values=self.missing_values,
            header=self.header,
        )
