"""What all forms of tables have in common: a header, and rows below it that can be named."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from kx.base.errors import DataError, closest
from kx.base.remark import Remark
from kx.base.text import brief, counted

if TYPE_CHECKING:
    import numpy as np

Places = Callable[[int], str]
"""Says where a row stands, such as `line 12`, by the number that it goes by."""


def in_lines(number: int) -> str:
    """Say where a row of text stands."""
    return f"line {number}"


def in_rows(number: int) -> str:
    """Say where a row stands that has no line."""
    return f"row {number}"


@contextmanager
def naming(table: str) -> Iterator[None]:
    """Begin what is wrong with the data of a table with its name, unless that stands there.

    Raises:
        DataError: of the same kind.
    """
    try:
        yield
    except DataError as error:
        said = str(error)
        raise type(error)(said if said.startswith(table) else f"{table}: {said}") from None


def was_read(table: str, count: int, written: Remark) -> Remark:
    """Say that a table of ``count`` rows was read, and how it is written."""
    return Remark.of("layout.read", table=table, count=count, written=written)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table.

    Attributes:
        line: on which it begins, counted from 1, the header and empty lines included; of a table
            that has no lines, the number of the row.
        last: on which it ends: another one if a value has line breaks in it.
        cells: its values.
    """

    line: int
    last: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True, eq=False)
class ColumnBlock:
    """Some rows of a table, column by column.

    Attributes:
        lines: (n,) int64, on which each begins.
        last: line on which the last one ends.
        values: gives the (n,) values of pyarrow in a column, by its name.
    """

    lines: np.ndarray
    last: int
    values: Callable[[str], Any]


LEAST_ROWS = 3
"""Of a table, to train, to validate and to test on."""

Piece = Sequence[TableRow] | ColumnBlock
"""Some rows of a table."""

PIECE = 1_000
"""Rows that are handed on at once."""


def in_pieces(rows: Iterator[TableRow]) -> Iterator[Piece]:
    """Yield all rows, some at once."""
    while piece := list(islice(rows, PIECE)):
        yield piece


class AnyTable(Protocol):
    """A table that is being read.

    Attributes:
        name: of the file, for messages.
        header: names of the columns, without blanks around them.
        begins: the line on which these stand; 0: on none.
        delimiter: between two values; empty: none stands there.
        typed: whether the file itself names the columns and tells numbers from texts.
        points: columns whose numbers have a decimal point, whatever they look like.
        kinds: columns that are names of kinds, as the file says.
        left: columns that cannot be read, and what they hold.
    """

    name: str
    header: tuple[str, ...]
    begins: int
    delimiter: str
    typed: bool
    points: frozenset[str]
    kinds: frozenset[str]
    left: Mapping[str, str]

    @property
    def written(self) -> Remark:
        """How the table is written."""

    @property
    def sha256(self) -> str:
        """Of the whole table, once all rows were read."""

    @property
    def below(self) -> list[list[str]]:
        """Some of the rows below the header, for guesses."""

    def pieces(self) -> Iterator[Piece]:
        """Yield all rows, once: many at once column by column, or some, row by row.

        Raises:
            DataError: at what cannot be read, with its place.
        """

    def place(self, number: int) -> str:
        """Say where the row stands whose ``line`` is ``number``."""

    def column(self, name: str, option: str) -> int:
        """Return where the column ``name`` stands, from 0; ``option`` of the dataset names it.

        Raises:
            DataError: if there is no such column, or more than one.
        """


class RowTable(AnyTable, Protocol):
    """A table of which single rows can be read; iterating yields them, once."""

    def __iter__(self) -> Iterator[TableRow]:
        """Yield the rows.

        Raises:
            DataError: at what cannot be read, with its place.
        """


class TypedTable(ABC):
    """A table whose file names the columns of itself: the base of all that are no plain text."""

    name: str
    header: tuple[str, ...] = ()
    begins: int = 0
    delimiter: str = ""
    typed: bool = True
    points: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    left: Mapping[str, str] = MappingProxyType({})

    @property
    @abstractmethod
    def written(self) -> Remark:
        """How the table is written."""

    @property
    @abstractmethod
    def sha256(self) -> str:
        """Of the whole table, once all rows were read."""

    @abstractmethod
    def pieces(self) -> Iterator[Piece]:
        """Yield all rows, once."""

    @property
    def below(self) -> list[list[str]]:
        """Nothing: there is no need to guess."""
        return []

    def place(self, number: int) -> str:
        """Say where a row stands."""
        return in_rows(number)

    def column(self, name: str, option: str) -> int:
        """Return where the column ``name`` stands, from 0; ``option`` of the dataset names it.

        Raises:
            DataError: if there is no such column, or more than one, or it cannot be read.
        """
        if name in self.left:
            raise DataError(
                f"{self.name}: column {brief(name)!r}, which dataset.{option} names, holds "
                f"{self.left[name]}, but kx reads one number, text, date or yes/no per row. Give "
                "each part of it a column of its own."
            )
        return place_of(name, self, option, f"It has {listed(self.header)}.")


def place_of(name: str, table: AnyTable, option: str, has: str, hint: str = "") -> int:
    """Return where the column ``name`` of a table stands, from 0.

    Args:
        name: of the column.
        table: that should have it.
        option: of the dataset, which names it.
        has: the sentence that says which columns there are.
        hint: what to say at the end.

    Raises:
        DataError: if there is no such column, or more than one.
    """
    shown = brief(name)
    if table.header.count(name) == 1:
        return table.header.index(name)
    if name in table.header:
        raise DataError(f"{table.name} has column {shown!r} twice: rename one of the two.")
    alike = [known for known in table.header if len(known) <= len(name) + 5]
    guess = closest(name, alike)
    meant = f" Did you mean {guess!r}?" if guess else ""
    raise DataError(
        f"{table.name} has no column {shown!r}.{meant} {has} Say which column is meant: "
        f"dataset.{option}.{hint}"
    )


def listed(names: Sequence[str]) -> str:
    """Return the first names of columns, shortened, and how many more there are."""
    some = [brief(name) for name in names[:20]]
    return ", ".join(some) + (f" and {len(names) - 20} more" if len(names) > 20 else "")


def ragged(record: TableRow, table: AnyTable) -> str:
    """Return how many values a record has too few or too many; empty: as many as the header."""
    if len(record.cells) == len(table.header):
        return ""
    found = counted(len(record.cells), "column", "columns")
    return f"{found}, but the first line names {len(table.header)}"
