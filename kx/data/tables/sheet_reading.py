"""Reading a whole table: once, block by block, column by column."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import chain
from pathlib import Path

from kx.base.errors import DataError, RowsError
from kx.base.text import counted, some
from kx.data.tables.arrow_reading import add_block
from kx.data.tables.column_options import MOST_COLUMNS, ColumnOptions, WantedSheet
from kx.data.tables.columns import TableColumn
from kx.data.tables.decimals import settle
from kx.data.tables.headers import generic, name_columns
from kx.data.tables.joined import JoinedTable, open_files, without_targets
from kx.data.tables.row_roles import AS_WRITTEN, numbers_of
from kx.data.tables.rows import AnyTable, ColumnBlock, Piece, TableRow, naming, ragged
from kx.data.tables.several_labels import hint_on_gaps
from kx.data.tables.sheets import Sheet
from kx.data.tables.table_paths import TableFile, TablePaths, table_folder, table_paths
from kx.data.tables.target_columns import (
    TargetCells,
    TargetColumn,
    refuse_twice,
    target_cells,
)
from kx.data.tables.targets import FEW, TargetOptions, number_of

WORDS = ("classes", "multilabel")
"""Tasks whose targets are no numbers, whatever they look like."""


def check_names(path: Path | TablePaths, wanted: WantedSheet) -> None:
    """Look whether a table has the columns that are named; no row is read.

    Raises:
        MissingDataError: if nothing is there.
        DataError: if it is no table with these columns.
    """
    with _opened(_told(_paths(path), wanted)[0], wanted) as table:
        _above(table, wanted)
        _refuse_names(table, wanted)


def _paths(path: Path | TablePaths) -> TablePaths:
    return path if isinstance(path, TablePaths) else table_paths(str(path))


def _told(paths: TablePaths, wanted: WantedSheet) -> tuple[Sequence[TableFile], Mapping[str, str]]:
    """Return the files that have the targets, and those for testing that lack one."""
    untold = without_targets(paths.files, wanted.layout, wanted.targets, wanted.columns.header)
    return [file for file in paths.files if file.path.name not in untold], untold


def _opened(files: Sequence[TableFile], wanted: WantedSheet) -> AbstractContextManager[AnyTable]:
    columns = [name for names in wanted.named().values() for name in names]
    named = (*wanted.targets, *columns)
    return open_files(files, wanted.layout, named, wanted.columns.header)


def _above(table: AnyTable, wanted: WantedSheet) -> list[TableRow]:
    """Give names to columns that have none; return the row that stands in their place."""
    joined = isinstance(table, JoinedTable)  # each of its files has its own header
    return [] if joined else name_columns(table, wanted.columns.header)


def read_sheet(path: Path | TablePaths, wanted: WantedSheet) -> Sheet:
    """Read a table, once.

    Raises:
        MissingDataError: if nothing is there.
        DataError: if it is no table with these columns.
        RowsError: if rows cannot be used.
    """
    options = wanted.columns
    paths = _paths(path)
    files, untold = _told(paths, wanted)
    with _opened(files, wanted) as table:
        above = _above(table, wanted)
        _refuse_names(table, wanted)
        places = {name: table.header.index(name) for name in wanted.targets}
        cells = target_cells(table, places, wanted.labels, "target")
        sheet = Sheet(table.name, table.written, table.header, cells.columns)
        sheet.place, sheet.points, sheet.left = table.place, table.points, table.left
        sheet.untold, sheet.strangers = untold, paths.strangers
        sheet.typed = dict.fromkeys(table.kinds, "category")
        left = {*wanted.targets, *options.ignore, *wanted.beside().values()}
        learned = () if wanted.image else table.header
        sheet.columns = [_empty(name, sheet, options) for name in learned if name not in left]
        beside = wanted.beside().items()
        sheet.beside = {option: _empty(name, sheet, options) for option, name in beside}
        for option in {*AS_WRITTEN} & set(sheet.beside):
            sheet.beside[option].kept = True
        for piece in chain([above], table.pieces()):
            _add(sheet, piece, table, cells, wanted)
        sheet.sha256, sheet.folder = table.sha256, table_folder(paths)
        if isinstance(table, JoinedTable):
            sheet.files = table.digests
            sheet.parts = [table.part(line) for line in sheet.lines]
    if not sheet.lines and not sheet.flaws:
        raise DataError(f"{sheet.name} has no rows below its header.")
    if sheet.flaws and wanted.on_broken == "error":
        raise RowsError(_unusable(sheet, wanted.labels))
    with naming(sheet.name):
        _settle_numbers(sheet, wanted)
    return sheet


def _empty(name: str, sheet: Sheet, options: ColumnOptions) -> TableColumn:
    """Return a column without rows, which knows what the spec and the file say of it."""
    written = {*options.stated(), *sheet.typed} - set(options.numbers)
    decimal = "point" if name in sheet.points else options.decimal
    kept = name in written
    return TableColumn(name, decimal, order=options.date_order, kept=kept, place=sheet.place)


def _add(
    sheet: Sheet, piece: Piece, table: AnyTable, cells: TargetCells, wanted: WantedSheet
) -> None:
    """Add the rows to ``sheet``, but those that cannot be used."""
    absent = wanted.columns.absent()
    with naming(sheet.name):
        if isinstance(piece, ColumnBlock):
            add_block(sheet, piece, cells, absent, wanted.image)
        else:
            _add_rows(sheet, list(_usable(sheet, piece, table, cells, wanted)), table, absent)


def _add_rows(
    sheet: Sheet, rows: Sequence[TableRow], table: AnyTable, absent: Collection[str]
) -> None:
    lines = [row.line for row in rows]
    cells = list(zip(*(row.cells for row in rows), strict=True))
    for column in [*sheet.columns, *sheet.beside.values()] if rows else []:
        column.extend(cells[table.header.index(column.name)], lines, absent)


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
    settle([*columns, *numbers_of(sheet.beside), *learned])
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


def _usable(
    sheet: Sheet,
    records: Sequence[TableRow],
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
        if targets.left_out(record.cells):
            continue
        targets.add(record.cells, record.line)
        sheet.lines.append(record.line)
        yield record


def _refuse_names(table: AnyTable, wanted: WantedSheet) -> None:
    options = wanted.columns
    refuse_twice(wanted.targets, "target")
    for target in wanted.targets:
        if target not in table.header and options.header != "none":
            _refuse_target(table, target)
        table.column(target, "target")
    for option, names in wanted.named().items():
        for name in names:
            if option == "ignore" and name in table.left:
                continue
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
            hint = (
                "The first line looks like a row; if it is the header, set dataset.header: present."
            )
        elif re.fullmatch(r"c\d+", target):
            hint = "If that line is a row, set dataset.header: none."
        else:
            raise
        raise DataError(f"{error} {hint}") from None


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
        " If such a word is a class, leave it out of dataset.missing_labels, and list only those "
        "that mark a missing label there."
    )
