"""A whole table of columns of several kinds: read, recognized, and brought into one array."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from kx.base.errors import DataError, RowsError
from kx.base.remark import Remark, some_of
from kx.base.text import SHOWN, counted, some
from kx.contracts import ColumnForm
from kx.data.arrays.splitting import OnBroken
from kx.data.tables.columns import (
    MOST_LEVELS,
    NAMED,
    Decimal,
    Reading,
    Recognized,
    TableColumn,
    as_day,
    as_number,
    copies,
    recognized,
    refuse_stated,
)
from kx.data.tables.decimals import plain, settle
from kx.data.tables.delimited import Delimiting, Table, TableRow, open_table, ragged
from kx.data.tables.targets import MISSING, LabelCounts, TargetOptions, is_absent, number_of

if TYPE_CHECKING:
    import numpy as np

MOST_COLUMNS = 10_000

BLOCK = 1_000
"""Rows that are added at once."""

USED = ("number", "category", "date")
"""How columns are read that something is learned from."""

MOSTLY_MISSING = 0.9
"""A share of rows without a value from which on that is told."""

Name = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[str, ...], Field(max_length=MOST_COLUMNS)]


@dataclass(frozen=True, slots=True)
class ColumnOptions:
    """What the columns of a table are: options of all datasets that learn from several.

    Attributes:
        numbers: columns that are numbers, whatever their values look like.
        categories: columns that are names of kinds, also where they look like numbers.
        dates: columns that are dates, such as 2024-03-01 or 1.3.2024.
        ignore: columns that nothing is learned from, such as an identifier.
        group: column that tells what rows belong together, such as a patient; nothing is learned
            from it, and no group is divided between training and test part.
        time: column of numbers or dates that tells when rows came about: they are put in its
            order, and the last ones are for testing.
        weight: column that tells how much each row counts in the loss; nothing is learned from it.
        decimal: what stands before decimals: a `point`, as in 1,234.5, or a `comma`, as in 1.234,5;
            `auto` tells by the values of the column, or else by those of the others.
        missing_values: what means in these columns that there is no value, besides an empty one;
            upper and lower case are the same.
        header: whether the first line names the columns: `present`, or `none`: they are then
            called c1, c2 and so on; `auto`: it does unless all that stands there are numbers.
    """

    numbers: Names = ()
    categories: Names = ()
    dates: Names = ()
    ignore: Names = ()
    group: Name | None = None
    time: Name | None = None
    weight: Name | None = None
    decimal: Decimal = "auto"
    missing_values: Annotated[tuple[str, ...], Field(max_length=100)] = (*MISSING, "?")
    header: Literal["auto", "present", "none"] = "auto"

    def stated(self) -> dict[str, Reading]:
        """Return what the spec says of columns."""
        said: dict[str, Reading] = {}
        for names, reading in self._lists():
            said |= dict.fromkeys(names, reading)
        return said

    def _lists(self) -> Iterator[tuple[Names, Reading]]:
        yield self.numbers, "number"
        yield self.categories, "category"
        yield self.dates, "date"

    def beside(self) -> dict[str, str]:
        """Return the columns of which nothing is learned though they are read: option -> name."""
        named = {"group": self.group, "weight": self.weight}
        return {option: name for option, name in named.items() if name}

    def twice(self) -> str:
        """Return the first column that is listed more than once; empty: none is."""
        names = [
            *self.numbers,
            *self.categories,
            *self.dates,
            *self.ignore,
            *self.beside().values(),
        ]
        return next((name for name in names if names.count(name) > 1), "")

    def absent(self) -> frozenset[str]:
        """Return what stands for no value."""
        return frozenset(value.strip().casefold() for value in ("", *self.missing_values))


@dataclass(frozen=True, slots=True)
class WantedSheet:
    """What is read of a table.

    Attributes:
        target: name of the column that is to be predicted.
        layout: how the table is written.
        labels: what the target is.
        columns: what the others are.
        on_broken: what to do about rows that cannot be used.
    """

    target: str
    layout: Delimiting
    labels: TargetOptions
    columns: ColumnOptions
    on_broken: OnBroken


@dataclass(slots=True, eq=False)
class Sheet:
    """The rows of a table, column by column.

    Attributes:
        name: of the file.
        written: how it is written.
        header: the names of all its columns.
        target: the name of that which is to be predicted.
        labels: the different labels.
        said: the label of each row.
        lines: on which each row begins.
        columns: those that something might be learned from.
        beside: option -> the column that it names, of those that nothing is learned from.
        flaws: of rows that cannot be used.
        sha256: of the file.
    """

    name: str
    written: str
    header: tuple[str, ...]
    target: str
    labels: LabelCounts
    said: list[str] = field(default_factory=list)
    lines: array[int] = field(default_factory=lambda: array("q"))
    columns: list[TableColumn] = field(default_factory=list)
    beside: dict[str, TableColumn] = field(default_factory=dict)
    flaws: list[str] = field(default_factory=list)
    sha256: str = ""

    def write_target(self, comma: bool) -> None:
        """Write the target, whose labels are numbers, with a decimal point and nothing else."""
        old = self.labels
        self.labels = LabelCounts(old.where, old.option)
        for label, count in old.counts.items():
            number = plain(label, comma=comma)
            self.labels.counts[number] = self.labels.counts.get(number, 0) + count
            self.labels.lines.setdefault(number, old.lines[label])
        self.said = [intern(plain(label, comma=comma)) for label in self.said]

    def readings(self, options: ColumnOptions) -> dict[str, Recognized]:
        """Return how each column is read: as the spec says, or by its values.

        Raises:
            DataError: if a column cannot be read so.
        """
        stated, found = options.stated(), {}
        for column in self.columns:
            try:
                found[column.name] = _reading(column, stated.get(column.name))
            except DataError as error:
                raise DataError(f"{self.name}: {error}") from None
        return found

    def forms(
        self, readings: Mapping[str, Recognized], train: np.ndarray, test: np.ndarray
    ) -> tuple[ColumnForm, ...]:
        """Return the columns that are learned from, by the training rows alone.

        Args:
            readings: how each column is read.
            train: the rows for training.
            test: the rows for testing.

        Raises:
            DataError: if there is none, or one has gaps in the test part alone.
        """
        forms = [
            self._form(column, readings[column.name], train, test)
            for column in self.columns
            if readings[column.name].reading in USED
        ]
        if not forms:
            raise DataError(f"{self.name} has no column to learn from beside the target.")
        return tuple(forms)

    def _form(
        self, column: TableColumn, how: Recognized, train: np.ndarray, test: np.ndarray
    ) -> ColumnForm:
        import numpy as np

        empty = np.isnan(_values(column, how, ()))
        gaps = bool(empty[train].any())
        if not gaps and empty[test].any():
            line = self.lines[int(test[empty[test].argmax()])]
            raise DataError(
                f"{self.name}: column {column.name} has no value in line {line}, which is for "
                "testing, but has one in every row for training: there is nothing to learn from "
                "what it means that it is missing. Fill it, use another dataset.split_seed, or "
                "list the column in dataset.ignore."
            )
        levels = column.levels(train) if how.reading == "category" else ()
        kind: Literal["number", "category", "date"]
        kind = (
            "category"
            if levels or how.reading == "category"
            else ("date" if how.reading == "date" else "number")
        )
        return ColumnForm(column.name, kind, levels, gaps, how.comma)

    def x(self, forms: Sequence[ColumnForm], readings: Mapping[str, Recognized]) -> np.ndarray:
        """Return (n, columns) float64; see ``DatasetInfo.table``."""
        import numpy as np

        columns = {column.name: column for column in self.columns}
        return np.column_stack(
            [_values(columns[form.name], readings[form.name], form.levels) for form in forms]
        )

    def remarks(
        self, readings: Mapping[str, Recognized], options: ColumnOptions
    ) -> Iterator[Remark]:
        """Yield what everybody should know of the table as it was found."""
        if self.flaws:
            told = some_of(self.flaws, SHOWN, "list.clauses_more", "list.clauses")
            yield Remark.of("table.left_out", table=self.name, count=len(self.flaws), flaws=told)
        stated = options.stated()
        for column in self.columns:
            where = f"{self.name}: column {column.name}"
            how = readings[column.name]
            if remark := _left_out(where, column, how):
                yield remark
            elif options.time is None and how.reading == "date" and _is_sorted(column):
                yield Remark.of("columns.sorted", column=where, name=column.name)
            yield from _column_remarks(where, column, how, guessed=column.name not in stated)
        used = [column for column in self.columns if readings[column.name].reading in USED]
        for name in copies(used, self.said):
            where = f"{self.name}: column {name}"
            yield Remark.of(
                "columns.copy", column=where, target=self.labels.where.split("column ")[-1]
            )


def check_names(path: Path, wanted: WantedSheet) -> None:
    """Look whether the table at ``path`` has the columns that are named; no row is read.

    Raises:
        MissingDataError: if nothing is there.
        DataError: if it is no table with these columns.
    """
    with _opened(path, wanted) as table:
        named_rows(table, wanted.columns.header)
        _refuse_names(table, wanted)


def _opened(path: Path, wanted: WantedSheet) -> AbstractContextManager[Table]:
    named = (wanted.target, *wanted.columns.stated(), *wanted.columns.ignore)
    return open_table(path, wanted.layout, named)


def read_sheet(path: Path, wanted: WantedSheet) -> Sheet:
    """Read the table at ``path``, once.

    Raises:
        MissingDataError: if nothing is there.
        DataError: if it is no table with these columns.
        RowsError: if rows cannot be used.
    """
    options = wanted.columns
    with _opened(path, wanted) as table:
        records = named_rows(table, options.header)
        _refuse_names(table, wanted)
        labels = LabelCounts(f"{table.name}: column {wanted.target}", "target")
        sheet = Sheet(table.name, table.written, table.header, wanted.target, labels)
        left = {wanted.target, *options.ignore, *options.beside().values()}
        column = partial(TableColumn, decimal=options.decimal)
        written = {*options.categories, *options.dates}
        sheet.columns = [
            column(name, kept=name in written) for name in table.header if name not in left
        ]
        sheet.beside = {option: column(name) for option, name in options.beside().items()}
        _read(sheet, records, table, wanted)
        sheet.sha256 = table.sha256
    if sheet.flaws and wanted.on_broken == "error":
        raise RowsError(_unusable(sheet))
    try:
        _settle_decimals(sheet, wanted)
    except DataError as error:
        raise DataError(f"{sheet.name}: {error}") from None
    return sheet


def _settle_decimals(sheet: Sheet, wanted: WantedSheet) -> None:
    """Tell decimals from thousands where one column alone does not; write targets with a point."""
    options, labels = wanted.columns, sheet.labels
    values = {label: at for at, label in enumerate(labels.counts)}
    lines = list(labels.lines.values())
    target = TableColumn(sheet.target, options.decimal, values=values, lines=lines)
    named = {*options.categories, *options.dates}
    columns = [column for column in sheet.columns if column.name not in named]
    learned = [] if wanted.labels.task == "classes" else [target]
    settle([*columns, *sheet.beside.values(), *learned])
    comma = bool(learned) and target.has_commas()
    marked = comma or any("," in label for label in values)
    if marked and learned and None not in [as_number(label, comma=comma) for label in values]:
        sheet.write_target(comma)


def _read(sheet: Sheet, records: Iterator[TableRow], table: Table, wanted: WantedSheet) -> None:
    """Add the rows to ``sheet``, but those that cannot be used."""
    absent = wanted.columns.absent()
    columns = [*sheet.columns, *sheet.beside.values()]
    places = [table.header.index(column.name) for column in columns]
    usable = _usable(sheet, records, table, wanted)
    try:
        while block := list(islice(usable, BLOCK)):
            lines = [record.line for record in block]
            cells = list(zip(*(record.cells for record in block), strict=True))
            for column, place in zip(columns, places, strict=True):
                column.extend(cells[place], lines, absent)
    except DataError as error:
        raise DataError(f"{sheet.name}: {error}") from None


def _usable(
    sheet: Sheet, records: Iterator[TableRow], table: Table, wanted: WantedSheet
) -> Iterator[TableRow]:
    """Yield the rows that can be used, their labels and lines added to ``sheet``."""
    target, none = table.header.index(wanted.target), wanted.labels.absent()
    for record in records:
        if not any(map(str.strip, record.cells)):
            continue
        flaw = ragged(record, table)
        label = "" if flaw else intern(record.cells[target].strip())
        if not flaw and is_absent(label, none):
            flaw = f"no {wanted.target}" + (f", but {label!r}" if label else "")
        if flaw:
            sheet.flaws.append(f"line {record.line}: {flaw}")
            continue
        sheet.labels.add(label, record.line)
        sheet.lines.append(record.line)
        sheet.said.append(label)
        yield record


def named_rows(table: Table, header: str) -> Iterator[TableRow]:
    """Return the rows, after the columns of a table without a header were given names."""
    cells = table.header
    numbers = all(not cell or number_of(cell.replace(",", ".")) is not None for cell in cells)
    if header == "none" or (header == "auto" and numbers and any(cells)):
        table.header = generic(len(cells))
        return chain([TableRow(table.begins, table.begins, cells)], table)
    table.header = tuple(cell or f"c{at}" for at, cell in enumerate(cells, 1))
    return iter(table)


def _refuse_names(table: Table, wanted: WantedSheet) -> None:
    options = wanted.columns
    lists = {"numbers": options.numbers, "categories": options.categories, "dates": options.dates,
             "ignore": options.ignore, "time": [options.time] if options.time else [],
             **{option: [name] for option, name in options.beside().items()}}  # fmt: skip
    if wanted.target not in table.header and options.header != "none":
        _refuse_target(table, wanted.target)
    table.column(wanted.target, "target")
    for option, names in lists.items():
        for name in names:
            table.column(name, option)
            if name == wanted.target:
                raise DataError(f"dataset.{option} lists {name!r}, which is the target.")
    for name in table.header:
        table.column(name, "ignore")  # none may be there twice
    if len(table.header) > MOST_COLUMNS:
        raise DataError(f"{table.name} has more than {MOST_COLUMNS:,} columns.")


def _refuse_target(table: Table, target: str) -> None:
    """Refuse a target that the header lacks if it may be no header, or the rows above be one.

    Raises:
        DataError: with what to say of the first line.
    """
    try:
        table.column(target, "target")
    except DataError as error:
        if table.header == generic(len(table.header)):
            hint = "It seems to hold numbers; if these are names, say dataset.header: present."
        elif re.fullmatch(r"c\d+", target):
            hint = "If that line is a row, say dataset.header: none."
        else:
            raise
        raise DataError(f"{error} {hint}") from None


def generic(count: int) -> tuple[str, ...]:
    """Return the names of the columns of a table without a header."""
    return tuple(f"c{at}" for at in range(1, count + 1))


def group_codes(sheet: Sheet) -> np.ndarray | None:
    """Return (n,) numbers of what the rows belong to; None: the spec names no such column.

    Raises:
        DataError: if a row belongs to nothing.
    """
    import numpy as np

    if not (column := sheet.beside.get("group")):
        return None
    _refuse_gaps(sheet, column, "group")
    return np.array(column.codes if column.floats is None else column.floats)


def row_weights_of(sheet: Sheet) -> np.ndarray | None:
    """Return (n,) float32, how much each row counts; None: the spec names no such column.

    Raises:
        DataError: if a weight is missing, no number, or not above 0.
    """
    import numpy as np

    if not (column := sheet.beside.get("weight")):
        return None
    _refuse_gaps(sheet, column, "weight")
    how = _read_as(sheet, column, "number")
    weights = column.numbers(how.comma)
    if (weights <= 0).any():
        row = int((weights <= 0).argmax())
        raise DataError(
            f"{sheet.name}: column {column.name}: line {sheet.lines[row]}: a weight must be above "
            f"0; got {weights[row]:g}. Leave rows out that should not count."
        )
    found: np.ndarray = weights.astype(np.float32)
    return found


def times_of(sheet: Sheet, name: str) -> np.ndarray:
    """Return (n,) float64, when the rows came about, by the column ``name``.

    Raises:
        DataError: if it holds neither numbers nor dates, or not in every row.
    """
    column = next((column for column in sheet.columns if column.name == name), None)
    if column is None:
        raise DataError(f"{sheet.name}: dataset.time names {name!r}, which is listed elsewhere.")
    _refuse_gaps(sheet, column, "time")
    dates = column.floats is None and all(as_day(value) is not None for value in column.values)
    how = _read_as(sheet, column, "date" if dates else "number")
    return _values(column, how, ())


def _refuse_gaps(sheet: Sheet, column: TableColumn, option: str) -> None:
    if column.gaps:
        empty = column.codes if column.floats is None else column.floats
        row = next(at for at, value in enumerate(empty) if value == -1 or value != value)
        raise DataError(
            f"{sheet.name}: column {column.name}, which dataset.{option} names, has no value in "
            f"line {sheet.lines[row]}. Fill it, or leave the row out."
        )


def _read_as(sheet: Sheet, column: TableColumn, reading: Reading) -> Recognized:
    try:
        return _reading(column, reading)
    except DataError as error:
        raise DataError(f"{sheet.name}: {error}") from None


def _reading(column: TableColumn, stated: Reading | None) -> Recognized:
    if stated is None:
        return recognized(column)
    comma = column.comma or (stated == "number" and column.has_commas())
    refuse_stated(column, stated, comma)
    return Recognized(stated, comma and stated == "number")


def _values(column: TableColumn, how: Recognized, levels: Sequence[str]) -> np.ndarray:
    if how.reading == "category":
        return column.places(levels)
    return column.days() if how.reading == "date" else column.numbers(how.comma)


def _left_out(where: str, column: TableColumn, how: Recognized) -> Remark | None:
    """Return why nothing is learned from a column; None: something is."""
    if how.reading == "empty":
        return Remark.of("columns.empty", column=where)
    if how.reading == "constant":
        value = next(iter(column.values))[:40]
        return Remark.of("columns.constant", column=where, value=value)
    if how.reading == "rows":
        return Remark.of("columns.rows_numbered", column=where)
    if how.reading == "identifier":
        return Remark.of("columns.distinct", column=where)
    if how.reading == "text":
        counts = {"count": len(column.values), "rows": len(column)}
        return Remark.of("columns.texts", column=where, **counts)
    return None


def _column_remarks(
    where: str, column: TableColumn, how: Recognized, *, guessed: bool
) -> Iterator[Remark]:
    if how.few and guessed:
        values = some_of(how.few, NAMED, "list.comma_more")
        yield Remark.of("columns.few_numbers", column=where, count=len(how.few), values=values)
    if len(column) and column.gaps / len(column) >= MOSTLY_MISSING and how.reading in USED:
        yield Remark.of("columns.missing", column=where, share=f"{column.gaps / len(column):.0%}")
    if how.reading == "category" and len(column.values) > MOST_LEVELS:
        count = len(column.values)
        yield Remark.of("columns.values", column=where, count=count, most=MOST_LEVELS)


def _is_sorted(column: TableColumn) -> bool:
    """Whether the dates of a column rise from row to row."""
    import numpy as np

    days = column.days()
    return len(days) > 2 and bool((np.diff(days[~np.isnan(days)]) >= 0).all())


def _unusable(sheet: Sheet) -> str:
    rows = counted(len(sheet.flaws), "row", "rows")
    return (
        f"{sheet.name}: {rows} cannot be used: {some(sheet.flaws)}\n"
        f"Correct them, remove them, or set dataset.on_broken: skip.{_perhaps_a_class(sheet)}"
    )


def _perhaps_a_class(sheet: Sheet) -> str:
    """Return what to say if a word such as none may be a label."""
    if not any(", but " in flaw for flaw in sheet.flaws):
        return ""
    return (
        " If such a word is a class of its own, list in dataset.missing_labels only what is none."
    )
