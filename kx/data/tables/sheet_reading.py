"""Reading a whole table: once, block by block, column by column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import chain, islice
from pathlib import Path

from kx.base.errors import DataError, RowsError
from kx.base.text import counted, some
from kx.data.tables.arrow_files import ArrowTable
from kx.data.tables.arrow_reading import read_columns
from kx.data.tables.column_options import MOST_COLUMNS, ColumnOptions, WantedSheet
from kx.data.tables.columns import TableColumn
from kx.data.tables.decimals import settle
from kx.data.tables.opening import open_table
from kx.data.tables.rows import AnyTable, TableRow, ragged
from kx.data.tables.several_labels import hint_on_gaps
from kx.data.tables.sheets import Sheet
from kx.data.tables.sniffing import names_columns
from kx.data.tables.target_columns import (
    TargetCells,
    TargetColumn,
    refuse_twice,
    target_cells,
)
from kx.data.tables.targets import FEW, TargetOptions, number_of

BLOCK = 1_000
"""Rows that are added at once."""

WORDS = ("classes", "multilabel")
"""Tasks whose targets are no numbers, whatever they look like."""


def check_names(path: Path, wanted: WantedSheet) -> None:
    """Look whether the table at ``path`` has the columns that are named; no row is read.

    Raises:
        MissingDataError: if nothing is there.
        DataError: if it is no table with these columns.
    """
    with _opened(path, wanted) as table:
        named_rows(table, wanted.columns.header)
        _refuse_names(table, wanted)


def _opened(path: Path, wanted: WantedSheet) -> AbstractContextManager[AnyTable]:
    columns = [name for names in wanted.named().values() for name in names]
    return open_table(path, wanted.layout, (*wanted.targets, *columns))


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
        places = {name: table.header.index(name) for name in wanted.targets}
        cells = target_cells(table, places, wanted.labels, "target")
        sheet = Sheet(table.name, table.written, table.header, cells.columns)
        sheet.place, sheet.points, sheet.left = table.place, table.points, table.left
        sheet.typed = dict.fromkeys(table.kinds, "category")
        left = {*wanted.targets, *options.ignore, *wanted.beside().values()}
        learned = () if wanted.image else table.header
        sheet.columns = [_empty(name, sheet, options) for name in learned if name not in left]
        beside = wanted.beside().items()
        sheet.beside = {option: _empty(name, sheet, options) for option, name in beside}
        if wanted.image:
            sheet.beside["image"].kept = True
        if isinstance(table, ArrowTable) and not wanted.image:
            _read_typed(sheet, table, cells, wanted)
        else:
            _read(sheet, _usable(sheet, records, table, cells, wanted), table, wanted)
        sheet.sha256 = table.sha256
    if sheet.flaws and wanted.on_broken == "error":
        raise RowsError(_unusable(sheet, wanted.labels))
    try:
        _settle_numbers(sheet, wanted)
    except DataError as error:
        raise DataError(f"{sheet.name}: {error}") from None
    return sheet


def _empty(name: str, sheet: Sheet, options: ColumnOptions) -> TableColumn:
    """Return a column without rows, which knows what the spec and the file say of it."""
    written = {*options.stated(), *sheet.typed} - set(options.numbers)
    decimal = "point" if name in sheet.points else options.decimal
    kept = name in written
    return TableColumn(name, decimal, order=options.date_order, kept=kept, place=sheet.place)


def _read_typed(sheet: Sheet, table: ArrowTable, cells: TargetCells, wanted: WantedSheet) -> None:
    try:
        read_columns(sheet, table, cells, wanted.columns.absent())
    except DataError as error:
        raise DataError(f"{sheet.name}: {error}") from None


def _settle_numbers(sheet: Sheet, wanted: WantedSheet) -> None:
    """Take units off numbers, tell decimals from thousands, and write targets with a point."""
    options, task = wanted.columns, wanted.labels.task
    learned = [] if task in WORDS else [_as_column(t, sheet, options) for t in sheet.targets]
    named = set(options.stated()) - set(options.numbers)
    columns = [column for column in sheet.columns if column.name not in named]
    many = [each for each in learned if len(each.values) > FEW]
    measured = {"auto": many, "unit_regression": []}.get(task, learned)  # 85 % is no share
    for column in (*columns, *measured):
        column.take_units_off()
    weights = [column for option, column in sheet.beside.items() if option == "weight"]
    settle([*columns, *weights, *learned])
    for target, column in zip(sheet.targets, learned, strict=False):
        written = target.plain(comma=column.has_commas(), unit=column.unit)
        if list(written) != list(written.values()) and None not in map(number_of, written.values()):
            target.write(written, column.unit)


def _as_column(target: TargetColumn, sheet: Sheet, options: ColumnOptions) -> TableColumn:
    """Return the different values of a target as those of any column."""
    values = {label: at for at, label in enumerate(target.labels.counts)}
    lines = list(target.labels.lines.values())
    decimal = "point" if target.name in sheet.points else options.decimal
    return TableColumn(target.name, decimal, values=values, lines=lines, place=sheet.place)


def _read(sheet: Sheet, usable: Iterator[TableRow], table: AnyTable, wanted: WantedSheet) -> None:
    """Add the rows to ``sheet``, but those that cannot be used."""
    absent = wanted.columns.absent()
    columns = [*sheet.columns, *sheet.beside.values()]
    places = [table.header.index(column.name) for column in columns]
    try:
        while block := list(islice(usable, BLOCK)):
            lines = [record.line for record in block]
            cells = list(zip(*(record.cells for record in block), strict=True))
            for column, place in zip(columns, places, strict=True):
                column.extend(cells[place], lines, absent)
    except DataError as error:
        raise DataError(f"{sheet.name}: {error}") from None


def _usable(
    sheet: Sheet,
    records: Iterator[TableRow],
    table: AnyTable,
    targets: TargetCells,
    wanted: WantedSheet,
) -> Iterator[TableRow]:
    """Yield the rows that can be used, their targets and lines added to ``sheet``."""
    image = table.header.index(wanted.image) if wanted.image else -1
    for record in records:
        if not any(map(str.strip, record.cells)):
            continue
        flaw = ragged(record, table)
        if not flaw and image >= 0 and not record.cells[image].strip():
            flaw = f"no {wanted.image}"
        if flaw := flaw or targets.flaw(record.cells):
            sheet.flaws.append(f"{sheet.place(record.line)}: {flaw}")
            continue
        targets.add(record.cells, record.line)
        sheet.lines.append(record.line)
        yield record


def named_rows(table: AnyTable, header: str) -> Iterator[TableRow]:
    """Return the rows, after the columns of a table without a header were given names.

    Raises:
        DataError: if the file names them itself, but is said not to.
    """
    if table.typed:
        if header == "none":
            raise DataError(f"{table.name} names its columns itself: leave dataset.header out.")
        return iter(table)
    cells, called = table.header, generic(len(table.header))
    if header == "auto" and not names_columns(cells, table.below):
        header = "none"
    if header == "none" and cells != called:
        table.header = called
        return chain([TableRow(table.begins, table.begins, cells)], table)
    table.header = tuple(cell or name for cell, name in zip(cells, called, strict=True))
    return iter(table)


def _refuse_names(table: AnyTable, wanted: WantedSheet) -> None:
    options = wanted.columns
    refuse_twice(wanted.targets, "target")
    for target in wanted.targets:
        if target not in table.header and options.header != "none":
            _refuse_target(table, target)
        table.column(target, "target")
    for option, names in wanted.named().items():
        for name in names:
            table.column(name, option)
            if name in wanted.targets:
                what = "the target" if len(wanted.targets) == 1 else "one of the targets"
                raise DataError(f"dataset.{option} lists {name!r}, which is {what}.")
    for name in table.header:
        table.column(name, "ignore")  # none may be there twice
    if len(table.header) > MOST_COLUMNS:
        raise DataError(f"{table.name} has more than {MOST_COLUMNS:,} columns.")


def _refuse_target(table: AnyTable, target: str) -> None:
    """Refuse a target that the header lacks if it may be no header, or the rows above be one.

    Raises:
        DataError: with what to say of the first line.
    """
    try:
        table.column(target, "target")
    except DataError as error:
        if table.header == generic(len(table.header)):
            hint = "The first line seems to be a row; if it is none, say dataset.header: present."
        elif re.fullmatch(r"c\d+", target):
            hint = "If that line is a row, say dataset.header: none."
        else:
            raise
        raise DataError(f"{error} {hint}") from None


def generic(count: int) -> tuple[str, ...]:
    """Return the names of the columns of a table without a header."""
    return tuple(f"c{at}" for at in range(1, count + 1))


def _unusable(sheet: Sheet, labels: TargetOptions) -> str:
    rows = counted(len(sheet.flaws), "row", "rows")
    hints = _perhaps_a_class(sheet) + hint_on_gaps(sheet.targets, labels, sheet.flaws)
    return (
        f"{sheet.name}: {rows} cannot be used: {some(sheet.flaws)}\n"
        f"Correct them, remove them, or set dataset.on_broken: skip.{hints}"
    )


def _perhaps_a_class(sheet: Sheet) -> str:
    """Return what to say if a word such as none may be a label."""
    if not any(", but " in flaw for flaw in sheet.flaws):
        return ""
    return (
        " If such a word is a class of its own, list in dataset.missing_labels only what is none."
    )
