"""Reading a whole file of typed columns: column by column, each different value looked at once."""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from kx.data.tables.arrow_files import ArrowTable, cells_of, is_number
from kx.data.tables.columns import MOST_DISTINCT, TableColumn
from kx.data.tables.numbers import as_number
from kx.data.tables.sheets import Sheet
from kx.data.tables.target_columns import TargetCells

if TYPE_CHECKING:
    import numpy as np


def read_columns(
    sheet: Sheet, table: ArrowTable, targets: TargetCells, absent: Collection[str]
) -> None:
    """Add the rows of ``table`` to ``sheet``, but those without a target, which become flaws.

    The result is that of reading the same table as text, row by row.

    Args:
        sheet: whose columns are empty.
        table: to be read.
        targets: that are filled.
        absent: what stands for no value.

    Raises:
        DataError: if a column has more different values than are kept, and some are no numbers.
    """
    import numpy as np

    usable = _add_targets(sheet, table, targets)
    rows = np.array(sheet.lines, np.int64)
    for column in [*sheet.columns, *sheet.beside.values()]:
        values = table.values(column.name)
        fill(column, values if len(usable) == 0 else values.take(usable), rows, absent)


def _add_targets(sheet: Sheet, table: ArrowTable, targets: TargetCells) -> np.ndarray:
    """Add what is to be predicted; return which rows can be used, nothing if all can."""
    import numpy as np

    width = max(targets.places) + 1
    cells = [""] * width
    columns = [_cells(table.values(column.name)) for column in targets.columns]
    for number, values in enumerate(zip(*columns, strict=True), 1):
        for place, value in zip(targets.places, values, strict=True):
            cells[place] = value
        if flaw := targets.flaw(cells):
            sheet.flaws.append(f"{sheet.place(number)}: {flaw}")
            continue
        targets.add(cells, number)
        sheet.lines.append(number)
    return np.array(sheet.lines, np.int64) - 1 if sheet.flaws else np.zeros(0, np.int64)


def fill(column: TableColumn, values: Any, lines: np.ndarray, absent: Collection[str]) -> None:
    """Add all values of a column.

    Args:
        column: empty.
        values: (n,) of pyarrow.
        lines: (n,) int64, by which the rows are named.
        absent: what stands for no value.

    Raises:
        DataError: as ``TableColumn.add`` does.
    """
    import pyarrow.compute as pc

    many = is_number(values.type) and not column.kept
    if many and pc.count_distinct(values).as_py() > MOST_DISTINCT:
        _fill_numbers(column, values, lines, absent)
    else:
        _fill_codes(column, values, lines, absent)


def _fill_numbers(
    column: TableColumn, values: Any, lines: np.ndarray, absent: Collection[str]
) -> None:
    import numpy as np
    import pyarrow as pa

    if pa.types.is_decimal(values.type):
        numbers = np.array([float(cell or "nan") for cell in _cells(values)], np.float64)
    else:
        numbers = values.cast(pa.float64()).to_numpy().astype(np.float64)
    none = [number for text in absent if (number := as_number(text, comma=False)) is not None]
    numbers[np.isin(numbers, none)] = math.nan
    if np.isinf(numbers).any():
        row = int(np.isinf(numbers).argmax())
        column.number(str(numbers[row]), int(lines[row]))
    column.floats = array("d", numbers.tobytes())


def _fill_codes(
    column: TableColumn, values: Any, lines: np.ndarray, absent: Collection[str]
) -> None:
    import numpy as np

    encoded = _encoded(values)
    codes = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy().astype(np.int64)
    known = []
    for cell in cells_of(encoded.dictionary):
        value = cell.strip()
        none = value.casefold() in absent
        known.append(-1 if none else column.values.setdefault(value, len(column.values)))
    found = np.array([*known, -1], np.int64)[codes]
    first = np.zeros(len(column.values) + 1, np.int64)
    first[found[::-1]] = lines[::-1]  # of those with the same code, the last one written stays
    column.lines = first[:-1].tolist()
    column.codes = array("l", found.tobytes())
    column.keep_numbers()


def _encoded(values: Any) -> Any:
    """Return the values as one dictionary array, whose dictionary has only what occurs, in order.

    The first value that occurs comes first, as when rows are read one after the other.
    """
    import pyarrow as pa

    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if isinstance(whole, pa.ChunkedArray):  # more than an array can hold
        whole = pa.concat_arrays([chunk.cast(pa.large_string()) for chunk in whole.chunks])
    return whole.dictionary_encode()


def _cells(values: Any) -> list[str]:
    return [cell for chunk in values.chunks for cell in cells_of(chunk)]
