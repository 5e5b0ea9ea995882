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
from kx.data.tables.dates import are_dates, month_comes_first
from kx.data.tables.recognition import (
    Reading,
    Recognized,
    form_of,
    recognized,
    refuse_stated,
)
from kx.data.tables.rows import Places, in_lines, naming
from kx.data.tables.scales import boolean_words, known_values
from kx.data.tables.target_columns import TargetColumn
from kx.data.tables.targets import number_of

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

    def where(self, column: TableColumn) -> str:
        """Return what a column is called in messages."""
        return f"{self.name}: column {brief(column.name)}"

    def named(self, column: str) -> Remark:
        """Return what a column is called in remarks."""
        return Remark.of("columns.where", table=self.name, column=column)

    def refuse_gaps(self, column: TableColumn, option: str) -> None:
        """Refuse a column that ``option`` names if a row has no value there.

        Raises:
            DataError: with the first such row.
        """
        if column.gaps:
            row = int(column.empty().argmax())
            raise DataError(
                f"{self.where(column)}, which dataset.{option} names, has no value in "
                f"{self.place(self.lines[row])}. Fill it in, or remove the row."
            )

    def readings(self, options: ColumnOptions) -> dict[str, Recognized]:
        """Return how each column is read: as the spec says, or by its values.

        Raises:
            DataError: if a column cannot be read so.
        """
        stated, found = {**self.typed, **options.stated()}, {}
        for column in self.columns:
            levels = options.levels(column.name)
            with naming(self.name):
                found[column.name] = _reading(column, stated.get(column.name), levels)
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


def group_codes(sheet: Sheet) -> np.ndarray | None:
    """Return (n,) numbers of what the rows belong to; None: the spec names no such column.

    Raises:
        DataError: if a row belongs to nothing.
    """
    import numpy as np

    if not (column := sheet.beside.get("group")):
        return None
    sheet.refuse_gaps(column, "group")
    return np.array(column.codes if column.floats is None else column.floats)


def group_names(sheet: Sheet) -> tuple[str, ...]:
    """Return what the numbers of ``group_codes`` stand for; empty: they are numbers themselves."""
    column = sheet.beside.get("group")
    return tuple(column.values) if column and column.floats is None else ()


def fold_codes(sheet: Sheet) -> np.ndarray | None:
    """Return (n,) the fold of each row, -1 for none; None: the spec names no such column.

    Folds are counted from 0, in the rising order of their values: numbers first, then names.
    """
    import numpy as np

    if not (column := sheet.beside.get("fold")):
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


def pictures_of(sheet: Sheet) -> list[str]:
    """Return the name of each row's picture.

    Raises:
        DataError: if a row has none.
    """
    column = sheet.beside["image"]
    sheet.refuse_gaps(column, "image")
    values = list(column.values)
    return [values[code] for code in column.codes]


def row_weights_of(sheet: Sheet) -> np.ndarray | None:
    """Return (n,) float32, how much each row counts; None: the spec names no such column.

    Raises:
        DataError: if a weight is missing, no number, or not above 0.
    """
    import numpy as np

    if not (column := sheet.beside.get("weight")):
        return None
    sheet.refuse_gaps(column, "weight")
    how = _read_as(sheet, column, "number")
    weights = column.numbers(how.comma)
    if (weights <= 0).any():
        row = int((weights <= 0).argmax())
        raise DataError(
            f"{sheet.where(column)}: {sheet.place(sheet.lines[row])}: a weight must be above 0; "
            f"got {weights[row]:g}. Remove rows that should not count."
        )
    found: np.ndarray = weights.astype(np.float32)
    return found


def times_of(sheet: Sheet, name: str) -> np.ndarray:
    """Return (n,) float64, when the rows came about, by the column ``name``.

    Raises:
        DataError: if it holds neither numbers nor dates, or not in every row.
    """
    form = time_form(sheet, name)
    return _values(next(column for column in sheet.columns if column.name == name), form)


def time_form(sheet: Sheet, name: str) -> ColumnForm:
    """Return how the column ``name``, which tells when rows came about, is read.

    Raises:
        DataError: as ``times_of`` does.
    """
    column = next((column for column in sheet.columns if column.name == name), None)
    if column is None:
        raise DataError(f"{sheet.name}: dataset.time names {name!r}, which is listed elsewhere.")
    sheet.refuse_gaps(column, "time")
    kind: ColumnKind = "date" if column.floats is None and are_dates(column.values) else "number"
    how = _read_as(sheet, column, kind)
    return ColumnForm(name, kind, comma=how.comma, month_first=how.month_first)


def _times_differ(column: TableColumn, how: Recognized, rows: np.ndarray) -> bool:
    """Whether the dates of some rows have different times of the day."""
    import numpy as np

    days = column.days(how.month_first)[rows]
    known = days[~np.isnan(days)]
    return len(np.unique(known % 1)) > 1


def _read_as(sheet: Sheet, column: TableColumn, reading: Reading) -> Recognized:
    with naming(sheet.name):
        return _reading(column, reading)


def _reading(
    column: TableColumn, stated: Reading | None, levels: tuple[str, ...] = ()
) -> Recognized:
    if stated is None:
        return recognized(column)
    comma = column.comma or (stated == "number" and column.has_commas())
    if stated == "boolean":
        levels = boolean_words(column.values)
    first = stated == "date" and month_comes_first(column.name, column.values, column.order)
    found = Recognized(stated, comma and stated == "number", first, levels=levels)
    refuse_stated(column, found)
    return found


def _values(column: TableColumn, form: ColumnForm) -> np.ndarray:
    import numpy as np

    if form.kind == "category":
        return column.places(form.levels)
    if form.kind in BESIDE:
        absent: np.ndarray = column.empty()
        return np.where(absent, np.nan, 0.0)
    if not form.is_measured:
        return column.said(known_values(form))
    if form.kind == "date":
        return column.days(form.month_first)
    return column.numbers(form.comma)
