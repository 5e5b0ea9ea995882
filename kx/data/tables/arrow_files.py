"""Parquet, Arrow and Feather files: columns that have types, read by pyarrow, one at a time."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from kx.base.errors import DataError
from kx.base.remark import Remark
from kx.data.tables.rows import ColumnBlock, Piece, TableRow, TypedTable
from kx.data.tables.table_files import Stream

if TYPE_CHECKING:
    import pyarrow as pa

PARQUET, ARROW, ARROW_STREAM = b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"
"""How such files begin."""

BATCH = 1_000
"""Rows that are made texts at once."""


class ArrowTable(TypedTable):
    """A file of typed columns that is being read: row by row as texts, or column by column.

    Raises:
        DataError: if it is damaged.
    """

    def __init__(self, stream: Stream, head: bytes) -> None:
        self.name = stream.name
        self._source = _seekable(stream)
        kind = _Parquet if head.startswith(PARQUET) else _Arrow
        with self._readable():
            self._file: _Parquet | _Arrow = kind(self._source, head)
            schema = self._file.schema
        self._fields = [field for field in schema if not _unread(field.type)]
        self.header = tuple(field.name.strip() for field in self._fields)
        self.left = {field.name: what for field in schema if (what := _unread(field.type))}
        self.points = frozenset(field.name.strip() for field in schema if _has_points(field.type))
        self.kinds = frozenset(field.name.strip() for field in schema if _is_kind(field.type))
        if not self.header:
            raise DataError(f"{self.name} has no columns that can be read.")

    @property
    def written(self) -> Remark:
        """How the table is written."""
        return Remark.of("layout.form", form=self._file.name)

    @property
    def sha256(self) -> str:
        """Of the whole file."""
        self._source.seek(0)
        return hashlib.file_digest(self._source, "sha256").hexdigest()  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[TableRow]:
        """Yield the rows, their values as a table of text would have them.

        Raises:
            DataError: if the file is damaged.
        """
        places = [at for at, each in enumerate(self._file.schema) if not _unread(each.type)]
        numbers = count(1)
        with self._readable():
            for batch in self._file.batches():
                cells = [cells_of(batch.column(place)) for place in places]
                for row in zip(*cells, strict=True):
                    number = next(numbers)
                    yield TableRow(number, number, row)

    def pieces(self) -> Iterator[Piece]:
        """Yield all rows at once, each column read when it is asked for."""
        import numpy as np

        if rows := self._file.rows:
            yield ColumnBlock(np.arange(1, rows + 1), rows, self._values)

    def _values(self, name: str) -> pa.ChunkedArray:
        """Return the values of one column, which the header has once.

        Raises:
            DataError: if the file is damaged.
        """
        with self._readable():
            return self._file.column(self._fields[self.header.index(name)].name)

    @contextmanager
    def _readable(self) -> Iterator[None]:
        import pyarrow as pa

        try:
            yield
        except (pa.ArrowException, OSError) as error:
            raise DataError(f"{self.name} cannot be read: {_first_line(error)}") from error


class _Parquet:
    name = "Parquet"

    def __init__(self, source: BinaryIO, head: bytes) -> None:
        import pyarrow.parquet as pq

        self._file = pq.ParquetFile(source)
        self.schema, self.rows = self._file.schema_arrow, self._file.metadata.num_rows

    def batches(self) -> Iterator[Any]:
        return cast("Iterator[Any]", self._file.iter_batches(BATCH))

    def column(self, name: str) -> Any:
        return self._file.read(columns=[name]).column(name)


class _Arrow:
    name = "Arrow"

    def __init__(self, source: BinaryIO, head: bytes) -> None:
        import pyarrow as pa

        open_ = pa.ipc.open_file if head.startswith(ARROW) else pa.ipc.open_stream
        self._table = open_(source).read_all()
        self.schema, self.rows = self._table.schema, self._table.num_rows

    def batches(self) -> Iterator[Any]:
        return iter(self._table.to_batches(BATCH))

    def column(self, name: str) -> Any:
        return self._table.column(name)


PER_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
"""Unit of durations -> how many are a second, in which they are read."""


def is_arrow(head: bytes) -> bool:
    """Whether a file that begins with ``head`` is read here."""
    return head.startswith((PARQUET, ARROW, ARROW_STREAM))


def cells_of(values: pa.Array) -> list[str]:
    """Return what a table of text would say: empty where there is no value, or no number."""
    import pyarrow as pa

    kind = values.type
    if pa.types.is_dictionary(kind):
        return cells_of(values.cast(kind.value_type))
    if pa.types.is_null(kind):
        return [""] * len(values)
    if pa.types.is_duration(kind):
        seconds = values.cast(pa.int64()).cast(pa.float64(), safe=False).to_pylist()
        return [_number(each and each / PER_SECOND[kind.unit]) for each in seconds]
    if pa.types.is_floating(kind):
        return [_number(value) for value in values.cast(pa.float64()).to_pylist()]
    return [value or "" for value in values.cast(pa.string()).to_pylist()]


def _number(value: float | None) -> str:
    """Return a number with as many digits as tell it from others; without .0 if it is whole."""
    if value is None or value != value:
        return ""
    return repr(value).removesuffix(".0")


def is_number(kind: pa.DataType) -> bool:
    """Whether columns of this type hold numbers."""
    import pyarrow as pa

    types = pa.types
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def _has_points(kind: pa.DataType) -> bool:
    """Whether columns of this type hold numbers, or durations, which become numbers."""
    import pyarrow as pa

    return is_number(kind) or bool(pa.types.is_duration(kind))


def _is_kind(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_dictionary(kind))


def _unread(kind: pa.DataType) -> str:
    """Return what a column of this type holds if it cannot be read; empty: it can."""
    import pyarrow as pa

    types = pa.types
    if types.is_dictionary(kind):
        return _unread(kind.value_type)
    readable: tuple[Callable[[Any], bool], ...] = (
        types.is_null, types.is_boolean, types.is_date, types.is_timestamp, types.is_time,
        types.is_duration, types.is_string, types.is_large_string, types.is_string_view, is_number,
    )  # fmt: skip
    if any(test(kind) for test in readable):
        return ""
    named = {"lists": types.is_list, "objects": types.is_struct, "bytes": types.is_binary}
    return next((what for what, test in named.items() if test(kind)), f"values of type {kind}")


def _seekable(stream: Stream) -> BinaryIO:
    """Return the file, or all that is packed in one: pyarrow reads here and there."""
    source = stream.file or io.BytesIO(io.BufferedReader(stream).read())
    source.seek(0)
    return source


def _first_line(error: Exception) -> str:
    said = (str(error).splitlines() or ["it is damaged"])[0]
    return said if said.endswith(".") else f"{said}."
