"""A whole table of columns of several kinds: recognized, and brought into one array."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from kx.base.errors import DataError
from kx.base.remark import Remark
from kx.base.text import brief
from kx.contracts import ColumnForm, ColumnKind, TextForm
from kx.data.files.suffixes import PICTURE_FORMATS
from kx.data.tables.cells import BESIDE
from kx.data.tables.column_options import ColumnOptions
from kx.data.tables.columns import TableColumn
from kx.data.tables.recognition import Reading, Recognized, amounts, form_of, reading_of
from kx.data.tables.row_roles import RoleColumns
from kx.data.tables.rows import Places, in_lines, naming
from kx.data.tables.scales import known_values
from kx.data.tables.target_columns import TargetColumn

if TYPE_CHECKING:
    import numpy as np

USED = get_args(ColumnKind)
"""How columns are read that something is learned from."""


@dataclass(slots=True, eq=False)
class Sheet:
    """The rows of a table, column by column.

    Attributes:
        name: of the file.
        written: how it is written.
        header: the names of all its columns.
        targets: those that are to be predicted.
        lines: on which each row begins.
        columns: those that something might be learned from.
        beside: option -> the column that it names, of those that nothing is learned from.
        flaws: of rows that cannot be used.
        sha256: of the file.
        place: says where a row stands, by its line.
        typed: how columns are read by what the file says of them.
        points: columns whose numbers have a decimal point for certain.
        left: columns that cannot be read, and what they hold.
        parts: what each row is for by the name of its file; empty: it does not say.
        files: name -> SHA-256 of each file, if there are several.
        untold: files for testing that lack a target, and were not read -> the target.
        strangers: files beside those of the table.
        folder: in which it lies: there the names of pictures begin.
    """

    name: str
    written: Remark
    header: tuple[str, ...]
    targets: tuple[TargetColumn, ...]
    lines: array[int] = field(default_factory=lambda: array("q"))
    columns: list[TableColumn] = field(default_factory=list)
    beside: dict[str, TableColumn] = field(default_factory=dict)
    flaws: list[str] = field(default_factory=list)
    sha256: str = ""
    place: Places = in_lines
    typed: Mapping[str, Reading] = field(default_factory=dict)
    points: frozenset[str] = frozenset()
    left: Mapping[str, str] = field(default_factory=dict)
    parts: Sequence[str] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    untold: Mapping[str, str] = field(default_factory=dict)
    strangers: Sequence[str] = ()
    folder: Path = Path()

    def named(self, column: str) -> Remark:
        """Return what a column is called in remarks."""
        return Remark.of("columns.where", table=self.name, column=column)

    def roles(self, time: str | None = None) -> RoleColumns:
        """Return the columns that say what rows are for.

        Args:
            time: name of the one that tells when they came about, which may be learned from too.

        Raises:
            DataError: if it is not there.
        """
        columns = dict(self.beside)
        if time and "time" not in columns:
            column = next((column for column in self.columns if column.name == time), None)
            if column is None:
                raise DataError(
                    f"{self.name}: dataset.time names {time!r}, which is listed elsewhere."
                )
            columns["time"] = column
        return RoleColumns(self.name, self.lines, self.place, columns, self.parts)

    def readings(self, options: ColumnOptions) -> dict[str, Recognized]:
        """Return how each column is read: as the spec says, or by its values.

        Raises:
            DataError: if a column cannot be read so.
        """
        stated, found = {**self.typed, **options.stated()}, {}
        for column in self.columns:
            levels = options.levels(column.name)
            with naming(self.name):
                found[column.name] = reading_of(column, stated.get(column.name), levels)
            if column.name not in stated and lists_pictures(column, self.folder):
                found[column.name] = Recognized("image")
        return found

    def forms(
        self,
        readings: Mapping[str, Recognized],
        train: np.ndarray,
        test: np.ndarray,
        options: ColumnOptions,
        text: TextForm | None = None,
        picture: tuple[int, ...] = (),
    ) -> tuple[ColumnForm, ...]:
        """Return the columns that are learned from, by the training rows alone.

        Args:
            readings: how each column is read.
            train: the rows for training.
            test: the rows for testing.
            options: what the spec says of rare values.
            text: how texts become numbers.
            picture: form of a picture.

        Raises:
            DataError: if there is none, or one has gaps in the test part alone.
        """
        beside: dict[Reading, Callable[[str], ColumnForm]] = {
            "text": partial(ColumnForm, kind="text", gaps=True, text=text),
            "image": partial(ColumnForm, kind="image", gaps=True, picture=picture),
        }
        forms = [
            beside[reading](column.name)
            if (reading := readings[column.name].reading) in beside
            else self._form(column, readings[column.name], train, test, options)
            for column in self.columns
            if readings[column.name].reading in USED
        ]
        if not forms:
            raise DataError(f"{self.name} has no column to learn from besides the target.")
        return tuple(forms)

    def _form(
        self,
        column: TableColumn,
        how: Recognized,
        train: np.ndarray,
        test: np.ndarray,
        options: ColumnOptions,
    ) -> ColumnForm:
        empty = column.empty()
        gaps = bool(empty[train].any())
        if not gaps and empty[test].any():
            place = self.place(self.lines[int(test[empty[test].argmax()])])
            raise DataError(
                f"{self.name}: column {brief(column.name)} has no value in {place}, a test row, "
                "but has one in every training row: the network cannot learn what a missing "
                "value means. Fill it in, use another dataset.split_seed, or list the column in "
                "dataset.ignore."
            )
        levels = how.levels
        if how.reading == "category":
            levels = column.levels(train, options.most_levels, options.rare)
        form = replace(form_of(column, how), levels=levels, gaps=gaps)
        return replace(form, clock=form.kind == "date" and _times_differ(column, how, train))

    def x(self, forms: Sequence[ColumnForm]) -> np.ndarray:
        """Return (n, columns) float64; see ``DatasetInfo.table``."""
        import numpy as np

        columns = {column.name: column for column in self.columns}
        return np.column_stack([_values(columns[form.name], form) for form in forms])

    def strings(self, forms: Sequence[ColumnForm], kind: ColumnKind) -> dict[str, list[str]]:
        """Return what stands in the columns of a kind: name -> one text for each row."""
        wanted = {form.name for form in forms if form.kind == kind}
        return {c.name: c.strings() for c in self.columns if c.name in wanted}


def lists_pictures(column: TableColumn, folder: Path) -> bool:
    """Whether all values of a column are names of pictures, the first of which is there."""
    values = column.values if column.floats is None else ()
    named = bool(values) and all(Path(value).suffix.lower() in PICTURE_FORMATS for value in values)
    return named and (folder / next(iter(values))).is_file()


def pictures_of(sheet: Sheet) -> list[str]:
    """Return the name of each row's picture.

    Raises:
        DataError: if a row has none.
    """
    column = sheet.roles().full("image")
    return column.strings() if column else []


def _times_differ(column: TableColumn, how: Recognized, rows: np.ndarray) -> bool:
    """Whether the dates of some rows have different times of the day."""
    import numpy as np

    days = column.days(how.month_first)[rows]
    known = days[~np.isnan(days)]
    return len(np.unique(known % 1)) > 1


def _values(column: TableColumn, form: ColumnForm) -> np.ndarray:
    import numpy as np

    if form.kind == "category":
        return column.places(form.levels)
    if form.kind in BESIDE:
        absent: np.ndarray = column.empty()
        return np.where(absent, np.nan, 0.0)
    return amounts(column, form) if form.is_measured else column.said(known_values(form))
