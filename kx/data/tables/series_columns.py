"""What a spec says of the columns of a table of time series."""

from __future__ import annotations

from dataclasses import dataclass, fields

from kx.data.tables.column_options import ColumnOptions, ColumnReadings, Names


@dataclass(frozen=True, slots=True)
class SeriesColumns(ColumnReadings):
    """What the columns of a table of series are.

    Attributes:
        inputs: columns that are learned from, beside the past of the target; by default all.
        known: those of them whose values are known ahead, such as holidays: networks read them
            at the steps up to the one that is forecast.
    """

    inputs: Names | None = None
    known: Names = ()

    def of_table(self) -> ColumnOptions:
        """Return what is said of the columns when the table is read."""
        return ColumnOptions(
            **{each.name: getattr(self, each.name) for each in fields(ColumnReadings)}
        )
