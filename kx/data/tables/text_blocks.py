"""Blocks of a text as columns: read by pyarrow, where that reads what Python's ``csv`` would.

It does if each record has as many values as the header names, quotation marks stand around whole
values alone or are doubled inside of them, no backslash escapes one, and lines end in a line feed,
perhaps after a carriage return. Any other block is left to ``csv``, which knows on which line what
is wrong; so are tables with whitespace between their columns, or with a delimiter beyond ASCII.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

LINE_FEED, RETURN, MARK = b'\n\r"'


@dataclass(frozen=True, slots=True, eq=False)
class TextBlock:
    """The whole records in a block of text.

    Attributes:
        columns: of pyarrow, each with a text for each record; null where it is empty.
        lines: (n,) int64, how many lines of the block stand above each record.
        count: how many lines the records have.
        rest: what stands behind them: the beginning of a record.
    """

    columns: Sequence[Any]
    lines: np.ndarray
    count: int
    rest: str


def parsed(text: str, width: int, delimiter: str, *, quoted: bool, escape: str) -> TextBlock | None:
    """Return the records in a block; None: ``csv`` must read it.

    Args:
        text: whole lines, at first the beginning of a record.
        width: how many values each record has.
        delimiter: between two values.
        quoted: whether values may stand in quotation marks.
        escape: what stands before a quotation mark inside of one; empty: it is doubled.
    """
    content = _content(text, delimiter, escape)
    found = content and _bounds(content, delimiter, quoted=quoted)
    if not content or not found:
        return None
    lines, count, end = found
    columns = _columns(content[:end], width, delimiter, quoted=quoted)
    if columns is None or len(columns[0]) != len(lines):
        return None
    rest = content[end:].decode() if len(content) > end else ""
    return TextBlock(columns, lines, count, rest)


def _content(text: str, delimiter: str, escape: str) -> bytes:
    """Return the bytes of a block, with a line feed at its end; none: it is not plain."""
    if len(delimiter) != 1 or not delimiter.isascii() or text.startswith("\ufeff"):
        return b""
    try:
        content = text.encode()
    except UnicodeEncodeError:
        return b""
    if b"\0" in content or (escape and escape.encode() in content):
        return b""
    if content.count(b"\r") != content.count(b"\r\n"):
        return b""
    return content if content.endswith(b"\n") else content + b"\n"


def _bounds(content: bytes, delimiter: str, *, quoted: bool) -> tuple[np.ndarray, int, int] | None:
    """Return the line of each record from 0, how many lines these have, and where the last ends.

    None: quotation marks stand where they should not, or no record ends.
    """
    import numpy as np

    characters = np.frombuffer(content, np.uint8)
    breaks = np.flatnonzero(characters == LINE_FEED)
    ends = breaks
    if quoted and b'"' in content:
        marks = np.flatnonzero(characters == MARK)
        ends = breaks[np.searchsorted(marks, breaks) % 2 == 0]  # the others are inside a value
        marks = marks[: np.searchsorted(marks, ends[-1])] if len(ends) else marks
        if not len(ends) or not _around_values(characters, marks, delimiter):
            return None
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])
    filled = starts[(characters[starts] != LINE_FEED) & (characters[starts] != RETURN)]
    count = int(np.searchsorted(breaks, ends[-1])) + 1
    return np.searchsorted(breaks, filled).astype(np.int64), count, int(ends[-1]) + 1


def _around_values(characters: np.ndarray, marks: np.ndarray, delimiter: str) -> bool:
    """Whether marks stand around whole values, or are doubled: every second one closes."""
    import numpy as np

    beside = np.zeros(256, bool)
    beside[[LINE_FEED, MARK, ord(delimiter)]] = True
    before = marks[::2]
    opens = beside[characters[before[before > 0] - 1]].all()
    beside[RETURN] = True
    return bool(opens and beside[characters[marks[1::2] + 1]].all())


def _columns(content: bytes, width: int, delimiter: str, *, quoted: bool) -> Sequence[Any] | None:
    import pyarrow as pa
    from pyarrow import csv

    names = [str(at) for at in range(width)]
    try:
        table = csv.read_csv(
            pa.BufferReader(content),
            csv.ReadOptions(use_threads=False, block_size=len(content) + 1, column_names=names),
            csv.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if quoted else False,
                double_quote=True,
                escape_char=False,
                newlines_in_values=quoted,
                ignore_empty_lines=True,
            ),
            csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        return None
    return [column.combine_chunks() for column in table.columns]
