"""What a table says of its rows: what belongs together, when, how much, which part and fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kx.base.errors import DataError
from kx.base.text import brief
from kx.contracts import ColumnForm, ColumnKind, Split
from kx.data.files.part_names import NAMES, part_of
from kx.data.tables.columns import Decimal, TableColumn
from kx.data.tables.dates import are_dates
from kx.data.tables.recognition import Recognized, amounts, reading_of
from kx.data.tables.rows import AnyTable, Places, naming
from kx.data.tables.targets import number_of

if TYPE_CHECKING:
    import numpy as np

AS_WRITTEN = ("image", "part", "fold")
"""Options whose columns are needed as they are written, however many different values there are."""


@dataclass(frozen=True, slots=True, eq=False)
class RoleColumns:
    """The columns that say what the rows of a table are for, as they were read.

    Attributes:
        table: name of the file.
        lines: on which each row begins.
        place: says where a row stands, by its line.
        columns: option of ``RowRoles`` -> the column that it names.
        by_file: what each row is for by the name of its file; empty: it does not say.
    """

    table: str
    lines: Sequence[int]
    place: Places
    columns: Mapping[str, TableColumn]
    by_file: Sequence[str] = ()

    def where(self, column: TableColumn) -> str:
        """Return what a column is called in messages."""
        return f"{self.table}: column {brief(column.name)}"

    def full(self, option: str) -> TableColumn | None:
        """Return the column that ``option`` names; None: it names none.

        Raises:
            DataError: if a row has no value there, with the first such row.
        """
        column = self.columns.get(option)
        if column and column.gaps:
            row = int(column.empty().argmax())
            raise DataError(
                f"{self.where(column)}, which dataset.{option} names, has no value in "
                f"{self.place(self.lines[row])}. Fill it in, or remove the row."
            )
        return column

    def split(self, x: np.ndarray, y: np.ndarray) -> Split:
        """Return (n,) examples and their targets, with all that is said of their rows.

        Raises:
            DataError: if a row lacks a group, a time or a weight, or cannot have the one it has.
        """
        return Split(x, y, self.weights(), self.groups(), self.times(), self.folds())

    def groups(self) -> np.ndarray | None:
        """Return (n,) numbers of what the rows belong to; None: the spec names no such column.

        Raises:
            DataError: if a row belongs to nothing.
        """
        import numpy as np

        if not (column := self.full("group")):
            return None
        return np.array(column.codes if column.floats is None else column.floats)

    def group_names(self) -> tuple[str, ...]:
        """Return what the numbers of ``groups`` stand for; empty: they are numbers themselves."""
        column = self.columns.get("group")
        return tuple(column.values) if column and column.floats is None else ()

    def folds(self) -> np.ndarray | None:
        """Return (n,) the fold of each row, -1 for none; None: the spec names no such column.

        Folds are counted from 0, in the rising order of their values: numbers first, then names.
        """
        import numpy as np

        if not (column := self.columns.get("fold")):
            return None
        values = list(column.values)
        numbers = {value: number_of(value) for value in values}
        order = sorted(
            (value for value in values if numbers[value] != -1),
            key=lambda value: (numbers[value] is None, numbers[value] or 0.0, value),
        )
        places = {value: at for at, value in enumerate(order)}
        known = np.array([*(places.get(value, -1) for value in values), -1])  # at last: no value
        found: np.ndarray = known[np.array(column.codes, np.int64)]
        return found

    def weights(self) -> np.ndarray | None:
        """Return (n,) float32, how much each row counts; None: the spec names no such column.

        Raises:
            DataError: if a weight is missing, no number, or not above 0.
        """
        import numpy as np

        if not (column := self.full("weight")):
            return None
        how = self._read_as(column, "number")
        weights = column.numbers(how.comma)
        if (weights <= 0).any():
            row = int((weights <= 0).argmax())
            raise DataError(
                f"{self.where(column)}: {self.place(self.lines[row])}: a weight must be above "
                f"0; got {weights[row]:g}. Remove rows that should not count."
            )
        found: np.ndarray = weights.astype(np.float32)
        return found

    def times(self) -> np.ndarray | None:
        """Return (n,) float64, when the rows came about; None: the spec names no such column.

        Raises:
            DataError: if it holds neither numbers nor dates, or not in every row.
        """
        return self.when()[1] if "time" in self.columns else None

    def when(self, *, gaps: bool = False) -> tuple[ColumnForm, np.ndarray]:
        """Return how the column of times, which is there, is read, and what ``times`` returns.

        Args:
            gaps: whether rows may lack a time: that is then NaN.

        Raises:
            DataError: as ``times`` does.
        """
        if not gaps:
            self.full("time")
        column = self.columns["time"]
        dates = column.floats is None and are_dates(column.values)
        kind: ColumnKind = "date" if dates else "number"
        how = self._read_as(column, kind)
        form = ColumnForm(column.name, kind, comma=how.comma, month_first=how.month_first)
        return form, amounts(column, form)

    def parts(self) -> np.ndarray | None:
        """Return (n,) what each row is for, such as ``train``; None: nobody says.

        Raises:
            DataError: if a column says of a row what is no part, or of none that it is for
                training.
        """
        import numpy as np

        column = self.columns.get("part")
        if column is None:
            return np.array(self.by_file) if any(self.by_file) else None
        known = [part_of(value) for value in column.values]
        for value, part in zip(column.values, known, strict=True):
            if not part:
                place = self.place(column.lines[column.values[value]])
                names = ", ".join(names[0] for names in NAMES.values())
                raise DataError(
                    f"{self.where(column)}, which dataset.part names: {place}: {value[:40]!r} is "
                    f"not a part. Parts are called {names}."
                )
        self.full("part")
        found = np.array(known)[np.array(column.codes, np.int64)]
        if not (found == "train").any():
            raise DataError(f"{self.where(column)} marks no row as training.")
        return found

    def _read_as(self, column: TableColumn, kind: ColumnKind) -> Recognized:
        with naming(self.table):
            return reading_of(column, kind)


def empty_column(option: str, name: str, table: AnyTable) -> TableColumn:
    """Return a column of ``table``, without rows, that ``option`` of ``RowRoles`` names."""
    decimal: Decimal = "point" if name in table.points else "auto"
    return TableColumn(name, decimal, kept=option in AS_WRITTEN, place=table.place)


def numbers_of(columns: Mapping[str, TableColumn]) -> list[TableColumn]:
    """Return those of the columns that are numbers, or may be."""
    return [column for option, column in columns.items() if option in ("time", "weight")]
