"""Tables as JSON: objects in lines of their own or in one array, whose keys are the columns."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, NoReturn

from kx.base.errors import DataError
from kx.base.remark import Remark
from kx.data.tables.rows import Piece, TableRow, TypedTable, in_lines, in_pieces, in_rows
from kx.data.tables.table_files import BUFFER, Stream

MOST_IN_A_LINE = 40_000_000

A_LINE = 'Each line must be one JSON object, such as {"a": 1, "b": "x"}.'

AN_ARRAY = 'A JSON array must hold only objects, such as [{"a": 1}, {"a": 2}].'

ARRAY = re.compile(rb"(\xef\xbb\xbf)?\s*\[\s*\{")
"""How an array of objects begins."""

BLANK = re.compile(r"[ \t\r\n]*")

Pairs = Callable[[list[tuple[str, Any]]], dict[str, Any]]

Objects = Callable[
    [Stream, str, "Pairs | None", "type | None"], Iterator[tuple[int, dict[str, Any]]]
]
"""Reads objects, each with its number: ``on_lines`` or ``in_array``."""

NESTED: Mapping[type, str] = {list: "lists", dict: "objects"}
"""Values that are no single one, and what they are called."""


class JsonTable(TypedTable):
    """Objects of JSON that are being read; a key that one of them lacks has no value there.

    Args:
        stream: JSON lines, or an array.
        again: opens them once more: the keys of all objects must be known before the first row.
        objects: reads them.

    Raises:
        DataError: if something is no object, or has the same key twice.
    """

    def __init__(
        self,
        stream: Stream,
        again: Callable[[], AbstractContextManager[Stream]],
        objects: Objects,
    ) -> None:
        self.name, self._stream, self._objects = stream.name, stream, objects
        found: dict[str, set[type]] = {}
        with again() as first:
            for _, values in objects(first, self.name, _once, None):
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
            raise DataError(f"{self.name} has no columns: its rows must be JSON objects.")

    def place(self, number: int) -> str:
        """Say where a row stands: an array may have all of them in one line."""
        return in_rows(number) if self._objects is in_array else in_lines(number)

    @property
    def written(self) -> Remark:
        """How the table is written."""
        if self._objects is in_array:
            return Remark.of("layout.json_array")
        return Remark.of("layout.json_lines")

    @property
    def sha256(self) -> str:
        """Of the whole table, once all rows were read."""
        return self._stream.sha256

    def __iter__(self) -> Iterator[TableRow]:
        """Yield the rows, each number as it is written.

        Raises:
            DataError: at what is no object, with its place.
        """
        for line, values in self._objects(self._stream, self.name, None, str):
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


def is_json_array(head: bytes) -> bool:
    """Whether a file that begins with ``head`` is an array of objects."""
    return ARRAY.match(head) is not None


def on_lines(
    stream: Stream, name: str, pairs: Pairs | None, how: type | None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the object in each line that is not blank, with the number of the line.

    Args:
        stream: the lines.
        name: of the file, for messages.
        pairs: makes an object of its keys and values; None: a dictionary.
        how: type of its numbers; None: as Python's ``json`` has them.

    Raises:
        DataError: at what is no object.
    """
    decode = _decoder(pairs, how).decode
    source = io.BufferedReader(stream, BUFFER)
    for number, line in enumerate(iter(lambda: source.readline(MOST_IN_A_LINE), b""), 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            values = decode(text) if text else None
        except ValueError as error:
            _refuse(name, in_lines(number), _why(error), A_LINE)
        if isinstance(values, dict):
            yield number, values
        elif text:
            _refuse(name, in_lines(number), f"holds {text[:40]!r}, which is not an object", A_LINE)


def in_array(
    stream: Stream, name: str, pairs: Pairs | None, how: type | None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each object of an array, with its place in it, from 1; all of it is in memory.

    Args and errors are those of ``on_lines``.
    """
    decode = _decoder(pairs, how).raw_decode
    try:
        text = io.BufferedReader(stream, BUFFER).read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{name}: {_why(error)}.") from None
    at, number = text.index("[") + 1, 0
    while (at := BLANK.match(text, at).end()) < len(text) and text[at] != "]":  # type: ignore[union-attr]
        number += 1
        try:
            values, end = decode(text, at)
        except ValueError as error:
            _refuse(name, in_rows(number), _why(error), AN_ARRAY)
        if not isinstance(values, dict):
            _refuse(name, in_rows(number), f"is {text[at:end][:40]!r}, not an object", AN_ARRAY)
        yield number, values
        at = _past_comma(text, end, name, number)
    if text[at : at + 1] != "]":
        _refuse(name, f"after row {number}", "the array does not end", AN_ARRAY)
    if rest := text[at + 1 :].strip():
        _refuse(name, "after the array", f"{rest[:20]!r} follows", AN_ARRAY)


def _past_comma(text: str, at: int, name: str, number: int) -> int:
    """Return where the next object of an array begins, or the array ends."""
    at = BLANK.match(text, at).end()  # type: ignore[union-attr]
    if text[at : at + 1] == ",":
        return at + 1
    if text[at : at + 1] not in ("]", ""):
        _refuse(name, f"after row {number}", f"{text[at : at + 20]!r} instead of a comma", AN_ARRAY)
    return at


def _decoder(pairs: Pairs | None, how: type | None) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=pairs, parse_constant=_constant, parse_float=how and _whole, parse_int=how
    )


def _refuse(name: str, place: str, why: str, needed: str) -> NoReturn:
    raise DataError(f"{name}, {place}: {why}. {needed}") from None


def _why(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte 0x{error.object[error.start]:02x} at {error.start + 1} is not UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return f"is not valid JSON: {error.msg} at character {error.pos + 1}"
    return str(error)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object, unless it has a key twice: JSON would take the last in silence."""
    values = dict(pairs)
    names = [key for key, _ in pairs]
    if len(values) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"has the key {twice!r} twice")
    return values


def _whole(written: str) -> str:
    """Return a number without .0: some programs write 16 so, some 16.0, and it is one category."""
    return written.removesuffix(".0")


def _constant(name: str) -> str | None:
    """Return what the names that are no JSON stand for, which programs write all the same."""
    return None if name == "NaN" else name


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
