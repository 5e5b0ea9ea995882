"""Rows of a table that come column by column: each different value of a block is looked at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from kx.data.tables.arrow_values import add_values, coded, firsts
from kx.data.tables.rows import ColumnBlock
from kx.data.tables.sheets import Sheet
from kx.data.tables.target_columns import TargetCells, TargetColumn
from kx.data.tables.targets import is_absent

if TYPE_CHECKING:
    import numpy as np


def add_block(
    sheet: Sheet, block: ColumnBlock, targets: TargetCells, absent: Collection[str], image: str = ""
) -> None:
    """Add some rows to ``sheet``, but empty ones and those without a target, which become flaws.

    The result is that of adding the same rows one by one.

    Args:
        sheet: that gets longer.
        block: the rows.
        targets: of the sheet.
        absent: what stands for no value.
        image: name of the column with names of pictures, one of which each row must have.

    Raises:
        DataError: if a column has more different values than are kept, and some are no numbers.
    """
    import numpy as np

    asked = [coded(block.values(name)) for name in _asked(targets, image)]
    unusable = _lacking(asked, targets, len(block.lines))
    used = ~_ignored(asked, targets, unusable)
    if (blank := _blank(sheet, block, asked)).size:
        used[blank] = unusable[blank] = False
    _add_flaws(sheet, targets, block.lines, asked, np.flatnonzero(unusable), image)
    rows = np.flatnonzero(used & ~unusable)
    lines = block.lines[rows]
    sheet.lines.frombytes(lines.tobytes())
    for target, (cells, codes) in zip(targets.columns, asked, strict=False):
        _add_labels(targets, target, cells, codes[rows], lines)
    taken = partial(_taken, rows=rows, whole=len(rows) == len(used))
    for column in [*sheet.columns, *sheet.beside.values()]:
        add_values(column, taken(block.values(column.name)), lines, absent)


def _asked(targets: TargetCells, image: str) -> list[str]:
    """Return the columns in which each row needs a value."""
    return [column.name for column in targets.columns] + [image] * bool(image)


def _taken(values: Any, rows: np.ndarray, *, whole: bool) -> Any:
    return values if whole else values.take(rows)


def _lacking(
    asked: Sequence[tuple[list[str], np.ndarray]], targets: TargetCells, rows: int
) -> np.ndarray:
    """Return (rows,) bool, which rows lack what they need: none do if nothing is asked for."""
    import numpy as np

    lacking = np.zeros(rows, bool)
    for at, (cells, codes) in enumerate(asked):
        of_target = at < len(targets.columns)
        absent = [
            (not targets.empty and is_absent(cell, targets.absent)) if of_target else not cell
            for cell in cells
        ]
        lacking |= np.array(absent, bool)[codes]
    return lacking


def _ignored(
    asked: Sequence[tuple[list[str], np.ndarray]], targets: TargetCells, unusable: np.ndarray
) -> np.ndarray:
    """Return (n,) bool, which of the usable rows are left out for a target, and count them."""
    import numpy as np

    ignored = np.zeros(len(unusable), bool)
    for column, (cells, codes) in zip(targets.columns, asked, strict=False):
        for code in [code for code, cell in enumerate(cells) if cell in column.ignored]:
            rows = (codes == code) & ~unusable & ~ignored
            column.ignored[cells[code]] += int(rows.sum())
            ignored |= rows
    return ignored


def _blank(
    sheet: Sheet, block: ColumnBlock, asked: Sequence[tuple[list[str], np.ndarray]]
) -> np.ndarray:
    """Return the rows in which nothing stands at all."""
    import numpy as np

    empty = np.ones(len(block.lines), bool)
    for cells, codes in asked:
        empty &= np.array([not cell for cell in cells], bool)[codes]
    rows = np.flatnonzero(empty)
    for name in sheet.header:
        if not rows.size:
            break
        cells, codes = coded(block.values(name).take(rows))
        rows = rows[np.array([not cell for cell in cells], bool)[codes]]
    return rows


def _add_flaws(
    sheet: Sheet,
    targets: TargetCells,
    lines: np.ndarray,
    asked: Sequence[tuple[list[str], np.ndarray]],
    rows: np.ndarray,
    image: str,
) -> None:
    """Add what each of these rows lacks."""
    row_cells = [""] * (max(targets.places, default=-1) + 1)
    for row in rows.tolist():
        found = [cells[codes[row]] for cells, codes in asked]
        for place, cell in zip(targets.places, found, strict=False):
            row_cells[place] = cell
        flaw = f"no {image}" if image and not found[-1] else targets.flaw(row_cells)
        sheet.flaws.append(f"{sheet.place(int(lines[row]))}: {flaw}")


def _add_labels(
    targets: TargetCells,
    column: TargetColumn,
    cells: Sequence[str],
    codes: np.ndarray,
    lines: np.ndarray,
) -> None:
    """Add what a column says of some rows, in the order in which its labels come first."""
    import numpy as np

    labels = [targets.label(cell) for cell in cells]
    first, counts = firsts(codes, lines, len(labels)), np.bincount(codes, minlength=len(labels))
    times = counts.tolist()
    for code in sorted(np.flatnonzero(counts).tolist(), key=first.__getitem__):
        column.labels.add(labels[code], first[code], times[code])
    if targets.keep:
        column.said += [labels[code] for code in codes.tolist()]
