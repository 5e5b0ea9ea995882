"""Reading a whole file of typed columns: column by column, each different value looked at once."""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from kx.data.tables.arrow_files import ArrowTable, cells_of, is_number
from kx.data.tables.columns import MOST_DISTINCT, TableColumn
from kx.data.tables.numbers import as_number
from kx.data.tables.sheets import Sheet
from kx.data.tables.target_columns import TargetCells
from kx.data.tables.targets import is_absent

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

    coded = [_coded(table.values(column.name)) for column in targets.columns]
    lacking = np.zeros(table.rows, bool)
    for cells, codes in coded:
        absent = [not targets.empty and is_absent(cell, targets.absent) for cell in cells]
        lacking |= np.array(absent, bool)[codes]
    _add_flaws(sheet, targets, coded, np.flatnonzero(lacking))
    usable = np.flatnonzero(~lacking)
    sheet.lines = array("q", (usable + 1).tobytes())
    for column, (cells, codes) in zip(targets.columns, coded, strict=True):
        labels = [targets.label(cell) for cell in cells]
        chosen = codes[usable]
        first, counts = _first(chosen, usable + 1, len(labels)), np.bincount(chosen).tolist()
        for code in sorted(set(np.unique(chosen).tolist()), key=first.__getitem__):
            column.labels.add(labels[code], first[code], counts[code])
        column.said += [labels[code] for code in chosen.tolist()]
    return usable if len(usable) < table.rows else usable[:0]


def _add_flaws(
    sheet: Sheet,
    targets: TargetCells,
    coded: Sequence[tuple[list[str], np.ndarray]],
    rows: np.ndarray,
) -> None:
    """Add which target each of these rows lacks."""
    row_cells = [""] * (max(targets.places) + 1)
    for row in rows.tolist():
        for place, (cells, codes) in zip(targets.places, coded, strict=True):
            row_cells[place] = cells[codes[row]]
        sheet.flaws.append(f"{sheet.place(row + 1)}: {targets.flaw(row_cells)}")


def _first(codes: np.ndarray, lines: np.ndarray, count: int) -> list[int]:
    """Return where each code stands first; 0: nowhere."""
    import numpy as np

    first = np.zeros(count, np.int64)
    first[codes[::-1]] = lines[::-1]  # of those with the same code, the last one written stays
    found: list[int] = first.tolist()
    return found


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

    cells, codes = _coded(values)
    known = []
    for value in cells:
        none = value.casefold() in absent
        known.append(-1 if none else column.values.setdefault(value, len(column.values)))
    found = np.array(known, np.int64)[codes]
    column.lines = _first(found, lines, len(column.values) + 1)[:-1]
    column.codes = array("l", found.tobytes())
    column.keep_numbers()


def _coded(values: Any) -> tuple[list[str], np.ndarray]:
    """Return the different cells without blanks around them, at last an empty one, and (n,) places.

    Cells that differ in blanks alone, or in nothing once they are texts, are several.
    """
    import numpy as np

    encoded = _encoded(values)
    cells = [cell.strip() for cell in cells_of(encoded.dictionary)]
    codes: np.ndarray = encoded.indices.fill_null(len(cells)).to_numpy().astype(np.int64)
    return [*cells, ""], codes


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
