"""Values of pyarrow, added to a column of a table as if they had come one by one, as texts."""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from kx.data.tables.arrow_files import cells_of, is_number
from kx.data.tables.columns import TableColumn, too_many
from kx.data.tables.numbers import as_number, names_a_number

if TYPE_CHECKING:
    import numpy as np


def add_values(
    column: TableColumn, values: Any, lines: np.ndarray, absent: Collection[str]
) -> None:
    """Add some values to a column.

    Args:
        column: that gets longer.
        values: (n,) of pyarrow.
        lines: (n,) int64, by which the rows are named.
        absent: what stands for no value.

    Raises:
        DataError: as ``TableColumn.add`` does.
    """
    if not len(column) and _has_many_numbers(column, values):
        column.floats = array("d")
    if column.floats is None:
        _add_codes(column, values, lines, absent)
    elif is_number(values.type):
        _add_numbers(column, values, lines, absent)
    elif (numbers := _plain_numbers(column, values, absent)) is not None:
        column.floats.frombytes(numbers.tobytes())
    else:
        column.extend(_cells(values), lines.tolist(), absent)


def _has_many_numbers(column: TableColumn, values: Any) -> bool:
    import pyarrow.compute as pc

    many = is_number(values.type) and not column.kept
    return many and too_many(pc.count_distinct(values).as_py())


def _add_numbers(
    column: TableColumn, values: Any, lines: np.ndarray, absent: Collection[str]
) -> None:
    """Add values that have the type of a number."""
    import numpy as np
    import pyarrow as pa

    if pa.types.is_decimal(values.type):
        numbers = np.array([float(cell or "nan") for cell in _cells(values)], np.float64)
    else:
        cast = values.cast(pa.float64(), safe=False)  # as float does: beyond 2**53 it rounds
        numbers = np.array(cast.to_numpy(zero_copy_only=False), np.float64)
    none = [number for text in absent if (number := as_number(text, comma=False)) is not None]
    numbers[np.isin(numbers, none)] = math.nan
    if np.isinf(numbers).any():
        row = int(np.isinf(numbers).argmax())
        column.number(str(numbers[row]), int(lines[row]))
    assert column.floats is not None  # noqa: S101 - for the type checker
    column.floats.frombytes(numbers.tobytes())


def _plain_numbers(column: TableColumn, values: Any, absent: Collection[str]) -> np.ndarray | None:
    """Return (n,) float64 of texts, NaN where there is none; None: pyarrow cannot read them all.

    What it reads, ``as_number`` reads alike, but for numbers that are not finite.
    """
    import pyarrow as pa

    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        return None
    numbers = None
    if not column.comma and not names_a_number(absent):
        numbers = _cast(values)
    if numbers is None:
        numbers = _cast(_bare(values, absent, comma=column.comma))
    return numbers


def _bare(values: Any, absent: Collection[str], *, comma: bool) -> Any:
    """Return texts without blanks around them, null where they say that there is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    bare = pc.utf8_trim_whitespace(values)
    none = pc.is_in(pc.utf8_lower(bare), value_set=pa.array(sorted(absent), bare.type))
    bare = pc.if_else(none, pa.scalar(None, bare.type), bare)
    if not comma:
        return bare
    # A point sets thousands apart there, which pyarrow does not know: it must not read the number.
    return pc.replace_substring(pc.replace_substring(bare, ".", "?"), ",", ".")


def _cast(values: Any) -> np.ndarray | None:
    import numpy as np
    import pyarrow as pa

    try:
        cast = values.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    numbers = np.array(cast.to_numpy(zero_copy_only=False), np.float64)
    finite = int(np.isfinite(numbers).sum())
    return numbers if finite + cast.null_count == len(numbers) else None


def _add_codes(
    column: TableColumn, values: Any, lines: np.ndarray, absent: Collection[str]
) -> None:
    """Add values of a column that has kept its different ones so far.

    With one too many of them it may keep numbers alone: the values behind that are added anew.
    """
    import numpy as np

    cells, codes = coded(values)
    first = firsts(codes, np.arange(len(codes)), len(cells))
    known, end, crossed = np.full(len(cells), -1, "l"), len(codes), False
    for at, value in enumerate(cells):
        if value.casefold() in absent:
            continue
        known[at] = code = column.values.setdefault(value, len(column.values))
        if code == len(column.lines):
            column.lines.append(int(lines[first[at]]))
            if crossed := column.has_one_too_many:
                end = first[at] + 1
                break
    column.codes.frombytes(known[codes[:end]].tobytes())
    if crossed:
        column.keep_numbers()
        add_values(column, values.slice(end), lines[end:], absent)


def firsts(codes: np.ndarray, lines: np.ndarray, count: int) -> list[int]:
    """Return the line on which each code stands first; 0: on none."""
    import numpy as np

    first = np.zeros(count, np.int64)
    first[codes[::-1]] = lines[::-1]  # of those with the same code, the last one written stays
    found: list[int] = first.tolist()
    return found


def coded(values: Any) -> tuple[list[str], np.ndarray]:
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
    import pyarrow as pa

    chunks = values.chunks if isinstance(values, pa.ChunkedArray) else [values]
    return [cell for chunk in chunks for cell in cells_of(chunk)]
