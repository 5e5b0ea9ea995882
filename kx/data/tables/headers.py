"""The names of the columns of a table: its own, or those that it is given."""

from __future__ import annotations

from kx.base.errors import DataError
from kx.data.tables.rows import AnyTable, TableRow
from kx.data.tables.sniffing import names_columns


def generic(count: int) -> tuple[str, ...]:
    """Return the names of the columns of a table without a header."""
    return tuple(f"c{at}" for at in range(1, count + 1))


def name_columns(table: AnyTable, header: str) -> list[TableRow]:
    """Give names to the columns of a table without a header; return the row that stands there.

    Raises:
        DataError: if the file names them itself, but is said not to.
    """
    if table.typed:
        if header == "none":
            raise DataError(f"{table.name} already names its columns: remove dataset.header.")
        return []
    cells, called = table.header, generic(len(table.header))
    if header == "auto" and not names_columns(cells, table.below):
        header = "none"
    if header == "none" and cells != called:
        table.header = called
        return [TableRow(table.begins, table.begins, cells)]
    table.header = tuple(cell or name for cell, name in zip(cells, called, strict=True))
    return []
