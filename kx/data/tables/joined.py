"""Several files that are one table: their rows one after the other."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import chain

from kx.base.errors import DataError
from kx.base.remark import Remark
from kx.data.tables.delimited import Delimiting
from kx.data.tables.headers import name_columns
from kx.data.tables.opening import open_table
from kx.data.tables.rows import (
    AnyTable,
    ColumnBlock,
    Piece,
    RowTable,
    TableRow,
    TypedTable,
    listed,
    ragged,
)
from kx.data.tables.table_paths import TableFile

Open = Callable[[TableFile], AbstractContextManager[RowTable]]


class JoinedTable(TypedTable):
    """Several files that are being read, one after the other.

    Attributes:
        files: those that are read.
        starts: number at which the rows of each begin, as far as they were read.
        digests: name -> SHA-256 of each file that was read.
    """

    def __init__(
        self, files: Sequence[TableFile], layout: Delimiting, wanted: Sequence[str], header: str
    ) -> None:
        self._layout, self._wanted, self._header = layout, wanted, header
        self.starts, self.digests = [0], dict[str, str]()
        self.files = tuple(files)
        self.name = f"{files[0].path.name} and {len(files) - 1} more"
        with self._open(files[0]) as first:
            name_columns(first, header)
            self.header, self.points, self.kinds = first.header, first.points, first.kinds
            self.left, self._written = first.left, first.written
        for file in files[1:]:
            self._compare(file)

    @property
    def written(self) -> Remark:
        """How the table is written."""
        return self._written

    @property
    def sha256(self) -> str:
        """Of the names and digests of all files."""
        lines = (f"{name} {digest}\n" for name, digest in self.digests.items())
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def place(self, number: int) -> str:
        """Say where a row stands: in which file, and where there."""
        at = self._at(number)
        return f"{self.files[at].path.name}, {self._places[at](number - self.starts[at])}"

    def part(self, number: int) -> str:
        """Return what a row is for, by the name of its file."""
        return self.files[self._at(number)].part

    def _at(self, number: int) -> int:
        return min(bisect_right(self.starts, number), len(self.files)) - 1

    def pieces(self) -> Iterator[Piece]:
        """Yield the rows of all files, their values in the order of the first header.

        Raises:
            DataError: at what cannot be read, with its place.
        """
        self._places = []
        for file in self.files:
            last, start = 0, self.starts[-1]
            with self._open(file) as table:
                self._places.append(table.place)
                above = name_columns(table, self._header)
                for piece in chain([above], table.pieces()):
                    yield self._moved(piece, table, start)
                    last = _last(piece) or last
                self.digests[file.path.name] = table.sha256
            self.starts.append(start + last + 1)

    def _moved(self, piece: Piece, table: AnyTable, start: int) -> Piece:
        """Return rows of one file as those of all, whose lines begin behind ``start``."""
        if isinstance(piece, ColumnBlock):
            return ColumnBlock(start + piece.lines, start + piece.last, piece.values)
        order = [table.header.index(name) for name in self.header]
        return [
            TableRow(
                start + row.line,
                start + row.last,
                row.cells if ragged(row, table) else [row.cells[at] for at in order],
            )
            for row in piece
        ]

    def _open(self, file: TableFile) -> AbstractContextManager[RowTable]:
        return open_table(file.path, self._layout, self._wanted)

    def _compare(self, file: TableFile) -> None:
        """Refuse a file with other columns than the first.

        Raises:
            DataError: naming the columns that it lacks, or has alone.
        """
        with self._open(file) as table:
            name_columns(table, self._header)
            self.points &= table.points
            self.kinds &= table.kinds
            lacks = [name for name in self.header if name not in table.header]
            more = [name for name in table.header if name not in self.header]
            if lacks or more or len(table.header) != len(self.header):
                what = f"lacks {listed(lacks)}, which" if lacks else f"has {listed(more)}, which"
                none = "has" if lacks else "lacks"
                first = self.files[0].path.name
                raise DataError(
                    f"{table.name} {what} {first} {none}: the files of a table must have the same "
                    "columns. Correct it, or name the right files in dataset.path."
                )


def _last(piece: Piece) -> int:
    """Return the line on which rows end; 0: there are none."""
    if isinstance(piece, ColumnBlock):
        return piece.last
    return piece[-1].last if piece else 0


@contextmanager
def open_files(
    files: Sequence[TableFile], layout: Delimiting, wanted: Sequence[str], header: str
) -> Iterator[AnyTable]:
    """Open a table of one file or several.

    Raises:
        MissingDataError: if nothing is there.
        DataError: if a file is no table, or has other columns than the first.
    """
    if len(files) == 1:
        with open_table(files[0].path, layout, wanted) as table:
            yield table
    else:
        yield JoinedTable(files, layout, wanted, header)


def without_targets(
    files: Sequence[TableFile], layout: Delimiting, targets: Sequence[str], header: str
) -> Mapping[str, str]:
    """Return the files for testing that lack a target: name -> the target."""
    found = {}
    for file in files:
        if file.part == "test":
            with open_table(file.path, layout, targets) as table:
                name_columns(table, header)
                if lacks := [name for name in targets if name not in table.header]:
                    found[file.path.name] = lacks[0]
    return found
