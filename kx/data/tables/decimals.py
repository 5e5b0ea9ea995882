"""Numbers that may be written in two ways, such as 1.234: told by the rest of their table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from kx.base.errors import DataError
from kx.base.text import brief
from kx.data.tables.columns import TableColumn
from kx.data.tables.numbers import as_number, plain

Sign = Literal["point", "comma", "either", "none"]


def settle(columns: Sequence[TableColumn]) -> None:
    """Read numbers that may be written in two ways as those of the other columns are.

    Args:
        columns: all that may be numbers; ``decimal`` is set of those that the others decide.

    Raises:
        DataError: if 1.234 stands beside 950, may be a thousand or little more than one, and no
            other column tells.
    """
    unclear = [column for column in columns if _sign_of(column) == "either"]
    if not unclear:
        return
    signs = {_sign_of(column) for column in columns} - {"either", "none"}
    for column in unclear:
        if len(signs) == 1:
            column.decimal = "comma" if "comma" in signs else "point"
        elif not signs:
            _refuse_two_ways(column)


def _sign_of(column: TableColumn) -> Sign:
    """Return what the numbers of a column have before their decimals."""
    if column.floats is not None:
        return "comma" if column.comma else "point"
    if column.decimal != "auto":
        return column.decimal
    ways = {False, True}
    for value in column.values:
        ways -= {comma for comma in ways if as_number(value, comma=comma) is None}
        if not ways:
            return "none"
    if not any("," in value or "." in value for value in column.values):
        return "none"
    if len(ways) == 2 or not any("," in value for value in column.values):
        return "either" if True in ways else "point"
    return "comma" if True in ways else "point"


def _refuse_two_ways(column: TableColumn) -> None:
    """Refuse numbers such as 1.234 if others are whole and small: these may be thousands."""
    whole = [value for value in column.values if "." not in value]
    marked = [value for value in column.values if "." in value]
    small = all(len(value.lstrip("+-")) <= 3 for value in whole)
    if whole and marked and small and not any("," in value for value in column.values):
        raise DataError(
            f"column {brief(column.name)}: {marked[0]!r} may be {plain(marked[0], comma=True)} or "
            f"{marked[0]}, since {whole[0]!r} occurs too. Set dataset.decimal to point or comma."
        )
