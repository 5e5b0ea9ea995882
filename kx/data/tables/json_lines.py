"""Tables as JSON lines: in each line an object, whose keys are the columns."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, NoReturn

from kx.base.errors import DataError
from kx.base.remark import Remark
from kx.data.tables.rows import Piece, TableRow, TypedTable, in_lines, in_pieces
from kx.data.tables.table_files import BUFFER, Stream

MOST_IN_A_LINE = 40_000_000

NESTED: Mapping[type, str] = {list: "lists", dict: "objects"}
"""Values that are no single one, and what they are called."""


class JsonTable(TypedTable):
    """JSON lines that are being read; a key that a line lacks has no value there.

    Args:
        stream: the lines.
        again: opens them once more: the keys of all lines must be known before the first row.

    Raises:
        DataError: if a line is no object, or has the same key twice.
    """

    def __init__(self, stream: Stream, again: Callable[[], AbstractContextManager[Stream]]) -> None:
        self.name, self._stream = stream.name, stream
        found: dict[str, set[type]] = {}
        with again() as first:
            for _, values in _objects(first, self.name, _once):
                for key, value in values.items():
                    found.setdefault(key, set()).add(type(value))
        self.left = {
            key: NESTED[kind] for key, kinds in found.items() for kind in NESTED if kind in kinds
        }
        self._keys = [key for key in found if key not in self.left]
        self.header = tuple(key.strip() for key in self._keys)
        texts = {key.strip() for key, kinds in found.items() if str in kinds}
        self.points = frozenset(self.header) - texts
        if not self._keys:
            raise DataError(f"{self.name} has no columns: its lines must be JSON objects.")

    def place(self, number: int) -> str:
        """Say where a row stands."""
        return in_lines(number)

    @property
    def written(self) -> Remark:
        """How the table is written."""
        return Remark.of("layout.json_lines")

    @property
    def sha256(self) -> str:
        """Of the whole table, once all rows were read."""
        return self._stream.sha256

    def __iter__(self) -> Iterator[TableRow]:
        """Yield the rows, each number as it is written.

        Raises:
            DataError: at what is no object, with its line.
        """
        for line, values in _objects(self._stream, self.name, None, str):
            yield TableRow(line, line, [_cell(values.get(key)) for key in self._keys])

    def pieces(self) -> Iterator[Piece]:
        """Yield the rows, some at once."""
        return in_pieces(iter(self))


def is_json_lines(head: bytes) -> bool:
    """Whether a file that begins with ``head`` is JSON lines: its first line is an object."""
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0]
    if not first.startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except ValueError:
        # A line that goes on beyond the head still begins with a key.
        return b'":' in first.replace(b" ", b"") and len(first) == len(head.strip())


def _objects(
    stream: Stream, name: str, pairs: Callable[[Any], Any] | None, how: type | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the object in each line that is not blank, with the line."""
    decode = json.JSONDecoder(
        object_pairs_hook=pairs, parse_constant=_constant, parse_float=how, parse_int=how
    ).decode
    source = io.BufferedReader(stream, BUFFER)
    for number, line in enumerate(iter(lambda: source.readline(MOST_IN_A_LINE), b""), 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            values = decode(text) if text else None
        except ValueError as error:
            _refuse(name, number, _why(error))
        if isinstance(values, dict):
            yield number, values
        elif text:
            _refuse(name, number, f"holds {text[:40]!r}, which is no object")


def _refuse(name: str, number: int, why: str) -> NoReturn:
    raise DataError(
        f'{name}, line {number}: {why}. Each line must be one JSON object, as {{"a": 1, "b": "x"}}.'
    ) from None


def _why(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte 0x{error.object[error.start]:02x} at {error.start + 1} is not UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return f"is no JSON: {error.msg} at character {error.pos + 1}"
    return str(error)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object, unless it has a key twice: JSON would take the last in silence."""
    values = dict(pairs)
    names = [key for key, _ in pairs]
    if len(values) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"has the key {twice!r} twice")
    return values


def _constant(name: str) -> str | None:
    """Return what the names that are no JSON stand for, which programs write all the same."""
    return None if name == "NaN" else name


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
