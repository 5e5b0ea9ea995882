"""Reading a whole table: once, block by block, column by column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from itertools import chain, islice
from pathlib import Path
from sys import intern

from kx.base.errors import DataError, RowsError
from kx.base.text import counted, some
from kx.data.tables.column_options import MOST_COLUMNS, WantedSheet
from kx.data.tables.columns import TableColumn, as_number
from kx.data.tables.decimals import settle
from kx.data.tables.delimited import Table, TableRow, open_table, ragged
from kx.data.tables.sheets import Sheet
from kx.data.tables.sniffing import names_columns
from kx.data.tables.targets import LabelCounts, is_absent

BLOCK = 1_000
"""Rows that are added at once."""


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
    columns = [name for names in wanted.columns.named().values() for name in names]
    return open_table(path, wanted.layout, (wanted.target, *columns))


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
        written = set(options.stated()) - set(options.numbers)
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
    named = set(options.stated()) - set(options.numbers)
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
    cells, called = table.header, generic(len(table.header))
    if header == "auto" and not names_columns(cells, table.below):
        header = "none"
    if header == "none" and cells != called:
        table.header = called
        return chain([TableRow(table.begins, table.begins, cells)], table)
    table.header = tuple(cell or name for cell, name in zip(cells, called, strict=True))
    return iter(table)


def _refuse_names(table: Table, wanted: WantedSheet) -> None:
    options = wanted.columns
    if wanted.target not in table.header and options.header != "none":
        _refuse_target(table, wanted.target)
    table.column(wanted.target, "target")
    for option, names in options.named().items():
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
            hint = "The first line seems to be a row; if it is none, say dataset.header: present."
        elif re.fullmatch(r"c\d+", target):
            hint = "If that line is a row, say dataset.header: none."
        else:
            raise
        raise DataError(f"{error} {hint}") from None


def generic(count: int) -> tuple[str, ...]:
    """Return the names of the columns of a table without a header."""
    return tuple(f"c{at}" for at in range(1, count + 1))


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
