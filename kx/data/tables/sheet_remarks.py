"""What everybody should know of a table before a network is trained on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from kx.base.remark import Remark, flaws_told, some_of
from kx.data.files.part_names import part_of
from kx.data.tables.column_options import NO_ROLES, ColumnOptions, RowRoles
from kx.data.tables.columns import TableColumn
from kx.data.tables.dates import offset, offsets_of
from kx.data.tables.identifiers import may_identify
from kx.data.tables.leaks import copies, exact_relation
from kx.data.tables.recognition import NAMED, Recognized
from kx.data.tables.row_order import is_in_time, unit_in_time
from kx.data.tables.rows import LEAST_ROWS
from kx.data.tables.sheets import USED, Sheet
from kx.data.tables.target_columns import TargetColumn

if TYPE_CHECKING:
    import numpy as np

MOSTLY_MISSING = 0.9
"""A share of rows without a value from which on that is told."""


def sheet_remarks(
    sheet: Sheet,
    readings: Mapping[str, Recognized],
    options: ColumnOptions,
    roles: RowRoles = NO_ROLES,
) -> Iterator[Remark]:
    """Yield what was left out, what is suspicious, and what may be meant otherwise.

    Args:
        sheet: the table.
        readings: how its columns are read.
        options: what the spec says of them: of what it states, less is told.
        roles: the columns that say what rows are for.
    """
    if few := too_few_rows(sheet):
        yield few
    if sheet.flaws:
        told = flaws_told(sheet.flaws)
        yield Remark.of("table.left_out", table=sheet.name, count=len(sheet.flaws), flaws=told)
    for name, lacking in sheet.untold.items():
        yield Remark.of("table.untold", file=name, target=lacking)
    if sheet.strangers:
        yield Remark.of("table.strangers", files=some_of(sheet.strangers, NAMED, "list.comma_more"))
    for name, what in sheet.left.items():
        if name not in options.ignore:
            yield Remark.of("columns.nested", column=sheet.named(name), what=what)
    stated = options.stated()
    for column in sheet.columns:
        where, how = sheet.named(column.name), readings[column.name]
        if remark := _left_out(where, column, how):
            yield remark
        elif roles.time is None and is_in_time(column, how):
            yield Remark.of("columns.sorted", column=where, name=column.name)
        elif roles.time is None and (of := unit_in_time(column, how, sheet.columns, readings)):
            yield Remark.of("columns.sorted_within", column=where, name=column.name, of=of)
        elif roles.part is None and how.reading == "category" and _names_parts(column):
            yield Remark.of("columns.parts", column=where, name=column.name)
        yield from _column_remarks(where, column, how, guessed=column.name not in stated)
        if how.reading == "category" and len(column.values) > options.most_levels:
            counts = {"count": len(column.values), "most": options.most_levels}
            yield Remark.of("columns.values", column=where, **counts)
    used = [column for column in sheet.columns if readings[column.name].reading in USED]
    for target in sheet.targets:
        for column in copies(used, target.said):
            yield Remark.of("columns.copy", column=sheet.named(column.name), target=target.name)


def too_few_rows(sheet: Sheet) -> Remark | None:
    """Return that a table has too few rows to train on and to judge by; None: it has enough."""
    if (rows := len(sheet.lines)) < LEAST_ROWS:
        return Remark.of("table.few_rows", table=sheet.name, count=rows, least=LEAST_ROWS)
    return None


def relation_remarks(
    sheet: Sheet, readings: Mapping[str, Recognized], target: np.ndarray
) -> Iterator[Remark]:
    """Yield that columns give the target away together, or in another unit.

    Args:
        sheet: the table.
        readings: how its columns are read.
        target: (n,) numbers, or (n, targets).
    """
    several = target.reshape(len(target), -1).astype("float64").T
    for column, values in zip(sheet.targets, several, strict=True):
        if names := _relation(sheet, readings, column, values):
            named = some_of(names, NAMED, "list.comma_more")
            yield Remark.of("columns.relation", table=sheet.name, target=column.name, names=named)


def _relation(
    sheet: Sheet, readings: Mapping[str, Recognized], target: TargetColumn, values: np.ndarray
) -> Sequence[str]:
    """Return the columns that give (n,) values of a target away; empty: none do."""
    copied = {column.name for column in copies(sheet.columns, target.said)}  # told already
    numbers = {
        column.name: column.numbers(readings[column.name].comma)
        for column in sheet.columns
        if readings[column.name].reading == "number" and column.name not in copied
    }
    return exact_relation(numbers, values)


HINTS: Mapping[str, str] = {
    "rows": "numbers",
    "identifier": "categories",
    "scattered": "categories",
}
"""How columns are read that are left out -> the option by which they would not be."""


def _left_out(where: Remark, column: TableColumn, how: Recognized) -> Remark | None:
    """Return that nothing is learned from a column; None: something is."""
    if not (why := why_left_out(column, how)):
        return None
    if option := HINTS.get(how.reading):
        return Remark.of("columns.left_out_hint", column=where, why=why, option=option)
    return Remark.of("columns.left_out", column=where, why=why)


def why_left_out(column: TableColumn, how: Recognized) -> Remark | None:
    """Return why nothing is learned from a column, to follow its name; None: something is."""
    if how.reading == "empty":
        return Remark.of("columns.why_empty")
    if how.reading == "constant":
        return Remark.of("columns.why_constant", value=next(iter(column.values))[:40])
    if how.reading == "rows":
        return Remark.of("columns.why_rows")
    if how.reading == "identifier":
        return Remark.of("columns.why_distinct")
    if how.reading == "scattered":
        counts = {"count": len(column.values), "rows": len(column)}
        return Remark.of("columns.why_texts", **counts)
    return None


def _column_remarks(
    where: Remark, column: TableColumn, how: Recognized, *, guessed: bool
) -> Iterator[Remark]:
    if how.few and guessed:
        values = some_of(how.few, NAMED, "list.comma_more")
        yield Remark.of("columns.few_numbers", column=where, count=len(how.few), values=values)
    if guessed and may_identify(column, how):
        yield Remark.of("columns.identifier", column=where)
    clocks = offsets_of(column.values) if how.reading == "date" else ()
    if len({ahead or 0 for ahead in clocks}) > 1:
        named = some_of([offset(ahead) for ahead in clocks], NAMED, "list.comma_more")
        yield Remark.of("columns.offsets", column=where, offsets=named)
    if how.reading == "text" and guessed:
        yield Remark.of("columns.free_text", column=where, name=column.name)
    if how.reading == "ordered" and guessed:
        told = [level for level in how.levels if level in column.values]
        values = some_of(told, NAMED, "list.comma_more")
        yield Remark.of("columns.ordered", column=where, name=column.name, values=values)
    if len(column) and column.gaps / len(column) >= MOSTLY_MISSING and how.reading in USED:
        yield Remark.of("columns.missing", column=where, share=f"{column.gaps / len(column):.0%}")


def _names_parts(column: TableColumn) -> bool:
    """Whether a column says of each row whether it is for training, validation or testing."""
    parts = {part_of(value) for value in column.values}
    return "train" in parts and len(parts) > 1 and "" not in parts
